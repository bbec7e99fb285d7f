"""The reading model: laid-out comments go in, a `Reading` of each comes out. `OnnxReader` runs it from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from moderator.detectors.reader_input import MOST_WINDOWS, Layout, Mark, lay_out
from moderator.domain import Comment, Context
from moderator.errors import DetectorError


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one comment: `scores` 0.0-1.0 by label, `weights` (tokens, labels) of each token for each label,
    `classes` (tokens, classes) 0.0-1.0 of each token, and the original characters of each token."""

    scores: dict[str, float]
    weights: NDArray[np.float32]
    classes: NDArray[np.float32]
    spans: Sequence[tuple[int, int] | None]
    whole: bool = True  # False where the comment has more tokens than are read


class ReadingModel(Protocol):
    """Lays out and reads; see `OnnxReader`."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    def read(self, comments: Sequence[tuple[Comment, Context, list[tuple[int, Mark]]]]) -> list[Reading]:
        """One reading for each comment, in order. Raises DetectorError where the model fails."""


_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class OnnxReader:
    """A reading model in a folder: `model.onnx`, `tokenizer.json` and `model.json` with its labels, classes and calibration.

    Safe to call from several threads; every call uses one core.
    """

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError where a file is missing or does not fit the others."""
        from moderator.detectors.onnx_folder import ReaderCard, open_folder  # onnxruntime only where a model is used

        opened = open_folder(folder, ReaderCard)
        self._session, self._tokenizer, card = opened.session, opened.tokenizer, opened.card
        self.name, self.version = card.name, card.version
        self.labels, self.classes = card.labels, card.classes
        slopes, offsets = card.slopes_and_offsets()
        self._slopes, self._offsets = np.asarray(slopes), np.asarray(offsets)

    def read(self, comments: Sequence[tuple[Comment, Context, list[tuple[int, Mark]]]]) -> list[Reading]:
        laid = [lay_out(self._tokenizer, *each) for each in comments]
        flat = [layout for layouts in laid for layout in layouts]
        logits, weights, classes = self._run(flat)
        found, at = [], 0
        for layouts in laid:
            rows = slice(at, at + len(layouts))
            found.append(self._joined(logits[rows], weights[rows], classes[rows], layouts))
            at += len(layouts)
        return found

    def _joined(
        self, logits: NDArray[Any], weights: NDArray[Any], classes: NDArray[Any], layouts: Sequence[Layout]
    ) -> Reading:
        """One reading of the windows of a comment: of each label the highest."""
        scores = 1.0 / (1.0 + np.exp(-(self._slopes * logits + self._offsets)))
        best = scores.max(axis=0)
        lengths = [len(layout.ids) for layout in layouts]
        return Reading(
            {label: round(float(score), 4) for label, score in zip(self.labels, best, strict=True)},
            np.concatenate([weights[row, :length] for row, length in enumerate(lengths)]),
            np.concatenate([classes[row, :length] for row, length in enumerate(lengths)]),
            [span for layout in layouts for span in layout.spans],
            len(layouts) < MOST_WINDOWS or layouts[-1].follows,
        )

    def _run(self, layouts: Sequence[Layout]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        longest = max(len(layout.ids) for layout in layouts)
        feed = {name: np.zeros((len(layouts), longest), dtype=np.int64) for name in _INPUTS}
        for row, layout in enumerate(layouts):
            length = len(layout.ids)
            feed["input_ids"][row, :length] = layout.ids
            feed["attention_mask"][row, :length] = 1
            feed["token_type_ids"][row, :length] = layout.types
        try:
            logits, weights, classes = self._session.run(["logits", "weights", "classes"], feed)
        except Exception as error:
            raise DetectorError(
                f"{self.name}: the model failed on {len(layouts)} texts ({type(error).__name__})"
            ) from error
        return np.asarray(logits, dtype=np.float64), np.asarray(weights), np.asarray(classes)
