"""The one code on paper of each user, for the day on which every device is lost. It can be used once.

A code is eight groups of three letters and digits, 120 random bits. Kept is its digest.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col

from moderator.store import audit, users
from moderator.store.database import Transaction
from moderator.store.sessions import digest_of
from moderator.store.tables import RecoveryCodeRow
from moderator.store.users import User

GROUPS, LETTERS = 8, 3
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 (https://www.crockford.com/base32.html): without I, L, O and U, which are misread, or read as words."""
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def make(tx: Transaction, user: User, by: str, at: datetime) -> str:
    """A new code, which is told once and replaces the one before. Audit: "recovery_code_made"."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    code = "-".join(groups)
    kept = {"digest": digest_of(plain(code)), "made_at": at, "used_at": None}
    tx.upsert(RecoveryCodeRow, {"user_id": user.id, **kept}, kept)
    audit.write(tx, "recovery_code_made", at, actor=by, user=user.id)
    return code


def use(tx: Transaction, code: str, at: datetime) -> User | None:
    """Whose code it is, which is used up by this; None for one that is not known or was used. Audit: "recovery_code_used"."""
    this = (col(RecoveryCodeRow.school_id) == tx.school_id, col(RecoveryCodeRow.digest) == digest_of(plain(code)))
    row = tx.first(tx.mine(RecoveryCodeRow).where(*this, col(RecoveryCodeRow.used_at).is_(None)))
    user = users.load(tx, row.user_id) if row else None
    if user is None or user.ended_at is not None:
        return None
    if tx.run(update(RecoveryCodeRow).where(*this, col(RecoveryCodeRow.used_at).is_(None)).values(used_at=at)) != 1:
        return None
    audit.write(tx, "recovery_code_used", at, actor=user.name, user=user.id)
    return user


def made_at(tx: Transaction, user: User) -> datetime | None:
    """Since when there is a code of theirs that was not used; None where there is none."""
    row = tx.first(tx.mine(RecoveryCodeRow).where(col(RecoveryCodeRow.user_id) == user.id))
    return row.made_at if row and row.used_at is None else None


def forget(tx: Transaction, user: User) -> None:
    """Of somebody who is no user any more."""
    mine = (col(RecoveryCodeRow.school_id) == tx.school_id, col(RecoveryCodeRow.user_id) == user.id)
    tx.run(delete(RecoveryCodeRow).where(*mine))


def plain(code: str) -> str:
    """A code however it was typed: spaces, dashes, small letters, and O for 0."""
    return "".join(letter for letter in code.upper().translate(READ_AS) if letter in ALPHABET)
