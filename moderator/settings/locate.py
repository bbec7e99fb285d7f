"""Where in a TOML text each key stands: the parser knows values, a person who mends a file needs its line.

Text that a TOML parser accepted comes in, a table of key paths and lines goes out. What stands inside an inline table or an
array is not looked into: its line is that of the key it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

KeyPath = tuple[str | int, ...]

# One piece of TOML that cannot hold a bracket or line end of its own. Strings come first, so that a "#" or "[" inside one
# is not taken for a comment or an array. A multi-line string may end in up to two quotes that belong to it.
_PIECE = re.compile(
    r"""
      \"{3} (?: \\. | [^\\] )*? \"{3,5}
    | '{3} .*? '{3,5}
    | " (?: \\. | [^"\\\n] )* "
    | ' [^'\n]* '
    | \# [^\n]*
    | [\[\]{}\n]
    | [^"'\#\[\]{}\n]+
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"""\s* (?: "((?:\\.|[^"\\])*)" | '([^']*)' | ([A-Za-z0-9_-]+) ) \s* (\.|=|\]|$)""", re.VERBOSE)


def locate(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every table and key, by its path: ("accounts", 0, "poll_every_s") -> 31."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}  # arrays of tables -> how many tables they have so far
    table: KeyPath = ()
    for line, statement in _statements(text):
        if statement.startswith("[["):
            *parents, name = _names(statement[2:])
            array = (*_within(counts, parents), name)
            counts[array] = counts.get(array, 0) + 1
            table = (*array, counts[array] - 1)
            lines.setdefault(array, line)
            lines[table] = line
        elif statement.startswith("["):
            table = _within(counts, _names(statement[1:]))
            lines[table] = line
        else:
            path = table
            for name in _names(statement):
                path = (*path, name)
                lines.setdefault(path, line)
    return lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of the path or, where it has none, of the nearest thing around it; 0 where nothing is around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Every header and every assignment with the line it begins on, comments left out."""
    line, start, depth, statement = 1, 1, 0, ""
    for piece in _PIECE.findall(text + "\n"):
        if piece == "\n" and depth == 0:
            if statement.strip():
                yield start, statement.strip()
            statement = ""
        elif not piece.startswith("#"):
            if not statement.strip():
                start = line
            statement += piece
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece, 0)
        line += piece.count("\n")


def _names(statement: str) -> list[str]:
    """The names of a dotted key, up to its "=" or "]"."""
    names, at = [], 0
    while found := _NAME.match(statement, at):
        names.append(next(name for name in found.groups()[:3] if name is not None))
        at = found.end()
        if found[4] != ".":
            break
    return names


def _within(counts: Mapping[KeyPath, int], names: list[str]) -> KeyPath:
    """The path of a table: below an array of tables it lies in the latest of them."""
    path: KeyPath = ()
    for name in names:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path] - 1)
    return path
