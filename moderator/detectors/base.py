"""What a detector is: a comment and its context go in, findings come out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol, runtime_checkable

from moderator.detectors.excerpt import excerpt, shortened
from moderator.domain import Comment, Context, Finding
from moderator.errors import DetectorError


class PartlyRead(DetectorError):
    """A detector read a part of a comment only: `findings` are what it saw there. The message says what was not read."""

    def __init__(self, message: str, findings: Sequence[Finding]) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class Detector(Protocol):
    """Sees one kind of thing. Pure: no network, clock, session or settings; safe to call from several threads."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        """Every hit as one finding, weak ones too.

        Raises DetectorError where it cannot read the comment, and PartlyRead where it could not read all of it.
        """


@runtime_checkable
class Begins(Protocol):
    """A detector that can read beside the others: `begin` starts it on another core, `examine` of that comment waits for it.

    Both are called by one thread, one right after the other.
    """

    def begin(self, comment: Comment) -> None: ...


def examine_all(
    detectors: Sequence[Detector], comment: Comment, context: Context
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """All findings of all detectors, and why a person must look: each detector that failed, and what was not read."""
    read, near = excerpt(comment), shortened(context)
    findings: list[Finding] = []
    failed = [*read.unread]
    for detector in detectors:
        if isinstance(detector, Begins):
            # What cannot be begun, as where the process may have no more threads, is done when it is examined.
            with suppress(Exception):
                detector.begin(read.comment)
    for detector in detectors:
        try:
            findings += map(read.placed, detector.examine(read.comment, near))
        except PartlyRead as part:
            findings += map(read.placed, part.findings)
            failed.append(f"{detector.name}: {part}")
        except Exception as error:  # noqa: BLE001  Whatever a detector dies of, the comment must reach a person.
            failed.append(f"{detector.name}: {type(error).__name__}")
    return tuple(findings), tuple(failed)
