"""Legal holds: what a person said must be kept, on one comment or on all that an author wrote, until a person releases it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import col, tuple_

from moderator.domain import Comment, Person
from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey, groups
from moderator.store.tables import HoldRow

OF_ONE_COMMENT: AuthorKey = ("", "")
"""The author of a hold that is about one comment alone."""


@dataclass(frozen=True, slots=True)
class Hold:
    """`comment_id` is empty where it is about an author, `author` is OF_ONE_COMMENT where it is about one comment."""

    comment_id: str
    author: AuthorKey
    by: str
    at: datetime
    why: str


def hold_comment(tx: Transaction, comment: Comment, by: Person, at: datetime, why: str) -> None:
    """Keep one comment with all that is held of it. Audit: "held"."""
    _hold(tx, comment.id, OF_ONE_COMMENT, by, at, why)
    audit.write(tx, "held", at, actor=by.name, comment_id=comment.id, account_id=comment.account_id)


def hold_author(tx: Transaction, author: AuthorKey, by: Person, at: datetime, why: str) -> None:
    """Keep all that an author wrote, under every account linked to this one. Audit: "author_held"."""
    _hold(tx, "", author, by, at, why)
    audit.write(tx, "author_held", at, actor=by.name)


def _hold(tx: Transaction, comment_id: str, author: AuthorKey, by: Person, at: datetime, why: str) -> None:
    if not why.strip():
        raise StoreError("A hold needs a reason, for whoever asks later why this was kept. Nothing was changed.")
    row = {"comment_id": comment_id, "platform": author[0], "author_native_id": author[1], "why": why}
    tx.insert(HoldRow, [row | {"held_by": by.name, "held_at": at, "released_at": None} | _NOT_RELEASED])


_NOT_RELEASED = {"released_by": "", "released_why": ""}


def release_comment(tx: Transaction, comment: Comment, by: Person, at: datetime, why: str) -> int:
    """End the holds on one comment; returns how many there were. Audit: "hold_released"."""
    count = _release(tx, col(HoldRow.comment_id) == comment.id, by, at, why)
    audit.write(tx, "hold_released", at, actor=by.name, comment_id=comment.id, account_id=comment.account_id)
    return count


def release_author(tx: Transaction, author: AuthorKey, by: Person, at: datetime, why: str) -> int:
    """End the holds on a person, under whichever account; returns how many there were. Audit: "author_hold_released"."""
    count = _release(tx, _by(groups(tx, [author])[author]), by, at, why)
    audit.write(tx, "author_hold_released", at, actor=by.name)
    return count


def _release(tx: Transaction, which: ColumnElement[bool], by: Person, at: datetime, why: str) -> int:
    still = (col(HoldRow.school_id) == tx.school_id, col(HoldRow.released_at).is_(None), which)
    count = tx.run(update(HoldRow).where(*still).values(released_at=at, released_by=by.name, released_why=why))
    if not count:
        raise StoreError("There is no hold on it. Nothing was changed. Those in force: moderator hold --list")
    return count


def in_force(tx: Transaction) -> list[Hold]:
    """Every hold that nobody released, oldest first."""
    asked = tx.mine(HoldRow).where(col(HoldRow.released_at).is_(None)).order_by(col(HoldRow.held_at), col(HoldRow.id))
    return [_hold_of(row) for row in tx.all(asked)]


def on(tx: Transaction, comment_id: str, author: AuthorKey) -> list[Hold]:
    """The holds in force on a comment, or on its author under any linked account."""
    which = or_(col(HoldRow.comment_id) == comment_id, _by(groups(tx, [author])[author]))
    asked = tx.mine(HoldRow).where(col(HoldRow.released_at).is_(None), which)
    return [_hold_of(row) for row in tx.all(asked.order_by(col(HoldRow.held_at)))]


def _by(keys: Sequence[AuthorKey]) -> ColumnElement[bool]:
    author = tuple_(col(HoldRow.platform), col(HoldRow.author_native_id))
    return and_(col(HoldRow.comment_id) == "", author.in_(sorted(keys)))


def _hold_of(row: HoldRow) -> Hold:
    return Hold(row.comment_id, (row.platform, row.author_native_id), row.held_by, row.held_at, row.why)
