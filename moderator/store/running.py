"""One daemon at a time on the same data: a lock on a file, and on PostgreSQL a lock in the database as well.

Both locks end with the process, however it ends, so nothing is left behind that somebody must clear away.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from moderator.errors import AlreadyRunning, StoreError
from moderator.store.database import Database
from moderator.store.faults import store_error
from moderator.store.tables import RunnerRow


@dataclass(frozen=True)
class Runner:
    """Who holds the daemon's place."""

    host: str
    pid: int
    since: datetime

    def __str__(self) -> str:
        return f"held by pid {self.pid} on {self.host} since {self.since:%Y-%m-%d %H:%M} UTC"


class Hold:
    """The daemon's place, until `release` or the end of the with-block."""

    def __init__(self, kept: ExitStack, connection: Connection | None) -> None:
        self._kept, self._connection = kept, connection

    def still_held(self) -> bool:
        """False once PostgreSQL has ended the connection that held the lock, as a restart does: then work must end."""
        if self._connection is None:
            return True
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        self._kept.close()

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def hold(database: Database, lock_file: Path, now: datetime, pid: int) -> Hold:
    """Take the daemon's place. Raises AlreadyRunning, saying who has it, and StoreError where the locks cannot be had."""
    runner = Runner(socket.gethostname(), pid, now)
    kept = ExitStack()
    try:
        kept.enter_context(_file_lock(lock_file, runner))
        in_database = database.dialect == "postgresql"
        connection = kept.enter_context(_database_lock(database, runner)) if in_database else None
    except BaseException:
        kept.close()
        raise
    return Hold(kept, connection)


@contextmanager
def _file_lock(path: Path, runner: Runner) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"The lock file {path} cannot be opened: {error.strerror}. Let the user that runs moderator own its folder."
        ) from error
    with open(handle, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"Another moderator works on the same data, {file.read().strip() or 'and has only just started'}. "
                "Stop that one first, or leave it at work."
            ) from None
        file.truncate(0)
        file.write(f"{runner}\n")
        file.flush()
        try:
            yield
        finally:
            # The file itself stays: removing it would let a third take a lock that a second still waits for.
            file.seek(0)
            file.truncate()


@contextmanager
def _database_lock(database: Database, runner: Runner) -> Iterator[Connection]:
    number = int.from_bytes(
        blake2b(f"moderator runs {database.school_id}".encode(), digest_size=8).digest(), signed=True
    )
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}):
                raise AlreadyRunning(
                    f"Another moderator works on {database.where}, {_who(connection, database.school_id)}. "
                    "Stop that one first, or leave it at work."
                )
            _write_who(connection, database.school_id, runner)
            try:
                yield connection
            finally:
                # A connection that broke has given its lock back already, and cannot be told to.
                with suppress(SQLAlchemyError):
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
    except SQLAlchemyError as error:
        raise store_error(error, database.where) from None


def _who(connection: Connection, school_id: str) -> str:
    found = connection.execute(
        select(RunnerRow.host, RunnerRow.pid, RunnerRow.since).where(col(RunnerRow.school_id) == school_id)
    ).first()
    return str(Runner(*found)) if found else "which has only just started"


def _write_who(connection: Connection, school_id: str, runner: Runner) -> None:
    who = {"host": runner.host, "pid": runner.pid, "since": runner.since}
    statement = insert(RunnerRow).values(school_id=school_id, **who)
    connection.execute(statement.on_conflict_do_update(index_elements=["school_id"], set_=who))
