"""How the schools of a trust stand, by ids, times and counts: nobody's words, nobody's name.

What is due is asked of all schools at once. What waits in a school is asked of each by itself, since no wall between schools
is opened for it: two short questions, in a transaction that is about that school alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as in_one
from sqlmodel import col, select

from moderator.store.database import Transaction
from moderator.store.progress import IN_FLIGHT, State
from moderator.store.tables import ActionRow, CommentRow, FeedRow, TurnRow
from moderator.store.turns import Work


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


def inside(tx: Transaction, now: datetime) -> Inside:
    """Of the transaction's own school."""
    mine = col(CommentRow.school_id) == tx.school_id
    waits = (mine, col(CommentRow.waiting_since).is_not(None))
    under_way = (
        col(ActionRow.school_id) == tx.school_id,
        col(ActionRow.state).in_((State.DUE, *IN_FLIGHT)),
        col(ActionRow.not_before) <= now,
    )
    urgent = (*waits, col(CommentRow.urgent))
    counts = (
        select(func.count()).select_from(CommentRow).where(mine, col(CommentRow.judge_due)),
        select(func.count()).select_from(ActionRow).where(*under_way),
        select(func.count()).select_from(CommentRow).where(*waits),
        select(func.count()).select_from(CommentRow).where(*urgent),
        select(func.min(CommentRow.waiting_since)).where(*urgent),
    )
    one = tx.session.connection().execute(in_one(*(each.scalar_subquery() for each in counts))).one()
    last = select(FeedRow.account_id, func.max(FeedRow.last_ok_at)).where(col(FeedRow.school_id) == tx.school_id)
    read_at = {account: at for account, at in tx.all(last.group_by(col(FeedRow.account_id))) if at is not None}
    return Inside(read_at, *one)
