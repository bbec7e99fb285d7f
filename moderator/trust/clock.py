"""One time for all workers: the database's, so that no machine whose clock is wrong takes another's lease or reads too soon."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from moderator.errors import StoreError
from moderator.store import turns
from moderator.store.database import Database

ASKED_EVERY_S = 60.0


class DatabaseClock:
    """The database's time, asked for once a minute and counted on from there by a clock that nobody sets."""

    def __init__(self, database: Database, every_s: float = ASKED_EVERY_S) -> None:
        """Raises StoreError where the database cannot be reached."""
        self._database, self._every_s, self._lock = database, every_s, threading.Lock()
        self._asked_at, self._time = self._ask()

    def __call__(self) -> datetime:
        with self._lock:
            passed = seconds() - self._asked_at
            if passed > self._every_s:
                try:
                    self._asked_at, self._time = self._ask()
                except StoreError:
                    # Until it is back the count goes on: what is done meanwhile cannot be written down anyway.
                    self._time += timedelta(seconds=passed)
                    self._asked_at += passed
                passed = seconds() - self._asked_at
            return self._time + timedelta(seconds=passed)

    def _ask(self) -> tuple[float, datetime]:
        with self._database.reading() as tx:
            return seconds(), turns.time_there(tx)


def seconds() -> float:
    """Counted by a clock that nobody sets, and that goes on while the machine sleeps: `time.monotonic` stands still then."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
