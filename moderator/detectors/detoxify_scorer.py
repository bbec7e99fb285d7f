"""Scores texts with a Detoxify checkpoint. The one place of the package where detoxify, and with it torch, is imported,
and only when such a scorer is made: the daemon never makes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from moderator.errors import ConfigError, DetectorError


class DetoxifyScorer:
    """A checkpoint (`config` and `state_dict`, as Detoxify trains them) beside its Hugging Face config and tokenizer."""

    name = "detoxify"
    is_stand_in = False

    def __init__(self, checkpoint: Path, huggingface_config_path: Path) -> None:
        """Nothing is downloaded. Raises ConfigError where the files are missing or detoxify is not installed."""
        try:
            from detoxify import Detoxify

            self._model = Detoxify(checkpoint=str(checkpoint), huggingface_config_path=str(huggingface_config_path))
        except ImportError as error:
            raise ConfigError(
                "Detoxify checkpoints need torch, detoxify and transformers: pip install them."
            ) from error
        except Exception as error:
            raise ConfigError(f"{checkpoint}: this Detoxify checkpoint cannot be loaded: {error}") from error
        self.version = checkpoint.stem
        self.labels: tuple[str, ...] = tuple(self._model.class_names)

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """As ToxicityScorer says."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> dict[str, float]:
        try:
            scores = self._model.predict(text.encode("utf-8", "replace").decode("utf-8"))
        except Exception as error:
            raise DetectorError(f"{self.name}: the model failed ({type(error).__name__})") from error
        return {label: float(score) for label, score in scores.items()}
