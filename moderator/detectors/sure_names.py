"""The names in a comment that may be left out of it without leaving out what is meant.

The reader's view of each token and what the roll found come in; places in the original text go out. Two kinds of words count: one
on the roll that the reader takes for a name here; and one with a capital inside a sentence that may be a name to the reader, is no
abuse to it, and that holds nothing rude the lists know: "Dickhead" stands where names stand, and the reader is half taken in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderator.detectors.reader_input import begins_sentence
from moderator.detectors.reader_model import Reading
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import TEXT, Finding, Label
from moderator.domain.naming import LIKELY

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_SHOUTED = 0.4
"""Share of capitals among a text's letters above which a capital tells nothing."""
_NAME, _MAYBE_NAME, _ABUSE = 0.5, 0.2, 0.1
"""What the reader must make of a word: on average of its tokens a name, and of none of them abuse. With 0.5 for every word the gap
between origins stayed above 0.01; with 0.2 and 0.1 two of 1,339 disguised attacks go unseen, with 0.5 one (measured 2026-11-22)."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that may be a name, or several of one, in characters of the original text."""

    span: tuple[int, int]
    on_the_roll: bool


def may_be_names(hits: Iterable[Finding], text: str) -> list[Word]:
    """The words that a reader would have to take for names, in their order, none over another; most often there is none."""
    rude = WordListScorer().hits
    known = [Word(hit.span, on_the_roll=True) for hit in hits if hit.span and _is_of_the_roll(hit)]
    written = [Word(span, on_the_roll=False) for span in _written_as_names(text) if not rude(text[slice(*span)])]
    apart: list[Word] = []
    for word in sorted([*known, *written], key=lambda word: (word.span[0], -word.span[1])):
        if not apart or word.span[0] >= apart[-1].span[1]:
            apart.append(word)
    return apart


def sure_names(words: Sequence[Word], reading: Reading, classes: Sequence[str]) -> list[tuple[int, int]]:
    """Where those of the words stand that are names as the comment reads."""
    names = reading.classes[:, [classes.index("child_name"), classes.index("adult_name")]].sum(axis=1)
    abuse = reading.classes[:, classes.index("abuse")]
    tokens = _tokens_of(words, reading.spans)
    return [
        word.span for word, own in zip(words, tokens, strict=True) if own and _is_name(word, names[own], abuse[own])
    ]


def _is_name(word: Word, names: NDArray[np.float32], abuse: NDArray[np.float32]) -> bool:
    if word.on_the_roll:
        return bool(names.mean() >= _NAME)
    return bool(names.mean() >= _MAYBE_NAME and abuse.max() < _ABUSE)


def _tokens_of(words: Sequence[Word], spans: Sequence[tuple[int, int] | None]) -> list[list[int]]:
    """The tokens that begin in each word."""
    starts = [word.span[0] for word in words]
    found: list[list[int]] = [[] for _ in words]
    for token, span in enumerate(spans):
        at = bisect_right(starts, span[0]) - 1 if span else -1
        if span and at >= 0 and span[0] < words[at].span[1]:
            found[at].append(token)
    return found


def _is_of_the_roll(hit: Finding) -> bool:
    return hit.label is Label.CHILD_NAMED and hit.field == TEXT and hit.score >= LIKELY


def _written_as_names(text: str) -> list[tuple[int, int]]:
    """Where words stand that have a capital inside a sentence; none where the author shouts."""
    letters = [char for char in text if char.isalpha()]
    if sum(map(str.isupper, letters)) > _SHOUTED * max(len(letters), 1):
        return []
    return [
        match.span()
        for match in _WORD.finditer(text)
        if match[0][0].isupper() and any(map(str.islower, match[0])) and not begins_sentence(text, match.start())
    ]
