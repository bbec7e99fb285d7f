"""`check` and `accounts`: is everything in order, what do we watch."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import tomlkit
import typer

from moderator.build import open_database
from moderator.checkup import Level, Line, exit_code
from moderator.checkup.lines import fail
from moderator.checkup.look import Asked, database_lines, machine_lines, settings_lines
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    local_time,
    opened,
    print_json,
    utc_now,
)
from moderator.errors import ConfigError, ModeratorError
from moderator.settings import Settings, credentials_folder, read_settings
from moderator.settings.documents import read_document
from moderator.settings.forms import ONLINE
from moderator.settings.school_file import read_school_file
from moderator.store import accounts as account_store
from moderator.store import comments
from moderator.store.database import Transaction

CREDSTORE, PREFIX = Path("/etc/credstore"), "moderator."
"""Where the shipped units take credentials from, and what the names of ours begin with there."""
SERVED = Path("/etc/moderator")
"""The settings that the shipped units read: the logins in that store are theirs."""
SIGNS = {Level.OK: "ok  ", Level.SKIPPED: "-   ", Level.WARN: "warn", Level.FAIL: "FAIL"}
accounts_app = typer.Typer(invoke_without_command=True)


def check(
    config: ConfigOption = DEFAULT_CONFIG,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no platform, no mail server and no push service.")
    ] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Send a test letter, to whoever reads answers (reply_to of [mail]).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the machine, the files, the records and every login; whatever is not well comes with its remedy.

    Exit codes of this command: 0 all is well · 1 something should be done · 2 something does not work, or is not safe.

    Example: moderator check, in a script: moderator check --offline --json
    """
    lines: list[Line] = []
    for line in all_lines(Asked(config, offline, send)):
        lines.append(line)
        if not as_json:
            tell(line)
    if as_json:
        print_json([as_facts(line) for line in lines])
    raise typer.Exit(exit_code(lines))


def all_lines(asked: Asked, store: Path | None = None) -> Iterator[Line]:
    """One by one, as they are found out: what cannot be opened is told, and the rest is looked at all the same."""
    yield from machine_lines()
    with logins_at_hand(os.environ, store or store_of(asked.config)) as folder:
        yield from lines_with(asked, folder)


def store_of(config: Path) -> Path | None:
    """Where the service takes the logins of these settings from; None where no service reads them."""
    return CREDSTORE if config.resolve() == SERVED else None


@contextmanager
def logins_at_hand(environment: Mapping[str, str], store: Path | None) -> Iterator[Path | None]:
    """The folder of credential files: the unit's own or, for root beside the service, links to those that units are handed.

    None: they lie in state_dir/credentials.
    """
    given = credentials_folder(environment)
    store = store if given is None else None
    files = sorted(store.glob(f"{PREFIX}*")) if store is not None and os.access(store, os.R_OK | os.X_OK) else []
    if not files:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="moderator-check-") as name:
        for path in files:
            (Path(name) / path.name.removeprefix(PREFIX)).symlink_to(path)
        yield Path(name)


def lines_with(asked: Asked, logins: Path | None) -> Iterator[Line]:
    try:
        settings = read_settings(asked.config, credentials_dir=logins)
    except ConfigError as error:
        yield fail("config", str(error), "Mend the files, then run it again; the rest was not looked at.")
        return
    yield from settings_lines(settings, utc_now(), asked)
    try:
        database = open_database(settings)
    except ModeratorError as error:
        yield fail("database", str(error), "The records were not looked at.")
        return
    try:
        yield from database_lines(settings, database, utc_now(), asked)
    finally:
        database.close()


def as_facts(line: Line) -> dict[str, Any]:
    well = line.level in (Level.OK, Level.SKIPPED)
    return {"what": line.what, "ok": well, "level": line.level, "detail": line.detail, "remedy": line.remedy}


def tell(line: Line) -> None:
    typer.echo(f"{SIGNS[line.level]}  {line.what:<12}  {line.detail}")
    if line.remedy:
        typer.echo(f"{'':<18}  → {line.remedy}")


@accounts_app.callback()
def accounts(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the accounts with when each was last read, and what is wrong with it.

    Example: moderator accounts
    """
    if context.invoked_subcommand is not None:
        return
    with opened(config) as (settings, database), database.reading() as tx:
        rows = [account_row(tx, settings, each.account.id) for each in settings.accounts]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['id']:<12} {row['platform']:<10} {row['handle']:<24} last read {row['last_read']}  {row['state']}"
        )
    if not rows:
        typer.echo("No accounts yet. Add them to moderator.toml, or run: moderator accounts import FOLDER")


def account_row(tx: Transaction, settings: Settings, account_id: str) -> dict[str, Any]:
    account = next(each.account for each in settings.accounts if each.account.id == account_id)
    states = comments.feed_states(tx, account_id)
    last = max((state.last_ok_at for state in states if state.last_ok_at), default=None)
    errors = [f"{state.feed}: {state.last_error}" for state in states if state.last_error]
    paused = account_store.paused(tx, account_id, utc_now())
    return {
        "id": account.id,
        "platform": account.platform,
        "handle": account.handle,
        "last_read": local_time(last),
        "state": f"paused: {paused}" if paused else "; ".join(errors) or "ok",
    }


@accounts_app.command("import")
def import_accounts(
    folder: Annotated[Path, typer.Argument(help="Folder with a school.json.")],
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the new moderator.toml; change nothing.")] = False,
) -> None:
    """Take the school's name, staff and accounts from a school.json into moderator.toml.

    Example: moderator accounts import ./my-school --dry-run
    """
    path = config / "moderator.toml"
    document = tomlkit.parse(read_document(path).content.decode())
    school = read_school_file(folder / "school.json")
    table = document.setdefault("school", tomlkit.table())
    table["name"] = school.name
    table["file"] = str((folder / "school.json").resolve())
    known = {entry["platform"] for entry in document.get("accounts", [])}
    entries = document.setdefault("accounts", tomlkit.aot())
    for platform, handle in school.official_accounts.items():
        if platform not in known and platform in ONLINE:
            entry = tomlkit.table()
            entry.update({"id": platform, "platform": platform, "handle": handle, "credentials": f"{platform}.json"})
            entries.append(entry)
    if dry_run:
        typer.echo(tomlkit.dumps(document))
        return
    try:
        path.write_text(tomlkit.dumps(document), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}. Nothing was changed. Run it as root."
        ) from error
    typer.echo(f"{path}: {school.name}. Each account needs its credential file; then run: moderator check")


def add_to(app: typer.Typer) -> None:
    app.command()(check)
    app.add_typer(accounts_app, name="accounts")
