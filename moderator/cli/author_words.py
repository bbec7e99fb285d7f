"""All that is known of an author, printed."""

from __future__ import annotations

from typing import Any

import typer

from moderator.cli.common import local_time, shortened, shown
from moderator.store.authors import Known


def name_of(known: Known) -> str:
    """An author as a person reads it: "@pat on x"."""
    return f"{shown(known.author.handle or known.author.display_name or known.author.native_id)} on {known.platform}"


def print_author(facts: dict[str, Any]) -> None:
    author = facts["author"]
    typer.echo(
        f"{shown(author['handle'])} {shown(author['display_name'])} on {author['platform']} ({author['native_id']}), "
        f"first seen {local_time(author['first_seen_at'])}"
    )
    for name in facts["names"][:-1]:
        typer.echo(f"went by: {shown(name['handle'])} {shown(name['display_name'])} since {local_time(name['since'])}")
    for other in facts["linked"]:
        typer.echo(f"the same person: {other}")
    typer.echo(f"{facts['comments']} comments, {facts['hidden']} of them out of sight")
    for strike in facts["strikes"]:
        how = "counts" if strike["counts"] else "not confirmed by a person, does not count yet"
        typer.echo(
            f"strike: {strike['comment_id']} {local_time(strike['at'])}, {how}, until {local_time(strike['expires_at'])}"
        )
    if facts["on_hold_until"]:
        typer.echo(f"on hold until {local_time(facts['on_hold_until'])}: all they write waits for a person")
    for ban in facts["bans"]:
        end = f"until {local_time(ban['until'])}" if ban["until"] else "until somebody lifts it"
        state = "in force" if ban["in_force"] else f"ended {local_time(ban['ended_at'])} by {ban['ended_by'] or 'time'}"
        typer.echo(f"ban: {ban['means']} by {ban['by']} {local_time(ban['at'])}, {end}, {state}: {shown(ban['why'])}")
    for step in facts["steps"]:
        typer.echo(f"step: {step['follows']} at strike {step['strikes']}, {local_time(step['at'])}")
    for note in facts["notes"]:
        typer.echo(f"note: {shown(note['text'])} ({note['by']}, {local_time(note['at'])})")
    for comment in facts["wrote"]:
        typer.echo(
            f"wrote: {comment['id']}  {local_time(comment['posted_at'])}  {comment['ruling']:<6} {shortened(comment['text'], 60)}"
        )
