"""How long each class is kept, as in force, and when clearing away was last done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col

from moderator.domain import Person
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import AuditEventRow, RetentionTermRow

RAN = "retention_ran"


@dataclass(frozen=True, slots=True)
class LastRun:
    at: datetime
    counts: dict[str, int]


def days(tx: Transaction) -> dict[str, int]:
    """By class, how many days it is kept as in force; classes nobody ever changed are left out."""
    return {row.name: row.days for row in tx.all(tx.mine(RetentionTermRow))}


def shorten(tx: Transaction, name: str, days: int, at: datetime) -> None:
    """The school keeps a class for a shorter time from now on. Audit: "retention_shortened"."""
    _set(tx, name, days, at)
    audit.write(tx, "retention_shortened", at, actor="moderator", name=name, days=days)


def lengthen(tx: Transaction, name: str, days: int, by: Person, at: datetime) -> None:
    """Two people agreed that a class is kept longer. Audit: "retention_lengthened"."""
    _set(tx, name, days, at)
    audit.write(tx, "retention_lengthened", at, actor=by.name, name=name, days=days)


def _set(tx: Transaction, name: str, days: int, at: datetime) -> None:
    tx.upsert(RetentionTermRow, {"name": name, "days": days, "since": at}, {"days": days, "since": at})


def ran(tx: Transaction, counts: dict[str, int], at: datetime) -> None:
    """What was cleared away, by class. Audit: "retention_ran", which is also how it is remembered."""
    audit.write_all(tx, [audit.Event(RAN, at, "moderator", facts=dict(counts))])


def last_run(tx: Transaction) -> LastRun | None:
    audit.append(tx)
    asked = tx.mine(AuditEventRow).where(col(AuditEventRow.event) == RAN, col(AuditEventRow.comment_id) == "")
    row = tx.first(asked.order_by(col(AuditEventRow.id).desc()))
    return None if row is None else LastRun(row.at, dict(row.facts))
