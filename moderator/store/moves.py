"""Copies a school's rows from one database into another, key range by key range, and remembers there how far it got.

The rows and how far they got are kept in one transaction, so that whoever is killed in the middle goes on where it stopped and
nothing comes twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Column, Integer, Table, delete, func, insert, literal, select, tuple_
from sqlmodel import col

from moderator.errors import AlreadyRunning, StoreError
from moderator.store.database import Database, Transaction
from moderator.store.tables import AwareUtc, MoveRow, Row
from moderator.store.walls import OUTSIDE

AT_ONCE = 500
"""Rows read and written at once."""
AWAY, IN = "away", "in"
STAYS = {"moves", "runners", *OUTSIDE}
"""What tells of the database itself, and not of the school."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a move got: a table and the last key of it. Empty: it has only begun."""

    table: str = ""
    key: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """The school's records on their way: as it stands in the database they leave, or in the one they go to."""

    way: str  # AWAY or IN
    place: str  # the other database, without password
    audit_head: str  # of the records when they began to leave
    done_at: datetime | None  # None: under way


def refuse_in_use(database: Database) -> None:
    """Raises AlreadyRunning while anybody else, such as the page, has an SQLCipher file open."""
    database.engine.dispose()
    with database.connected("DEFERRED") as connection:
        raw: Any = connection.connection.dbapi_connection
        try:
            # SQLite leaves this mode only for who has the file alone: https://www.sqlite.org/wal.html (read 2026-11).
            for mode in ("DELETE", "WAL"):
                raw.execute(f"PRAGMA journal_mode = {mode}")
        except sqlcipher.OperationalError:
            raise AlreadyRunning(
                f"{database.where} is open elsewhere, perhaps by the page. Nothing was changed. Stop it first: "
                "systemctl stop moderator moderator-web"
            ) from None


def tables() -> list[Table]:
    """What moves, in an order in which whatever points at a row comes after it."""
    return [table for table in Row.metadata.sorted_tables if table.name not in STAYS]


def is_numbered_here(table: Table) -> bool:
    """Whether the database itself numbers the rows, so that they get new numbers in another; nothing points at them."""
    (*rest, last) = table.primary_key.columns
    return not rest and last.name == "id" and isinstance(last.type, Integer)


def moving(tx: Transaction) -> Move | None:
    row = _row(tx)
    return None if row is None else Move(row.way, row.place, row.audit_head, row.done_at)


def _row(tx: Transaction) -> MoveRow | None:
    return tx.first(tx.mine(MoveRow))


def begin(tx: Transaction, way: str, place: str, head: str, at: datetime) -> None:
    start = {"way": way, "place": place, "audit_head": head, "table_name": "", "last_key": "[]", "began_at": at}
    tx.upsert(MoveRow, {**start, "done_at": None}, {})


def end(tx: Transaction, at: datetime) -> None:
    tx.change(MoveRow, [{"school_id": tx.school_id, "done_at": at}])


def give_up(tx: Transaction) -> bool:
    """Let the records be opened where they are again; False where they are not on their way from here."""
    theirs = (col(MoveRow.school_id) == tx.school_id, col(MoveRow.way) == AWAY, col(MoveRow.done_at).is_(None))
    return bool(tx.run(delete(MoveRow).where(*theirs)))


def refuse_moved(tx: Transaction) -> None:
    """Raises StoreError where the school's records have left this database, are leaving it, or have not all come in yet."""
    move = moving(tx)
    if move is None or (move.way == IN and move.done_at is not None):
        return
    if move.done_at is not None:
        raise StoreError(
            f"The records of {tx.school_id} have moved to: {move.place} ({move.done_at:%Y-%m-%d %H:%M} UTC). Nothing was changed "
            "here. Let [store] url in moderator.toml name that database."
        )
    raise StoreError(
        f"The records of {tx.school_id} are on their way between this database and: {move.place}. Nothing was changed. Let it "
        "be completed with: moderator migrate-store"
    )


def reached(tx: Transaction) -> Reached:
    row = _row(tx)
    if row is None or not row.table_name:
        return Reached()
    columns = Row.metadata.tables[row.table_name].primary_key.columns
    return Reached(row.table_name, tuple(_read(c, v) for c, v in zip(columns, json.loads(row.last_key), strict=True)))


def chunks(source: Transaction, after: Reached) -> Iterator[tuple[Table, Sequence[Mapping[str, Any]]]]:
    """All rows that come after what was reached, in pieces of one table each."""
    left = tables()
    names = [table.name for table in left]
    for table in left[names.index(after.table) if after.table else 0 :]:
        last = after.key if table.name == after.table else ()
        while rows := _rows(source, table, last):
            yield table, rows
            last = _key(table, rows[-1])


def _rows(source: Transaction, table: Table, last: tuple[Any, ...]) -> Sequence[Mapping[str, Any]]:
    key = table.primary_key.columns
    asked = select(table).where(table.c.school_id == source.school_id).order_by(*key).limit(AT_ONCE)
    if last:
        asked = asked.where(
            tuple_(*key) > tuple_(*(literal(value, column.type) for column, value in zip(key, last, strict=True)))
        )
    return [dict(row) for row in source.session.connection().execute(asked).mappings()]


def put(target: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the rows, and that they came this far."""
    fresh = is_numbered_here(table)
    values = [{name: value for name, value in row.items() if not (fresh and name == "id")} for row in rows]
    target.session.connection().execute(insert(table), values)
    last = json.dumps([_written(value) for value in _key(table, rows[-1])])
    target.change(MoveRow, [{"school_id": target.school_id, "table_name": table.name, "last_key": last}])


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(column: Column[Any], value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(column.type, AwareUtc) else value


def count(tx: Transaction) -> dict[str, int]:
    """How many rows of the school each table holds."""
    connection = tx.session.connection()
    return {
        table.name: connection.execute(
            select(func.count()).select_from(table).where(table.c.school_id == tx.school_id)
        ).scalar_one()
        for table in tables()
    }


def refuse_strangers(tx: Transaction) -> None:
    """Raises StoreError where the database holds rows of another school too: a move takes one school along."""
    for table in tables():
        asked = select(table.c.school_id).where(table.c.school_id != tx.school_id).limit(1)
        found = tx.session.connection().scalar(asked)
        if found is not None:
            raise StoreError(
                f"The database holds records of a school {found!r} beside {tx.school_id}. Nothing was changed. Let [school] id "
                "in moderator.toml be the one that the records were written under."
            )
