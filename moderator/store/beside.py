"""A place beside a school's records on PostgreSQL: a schema that what was there moves into, or a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL

from moderator.store.database import Database


@contextmanager
def moved_aside(database: Database, name: str) -> Iterator[None]:
    """The schema "public" is empty within, and what was in it stands under `name` afterwards; at any error it is put back."""
    _run(database, f'ALTER SCHEMA public RENAME TO "{name}"', "CREATE SCHEMA public")
    try:
        yield
    except BaseException:
        _run(database, "DROP SCHEMA public CASCADE", f'ALTER SCHEMA "{name}" RENAME TO public')
        raise


@contextmanager
def emptied_at_error(database: Database) -> Iterator[None]:
    """The database was empty before, and is again at any error."""
    try:
        yield
    except BaseException:
        _run(database, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        raise


def make_database(database: Database, name: str) -> URL:
    """An empty database beside this one; returns its address, password included. Raises StoreError."""
    _run_alone(database, f'CREATE DATABASE "{name}"')
    return database.engine.url.set(database=name)


def drop_database(database: Database, name: str) -> None:
    _run_alone(database, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run_alone(database: Database, statement: str) -> None:
    """Outside any transaction, as PostgreSQL asks of whatever makes or drops a database."""
    with database.connected() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)


def _run(database: Database, *statements: str) -> None:
    with database.connected() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)
