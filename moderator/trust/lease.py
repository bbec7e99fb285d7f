"""A worker's hold on a turn while it works: made longer before it runs out, and given up when the worker is to leave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from moderator.store import turns
from moderator.store.database import Database
from moderator.store.turns import Turn

RENEWED_AFTER = timedelta(seconds=10)
"""One call may take 30 s: a lease of 45 that was renewed within the last ten outlives it."""


class Lease:
    """Asked between two calls, as a sign of life: there is time for another, and the turn is still ours."""

    def __init__(
        self,
        database: Database,
        turn: Turn,
        length: timedelta,
        clock: Callable[[], datetime],
        leaving: threading.Event,
    ) -> None:
        self._database, self._turn, self._length, self._clock, self._leaving = database, turn, length, clock, leaving
        self._until = clock() + length

    def goes_on(self) -> bool:
        """False where the worker is to leave. Raises LeaseLost where another worker has the turn."""
        if self._leaving.is_set():
            return False
        now = self._clock()
        if self._length - (self._until - now) > RENEWED_AFTER:
            with self._database.transaction() as tx:
                turns.renew(tx, self._turn, now + self._length)
            self._until = now + self._length
        return True
