"""Put a backup back. It is read whole, opened and brought up to date in a private place before anything gives way to it.

No action is done twice for it: what was not done when the backup was made may have been done since, so it is read back from
the platform before it is sent. Whose words were erased since then, they are erased again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from moderator.backups import BackupError
from moderator.backups import postgres as pg
from moderator.backups.contents import ERASURES, FILE, Opened, open_backup
from moderator.backups.keys import Identity
from moderator.backups.look import follow, look
from moderator.backups.scratch import alone, scratch
from moderator.backups.sqlcipher import opened as opened_file
from moderator.errors import StoreError
from moderator.settings.private_files import give_to_owner_of, settle, write_private
from moderator.settings.read import AUDIT_KEY, DATABASE
from moderator.store import audit, comments, schema, waits
from moderator.store.beside import emptied_at_error, moved_aside
from moderator.store.chain import Head
from moderator.store.database import Database, Transaction
from moderator.store.leaving import sign_out_all
from moderator.store.running import Runner, file_lock, hold
from moderator.store.whole import is_empty

Erase = Callable[[Transaction, Sequence[str]], int]
"""Erases anew what the lines of erasures.jsonl name; returns how many comments lost their words by it."""
CONFIG_FOLDER = "config-from-backup"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a backup is put back to and by whom; the rest is in the backup itself."""

    state_dir: Path
    by: str
    runner: Runner
    erase: Erase
    url: URL | None = field(default=None, repr=False)  # of PostgreSQL, with its password
    replace: bool = False  # what is there may be moved aside

    @property
    def now(self) -> datetime:
        return self.runner.since

    @property
    def lock_file(self) -> Path:
        return self.state_dir / "daemon.lock"

    def aside(self, name: str) -> str:
        return f"{name}.before-restore-{self.now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what that brought with it."""

    rows: int
    read_back: int  # actions that are read back before they are sent
    erased: int  # comments that lost their words again
    moved_aside: tuple[str, ...] = ()


def restore(path: Path, identities: Sequence[Identity], way: Way) -> Restored:
    """Put a backup in the daemon's place. Raises BackupError, StoreError and AlreadyRunning; then nothing has changed."""
    backup = open_backup(path, identities)
    refuse_newer(backup)
    if backup.manifest.kind == "sqlcipher":
        return restore_file(backup, identities, way)
    return restore_server(backup, identities, way)


def refuse_newer(backup: Opened) -> None:
    revision = backup.manifest.schema_revision
    if revision not in schema.revisions():
        raise StoreError(
            f"{backup.path} was made by a newer version, {backup.manifest.program} (schema {revision}). Nothing was changed. "
            "Install that version, then restore again."
        )


def restore_file(backup: Opened, identities: Sequence[Identity], way: Way) -> Restored:
    target = way.state_dir / DATABASE
    with scratch(way.state_dir) as private, file_lock(way.lock_file, way.runner):
        if target.exists() and not way.replace:
            raise StoreError(f"{target} is there already. Nothing was changed. {SAY_REPLACE}")
        staged = private / FILE
        unpack(backup, identities, staged)
        with opened_file(staged, *keys_of(backup), backup.manifest.school) as database:
            done = bring_up(database, backup, way)
        moved = [*put_keys(backup, way), *move_aside(way, *files_of(target))]
        give_to_owner_of(way.state_dir, staged)
        staged.replace(target)
        put_papers(backup, way)
        settle(way.state_dir)
    return Restored(*done, tuple(moved))


SAY_REPLACE = "With --replace it is moved aside, and the backup takes its place."


def unpack(backup: Opened, identities: Sequence[Identity], target: Path) -> None:
    """The database file of a backup, under `target`, mode 0600."""
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            open_backup(backup.path, identities, file.write)
        except OSError as error:
            raise BackupError(f"{target} cannot be written: {error.strerror}. Nothing was changed.") from error
        file.flush()
        os.fsync(file.fileno())


def keys_of(backup: Opened) -> tuple[str, str | None]:
    """The keys of the database and of its audit trail."""
    key = backup.key(backup.manifest.store_key)
    if key is None:
        raise BackupError(
            f"{backup.path} lacks the key of its database, {backup.manifest.store_key}. Nothing was changed."
        )
    return key, backup.key(AUDIT_KEY)


