"""Looks each minute whether schools, accounts or apps were added, changed or taken away, beside the work itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from moderator.errors import ModeratorError
from moderator.logs import Log
from moderator.settings.trust import TrustSettings
from moderator.trust.office import Office

EVERY_S = 60.0


class Enlisting(threading.Thread):
    """In a thread of its own: the files of thousands of schools take a while to read."""

    def __init__(
        self,
        office: Office,
        reread: Callable[[], TrustSettings],
        log: Log,
        leaving: threading.Event,
        every_s: float = EVERY_S,
    ) -> None:
        """`reread` reads the trust's file and folders anew; while they are faulty, those read before hold on."""
        super().__init__(name="enlisting", daemon=True)
        self._office, self._reread, self._log = office, reread, log
        self._leaving, self._every_s = leaving, every_s
        self._fault = ""

    def run(self) -> None:
        while True:
            try:
                self._office.follow(self._reread())
                if new := self._office.enlist():
                    self._log.info("turns.enlisted", new=new)
                self._fault = ""
            except ModeratorError as error:
                self._tell(str(error))
            if self._leaving.wait(self._every_s):
                return

    def _tell(self, fault: str) -> None:
        if fault != self._fault:  # Once, until it is another.
            self._fault = fault
            self._log.warning("turns.not_enlisted", detail=fault)

    def __enter__(self) -> Enlisting:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self.join(10.0)
