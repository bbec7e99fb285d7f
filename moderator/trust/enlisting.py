"""Looks every few minutes whether schools or accounts were added or taken away, beside the work itself."""

from __future__ import annotations

import threading
from types import TracebackType

from moderator.errors import ModeratorError
from moderator.logs import Log
from moderator.trust.office import Office

EVERY_S = 300.0


class Enlisting(threading.Thread):
    """In a thread of its own: the files of thousands of schools take a while to read."""

    def __init__(self, office: Office, log: Log, leaving: threading.Event, every_s: float = EVERY_S) -> None:
        super().__init__(name="enlisting", daemon=True)
        self._office, self._log, self._leaving, self._every_s = office, log, leaving, every_s

    def run(self) -> None:
        while True:
            try:
                if new := self._office.enlist():
                    self._log.info("turns.enlisted", new=new)
            except ModeratorError as error:
                self._log.warning("turns.not_enlisted", detail=str(error))
            if self._leaving.wait(self._every_s):
                return

    def __enter__(self) -> Enlisting:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self.join(10.0)