def restore_server(backup: Opened, identities: Sequence[Identity], way: Way) -> Restored:
    if way.url is None:
        raise BackupError(
            f"{backup.path} is of a PostgreSQL database. Nothing was changed. Write its address into moderator.toml, "
            "[store] url, make the database with createdb, and run this without --to."
        )
    database = on_server(way.url, backup)
    done: list[tuple[int, int, int]] = []
    name = f"{pg.ASIDE}{way.now.astimezone(UTC):%Y%m%d_%H%M%S}"
    old = not is_empty(database)

    def put_back() -> None:
        if old and not way.replace:
            raise StoreError(f"{database.where} holds tables already. Nothing was changed. {SAY_REPLACE}")
        guard: AbstractContextManager[None] = moved_aside(database, name) if old else emptied_at_error(database)
        with guard:
            load(backup, identities, way.url)
            done.append(bring_up(database, backup, way))

    try:
        with alone(way.state_dir), hold(database, way.lock_file, way.now, way.runner.pid, first=put_back):
            moved = put_keys(backup, way)
            put_papers(backup, way)
    finally:
        database.close()
    return Restored(*done[0], (*moved, *([f"the schema {name} of that database"] if old else [])))


def on_server(url: URL, backup: Opened) -> Database:
    where = url.render_as_string(hide_password=False)
    return Database.open(where, audit_key=backup.key(AUDIT_KEY), school_id=backup.manifest.school)


def load(backup: Opened, identities: Sequence[Identity], url: URL | None) -> None:
    with pg.restoring(url) as feed:
        open_backup(backup.path, identities, feed)


def bring_up(database: Database, backup: Opened, way: Way) -> tuple[int, int, int]:
    """Is every row there and the audit trail whole; then the tables of this version, and what may not be done twice.

    Returns how many rows there are, actions to read back, and comments that lost their words again.
    """
    manifest = backup.manifest
    with database.reading() as tx:
        rows = look(tx).rows
    missing = [name for name, count in manifest.rows.items() if rows.get(name) != count]
    if missing:
        raise BackupError(f"{backup.path}: not all rows came back of {', '.join(missing)}. Nothing was changed.")
    database.migrate()
    with database.transaction() as tx:
        follow(tx, head_of(manifest.audit_head))
        erased = way.erase(tx, lines_of(erasures(backup, way)))
        read_back = waits.read_back_first(tx, way.now)
        sign_out_all(tx, way.now)
        # A platform is asked only where its counts changed, and today's may be those of the backup by chance.
        comments.forget_cursors(tx)
        made_at = manifest.made_at.isoformat()
        audit.write(tx, "restored", way.now, actor=way.by, made_at=made_at, read_back=read_back, erased=erased)
    return sum(rows.values()), read_back, erased


def head_of(text: str) -> Head | None:
    number, _, seal = text.partition(":")
    return Head(int(number), seal) if seal else None


def erasures(backup: Opened, way: Way) -> bytes:
    """The lines of the backup and those written since, each once, in that order."""
    path = way.state_dir / ERASURES
    since = path.read_bytes() if path.exists() else b""
    lines = dict.fromkeys([*backup.erasures.splitlines(), *since.splitlines()])
    return b"".join(line + b"\n" for line in lines if line.strip())


def lines_of(text: bytes) -> list[str]:
    return text.decode("utf-8", errors="replace").splitlines()


def put_keys(backup: Opened, way: Way) -> list[str]:
    """The backup's keys, below state_dir; another one under the same name is moved aside, and told."""
    moved = []
    for name, content in backup.keys.items():
        path = way.state_dir / "credentials" / name
        if path.exists() and path.read_bytes() != content:
            moved += move_aside(way, path)
        write_private(path, content)
    return moved


def put_papers(backup: Opened, way: Way) -> None:
    """The list of erasures, and beside the data the settings as they were: a school may have lost its own."""
    if listed := erasures(backup, way):
        write_private(way.state_dir / ERASURES, listed)
    for name, content in backup.config.items():
        write_private(way.state_dir / CONFIG_FOLDER / name, content)


def files_of(database: Path) -> list[Path]:
    """An SQLCipher database with what it has not yet taken over into itself."""
    return [database.with_name(f"{database.name}{suffix}") for suffix in ("-wal", "-shm", "")]


def move_aside(way: Way, *paths: Path) -> list[str]:
    """Rename what is there; returns the new names, the journals' left out."""
    moved = []
    for path in (each for each in paths if each.exists()):
        stem, _, journal = path.name.partition("-") if path.name.startswith(DATABASE) else (path.name, "", "")
        target = path.with_name(way.aside(stem) + (f"-{journal}" if journal else ""))
        path.rename(target)
        if not journal:
            moved.append(str(target))
    return moved
