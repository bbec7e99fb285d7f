"""Scores many texts in one call before each is asked for: a model reads a batch quicker than its texts one after another."""

from __future__ import annotations

from collections.abc import Sequence

from moderator.detectors.toxicity import ToxicityScorer
from moderator.errors import DetectorError


class ScoredAhead:
    """A scorer that knows some answers already. Not for several threads at once: one judges, with `ahead` before it."""

    def __init__(self, scorer: ToxicityScorer) -> None:
        self._scorer = scorer
        self._known: dict[str, dict[str, float]] = {}
        self.name, self.version, self.is_stand_in = scorer.name, scorer.version, scorer.is_stand_in
        self.labels = scorer.labels

    def ahead(self, texts: Sequence[str]) -> None:
        """Score these now; what was scored ahead before is forgotten. Where the batch fails, each is scored by itself later."""
        distinct = list(dict.fromkeys(texts))
        self._known = {}
        try:
            self._known = dict(zip(distinct, self._scorer.score(distinct), strict=True))
        except DetectorError:
            return

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [self._known.get(text) or self._scorer.score([text])[0] for text in texts]
