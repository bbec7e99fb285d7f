"""Scores texts with an ONNX model in a folder: `model.onnx`, `tokenizer.json` and `model.json`.

`model.json` says what the file cannot: {"name": …, "version": …, "labels": […], "max_length": 128}. The model takes `input_ids` and
`attention_mask` (and `token_type_ids` where it asks for them), int64 of shape (texts, tokens), and gives logits of shape
(texts, labels). Neither torch nor transformers is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tokenizers import Tokenizer

from moderator.errors import ConfigError, DetectorError


class ModelCard(BaseModel):
    """What `model.json` holds."""

    model_config = ConfigDict(extra="ignore")

    name: str = "onnx"
    version: str = "1"
    labels: tuple[str, ...] = Field(min_length=1)
    max_length: int = Field(default=128, ge=4, le=4096)


class OnnxScorer:
    """One session over one model. Safe to call from several threads; every call uses one core."""

    is_stand_in = False

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError where a file is missing or does not fit the others."""
        try:
            card = ModelCard.model_validate_json((folder / "model.json").read_text("utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # The daemon shares its machine; one comment at a time needs no more.
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except (OSError, ValidationError, Exception) as error:
            raise ConfigError(
                f"{folder}: the model there cannot be loaded ({type(error).__name__}: {error}). "
                "The folder needs model.onnx, tokenizer.json and model.json; see models/README.md."
            ) from error
        self.name, self.version, self.labels = card.name, card.version, card.labels
        self._tokenizer.enable_truncation(card.max_length)
        self._tokenizer.enable_padding()
        self._inputs = {node.name for node in self._session.get_inputs()}

    def score(self, texts: Sequence[str], *, batch: int = 16) -> list[dict[str, float]]:
        """As ToxicityScorer says. Texts of like length go together, so that little is spent on padding."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        scores: dict[int, dict[str, float]] = {}
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            # A lone surrogate has no bytes, and the tokenizer reads bytes.
            rows = self._probabilities([texts[index].encode("utf-8", "replace").decode("utf-8") for index in chosen])
            for index, row in zip(chosen, rows, strict=True):
                scores[index] = dict(zip(self.labels, row, strict=True))
        return [scores[index] for index in range(len(texts))]

    def _probabilities(self, texts: list[str]) -> list[list[float]]:
        encoded = self._tokenizer.encode_batch(texts)
        columns = {
            "input_ids": [one.ids for one in encoded],
            "attention_mask": [one.attention_mask for one in encoded],
            "token_type_ids": [one.type_ids for one in encoded],
        }
        feed = {name: np.asarray(rows, dtype=np.int64) for name, rows in columns.items() if name in self._inputs}
        try:
            logits = np.asarray(self._session.run(None, feed)[0], dtype=np.float64)
        except Exception as error:
            raise DetectorError(
                f"{self.name}: the model failed on {len(texts)} texts ({type(error).__name__})"
            ) from error
        if logits.shape != (len(texts), len(self.labels)):
            raise DetectorError(
                f"{self.name}: the model answers {logits.shape}, wanted {(len(texts), len(self.labels))}"
            )
        probabilities: list[list[float]] = (1.0 / (1.0 + np.exp(-logits))).tolist()
        return probabilities
