"""When each account was last read: the one figure that says whether the rest can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.settings import Settings
from moderator.store import accounts, comments
from moderator.store.database import Transaction

QUIET_AFTER = timedelta(minutes=30)
"""An account that was not read for so long, or for five of its own rounds, is quiet for the wrong reason."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """How reading one account goes."""

    account_id: str
    last_read: datetime | None
    paused: str | None  # why nothing is asked of it
    errors: tuple[str, ...]  # of its feeds, as last read
    quiet_after: timedelta

    def is_quiet(self, now: datetime) -> bool:
        return self.last_read is None or now - self.last_read > self.quiet_after


def freshness(tx: Transaction, settings: Settings, account_id: str, now: datetime) -> Fresh:
    states = comments.feed_states(tx, account_id)
    last = max((state.last_ok_at for state in states if state.last_ok_at), default=None)
    errors = tuple(state.last_error for state in states if state.last_error)
    return Fresh(account_id, last, accounts.paused(tx, account_id, now), errors, quiet_after(settings, account_id))


def quiet_after(settings: Settings, account_id: str) -> timedelta:
    every = (each.poll_every_s for each in settings.accounts if each.account.id == account_id)
    return max(QUIET_AFTER, timedelta(seconds=5 * next(every, 0)))
