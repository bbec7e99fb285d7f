"""Scores many texts with a reader of toxicity, each text once, on several threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from moderator.detectors.toxicity import ToxicityScorer
from moderator.evaluation.curves import Floats

Scores = Mapping[str, Floats]
"""Label -> a score 0.0-1.0 for each text, in their order."""
_AT_ONCE = 256


def score_texts(scorer: ToxicityScorer, texts: Sequence[str], threads: int = 1) -> Scores:
    """Raises DetectorError where the scorer cannot."""
    # Sorted by length, so that a batch spends little on padding.
    once = sorted(dict.fromkeys(texts), key=len)
    parts = [once[start : start + _AT_ONCE] for start in range(0, len(once), _AT_ONCE)]
    with ThreadPoolExecutor(max(1, threads)) as pool:
        scored = [row for part in pool.map(scorer.score, parts) for row in part]
    of_text = dict(zip(once, scored, strict=True))
    return {
        label: np.array([of_text[text].get(label, 0.0) for text in texts], dtype=np.float64) for label in scorer.labels
    }
