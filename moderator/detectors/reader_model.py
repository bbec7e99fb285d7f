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

    @property
    def roll_alone(self) -> float:
        """What a name from the roll loses where this model takes it for no child's."""

    def read(self, comments: Sequence[tuple[Comment, Context, list[tuple[int, Mark]]]]) -> list[Reading]:
        """One reading for each comment, in order. Raises DetectorError where the model fails."""


_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class OnnxReader:
    """A reading model in a folder: `model.onnx`, `tokenizer.json` and `model.json` with its labels, classes and calibration.

    Safe to call from several threads.
    """

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError where a file is missing or does not fit the others."""
        from moderator.detectors.onnx_folder import ReaderCard, open_folder  # onnxruntime only where a model is used

        opened = open_folder(folder, ReaderCard)
        self._session, self._tokenizer, card = opened.session, opened.tokenizer, opened.card
        self.name, self.version = card.name, card.version
        self.labels, self.classes, self.roll_alone = card.labels, card.classes, card.roll_alone
        slopes, offsets = card.slopes_and_offsets()
        self._slopes, self._offsets = np.asarray(slopes), np.asarray(offsets)

    def read(self, comments: Sequence[tuple[Comment, Context, list[tuple[int, Mark]]]]) -> list[Reading]:
        return [self._joined(lay_out(self._tokenizer, *each)) for each in comments]

    def _joined(self, layouts: Sequence[Layout]) -> Reading:
        """One reading of the windows of a comment: of each label the highest. Each is run alone, so that none is padded."""
        logits, weights, classes = zip(*(self._run(layout) for layout in layouts), strict=True)
        scores = 1.0 / (1.0 + np.exp(-(self._slopes * np.stack(logits) + self._offsets)))
        return Reading(
            {label: round(score, 4) for label, score in zip(self.labels, scores.max(axis=0).tolist(), strict=True)},
            np.concatenate(weights),
            np.concatenate(classes),
            [span for layout in layouts for span in layout.spans],
            len(layouts) < MOST_WINDOWS or layouts[-1].follows,
        )

    def _run(self, layout: Layout) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """A window's logits by label, and its weights and classes by token."""
        rows = (layout.ids, [1] * len(layout.ids), layout.types)
        feed = {name: np.array([row], dtype=np.int64) for name, row in zip(_INPUTS, rows, strict=True)}
        try:
            logits, weights, classes = self._session.run(["logits", "weights", "classes"], feed)
        except Exception as error:
            raise DetectorError(
                f"{self.name}: the model failed on {len(rows[0])} tokens ({type(error).__name__})"
            ) from error
        return np.asarray(logits[0], dtype=np.float64), np.asarray(weights[0]), np.asarray(classes[0])
