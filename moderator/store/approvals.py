"""What one person asked for and another must agree to: both names, both times and the answer stay in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from moderator.domain import Person
from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import ApprovalRow


class Kind(StrEnum):
    ERASE = "erase"
    KEEP_LONGER = "keep_longer"


class Answer(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that waits for a second person, or did."""

    number: int
    kind: Kind
    subject: Mapping[str, Any]
    by: str
    at: datetime
    why: str
    answer: Answer | None = None
    answered_by: str = ""


def ask(tx: Transaction, kind: Kind, subject: Mapping[str, Any], by: Person, at: datetime, why: str) -> Asked:
    """Write down what somebody asks for; asked for twice, the first one stands. Audit: "approval_asked"."""
    for each in waiting(tx):
        if each.kind is kind and dict(each.subject) == dict(subject):
            return each
    highest = select(func.max(ApprovalRow.number)).where(col(ApprovalRow.school_id) == tx.school_id)
    number = (tx.all(highest)[0] or 0) + 1
    asked = {"number": number, "kind": kind.value, "subject": dict(subject), "why": why}
    who = {"asked_by": by.name, "asked_at": at, "answer": "", "answered_by": "", "answered_at": None}
    tx.insert(ApprovalRow, [asked | who])
    audit.write(tx, "approval_asked", at, actor=by.name, number=number, kind=kind.value)
    return Asked(number, kind, subject, by.name, at, why)


def waiting(tx: Transaction) -> list[Asked]:
    """What nobody answered yet, oldest first."""
    rows = tx.all(tx.mine(ApprovalRow).where(col(ApprovalRow.answer) == "").order_by(col(ApprovalRow.number)))
    return [_asked_of(row) for row in rows]


def find(tx: Transaction, number: int) -> Asked:
    """One that waits, held until the transaction ends. Raises StoreError where there is none."""
    row = tx.first(tx.mine(ApprovalRow).where(col(ApprovalRow.number) == number).with_for_update())
    if row is None or row.answer:
        raise StoreError(
            f"Nothing with the number {number} waits for a second person. Nothing was changed. "
            "What does: moderator approve --list"
        )
    return _asked_of(row)


def answer(tx: Transaction, asked: Asked, said: Answer, by: Person, at: datetime) -> None:
    """Keep the second person's word. An erasure forgets whom it was about. Audit: "approval_answered"."""
    change: dict[str, Any] = {"answer": said.value, "answered_by": by.name, "answered_at": at}
    if asked.kind is Kind.ERASE:
        change |= {"subject": {}, "why": ""}
    tx.change(ApprovalRow, [{"school_id": tx.school_id, "number": asked.number} | change])
    facts: dict[str, str | int] = {"number": asked.number, "kind": asked.kind.value, "answer": said.value}
    audit.write_all(tx, [audit.Event("approval_answered", at, by.name, facts=facts | {"asked_by": asked.by})])


def _asked_of(row: ApprovalRow) -> Asked:
    return Asked(
        *(row.number, Kind(row.kind), row.subject, row.asked_by, row.asked_at, row.why),
        Answer(row.answer) if row.answer else None,
        row.answered_by,
    )
