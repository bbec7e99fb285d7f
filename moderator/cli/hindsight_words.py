"""How `whatif`, `tune` and `regret` are told to a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import typer

from moderator.cli.common import local_time
from moderator.domain import Finding, RuleState
from moderator.hindsight.regret import Regret
from moderator.hindsight.tune import LEAST_DECIDED, LEAST_OF_EACH, Evidence, Expected, Proposal, curve, lines
from moderator.hindsight.whatif import Change, RuleCount, Side, WhatIf
from moderator.policy.limits import Policy

Masking = Callable[[str, Sequence[Finding]], str]

SIDES: tuple[tuple[str, Callable[[Side], float]], ...] = (
    ("let pass", lambda side: side.allowed),
    ("queued", lambda side: side.queued),
    ("hidden", lambda side: side.hidden),
    ("urgent", lambda side: side.urgent),
    ("hidden, though a person allowed it", lambda side: side.wrongly_hidden),
    ("queued, though a person allowed it", lambda side: side.wrongly_queued),
    ("let pass, though a person hid it", lambda side: side.missed),
    ("waiting for a person, a week", lambda side: side.per_week),
)
EXPECTED: tuple[tuple[str, Callable[[Expected], int]], ...] = (
    ("missed: stopped by a person, and let pass", lambda found: found.missed),
    ("stays in sight until a person comes", lambda found: found.seen_late),
    ("false alarms: allowed by a person, and stopped", lambda found: found.false_alarms),
    ("of those hidden", lambda found: found.wrongly_hidden),
    ("nobody decided on it, and stopped", lambda found: found.unseen),
)


def print_whatif(result: WhatIf, now: Policy, then: Policy, left_out: tuple[int, int], words: Masking) -> None:
    """`left_out`: comments that policy has not judged, and those whose words are kept no longer."""
    not_judged, cleared = left_out
    typer.echo(
        f"{result.comments} comments of {result.weeks:.1f} weeks, decided again from what was found in them; a person decided on "
        f"{result.decided_by_person}."
    )
    typer.echo(f"{result.changed} decisions would change.")
    for change in result.changes:
        print_change(change, words)
    typer.echo(f"\n{'':<36} {'now':>9} {'then':>9}")
    for name, figure in SIDES:
        typer.echo(f"{name:<36} {_figure(figure(result.now)):>9} {_figure(figure(result.then)):>9}")
    typer.echo(f"\n{'rule':<36} {'now':>9} {'then':>9}")
    for rule in result.rules:
        typer.echo(f"{_named(rule):<36} {rule.now:>9} {rule.then:>9}{_raised(rule)}")
    if not_judged:
        typer.echo(f"\n{not_judged} comments are left out: policy has not judged their latest form.")
    if cleared:
        typer.echo(f"\n{without_words(cleared)}")
    typer.echo(f"\nPolicy {now.version} beside {then.version}. Nothing was changed.")


def print_change(change: Change, words: Masking) -> None:
    rules = ", ".join(f"{rule} {count}" for rule, count in change.rules)
    typer.echo(f"\n{change.now} -> {change.then}: {change.count}  ({rules})")
    for sample in change.samples:
        said = f" [a person: {sample.by_person}]" if sample.by_person else ""
        typer.echo(f"   {sample.comment_id}  {local_time(sample.at)}{said}  {words(sample.text, sample.findings)}")


def _figure(figure: float) -> str:
    return f"{figure:.1f}" if isinstance(figure, float) else str(figure)


def _named(rule: RuleCount) -> str:
    if rule.state_now is rule.state_then:
        return rule.rule if rule.state_now is RuleState.LIVE else f"{rule.rule} ({rule.state_now})"
    return f"{rule.rule} ({rule.state_now} -> {rule.state_then})"


def _raised(rule: RuleCount) -> str:
    if rule.state_then is not RuleState.SHADOW:
        return ""
    return f"   live, it would make {rule.would_raise} decisions graver"


def without_words(cleared: int) -> str:
    which = "1 comment of this time is" if cleared == 1 else f"{cleared} comments of this time are"
    return f"{which} left out: their words are kept no longer. What was harmless is cleared first."


def print_tuning(told: Sequence[tuple[Evidence, Proposal | None]], cleared: int) -> None:
    for evidence, proposal in told:
        if proposal is None:
            typer.echo(f"{evidence.label}: {too_little(evidence)}\n")
        else:
            print_proposal(evidence, proposal)
    if cleared:
        typer.echo(f"{without_words(cleared)}\n")
    typer.echo(
        "Nothing was changed: a person writes the lines into policy.toml, or looks at a copy made with --out first."
    )


def too_little(evidence: Evidence) -> str:
    stopped, allowed = len(evidence.stopped), len(evidence.allowed)
    return (
        f"too little to go on. People decided on {stopped + allowed} comments with this finding ({LEAST_DECIDED} are needed), "
        f"stopped {stopped} and allowed {allowed} ({LEAST_OF_EACH} of each are needed). Nothing is proposed."
    )


def print_proposal(evidence: Evidence, proposal: Proposal) -> None:
    stopped, allowed = len(evidence.stopped), len(evidence.allowed)
    typer.echo(
        f"{evidence.label}: people stopped {stopped} and allowed {allowed}; {len(evidence.unseen)} nobody decided on."
    )
    if not proposal.changes:
        typer.echo("The limits are good as they are.")
    typer.echo(f"   {'':<48} {'now':>6} {'then':>6}")
    for name, figure in EXPECTED:
        typer.echo(f"   {name:<48} {figure(proposal.now):>6} {figure(proposal.then):>6}")
    for line in curve(proposal):
        typer.echo(f"   {line}")
    if proposal.changes:
        for line in lines(proposal):
            typer.echo(line)
    typer.echo("")


def tuning_row(evidence: Evidence, proposal: Proposal | None) -> dict[str, Any]:
    """The same for a script; `refused` says why nothing is proposed."""
    row: dict[str, Any] = {
        "label": evidence.label,
        "stopped": len(evidence.stopped),
        "allowed": len(evidence.allowed),
        "unseen": len(evidence.unseen),
    }
    if proposal is None:
        return row | {"refused": too_little(evidence)}
    now, then = asdict(proposal.now), asdict(proposal.then)
    return row | {
        "now": asdict(proposal.present) | now,
        "then": asdict(proposal.proposed) | then,
        "changes": proposal.changes,
    }


def print_regret(measured: Regret) -> None:
    share = "" if measured.share is None else f", {measured.share:.0%} of those"
    typer.echo(
        f"Since {local_time(measured.since)}: {measured.hidden} hidden by policy, {measured.looked_at} looked at."
    )
    typer.echo(f"Wrongly hidden: {measured.wrongly}{share}.")
    if measured.median is not None and measured.longest is not None:
        typer.echo(f"Put back after {spoken(measured.median)} (median), {spoken(measured.longest)} at the longest.")
    if measured.still_hidden:
        typer.echo(f"Not back in sight yet: {measured.still_hidden}. See: moderator queue --waiting")
    for rule in measured.rules:
        typer.echo(f"   {rule.rule:<36} {rule.wrongly} of {rule.hidden} wrong")


def spoken(took: timedelta) -> str:
    """A length of time as one says it."""
    minutes = round(took.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // (24 * 60)} days {minutes % (24 * 60) // 60} h"
