"""All that is known of an author, gathered and printed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer

from moderator.cli.common import local_time, shortened, shown
from moderator.domain import Ban
from moderator.policy.limits import Policy
from moderator.policy.strikes import counted, hold_ends_at
from moderator.store import authors, bans, comments, decisions, followups
from moderator.store.authors import Known
from moderator.store.database import Transaction


def name_of(known: Known) -> str:
    """An author as a person reads it: "@pat on x"."""
    return f"{shown(known.author.handle or known.author.display_name or known.author.native_id)} on {known.platform}"


def author_facts(tx: Transaction, known: Known, policy: Policy, now: datetime, last: int) -> dict[str, Any]:
    accounts = authors.groups(tx, [known.key])[known.key]
    standing = authors.standing_of(tx, known.key, now, policy.strikes)
    wrote = comments.by_authors(tx, accounts, last)
    rulings = decisions.latest_of(tx, [comment.id for comment in wrote])
    counting = {strike.comment_id for strike in counted(standing, policy, now)}
    return {
        "author": asdict(known.author) | {"platform": known.platform, "first_seen_at": known.first_seen_at},
        "linked": [f"{platform}:{native_id}" for platform, native_id in accounts if (platform, native_id) != known.key],
        "names": [name | {"since": since} for name, since in names_of(tx, known)],
        "comments": standing.comments,
        "hidden": standing.hidden,
        "strikes": [asdict(strike) | {"counts": strike.comment_id in counting} for strike in standing.strikes],
        "on_hold_until": hold_ends_at(standing, policy, now),
        "bans": [ban_row(ban, now) for ban in bans.of_authors(tx, accounts)],
        "steps": [asdict(step) for step in followups.steps_of(tx, accounts)],
        "notes": [asdict(note) for note in authors.notes(tx, accounts)],
        "wrote": [
            {
                "id": comment.id,
                "posted_at": comment.posted_at,
                "ruling": rulings[comment.id].ruling.value if comment.id in rulings else "",
                "text": comment.text,
            }
            for comment in wrote
        ],
    }


def names_of(tx: Transaction, known: Known) -> list[tuple[dict[str, Any], datetime]]:
    found = authors.names(tx, known.platform, known.author.native_id)
    return [({"handle": name.handle, "display_name": name.display_name}, since) for name, since in found]


def ban_row(ban: Ban, now: datetime) -> dict[str, Any]:
    over = ban.ended_at is not None or (ban.until is not None and ban.until <= now)
    return {
        "id": ban.id,
        "means": ban.means.value,
        "by": ban.by.name,
        "at": ban.at,
        "until": ban.until,
        "why": ban.why,
        "comment": ban.comment_id,
        "in_force": not over,
        "ended_at": ban.ended_at,
        "ended_by": ban.ended_by,
    }


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
