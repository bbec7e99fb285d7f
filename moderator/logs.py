"""Logs: one event a line, a fixed phrase and fields that are ids and counts; never a comment's words or a person's name.

Lines for a person, or JSON for a machine; with a journal's priority in front where systemd reads them.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import stamina
import structlog
from structlog.typing import EventDict, WrappedLogger

PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
Log = structlog.stdlib.BoundLogger


def _printable(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Control characters in a vendor's words cannot forge a line or colour a terminal."""
    return {
        key: "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
        if isinstance(value, str)
        else value
        for key, value in event.items()
    }


class _Lines:
    """Renders `time phrase key=value …`, with the priority in front where a journal reads it."""

    def __init__(self, journal: bool) -> None:
        self._journal = journal
        self._fields = structlog.processors.KeyValueRenderer(sort_keys=False)

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> str:
        when, level, phrase = event.pop("timestamp"), event.pop("level", "info"), event.pop("event")
        front = f"<{PRIORITIES.get(level, 6)}>" if self._journal else f"{when} {level:<7} "
        fields = str(self._fields(logger, name, event)) if event else ""
        return f"{front}{phrase} {fields}".rstrip()


def open_log(stream: TextIO = sys.stderr, *, style: str = "text", level: str = "info", journal: bool = False) -> Log:
    """A log that writes to `stream`; `style` is "text" or "json", `journal` puts systemd's priorities in front."""
    renderer = structlog.processors.JSONRenderer() if style == "json" else _Lines(journal)
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _printable,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
    hear_libraries(log)
    return log


class _Libraries(logging.Handler):
    """What libraries log is told by its source only: their lines may hold tokens, whole replies or a comment's words."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.debug("library.log", library=record.name, severity=record.levelname, line=record.lineno)


def hear_libraries(log: Log) -> None:
    """Let the standard library's logging end in ours, and stamina's retries in silence: an outage is told once, by us."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _Libraries)]:
        root.removeHandler(handler)
    root.addHandler(_Libraries(log))
    root.setLevel(logging.WARNING)
    stamina.instrumentation.set_on_retry_hooks([])
