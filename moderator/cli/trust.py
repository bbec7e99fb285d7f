"""`trust check`, `trust prepare`, `trust status`, `trust web`: many schools in one database."""

from __future__ import annotations

import os
import signal
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from moderator.cli.common import JsonOption, print_json, utc_now
from moderator.errors import ConfigError
from moderator.monitor.server import Served
from moderator.settings import credentials_folder
from moderator.settings.faults import FaultyFiles
from moderator.settings.monitor import place_of
from moderator.settings.trust import TRUST, Schools, TrustSettings, read_trust
from moderator.store import roles, wakeup_tables
from moderator.store.database import Database
from moderator.trust import overview
from moderator.trust.page import TrustPage

trust_app = typer.Typer(
    help="Many schools in one PostgreSQL database.\n\nExample: moderator trust check --trust /etc/moderator/trust.toml",
    no_args_is_help=True,
)
TrustOption = Annotated[Path, typer.Option("--trust", envvar="MODERATOR_TRUST", help="The trust's settings.")]
DEFAULT_TRUST = Path("config") / TRUST


def load_trust(path: Path) -> TrustSettings:
    """The checked settings of the trust; its password comes from systemd where it hands it in. Raises ConfigError."""
    return read_trust(path, credentials_dir=credentials_folder(os.environ))


@trust_app.command()
def check(trust: TrustOption = DEFAULT_TRUST, as_json: JsonOption = False) -> None:
    """Read the files of every school, and tell what must be mended; no platform and no database is asked.

    Example: moderator trust check --trust /etc/moderator/trust.toml
    """
    schools = Schools(load_trust(trust))
    faulty = {school_id: said for school_id in schools if (said := faults_of(schools, school_id))}
    if as_json:
        print_json({"schools": len(schools), "faulty": faulty})
    elif not faulty:
        typer.echo(f"{len(schools)} schools, and nothing to mend.")
    if faulty:
        lines = [f"{school_id}: {line}" for school_id, said in faulty.items() for line in said]
        raise ConfigError(
            "\n".join([f"{len(faulty)} of {len(schools)} schools wait for their files to be mended.", *lines])
        )


@trust_app.command()
def prepare(
    administrator: Annotated[
        str,
        typer.Option(
            "--as",
            help="The database's address with a user who may make roles: postgresql+psycopg://postgres@localhost/moderator",
        ),
    ],
    trust: TrustOption = DEFAULT_TRUST,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the statements, and change nothing.")] = False,
) -> None:
    """Make the database ready for a trust: its two roles, the tables of this version and of the workers' queue, the walls.

    Also after each upgrade, while no worker runs. It can be done again at any time.

    Example: moderator trust prepare --as postgresql+psycopg://postgres@localhost/moderator
    """
    url = make_url(load_trust(trust).store_url)
    app = url.username or ""
    if dry_run:
        before, after = roles.statements(app)
        typer.echo(";\n".join([*before, "-- here the tables are brought to this version", *after]) + ";")
        return
    database = Database.open(administrator, school_id="")
    try:
        wakeup_tables.prepare(administrator)
        roles.prepare(database, app, None if url.password is None else str(url.password))
    finally:
        database.close()
    typer.echo(f"{database.where} is ready. {app} works on it, and {roles.OWNER} owns it.")


@trust_app.command()
def status(trust: TrustOption = DEFAULT_TRUST, as_json: JsonOption = False) -> None:
    """Tell which schools are not read, late or out of quota, and where something urgent waits for a person.

    Exit code 0: nothing for the operator to do; 1: something is, or no worker is at work. Urgent cases are the school's to decide.

    Example: moderator trust status --json
    """
    settings = load_trust(trust)
    store = Database.open(settings.store_url, school_id="")
    try:
        now = overview.look(settings, store, utc_now())
    finally:
        store.close()
    if as_json:
        print_json(overview.as_facts(now))
    else:
        typer.echo("\n".join(overview.in_words(now)))
    raise typer.Exit(0 if now.well else 1)


@trust_app.command()
def web(
    trust: TrustOption = DEFAULT_TRUST,
    listen: Annotated[
        str, typer.Option(help="An address of this machine and a port, or the whole path of a Unix socket.")
    ] = "127.0.0.1:8077",
) -> None:
    """Show how all schools stand, on a page for whoever looks after the workers: on this machine only, without a login.

    From elsewhere: ssh -L 8077:127.0.0.1:8077 SERVER, then http://127.0.0.1:8077/. For monitoring: /healthz and /status.json.

    Example: moderator trust web --listen 127.0.0.1:8077
    """
    place, settings = place_of(listen), load_trust(trust)
    schools, store = Schools(settings), Database.open(settings.store_url, school_id="")
    leaving = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: leaving.set())

    def look(now: datetime) -> overview.TrustNow:
        schools.follow(load_trust(trust))
        return overview.look(schools.trust, store, now)

    try:
        with Served(place, TrustPage(look, utc_now).answer):
            typer.echo(f"The page of all schools is at {place.where}.", err=True)
            leaving.wait()
    finally:
        store.close()


def faults_of(schools: Schools, school_id: str) -> list[str]:
    try:
        schools.settings(school_id)
    except FaultyFiles as error:
        return [str(fault) for fault in error.faults]
    return []


def add_to(app: typer.Typer) -> None:
    app.add_typer(trust_app, name="trust")
