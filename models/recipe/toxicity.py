"""Trains the toxicity model on the public sets and saves it as a checkpoint that `detoxify.Detoxify` loads.

First a teacher of six layers, which the reader starts from as well; then, from three of its layers, the model that is shipped. It
learns from the labels and from what the teacher says, also where nobody gave a label.

Comes in: ../shared/data and our own text. Goes out: BUILD/teacher and BUILD/toxicity, each with detoxify.ckpt and config/
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import nn

from models.recipe import base
from models.recipe.own_rows import LABELS, Row
from models.recipe.public_sets import epoch_of_rows, epoch_with_invented, held_out, validation
from models.recipe.training import Plan, by_length, device, padded, train
from moderator.detectors.text import aloud

TEACHER = Plan(epochs=2, rate=1.2e-4, head_rate=5e-4, fades_over=3)
STUDENT = Plan(epochs=1, rate=1.2e-4, head_rate=1.2e-4, seed=9)
KEPT = (0, 3, 5)
"""Layers of the teacher that the student starts from: those three that alone say most nearly what all six say."""
_BELIEVED = 0.5
"""What the teacher says counts as much as the label; where there is no label, this much of one."""
LONGEST = 128
"""Tokens that training reads of a comment; the daemon reads more."""
_DROPPED = 0.06
_MASK = 103


def network(layers: int = 6) -> nn.Module:
    """A BertForSequenceClassification over the encoder's first layers: the shape Detoxify's `original` model has, but small."""
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(base.folder())
    config.num_labels, config.num_hidden_layers = len(LABELS), layers
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


def teach(shared: Path, build: Path, plan: Plan = TEACHER) -> None:
    """Train the teacher (or go on training it) and save it in `build`."""
    torch.manual_seed(plan.seed)
    model = network().to(device())
    _train(model, None, shared, build, plan)


def run(shared: Path, build: Path, teacher: Path, plan: Plan = STUDENT) -> None:
    """Train the model that is shipped (or go on training it), from the teacher's checkpoint, and save it in `build`."""
    master = network()
    master.load_state_dict(torch.load(teacher, map_location="cpu", weights_only=True)["state_dict"])
    torch.manual_seed(plan.seed)
    model = network(len(KEPT))
    model.load_state_dict(kept_layers(master.state_dict(), KEPT))
    _train(model.to(device()), master.to(device()).eval(), shared, build, plan)


def kept_layers(state: Mapping[str, torch.Tensor], kept: Sequence[int]) -> dict[str, torch.Tensor]:
    """The weights of a network that has these layers only, in their order."""
    found = {}
    for name, value in state.items():
        before, layer, behind = name.partition("encoder.layer.")
        number, _, rest = behind.partition(".")
        if not layer:
            found[name] = value
        elif int(number) in kept:
            found[f"{before}{layer}{kept.index(int(number))}.{rest}"] = value
    return found


def _train(model: nn.Module, teacher: nn.Module | None, shared: Path, build: Path, plan: Plan) -> None:
    """Train, save and validate; `build` is created."""
    build.mkdir(parents=True, exist_ok=True)
    data, held = shared / "data", held_out(shared / "data")

    def epoch_of(epoch: int) -> list[tuple[list[int], Row]]:
        rows_of = epoch_with_invented if teacher else epoch_of_rows
        return encoded(rows_of(data, held, random.Random(plan.seed * 1_000 + epoch)))

    def loss_of(batch: list[tuple[list[int], Row]]) -> torch.Tensor:
        return _loss(model, teacher, batch)

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


def _loss(model: nn.Module, teacher: nn.Module | None, batch: list[tuple[list[int], Row]]) -> torch.Tensor:
    where = device()
    ids = padded([one for one, _row in batch]).to(where)
    there = (ids != 0).long()
    wanted = torch.tensor([[-1.0 if t is None else t for t in row.targets] for _, row in batch], device=where)
    weight = torch.tensor([[row.weight] for _, row in batch], device=where)
    known = (wanted >= 0).float()
    if teacher is not None:
        with torch.no_grad():
            said = teacher(input_ids=ids, attention_mask=there).logits.float().sigmoid()
        sure = torch.tensor([[row.sure] for _, row in batch], device=where)
        believed = torch.where(sure, 0.0, _BELIEVED)
        wanted = torch.where(known > 0, believed * said + (1 - believed) * wanted, said)
        known = known.clamp(min=_BELIEVED)
    noise = torch.rand(ids.shape, device=where) < _DROPPED
    shown = torch.where(noise & (ids > 999), torch.full_like(ids, _MASK), ids)
    logits = model(input_ids=shown, attention_mask=there).logits.float()
    losses = nn.functional.binary_cross_entropy_with_logits(logits, wanted.clamp(min=0), reduction="none")
    return (losses * weight * known).sum() / (weight * known).sum()


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
                "num_classes": len(LABELS),
                "model_type": str(place),
                "model_name": "BertForSequenceClassification",
                "tokenizer_name": "BertTokenizer",
            },
        },
        "dataset": {"args": {"classes": list(LABELS)}},
    }
    state = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    torch.save({"config": config, "state_dict": state}, build / "detoxify.ckpt")
