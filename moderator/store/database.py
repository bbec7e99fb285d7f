"""The engine: SQLCipher in a file by default, or PostgreSQL by URL, behind one way of opening and one of writing.

What goes in: a URL and, for SQLCipher, a key. What comes out: transactions. Every fault of the database leaves here as a
StoreError of one sentence, with whatever was under way undone. It never reads a file but the database itself.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, TypeVarTuple, overload

from sqlalchemy import Connection, Engine, RootTransaction, insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from moderator.errors import StoreError
from moderator.store import schema
from moderator.store.chain import Event, derived_key
from moderator.store.engines import (
    BEGIN,
    FORMS_OF_URL,
    SQLITE_VERSION,
    answers,
    is_to_be_made,
    made_whole,
    postgresql_engine,
    refuse_faulty_sqlite,
    sqlcipher_engine,
)
from moderator.store.faults import store_error
from moderator.store.tables import Row
from moderator.store.upserts import upsert_of
from moderator.store.walls import say_school

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
SomeRow = TypeVar("SomeRow", bound=Row)

WAIT_S = 10.0
"""How long a writer waits for another before it gives up."""
RAW_KEY = re.compile("[0-9a-fA-F]{64}")
ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How a transaction on PostgreSQL sees one moment's state."""


def new_key() -> str:
    """A fresh key for a SQLCipher database: 256 random bits as 64 hexadecimal characters."""
    return secrets.token_hex(32)


