"""Reads again, without the names in it, what would count as toxic: a name makes nothing toxic, wherever it comes from.

Names that look like rude words to a reader of words ("Shital", "Diep") raise most of its false alarms about names. Scores and the
places of names come in, scores go out; which words are names is another's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from moderator.domain import Comment, Context
from moderator.errors import DetectorError


class Namer(Protocol):
    """Knows the names in a comment; the reader is one."""

    def named(self, comment: Comment, context: Context) -> list[tuple[int, int]]:
        """Where names stand that it is sure of, in their order, none over another. Raises DetectorError where it cannot read."""


_MATTERS = 0.3
"""A text none of whose labels reaches this is read once: no limit is near."""
_PLAIN_NAME = "Sam"
"""What stands for every name; in a neutral sentence it scores as any common name does (0.06 to 0.13)."""


LESS_NAMES = "-less-names-1"
"""What the version of scores says that went through here."""
Score = Callable[[Sequence[str]], list[dict[str, float]]]


def less_names(
    score: Score, namer: Namer, comment: Comment, context: Context, scores: dict[str, float]
) -> dict[str, float]:
    """The scores of a comment's text, or what `score` gives with its names replaced: of each label the lower.

    Where the namer cannot read, the scores stay: it says so itself when it is asked for its findings.
    """
    if max(scores.values(), default=0.0) < _MATTERS:
        return scores
    try:
        places = namer.named(comment, context)
    except DetectorError:
        return scores
    if not places:
        return scores
    other = score([_replaced(comment.text, places)])[0]
    return {label: min(seen, other[label]) for label, seen in scores.items()}


def _replaced(text: str, places: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(places):
        text = text[:start] + _PLAIN_NAME + text[end:]
    return text
