"""Reads a comment together with its post and thread, by a model trained on comments under schools' posts.

A comment, its context and what rules already found come in; findings go out: the guide's labels, whether it may be left alone at
all, whether somebody must be told at once, and the names in it. Each finding points at the words that weighed most.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from moderator.detectors.base import Detector, PartlyRead
from moderator.detectors.kin_names import own_name
from moderator.detectors.name_book import split
from moderator.detectors.reader_input import IN_DISPLAY_NAME, KnownPeople, Mark, begins_sentence, capitals
from moderator.detectors.reader_model import Reading, ReadingModel
from moderator.detectors.sure_names import may_be_names, sure_names
from moderator.domain import TEXT, Comment, Context, Finding, Label, School
from moderator.domain.naming import GUESSED, LIKELY, MOST_UNTOLD, TELLS_WHICH

_FLOOR = 0.1
"""Below this a score says nothing, but for harm: that the whole was read and nothing found is worth knowing."""
_CHILD_TOKEN = 0.5
_WORDS = re.compile(r"(?<![\w@#.])[^\W\d_]+")
_FEW_WORDS, _STRANGE = 3, 0.3
"""Words that a text must have, and the share of them in three pieces or more, from which its tongue is strange to the model."""
_LONGEST_WORD = 40
"""Characters that a word may go on for on either side of a token; a page without blanks must not cost its square."""


class Reader:
    """The model's findings, and those of the rules that it builds on.

    `before` are the detectors whose hits the model is told of: the roll, and contact details. They are asked once, here, and
    their findings go out with the model's.
    """

    name = "reader"

    def __init__(self, model: ReadingModel, school: School, before: Sequence[Detector]) -> None:
        self._model, self._people, self._before = model, KnownPeople(school), tuple(before)
        self.version = f"{model.name}-{model.version}"
        # Whoever asks for the names asks for the same comment after its findings, or before.
        self._ask, self._read = lru_cache(maxsize=8)(self._ask_anew), lru_cache(maxsize=8)(self._read_anew)

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        hits, unread = self._ask(comment, context)
        reading = self._read(comment, context)
        named = reading.scores[Label.CHILD_NAMED]
        found = [*(_in_context(hit, named, self._model.roll_alone) for hit in hits), *self._findings(reading, comment)]
        if not reading.whole:
            unread = (*unread, "too many signs to read them all")
        if unread:
            raise PartlyRead(", ".join(unread), found)
        return found

    def named(self, comment: Comment, context: Context) -> list[tuple[int, int]]:
        """Where words stand that are names beyond doubt, a child's or a grown-up's, in their order; see name_blind.py.

        Raises DetectorError where the model fails.
        """
        hits, _ = self._ask(comment, context)
        words = may_be_names(hits, comment.text)
        return sure_names(words, self._read(comment, context), self._model.classes) if words else []

    def _read_anew(self, comment: Comment, context: Context) -> Reading:
        hits, _ = self._ask(comment, context)
        return self._model.read([(comment, context, marks(self._people, comment, hits))])[0]

    def _ask_anew(self, comment: Comment, context: Context) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        """What the detectors before it found, and what they left unread."""
        hits: list[Finding] = []
        unread: list[str] = []
        for detector in self._before:
            try:
                hits += detector.examine(comment, context)
            except PartlyRead as part:
                hits += part.findings
                unread.append(str(part))
        return tuple(hits), tuple(unread)

    def _findings(self, reading: Reading, comment: Comment) -> list[Finding]:
        found = []
        for index, label in enumerate(self._model.labels):
            score = min(reading.scores[label], MOST_UNTOLD if label == Label.CHILD_NAMED else 1.0)
            if score < _FLOOR and label != Label.HARM:
                continue
            places = _heaviest(reading.weights[:, index], reading.spans, comment.text)
            span = places[0] if places else None
            words = ", ".join(f"“{comment.text[slice(*place)]}”" for place in places)
            note = f"read by {self._model.name}" + (f", above all for {words}" if words else "")
            whole = Finding(Label(label), score, span, self.name, self.version, _at(comment, span), note=note)
            found += self._names(reading, comment, whole) if whole.label is Label.CHILD_NAMED else [whole]
        return found

    def _names(self, reading: Reading, comment: Comment, whole: Finding) -> list[Finding]:
        """One finding for each child's name that the model points at; where it points at none, one for what weighed most."""
        places = _runs(reading.classes[:, self._model.classes.index("child_name")], reading.spans, comment.text)
        found = [_named(whole, place, comment) for place in places] or [whole]
        if not in_a_strange_tongue(reading.spans, comment.text):
            return found
        # Where it knows few of the words, any of them may look like a name to it; what is on the roll is the roll's to say.
        return [each if _has_capital(comment.text, each.span) else _guessed(each) for each in found]


