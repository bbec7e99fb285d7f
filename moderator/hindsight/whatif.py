"""What another policy would have decided about the comments that came: hearings and two policies in, counts and samples out.

No detector runs. Each comment is decided twice from its stored findings, as of the time when policy decided on it, once under
the present and once under the proposed policy, so that both are told alike. Nothing is recorded and nothing is done.
Measured 2026-11-22 on two busy cores: 100,000 comments in 13.5 s on SQLCipher, 15.8 s on PostgreSQL, within 160 MiB
(`python -m tests.hindsight.measure`).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from moderator.domain import Case, Decision, Finding, Mode, RuleState, Ruling, Verdict
from moderator.policy.decide import decide
from moderator.policy.limits import Policy
from moderator.policy.rules import RULES, Rule
from moderator.store.hearings import STOPPED, Hearing

WEEK = timedelta(days=7)
LEAST_SPAN = timedelta(days=1)
"""What a rate is reckoned from at the least, so that one busy hour is not taken for a week."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One comment whose decision would change."""

    comment_id: str
    at: datetime
    by_person: Ruling | None
    text: str
    findings: tuple[Finding, ...]  # to mask a child's name by


@dataclass(frozen=True, slots=True)
class Change:
    """The comments that would go from one ruling to another."""

    now: Ruling
    then: Ruling
    count: int
    rules: tuple[tuple[str, int], ...]  # those that make the difference, most often first
    samples: tuple[Sample, ...]  # the latest ones, newest first


@dataclass(frozen=True, slots=True)
class Side:
    """What one policy does to all these comments."""

    allowed: int
    queued: int
    hidden: int
    urgent: int
    wrongly_hidden: int  # a person allowed it
    wrongly_queued: int  # a person allowed it
    missed: int  # a person hid or removed it, and this policy lets it pass
    per_week: float  # expected to wait for a person: queued, and hidden to be looked at


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule speaks."""

    rule: str
    state_now: RuleState
    state_then: RuleState
    now: int
    then: int
    would_raise: int  # in shadow under the proposed policy: decisions that would be graver, were it live


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How the proposed policy differs from the present one."""

    comments: int
    decided_by_person: int
    weeks: float  # from the first of these comments to `until`
    changed: int
    changes: tuple[Change, ...]  # most first
    now: Side
    then: Side
    rules: tuple[RuleCount, ...]  # by name; those that never spoke under either are left out


def compare(
    hearings: Iterable[Hearing],
    now: Policy,
    then: Policy,
    mode: Mode,
    until: datetime,
    samples: int = 5,
    rules: Sequence[Rule] = RULES,
) -> WhatIf:
    """Decide on each comment under both policies. `until` ends the time that the rate per week is reckoned from."""
    count = _Count(samples)
    for hearing in hearings:
        count.hear(
            hearing,
            decide(_under(hearing.case, now), now, mode, hearing.at, rules),
            decide(_under(hearing.case, then), then, mode, hearing.at, rules),
        )
    return count.told(now, then, until)


def _under(case: Case, policy: Policy) -> Case:
    """The case with each strike as old as this policy lets it grow."""
    if not case.standing.strikes:
        return case
    count_for = policy.strikes.count_for
    strikes = tuple(replace(strike, expires_at=strike.at + count_for) for strike in case.standing.strikes)
    return replace(case, standing=replace(case.standing, strikes=strikes))


@dataclass
class _Changed:
    samples: deque[Sample]
    count: int = 0
    rules: Counter[str] = field(default_factory=Counter)


