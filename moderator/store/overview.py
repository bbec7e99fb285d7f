"""How the schools of a trust stand, by ids, times and counts: nobody's words, nobody's name.

What is due is asked of all schools at once. What waits in a school is asked of each by itself, while the transaction is about
that school alone: no wall between schools is opened for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, bindparam, func, text
from sqlmodel import col, select

from moderator.store.database import Database, Transaction
from moderator.store.progress import IN_FLIGHT, State
from moderator.store.tables import TurnRow
from moderator.store.turns import Work
from moderator.store.walls import say_school


@dataclass(frozen=True, slots=True)
class Reading:
    """When an account is to be read next, and what was wrong at its last reading: "quota", "login", "platform" or ""."""

    due_at: datetime
    trouble: str


@dataclass(frozen=True, slots=True)
class Inside:
    """What waits in one school."""

    read_at: Mapping[str, datetime]  # by account, when it was last read without a fault; absent: never
    unjudged: int
    actions: int  # due, or begun and not ended
    waiting: int  # comments that wait for a person
    urgent: int  # of these
    urgent_since: datetime | None


def readings(tx: Transaction) -> Mapping[str, Mapping[str, Reading]]:
    """By school and account, of all schools. A turn in a worker's hands is due when its lease ends."""
    asked = select(TurnRow.school_id, TurnRow.account_id, TurnRow.due_at, TurnRow.trouble)
    found: dict[str, dict[str, Reading]] = {}
    for school_id, account_id, due_at, trouble in tx.all(asked.where(col(TurnRow.work) == Work.POLL.value)):
        found.setdefault(school_id, {})[account_id] = Reading(due_at, trouble)
    return found


def overdue(tx: Transaction, before: datetime) -> Mapping[str, Mapping[Work, datetime]]:
    """By school, the kinds of work of which a turn was due before then and nobody took it, each with the longest due."""
    asked = select(TurnRow.school_id, TurnRow.work, func.min(col(TurnRow.due_at)))
    found: dict[str, dict[Work, datetime]] = {}
    late = asked.where(col(TurnRow.due_at) < before).group_by(col(TurnRow.school_id), col(TurnRow.work))
    for school_id, work, since in tx.all(late):
        found.setdefault(school_id, {})[Work(work)] = since
    return found


def due(tx: Transaction, now: datetime) -> Mapping[Work, tuple[int, datetime]]:
    """Of all schools together: how many turns of each kind are due and in nobody's hands, and since when the oldest is."""
    asked = select(TurnRow.work, func.count(), func.min(col(TurnRow.due_at))).where(col(TurnRow.due_at) <= now)
    return {Work(work): (count, since) for work, count, since in tx.all(asked.group_by(col(TurnRow.work)))}


def workers(tx: Transaction, since: datetime) -> Mapping[str, int]:
    """Who began turns since then, and how many of these stand under each name."""
    asked = select(TurnRow.worker, func.count()).where(col(TurnRow.begun_at) >= since)
    return dict(tx.all(asked.group_by(col(TurnRow.worker)).order_by(col(TurnRow.worker))))


# One statement for a school: with thousands of them each round trip counts.
_INSIDE = text("""
SELECT
  (SELECT count(*) FROM comments WHERE school_id = :school AND judge_due),
  (SELECT count(*) FROM actions WHERE school_id = :school AND state = ANY(:under_way) AND not_before <= :now),
  (SELECT count(*) FROM comments WHERE school_id = :school AND waiting_since IS NOT NULL),
  (SELECT count(*) FROM comments WHERE school_id = :school AND waiting_since IS NOT NULL AND urgent),
  (SELECT min(waiting_since) FROM comments WHERE school_id = :school AND waiting_since IS NOT NULL AND urgent),
  (SELECT array_agg(account_id) FROM feeds WHERE school_id = :school AND last_ok_at IS NOT NULL),
  (SELECT array_agg(last_ok_at) FROM feeds WHERE school_id = :school AND last_ok_at IS NOT NULL)
""").bindparams(bindparam("now", type_=DateTime(timezone=True)))


def inside(database: Database, school_ids: Iterable[str], now: datetime) -> Iterator[tuple[str, Inside]]:
    """Of each school by itself, in one transaction that is about one school after the other. PostgreSQL only."""
    under_way = [State.DUE.value, *(state.value for state in IN_FLIGHT)]
    with database.reading() as tx:
        connection = tx.session.connection()
        for school_id in school_ids:
            say_school(connection, school_id)
            given = {"school": school_id, "under_way": under_way, "now": now}
            *counts, accounts, times = connection.execute(_INSIDE, given).one()
            read_at: dict[str, datetime] = {}
            for account, at in zip(accounts or (), times or (), strict=True):
                read_at[account] = max(at, read_at.get(account, at))
            yield school_id, Inside(read_at, *counts)
