"""Complaints about how the school uses people's data: what came, when it was acknowledged, and how it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from moderator.domain import Person
from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import DataComplaintRow


@dataclass(frozen=True, slots=True)
class DataComplaint:
    number: int
    received_at: datetime
    complainant: str  # a name, and how to reach them
    about: str
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""
    answer: str = ""


def add(
    tx: Transaction, complainant: str, about: str, received_at: datetime, by: Person, at: datetime
) -> DataComplaint:
    """Write a complaint down; it is numbered. Audit: "complaint_logged", without a word of it."""
    if not (complainant.strip() and about.strip()):
        raise StoreError("A complaint needs who complains and what about. Nothing was changed.")
    highest = select(func.max(DataComplaintRow.number)).where(col(DataComplaintRow.school_id) == tx.school_id)
    number = (tx.all(highest)[0] or 0) + 1
    told: dict[str, Any] = {"number": number, "received_at": received_at, "complainant": complainant, "about": about}
    open_still = dict.fromkeys(("acknowledged_by", "answered_by", "answer"), "")
    times = {"acknowledged_at": None, "answered_at": None}
    tx.insert(DataComplaintRow, [told | open_still | times | {"logged_by": by.name}])
    audit.write(tx, "complaint_logged", at, actor=by.name, number=number)
    return DataComplaint(number, received_at, complainant, about)


def acknowledge(tx: Transaction, number: int, by: Person, at: datetime) -> DataComplaint:
    """Whoever complained was told that it came. A second time changes nothing. Audit: "complaint_acknowledged"."""
    before = find(tx, number)
    if before.acknowledged_at is None:
        change = {"acknowledged_at": at, "acknowledged_by": by.name}
        tx.change(DataComplaintRow, [{"school_id": tx.school_id, "number": number} | change])
        audit.write(tx, "complaint_acknowledged", at, actor=by.name, number=number)
    return find(tx, number)


def answer(tx: Transaction, number: int, words: str, by: Person, at: datetime) -> DataComplaint:
    """Whoever complained got the school's answer, which acknowledges it too. Audit: "complaint_answered".

    Raises StoreError for an empty answer, and where it was answered before.
    """
    before = find(tx, number)
    if before.answered_at is not None:
        raise StoreError(f"Complaint {number} was answered by {before.answered_by} already. Nothing was changed.")
    if not words.strip():
        raise StoreError("Say in --words what the school answered. Nothing was changed.")
    acknowledge(tx, number, by, at)
    change = {"answered_at": at, "answered_by": by.name, "answer": words}
    tx.change(DataComplaintRow, [{"school_id": tx.school_id, "number": number} | change])
    audit.write(tx, "complaint_answered", at, actor=by.name, number=number)
    return find(tx, number)


def find(tx: Transaction, number: int) -> DataComplaint:
    """Raises StoreError where there is none."""
    row = tx.first(tx.mine(DataComplaintRow).where(col(DataComplaintRow.number) == number))
    if row is None:
        raise StoreError(f"There is no complaint {number}. Nothing was changed. All of them: moderator complaints list")
    return _complaint_of(row)


def listed(tx: Transaction, answered: bool = False) -> list[DataComplaint]:
    """Those that were not answered yet, or all, oldest first."""
    asked = tx.mine(DataComplaintRow).order_by(col(DataComplaintRow.received_at), col(DataComplaintRow.number))
    return [_complaint_of(row) for row in tx.all(asked) if answered or row.answered_at is None]


def _complaint_of(row: DataComplaintRow) -> DataComplaint:
    return DataComplaint(
        number=row.number,
        received_at=row.received_at,
        complainant=row.complainant,
        about=row.about,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=row.answer,
    )
