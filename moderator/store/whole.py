"""Is a database whole, and how much is in it: for whoever copies it or puts one back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, inspect, select, table, text

from moderator.store.database import Database, Transaction


def row_counts(tx: Transaction, without: Collection[str] = ()) -> dict[str, int]:
    """Of every table that there is but those `without`, of whichever version the tables are."""
    connection = tx.session.connection()
    names = sorted(set(inspect(connection).get_table_names()) - set(without))
    return {name: int(connection.scalar(select(func.count()).select_from(table(name))) or 0) for name in names}


def bad_pages(database: Database) -> int:
    """How many places of an SQLCipher file are not as they were written; every page is read. Raises StoreError."""
    with database.connected("DEFERRED") as connection:
        bad = list(connection.exec_driver_sql("PRAGMA cipher_integrity_check"))
        bad += [row for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
    return len(bad)


def snapshot(tx: Transaction) -> str:
    """What PostgreSQL calls this moment, so that a dump can be of the same one."""
    return str(tx.session.connection().scalar(text("SELECT pg_export_snapshot()")))


def is_empty(database: Database) -> bool:
    """Whether a PostgreSQL database has no table yet. Raises StoreError."""
    with database.connected() as connection:
        tables = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public'"
        return bool(connection.scalar(text(tables)) == 0)
