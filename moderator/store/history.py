"""Decisions on all comments, newest first: what was decided, by whom, on what, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from moderator.domain import Comment, Decision, Ruling
from moderator.store.database import Transaction
from moderator.store.packing import comment_of, decision_of
from moderator.store.tables import CommentRow, CommentVersionRow, DecisionRow


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, with the comment in the form it was about."""

    decision: Decision
    comment: Comment


def made(
    tx: Transaction,
    *,
    since: datetime | None = None,
    author: str = "",
    ruling: Ruling | None = None,
    limit: int = 50,
) -> list[Made]:
    """Decisions, newest first. `author` is a handle, with or without its @, a display name or the platform's id."""
    where = [*_by_author(author)]
    if since is not None:
        where.append(col(DecisionRow.decided_at) >= since)
    if ruling is not None:
        where.append(col(DecisionRow.ruling) == ruling.value)
    rows = tx.all(
        select(DecisionRow, CommentRow, CommentVersionRow)
        .join(CommentRow, col(CommentRow.id) == DecisionRow.comment_id)
        .join(CommentVersionRow, _is_its_form())
        .where(col(DecisionRow.school_id) == tx.school_id, *where)
        .order_by(*(column.desc() for column in ORDER))
        .limit(limit)
    )
    return [Made(decision_of(decision), comment_of(row, form)) for decision, row, form in rows]


ORDER = (col(DecisionRow.decided_at), col(DecisionRow.comment_id), col(DecisionRow.number))


def _is_its_form() -> ColumnElement[bool]:
    of_comment = col(CommentVersionRow.comment_id) == DecisionRow.comment_id
    return of_comment & (col(CommentVersionRow.version) == DecisionRow.version)


def _by_author(author: str) -> Sequence[ColumnElement[bool]]:
    name = author.strip().lower().lstrip("@")
    if not name:
        return ()
    handle, shown = (
        func.lower(col(CommentVersionRow.author_handle)),
        func.lower(col(CommentVersionRow.author_display_name)),
    )
    return (or_(handle.in_((name, f"@{name}")), shown == name, col(CommentRow.author_native_id) == author.strip()),)
