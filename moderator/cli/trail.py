"""`audit`: what happened, newest first, and a copy of the whole record to take away."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    SINCE,
    ConfigOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    shown,
    the_person,
    time_since,
    utc_now,
)
from moderator.errors import ConfigError
from moderator.explained.trail import as_facts, lines
from moderator.store import audit as store
from moderator.store.database import Database
from moderator.store.trail import Which, newest


def audit(
    config: ConfigOption = DEFAULT_CONFIG,
    event: Annotated[str, typer.Option("--event", help="Only this kind, such as decided or banned.")] = "",
    who: Annotated[str, typer.Option("--who", help='Only what this person did; "policy" for the machine.')] = "",
    comment: Annotated[str, typer.Option("--comment", help="Only about the comment with this id.")] = "",
    since: Annotated[str, typer.Option("--since", help=SINCE)] = "",
    until: Annotated[str, typer.Option("--until", help="Only before then; written as --since.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most this many.")] = 50,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write every event to this new file instead, one JSON object a line."),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="With --export: who takes the copy; it stands in the record.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List what happened, newest first. No event holds a comment's words. Whether all is whole: moderator verify-audit.

    Example: moderator audit --who "Mrs Ravenscroft" --since 7d
    """
    now = utc_now()
    begin, end = (time_since(text, now) if text else None for text in (since, until))
    with opened(config) as (_settings, database):
        if export is not None:
            count = take_away(database, export, the_person(by).name, now)
            typer.echo(f"{export}: {count} events, for you alone to read (mode 0600).")
            return
        with database.reading() as tx:
            found = newest(tx, Which(event, who, begin, end, comment), limit)
    if as_json:
        print_json([as_facts(told) for told in found])
        return
    for told in found:
        facts = " ".join(f"{name}={shown(str(fact))}" for name, fact in told.event.facts.items())
        what = f"{told.event.event}  {shown(told.event.actor)}  {told.event.comment_id}"
        typer.echo(f"{told.number}  {local_time(told.event.at)}  {what}  {facts}".rstrip())
    if not found:
        typer.echo("Nothing of the kind happened.")


def take_away(database: Database, target: Path, by: str, now: datetime) -> int:
    """Write down that a copy is taken, then write it; returns how many events it holds. Audit: "audit_exported"."""
    if target.exists():
        raise NotFound(f"{target} is there already and is not replaced. Name another file with --export.")
    with database.transaction() as tx:
        head = store.head(tx)
        store.write(tx, "audit_exported", now, actor=by, events=head.events)
    try:
        with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.writelines(lines(database, head.events))
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}. Name another place with --export.") from error
    return head.events


def add_to(app: typer.Typer) -> None:
    app.command()(audit)
