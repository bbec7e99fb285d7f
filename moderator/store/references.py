"""How often the same child is named, counted by the reference that a finding holds in a pupil's stead.

References are compared in here and never handed out: what leaves is a number.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from moderator.domain import Comment
from moderator.store.database import Transaction
from moderator.store.tables import CommentRow, FindingRow


def named_alike(tx: Transaction, comment: Comment, at_least: float, since: datetime) -> int:
    """In how many comments first seen since then, this one among them, a child named in `comment` is named.

    Of several children the one named most often counts. Names that were found with a lower score than `at_least` do not, nor
    do forms of a comment that an edit took the place of. 0 where the roll does not tell which child it is.
    """
    # Most findings have none, which is like no other's. To leave those out here would lead SQLite to the index over references.
    here = select(FindingRow.reference).where(
        col(FindingRow.school_id) == tx.school_id,
        col(FindingRow.comment_id) == comment.id,
        col(FindingRow.version) == comment.version,
        col(FindingRow.score) >= at_least,
    )
    there = aliased(FindingRow)
    asked = (
        select(func.count(col(there.comment_id).distinct()))
        .join(CommentRow, col(CommentRow.id) == there.comment_id)
        .where(
            col(there.school_id) == tx.school_id,
            col(there.reference).in_(here),
            col(there.score) >= at_least,
            col(there.version) == CommentRow.version,
            col(CommentRow.first_seen_at) >= since,
        )
        .group_by(col(there.reference))
    )
    return max(tx.all(asked), default=0)
