"""What a look at one thing says: how it stands, in words, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How it stands."""

    OK = "ok"
    SKIPPED = "skipped"  # not looked at, and the line says why
    WARN = "warn"  # works today; somebody should do something
    FAIL = "fail"  # does not work, or is not safe


@dataclass(frozen=True, slots=True)
class Line:
    """One answer. `what` is one word, or the id of an account; no line holds a comment's words, a child's name or a secret."""

    what: str
    level: Level
    detail: str
    remedy: str = ""  # a sentence; empty where nothing is to be done


def ok(what: str, detail: str) -> Line:
    return Line(what, Level.OK, detail)


def skipped(what: str, detail: str) -> Line:
    return Line(what, Level.SKIPPED, detail)


def warn(what: str, detail: str, remedy: str) -> Line:
    return Line(what, Level.WARN, detail, remedy)


def fail(what: str, detail: str, remedy: str) -> Line:
    return Line(what, Level.FAIL, detail, remedy)


def exit_code(lines: Sequence[Line]) -> int:
    """0: all is well · 1: something should be done · 2: something does not work, or is not safe."""
    levels = {line.level for line in lines}
    return 2 if Level.FAIL in levels else 1 if Level.WARN in levels else 0
