"""Moves a school's records from its SQLCipher file into PostgreSQL; killed in the middle, a second run goes on there.

From the first moment nobody can open the records at either place, neither a daemon nor a command nor the page, until all of
them have come over: so nothing is decided here and done there, and no action is done twice. The file itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from moderator.errors import StoreError
from moderator.store import audit, moves
from moderator.store.database import Database
from moderator.store.running import hold
from moderator.store.verify import verify

LOCK, OTHER_LOCK = "daemon.lock", "moving.lock"
Tell = Callable[[str, int], None]
"""Hears the table and how many rows of it have just come over."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came over."""

    rows: int
    events: int  # of the audit trail, all followed
    already: bool = False  # it was done before


def move(source: Database, target: Database, state_dir: Path, now: datetime, pid: int, tell: Tell) -> Moved:
    """Bring all records of the school from an SQLCipher file to PostgreSQL, both with tables of this version.

    Raises AlreadyRunning while a daemon works on either, and StoreError; a second run then goes on where this one stopped.
    """
    if source.file is None or target.dialect != "postgresql":
        raise StoreError("Records move from an SQLCipher file into PostgreSQL, and no other way. Nothing was changed.")
    with hold(source, state_dir / LOCK, now, pid), hold(target, state_dir / OTHER_LOCK, now, pid):
        moves.refuse_in_use(source)
        if _is_done(source, target):
            return _checked(source, target, already=True)
        _begin(source, target, now)
        with source.transaction() as leaving:  # Whoever has the file open all the same can write nothing from here on.
            with target.reading() as tx:
                reached = moves.reached(tx)
            for table, rows in moves.chunks(leaving, reached):
                with target.transaction() as arriving:
                    moves.put(arriving, table, rows)
                tell(table.name, len(rows))
        moved = _checked(source, target)
        # In this order: killed between the two, nobody can open either, and a second run completes it.
        with source.transaction() as tx:
            moves.end(tx, now)
        with target.transaction() as tx:
            audit.write(tx, "records_moved", now, actor="moderator", rows=moved.rows)
            moves.end(tx, now)
    return moved


def give_up(source: Database, state_dir: Path, now: datetime, pid: int) -> None:
    """Let a move that was begun be forgotten, so that the records can be opened where they are. Raises StoreError."""
    with hold(source, state_dir / LOCK, now, pid), source.transaction() as tx:
        if not moves.give_up(tx):
            raise StoreError(f"No move from {source.where} is under way. Nothing was changed.")


def _is_done(source: Database, target: Database) -> bool:
    with source.reading() as leaving, target.reading() as arriving:
        away, came = moves.moving(leaving), moves.moving(arriving)
    return away is not None and came is not None and None not in (away.done_at, came.done_at)


def _begin(source: Database, target: Database, now: datetime) -> None:
    """Close both to everybody else; what a run before this one began is gone on with. Raises StoreError."""
    with source.reading() as tx:
        moves.refuse_strangers(tx)
        away, head = moves.moving(tx), str(audit.head(tx))
    with target.reading() as tx:
        came, there = moves.moving(tx), sum(moves.count(tx).values())
    _refuse_another(source, target, away, came, there)
    with source.transaction() as tx:
        moves.begin(tx, moves.AWAY, target.where, head, now)
    with target.transaction() as tx:
        moves.begin(tx, moves.IN, source.where, head, now)


def _refuse_another(
    source: Database, target: Database, away: moves.Move | None, came: moves.Move | None, there: int
) -> None:
    """Raises StoreError where this is not the beginning of a move, nor the rest of the one that was begun."""
    if away is not None and away.place != target.where:
        raise StoreError(
            f"The records are on their way to: {away.place}. Nothing was changed. Complete that move first."
        )
    if came is None and there:
        raise StoreError(
            f"{target.where} holds {there} rows of {target.school_id} already. Nothing was changed. Records move to where "
            "there are none of this school yet."
        )
    if came is not None and (away is None or (came.place, came.audit_head) != (source.where, away.audit_head)):
        raise StoreError(
            f"{target.where} has taken in other records of {target.school_id}, from: {came.place}. Nothing was changed."
        )


def _checked(source: Database, target: Database, *, already: bool = False) -> Moved:
    """Raises StoreError where not all has come over: every row by count, and the whole audit trail link by link."""
    with source.reading() as tx:
        left, head = moves.count(tx), audit.head(tx)
    with target.reading() as tx:
        came, followed = moves.count(tx), verify(tx, head)
    missing = [] if already else [name for name, rows in left.items() if came[name] != rows]
    if missing or not followed.whole:
        why = followed.why or f"the rows of {', '.join(missing)} are not as many as there were"
        raise StoreError(
            f"{target.where} does not hold what {source.where} does: {why}. Nobody can open either. Keep the file as it is, "
            "empty the new database, and run this again."
        )
    return Moved(sum(left.values()), head.events, already)
