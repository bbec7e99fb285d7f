"""Whose turn it is: due times and leases of the work that several workers share.

A turn is one kind of work on one account, or on a school as a whole. A worker claims it, which gives it a lease and a fence;
what it then writes is kept only as long as nobody claimed the turn after it. These rows are the truth of what is due: whatever
wakes a worker may be lost, or come twice. PostgreSQL alone; a school on SQLCipher has one process and no turns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from sqlalchemy import DateTime, bindparam, delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from moderator.errors import StoreError
from moderator.store.database import Database, Transaction
from moderator.store.tables import TurnRow


class Work(StrEnum):
    """What a turn is for."""

    POLL = "poll"
    JUDGE = "judge"
    ACT = "act"
    REPORT = "report"  # of a school: its alerts and letters
    RETENTION = "retention"  # of a school: what is over its time is cleared away


class LeaseLost(StoreError):
    """Somebody else has the turn by now, since this worker took too long; what it wanted to write was not kept."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A turn that there is to be."""

    school_id: str
    account_id: str
    work: Work
    every_s: int
    app: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as it was claimed."""

    school_id: str
    account_id: str
    work: Work
    fence: int
    due_at: datetime
    every_s: int
    checked_at: datetime | None


@dataclass(frozen=True)
class Fenced(Database):
    """A school's memory for the length of one turn: what is written is kept only while the turn is this worker's."""

    turn: Turn = field(kw_only=True)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with super().transaction() as tx:
            yield tx
            if not tx.ended_turn:
                hold_on(tx, self.turn)  # As the last thing, so that a claim after it waits until this is kept.


def fenced(database: Database, turn: Turn) -> Fenced:
    """Raises LeaseLost from its transactions once another worker has the turn."""
    own = {name: getattr(database, name) for name in Database.__dataclass_fields__}
    return Fenced(**own, turn=turn)


_HOLD = text(
    "SELECT fence FROM turns WHERE school_id = :school_id AND account_id = :account_id AND work = :work FOR SHARE"
)


def hold_on(tx: Transaction, turn: Turn) -> None:
    """Raises LeaseLost where the turn was claimed anew; else nobody can claim it before this transaction ends."""
    if tx.session.connection().execute(_HOLD, _key_of(turn)).scalar() != turn.fence:
        raise LeaseLost(f"Another worker has taken over the {turn.work} of {turn.account_id or turn.school_id}.")


def enlist(tx: Transaction, wanted: Sequence[Wanted], now: datetime, keep: Collection[str] = ()) -> int:
    """See to it that there are these turns and no others, but for those of the schools in `keep`; returns how many are new.

    A new one is due some time within its first interval, each account at its own moment, so that a trust of thousands does not
    begin with all of them at once.
    """
    stands = tx.session.connection().execute(text("SELECT school_id, account_id, work, every_s, app FROM turns"))
    before = {(row[0], row[1], row[2]): (row[3], row[4]) for row in stands}
    keys = {(each.school_id, each.account_id, each.work.value) for each in wanted}
    for school_id, account_id, work in (key for key in before.keys() - keys if key[0] not in keep):
        gone = (col(TurnRow.school_id) == school_id, col(TurnRow.account_id) == account_id, col(TurnRow.work) == work)
        tx.run(delete(TurnRow).where(*gone))
    new = [each for each in wanted if (each.school_id, each.account_id, each.work.value) not in before]
    for start in range(0, len(new), 1000):
        rows = [_new_row(each, now) for each in new[start : start + 1000]]
        # Two workers may begin at once; the second finds what the first put there.
        tx.session.connection().execute(insert(TurnRow).on_conflict_do_nothing(), rows)
    for each in wanted:
        if before.get((each.school_id, each.account_id, each.work.value)) not in (None, (each.every_s, each.app)):
            tx.run(update(TurnRow).where(*_key(each)).values(every_s=each.every_s, app=each.app))
    return len(new)


def _new_row(wanted: Wanted, now: datetime) -> dict[str, Any]:
    return {
        "school_id": wanted.school_id,
        "account_id": wanted.account_id,
        "work": wanted.work.value,
        "app": wanted.app,
        "every_s": wanted.every_s,
        "due_at": now + share_of(wanted.school_id, wanted.account_id) * timedelta(seconds=wanted.every_s),
        "woken_at": None,
        "urgent": False,
        "lease_until": None,
        "fence": 0,
        "worker": "",
        "begun_at": None,
        "ended_at": None,
        "checked_at": None,
        "trouble": "",
    }


def share_of(school_id: str, account_id: str) -> float:
    """A number from 0.0 to 1.0 of the account's own, always the same: its place within an interval."""
    digest = blake2b(f"{school_id}/{account_id}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def _key(of: Turn | Wanted) -> tuple[Any, ...]:
    return (
        col(TurnRow.school_id) == of.school_id,
        col(TurnRow.account_id) == of.account_id,
        col(TurnRow.work) == of.work.value,
    )


def _key_of(turn: Turn) -> dict[str, str]:
    return {"school_id": turn.school_id, "account_id": turn.account_id, "work": turn.work.value}


# Schools that have enough turns in the hands of workers are passed over; of the others each school gives one turn before any
# gives its second. SKIP LOCKED: two workers that claim at the same moment take different turns and wait for nobody. The urgent
# and the others are looked up by an index each.
_CLAIM = text("""
WITH busy AS MATERIALIZED (
    SELECT school_id, count(*) AS turns FROM turns
    WHERE work = :work AND lease_until IS NOT NULL AND lease_until > :now GROUP BY school_id
), grave AS MATERIALIZED (
    SELECT school_id, account_id, due_at, urgent FROM turns
    WHERE work = :work AND due_at <= :now AND urgent
      AND school_id NOT IN (SELECT school_id FROM busy WHERE turns >= :per_school)
    ORDER BY due_at LIMIT :looked_at FOR UPDATE SKIP LOCKED
), calm AS MATERIALIZED (
    SELECT school_id, account_id, due_at, urgent FROM turns
    WHERE work = :work AND due_at <= :now AND NOT urgent
      AND school_id NOT IN (SELECT school_id FROM busy WHERE turns >= :per_school)
    ORDER BY due_at LIMIT :looked_at FOR UPDATE SKIP LOCKED
), ripe AS (
    SELECT * FROM grave UNION ALL SELECT * FROM calm
), ranked AS (
    SELECT ripe.*, coalesce(busy.turns, 0) + row_number() OVER
        (PARTITION BY ripe.school_id ORDER BY ripe.urgent DESC, ripe.due_at, ripe.account_id) AS place
    FROM ripe LEFT JOIN busy USING (school_id)
), chosen AS (
    SELECT * FROM ranked WHERE place <= :per_school ORDER BY urgent DESC, place, due_at LIMIT :limit
)
UPDATE turns SET lease_until = :until, due_at = :until, fence = fence + 1, worker = :worker, begun_at = :now,
    urgent = FALSE, woken_at = NULL
FROM chosen
WHERE turns.work = :work AND turns.school_id = chosen.school_id AND turns.account_id = chosen.account_id
RETURNING turns.school_id, turns.account_id, turns.fence, chosen.due_at, turns.every_s, turns.checked_at, chosen.urgent
""").bindparams(bindparam("now", type_=DateTime(timezone=True)), bindparam("until", type_=DateTime(timezone=True)))


def claim(
    tx: Transaction, work: Work, worker: str, now: datetime, lease: timedelta, limit: int, per_school: int
) -> list[Turn]:
    """Up to `limit` turns that are due, for this worker alone until the lease ends: urgent ones first, then the longest due.

    No school has more than `per_school` turns of a kind in the hands of workers, so that a storm in one holds up no other.
    """
    given = {"work": work.value, "now": now, "until": now + lease, "worker": worker}
    sizes = {"limit": limit, "looked_at": 4 * limit, "per_school": per_school}
    rows = tx.session.connection().execute(_CLAIM, given | sizes).all()
    in_order = sorted(rows, key=lambda row: (not row.urgent, row.due_at))
    return [Turn(row[0], row[1], work, *row[2:6]) for row in in_order]


def renew(tx: Transaction, turn: Turn, until: datetime) -> None:
    """Keep the turn for longer. Raises LeaseLost where it is another's."""
    change = update(TurnRow).where(*_key(turn), col(TurnRow.fence) == turn.fence)
    if not tx.run(change.values(lease_until=until, due_at=until)):
        hold_on(tx, turn)


_FINISH = text("""
UPDATE turns SET due_at = least(:next_at, coalesce(woken_at, :next_at)), lease_until = NULL, woken_at = NULL,
    ended_at = :now, checked_at = :checked_at, trouble = :trouble
WHERE school_id = :school_id AND account_id = :account_id AND work = :work AND fence = :fence
""").bindparams(
    bindparam("next_at", type_=DateTime(timezone=True)),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("checked_at", type_=DateTime(timezone=True)),
)


def finish(
    tx: Transaction,
    turn: Turn,
    now: datetime,
    next_at: datetime,
    checked_at: datetime | None = None,
    trouble: str = "",
) -> None:
    """The turn is done; it is due again at `next_at`, or at once where it was asked for meanwhile.

    Raises LeaseLost where it is another's.
    """
    given = {"next_at": next_at, "now": now, "checked_at": checked_at or turn.checked_at, "trouble": trouble}
    key = _key_of(turn) | {"fence": turn.fence}
    # Without being asked, SQLAlchemy does not keep the count of what a text changed.
    if tx.session.connection().execute(_FINISH, given | key).rowcount != 1:
        hold_on(tx, turn)
    tx.ended_turn = True


def hand_back(tx: Transaction, worker: str, now: datetime) -> int:
    """What a worker holds is anybody's again, at once; returns how many turns. It must not go on with any of them."""
    theirs = (col(TurnRow.worker) == worker, col(TurnRow.lease_until).is_not(None))
    free = {"due_at": now, "lease_until": None, "woken_at": None, "fence": col(TurnRow.fence) + 1}
    return tx.run(update(TurnRow).where(*theirs).values(free))


_WAKE = text("""
UPDATE turns SET urgent = urgent OR :urgent,
    due_at = CASE WHEN lease_until IS NULL THEN least(due_at, :at) ELSE due_at END,
    woken_at = CASE WHEN lease_until IS NULL THEN NULL ELSE least(coalesce(woken_at, :at), :at) END
WHERE school_id = :school_id AND account_id = :account_id AND work = :work
  AND ((:urgent AND NOT urgent) OR (lease_until IS NULL AND due_at > :at)
       OR (lease_until IS NOT NULL AND (woken_at IS NULL OR woken_at > :at)))
""").bindparams(bindparam("at", type_=DateTime(timezone=True)))


def wake(tx: Transaction, account_id: str, work: Work, at: datetime, *, urgent: bool = False) -> None:
    """There is work on one of this school's accounts from `at`: kept together with what made it, so that it cannot get lost.

    On SQLCipher, where no workers share the work, it does nothing.
    """
    if tx.dialect == "postgresql":
        key = {"school_id": tx.school_id, "account_id": account_id, "work": work.value}
        tx.session.connection().execute(_WAKE, key | {"at": at, "urgent": urgent})


_SPREAD = text("""
UPDATE turns SET due_at = :now + (random() * :over_s) * interval '1 second'
WHERE work = :work AND due_at < :overdue AND lease_until IS NULL AND NOT urgent
  AND NOT EXISTS (SELECT 1 FROM turns WHERE work = :work AND begun_at > :quiet_since)
""").bindparams(*(bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "overdue", "quiet_since")))


