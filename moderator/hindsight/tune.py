"""Limits that the school's own decisions speak for: scores and what people said go in, proposals and their price come out.

Nothing is changed here. What is known is what people looked at, and they look mostly at what policy stopped: below the
present limits few comments were ever seen, so that a lower limit is priced with all unseen comments it would stop as well.
Limits are those of the hours when somebody is on duty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import tomlkit

from moderator.domain import Finding, Label, Ruling
from moderator.hindsight import kept
from moderator.policy.limits import Limit, Policy
from moderator.store.cases import Reviewed
from moderator.store.hearings import STOPPED

LEAST_DECIDED = 30
LEAST_OF_EACH = 8
LONGEST_STEP = 0.1
"""How far one proposal moves a limit: what it leads to is seen before the next one."""
GRAIN = 0.01
LOWEST = 0.05
PRICE_OF_A_MISS = 5.0
"""What an offence in sight costs, in comments that a person looks at for nothing."""
PRICE_OF_A_WRONG_HIDE = 3.0
"""What a harmless comment out of sight costs, in offences that stay in sight until a person comes."""
LEAST_GAIN = 2.0
"""What a step must spare at the least: one comment more or less is chance."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The strongest score of one label in each comment, by what became of it."""

    label: Label
    stopped: tuple[float, ...]  # a person hid or removed it, for this label
    allowed: tuple[float, ...]  # a person allowed it
    unseen: tuple[float, ...] = ()  # no person decided on it

    @property
    def is_enough(self) -> bool:
        decided = len(self.stopped) + len(self.allowed)
        return decided >= LEAST_DECIDED and min(len(self.stopped), len(self.allowed)) >= LEAST_OF_EACH


@dataclass(frozen=True, slots=True)
class Expected:
    """What limits would have done to the comments of the evidence."""

    missed: int  # stopped by a person, and under the queue limit
    false_alarms: int  # allowed by a person, and on or over the queue limit
    wrongly_hidden: int  # of those, on or over the hide limit
    seen_late: int  # stopped by a person, and in sight until one came: between the limits
    unseen: int  # nobody decided on it, and on or over the queue limit


@dataclass(frozen=True, slots=True)
class Proposal:
    """Limits for one label beside the present ones; the same ones where nothing speaks for a change."""

    evidence: Evidence
    present: Limit
    proposed: Limit
    now: Expected
    then: Expected

    @property
    def changes(self) -> bool:
        return self.proposed != self.present


def evidence_for(label: Label, cases: Iterable[Reviewed], policy: Policy, unseen: Sequence[float] = ()) -> Evidence:
    """What people said where this label was found.

    A comment stopped for something else says nothing of this label: only one that a person gave the label, that policy found
    it in, or where, policy having found nothing, it is the strongest finding. One allowed although a person gave it the label
    says nothing either.
    """
    stopped: list[float] = []
    allowed: list[float] = []
    for case in cases:
        found = [finding for finding in case.findings if not _forgiven(finding, policy)]
        score = max((finding.score for finding in found if finding.label is label), default=None)
        if score is None:
            continue
        if case.by_person.ruling in STOPPED:
            if label in _stopped_for(case, found):
                stopped.append(score)
        elif label not in (kept.labels(case) or ()):
            allowed.append(score)
    return Evidence(label, tuple(sorted(stopped)), tuple(sorted(allowed)), tuple(sorted(unseen)))


def _forgiven(finding: Finding, policy: Policy) -> bool:
    return finding.label is Label.PROFANITY and policy.speech.forgives(finding.phrase)


def _stopped_for(case: Reviewed, found: Sequence[Finding]) -> tuple[Label, ...]:
    known = kept.labels(case)
    if known is not None:
        return known
    return (max(found, key=lambda finding: finding.score).label,)


def propose(evidence: Evidence, policy: Policy) -> Proposal | None:
    """The limits that cost least, at most `LONGEST_STEP` from the present ones; None where there is too little to go on.

    What the machine never does stays so (a limit above 1.0), and an urgent label's limits are never raised: a comment that a
    person allowed after looking into it was no false alarm.
    """
    if not evidence.is_enough:
        return None
    present, lower_only = policy.limit(evidence.label), evidence.label in policy.urgent
    queue = _cheapest(present.queue, lower_only, 0.0, lambda limit: price_of_queue(evidence, limit))
    hide = _cheapest(present.hide, lower_only, queue, lambda limit: price_of_hide(evidence, queue, limit))
    proposed = Limit(queue, hide)
    return Proposal(evidence, present, proposed, expected(evidence, present), expected(evidence, proposed))


