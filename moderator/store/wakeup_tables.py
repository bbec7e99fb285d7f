"""The tables of the workers' queue, Procrastinate's own, in the same PostgreSQL as the schools' records."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import make_url

from moderator.errors import StoreError

_LOCK = 7234
"""Held while the tables are made, so that two who prepare the same database do so one after the other."""


def conninfo(store_url: str) -> dict[str, Any]:
    """psycopg's own words for a store's URL."""
    url = make_url(store_url)
    named = {"host": url.host, "port": url.port, "dbname": url.database, "user": url.username, "password": url.password}
    return {key: value for key, value in (named | dict(url.query)).items() if value is not None}


def prepare(store_url: str) -> bool:
    """Make them, as the owner of the database; False where they are there already. Raises StoreError."""
    import procrastinate
    import psycopg

    try:
        with psycopg.connect(**conninfo(store_url)) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            row = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone()
            if row is not None and row[0]:
                return False
            connection.execute(procrastinate.schema.SchemaManager.get_schema())
    except psycopg.Error as error:
        raise StoreError(
            f"The tables of the workers' queue cannot be made ({type(error).__name__}). Run this as the owner of the database."
        ) from None
    return True
