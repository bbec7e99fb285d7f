"""What each rule said of a comment, printed for `explain`."""

from __future__ import annotations

from typing import Any

import typer

from moderator.cli.common import shown
from moderator.domain import RuleState


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
