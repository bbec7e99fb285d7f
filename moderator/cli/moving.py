"""`migrate-store`: a school's records move from their file into PostgreSQL."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Annotated

import typer

from moderator.build import migrate_as_guest, reach_database
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    DryRunOption,
    JsonOption,
    load_settings,
    print_json,
    utc_now,
)
from moderator.errors import StoreError
from moderator.moving import Moved, give_up, move
from moderator.settings import Settings
from moderator.settings.credentials import read_password
from moderator.settings.read import DATABASE
from moderator.settings.store_address import DRIVER, file_address, parsed
from moderator.store import moves
from moderator.store.database import Database


def migrate_store(
    to: Annotated[
        str, typer.Option("--to", help="PostgreSQL's address: postgresql+psycopg://user@host/name, no password.")
    ] = "",
    source: Annotated[
        str, typer.Option("--from", help="The file: sqlcipher:///path/moderator.db; without it the one in state_dir.")
    ] = "",
    password_file: Annotated[
        str, typer.Option(help="The credential file that holds PostgreSQL's password and nothing else.")
    ] = "",
    forget: Annotated[
        bool, typer.Option("--give-up", help="Forget a move that was begun: the file can be opened again.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Move a school's records from their encrypted file into PostgreSQL; the keys are those of the credential files.

    Stop the daemon and the page first. Stopped in the middle, run it again: it goes on there. The file itself stays.

    Example: moderator migrate-store --to postgresql+psycopg://moderator@localhost/moderator --dry-run
    """
    settings = load_settings(config, logins=False)
    file = source or file_address(settings.state_dir / DATABASE)
    leaving = reach_database(replace(settings, store_url=file), create=False)
    try:
        if dry_run:
            tell_what_would_move(leaving, as_json)
            return
        if forget:
            give_up(leaving, settings.state_dir, utc_now(), os.getpid())
            typer.echo(f"{leaving.where} can be opened again. Empty the other database before you try once more.")
            return
        arriving = reach_database(replace(settings, store_url=with_password(settings, to, password_file)))
        try:
            for each, url in ((leaving, file), (arriving, to)):
                migrate_as_guest(replace(settings, store_url=url), each)
            moved = move(leaving, arriving, settings.state_dir, utc_now(), os.getpid(), tell)
        finally:
            arriving.close()
    finally:
        leaving.close()
    tell_moved(moved, leaving, arriving, as_json)


def with_password(settings: Settings, to: str, password_file: str) -> str:
    url = parsed(to)
    if url is None:
        raise StoreError(f"--to is no address such as {DRIVER}://moderator@localhost/moderator")
    if password_file:
        url = url.set(password=read_password(settings.credentials_dir / password_file))
    return url.render_as_string(hide_password=False)


def tell(table: str, rows: int) -> None:
    typer.echo(f"{table}: {rows} rows", err=True)


def tell_what_would_move(leaving: Database, as_json: bool) -> None:
    with leaving.reading() as tx:
        rows = moves.count(tx)
    if as_json:
        print_json(rows)
        return
    typer.echo(
        f"{sum(rows.values())} rows of {leaving.school_id} would move from {leaving.where}. Nothing was changed."
    )


def tell_moved(moved: Moved, leaving: Database, arriving: Database, as_json: bool) -> None:
    if as_json:
        print_json({"rows": moved.rows, "audit_events": moved.events, "already": moved.already})
        return
    when = "had already come" if moved.already else "have come"
    typer.echo(
        f"{moved.rows} rows {when} to: {arriving.where}. The audit trail is whole, all {moved.events} events of it."
    )
    typer.echo(
        "Now write its address into moderator.toml, [store] url, then: moderator check, and start the daemon. "
        f"{leaving.where} stays as it was, and opens no more; delete it once you have a backup of the new one."
    )


def add_to(app: typer.Typer) -> None:
    app.command(name="migrate-store")(migrate_store)
