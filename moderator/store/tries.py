"""How often something was tried within a window of time. It stands in the store, so that a restart forgets none of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col

from moderator.errors import ModeratorError
from moderator.store.database import Transaction
from moderator.store.tables import TryRow

KEPT = timedelta(days=1)


class TooMany(ModeratorError):
    """Tried too often: `retry_at` (aware UTC) says when it may be tried again."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__("That was tried too often. Please wait a moment and try again.")
        self.retry_at = retry_at


def allow(tx: Transaction, what: str, limit: int, window: timedelta, now: datetime) -> None:
    """Count one try of `what` ("sign_in 192.0.2.7"); raises TooMany where `limit` were counted in this window already.

    Windows are fixed and begin at whole multiples of `window` since 1970. Give it a transaction of its own, which ends before
    whatever is tried begins: a try that fails afterwards must stay counted.
    """
    began_at = began(window, now)
    # Counted first and looked at then, so that two at once cannot both be the last that is allowed.
    key = {"what": what, "began_at": began_at}
    tx.upsert(TryRow, {**key, "count": 1}, {"count": col(TryRow.count) + 1})
    row = tx.first(tx.mine(TryRow).where(col(TryRow.what) == what, col(TryRow.began_at) == began_at))
    if row is not None and row.count > limit:
        raise TooMany(began_at + window)  # What is not allowed is not counted: the transaction is undone.
    if row is not None and row.count == 1:
        tx.run(delete(TryRow).where(col(TryRow.school_id) == tx.school_id, col(TryRow.began_at) < now - KEPT))


def began(window: timedelta, now: datetime) -> datetime:
    """When the window that `now` stands in began."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (now - epoch) // window * window
