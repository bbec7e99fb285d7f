"""One daemon at a time on the same data: a lock on a file, and on PostgreSQL a lock in the database as well.

A command that changes the tables takes both as a guest, so that no daemon is at work meanwhile; a daemon that starts just
then waits for it, where it would refuse beside another daemon.

Both locks end with the process, however it ends, so nothing is left behind that somebody must clear away.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TextIO

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from moderator.errors import AlreadyRunning, StoreError
from moderator.settings.private_files import give_to_owner_of
from moderator.store import turns
from moderator.store.database import Database
from moderator.store.engines import which_file
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


GUESTS_STAY_S = 0.1
"""How long a daemon waits between two looks whether a guest has gone."""


class Hold:
    """The daemon's place, until `release` or the end of the with-block."""

    def __init__(self, kept: ExitStack, connection: Connection | None, file: Path | None = None) -> None:
        self._kept, self._connection = kept, connection
        self._file, self._was = file, None if file is None else which_file(file)

    def still_held(self) -> bool:
        """False once the place is another's: then work must end.

        So it is where PostgreSQL ended the connection that held the lock, as a restart does, or where another file, such as
        a restored backup, stands in the place of the SQLCipher database.
        """
        if self._file is not None and which_file(self._file) != self._was:
            return False
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


def nothing_first() -> None:
    pass


def hold(
    database: Database, lock_file: Path, now: datetime, pid: int, first: Callable[[], object] = nothing_first
) -> Hold:
    """Take the daemon's place. Raises AlreadyRunning, saying who has it, and StoreError where the locks cannot be had.

    `first` is done while nobody else can have the place, and before anything is asked of the tables: bringing them up to
    this version of the program, or putting back a backup.
    """
    runner = Runner(socket.gethostname(), pid, now)
    kept = ExitStack()
    try:
        kept.enter_context(file_lock(lock_file, runner))
        return _take(kept, database, runner, first)
    except BaseException:
        kept.close()
        raise


@contextmanager
def opened_alone(
    reach: Callable[[], Database], lock_file: Path, now: datetime, pid: int, first: Callable[[Database], object]
) -> Iterator[tuple[Database, Hold]]:
    """The daemon's place and then the database, which `reach` opens or makes; closed at the end. Raises as `hold` does.

    Who does not get the place has neither opened a file of the database nor made one.
    """
    runner = Runner(socket.gethostname(), pid, now)
    with ExitStack() as kept:
        kept.enter_context(file_lock(lock_file, runner))
        database = reach()
        kept.callback(database.close)
        yield database, _take(kept, database, runner, partial(first, database))


def _take(kept: ExitStack, database: Database, runner: Runner, first: Callable[[], object]) -> Hold:
    """The rest of the place, for who has the lock on the file."""
    connection = None
    if database.dialect == "postgresql":
        connection = kept.enter_context(_database_lock(database, runner, first))
        _refuse_shared_work(database)
    else:
        first()
    return Hold(kept, connection, database.file)


def visit(database: Database, lock_file: Path, work: Callable[[], object]) -> None:
    """Do some work on the tables while no daemon is at work. Raises AlreadyRunning where one is, and StoreError.

    Several guests may be there at once.
    """
    with visited_file(lock_file):
        if database.dialect != "postgresql":
            work()
            return
        with told_as_ours(database), _autocommit(database) as connection:
            if not _try_database(connection, database.school_id, "_shared"):
                raise AlreadyRunning(_by_database(database))
            try:
                work()
            finally:
                _let_go(connection, database.school_id, "_shared")


@contextmanager
def visited_file(lock_file: Path) -> Iterator[None]:
    """A guest's lock on the file alone, for who has no database open yet. Raises as `visit` does."""
    with opened_lock(lock_file) as file:
        if not _try_file(file, fcntl.LOCK_SH):
            raise AlreadyRunning(_by_file(file))
        yield


def _refuse_shared_work(database: Database) -> None:
    with database.reading() as tx:
        if turns.are_shared(tx):
            raise AlreadyRunning(
                f"The workers of a trust do the work of {database.school_id}: nothing was begun here. To let it stand alone "
                "again, take its folder out of the trust's schools; the workers see it within a minute."
            )


@contextmanager
def file_lock(path: Path, runner: Runner) -> Iterator[None]:
    """The lock on a file alone, for who works on the data with no database open. Raises as `hold` does."""
    with opened_lock(path) as file:
        while not _try_file(file, fcntl.LOCK_EX):
            if not _try_file(file, fcntl.LOCK_SH):
                raise AlreadyRunning(_by_file(file))
            fcntl.flock(file, fcntl.LOCK_UN)
            time.sleep(GUESTS_STAY_S)
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
def opened_lock(path: Path) -> Iterator[TextIO]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        give_to_owner_of(path.parent, path)  # A command that root gave leaves no file that the daemon cannot open.
    except OSError as error:
        raise StoreError(
            f"The lock file {path} cannot be opened: {error.strerror}. Let the user that runs moderator own its folder."
        ) from error
    with open(handle, "r+", encoding="utf-8") as file:
        yield file


def _try_file(file: TextIO, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _by_file(file: TextIO) -> str:
    file.seek(0)
    who = file.read().strip() or "and has only just started"
    return f"Another moderator works on the same data, {who}. Stop that one first, or leave it at work."


@contextmanager
def _database_lock(database: Database, runner: Runner, first: Callable[[], object]) -> Iterator[Connection]:
    with told_as_ours(database), _autocommit(database) as connection:
        while not _try_database(connection, database.school_id):
            if not _try_database(connection, database.school_id, "_shared"):
                raise AlreadyRunning(_by_database(database))
            _let_go(connection, database.school_id, "_shared")
            time.sleep(GUESTS_STAY_S)
        try:
            first()
            _write_who(database, runner)
            yield connection
        finally:
            _let_go(connection, database.school_id)


@contextmanager
def told_as_ours(database: Database) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise store_error(error, database.where) from None


def _autocommit(database: Database) -> Connection:
    return database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _number(school_id: str) -> dict[str, int]:
    digest = blake2b(f"moderator runs {school_id}".encode(), digest_size=8).digest()
    return {"number": int.from_bytes(digest, signed=True)}


def _try_database(connection: Connection, school_id: str, how: str = "") -> bool:
    asked = text(f"SELECT pg_try_advisory_lock{how}(:number)")
    return bool(connection.scalar(asked, _number(school_id)))


def _let_go(connection: Connection, school_id: str, how: str = "") -> None:
    # A connection that broke has given its lock back already, and cannot be told to.
    with suppress(SQLAlchemyError):
        connection.execute(text(f"SELECT pg_advisory_unlock{how}(:number)"), _number(school_id))


def _by_database(database: Database) -> str:
    who = _who(database)
    return f"Another moderator works on {database.where}, {who}. Stop that one first, or leave it at work."


def _who(database: Database) -> str:
    row = None
    with suppress(StoreError), database.reading() as tx:  # Whoever holds it may be about to make the tables.
        row = tx.first(tx.mine(RunnerRow))
    return str(Runner(row.host, row.pid, row.since)) if row else "which has only just started"


def _write_who(database: Database, runner: Runner) -> None:
    who = {"host": runner.host, "pid": runner.pid, "since": runner.since}
    with database.transaction() as tx:
        tx.upsert(RunnerRow, who, who)
