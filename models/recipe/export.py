"""Trained weights become the folders that the daemon reads: models/toxicity and models/reader.

    python -m models.recipe.export --build build/models

Comes in: BUILD/toxicity, BUILD/reader and the calibration fitted on schools never seen (BUILD/held). Goes out: in each folder
model.onnx in eight bits, tokenizer.json, model.json and manifest.json; the same in fp32 stays in BUILD for comparison.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.recipe import base
from models.recipe.calibrate import fitted, toxicity_shift
from models.recipe.examples import CLASSES, LABELS
from models.recipe.reader import Network
from moderator.weights.export import export, quantize
from moderator.weights.manifest import KnownAnswer, write_manifest

MODELS = Path(__file__).parents[1]
VERSIONS = {"toxicity": "3", "reader": "2"}
ROLL_ALONE = 0.4
"""What a name from the roll loses where the reader takes it for no child's: of first names alone every other one is then none."""
_SENTENCES = (
    "What a lovely assembly, thank you all!", "you are an absolute idiot", "Very disappointed with the parking again.",
    "we will burn it down", "our Ava was brilliant in the play", "go back to where you came from",
)  # fmt: skip


class _WithClasses(torch.nn.Module):
    """The network as the daemon runs it: shares of classes in the place of their logits."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        logits, weights, classes = self.network(input_ids, attention_mask, token_type_ids)
        return logits, weights, classes.softmax(dim=-1)


def toxicity(build: Path, folder: Path) -> None:
    """The Detoxify checkpoint as ONNX."""
    from models.recipe.own_rows import LABELS as SIX
    from models.recipe.toxicity import KEPT, network

    model = network(len(KEPT))
    model.load_state_dict(
        torch.load(build / "toxicity/detoxify.ckpt", map_location="cpu", weights_only=True)["state_dict"]
    )
    card = {
        "name": "moderator-toxicity", "version": VERSIONS["toxicity"], "labels": SIX, "max_length": 256, "reads": "aloud",
        "calibration": toxicity_shift(build),
    }  # fmt: skip
    _write(model, ("input_ids", "attention_mask"), ("logits",), build / "fp32/toxicity", folder / "toxicity", card)


def reader(build: Path, folder: Path, weights: Path) -> None:
    """The reading model as ONNX, with the calibration of its labels."""
    network = Network(base.encoder())
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    card = {
        "name": "moderator-reader", "version": VERSIONS["reader"], "labels": LABELS, "classes": CLASSES, "max_length": 512,
        "reads": "aloud", "roll_alone": ROLL_ALONE,
        "calibration": fitted(build / "held/scores.json"),
    }  # fmt: skip
    _write(
        _WithClasses(network), ("input_ids", "attention_mask", "token_type_ids"), ("logits", "weights", "classes"),
        build / "fp32/reader", folder / "reader", card,
    )  # fmt: skip


def _write(
    module: torch.nn.Module,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    fp32: Path,
    int8: Path,
    card: dict[str, Any],
) -> None:
    for place in (fp32, int8):
        place.mkdir(parents=True, exist_ok=True)
        (place / "tokenizer.json").write_text(base.tokenizer().to_str(), encoding="utf-8")
        (place / "model.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    export(module, fp32 / "model.onnx", inputs=inputs, outputs=outputs)
    quantize(fp32 / "model.onnx", int8 / "model.onnx")
    made_from = "models/recipe, from all-MiniLM-L6-v2"
    known = _known(fp32) if outputs == ("logits",) else ()
    write_manifest(fp32, name=card["name"], made_from=made_from, precision="fp32", known_answers=known, within=1e-3)
    write_manifest(int8, name=card["name"], made_from=made_from, precision="int8", known_answers=known, within=0.1)


def _known(folder: Path) -> tuple[KnownAnswer, ...]:
    from moderator.detectors.classifier import OnnxScorer

    scores = OnnxScorer(folder).score(_SENTENCES)
    return tuple(
        KnownAnswer(text=text, scores={label: float(np.round(score, 6)) for label, score in row.items()})
        for text, row in zip(_SENTENCES, scores, strict=True)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=Path("build/models"))
    parser.add_argument("--to", type=Path, default=MODELS)
    parser.add_argument("--weights", type=Path, default=None, help="of the reader; default BUILD/reader/weights.pt")
    given = parser.parse_args()
    if (given.build / "toxicity/detoxify.ckpt").exists():
        toxicity(given.build, given.to)
    reader(given.build, given.to, given.weights or given.build / "reader/weights.pt")
