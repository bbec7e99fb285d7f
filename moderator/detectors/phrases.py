"""Tables of phrases: each row some patterns over folded text, how much they count, and why in a few words.

Patterns stand one on a line. In them a blank stands for any white space, an apostrophe may be missing, as it so often is, and
a word in capitals stands for a group of words that is given beside the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from moderator.detectors.text import Folded

Row = tuple[str, float, str]
_NO_GROUPS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Seen:
    """One row found: `span` in the original text."""

    span: tuple[int, int]
    score: float
    note: str


class Phrases:
    """The rows of one table, compiled. Every pattern is bounded, so a long comment costs time in step with its length."""

    def __init__(self, rows: Sequence[Row], groups: Mapping[str, str] = _NO_GROUPS) -> None:
        self._rows = [(compiled(patterns, groups), score, note) for patterns, score, note in rows]

    def find(self, folded: Folded) -> Iterator[Seen]:
        for pattern, score, note in self._rows:
            for match in pattern.finditer(folded.text):
                yield Seen(folded.original_span(match.span()), score, note)


def compiled(patterns: str, groups: Mapping[str, str] = _NO_GROUPS) -> re.Pattern[str]:
    """One pattern that matches any of the lines, whole words only."""
    lines = "|".join(line.strip() for line in patterns.strip().splitlines())
    whole = re.sub(r"[A-Z]{2,}", lambda found: f"(?:{groups[found[0]]})", lines)
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)".replace("'", "'?").replace(" ", r"\s"))
