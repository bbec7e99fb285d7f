"""What was measured, room by room: a JSON report of coverage.py comes in, figures and places that no test reached go out."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

WHOLE = ("store", "actions", "platforms")
"""Rooms in which every line and every branch is to be run: what they get wrong is not seen on a screen."""
WHOLE_PERCENT, ALL_PERCENT = 100.0, 95.0


@dataclass(frozen=True, slots=True)
class Share:
    """Lines and branches together, as coverage.py counts them."""

    reached: int = 0
    there: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.reached + other.reached, self.there + other.there)

    @property
    def percent(self) -> float:
        return 100.0 * self.reached / self.there if self.there else 100.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of the tests, or several put together."""

    rooms: Mapping[str, Share]
    missing: tuple[str, ...]
    """In the rooms that are to be whole, `path:line` and `path:line->line`."""
    handlers: int
    unheard: tuple[str, ...]
    """`path:line` of each `except` whose body no test ran."""

    @property
    def all(self) -> Share:
        return sum(self.rooms.values(), Share())

    @property
    def held(self) -> bool:
        whole = all(share.percent >= WHOLE_PERCENT for room, share in self.rooms.items() if room in WHOLE)
        return whole and self.all.percent >= ALL_PERCENT and not self.unheard


def measured(report: Mapping[str, Any], root: Path) -> Measured:
    """From what `coverage json` wrote; its paths are relative to `root`, which holds the program as it was measured."""
    rooms: dict[str, Share] = defaultdict(Share)
    missing, unheard, handlers = [], [], 0
    for name, file in sorted(report["files"].items()):
        room, path, counted = room_of(name), PurePath(name).as_posix(), file["summary"]
        rooms[room] += Share(
            counted["covered_lines"] + counted["covered_branches"],
            counted["num_statements"] + counted["num_branches"],
        )
        if room in WHOLE:
            missing += [f"{path}:{line}" for line in file["missing_lines"]]
            missing += [f"{path}:{start}->{'exit' if end < 0 else end}" for start, end in file["missing_branches"]]
        for handler, first in handlers_in((root / name).read_text(encoding="utf-8")):
            if first not in file["excluded_lines"]:
                handlers += 1
                unheard += [] if first in file["executed_lines"] else [f"{path}:{handler}"]
    return Measured(dict(rooms), tuple(missing), handlers, tuple(unheard))


def room_of(path: str) -> str:
    """`moderator/store/chain.py` is in the store; a file beside the folders is a room of its own."""
    return PurePath(path).parts[1].removesuffix(".py")


def handlers_in(source: str) -> list[tuple[int, int]]:
    """Of each `except`, its own line and the first line of what it does."""
    return [
        (node.lineno, node.body[0].lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ExceptHandler)
    ]


def table(found: Measured) -> str:
    """One line a room, the least covered first, and the places that nobody reached."""
    rows = sorted(found.rooms.items(), key=lambda row: row[1].percent)
    lines = [_row(room, share, WHOLE_PERCENT if room in WHOLE else None) for room, share in rows]
    lines.append(_row("all rooms", found.all, ALL_PERCENT))
    run = found.handlers - len(found.unheard)
    lines.append(f"{'except branches':<18}{run:>6} of {found.handlers}  {'held' if not found.unheard else 'BROKEN'}")
    lines += [f"not reached: {place}" for place in found.missing]
    lines += [f"never caught: {place}" for place in found.unheard]
    return "\n".join(lines)


def _row(name: str, share: Share, bar: float | None) -> str:
    told = f"{name:<18}{share.percent:>6.2f} %  {share.reached:>6} of {share.there:<6}"
    return told if bar is None else f"{told} at least {bar:g} %  {'held' if share.percent >= bar else 'BROKEN'}"
