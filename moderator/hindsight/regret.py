"""What policy hid and a person put back: how often, for how long, and by which rule. The record goes in, figures come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median

from moderator.domain import RuleState, Ruling, Visibility
from moderator.policy.duty import Duty
from moderator.store import hides
from moderator.store.database import Transaction
from moderator.store.hides import Hide

A_TERM = timedelta(weeks=13)
"""How far back a term goes where the policy has no dates of terms."""


@dataclass(frozen=True, slots=True)
class RuleRegret:
    """How often a rule hid, and how often wrongly. A hide that rests on two rules counts for both."""

    rule: str
    hidden: int
    wrongly: int


@dataclass(frozen=True, slots=True)
class Regret:
    """What was wrongly hidden in a time: out of sight by policy, and allowed by a person."""

    since: datetime
    until: datetime
    hidden: int  # comments that policy put out of sight
    looked_at: int  # of those, a person said something
    wrongly: int
    still_hidden: int  # of those wrongly hidden, not in sight again yet
    median: timedelta | None  # from out of sight to in sight again; None where none came back
    longest: timedelta | None
    rules: tuple[RuleRegret, ...]  # by name

    @property
    def share(self) -> float | None:
        """Wrongly hidden among the hides that a person looked at, 0.0 to 1.0; None where nobody looked at any."""
        return self.wrongly / self.looked_at if self.looked_at else None


def measure(tx: Transaction, since: datetime, until: datetime, as_of: datetime | None = None) -> Regret:
    """What went out of sight from `since` to before `until`, with what came of it up to `as_of`, or up to now."""
    return told(hides.between(tx, since, until, as_of), since, until)


def told(found: Sequence[Hide], since: datetime, until: datetime) -> Regret:
    wrongly = [hide for hide in found if hide.by_person is Ruling.ALLOW]
    took = [hide.released_at - hide.hidden_at for hide in wrongly if hide.released_at is not None]
    return Regret(
        since=since,
        until=until,
        hidden=len(found),
        looked_at=sum(hide.by_person is not None for hide in found),
        wrongly=len(wrongly),
        still_hidden=sum(hide.released_at is None and hide.visibility is Visibility.HIDDEN for hide in wrongly),
        median=timedelta(seconds=median(each.total_seconds() for each in took)) if took else None,
        longest=max(took, default=None),
        rules=_by_rule(found),
    )


def _by_rule(found: Sequence[Hide]) -> tuple[RuleRegret, ...]:
    hidden: Counter[str] = Counter()
    wrongly: Counter[str] = Counter()
    for hide in found:
        rules = _rules_behind(hide)
        hidden.update(rules)
        if hide.by_person is Ruling.ALLOW:
            wrongly.update(rules)
    return tuple(RuleRegret(rule, hidden[rule], wrongly[rule]) for rule in sorted(hidden))


def _rules_behind(hide: Hide) -> set[str]:
    live = (verdict for verdict in hide.decision.verdicts if verdict.state is RuleState.LIVE)
    return {verdict.rule for verdict in live if verdict.ruling.gravity >= Ruling.HIDE.gravity}


def term_began(duty: Duty, now: datetime) -> datetime:
    """When the term began that is on now or was the last; 13 weeks ago where the policy has no dates of terms."""
    today = now.astimezone(duty.zone).date()
    begun = [term.first for term in duty.terms if term.first <= today]
    if not begun:
        return now - A_TERM
    return datetime.combine(max(begun), time(), duty.zone)
