"""A copy of an SQLCipher database, opened and looked through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moderator.backups.look import refuse_damaged
from moderator.settings.store_address import file_address
from moderator.store.database import Database


@contextmanager
def opened(path: Path, key: str, audit_key: str | None, school_id: str) -> Iterator[Database]:
    """A copy, opened and every page of it read. At the end all stands in the one file. Raises BackupError, StoreError."""
    database = Database.open(file_address(path), key=key, audit_key=audit_key, school_id=school_id, create=False)
    try:
        refuse_damaged(database)
        yield database
    finally:
        database.close()
