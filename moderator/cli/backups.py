"""`backup` and `restore`: the copy for bad days, the way back, and the practice that shows it works."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from moderator.backups import BackupError
from moderator.backups.contents import Opened, open_backup
from moderator.backups.files import Kept, backups_in, name_for, to_delete
from moderator.backups.keys import Identity, make_key, read_identities
from moderator.backups.look import look
from moderator.backups.make import Made, make_backup, prune, refuse_without_recipient
from moderator.backups.practise import practise, remember
from moderator.backups.restore import CONFIG_FOLDER, Restored, Way, restore
from moderator.build import reach_database
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    load_settings,
    local_time,
    print_json,
    the_person,
    utc_now,
)
from moderator.privacy.erase import apply_tombstones
from moderator.settings import Settings
from moderator.settings.read import read_state_dir
from moderator.store.running import Runner

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Look and say what would happen; change nothing.")]
MB = 1_000_000


def backup(
    config: ConfigOption = DEFAULT_CONFIG,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help="Another folder, such as a stick; nothing is deleted there."),
    ] = None,
    new_key: Annotated[
        Path | None,
        typer.Option("--new-key", metavar="FILE", help="Make a key pair instead: its private half goes into FILE."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the backups there are instead.")] = False,
    drill: Annotated[
        bool, typer.Option("--drill", help="Restore the newest backup for practice instead, and throw it away.")
    ] = False,
    identity: Annotated[
        Path | None, typer.Option("--identity", metavar="KEYFILE", help="With --drill: the file with the private key.")
    ] = None,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a backup, look through it, encrypt it, and delete the old ones as the settings say.

    Example: moderator backup, once before that: moderator backup --new-key /media/stick/moderator-backup.key,
    and once a term: moderator backup --drill --identity /media/stick/moderator-backup.key
    """
    if new_key is not None:
        tell_new_key(new_key, make_key(new_key, utc_now()), as_json)
        return
    settings = load_settings(config, logins=False)
    if listed:
        tell_list(settings, to or settings.backup.folder, as_json)
    elif drill:
        practise_newest(settings, to or settings.backup.folder, needed(identity), the_person(by).name, as_json)
    elif dry_run:
        tell_what_would_be(settings, to or settings.backup.folder, to is None, as_json)
    else:
        database = reach_database(settings, create=False)
        try:
            made = make_backup(settings, database, to or settings.backup.folder, utc_now())
        finally:
            database.close()
        tell_made(made, prune(settings) if to is None else [], as_json)


def needed(identity: Path | None) -> list[Identity]:
    if identity is None:
        raise typer.BadParameter("say which file holds the private key", param_hint="--identity")
    return read_identities(identity)


def tell_new_key(path: Path, public: str, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(path), "recipient": public})
        return
    typer.echo(f'Write this into moderator.toml under [backup]:\n\n    recipients = ["{public}"]\n')
    typer.echo(
        f"{path} is the private half. Without it no backup can be opened, and whoever has it can open them all. "
        "Copy it to two sticks, or print it; keep them in two locked places; then delete it from this machine."
    )


def tell_made(made: Made, deleted: Sequence[Kept], as_json: bool) -> None:
    manifest = made.manifest
    if as_json:
        facts = manifest.model_dump(mode="json")
        print_json(
            {"file": str(made.path), "bytes": made.size, "deleted": [str(each.path) for each in deleted]} | facts
        )
        return
    rows = sum(manifest.rows.values())
    typer.echo(f"{made.path}: {rows} rows, {made.size / MB:.1f} MB, opened and looked through before it was encrypted.")
    if manifest.audit_head:
        typer.echo(f"Head of the audit trail: {manifest.audit_head}")
    for each in deleted:
        typer.echo(f"Deleted as too old: {each.path.name}")


def tell_list(settings: Settings, folder: Path, as_json: bool) -> None:
    found = kept_in(settings, folder)
    going = {each.path for each in to_delete(found, settings.backup.keep_daily, settings.backup.keep_weekly)}
    rows = [
        {"file": str(each.path), "made_at": each.made_at, "bytes": each.path.stat().st_size, "goes": each.path in going}
        for each in found
    ]
    if as_json:
        print_json(rows)
        return
    for each, row in zip(found, rows, strict=True):
        note = "  goes with the next backup" if row["goes"] else ""
        typer.echo(f"{local_time(each.made_at)}  {each.path.stat().st_size / MB:8.1f} MB  {each.path}{note}")
    if not rows:
        typer.echo(f"No backup is in {folder}.")


def kept_in(settings: Settings, folder: Path) -> list[Kept]:
    try:
        return backups_in(folder, settings.school.id)
    except OSError as error:
        raise BackupError(f"{folder} cannot be read: {error.strerror}.") from error


