"""Opens a model's folder: `model.onnx`, `tokenizer.json` and `model.json`, which says what the others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import onnxruntime
from pydantic import BaseModel, ConfigDict, Field
from tokenizers import Tokenizer

from moderator.errors import ConfigError


class ModelCard(BaseModel):
    """What `model.json` holds of every model.

    `reads`: "as_is", or "aloud": folded, with emoji spelt out. `calibration`: for a label the slope and offset that turn its
    logits into shares of texts that are so; a label without them keeps its logits.
    """

    model_config = ConfigDict(extra="ignore")

    name: str = "onnx"
    version: str = "1"
    labels: tuple[str, ...] = Field(min_length=1)
    max_length: int = Field(default=128, ge=4, le=4096)
    reads: str = Field(default="as_is", pattern="^(as_is|aloud)$")
    calibration: dict[str, tuple[float, float]] = Field(default_factory=dict)

    def slopes_and_offsets(self) -> tuple[list[float], list[float]]:
        pairs = [self.calibration.get(label, (1.0, 0.0)) for label in self.labels]
        return [slope for slope, _ in pairs], [offset for _, offset in pairs]


class ReaderCard(ModelCard):
    """What `model.json` holds of a reading model: the classes of its tokens too.

    `roll_alone`: what a name from the roll loses where the model takes it for no child's.
    """

    classes: tuple[str, ...] = Field(min_length=1)
    roll_alone: float = Field(ge=0.0, le=1.0)


Card = TypeVar("Card", bound=ModelCard)


@dataclass(frozen=True, slots=True)
class Opened(Generic[Card]):
    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    card: Card


_SLOW = ["SkipLayerNormFusion"]
"""A rewriting of onnxruntime's own that makes small models slower by a sixth: an addition and a norm joined took 48 µs, apart
they take 12 (onnxruntime 1.31, 24 tokens, measured 2026-11-22)."""


def session_on(folder: Path) -> onnxruntime.InferenceSession:
    """The folder's model on one core: models beside one another use two better than one model does on both."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Otherwise a session's threads go on turning after it is done, on the core that the next model is to have: for a comment
    # of 146 tokens the process used 44 ms of processor with that and 36 without (measured 2026-11-23 on a busy machine).
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(
        str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW
    )


def open_folder(folder: Path, card: type[Card]) -> Opened[Card]:
    """The model in a folder. Raises ConfigError where a file is missing or does not fit the others."""
    try:
        read = card.model_validate_json((folder / "model.json").read_text("utf-8"))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        session = session_on(folder)
    except Exception as error:
        raise ConfigError(
            f"{folder}: the model there cannot be loaded ({type(error).__name__}: {error}). "
            "The folder needs model.onnx, tokenizer.json and model.json; see models/README.md."
        ) from error
    return Opened(session, tokenizer, read)
