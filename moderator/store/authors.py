"""Who comments: the names they went by, what people wrote down about them, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import func, or_
from sqlmodel import col, tuple_

from moderator.domain import Author, Comment, Person, plain_handle
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey, groups, link, unlink
from moderator.store.standings import key_of, standing, standing_of, standings, struck
from moderator.store.tables import AuthorNameRow, AuthorNoteRow, AuthorRow

__all__ = [
    "AuthorKey",
    "Known",
    "Note",
    "find",
    "groups",
    "key_of",
    "link",
    "load",
    "names",
    "note",
    "notes",
    "remember_all",
    "standing",
    "standing_of",
    "standings",
    "struck",
    "unlink",
]

FOUND_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Known:
    """An author as last seen."""

    platform: str
    author: Author
    first_seen_at: datetime

    @property
    def key(self) -> AuthorKey:
        return self.platform, self.author.native_id


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote down about an author."""

    text: str
    by: str
    at: datetime


def remember_all(tx: Transaction, comments: Sequence[Comment], seen_at: datetime) -> None:
    """Keep the authors of these comments, and each name that is new."""
    met = {key_of(comment): comment.author for comment in comments if comment.author.native_id}
    known = {(row.platform, row.native_id): row for row in _known(tx, set(met))}
    for key, author in sorted(met.items()):
        row = known.get(key)
        if row is None or (
            author.is_named  # A look-up that failed takes no name away.
            and (row.handle, row.display_name) != (author.handle, author.display_name)
        ):
            _remember(tx, key[0], author, seen_at)


def _known(tx: Transaction, keys: set[AuthorKey]) -> list[AuthorRow]:
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


def find(tx: Transaction, text: str) -> list[Known]:
    """Whom a person may mean by a handle, with or without its @, or by the platform's id; "x:@pat" asks on X alone."""
    platform, colon, name = text.partition(":")
    handle = plain_handle(name if colon else text)
    if not handle:
        return []
    asked = tx.mine(AuthorRow).where(
        or_(
            func.lower(col(AuthorRow.handle)).in_((handle, f"@{handle}")),
            col(AuthorRow.native_id) == (name if colon else text),
        )
    )
    if colon:
        asked = asked.where(col(AuthorRow.platform) == platform)
    return [_known_of(row) for row in tx.all(asked.order_by(col(AuthorRow.platform)).limit(FOUND_AT_MOST))]


def load(tx: Transaction, key: AuthorKey) -> Known | None:
    rows = _known(tx, {key})
    return _known_of(rows[0]) if rows else None


def _known_of(row: AuthorRow) -> Known:
    return Known(row.platform, Author(row.native_id, row.handle, row.display_name), row.first_seen_at)


def note(tx: Transaction, key: AuthorKey, text: str, by: Person, at: datetime) -> None:
    """Write something down about an author, for the others at the school. Audit: "author_noted", without the words."""
    platform, native_id = key
    whole = {"platform": platform, "author_native_id": native_id, "text": text, "noted_by": by.name, "noted_at": at}
    tx.insert(AuthorNoteRow, [whole])
    audit.write(tx, "author_noted", at, actor=by.name, author=":".join(key))


def notes(tx: Transaction, keys: Sequence[AuthorKey]) -> list[Note]:
    """What was written down about these authors, oldest first."""
    author = tuple_(col(AuthorNoteRow.platform), col(AuthorNoteRow.author_native_id))
    rows = tx.mine(AuthorNoteRow).where(author.in_(sorted(keys))).order_by(col(AuthorNoteRow.id))
    return [Note(row.text, row.noted_by, row.noted_at) for row in tx.all(rows)]
