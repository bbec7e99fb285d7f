"""What each rule said of a comment, for `explain`: those that spoke, those that kept silent, those that were not run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from moderator.cli.common import shown
from moderator.domain import Decision, RuleState
from moderator.policy.limits import Policy
from moderator.policy.rules import RULES
from moderator.store.hearings import failed_detectors


def verdict_of_each_rule(decisions: Sequence[Decision], policy: Policy) -> dict[str, Any]:
    """From the latest decision of policy's. Which rules are drafts, and so were not run, is told by the policy in force."""
    by_policy = [decision for decision in decisions if not decision.by_person]
    if not by_policy:
        return {"spoke": [], "silent": [], "draft": [], "failed": [], "version": None, "policy_changed": False}
    last = by_policy[-1]
    heard = {verdict.rule for verdict in last.verdicts}
    others = [name for rule in RULES if (name := getattr(rule, "__name__", "")) not in heard]
    return {
        "spoke": [
            {"rule": each.rule, "state": each.state.value, "ruling": each.ruling.value, "reason": each.reason}
            for each in last.verdicts
        ],
        "silent": [name for name in others if policy.state(name) is not RuleState.DRAFT],
        "draft": [name for name in others if policy.state(name) is RuleState.DRAFT],
        "failed": list(failed_detectors(last.verdicts)),
        "version": last.version,
        "policy_changed": bool(last.policy_version) and last.policy_version != policy.version,
    }


def print_verdicts(told: dict[str, Any]) -> None:
    if told["version"] is None:
        return
    changed = " (decided under another policy than the one in force)" if told["policy_changed"] else ""
    typer.echo(f"rules on version {told['version']}{changed}:")
    for each in told["spoke"]:
        decides = "" if each["state"] == RuleState.LIVE else " (shadow: counted, decides nothing)"
        typer.echo(f"   {each['ruling']:<6} {each['rule']}{decides}")
    if told["silent"]:
        typer.echo(f"   silent: {', '.join(told['silent'])}")
    if told["draft"]:
        typer.echo(f"   draft, not run: {', '.join(told['draft'])}")
    for each in told["failed"]:
        typer.echo(f"   could not read it: {shown(each)}")
