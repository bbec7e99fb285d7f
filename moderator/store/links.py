"""Which accounts are one person's. Only a person at the school says so; nothing here guesses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, tuple_

from moderator.domain import Person
from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import AuthorLinkRow

AuthorKey = tuple[str, str]
"""Platform, and the author's native id there."""


def groups(tx: Transaction, keys: Iterable[AuthorKey]) -> dict[AuthorKey, tuple[AuthorKey, ...]]:
    """By author, all accounts of the same person, itself among them."""
    asked = sorted(set(keys))
    person_of = {key_of(row): row.person for row in _rows(tx, asked)}
    members: dict[str, list[AuthorKey]] = {}
    if person_of:
        of_persons = tx.mine(AuthorLinkRow).where(col(AuthorLinkRow.person).in_(sorted(set(person_of.values()))))
        for row in tx.all(of_persons):
            members.setdefault(row.person, []).append(key_of(row))
    return {key: tuple(sorted(members[person_of[key]])) if key in person_of else (key,) for key in asked}


def link(tx: Transaction, one: AuthorKey, other: AuthorKey, by: Person, at: datetime) -> None:
    """Two accounts are one person's, and with them all that either was linked to before. Audit: "author_linked".

    Raises StoreError for an account with itself.
    """
    if one == other:
        raise StoreError("That is one account, not two. Nothing was changed.")
    found = {key_of(row): row.person for row in _rows(tx, [one, other])}
    # Any name will do that was not used before.
    person = found.get(one) or found.get(other) or f"{':'.join(one)} {at.isoformat()}"
    if one in found and other in found:
        merged = update(AuthorLinkRow).where(*_of_person(tx, found[other])).values(person=person)
        tx.run(merged)
    for platform, native_id in (one, other):
        whole = {"platform": platform, "author_native_id": native_id, "person": person}
        tx.upsert(AuthorLinkRow, whole | {"linked_by": by.name, "linked_at": at}, {})
    _tell(tx, "author_linked", one, by, at, other=":".join(other))


def unlink(tx: Transaction, key: AuthorKey, by: Person, at: datetime) -> None:
    """The account stands for itself again. Audit: "author_unlinked". Raises StoreError where it was not linked."""
    found = _rows(tx, [key])
    if not found:
        raise StoreError("This account is linked to no other. Nothing was changed.")
    person = found[0].person
    tx.run(delete(AuthorLinkRow).where(*_of_person(tx, person), *_is(key)))
    left = tx.all(tx.mine(AuthorLinkRow).where(col(AuthorLinkRow.person) == person))
    if len(left) == 1:
        tx.run(delete(AuthorLinkRow).where(*_of_person(tx, person)))
    _tell(tx, "author_unlinked", key, by, at)


def key_of(row: AuthorLinkRow) -> AuthorKey:
    return row.platform, row.author_native_id


def _rows(tx: Transaction, keys: list[AuthorKey]) -> list[AuthorLinkRow]:
    if not keys:
        return []
    key = tuple_(col(AuthorLinkRow.platform), col(AuthorLinkRow.author_native_id))
    return tx.all(tx.mine(AuthorLinkRow).where(key.in_(keys)))


def _of_person(tx: Transaction, person: str) -> tuple[ColumnElement[bool], ...]:
    return col(AuthorLinkRow.school_id) == tx.school_id, col(AuthorLinkRow.person) == person


def _is(key: AuthorKey) -> tuple[ColumnElement[bool], ...]:
    return col(AuthorLinkRow.platform) == key[0], col(AuthorLinkRow.author_native_id) == key[1]


def _tell(tx: Transaction, event: str, key: AuthorKey, by: Person, at: datetime, **facts: str) -> None:
    audit.write(tx, event, at, actor=by.name, author=":".join(key), **facts)