def spread(tx: Transaction, work: Work, now: datetime, quiet: timedelta, over: timedelta) -> int:
    """After a time in which no worker did this work at all, let what became due meanwhile begin over a while, not at once.

    Returns how many turns were put off; 0 where somebody was at work within `quiet`.
    """
    given = {"work": work.value, "now": now, "overdue": now - quiet, "quiet_since": now - quiet}
    # Of several workers that come back at once the first spreads, and the others find nothing left to spread.
    tx.session.connection().execute(text("SELECT pg_advisory_xact_lock(7233)"))
    return int(tx.session.connection().execute(_SPREAD, given | {"over_s": over.total_seconds()}).rowcount)


def all_turns(tx: Transaction, school_id: str | None = None, work: Work | None = None) -> list[TurnRow]:
    """The turns as they stand, by school and account."""
    asked = select(TurnRow).order_by(col(TurnRow.school_id), col(TurnRow.account_id), col(TurnRow.work))
    if school_id is not None:
        asked = asked.where(col(TurnRow.school_id) == school_id)
    if work is not None:
        asked = asked.where(col(TurnRow.work) == work.value)
    return tx.all(asked)


def time_there(tx: Transaction) -> datetime:
    """What time it is in the database."""
    found: datetime = tx.session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
    return found


def are_shared(tx: Transaction) -> bool:
    """Whether this school's work is shared by workers, so that no daemon may do it as well. PostgreSQL only."""
    is_there = tx.session.connection().execute(text("SELECT to_regclass('turns') IS NOT NULL")).scalar()
    return bool(is_there) and bool(all_turns(tx, tx.school_id, Work.REPORT))


@contextmanager
def alone(database: Database, number: int) -> Iterator[bool]:
    """Whether this worker alone does a piece of work that all could do; the others are told no, and wait for nothing."""
    with database.connected("DEFERRED") as connection, connection.begin():
        yield bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}).scalar())