def _in_context(hit: Finding, named: float, roll_alone: float) -> Finding:
    """The roll's finding as the whole comment bears it out. `named` is the model's score for a child being named.

    A name that tells which child stays as it is. A first name alone is on the roll, and in a book, on a van and on a cat as well:
    it is as sure as the model, at most as sure as the roll, and at least what `roll_alone` leaves of it.
    """
    if hit.label is not Label.CHILD_NAMED or hit.score >= TELLS_WHICH or hit.field != TEXT:
        return hit
    score = min(hit.score, max(named, round(hit.score - roll_alone, 4)))
    return replace(hit, score=score, note=f"{hit.note}; in this comment {named:.2f}") if score < hit.score else hit


def marks(people: KnownPeople, comment: Comment, hits: Iterable[Finding]) -> list[tuple[int, Mark]]:
    """What is known of the comment's words: by the roll and other rules, by the school's lists, and by their capitals."""
    found: dict[int, Mark] = {}
    for hit in hits:
        if hit.span is None:
            continue
        if hit.field != TEXT:
            found[IN_DISPLAY_NAME] = Mark.NAME
        elif hit.label is Label.CHILD_NAMED:
            sure = Mark.FULL_NAME if hit.score >= TELLS_WHICH else Mark.NAME
            found[hit.span[0]] = sure if hit.score >= LIKELY else Mark.WEAK_NAME
        elif hit.label is Label.CONTACT:
            found.setdefault(hit.span[0], Mark.CONTACT)
    for at, mark in people.marks(comment.text):
        found.setdefault(at, mark)
    return [*found.items(), *capitals(comment.text, found)]


def _named(whole: Finding, place: tuple[int, int], comment: Comment) -> Finding:
    """A name where the model points at one. Whether the author's own is a child's, a person says: "Nell (81) will be there"."""
    found, own = replace(whole, span=place, phrase=_at(comment, place)), own_name(comment.author.display_name)
    if not own or split(found.phrase)[:1] != (own,):
        return found
    return replace(found, score=min(found.score, GUESSED), note=f"{found.note}; the author's own name")


def _guessed(finding: Finding) -> Finding:
    score = min(finding.score, GUESSED)
    return replace(finding, score=score, note=f"{finding.note}; a guess, since it knows few of these words")


def _has_capital(text: str, place: tuple[int, int] | None) -> bool:
    """Whether a word there has a capital that it does not have from beginning a sentence, in a text that is not all capitals."""
    words = _WORDS.finditer(text, *place) if place is not None and not text.isupper() else ()
    return any(word[0][0].isupper() and not begins_sentence(text, word.start()) for word in words)


def in_a_strange_tongue(spans: Sequence[tuple[int, int] | None], text: str) -> bool:
    """Whether the model knows few of a text's words: its vocabulary has them only in three pieces and more.

    `spans`: the characters of each token, None for what stands for none. Handles and hashtags are of no tongue, and a text of
    one word or two tells nothing of its own.
    """
    starts = [span[0] for span in spans if span is not None and span[0] < span[1]]
    words = [match.span() for match in _WORDS.finditer(text)]
    pieces = [bisect_left(starts, end) - bisect_left(starts, start) for start, end in words]
    return len(words) >= _FEW_WORDS and sum(count >= 3 for count in pieces) >= _STRANGE * len(words)


def _at(comment: Comment, span: tuple[int, int] | None) -> str:
    return comment.text[slice(*span)] if span else ""


def _heaviest(
    weights: NDArray[np.float32], spans: Sequence[tuple[int, int] | None], text: str, most: int = 3
) -> list[tuple[int, int]]:
    """The whole words that speak most for a label, heaviest first, each at least a third as heavy as the heaviest."""
    words: dict[tuple[int, int], float] = {}
    for weight, span in zip(weights.tolist(), spans, strict=False):
        if span is not None and weight > 0 and span[0] < span[1]:
            word = _word(text, span)
            if any(char.isalnum() for char in text[slice(*word)]) or not text[slice(*word)].isascii():
                words[word] = words.get(word, 0.0) + weight
    ranked = sorted(words, key=lambda word: -words[word])[:most]
    return [word for word in ranked if words[word] >= words[ranked[0]] / 3]


def _word(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The span stretched to the whole word it lies in."""
    start, end = span
    while start > max(0, span[0] - _LONGEST_WORD) and _inside(text[start - 1]) and _inside(text[start]):
        start -= 1
    while end < min(len(text), span[1] + _LONGEST_WORD) and _inside(text[end]) and _inside(text[end - 1]):
        end += 1
    return start, end


def _inside(char: str) -> bool:
    return char.isalnum() or char in "'’_"


def _runs(shares: NDArray[np.float32], spans: Sequence[tuple[int, int] | None], text: str) -> list[tuple[int, int]]:
    """Neighbouring tokens of a class as one place each, in whole words."""
    places: list[tuple[int, int]] = []
    for share, span in zip(shares.tolist(), spans, strict=False):
        if span is None or share < _CHILD_TOKEN or span[0] >= span[1]:
            continue
        start, end = _word(text, span)
        if places and start <= places[-1][1] + 1:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return places
