"""One measurement in a fresh process: a job comes in as JSON on standard input, figures go out as the last line printed.

    echo '{"job": "judging", …}' | python -m moderator.benchmark.child

Speeds are comments in a second by the wall clock; memory is in MB of 1,000,000 bytes, now and at its highest.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from moderator.benchmark.poison import poison
from moderator.benchmark.texts import Texts, load_texts, plain_comment

Figures = dict[str, Any]
BATCHES = (8, 32)
"""How many comments Detoxify is given at once. Too few leave cores idle, too many are padded to the longest: the better counts."""
_WARM = 8
"""Comments read before any are timed."""


def scoring(job: Figures, texts: Texts) -> Figures:
    """The configured scorer alone: one comment at a time, and all in one call, with one core and with all."""
    from moderator.build import build_scorer

    scorer = build_scorer(job["toxicity"], Path(job["state_dir"]))
    plain = texts.plain
    single = _per_second(lambda some: [scorer.score([text]) for text in some], plain, job["seconds"])
    together: dict[int, float] = {}
    for threads in sorted({1, job["threads"]}) if hasattr(scorer, "threads") else (1,):
        if hasattr(scorer, "threads"):
            scorer.threads = threads
        together[threads] = _per_second(scorer.score, plain, job["seconds"])
    folder: Path | None = getattr(scorer, "folder", None)
    return {
        "name": f"{scorer.name} {scorer.version}",
        "single": single,
        "batched": max(together.values()),
        "threads_batched": max(together, key=together.__getitem__),
        "tokenizer": str(folder / "tokenizer.json") if folder else None,
    }


def checkpoint(job: Figures, texts: Texts) -> Figures:
    """Writes the baseline; its process ends before the baseline is measured."""
    from moderator.benchmark.baseline import BERT_BASE, TINY, word_pieces, write_baseline

    tokenizer = Path(job["tokenizer"]) if job["tokenizer"] else None
    shape = TINY if job["quick"] else BERT_BASE
    paths = write_baseline(Path(job["folder"]), shape, word_pieces(tokenizer, texts.plain))
    return {"checkpoint": str(paths[0]), "config": str(paths[1])}


def detoxify(job: Figures, texts: Texts) -> Figures:
    """Detoxify as its README uses it: `predict` with a text, and with a list of texts."""
    import torch
    from detoxify import Detoxify

    torch.set_num_threads(job["threads"])
    model = Detoxify(checkpoint=job["checkpoint"], huggingface_config_path=job["config"])
    plain = [text.encode("utf-8", "replace").decode("utf-8") for text in texts.plain]
    single = _per_second(lambda some: [model.predict(text) for text in some], plain, job["seconds"])
    batched: dict[int, float] = {}
    for size in BATCHES:

        def in_parts(some: Sequence[str], size: int = size) -> object:
            return [model.predict(part) for part in _parts(some, size)]

        batched[size] = _per_second(in_parts, plain, job["seconds"])
    best = max(batched, key=batched.__getitem__)
    tokens = sum(len(ids) for ids in model.tokenizer(plain)["input_ids"])
    return {"single": single, "batched": batched[best], "batch": best, "tokens": tokens / len(plain), **_memory()}


def judging(job: Figures, texts: Texts) -> Figures:
    """A comment's whole way from its words to a decision, as the pipeline goes it, in a process that does nothing else."""
    from moderator.build import build_reader, build_scorer
    from moderator.detectors.panel import build_detectors
    from moderator.detectors.roll import Roll

    scorer = build_scorer(job["toxicity"], Path(job["state_dir"]))
    detectors = build_detectors(texts.school, Roll(texts.pupils), scorer, build_reader(job["reader"]))
    judge = _judge(detectors)
    for comment, context in texts.comments[:_WARM]:
        judge(comment, context)
    times: list[float] = []
    began = perf_counter()
    while not times or (len(times) < job["judgements"] and perf_counter() - began < job["judging_s"]):
        times += [_timed(judge, *each) for each in texts.comments]
    figures: Figures = {
        "p50_ms": _percentile(times, 50),
        "p95_ms": _percentile(times, 95),
        "p99_ms": _percentile(times, 99),
    }
    figures |= {"judgements": len(times), **_memory()}
    if job["poison"]:
        context = texts.comments[0][1]
        bad = {kind: plain_comment(text) for kind, text in poison().items()}
        figures["poison_ms"] = {kind: round(_timed(judge, one, context), 1) for kind, one in bad.items()}
    return figures


def _judge(detectors: Sequence[Any]) -> Callable[[Any, Any], object]:
    from moderator.detectors.base import examine_all
    from moderator.domain import Case, Mode
    from moderator.policy.decide import decide
    from moderator.policy.limits import DEFAULT

    def judge(comment: Any, context: Any) -> object:
        findings, failed = examine_all(detectors, comment, context)
        return decide(Case(comment, findings, context, not_judged=failed), DEFAULT, Mode.AUTO, comment.posted_at)

    return judge


def _timed(call: Callable[..., object], *given: object) -> float:
    """Milliseconds that a call takes."""
    began = perf_counter()
    call(*given)
    return (perf_counter() - began) * 1000


def _per_second(read: Callable[[Sequence[str]], object], texts: Sequence[str], seconds: float) -> float:
    """Texts in a second, over whole rounds that take at least `seconds` together, after a few to warm up."""
    read(texts[:_WARM])
    rounds, began = 0, perf_counter()
    while not rounds or perf_counter() - began < seconds:
        read(texts)
        rounds += 1
    return len(texts) * rounds / (perf_counter() - began)


def _parts(texts: Sequence[str], size: int) -> list[list[str]]:
    return [list(texts[start : start + size]) for start in range(0, len(texts), size)]


def _percentile(times: Sequence[float], percent: int) -> float:
    return round(sorted(times)[min(len(times) - 1, len(times) * percent // 100)], 2)


def _memory() -> Figures:
    """Resident memory of this process; where the system does not tell what it is now, the highest it was."""
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    told = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return {
        "rss_mb": round(told.get("VmRSS", highest) / 1e6, 1),
        "rss_peak_mb": round(told.get("VmHWM", highest) / 1e6, 1),
    }


JOBS: dict[str, Callable[[Figures, Texts], Figures]] = {
    "scoring": scoring,
    "checkpoint": checkpoint,
    "detoxify": detoxify,
    "judging": judging,
}


def main() -> None:
    job = json.load(sys.stdin)
    print(json.dumps(JOBS[job["job"]](job, load_texts(job["texts"]))))


if __name__ == "__main__":
    main()