@dataclass
class _Sums:
    rulings: Counter[Ruling] = field(default_factory=Counter)
    urgent: int = 0
    of_person: Counter[tuple[Ruling, Ruling]] = field(default_factory=Counter)  # policy's, a person's
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, decision: Decision, by_person: Ruling | None) -> None:
        self.rulings[decision.ruling] += 1
        self.urgent += decision.urgent
        if by_person is not None:
            self.of_person[decision.ruling, by_person] += 1
        for verdict in decision.verdicts:
            self.rules[verdict.rule] += 1

    def side(self, weeks: float) -> Side:
        queued, hidden = self.rulings[Ruling.QUEUE], self.rulings[Ruling.HIDE]
        return Side(
            allowed=self.rulings[Ruling.ALLOW],
            queued=queued,
            hidden=hidden,
            urgent=self.urgent,
            wrongly_hidden=self.of_person[Ruling.HIDE, Ruling.ALLOW],
            wrongly_queued=self.of_person[Ruling.QUEUE, Ruling.ALLOW],
            missed=sum(self.of_person[Ruling.ALLOW, stopped] for stopped in STOPPED),
            per_week=(queued + hidden) / weeks if weeks else 0.0,
        )


class _Count:
    """Adds up, comment by comment."""

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self._comments = self._by_person = 0
        self._first: datetime | None = None
        self._now, self._then = _Sums(), _Sums()
        self._changes: dict[tuple[Ruling, Ruling], _Changed] = {}
        self._would_raise: Counter[str] = Counter()

    def hear(self, hearing: Hearing, now: Decision, then: Decision) -> None:
        self._comments += 1
        self._by_person += hearing.by_person is not None
        self._first = hearing.at if self._first is None else min(self._first, hearing.at)
        self._now.add(now, hearing.by_person)
        self._then.add(then, hearing.by_person)
        self._would_raise.update({verdict.rule for verdict in then.verdicts if would_raise(verdict, then)})
        if now.ruling is not then.ruling:
            self._note(hearing, now, then)

    def _note(self, hearing: Hearing, now: Decision, then: Decision) -> None:
        key = (now.ruling, then.ruling)
        changed = self._changes.setdefault(key, _Changed(deque(maxlen=self._samples)))
        changed.count += 1
        changed.rules.update(_rules_behind(now, then))
        comment = hearing.case.comment
        changed.samples.appendleft(
            Sample(comment.id, hearing.at, hearing.by_person, comment.text, hearing.case.findings)
        )

    def told(self, now: Policy, then: Policy, until: datetime) -> WhatIf:
        weeks = max(until - self._first, LEAST_SPAN) / WEEK if self._first else 0.0
        changes = [
            Change(*rulings, changed.count, tuple(changed.rules.most_common()), tuple(changed.samples))
            for rulings, changed in self._changes.items()
        ]
        spoke = sorted(self._now.rules.keys() | self._then.rules.keys())
        return WhatIf(
            comments=self._comments,
            decided_by_person=self._by_person,
            weeks=weeks,
            changed=sum(change.count for change in changes),
            changes=tuple(sorted(changes, key=lambda change: (-change.count, change.now.gravity, change.then.gravity))),
            now=self._now.side(weeks),
            then=self._then.side(weeks),
            rules=tuple(self._rule(rule, now, then) for rule in spoke),
        )

    def _rule(self, rule: str, now: Policy, then: Policy) -> RuleCount:
        spoke_now, spoke_then = self._now.rules[rule], self._then.rules[rule]
        return RuleCount(rule, now.state(rule), then.state(rule), spoke_now, spoke_then, self._would_raise[rule])


def would_raise(verdict: Verdict, decision: Decision) -> bool:
    """Whether a verdict in shadow would have made the decision graver."""
    return verdict.state is RuleState.SHADOW and verdict.ruling.gravity > decision.ruling.gravity


def _rules_behind(now: Decision, then: Decision) -> tuple[str, ...]:
    """The rules that a change comes from: the gravest verdicts of the decision that is the graver one."""
    graver = then if then.ruling.gravity > now.ruling.gravity else now
    live = [verdict for verdict in graver.verdicts if verdict.state is RuleState.LIVE]
    most = max(verdict.ruling.gravity for verdict in live)
    return tuple(dict.fromkeys(verdict.rule for verdict in live if verdict.ruling.gravity == most))
