"""How a comment's row is joined to its latest form and its latest decision, and found among its school's."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from moderator.store.database import Transaction
from moderator.store.tables import CommentRow, CommentVersionRow, DecisionRow


def is_latest_form() -> ColumnElement[bool]:
    form = CommentVersionRow
    return and_(col(form.comment_id) == CommentRow.id, col(form.version) == CommentRow.version)


def is_latest_decision() -> ColumnElement[bool]:
    return and_(col(DecisionRow.comment_id) == CommentRow.id, col(DecisionRow.number) == CommentRow.decision_number)


def ours(tx: Transaction) -> ColumnElement[bool]:
    """A comment is this school's: the condition beside one that names comments by their ids.

    SQLite keeps no figures of ours and takes "of this school" for ten rows, so that it would go through all comments of the
    school where some dozens are named. As part of an expression no index fits it, and the way by the ids is the shortest.
    """
    school = col(CommentRow.school_id)
    return (school.concat("") if tx.dialect == "sqlite" else school) == tx.school_id
