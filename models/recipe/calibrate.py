"""Turns a model's logits into shares: of the comments that score 0.8, eight in ten are so.

Fitted on schools that the model was not trained on: one slope and one offset for each label (Platt scaling), by Newton's method.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FEW = 8
"""Of a label with fewer cases than this nothing can be fitted; its logits stay as they are."""


def fitted(scores: Path) -> dict[str, tuple[float, float]]:
    """Slope and offset by label, from the scores on schools never seen; as they are where there are no such scores."""
    held = json.loads(scores.read_text("utf-8"))
    found = {}
    for index, label in enumerate(held["labels"]):
        rows = [row for row in held["rows"] if row["targets"][index] is not None]
        logits = np.asarray([row["logits"][index] for row in rows])
        truth = np.asarray([row["targets"][index] for row in rows])
        found[label] = platt(logits, truth) if min(truth.sum(), (1 - truth).sum()) >= _FEW else (1.0, 0.0)
    return found


def platt(logits: NDArray[np.float64], truth: NDArray[np.float64]) -> tuple[float, float]:
    """The slope and offset under which `truth` (0 or 1) is likeliest, held a little to (1, 0)."""
    features = np.stack([logits, np.ones_like(logits)], axis=1)
    weights = np.asarray([1.0, 0.0])
    for _ in range(100):
        shares = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        gradient = features.T @ (shares - truth) + 0.5 * (weights - [1.0, 0.0])
        curvature = features.T @ (features * (shares * (1 - shares))[:, None]) + 0.5 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        # A whole step of Newton's may overshoot where most shares are near 0 or 1.
        weights = weights - step / max(1.0, float(np.abs(step).max()) / 0.25)
        if np.abs(step).max() < 1e-8:
            break
    return round(float(weights[0]), 4), round(float(weights[1]), 4)


TOXIC_FROM = {"toxicity": 0.1, "identity_attack": 0.25}
"""Raw shares at which a text counts as so; calibrated, they stand at 0.5. Training saw few clean texts beside these, and what
is disguised scores lower: from here on, a disguise hides little."""


def toxicity_shift(build: Path) -> dict[str, tuple[float, float]]:
    """Slope and offset of the toxicity model's labels, from BUILD/toxicity/validation.json; none before there is one.

    Of the labels that TOXIC_FROM names only the slope is fitted.
    """
    path = build / "toxicity/validation.json"
    if not path.exists():
        return {}
    held = json.loads(path.read_text("utf-8"))
    found = {}
    for label, logits in held["logits"].items():
        truth = np.asarray(held["truth"][label])
        slope, offset = platt(np.asarray(logits), truth) if truth.sum() >= _FEW else (1.0, 0.0)
        if label in TOXIC_FROM:
            share = TOXIC_FROM[label]
            offset = round(-slope * float(np.log(share / (1 - share))), 4)
        found[label] = (slope, offset)
    return found
