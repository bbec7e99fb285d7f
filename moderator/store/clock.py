"""The time by the database's own clock: for what is done where a database is merely opened, and nobody hands a time in."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from moderator.store.database import Database


def clock_of(database: Database) -> datetime:
    """Aware UTC; of SQLCipher in whole seconds."""
    with database.connected("DEFERRED") as connection:
        read = connection.execute(select(func.current_timestamp())).scalar_one()
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
