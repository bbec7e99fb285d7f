"""A scorer as the house hears it: with the names that its reader is sure of left out of what would count as toxic.

A text of a public set is read as a comment of nobody in particular under no post of a school without a roll.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from moderator.detectors.contact import Contact
from moderator.detectors.name_blind import LESS_NAMES, less_names
from moderator.detectors.reader import Reader
from moderator.detectors.reader_model import ReadingModel
from moderator.detectors.toxicity import ToxicityScorer
from moderator.domain import Author, Comment, Context, School

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class InHouse:
    """A `ToxicityScorer`: `scorer` as the detector of toxicity uses it beside a reader of `model`."""

    def __init__(self, scorer: ToxicityScorer, model: ReadingModel) -> None:
        self._scorer, self._reader = scorer, Reader(model, School("public", ""), (Contact(),))
        self.name, self.version, self.labels = scorer.name, scorer.version + LESS_NAMES, scorer.labels
        self.is_stand_in, self.takes_long = scorer.is_stand_in, False

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [
            less_names(self._scorer.score, self._reader, _comment(text), Context(), scores)
            for text, scores in zip(texts, self._scorer.score(texts), strict=True)
        ]


def in_house(scorer: ToxicityScorer, model: ReadingModel | None) -> ToxicityScorer:
    """As the house would hear it with this reader; without one it is heard as it is."""
    return scorer if model is None else InHouse(scorer, model)


def _comment(text: str) -> Comment:
    return Comment("public", "public", "file", "public", Author(), text, _NO_TIME)
