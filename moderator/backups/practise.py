"""A restore for practice: into a place of its own, opened, looked through, brought up to date and thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from moderator.backups.contents import FILE, Opened, open_backup
from moderator.backups.keys import Identity
from moderator.backups.postgres import spare_database
from moderator.backups.restore import Restored, Way, bring_up, keys_of, load, on_server, refuse_newer, unpack
from moderator.backups.scratch import scratch
from moderator.backups.sqlcipher import opened as opened_file
from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.database import Database, Transaction

PRACTISED = "restore_practised"


def practise(path: Path, identities: Sequence[Identity], way: Way) -> tuple[Opened, Restored]:
    """All that a restore does, but in a place of its own, which is gone afterwards. Raises BackupError and StoreError."""
    backup = open_backup(path, identities)
    refuse_newer(backup)
    if backup.manifest.kind == "sqlcipher":
        with scratch(way.state_dir) as private:
            unpack(backup, identities, private / FILE)
            with opened_file(private / FILE, *keys_of(backup), backup.manifest.school) as database:
                return backup, Restored(*bring_up(database, backup, way))
    return backup, Restored(*on_a_spare_database(backup, identities, way))


def on_a_spare_database(backup: Opened, identities: Sequence[Identity], way: Way) -> tuple[int, int, int]:
    if way.url is None:
        raise StoreError(f"{backup.path} is of a PostgreSQL database: name one in moderator.toml, [store] url.")
    beside = on_server(way.url, backup)
    try:
        with spare_database(beside, f"moderator_practice_{way.runner.pid}") as url:
            load(backup, identities, url)
            spare = on_server(url, backup)
            try:
                return bring_up(spare, backup, replace(way, url=url))
            finally:
                spare.close()
    finally:
        beside.close()


def remember(database: Database, backup: Opened, by: str, now: datetime) -> None:
    """Write down that the practice went well. Audit: "restore_practised"."""
    with database.transaction() as tx:
        audit.write(tx, PRACTISED, now, actor=by, made_at=backup.manifest.made_at.isoformat(), backup=backup.path.name)


def last_practised(tx: Transaction) -> datetime | None:
    """When a restore was last tried, or done in earnest."""
    return audit.last_at(tx, (PRACTISED, "restored"))
