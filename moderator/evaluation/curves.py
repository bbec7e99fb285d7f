"""How well scores sort the wanted from the rest: areas under curves, exact also where scores tie, and calibration.

Everywhere `truth` is a row of booleans and `scores` a row of numbers of the same length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Truth = NDArray[np.bool_]
Floats = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall at each limit that parts the scores anew, highest limit first."""

    limits: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from `low` up to `high`: how many, what they said on average, and how often they were right."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a score of 0.8 is right 8 times in 10: the bins that hold any scores, and how far off they are on average."""

    bins: tuple[Bin, ...]
    error: float | None  # expected calibration error, 0.0-1.0; None where there was no score

    @property
    def count(self) -> int:
        return sum(each.count for each in self.bins)


def roc_auc(truth: ArrayLike, scores: ArrayLike) -> float | None:
    """The chance that one of the wanted scores above one of the rest, a tie counting half; None where either is missing."""
    wanted, scored = _rows(truth, scores)
    positives = int(wanted.sum())
    negatives = len(wanted) - positives
    if not positives or not negatives:
        return None
    _values, inverse, counts = np.unique(scored, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2.0  # Tied scores share the mean of their ranks.
    above = float(ranks[inverse][wanted].sum()) - positives * (positives + 1) / 2.0
    return above / (positives * negatives)


def precision_recall(truth: ArrayLike, scores: ArrayLike) -> Curve:
    """Tied scores fall together: the order of the rows never matters. Empty where nothing is wanted."""
    wanted, scored = _rows(truth, scores)
    if not wanted.any():
        return Curve((), (), ())
    order = np.argsort(-scored, kind="stable")
    scored, wanted = scored[order], wanted[order]
    last_of_tie = np.append(np.flatnonzero(np.diff(scored)), len(scored) - 1)
    hits = np.cumsum(wanted)[last_of_tie]
    precision, recall = hits / (last_of_tie + 1), hits / wanted.sum()
    return Curve(tuple(scored[last_of_tie].tolist()), tuple(precision.tolist()), tuple(recall.tolist()))


def average_precision(truth: ArrayLike, scores: ArrayLike) -> float | None:
    """Precision at each step of recall, weighed by the step; None where nothing is wanted."""
    curve = precision_recall(truth, scores)
    if not curve.recall:
        return None
    return float(np.sum(np.diff(curve.recall, prepend=0.0) * np.asarray(curve.precision)))


def calibration(truth: ArrayLike, scores: ArrayLike, bins: int = BINS) -> Calibration:
    """Bins of equal width over 0.0-1.0; a score on an edge belongs to the upper bin, 1.0 to the last."""
    wanted, scored = _rows(truth, scores)
    if not len(scored):
        return Calibration((), None)
    place = np.minimum((scored * bins).astype(np.int64), bins - 1)
    held = tuple(
        Bin(at / bins, (at + 1) / bins, int(here.sum()), float(scored[here].mean()), float(wanted[here].mean()))
        for at in range(bins)
        if (here := place == at).any()
    )
    return Calibration(held, sum(each.count * abs(each.said - each.right) for each in held) / len(scored))


def _rows(truth: ArrayLike, scores: ArrayLike) -> tuple[Truth, Floats]:
    wanted, scored = np.asarray(truth, dtype=np.bool_), np.asarray(scores, dtype=np.float64)
    if wanted.shape != scored.shape or wanted.ndim != 1:
        raise ValueError(f"truth and scores must be rows of the same length, got {wanted.shape} and {scored.shape}")
    return wanted, scored
