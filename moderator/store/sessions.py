"""Where users are signed in. Only the browser has a session's token; kept is its digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from moderator.store import audit, users
from moderator.store.database import Transaction
from moderator.store.tables import SessionRow
from moderator.store.users import NotPossible, User

IDLE = timedelta(minutes=30)
WHOLE = timedelta(hours=12)
FRESH = timedelta(minutes=5)
"""How long the last use of a passkey opens what asks for a fresh one."""
TOUCHED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which somebody is signed in."""

    digest: str
    user: User
    device: str
    opened_at: datetime
    seen_at: datetime
    proved_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether a passkey was used within the last five minutes."""
        return now - self.proved_at < FRESH


def open_session(tx: Transaction, user: User, device: str, at: datetime) -> str:
    """A new session; returns its token, 256 random bits. Audit: "signed_in"."""
    token = secrets.token_urlsafe(32)
    times = {"opened_at": at, "seen_at": at, "proved_at": at, "ended_at": None}
    tx.insert(SessionRow, [{"digest": digest_of(token), "user_id": user.id, "device": device[:80], **times}])
    audit.write(tx, "signed_in", at, actor=user.name, user=user.id)
    return token


def find(tx: Transaction, token: str, now: datetime) -> Session | None:
    """The session of a token, where it is not over, not idle for too long and its user still is one."""
    row = tx.first(tx.mine(SessionRow).where(col(SessionRow.digest) == digest_of(token)))
    if row is None or not _goes_on(row, now):
        return None
    user = users.load(tx, row.user_id)
    return _session_of(row, user) if user is not None and user.ended_at is None else None


def touch(tx: Transaction, session: Session, now: datetime) -> None:
    """Somebody is at work in it. Written once a minute at most."""
    if now - session.seen_at >= TOUCHED_EVERY:
        tx.change(SessionRow, [{"school_id": tx.school_id, "digest": session.digest, "seen_at": now}])


def prove(tx: Transaction, session: Session, now: datetime) -> str:
    """A passkey was used again; the session goes on under a new token, which is returned. Raises NotPossible where it ended."""
    if not _end(tx, session.digest, now):
        raise NotPossible("You were signed out meanwhile. Please sign in again.")
    token = secrets.token_urlsafe(32)
    row = {"digest": digest_of(token), "user_id": session.user.id, "device": session.device}
    times = {"opened_at": session.opened_at, "seen_at": now, "proved_at": now, "ended_at": None}
    tx.insert(SessionRow, [row | times])
    return token


def end(tx: Transaction, digest: str, by: str, at: datetime) -> None:
    """Sign out; once is enough. Audit: "signed_out"."""
    if _end(tx, digest, at):
        audit.write(tx, "signed_out", at, actor=by)


def of_user(tx: Transaction, user: User, now: datetime) -> list[Session]:
    """Where somebody is signed in, the latest used first."""
    asked = tx.mine(SessionRow).where(col(SessionRow.user_id) == user.id, col(SessionRow.ended_at).is_(None))
    rows = [row for row in tx.all(asked.order_by(col(SessionRow.seen_at).desc())) if _goes_on(row, now)]
    return [_session_of(row, user) for row in rows]


def end_all(tx: Transaction, user: User, by: str, at: datetime, *, keep: str = "") -> None:
    """Sign somebody out everywhere, but for the session whose digest is `keep`."""
    for session in of_user(tx, user, at):
        if session.digest != keep:
            end(tx, session.digest, by, at)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _goes_on(row: SessionRow, now: datetime) -> bool:
    return row.ended_at is None and now - row.seen_at < IDLE and now - row.opened_at < WHOLE


def _end(tx: Transaction, digest: str, at: datetime) -> bool:
    """False where it was ended before."""
    this = (col(SessionRow.school_id) == tx.school_id, col(SessionRow.digest) == digest)
    return tx.run(update(SessionRow).where(*this, col(SessionRow.ended_at).is_(None)).values(ended_at=at)) == 1


def _session_of(row: SessionRow, user: User) -> Session:
    return Session(row.digest, user, row.device, row.opened_at, row.seen_at, row.proved_at)
