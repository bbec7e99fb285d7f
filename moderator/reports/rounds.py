"""A job that is done again and again beside the accounts, in a thread of its own, so that it waits for nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from moderator.errors import Damaged, ModeratorError
from moderator.logs import Log
from moderator.pipeline import House

Job = Callable[[House, datetime], None]


class Rounds(threading.Thread):
    """Does one job each time it is asked; asked while at it, it does it once more. What fails is told once, until it works."""

    def __init__(
        self,
        name: str,
        every_s: int,
        job: Job,
        house: House,
        log: Log,
        clock: Callable[[], datetime],
        stuck_after_s: float = 300.0,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.house, self.every_s, self._stuck_after_s = house, every_s, stuck_after_s
        self._job, self._log, self._clock = job, log, clock
        self._asked, self._leaving, self._failing = threading.Event(), threading.Event(), ""
        self._busy_since: float | None = None
        self.damaged: Damaged | None = None  # the database: then the daemon ends

    def ask(self) -> None:
        self._asked.set()

    def is_stuck(self) -> bool:
        """Whether one job lasts longer than any may: then only a new start helps."""
        since = self._busy_since
        return since is not None and time.monotonic() - since >= self._stuck_after_s

    def leave(self) -> None:
        self._leaving.set()
        self._asked.set()

    def run(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            if self._leaving.is_set():
                return
            self.once()

    def once(self) -> None:
        """One round, in the thread of whoever calls."""
        self._busy_since = time.monotonic()
        try:
            self._job(self.house, self._clock())
            self._failing = ""
        except Exception as error:  # noqa: BLE001  It is tried again at the next round, and nothing else stops.
            self._tell(error)
        finally:
            self._busy_since = None

    def _tell(self, error: Exception) -> None:
        if isinstance(error, Damaged):
            self.damaged = error
        # Our own errors hold no words by rule; of a stranger's only the kind is told.
        detail = str(error) if isinstance(error, ModeratorError) else ""
        if (failing := f"{type(error).__name__} {detail}") != self._failing:
            self._failing = failing
            self._log.error("round.failed", round=self.name, error=type(error).__name__, detail=detail)
