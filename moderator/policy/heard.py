"""A case as rules hear it: with the policy in force at the time, so that no rule asks for the clock or for all findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from moderator.domain import Case, Finding, Label
from moderator.policy.limits import NEVER, Limit, Policy

_UNLIMITED = Limit(NEVER, NEVER)


@dataclass(frozen=True, slots=True)
class Heard:
    """A case under a policy as of `now`, with the limits that hold while somebody is on duty or nobody is.

    `over` is what counts of the findings: the strongest finding of each label that is on or over its queue limit (for a
    complaint, the score from which it reads as one). Friendly swearing is left out.
    """

    case: Case
    policy: Policy
    now: datetime
    limits: Mapping[Label, Limit]
    over: Mapping[Label, Finding]

    def limit(self, label: Label) -> Limit:
        return self.limits.get(label, _UNLIMITED)


def hear(case: Case, policy: Policy, now: datetime) -> Heard:
    """The case as rules hear it at this time (aware)."""
    limits = policy.limits if policy.duty.is_on_duty(now) else policy.off_duty_limits
    over: dict[Label, Finding] = {}
    for finding in case.findings:
        label = finding.label
        limit = limits.get(label, _UNLIMITED)
        if finding.score < (policy.speech.complaint if label is Label.COMPLAINT else limit.queue):
            continue
        if label is Label.PROFANITY and policy.speech.forgives(finding.phrase):
            continue
        if label not in over or _before(finding, over[label]):
            over[label] = finding
    return Heard(case, policy, now, limits, over)


def _before(one: Finding, other: Finding) -> bool:
    """Whether one finding is told rather than another of its label: the stronger, or the first in the comment."""
    if one.score != other.score:
        return one.score > other.score
    return _place(one) < _place(other)


def _place(finding: Finding) -> tuple[str, tuple[int, int], str, str]:
    return finding.field, finding.span or (-1, -1), finding.detector, finding.note
