"""Runs the measurements one after another and puts their figures together."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from moderator.benchmark.texts import load_texts
from moderator.build import build_reader, build_scorer
from moderator.errors import ModeratorError

Figures = dict[str, Any]
_PACKAGES = ("moderator", "torch", "transformers", "detoxify", "onnxruntime", "tokenizers")
CPUINFO = Path("/proc/cpuinfo")


class BenchFailed(ModeratorError):
    """A measurement ended without figures."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured. `texts`: how many, None for all; `judgements`: at most, and for no longer than `judging_s`.

    One measurement may take `longest_s`; a machine that is slower has other worries.
    """

    quick: bool = False  # a tiny baseline instead of one of BERT's size: a ratio to it says nothing
    texts: int | None = None
    seconds: float = 3.0
    judgements: int = 2_000
    judging_s: float = 25.0
    longest_s: float = 900.0


FULL = Extent()
QUICK = Extent(quick=True, texts=40, seconds=0.1, judgements=80)


def bench(
    toxicity: str,
    reader: str,
    state_dir: Path,
    extent: Extent = FULL,
    *,
    poison: bool = False,
    tell: Callable[[str], None],
) -> Figures:
    """All figures, ready for `json.dumps`. `tell` hears what is being measured. Raises BenchFailed and ConfigError."""
    # A model that is missing is told here, in one sentence.
    build_scorer(toxicity, state_dir)
    build_reader(reader)
    load = round(os.getloadavg()[0], 2)
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    job = {
        **asdict(extent),
        "toxicity": toxicity,
        "reader": reader,
        "state_dir": str(state_dir.absolute()),
        "threads": threads,
    }
    tell("scoring the texts")
    scored = _measure("scoring", job)
    with TemporaryDirectory(prefix="moderator-bench-") as folder:
        tell("making a checkpoint of the baseline's shape")
        made = _measure("checkpoint", {**job, "folder": folder, "tokenizer": scored["tokenizer"]})
        tell("scoring the same texts with Detoxify")
        detoxify = _measure("detoxify", {**job, **made})
    tell("judging the same comments")
    judged = _measure("judging", {**job, "poison": poison})
    return {
        "toxicity": toxicity,
        "scorer": scored["name"],
        **_speeds(scored, detoxify),
        **judged,
        "detoxify_rss_mb": detoxify["rss_mb"],
        "detoxify_rss_peak_mb": detoxify["rss_peak_mb"],
        **_circumstances(extent, threads, load, detoxify["tokens"]),
    }


def _speeds(scored: Figures, detoxify: Figures) -> Figures:
    """Rates, and their quotients; those without a further word are of batches."""
    return {
        "ratio_single": round(scored["single"] / detoxify["single"], 2),
        "ratio_batched": round(scored["batched"] / detoxify["batched"], 2),
        "comments_per_s": round(scored["batched"], 2),
        "comments_per_s_single": round(scored["single"], 2),
        "comments_per_s_batched": round(scored["batched"], 2),
        "detoxify_comments_per_s": round(detoxify["batched"], 2),
        "detoxify_comments_per_s_single": round(detoxify["single"], 2),
        "detoxify_comments_per_s_batched": round(detoxify["batched"], 2),
        "tokens_per_s": round(scored["batched"] * detoxify["tokens"], 1),
        "detoxify_tokens_per_s": round(detoxify["batched"] * detoxify["tokens"], 1),
        "threads_batched": scored["threads_batched"],
        "detoxify_batch": detoxify["batch"],
    }


def _circumstances(extent: Extent, threads: int, load: float, tokens: float) -> Figures:
    return {
        "baseline": "tiny" if extent.quick else "bert-base",
        "texts": len(load_texts(extent.texts).comments),
        "tokens_per_comment": round(tokens, 1),
        "cpu": cpu_name(),
        "threads": threads,
        "load_before": load,
        "versions": {"python": platform.python_version(), **{name: version_of(name) for name in _PACKAGES}},
    }


def _measure(name: str, job: Figures) -> Figures:
    """One job in a fresh process. Raises BenchFailed with the last line that the process left."""
    command = [sys.executable, "-m", "moderator.benchmark.child"]
    try:
        ended = subprocess.run(  # noqa: S603  Our own interpreter and our own module.
            command, input=json.dumps({"job": name, **job}), capture_output=True, text=True, timeout=job["longest_s"]
        )
    except subprocess.TimeoutExpired:
        raise BenchFailed(f"{name}: this machine took longer than {job['longest_s']:g} seconds; try --quick.") from None
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchFailed(f"{name}: the measurement ended without figures: {last}")
    figures: Figures = json.loads(ended.stdout.splitlines()[-1])
    return figures


def cpu_name(told: Path = CPUINFO) -> str:
    """The processor's name as Linux tells it, or as Python does."""
    try:
        lines = told.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
