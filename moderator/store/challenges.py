"""What passkeys are asked to sign: random, bound to a purpose and, where one is known, to a user; answered once or never."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlmodel import col

from moderator.store.database import Transaction
from moderator.store.tables import ChallengeRow

LIVES = timedelta(minutes=5)


class Purpose(StrEnum):
    REGISTER = "register"
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class Challenge:
    """`id` finds it again and goes into the browser's cookie; `nonce` is what is signed, 256 random bits as base64url."""

    id: str
    nonce: str


def ask(tx: Transaction, purpose: Purpose, user_id: str, now: datetime) -> Challenge:
    """A new challenge; `user_id` is "" for whoever holds a passkey. Those of the past are forgotten."""
    tx.run(delete(ChallengeRow).where(col(ChallengeRow.school_id) == tx.school_id, col(ChallengeRow.expires_at) <= now))
    made = Challenge(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    row = {"id": made.id, "purpose": purpose.value, "user_id": user_id, "challenge": made.nonce}
    tx.insert(ChallengeRow, [row | {"expires_at": now + LIVES, "used_at": None}])
    return made


def take(tx: Transaction, challenge_id: str, purpose: Purpose, user_id: str, now: datetime) -> Challenge | None:
    """The challenge, which is used up by this; None where it is another's, for something else, too old, or used.

    Give it a transaction of its own: an answer that turns out wrong must not be given to it again.
    """
    this = (
        col(ChallengeRow.school_id) == tx.school_id,
        col(ChallengeRow.id) == challenge_id,
        col(ChallengeRow.purpose) == purpose.value,
        col(ChallengeRow.user_id) == user_id,
        col(ChallengeRow.used_at).is_(None),
        col(ChallengeRow.expires_at) > now,
    )
    if tx.run(update(ChallengeRow).where(*this).values(used_at=now)) != 1:
        return None
    row = tx.first(tx.mine(ChallengeRow).where(col(ChallengeRow.id) == challenge_id))
    return Challenge(row.id, row.challenge) if row else None
