"""Trains the toxicity model on the public sets and saves it as a checkpoint that `detoxify.Detoxify` loads.

    python -m models.recipe.toxicity --shared ../shared --build build/models

Comes in: ../shared/data and our own text. Goes out: BUILD/toxicity/detoxify.ckpt and the folder BUILD/toxicity/config.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import torch
from torch import nn

from models.recipe import base
from models.recipe.public_sets import LABELS, Row, epoch_of_rows, held_out, validation
from models.recipe.training import Plan, by_length, device, padded, train
from moderator.detectors.text import aloud

PLAN = Plan(epochs=3, rate=1.2e-4, head_rate=5e-4)
LONGEST = 128
"""Tokens that training reads of a comment; the daemon reads more."""
_DROPPED = 0.06
_MASK = 103

DETOXIFY_LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")


def network() -> nn.Module:
    """A BertForSequenceClassification over the encoder: the shape Detoxify's `original` model has, but small."""
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(base.folder())
    config.num_labels = len(LABELS)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config.classifier_dropout = 0.1
    found: nn.Module = AutoModelForSequenceClassification.from_pretrained(
        base.folder(), config=config, attn_implementation="eager"
    )
    return found


def encoded(rows: list[Row]) -> list[tuple[list[int], Row]]:
    """Each row with its token numbers, whole words of it masked now and then."""
    tokenizer = base.tokenizer()
    texts = [aloud(row.text[:4000].encode("utf-8", "replace").decode("utf-8")).text for row in rows]
    found = tokenizer.encode_batch(texts, add_special_tokens=False)
    return [([101, *one.ids[:LONGEST], 102], row) for one, row in zip(found, rows, strict=True)]


def run(shared: Path, build: Path, plan: Plan = PLAN) -> None:
    """Train (or go on training) and save. `build` is created; figures go to the screen."""
    build.mkdir(parents=True, exist_ok=True)
    data, held = shared / "data", held_out(shared / "data")
    torch.manual_seed(plan.seed)
    model = network().to(device())

    def epoch_of(epoch: int) -> list[tuple[list[int], Row]]:
        return encoded(epoch_of_rows(data, held, random.Random(plan.seed * 1_000 + epoch)))

    def loss_of(batch: list[tuple[list[int], Row]]) -> torch.Tensor:
        return _loss(model, batch)

    heads = [model.classifier, model.bert.pooler]
    train(model, heads, plan, epoch_of, lambda one: len(one[0]), loss_of, build / "training.pt")
    save(model, build)
    (build / "validation.json").write_text(json.dumps(_validated(model, validation(data, held))))


@torch.no_grad()
def _validated(model: nn.Module, rows: list[Row]) -> dict[str, dict[str, list[float]]]:
    """By label, the logits of the texts of which somebody said whether they are so, and what was said."""
    logits: dict[str, list[float]] = {label: [] for label in LABELS}
    truth: dict[str, list[float]] = {label: [] for label in LABELS}
    for batch in by_length(encoded(rows), lambda one: len(one[0]), 64, random.Random(0)):
        ids = padded([one for one, _row in batch]).to(device())
        found = model(input_ids=ids, attention_mask=(ids != 0).long()).logits.float().tolist()
        for (_, row), said in zip(batch, found, strict=True):
            for label, logit, target in zip(LABELS, said, row.targets, strict=True):
                if target is not None:
                    logits[label].append(round(logit, 4))
                    truth[label].append(target)
    return {"logits": logits, "truth": truth}


def _loss(model: nn.Module, batch: list[tuple[list[int], Row]]) -> torch.Tensor:
    where = device()
    ids = padded([one for one, _row in batch]).to(where)
    there = (ids != 0).long()
    noise = torch.rand(ids.shape, device=where) < _DROPPED
    ids = torch.where(noise & (ids > 999), torch.full_like(ids, _MASK), ids)
    wanted = torch.tensor([[-1.0 if t is None else t for t in row.targets] for _, row in batch], device=where)
    weight = torch.tensor([[row.weight] for _, row in batch], device=where) * (wanted >= 0)
    logits = model(input_ids=ids, attention_mask=there).logits.float()
    losses = nn.functional.binary_cross_entropy_with_logits(logits, wanted.clamp(min=0), reduction="none")
    return (losses * weight).sum() / weight.sum()


def save(model: nn.Module, build: Path) -> None:
    """Write the checkpoint in Detoxify's format, and beside it the tokenizer and configuration it asks for by name."""
    place = build / "config"
    place.mkdir(exist_ok=True)
    model.config.save_pretrained(place)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        (place / name).write_bytes((base.folder() / name).read_bytes())
    config = {
        "arch": {
            "type": "BERT",
            "args": {
                "num_classes": len(DETOXIFY_LABELS),
                "model_type": str(place),
                "model_name": "BertForSequenceClassification",
                "tokenizer_name": "BertTokenizer",
            },
        },
        "dataset": {"args": {"classes": list(DETOXIFY_LABELS)}},
    }
    state = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    torch.save({"config": config, "state_dict": state}, build / "detoxify.ckpt")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--build", type=Path, default=Path("build/models"))
    given = parser.parse_args()
    run(given.shared, given.build / "toxicity")
