"""Somebody is a user no more: all that opened the page for them is taken away in one go. And nobody is signed in any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from moderator.store import invites, passkeys, pushes, recovery, sessions, users
from moderator.store.database import Transaction
from moderator.store.tables import InviteRow, RecoveryCodeRow, SessionRow
from moderator.store.users import User, same_name


def end_user(tx: Transaction, user: User, by: str, at: datetime) -> None:
    """Signed out everywhere, and no passkey, code or link of theirs opens anything; their phones get no more pushes.

    Their name stays where they decided. Audit: "user_ended", and "signed_out" for each session.
    """
    users.end(tx, user, by, at)
    sessions.end_all(tx, user, by, at)
    invites.cancel(tx, user, at)
    recovery.forget(tx, user)
    passkeys.remove_all(tx, user)
    for each in pushes.subscriptions(tx):
        if same_name(each.person, user.name):
            pushes.drop(tx, each.id, at)


def sign_out_all(tx: Transaction, at: datetime) -> None:
    """No session goes on, and no link or code on paper opens anything: a backup that is put back holds some that were
    ended or used since. Passkeys stay: whoever holds one lets the others in again."""
    sessions_here = (col(SessionRow.school_id) == tx.school_id, col(SessionRow.ended_at).is_(None))
    tx.run(update(SessionRow).where(*sessions_here).values(ended_at=at))
    codes_here = (col(RecoveryCodeRow.school_id) == tx.school_id, col(RecoveryCodeRow.used_at).is_(None))
    tx.run(update(RecoveryCodeRow).where(*codes_here).values(used_at=at))
    tx.run(
        update(InviteRow)
        .where(col(InviteRow.school_id) == tx.school_id, col(InviteRow.used_at).is_(None))
        .values(used_at=at)
    )
