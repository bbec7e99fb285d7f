"""Where the house and a labelled set disagree, by kind, with the places in the text that were found and those that were wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from moderator.domain import Ruling
from moderator.evaluation.judging import Judged


class Kind(StrEnum):
    """What went wrong, gravest first."""

    NOT_TOLD = "urgent, not told"
    MISSED = "missed"
    HIDDEN = "wrongly hidden"
    TOO_SOFT = "too soft"
    QUEUED = "wrongly queued"
    TOO_HARD = "too hard"
    NAME = "name not found"
    ALARM = "wrongly urgent"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a comment's text, and whether the house found something in it and whether the labels mark it."""

    text: str
    found: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """One comment on which the house was wrong, in one way or several."""

    set_name: str
    kinds: tuple[Kind, ...]
    judged: Judged

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The whole text in its order."""
        return tuple(_pieces(self.judged))


def mistakes(set_name: str, judged: Sequence[Judged]) -> tuple[Mistake, ...]:
    """Gravest first, otherwise in the order of the set."""
    order = list(Kind)
    found = [Mistake(set_name, kinds, one) for one in judged if (kinds := tuple(_kinds(one)))]
    return tuple(sorted(found, key=lambda mistake: order.index(mistake.kinds[0])))


def by_kind(found: Sequence[Mistake]) -> dict[Kind, int]:
    counts = Counter(kind for mistake in found for kind in mistake.kinds)
    return {kind: counts[kind] for kind in Kind if counts[kind]}


def _kinds(one: Judged) -> Iterator[Kind]:
    if one.wanted.urgent and not one.urgent:
        yield Kind.NOT_TOLD
    if not one.is_accepted:
        yield _wrong_ruling(one)
    if not all(touched for _span, touched in one.child_spans()):
        yield Kind.NAME
    if one.urgent and not one.wanted.urgent:
        yield Kind.ALARM


def _wrong_ruling(one: Judged) -> Kind:
    if one.action is Ruling.ALLOW:
        return Kind.MISSED
    if one.is_benign:
        return Kind.HIDDEN if one.action is Ruling.HIDE else Kind.QUEUED
    return Kind.TOO_SOFT if one.wanted.accept == {"hide"} else Kind.TOO_HARD


def _pieces(one: Judged) -> Iterator[Piece]:
    text = one.wanted.text
    found = [
        (each.start, each.end)
        for each in one.findings
        # A finding in the display name has places of its own.
        if each.start is not None and each.end is not None and text[each.start : each.end] == each.phrase
    ]
    marked = [(at, at + len(span.text)) for span in one.wanted.spans if (at := text.find(span.text)) >= 0]
    edges = sorted({0, len(text), *(edge for span in (*found, *marked) for edge in span)})
    for start, end in pairwise(edges):
        yield Piece(text[start:end], _covered(found, start), _covered(marked, start))


def _covered(spans: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in spans)