class Transaction:
    """One piece of work on the database, for one school: all of it is kept, or none."""

    def __init__(self, session: Session, school_id: str, audit_key: bytes | None = None) -> None:
        self.session = session
        self.school_id = school_id
        self.events: list[Event] = []  # happened in here, and told as its last thing
        self.ended_turn = False  # the turn that this was done in, which is nobody's any more
        self._audit_key = audit_key
        self._last: dict[Callable[[Transaction], None], None] = {}

    @property
    def audit_key(self) -> bytes:
        """The key of the audit chain. Raises StoreError where the database was opened without one."""
        if self._audit_key is None:
            raise StoreError(NO_AUDIT_KEY)
        return self._audit_key

    def at_end(self, work: Callable[[Transaction], None]) -> None:
        """Do this as the last thing before all is kept: once, however often it is asked for."""
        self._last[work] = None

    def end(self) -> None:
        for work in self._last:
            work(self)

    @overload
    def all(self, statement: Select[*Ts]) -> list[tuple[*Ts]]: ...
    @overload
    def all(self, statement: SelectOfScalar[T]) -> list[T]: ...
    def all(self, statement: Any) -> list[Any]:
        """The rows as they are in the database now, not as they were when this transaction saw them first."""
        return list(self.session.exec(statement, execution_options={"populate_existing": True}))

    @overload
    def first(self, statement: Select[*Ts]) -> tuple[*Ts] | None: ...
    @overload
    def first(self, statement: SelectOfScalar[T]) -> T | None: ...
    def first(self, statement: Any) -> Any:
        return next(iter(self.all(statement.limit(1))), None)

    def mine(self, table: type[SomeRow]) -> SelectOfScalar[SomeRow]:
        """A table's rows of this school."""
        return select(table).where(col(table.school_id) == self.school_id)  # type: ignore[attr-defined]

    def insert(self, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            school = {"school_id": self.school_id}
            self.session.connection().execute(insert(table), [{**row, **school} for row in rows])

    def upsert(self, table: type[Row], row: Mapping[str, Any], change: Mapping[str, Any]) -> int:
        """Insert a row, or set `change` where its primary key is there already; an empty change leaves it as it is.

        Returns how many rows it inserted or set.
        """
        statement, given = upsert_of(table, self.dialect, {**row, "school_id": self.school_id}, change)
        return self.session.connection().execute(statement, given).rowcount

    def run(self, statement: UpdateBase) -> int:
        """Carry out an insert, update or delete; returns how many rows it met."""
        return self.session.connection().execute(statement).rowcount

    def change(self, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
        """Set columns of many rows by primary key; each mapping holds its key and what changes."""
        if rows:
            self.session.bulk_update_mappings(table, rows)  # type: ignore[arg-type]

    @property
    def dialect(self) -> str:
        return self.session.connection().dialect.name


@dataclass(frozen=True)
class Database:
    """One school's memory. Safe to share between threads; several processes may have the same one open."""

    engine: Engine
    where: str
    school_id: str
    audit_key: bytes | None = field(default=None, repr=False)
    file: Path | None = None  # of SQLCipher
    borrowed: bool = False  # the engine is another's, who closes it

    @classmethod
    def open(
        cls,
        url: str,
        *,
        key: str | None = None,
        audit_key: str | None = None,
        school_id: str = "school",
        create: bool = True,
        wait_s: float = WAIT_S,
    ) -> Database:
        """Open "sqlcipher:///abs/path.db" with its key, or "postgresql+psycopg://user@host/name".

        `audit_key`, 64 hexadecimal digits, chains the audit events. A key of its own is the better one: who has only the
        database, or only its key, cannot write a chain that fits. Without it one is derived from `key`; without either
        (PostgreSQL) all can be read and no event can be written.
        With `create` an SQLCipher database that is not there yet is made, empty. A writer waits `wait_s` for another.
        Raises StoreError, and has then changed nothing.
        """
        chain_key = key_of_chain(key, audit_key)
        return replace(cls._open(url, key, school_id, create, wait_s), audit_key=chain_key)

    @classmethod
    def _open(cls, url: str, key: str | None, school_id: str, create: bool, wait_s: float) -> Database:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise StoreError(f"The database URL cannot be read. {FORMS_OF_URL}") from None
        if parsed.drivername == "sqlcipher":
            return cls._open_file(Path(parsed.database or ""), key, school_id, create, wait_s)
        if parsed.drivername in ("postgresql", "postgresql+psycopg"):
            where = f"Database {parsed.database} on {parsed.host}"
            return cls._checked(postgresql_engine(parsed, wait_s), where, school_id)
        raise StoreError(f"A database URL cannot begin with {parsed.drivername}:. {FORMS_OF_URL}")

    @classmethod
    def _open_file(cls, path: Path, key: str | None, school_id: str, create: bool, wait_s: float) -> Database:
        refuse_faulty_sqlite(SQLITE_VERSION)
        if key is None or not RAW_KEY.fullmatch(key):
            raise StoreError(
                f"The key of {path} must be 64 hexadecimal characters. Put back the key file it was made with."
            )
        where = f"Database {path}"
        if is_to_be_made(path, create):
            with made_whole(path) as fresh:
                cls._checked(sqlcipher_engine(fresh, key, wait_s), where, school_id).close()
        return replace(cls._checked(sqlcipher_engine(path, key, wait_s), where, school_id), file=path)

    @classmethod
    def _checked(cls, engine: Engine, where: str, school_id: str) -> Database:
        try:
            with engine.connect() as connection:
                connection.execution_options(**{BEGIN: "DEFERRED"}).exec_driver_sql("SELECT 1")
        except SQLAlchemyError as error:
            engine.dispose()
            raise store_error(error, where) from error
        return cls(engine, where, school_id)

    def for_school(self, school_id: str, audit_key: bytes | None) -> Database:
        """Another school in the same PostgreSQL database, on the same connections; closing it closes none of them.

        Raises StoreError on SQLCipher, which holds one school per file.
        """
        if self.file is not None:
            raise StoreError(
                f"{self.where} is the file of one school, {self.school_id}: there is one school per file. Many schools in "
                "one database need PostgreSQL; bring a school there with: moderator migrate-store"
            )
        return replace(self, school_id=school_id, audit_key=audit_key, borrowed=True)

    @property
    def dialect(self) -> str:
        """ "sqlite" (SQLCipher) or "postgresql"."""
        return self.engine.dialect.name

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Read and write; kept whole at the end, undone whole at any error. One writer at a time on SQLCipher.

        Nothing slow belongs inside, and no second transaction in the same thread: it would wait for the first.
        """
        with self._connected("IMMEDIATE") as connection, self._begun(connection) as session:
            tx = Transaction(session, self.school_id, self.audit_key)
            yield tx
            tx.end()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read one moment's state, beside whoever writes and without making them wait. Writing in it is an error."""
        with self._connected("DEFERRED") as connection:
            how = ONE_MOMENT if self.dialect == "postgresql" else {}
            with self._begun(connection, how) as session, read_only(connection):
                tx = Transaction(session, self.school_id, self.audit_key)
                yield tx
                tx.end()

    @contextmanager
    def _begun(self, connection: Connection, how: Mapping[str, Any] = MappingProxyType({})) -> Iterator[Session]:
        with self._begin(connection, how), Session(connection) as session:
            yield session

    def _begin(self, connection: Connection, how: Mapping[str, Any]) -> RootTransaction:
        """A transaction that has said its school. A connection that the server ended meanwhile, as a restart does, is made anew:
        nothing was asked on it yet, and that costs less than to try each connection before it is used."""
        try:
            return self._begin_once(connection, how)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        connection.rollback()
        return self._begin_once(connection, how)

    def _begin_once(self, connection: Connection, how: Mapping[str, Any]) -> RootTransaction:
        connection.execution_options(**how)
        begun = connection.begin()
        say_school(connection, self.school_id)
        return begun

    @contextmanager
    def connected(self, begin: str = "IMMEDIATE") -> Iterator[Connection]:
        """A connection whose faults are told as StoreError. On PostgreSQL it sees no school's rows."""
        with self._connected(begin) as connection:
            if not answers(connection):
                connection.invalidate()  # It is made anew when it is used.
            yield connection

    @contextmanager
    def _connected(self, begin: str) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                connection.execution_options(**{BEGIN: begin})
                yield connection
        except SQLAlchemyError as error:
            # Not chained: the database's own message may quote a row, which may be a comment.
            raise store_error(error, self.where) from None

    def migrate(self) -> None:
        """Bring the tables to this version of the program. Raises StoreError where they are of a newer one.

        Several processes may do so at once: the first does it, the others wait and find it done.
        """
        with self.connected("EXCLUSIVE") as connection, connection.begin():
            schema.upgrade(connection, self.where, self.audit_key)

    def close(self) -> None:
        if not self.borrowed:
            self.engine.dispose()


def is_missing(url: str) -> bool:
    """Whether an SQLCipher database is meant whose file is not there yet. A URL that cannot be read is told where it is opened."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return False
    return parsed.drivername == "sqlcipher" and not Path(parsed.database or "").exists()


NO_AUDIT_KEY = (
    "The key of the audit trail is missing, so that nothing can be written into it, nor checked. Nothing was changed. "
    "Put back the file audit.key that belongs to this database."
)


def key_of_chain(key: str | None, audit_key: str | None) -> bytes | None:
    """The key of the audit chain: the given one, or one derived from the database's key; None where there is neither."""
    if audit_key is not None:
        if not RAW_KEY.fullmatch(audit_key):
            raise StoreError(
                "The key of the audit trail must be 64 hexadecimal characters. Put back the file audit.key."
            )
        return bytes.fromhex(audit_key)
    return derived_key(key) if key is not None and RAW_KEY.fullmatch(key) else None


@contextmanager
def read_only(connection: Connection) -> Iterator[None]:
    """Let SQLite refuse writes for a while; PostgreSQL was told when the transaction began."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA query_only = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
