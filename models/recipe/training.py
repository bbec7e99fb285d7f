"""The loop that trains a model: batches of like length, warm-up and decay, an average of the weights, checkpoints to resume from.

A task gives rows for an epoch and the loss of a batch; it never sees the clock. Seeded: the same machine gives the same weights.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn
from tqdm import tqdm

Example = TypeVar("Example")


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. Rates per second nowhere: `rate` is the learning rate at its highest."""

    epochs: int
    rate: float
    head_rate: float
    batch: int = 48
    seed: int = 7
    decay: float = 0.998
    """How slowly the averaged weights follow the trained ones."""
    fades_over: int = 0
    """Epochs over which the rate falls to nothing: as many as there are, or more where another network learns on from here."""


def train(
    network: nn.Module,
    heads: Sequence[nn.Module],
    plan: Plan,
    epoch_of: Callable[[int], list[Example]],
    length_of: Callable[[Example], int],
    loss_of: Callable[[list[Example]], torch.Tensor],
    checkpoint: Path,
    after_epoch: Callable[[int], None] | None = None,
) -> None:
    """Train in place and leave the averaged weights in `network`. An interrupted run goes on after its last whole epoch."""
    device = next(network.parameters()).device
    in_heads = {id(parameter) for head in heads for parameter in head.parameters()}
    groups = [
        {"params": [p for p in network.parameters() if id(p) not in in_heads], "lr": plan.rate},
        {"params": [p for p in network.parameters() if id(p) in in_heads], "lr": plan.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    first, step = 0, 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average, first, step = state["average"], state["epoch"], state["step"]
    steps = 0
    for epoch in range(first, plan.epochs):
        rng = random.Random(plan.seed * 1_000 + epoch)
        torch.manual_seed(plan.seed * 1_000 + epoch)
        examples = epoch_of(epoch)
        batches = by_length(examples, length_of, plan.batch, rng)
        rng.shuffle(batches)
        steps = steps or ((plan.fades_over or plan.epochs) - first) * len(batches) + step
        network.train()
        total = 0.0
        bar = tqdm(batches, desc=f"epoch {epoch + 1} of {plan.epochs}", mininterval=5)
        for index, batch in enumerate(bar):
            factor = min(1.0, step / 300) * max(0.02, 1.0 - step / steps)
            for group, rate in zip(optimizer.param_groups, (plan.rate, plan.head_rate), strict=True):
                group["lr"] = rate * factor
            with torch.autocast(device.type, dtype=torch.bfloat16):
                loss = loss_of(batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            _follow(average, network, min(plan.decay, (1 + step) / (10 + step)))
            total += loss.item()
            bar.set_postfix(loss=f"{total / (index + 1):.4f}", refresh=False)
        state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "average": average}
        torch.save(state | {"epoch": epoch + 1, "step": step}, checkpoint)
        if after_epoch is not None:
            kept = {name: value.detach().clone() for name, value in network.state_dict().items()}
            network.load_state_dict(average)
            after_epoch(epoch)
            network.load_state_dict(kept)
    network.load_state_dict(average)
    network.eval()


def by_length(
    examples: Sequence[Example], length_of: Callable[[Example], int], size: int, rng: random.Random
) -> list[list[Example]]:
    """Batches whose members are nearly of one length, so that little is spent on padding."""
    order = sorted(range(len(examples)), key=lambda index: length_of(examples[index]) + rng.random() * 6)
    return [[examples[index] for index in order[start : start + size]] for start in range(0, len(order), size)]


@torch.no_grad()
def _follow(average: dict[str, torch.Tensor], network: nn.Module, decay: float) -> None:
    for name, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].lerp_(value.detach(), 1.0 - decay)
        else:
            average[name].copy_(value)


def padded(rows: Sequence[Sequence[int]], fill: int = 0) -> torch.Tensor:
    """Token numbers as one (rows, longest) matrix."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows], dtype=torch.long)


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
