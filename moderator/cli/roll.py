"""`roll`: the pupils' names that are guarded. Counts are told, never a name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    load_settings,
    local_time,
    opened,
    print_json,
    the_person,
    utc_now,
)
from moderator.reports.words import counted
from moderator.settings import Settings
from moderator.settings.roll_file import drop_roll, import_roll, load_roll
from moderator.store import audit

roll_app = typer.Typer(
    help="The pupils' names that are guarded.\n\nExample: moderator roll status", no_args_is_help=True
)


@roll_app.command("import")
def roll_import(
    file: Annotated[Path, typer.Argument(help="first_name,last_name,known_as,class,photo_consent")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
) -> None:
    """Replace the roll of pupils by the names in a CSV file; it is kept encrypted, and the file can be deleted then.

    Example: moderator roll import pupils.csv --by "Ms Okafor"
    """
    person, now = the_person(by), utc_now()
    if dry_run:
        summary = import_roll(load_settings(config, logins=False), file, now, dry_run=True)
        typer.echo(f"would import {counted(summary.count, 'pupil')} (digest {summary.digest})")
        return
    with opened(config) as (settings, database):
        summary = import_roll(settings, file, now)
        with database.transaction() as tx:
            audit.write(tx, "roll_imported", now, actor=person.name, pupils=summary.count, digest=summary.digest)
    typer.echo(f"imported {counted(summary.count, 'pupil')} (digest {summary.digest}); restart the daemon to use them.")
    typer.echo("The CSV file can be deleted now.")


@roll_app.command("status")
def roll_status(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Say how many pupils are on the roll, since when, and when it is too old.

    Example: moderator roll status
    """
    facts = status_facts(load_settings(config, logins=False))
    if as_json:
        print_json(facts)
    elif facts["held"]:
        typer.echo(f"{counted(facts['pupils'], 'pupil')}, imported {local_time(facts['imported_at'])}")
        typer.echo(facts["warning"] or f"too old from {local_time(facts['expires_at'])} on")
    else:
        typer.echo("No roll is held. Children are found by the way they are written of: fewer than with a roll.")


def status_facts(settings: Settings) -> dict[str, Any]:
    roll = load_roll(settings, utc_now())
    if roll is None:
        return {"held": False, "pupils": 0, "imported_at": None, "expires_at": None, "warning": ""}
    times = {"imported_at": roll.imported_at, "expires_at": roll.expires_at}
    return {"held": True, "pupils": len(roll.pupils)} | times | {"warning": roll.warning}


@roll_app.command("off")
def roll_off(config: ConfigOption = DEFAULT_CONFIG, by: ByOption = "", dry_run: DryRunOption = False) -> None:
    """Hold no roll any more: its key is thrown away first, so that no copy of the file can be read, then the file.

    Example: moderator roll off --by "Mrs Ravenscroft"
    """
    person, now = the_person(by), utc_now()
    with opened(config) as (settings, database):
        if not settings.roll.path.exists():
            typer.echo("No roll is held. Nothing was changed.")
            return
        if dry_run:
            typer.echo("would throw away the roll and its key")
            return
        key_gone = drop_roll(settings)
        with database.transaction() as tx:
            audit.write(tx, "roll_dropped", now, actor=person.name)
    typer.echo("The roll is gone; restart the daemon, which still has it in memory.")
    if not key_gone:
        typer.echo("Its key was handed in by systemd and is still there: take roll.key out of the unit's credentials.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(roll_app, name="roll")
