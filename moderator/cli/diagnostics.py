"""`diagnostics`: one archive for whoever helps from afar, with no secret, no name and nobody's words in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import tomlkit
import typer

from moderator.build import open_database
from moderator.checkup.look import Asked, database_lines, machine_lines, settings_lines
from moderator.checkup.machine import installed_versions
from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, load_settings, print_json, utc_now
from moderator.diagnostics.bundle import LOG_LINES, files_of, zipped
from moderator.errors import ConfigError
from moderator.settings.main_form import MainForm
from moderator.settings.private_files import write_private

JOURNAL_TIMEOUT_S = 20


def diagnostics(
    to: Annotated[Path, typer.Option("--to", metavar="FILE.zip", help="Where the archive goes.")] = Path(
        "moderator-diagnostics.zip"
    ),
    config: ConfigOption = DEFAULT_CONFIG,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log", metavar="FILE", help="A file with the log; left out: systemd's journal, where there is one."
        ),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no platform and no server.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make one archive for support: versions, settings without secrets and names, check, counts, the last lines of the log.

    Example: moderator diagnostics --to moderator-diagnostics.zip
    """
    settings = load_settings(config, logins=False)
    form = MainForm.model_validate(tomlkit.parse((config / "moderator.toml").read_text(encoding="utf-8")).unwrap())
    now, asked = utc_now(), Asked(config, offline)
    database = open_database(settings)
    try:
        lines = [
            *machine_lines(),
            *settings_lines(settings, now, asked),
            *database_lines(settings, database, now, asked),
        ]
        files = files_of(settings, form, database, lines, installed_versions(), last_lines(log), now)
    finally:
        database.close()
    try:
        write_private(to.absolute(), zipped(files))
    except OSError as error:
        raise ConfigError(f"{to} cannot be written: {error.strerror}.") from error
    if as_json:
        print_json({"file": str(to), "files": list(files)})
        return
    typer.echo(f"{to}: {', '.join(files)}. No password, name or comment is in it; look through it before you send it.")


def last_lines(log: Path | None, within_s: float = JOURNAL_TIMEOUT_S) -> list[str]:
    """Of the file or of the journal; none where there is neither. Raises ConfigError where the file cannot be read."""
    if log is not None:
        try:
            return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        except OSError as error:
            raise ConfigError(f"{log} cannot be read: {error.strerror}.") from error
    command = shutil.which("journalctl")
    if command is None:
        return []
    words = [command, "-u", "moderator", "-u", "moderator-web", "-n", str(LOG_LINES), "--no-pager", "-o", "cat"]
    try:
        said = subprocess.run(words, capture_output=True, text=True, timeout=within_s, check=False)  # noqa: S603  Our own words.
    except (OSError, subprocess.TimeoutExpired):
        return []
    return said.stdout.splitlines()


def add_to(app: typer.Typer) -> None:
    app.command()(diagnostics)