def expected(evidence: Evidence, limit: Limit) -> Expected:
    stopped_over_queue = _from(evidence.stopped, limit.queue)
    return Expected(
        missed=len(evidence.stopped) - stopped_over_queue,
        false_alarms=_from(evidence.allowed, limit.queue),
        wrongly_hidden=_from(evidence.allowed, limit.hide),
        seen_late=stopped_over_queue - _from(evidence.stopped, limit.hide),
        unseen=_from(evidence.unseen, limit.queue),
    )


def price_of_queue(evidence: Evidence, queue: float) -> float:
    """Misses, and what a person would look at for nothing; what nobody looked at so far counts as that."""
    found = expected(evidence, Limit(queue, max(queue, 1.0)))
    return PRICE_OF_A_MISS * found.missed + found.false_alarms + found.unseen


def price_of_hide(evidence: Evidence, queue: float, hide: float) -> float:
    found = expected(evidence, Limit(queue, hide))
    return PRICE_OF_A_WRONG_HIDE * found.wrongly_hidden + found.seen_late


def _from(scores: Sequence[float], limit: float) -> int:
    return sum(score >= limit for score in scores)


def _cheapest(present: float, lower_only: bool, at_least: float, price: Callable[[float], float]) -> float:
    """The limit within one step of the present one that costs least, and of several the nearest."""
    if present > 1.0:
        return present
    steps = round(LONGEST_STEP / GRAIN)
    within = (round(present + step * GRAIN, 4) for step in range(-steps, 1 if lower_only else steps + 1))
    possible = [limit for limit in within if max(LOWEST, at_least) <= limit <= 1.0]
    best = min(possible, key=lambda limit: (price(limit), abs(limit - present)), default=present)
    if present >= at_least and price(present) - price(best) < LEAST_GAIN:
        return present
    return max(best, at_least)


def with_limits(text: str, proposals: Iterable[Proposal]) -> str:
    """A policy.toml with the proposed limits in it, and all else, the comments too, as it was."""
    document = tomlkit.parse(text)
    limits = document.setdefault("limits", tomlkit.table(is_super_table=True))
    for proposal in proposals:
        table = limits.setdefault(proposal.evidence.label.value, tomlkit.table())
        table["queue"], table["hide"] = proposal.proposed.queue, proposal.proposed.hide
    return tomlkit.dumps(document)


def lines(proposal: Proposal) -> list[str]:
    """What to write into policy.toml, each limit beside the present one."""
    told = [f"[limits.{proposal.evidence.label}]"]
    for ruling in (Ruling.QUEUE, Ruling.HIDE):
        was, becomes = getattr(proposal.present, ruling), getattr(proposal.proposed, ruling)
        told.append(f"{ruling} = {becomes:g}" + (f"  # now {was:g}" if becomes != was else ""))
    return told


def curve(proposal: Proposal, width: int = 24) -> list[str]:
    """For limits in steps of 0.1 and the four in question: misses, and what would be looked at for nothing, as bars."""
    evidence = proposal.evidence
    marks = _marks(proposal)
    limits = sorted({step / 10 for step in range(1, 11)} | {limit for limit in marks if limit <= 1.0})
    rows = [(limit, expected(evidence, Limit(limit, max(limit, 1.0)))) for limit in limits]
    most = max(1, *(max(found.missed, found.false_alarms) for _, found in rows))
    told = [f"limit  {'missed':<{width + 5}}false alarms"]
    for limit, found in rows:
        missed, alarms = (_bar(count, most, width) for count in (found.missed, found.false_alarms))
        told.append(f" {limit:.2f}  {missed}{alarms}{marks.get(limit, '')}".rstrip())
    return told


def _bar(count: int, most: int, width: int) -> str:
    return f"{count:>4} {'#' * -(-count * (width - 2) // most):<{width}}"


def _marks(proposal: Proposal) -> dict[float, str]:
    named = (
        (proposal.present.queue, "queue now"),
        (proposal.present.hide, "hide now"),
        (proposal.proposed.queue, "queue proposed"),
        (proposal.proposed.hide, "hide proposed"),
    )
    marks: dict[float, str] = {}
    for limit, name in named:
        if not (name.endswith("proposed") and limit in (proposal.present.queue, proposal.present.hide)):
            marks[limit] = f"{marks[limit]}, {name}" if limit in marks else f"<- {name}"
    return marks
