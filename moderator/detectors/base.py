"""What a detector is: a comment and its context go in, findings come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from moderator.domain import Comment, Context, Finding


class Detector(Protocol):
    """Sees one kind of thing. Pure: no network, clock, session or settings; safe to call from several threads."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        """Every hit as one finding, weak ones too. Raises DetectorError where it cannot read the comment."""


def examine_all(
    detectors: Sequence[Detector], comment: Comment, context: Context
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """All findings of all detectors, and for each detector that failed its name and why."""
    findings: list[Finding] = []
    failed: list[str] = []
    for detector in detectors:
        try:
            findings += detector.examine(comment, context)
        except Exception as error:  # noqa: BLE001  Whatever a detector dies of, the comment must reach a person.
            failed.append(f"{detector.name}: {type(error).__name__}")
    return tuple(findings), tuple(failed)
