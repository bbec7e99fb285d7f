"""Cases that go together: alike in their words, by one author, or under one post. What may be urgent is never among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz, process

from moderator.detectors.text import fold
from moderator.domain import Comment
from moderator.store import queue
from moderator.store.database import Transaction
from moderator.store.queue import Brief, Viewer

COMPARED = 500
"""Waiting cases that are looked through for ones alike: the oldest."""
ALIKE = 90.0
"""How alike two folded texts are at least, of 100: one word or two may differ in a sentence."""
SHORT = 12
"""Characters below which only the very same counts: "great" and "grate" are not alike."""
FOLDED = 300
"""Characters that are compared."""
AT_ONCE = 200
SAMPLE = 5


class By(StrEnum):
    """What makes cases belong together."""

    ALIKE = "alike"
    AUTHOR = "author"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Cases that could be decided together, the one that was asked about first."""

    by: By
    cases: tuple[Brief, ...]
    more: int  # that are left for the next time


def bundle(tx: Transaction, viewer: Viewer, comment: Comment, by: By) -> Bundle:
    """The cases that go with this one and wait for the viewer; none where this one is urgent or waits no more."""
    own = queue.case(tx, comment.id)
    if own is None or own.decision.urgent or not queue.waits(tx, comment.id):
        return Bundle(by, (), 0)
    limit = COMPARED if by is By.ALIKE else AT_ONCE + 1
    others = [each for each in queue.alike_in(tx, comment, viewer, limit, by) if each.comment_id != comment.id]
    if by is By.ALIKE:
        others = alike(comment, others)
    urgent = queue.ever_urgent(tx, [each.comment_id for each in others])
    first = Brief(comment.id, comment.version, own.decision.number, comment.text)
    found = [first, *(each for each in others if each.comment_id not in urgent)]
    return Bundle(by, tuple(found[:AT_ONCE]), max(len(found) - AT_ONCE, 0))


def alike(comment: Comment, others: Sequence[Brief]) -> list[Brief]:
    """Those whose words are the same as this comment's, or nearly, however they are written."""
    wanted = folded(comment.text[:FOLDED])
    if not wanted:
        return []
    least = 100.0 if len(wanted) < SHORT else ALIKE
    texts = [folded(each.text[:FOLDED]) for each in others]
    hits = process.extract(wanted, texts, scorer=fuzz.ratio, score_cutoff=least, limit=None)
    return [others[index] for index in sorted(index for _, _, index in hits)]


@lru_cache(maxsize=2 * COMPARED)  # One card after the other is compared with the same cases.
def folded(text: str) -> str:
    return fold(text).text.strip()


def sample(found: Sequence[Brief]) -> list[Brief]:
    """The first, the last and some between, so that nothing odd hides in the middle."""
    step = max((len(found) - 1) / (SAMPLE - 1), 1)
    places = sorted({min(round(index * step), len(found) - 1) for index in range(SAMPLE)}) if found else []
    return [found[place] for place in places]
