"""The reading model: one encoder, a head for the school's labels and a head for names, trained on comments with their context.

    python -m models.recipe.reader --shared ../shared --build build/models [--hold surrey,belfast]

Comes in: ../shared/data/school-*, our own text, tweets with names, and the encoder of toxicity's teacher to start from.
Goes out: BUILD/reader/weights.pt, and with --hold the scores on schools never seen, in BUILD/held/scores.json.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.recipe import base, frames
from models.recipe.examples import CLASSES, LABELS, Example, KnownSchool, example, lines, read_school, tweets
from models.recipe.training import Plan, by_length, device, padded, train
from moderator.detectors.reader_input import Layout, lay_out

PLAN = Plan(epochs=3, rate=1e-4, head_rate=6e-4, batch=64, fades_over=4)
"""A fourth epoch, measured on four schools never seen, lost two points of harm stopped at 6 % false alarms."""
TWEETS = 2_500
OWN_TEXT = Path(__file__).parent / "text"
_WEIGHT = dict.fromkeys(LABELS, 1.0) | {"harm": 3.0, "grave": 2.0, "risk": 2.0, "child_named": 2.0}
_DROPPED = 0.1
_MASK = 103
_DOUBT = 0.02
"""No label is believed wholly: one writer labelled each school."""


@dataclass(frozen=True, slots=True)
class Laid:
    """An example as the network takes it: for each token a row of 0/1, which classes are right there (empty: nobody said)."""

    layout: Layout
    targets: tuple[float | None, ...]
    classes: list[list[int]]


class Network(nn.Module):
    """Every token speaks for every label, and attention says how much it is heard: a label's logit is the sum over tokens.

    So each label comes with the words that weighed most, in the same pass.
    """

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        size: int = encoder.config.hidden_size  # type: ignore[union-attr,assignment]
        self.drop = nn.Dropout(0.2)
        self.heard = nn.Linear(size, len(LABELS))
        self.says = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, len(LABELS)))
        self.names = nn.Linear(size, len(CLASSES))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(texts, labels) logits, (texts, tokens, labels) weights that add up to them, (texts, tokens, classes) logits."""
        state = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        state = self.drop(state)
        own = (attention_mask * (1 - token_type_ids)).unsqueeze(-1)
        heard = self.heard(state).float().masked_fill(own == 0, -1e4).softmax(dim=1)
        weights = heard * self.says(state).float()
        return weights.sum(dim=1), weights, self.names(state).float()


def laid(tokenizer: Any, one: Example) -> Laid:
    layout = lay_out(tokenizer, one.comment, one.context, one.marks)[0]
    return Laid(layout, one.targets, [_right(one, span) for span in layout.spans])


def _right(one: Example, span: tuple[int, int] | None) -> list[int]:
    if span is None or span[0] >= span[1]:
        return [0] * len(CLASSES)
    allowed = next((right for start, end, right in one.spans if start < span[1] and span[0] < end), one.elsewhere)
    return [int(name in allowed) for name in CLASSES]


class Texts:
    """Every labelled text, read once; each epoch shows it in new spellings and with new names."""

    def __init__(self, shared: Path, hold: tuple[str, ...]) -> None:
        self.data = shared / "data"
        folders = {path.name.removeprefix("school-"): path for path in sorted(self.data.glob("school-*"))}
        self.schools = [(name, _school(path), lines(path / "comments.jsonl")) for name, path in folders.items()]
        self.held = [each for each in self.schools if each[0] in hold]
        self.seen = [each for each in self.schools if each[0] not in hold] + own_schools()
        self.tweets = tweets(self.data)
        self.frames = [row for name in ("children", "benign") for row in lines(OWN_TEXT / f"frames_{name}.jsonl")]

    def epoch(self, rng: random.Random) -> list[Example]:
        found = [example(row, school, name, rng) for name, school, rows in self.seen for row in rows]
        found += frames.filled(self.frames, self.data, rng)
        found += frames.filled([frame for frame in self.frames if "{child" in frame["text"]], self.data, rng)
        return found + rng.sample(self.tweets, TWEETS)


def _school(path: Path) -> KnownSchool:
    return read_school(path / "school.json", path / "pupils.csv")


def own_schools() -> list[tuple[str, KnownSchool, list[dict[str, Any]]]]:
    """Our own text that has no slots: whole schools, and files of comments beside the school they belong to."""
    found = [
        (path.name, _school(path), lines(path / "comments.jsonl"))
        for path in sorted(OWN_TEXT.glob("school_*"))
        if path.is_dir()
    ]
    for path in sorted(OWN_TEXT.glob("*_school.json")):
        name = path.name.removesuffix("_school.json")
        found.append((name, read_school(path, None), lines(OWN_TEXT / f"{name}.jsonl")))
    at_risk = read_school(OWN_TEXT / "risk_hard_school.json", None)
    return found + [(path.stem, at_risk, lines(path)) for path in sorted(OWN_TEXT.glob("urgent_*.jsonl"))]


def tensors(batch: list[Laid]) -> dict[str, torch.Tensor]:
    where = device()
    ids = padded([one.layout.ids for one in batch]).to(where)
    return {
        "input_ids": ids,
        "attention_mask": padded([[1] * len(one.layout.ids) for one in batch]).to(where),
        "token_type_ids": padded([one.layout.types for one in batch]).to(where),
    }


