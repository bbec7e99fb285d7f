"""The tables as Alembic knows them: which version a database is at, and the steps to this program's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from moderator.errors import StoreError
from moderator.store.walls import lowered_for_owner

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x6D6F6465_7261746F
"""Number of PostgreSQL's advisory lock for migrations: "moderato" in ASCII."""


def configuration(connection: Connection, audit_key: bytes | None = None) -> Config:
    """What the steps get: the connection and, to chain what happened before there was a chain, its key."""
    config = plain_configuration()
    config.attributes["connection"] = connection
    config.attributes["audit_key"] = audit_key
    return config


def plain_configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(connection: Connection, where: str, audit_key: bytes | None = None) -> None:
    """Take every step that is missing, inside the transaction the connection is in. Raises StoreError if it is newer."""
    if connection.dialect.name == "postgresql":
        # On SQLite the exclusive transaction keeps others out; here a lock does, waited for as long as steps may take.
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10min'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    config = configuration(connection, audit_key)
    refuse_newer(connection, where)
    if revision_of(connection) == revisions()[0]:
        return
    with lowered_for_owner(connection):
        command.upgrade(config, "head")


def refuse_newer(connection: Connection, where: str) -> None:
    revision = revision_of(connection)
    if revision and revision not in revisions():
        raise StoreError(
            f"{where} was written by a newer moderator (schema {revision}). Nothing was changed. "
            "Install that version again, or put back the backup taken before the upgrade."
        )


@cache
def revisions() -> tuple[str, ...]:
    """Every version of the tables that this program can bring up to its own; its own comes first."""
    scripts = ScriptDirectory.from_config(plain_configuration())
    return tuple(script.revision for script in scripts.walk_revisions())


def revision_of(connection: Connection) -> str:
    """Which version the tables are at; empty: there are none yet."""
    return next(iter(MigrationContext.configure(connection).get_current_heads()), "")
