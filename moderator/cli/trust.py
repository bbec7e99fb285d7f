"""`trust check`: many schools in one database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from moderator.cli.common import JsonOption, print_json
from moderator.errors import ConfigError
from moderator.settings import credentials_folder
from moderator.settings.faults import FaultyFiles
from moderator.settings.trust import TRUST, Schools, TrustSettings, read_trust

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


def faults_of(schools: Schools, school_id: str) -> list[str]:
    try:
        schools.settings(school_id)
    except FaultyFiles as error:
        return [str(fault) for fault in error.faults]
    return []


def add_to(app: typer.Typer) -> None:
    app.add_typer(trust_app, name="trust")
