"""How each database is connected to: the settings that every connection gets, and the file of an SQLCipher database.

A path or a URL goes in, an engine comes out. Nothing is read or written but what opening asks for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from moderator.errors import StoreError
from moderator.settings.private_files import give_to_owner_of, settle

SQLITE_VERSION: tuple[int, ...] = sqlcipher.sqlite_version_info
"""Of the library inside sqlcipher3."""
MENDED_IN = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
BEGIN = "moderator_begin"
"""Execution option of a connection: what SQLite's BEGIN is followed by."""
SWITCH_AGAIN_AFTER_S = 0.02
FORMS_OF_URL = "It is sqlcipher:///var/lib/moderator/moderator.db or postgresql+psycopg://user:password@host/name."


def refuse_faulty_sqlite(version: tuple[int, ...]) -> None:
    """Raises StoreError for a SQLite that can damage a database in WAL mode which several processes write to."""
    # https://www.sqlite.org/wal.html, "The WAL-reset bug" (read 2026-11): mended in 3.51.3, and in 3.50.7 and 3.44.6.
    if version >= MENDED_IN[-1] or any(version[:2] == mended[:2] and version >= mended for mended in MENDED_IN):
        return
    raise StoreError(
        f"The SQLite library inside sqlcipher3 is {'.'.join(map(str, version))}, which can damage a database that several "
        "processes write to. Install a newer one: pip install --upgrade sqlcipher3"
    )


def is_to_be_made(path: Path, create: bool) -> bool:
    """Whether there is no file yet; one that is there becomes nobody else's to read. Raises StoreError where none may be made."""
    if not path.is_absolute():
        raise StoreError(f"The path of the database must be absolute, got {str(path) or 'none'}. {FORMS_OF_URL}")
    if path.exists():
        with suppress(OSError):  # Somebody else's file, or a read-only disk; opening it tells whether it can be used.
            path.chmod(0o600)
        return False
    if not create:
        raise StoreError(f"There is no database at {path} yet. Starting the daemon once makes it: moderator run")
    return True


@contextmanager
def made_whole(path: Path) -> Iterator[Path]:
    """An empty file beside `path` to make a database of; at the end it is put there, unless another one is there by then.

    So nobody ever opens half of one, and where making it fails there is none. Raises StoreError.
    """
    try:
        with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            fresh = Path(folder) / path.name
            make_private_file(fresh)
            give_to_owner_of(path.parent, fresh)
            yield fresh
            with suppress(FileExistsError):
                os.link(fresh, path)
            settle(path.parent)
    except OSError as error:
        raise cannot_be_made(path, error) from error


def make_private_file(path: Path) -> None:
    """A new file, empty, and nobody else's to read. Raises StoreError, also where there is one."""
    try:
        # SQLite gives its -wal and -shm files the permissions of the database itself.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise cannot_be_made(path, error) from error


def cannot_be_made(path: Path, error: OSError) -> StoreError:
    return StoreError(f"Database {path} cannot be made: {error.strerror}. Make its folder, owned by this user.")


def use_write_ahead_log(connection: Any, wait_s: float) -> None:
    """Switch a file to it that is not yet: a new one, or a backup that was put back. Raises sqlcipher's errors."""
    # While another process writes to the file, or switches it, SQLite refuses at once instead of waiting as for all else.
    patience = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlcipher.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > patience:
                raise
        time.sleep(SWITCH_AGAIN_AFTER_S)


def sqlcipher_engine(path: Path, key: str, wait_s: float) -> Engine:
    def connect() -> Any:
        # A file that was moved away is not made anew, empty: `made_whole` alone makes one.
        connection = sqlcipher.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=wait_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            # A raw key spares the 256,000 rounds meant for passwords: https://www.zetetic.net/sqlcipher/sqlcipher-api/#key
            connection.execute(f"PRAGMA key = \"x'{key}'\"")
            # The first page is read before anything is set, so that a wrong key changes nothing.
            connection.execute("SELECT count(*) FROM sqlite_master")
            use_write_ahead_log(connection, wait_s)
            for setting in ("synchronous = FULL", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection

    # The URL stays empty, so that neither path nor key can be printed from it.
    engine = create_engine(
        "sqlite://", module=sqlcipher, creator=connect, poolclass=QueuePool, pool_size=5, hide_parameters=True
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once avoids the deadlock of two readers that both go on to write.
        how = connection.get_execution_options().get(BEGIN, "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {how}")

    @event.listens_for(engine, "connect")
    def remember(_connection: object, record: Any) -> None:
        record.info["file"] = which_file(path)

    @event.listens_for(engine, "checkout")
    def compare(_connection: object, record: Any, _proxy: object) -> None:
        # A restored backup took the file's place: nobody writes on into the one that was moved aside.
        if record.info["file"] != which_file(path):
            raise DisconnectionError

    return engine


def which_file(path: Path) -> tuple[int, int] | None:
    """Which file stands at the path now, by device and number; None: none does."""
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def postgresql_engine(url: URL, wait_s: float) -> Engine:
    # psycopg prepares what it sends often, and the server would keep a plan that it made while a table was still empty: the
    # same question then took 18 ms at 6,000 comments, and longer with each one, in the place of 0.2 (measured 2026-11-22).
    plans = "-c plan_cache_mode=force_custom_plan"
    settings = f"-c timezone=UTC -c lock_timeout={round(wait_s * 1000)} {plans}"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        connect_args={"connect_timeout": 10, "application_name": "moderator", "options": settings},
    )


def answers(connection: Connection) -> bool:
    """Whether a connection still reaches its server, which may have been started anew meanwhile."""
    try:
        return connection.dialect.do_ping(connection.connection.dbapi_connection)  # type: ignore[arg-type]
    except connection.dialect.loaded_dbapi.Error:
        return False
