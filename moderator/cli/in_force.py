"""`settings`: what the school's files say, in words, and where each thing is changed."""

from __future__ import annotations

from dataclasses import asdict

import typer

from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, load_settings, print_json
from moderator.explained.school_settings import told


def settings(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Say in words what is in force, with the file and the key in which each thing is changed. Changes nothing.

    Example: moderator settings --config /etc/moderator
    """
    parts = told(load_settings(config, logins=False))
    if as_json:
        print_json([asdict(part) for part in parts])
        return
    for part in parts:
        typer.echo(part.title)
        for line in part.lines:
            typer.echo(f"   {line.text}  ({line.file}, {line.key})")
        typer.echo("")


def add_to(app: typer.Typer) -> None:
    app.command()(settings)
