"""How a comment's row is joined to its latest form and its latest decision."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from moderator.store.tables import CommentRow, CommentVersionRow, DecisionRow


def is_latest_form() -> ColumnElement[bool]:
    form = CommentVersionRow
    return and_(col(form.comment_id) == CommentRow.id, col(form.version) == CommentRow.version)


def is_latest_decision() -> ColumnElement[bool]:
    return and_(col(DecisionRow.comment_id) == CommentRow.id, col(DecisionRow.number) == CommentRow.decision_number)
