"""Hears every rule on a case and gives one decision. The order of the rules never matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from moderator.domain import POLICY, Case, Decision, Label, Mode, Ruling, Verdict
from moderator.policy.limits import Policy
from moderator.policy.rules import RULES, Rule


def decide(case: Case, policy: Policy, mode: Mode, now: datetime, rules: Sequence[Rule] = RULES) -> Decision:
    """The gravest verdict's ruling, with every verdict's reason, gravest first; allowed where no rule speaks.

    The machine never removes, and in queue mode it hides nothing. In shadow the ruling stands as it would in auto.
    """
    heard = [verdict for rule in rules if (verdict := rule(case, policy)) is not None]
    heard.sort(key=lambda verdict: (-_ruling(verdict).gravity, not verdict.urgent, verdict.rule))
    ruling = _ruling(heard[0]) if heard else Ruling.ALLOW
    reasons = tuple(verdict.reason for verdict in heard)
    if mode is Mode.QUEUE and ruling is Ruling.HIDE:
        ruling, reasons = Ruling.QUEUE, ("queue mode: would be hidden, waits for a person instead", *reasons)
    return Decision(
        comment_id=case.comment.id,
        version=case.comment.version,
        ruling=ruling,
        decided_by=POLICY,
        decided_at=now,
        reasons=reasons,
        mode=mode,
        urgent=any(verdict.urgent for verdict in heard),
        labels=_labels(case, policy),
        verdicts=tuple(heard),
    )


def _ruling(verdict: Verdict) -> Ruling:
    """A verdict's ruling; only a person removes, so a rule that asks for it gets a hide."""
    return Ruling.HIDE if verdict.ruling is Ruling.REMOVE else verdict.ruling


def _labels(case: Case, policy: Policy) -> tuple[Label, ...]:
    """What was found over its queue limit, in the order of `Label`."""
    over = {finding.label for finding in case.findings if finding.score >= policy.limit(finding.label).queue}
    return tuple(label for label in Label if label in over)
