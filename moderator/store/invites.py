"""Invitations: a link that lets its holder make a passkey for one user, once, within a quarter of an hour.

Only the link has the token; kept is its digest.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from moderator.store import audit, users
from moderator.store.database import Transaction
from moderator.store.sessions import digest_of
from moderator.store.tables import InviteRow
from moderator.store.users import User

LIVES = timedelta(minutes=15)


def make(tx: Transaction, user: User, by: str, at: datetime) -> str:
    """A new invitation; returns its token, 256 random bits. An older one of this user opens nothing any more.

    Audit: "user_invited".
    """
    cancel(tx, user, at)
    token = secrets.token_urlsafe(32)
    row = {"digest": digest_of(token), "user_id": user.id, "made_by": by, "expires_at": at + LIVES, "used_at": None}
    tx.insert(InviteRow, [row])
    audit.write(tx, "user_invited", at, actor=by, user=user.id)
    return token


def cancel(tx: Transaction, user: User, at: datetime) -> None:
    """No invitation of this user opens anything any more."""
    open_ones = (col(InviteRow.school_id) == tx.school_id, col(InviteRow.user_id) == user.id)
    tx.run(update(InviteRow).where(*open_ones, col(InviteRow.used_at).is_(None)).values(used_at=at))


def find(tx: Transaction, token: str, now: datetime) -> User | None:
    """Whom a link invites; None where it was used, is too old, or its user is none any more."""
    row = tx.first(tx.mine(InviteRow).where(col(InviteRow.digest) == digest_of(token)))
    if row is None or row.used_at is not None or now >= row.expires_at:
        return None
    user = users.load(tx, row.user_id)
    return user if user is not None and user.ended_at is None else None


def use(tx: Transaction, token: str, now: datetime) -> User | None:
    """The same, and the link opens nothing any more."""
    user = find(tx, token, now)
    this = (col(InviteRow.school_id) == tx.school_id, col(InviteRow.digest) == digest_of(token))
    met = tx.run(update(InviteRow).where(*this, col(InviteRow.used_at).is_(None)).values(used_at=now)) if user else 0
    return user if met == 1 else None
