"""What the record holds about a concern for somebody's safety: who was called because of a comment, and what its author wrote
before. Read, never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, tuple_

from moderator.domain import POLICY, Comment, Decision, Finding
from moderator.store import audit, comments, decisions
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.packing import decision_of
from moderator.store.tables import AlertCaseRow, AuditEventRow, CommentRow, DecisionRow


@dataclass(frozen=True, slots=True)
class Call:
    """An alert about a comment: each time it was given out, with the roles it went to, and who opened it."""

    number: int
    raised_at: datetime
    told: tuple[tuple[datetime, tuple[str, ...]], ...]
    opened_at: datetime | None
    opened_by: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What policy said of another comment by the same author."""

    decision: Decision
    posted_at: datetime


def calls(tx: Transaction, comment_id: str) -> list[Call]:
    """The alerts about a comment, one for each of its forms that called for a person, first to last."""
    rows = tx.all(tx.mine(AlertCaseRow).where(col(AlertCaseRow.comment_id) == comment_id))
    told = _told(tx, {row.alert_number for row in rows}, min((row.raised_at for row in rows), default=None))
    return [
        Call(
            number=row.alert_number,
            raised_at=row.raised_at,
            # An alert that this case joined may have been given out before: that was not about it.
            told=tuple(each for each in told.get(row.alert_number, ()) if each[0] >= row.raised_at),
            opened_at=row.opened_at,
            opened_by=row.opened_by,
        )
        for row in sorted(rows, key=lambda row: row.version)
    ]


def _told(
    tx: Transaction, numbers: Collection[int], since: datetime | None
) -> dict[int, list[tuple[datetime, tuple[str, ...]]]]:
    found: dict[int, list[tuple[datetime, tuple[str, ...]]]] = {}
    if since is None:
        return found
    audit.append(tx)
    asked = tx.mine(AuditEventRow).where(col(AuditEventRow.event) == "alert_told", col(AuditEventRow.at) >= since)
    for row in tx.all(asked.order_by(col(AuditEventRow.id))):
        if row.facts.get("alert") in numbers:
            roles = tuple(role for role in str(row.facts.get("to", "")).split(",") if role)
            found.setdefault(row.facts["alert"], []).append((row.at, roles))
    return found


def earlier(tx: Transaction, keys: Sequence[AuthorKey], besides: str) -> list[Earlier]:
    """Every decision that policy made on other comments by these authors, in the order these were posted."""
    author = tuple_(col(CommentRow.platform), col(CommentRow.author_native_id))
    rows = tx.all(
        select(DecisionRow, CommentRow.posted_at)
        .join(CommentRow, col(CommentRow.id) == DecisionRow.comment_id)
        .where(col(CommentRow.school_id) == tx.school_id, author.in_(sorted(keys)))
        .where(col(CommentRow.id) != besides, col(DecisionRow.decided_by) == POLICY)
        .order_by(col(CommentRow.posted_at), col(CommentRow.id), col(DecisionRow.number))
    )
    return [Earlier(decision_of(row), posted_at) for row, posted_at in rows]


def findings_in(tx: Transaction, comment: Comment, text: str) -> list[Finding] | None:
    """What was found in the form of a comment that has these words; None where policy never looked at it."""
    judged = {each.version for each in decisions.history(tx, comment.id) if not each.by_person}
    forms = [each.version for each in comments.versions(tx, comment.id) if each.text == text and each.version in judged]
    return decisions.findings(tx, comment.id, forms[-1]) if forms else None