def tell_what_would_be(settings: Settings, folder: Path, prunes: bool, as_json: bool) -> None:
    refuse_without_recipient(settings)
    database = reach_database(settings, create=False)
    try:
        with database.reading() as tx:
            seen = look(tx)
    finally:
        database.close()
    now = utc_now()
    target = name_for(folder, settings.school.id, now)
    backups = [Kept(target, now), *kept_in(settings, folder)]
    keep = settings.backup.keep_daily, settings.backup.keep_weekly
    going = [each.path.name for each in (to_delete(backups, *keep) if prunes else ())]
    if as_json:
        print_json({"file": str(target), "rows": seen.rows, "would_delete": going})
        return
    typer.echo(f"would write {target}: {sum(seen.rows.values())} rows of schema {seen.revision}")
    for name in going:
        typer.echo(f"would delete {name}")


def practise_newest(settings: Settings, folder: Path, identities: list[Identity], by: str, as_json: bool) -> None:
    found = kept_in(settings, folder)
    if not found:
        raise BackupError(f"No backup is in {folder}. Make one first: moderator backup")
    now = utc_now()
    tried, restored = practise(found[0].path, identities, way(settings.state_dir, settings.store_url, by, now))
    database = reach_database(settings, create=False)
    try:
        remember(database, tried, by, now)
    finally:
        database.close()
    if as_json:
        print_json({"file": str(tried.path), "rows": restored.rows, "made_at": tried.manifest.made_at})
    else:
        typer.echo(
            f"{tried.path.name} was restored for practice: all {restored.rows} rows are there, the audit trail is whole."
        )
        typer.echo("It was thrown away again. Take the private key off this machine now.")


def way(state_dir: Path, url: str, by: str, now: datetime, replace: bool = False) -> Way:
    parsed = make_url(url) if url else None
    server = parsed if parsed is not None and parsed.drivername.startswith("postgresql") else None
    return Way(state_dir, by, Runner(socket.gethostname(), os.getpid(), now), apply_tombstones, server, replace)


def restore_backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup, as moderator backup made it.")],
    identity: Annotated[Path, typer.Option("--identity", metavar="KEYFILE", help="The file with the private key.")],
    config: ConfigOption = DEFAULT_CONFIG,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="STATE_DIR", help="The folder for the data, where there are no settings yet."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move aside what is there now, and put the backup in its place.")
    ] = False,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put a backup back in the place of a lost or damaged database. Stop the daemon and the page first.

    Example: moderator restore moderator-school-2026-11-22T0300Z.age --identity /media/stick/moderator-backup.key
    """
    identities = read_identities(identity)
    here = where_to(file, identities, config, to, replace, the_person(by).name)
    if dry_run:
        backup, done = practise(file, identities, here)
        tell_dry(backup, done, here, as_json)
        return
    tell_restored(restore(file, identities, here), here, as_json)


def where_to(file: Path, identities: list[Identity], config: Path, to: Path | None, replace: bool, by: str) -> Way:
    if to is not None:
        return way(to.absolute(), "", by, utc_now(), replace)
    if open_backup(file, identities).manifest.kind == "sqlcipher":
        # The settings as a whole are not asked: reading them makes keys, and those of the backup are to be the keys here.
        return way(read_state_dir(config), "", by, utc_now(), replace)
    settings = load_settings(config, logins=False)
    return way(settings.state_dir, settings.store_url, by, utc_now(), replace)


def tell_dry(backup: Opened, done: Restored, here: Way, as_json: bool) -> None:
    manifest = backup.manifest
    if as_json:
        print_json(asdict(done) | manifest.model_dump(mode="json"))
        return
    typer.echo(f"{backup.path.name}: made {local_time(manifest.made_at)} by {manifest.program} for {manifest.school}.")
    typer.echo(
        f"It opens, all {done.rows} rows are there and the audit trail is whole. "
        f"would restore it into {here.url.database if here.url is not None else here.state_dir}"
    )


def tell_restored(done: Restored, here: Way, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    typer.echo(f"Restored: {done.rows} rows, and the audit trail is whole.")
    if done.read_back:
        typer.echo(
            f"{done.read_back} actions may have been done since the backup: they are read back before they are sent."
        )
    if done.erased:
        lost = "1 comment lost its words" if done.erased == 1 else f"{done.erased} comments lost their words"
        typer.echo(f"{lost} again, erased after the backup was made.")
    typer.echo(
        "What people wrote down since the backup is not in it: decisions, holds, complaints about data. Put the holds in again "
        "first: moderator hold"
    )
    typer.echo(
        "Everybody is signed out, and no code on paper works any more, since some may have been used: moderator users "
        "recovery NAME makes a new one. Passkeys work. Who or which passkey was ended since the backup is there again: "
        "moderator users list"
    )
    for name in done.moved_aside:
        typer.echo(f"Moved aside: {name}. Delete it once all is well; it holds people's words.")
    typer.echo(
        f"The settings of that day lie in {here.state_dir / CONFIG_FOLDER}. Not in a backup: the platforms' logins "
        "(docs/connect-*.md) and the pupils' roll (moderator roll import FILE). Then run: moderator check"
    )


def add_to(app: typer.Typer) -> None:
    app.command()(backup)
    app.command("restore")(restore_backup)
