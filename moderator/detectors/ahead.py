"""Scores many texts in one call before each is asked for: a model reads a batch quicker than its texts one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from moderator.detectors.toxicity import ToxicityScorer
from moderator.errors import DetectorError

AT_ONCE = 64
"""Texts in one call of the scorer."""


def nobody_waits() -> None:
    pass


class ScoredAhead:
    """A scorer that knows some answers already. Not for several threads at once: one judges, with `ahead` before it."""

    def __init__(self, scorer: ToxicityScorer) -> None:
        self._scorer = scorer
        self._known: dict[str, dict[str, float]] = {}
        self.name, self.version, self.is_stand_in = scorer.name, scorer.version, scorer.is_stand_in
        self.labels, self.takes_long = scorer.labels, False  # It is asked ahead for that.

    def ahead(self, texts: Sequence[str], between: Callable[[], None] = nobody_waits) -> None:
        """Score these now, and call `between` after each part of them; what was scored ahead before is forgotten.

        Where a part fails, each of its texts is scored by itself later.
        """
        distinct = list(dict.fromkeys(texts))
        self._known = {}
        for start in range(0, len(distinct), AT_ONCE):
            part = distinct[start : start + AT_ONCE]
            with suppress(DetectorError):
                self._known |= dict(zip(part, self._scorer.score(part), strict=True))
            between()

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [self._known.get(text) or self._scorer.score([text])[0] for text in texts]
