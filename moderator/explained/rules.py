"""What each rule said of a comment: those that spoke, those that kept silent, those that were not run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moderator.domain import Decision, RuleState, Verdict
from moderator.policy.limits import Policy
from moderator.policy.rules import RULES
from moderator.store.hearings import failed_detectors


@dataclass(frozen=True, slots=True)
class Heard:
    """The rules on one form of a comment. `version` is that form; None where policy never decided on the comment."""

    spoke: tuple[Verdict, ...] = ()
    silent: tuple[str, ...] = ()
    draft: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()  # the detectors that could not read it, each with why
    version: int | None = None
    policy_changed: bool = False  # it was decided under another policy than the one in force


def verdict_of_each_rule(decisions: Sequence[Decision], policy: Policy) -> Heard:
    """From the latest decision of policy's. Which rules are drafts, and so were not run, is told by the policy in force."""
    by_policy = [decision for decision in decisions if not decision.by_person]
    if not by_policy:
        return Heard()
    last = by_policy[-1]
    heard = {verdict.rule for verdict in last.verdicts}
    others = [name for rule in RULES if (name := getattr(rule, "__name__", "")) not in heard]
    return Heard(
        spoke=last.verdicts,
        silent=tuple(name for name in others if policy.state(name) is not RuleState.DRAFT),
        draft=tuple(name for name in others if policy.state(name) is RuleState.DRAFT),
        failed=tuple(failed_detectors(last.verdicts)),
        version=last.version,
        policy_changed=bool(last.policy_version) and last.policy_version != policy.version,
    )


def as_facts(heard: Heard) -> dict[str, Any]:
    return {
        "spoke": [
            {"rule": each.rule, "state": each.state.value, "ruling": each.ruling.value, "reason": each.reason}
            for each in heard.spoke
        ],
        "silent": list(heard.silent),
        "draft": list(heard.draft),
        "failed": list(heard.failed),
        "version": heard.version,
        "policy_changed": heard.policy_changed,
    }


def sentence_of(rule: str) -> str:
    """The sentence that a rule serves, as its author wrote it down; its name where there is none of that name any more."""
    for each in RULES:
        if getattr(each, "__name__", "") == rule and each.__doc__:
            return " ".join(each.__doc__.partition("\n\n")[0].split())
    return rule.replace("_", " ")
