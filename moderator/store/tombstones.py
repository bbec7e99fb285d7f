"""What was erased on somebody's wish: while its tombstone stands, reading the platform again does not bring the words back.

A tombstone covers what was written before it. Who writes anew, or edits what was erased, is read like everybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlmodel import col

from moderator.domain import Comment
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.tables import TombstoneRow


class Why(StrEnum):
    """Why words are gone."""

    RETENTION = "retention"  # kept as long as the school keeps such comments
    ERASED = "erased"  # somebody asked for it, and two people agreed


def of_comment(comment_id: str) -> str:
    return f"comment:{comment_id}"


def of_author(author: AuthorKey) -> str:
    return f"author:{author[0]}:{author[1]}"


def put(tx: Transaction, subject: str, by: str, at: datetime) -> bool:
    """Put up a tombstone; False where one stands already that covers as much."""
    standing = _standing(tx, [subject])
    if standing and standing[0].erased_at >= at:
        return False
    tx.upsert(TombstoneRow, {"subject": subject, "erased_at": at, "erased_by": by}, {"erased_at": at, "erased_by": by})
    return True


def covered(tx: Transaction, comments: Sequence[Comment]) -> set[str]:
    """The ids of those comments that were erased, and not edited since."""
    subjects = {of_comment(each.id) for each in comments}
    subjects |= {of_author(_author(each)) for each in comments if each.author.native_id}
    erased_at = {row.subject: row.erased_at for row in _standing(tx, sorted(subjects))}
    if not erased_at:
        return set()
    return {
        each.id
        for each in comments
        for at in (erased_at.get(of_comment(each.id)), erased_at.get(of_author(_author(each))))
        if at is not None and max(each.posted_at, each.edited_at or each.posted_at) <= at
    }


def _author(comment: Comment) -> AuthorKey:
    return comment.platform, comment.author.native_id


def _standing(tx: Transaction, subjects: Sequence[str]) -> list[TombstoneRow]:
    return tx.all(tx.mine(TombstoneRow).where(col(TombstoneRow.subject).in_(subjects))) if subjects else []
