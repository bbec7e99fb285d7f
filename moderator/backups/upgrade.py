"""Before the tables are changed to a new version's, a copy of them as they are is kept: one never upgrades without a way back."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from moderator.backups.make import make_backup
from moderator.backups.scratch import alone
from moderator.settings import Settings
from moderator.settings.private_files import give_to_owner_of, make_folder
from moderator.store import schema
from moderator.store.clock import clock_of
from moderator.store.copying import copy_file
from moderator.store.database import Database
from moderator.store.moves import refuse_moved

FOLDER = "before-upgrade"
KEEP_FOR = timedelta(days=30)
"""The copy holds words that retention deletes meanwhile; after a month nobody goes back to the version before."""


def bring_up_to_date(settings: Settings, database: Database) -> None:
    """The tables of this version, with a backup of what they were: as [backup] says or, where it says nothing, a copy beside.

    Raises StoreError for tables of a newer version and for records that have moved elsewhere, and whatever making the backup
    raises; then nothing has changed.
    """
    newest, *older = schema.revisions()
    revision = revision_of(database)
    if revision == newest:
        with database.reading() as tx:
            refuse_moved(tx)
        forget_old(settings.state_dir / FOLDER, database)
        return
    if revision in older:
        keep(settings, database, newest)
    database.migrate()


def is_behind(database: Database) -> bool:
    """Whether the tables are of an older version, or not there yet."""
    revision = revision_of(database)
    newest, *older = schema.revisions()
    return revision != newest and (not revision or revision in older)


def revision_of(database: Database) -> str:
    with database.connected("DEFERRED") as connection:
        return schema.revision_of(connection)


def keep(settings: Settings, database: Database, newest: str) -> None:
    if settings.backup.on:
        make_backup(settings, database, settings.backup.folder, clock_of(database), before=newest)
    elif database.file is not None:
        with alone(settings.state_dir):
            copy_beside(database, settings.state_dir / FOLDER, newest)


def copy_beside(database: Database, folder: Path, newest: str) -> None:
    revision = revision_of(database)
    if revision == newest:
        return  # Another process was first, and has done it all.
    make_folder(folder)
    for path in (*folder.glob("moderator-*.db"), *folder.glob("*.part")):
        path.unlink(missing_ok=True)  # The one of the upgrade before, or what a crash left.
    part = folder / f"moderator-{revision}.part"
    copy_file(database, part)
    give_to_owner_of(folder, part)
    part.rename(folder / f"moderator-{revision}.db")


def forget_old(folder: Path, database: Database) -> None:
    for path in folder.glob("moderator-*.db"):
        with suppress(OSError):
            if clock_of(database) - datetime.fromtimestamp(path.stat().st_mtime, UTC) > KEEP_FOR:
                path.unlink()
