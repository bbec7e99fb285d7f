"""The audit trail as somebody reads it: newest first, of a day, a person or one kind of event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col

from moderator.store import audit
from moderator.store.chain import Event
from moderator.store.database import Transaction
from moderator.store.tables import AuditEventRow

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """An event with its number in the chain and its link. `erased`: its facts are gone for good."""

    number: int
    event: Event
    erased: bool
    link: str


@dataclass(frozen=True, slots=True)
class Which:
    """Which events. What is empty asks for nothing in particular."""

    event: str = ""
    actor: str = ""  # a name, however it is capitalised
    since: datetime | None = None
    until: datetime | None = None  # not included
    comment_id: str = ""


def newest(tx: Transaction, which: Which, limit: int, before: int | None = None) -> list[Told]:
    """Events, the newest first; those with a lower number than `before`, where a page goes on."""
    audit.append(tx)
    asked = tx.mine(AuditEventRow)
    for column, value in ((AuditEventRow.event, which.event), (AuditEventRow.comment_id, which.comment_id)):
        if value:
            asked = asked.where(col(column) == value)
    if which.actor:
        asked = asked.where(func.lower(col(AuditEventRow.actor)) == which.actor.strip().lower())
    if which.since is not None:
        asked = asked.where(col(AuditEventRow.at) >= which.since)
    if which.until is not None:
        asked = asked.where(col(AuditEventRow.at) < which.until)
    if before is not None:
        asked = asked.where(col(AuditEventRow.id) < before)
    return [_told(row) for row in tx.all(asked.order_by(col(AuditEventRow.id).desc()).limit(limit))]


def whole(tx: Transaction) -> Iterator[Told]:
    """Every event, first to last, a thousand read at a time."""
    audit.append(tx)
    last = 0
    while True:
        asked = tx.mine(AuditEventRow).where(col(AuditEventRow.id) > last).order_by(col(AuditEventRow.id))
        rows = tx.all(asked.limit(AT_ONCE))
        yield from map(_told, rows)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def _told(row: AuditEventRow) -> Told:
    event = Event(row.event, row.at, row.actor, row.comment_id, row.account_id, row.facts)
    return Told(row.id, event, not row.salt, row.link)
