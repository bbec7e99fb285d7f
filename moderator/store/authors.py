"""Who comments: the names they went by, and what they did here before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import case, func
from sqlmodel import col, select, tuple_

from moderator.domain import Author, Comment, Ruling, Standing
from moderator.store.database import Transaction
from moderator.store.tables import AuthorNameRow, AuthorRow, CommentRow

HIDDEN = (Ruling.HIDE.value, Ruling.REMOVE.value)
Key = tuple[str, str]  # platform, native id of the author


def standing(tx: Transaction, comment: Comment) -> Standing:
    return standings(tx, [comment])[comment.id]


def standings(tx: Transaction, comments: Sequence[Comment]) -> dict[str, Standing]:
    """By comment id, what its author did here besides that comment, on any of the school's accounts of that platform.

    `hidden` counts the comments whose latest decision is to hide or remove, so that one overturned counts no more. An
    author whom the platform does not identify has done nothing we know of.
    """
    keys = {key_of(comment) for comment in comments if comment.author.native_id}
    totals = {key: (count, hidden) for key, count, hidden in _totals(tx, keys)}
    own = _stored_rulings(tx, [comment.id for comment in comments])
    return {comment.id: _without(totals.get(key_of(comment)), own.get(comment.id)) for comment in comments}


def _totals(tx: Transaction, keys: set[Key]) -> list[tuple[Key, int, int]]:
    if not keys:
        return []
    author = (col(CommentRow.platform), col(CommentRow.author_native_id))
    hidden = func.sum(case((col(CommentRow.ruling).in_(HIDDEN), 1), else_=0))
    rows = tx.all(
        select(*author, func.count(), hidden)
        .where(col(CommentRow.school_id) == tx.school_id, tuple_(*author).in_(sorted(keys)))
        .group_by(*author)
    )
    return [((platform, native_id), count, int(hidden)) for platform, native_id, count, hidden in rows]


def _stored_rulings(tx: Transaction, comment_ids: Sequence[str]) -> dict[str, str]:
    return dict(tx.all(select(CommentRow.id, CommentRow.ruling).where(col(CommentRow.id).in_(comment_ids))))


def _without(totals: tuple[int, int] | None, own_ruling: str | None) -> Standing:
    """The author's totals less the comment itself; `own_ruling` is None where it is not stored."""
    if totals is None:
        return Standing()
    comments, hidden = totals
    return Standing(comments - (own_ruling is not None), hidden - (own_ruling in HIDDEN))


def key_of(comment: Comment) -> Key:
    return comment.platform, comment.author.native_id


def remember_all(tx: Transaction, comments: Sequence[Comment], seen_at: datetime) -> None:
    """Keep the authors of these comments, and each name that is new."""
    met = {key_of(comment): comment.author for comment in comments if comment.author.native_id}
    known = {(row.platform, row.native_id): row for row in _known(tx, set(met))}
    for key, author in sorted(met.items()):
        row = known.get(key)
        if row is None or (row.handle, row.display_name) != (author.handle, author.display_name):
            _remember(tx, key[0], author, seen_at)


def _known(tx: Transaction, keys: set[Key]) -> list[AuthorRow]:
    if not keys:
        return []
    key = tuple_(col(AuthorRow.platform), col(AuthorRow.native_id))
    return tx.all(tx.mine(AuthorRow).where(key.in_(sorted(keys))))


def _remember(tx: Transaction, platform: str, author: Author, seen_at: datetime) -> None:
    names = {"handle": author.handle, "display_name": author.display_name, "first_seen_at": seen_at}
    tx.upsert(
        AuthorRow,
        {"platform": platform, "native_id": author.native_id, **names},
        {"handle": author.handle, "display_name": author.display_name},
    )
    digest = blake2b(f"{author.handle}\n{author.display_name}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    tx.upsert(
        AuthorNameRow, {"platform": platform, "author_native_id": author.native_id, "digest": digest, **names}, {}
    )


def names(tx: Transaction, platform: str, native_id: str) -> list[tuple[Author, datetime]]:
    """Every name an author went by, each with when it was seen first, oldest first."""
    rows = tx.all(
        tx.mine(AuthorNameRow)
        .where(col(AuthorNameRow.platform) == platform, col(AuthorNameRow.author_native_id) == native_id)
        .order_by(col(AuthorNameRow.first_seen_at))
    )
    return [(Author(native_id, row.handle, row.display_name), row.first_seen_at) for row in rows]
