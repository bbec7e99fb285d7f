"""`check` and `accounts`: is everything in order, what do we watch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import tomlkit
import typer

from moderator.build import build_models, build_platform, open_database, school_detectors
from moderator.by_hand import look_over
from moderator.cli.backups import backup_rows
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    load_settings,
    local_time,
    opened,
    print_json,
    utc_now,
)
from moderator.cli.data_complaints import complaints_state
from moderator.errors import ConfigError, ModeratorError
from moderator.settings import Settings
from moderator.settings.roll_file import load_roll
from moderator.settings.school_file import read_school_file
from moderator.store import accounts as account_store
from moderator.store import comments, users
from moderator.store.database import Database, Transaction

STORES = {"sqlite": "SQLCipher, encrypted", "postgresql": "PostgreSQL"}
accounts_app = typer.Typer(invoke_without_command=True)


def check(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Check the files, the database, the roll and the login of every account; each fault comes with its remedy.

    Example: moderator check
    """
    rows: list[dict[str, Any]] = []
    worst = 0
    settings = load_settings(config)
    rows.append({"what": "config", "ok": True, "detail": f"{len(settings.accounts)} accounts, mode {settings.mode}"})
    if not settings.accounts:
        rows.append(
            {
                "what": "accounts",
                "ok": False,
                "detail": "none yet: docs/connect-x.md, -youtube.md, -instagram.md, -byhand.md",
            }
        )
        worst = ConfigError.exit_code
    database = open_database(settings)
    try:
        rows.append({"what": "database", "ok": True, "detail": STORES[database.dialect]})
        rows.append(roll_state(settings))
        rows.append(people_state(settings, database))
        rows.append(complaints_state(settings, database))
        rows.append(checklist_state(settings, database))
        rows += backup_rows(settings, database, utc_now())
        school_detectors(settings, utc_now(), build_models(settings))
        for each in settings.accounts:
            row, code = account_login(settings, database, each.account.id)
            rows.append(row)
            worst = max(worst, code)
    finally:
        database.close()
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            typer.echo(f"{'ok  ' if row['ok'] else 'FAIL'}  {row['what']:<12}  {row['detail']}")
    raise typer.Exit(worst)


def roll_state(settings: Settings) -> dict[str, Any]:
    roll = load_roll(settings, utc_now())
    if roll is None:
        return {
            "what": "roll",
            "ok": True,
            "detail": "none; children are found by patterns only (moderator roll import FILE)",
        }
    return {"what": "roll", "ok": not roll.warning, "detail": roll.warning or f"{len(roll.pupils)} pupils"}


def people_state(settings: Settings, database: Database) -> dict[str, Any]:
    """Who may close what is urgent."""
    with database.reading() as tx:
        people = users.people(tx, settings.people)
    who = " or ".join(people.who_close_urgent())
    remedy = "nobody: moderator users add" if people.are_users else "nobody: name the head in [people]"
    named = "users of the page" if people.are_users else "named"
    detail = f"{len(people.roles)} {named}; what is urgent is decided by {who or remedy}"
    if not people.roles:
        detail = "nobody is named in moderator.toml under [people], so everybody at the command line counts as the head"
    return {"what": "people", "ok": bool(who) or not people.roles, "detail": detail}


def checklist_state(settings: Settings, database: Database) -> dict[str, Any]:
    """Whether somebody has looked at the platforms' own switches this term."""
    with database.reading() as tx:
        states = look_over(tx, settings, utc_now())
    late = [state.setting.id for state in states if state.late]
    done = f"{sum(state.done for state in states)} of {len(states)} looked at this term"
    detail = f"{done}; late: {', '.join(late)}. See: moderator checklist" if late else done
    return {"what": "checklist", "ok": not late, "detail": detail}


def account_login(settings: Settings, database: Database, account_id: str) -> tuple[dict[str, Any], int]:
    """One account's row, and the exit code it asks for."""
    each = next(each for each in settings.accounts if each.account.id == account_id)
    try:
        state = build_platform(each, database, settings.state_dir).check(utc_now())
    except ModeratorError as error:
        return {"what": account_id, "ok": False, "detail": str(error)}, error.exit_code
    warnings = "".join(f"; {warning}" for warning in state.warnings)
    return {
        "what": account_id,
        "ok": True,
        "detail": f"{state.account.handle} ({state.account.native_id}){warnings}",
    }, 0


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
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    school = read_school_file(folder / "school.json")
    table = document.setdefault("school", tomlkit.table())
    table["name"] = school.name
    table["file"] = str((folder / "school.json").resolve())
    known = {entry["platform"] for entry in document.get("accounts", [])}
    entries = document.setdefault("accounts", tomlkit.aot())
    for platform, handle in school.official_accounts.items():
        if platform not in known and platform in ("x", "youtube", "instagram"):
            entry = tomlkit.table()
            entry.update({"id": platform, "platform": platform, "handle": handle, "credentials": f"{platform}.json"})
            entries.append(entry)
    if dry_run:
        typer.echo(tomlkit.dumps(document))
        return
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    typer.echo(f"{path}: {school.name}. Each account needs its credential file; then run: moderator check")


def add_to(app: typer.Typer) -> None:
    app.command()(check)
    app.add_typer(accounts_app, name="accounts")