def loss_of(network: Network, batch: list[Laid]) -> torch.Tensor:
    feed = tensors(batch)
    ids = feed["input_ids"]
    noise = torch.rand(ids.shape, device=ids.device) < _DROPPED
    feed["input_ids"] = torch.where(
        noise & (ids > 999) & (feed["token_type_ids"] == 0), torch.full_like(ids, _MASK), ids
    )
    logits, _, classes = network(**feed)
    wanted = torch.tensor([[-1.0 if t is None else t for t in one.targets] for one in batch], device=ids.device)
    weight = torch.tensor([_WEIGHT[label] for label in LABELS], device=ids.device) * (wanted >= 0)
    losses = nn.functional.binary_cross_entropy_with_logits(logits, wanted.clamp(_DOUBT, 1 - _DOUBT), reduction="none")
    labels = (losses * weight).sum() / weight.sum().clamp(min=1)
    longest = ids.shape[1]
    right = torch.tensor(
        [[*one.classes, *[[0] * len(CLASSES)] * (longest - len(one.classes))] for one in batch],
        device=ids.device,
        dtype=torch.bool,
    )
    said = right.any(dim=-1)
    # Where several classes are right, their shares are added up before they are held against the truth.
    names = -classes.log_softmax(dim=-1).masked_fill(~right, -1e4).logsumexp(dim=-1)[said].mean()
    return labels * 4 + names * 0.5


def start(toxicity: Path | None) -> Network:
    """The untrained network over the toxicity model's encoder, or over the plain one where there is none."""
    encoder = base.encoder()
    if toxicity is not None:
        state = torch.load(toxicity, map_location="cpu", weights_only=True)["state_dict"]
        own = {name.removeprefix("bert."): value for name, value in state.items() if name.startswith("bert.")}
        missing, unknown = encoder.load_state_dict(own, strict=False)
        if unknown or any(not name.startswith("pooler") for name in missing):
            raise SystemExit(f"{toxicity} is no checkpoint of this encoder")
    return Network(encoder)


@torch.no_grad()
def predict(network: Network, examples: list[Example]) -> list[list[float]]:
    """Logits by label, for each example, read in its first window."""
    network.eval()
    tokenizer = base.tokenizer()
    rows = [laid(tokenizer, one) for one in examples]
    found: dict[int, list[float]] = {}
    order = by_length(list(range(len(rows))), lambda index: len(rows[index].layout.ids), 64, random.Random(0))
    for batch in order:
        with torch.autocast(device().type, dtype=torch.bfloat16):
            logits = network(**tensors([rows[index] for index in batch]))[0]
        found |= dict(zip(batch, logits.float().tolist(), strict=True))
    return [found[index] for index in range(len(rows))]


def run(shared: Path, build: Path, toxicity: Path | None, hold: tuple[str, ...] = (), plan: Plan = PLAN) -> None:
    build.mkdir(parents=True, exist_ok=True)
    texts = Texts(shared, hold)
    torch.manual_seed(plan.seed)
    network = start(toxicity).to(device())
    tokenizer = base.tokenizer()

    def epoch_of(epoch: int) -> list[Laid]:
        return [laid(tokenizer, one) for one in texts.epoch(random.Random(plan.seed * 1_000 + epoch))]

    heads = [network.heard, network.says, network.names]

    def after(_epoch: int) -> None:
        _scores(network, texts, build)

    train(
        network, heads, plan, epoch_of, lambda one: len(one.layout.ids), partial(loss_of, network), build / "training.pt",
        after if hold else None,
    )  # fmt: skip
    torch.save(network.state_dict(), build / "weights.pt")


def _scores(network: Network, texts: Texts, build: Path) -> None:
    """Write what the network says of the schools it has never seen, and print how well harm is told from harmless."""
    rows = []
    for name, school, comments in texts.held:
        examples = [example(row, school, name) for row in comments]
        found = predict(network, examples)
        rows += [
            {"school": name, "id": row["id"], "logits": logits, "targets": one.targets, "accept": one.accept}
            for row, one, logits in zip(comments, examples, found, strict=True)
        ]
        print(name, _in_short(rows, name), flush=True)
    (build / "scores.json").write_text(json.dumps({"labels": LABELS, "rows": rows}))


def _in_short(rows: list[dict[str, Any]], school: str) -> dict[str, float]:
    found = {}
    for label in ("harm", "child_named", "risk", "grave", "insult"):
        index = LABELS.index(label)
        mine = [
            (row["logits"][index], row["targets"][index])
            for row in rows
            if row["school"] == school and row["targets"][index] is not None
        ]
        bad, good = sorted(s for s, t in mine if t), sorted(s for s, t in mine if not t)
        limit = good[int(len(good) * 0.94)]
        found[label] = round(sum(sum(g < b for g in good) for b in bad) / (len(bad) * len(good)), 4)
        found[f"{label}@6%"] = round(sum(b >= limit for b in bad) / len(bad), 3)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--build", type=Path, default=Path("build/models"))
    parser.add_argument("--hold", default="")
    parser.add_argument("--epochs", type=int, default=PLAN.epochs)
    parser.add_argument("--plain", action="store_true", help="start from the plain encoder")
    given = parser.parse_args()
    hold = tuple(name for name in given.hold.split(",") if name)
    place = given.build / ("held" if hold else "reader")
    checkpoint = None if given.plain else given.build / "teacher/detoxify.ckpt"
    run(given.shared, place, checkpoint, hold, replace(PLAN, epochs=given.epochs))
