"""`bench`: every figure is there and holds with the others. How fast a machine is, no test asks."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from platform import processor
from typing import Any

import pytest
from rich.console import Console

from moderator.benchmark.poison import LONG, poison
from moderator.benchmark.run import QUICK, BenchFailed, bench, cpu_name, version_of
from moderator.benchmark.texts import load_texts
from moderator.cli.bench import show_figures
from moderator.errors import ConfigError
from tests.commands import in_process
from tests.detectors.tiny_models import write_onnx

pytestmark = pytest.mark.timeout(600)  # Four processes load their libraries, two of them torch.

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
PROMISED = {
    *(
        "ratio_single",
        "ratio_batched",
        "comments_per_s",
        "detoxify_comments_per_s",
        "p99_ms",
        "rss_mb",
        "detoxify_rss_mb",
    ),
    *(
        "comments_per_s_single",
        "comments_per_s_batched",
        "detoxify_comments_per_s_single",
        "detoxify_comments_per_s_batched",
    ),
    *("tokens_per_s", "detoxify_tokens_per_s", "p50_ms", "p95_ms", "cpu", "threads", "versions", "load_before"),
}


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run with a model says in JSON."""
    model = write_onnx(tmp_path_factory.mktemp("model"), LABELS, {"vile": [2.0] * 6})
    result = in_process(
        ["bench", "--quick", "--poison", "--json", "--reader", "off", "--toxicity", f"onnx:{model}"],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_every_promised_figure_is_told_and_is_above_nothing(figures: dict[str, Any]) -> None:
    assert set(figures) >= PROMISED
    assert all(value > 0 for key, value in figures.items() if isinstance(value, int | float) and key != "load_before")
    assert figures["scorer"] == "tiny 7"
    assert figures["texts"] == QUICK.texts


def test_ratios_are_the_quotients_of_the_rates(figures: dict[str, Any]) -> None:
    for kind in ("single", "batched"):
        ours, theirs = figures[f"comments_per_s_{kind}"], figures[f"detoxify_comments_per_s_{kind}"]
        assert figures[f"ratio_{kind}"] == pytest.approx(ours / theirs, rel=0.01)
    assert figures["comments_per_s"] == figures["comments_per_s_batched"]
    assert figures["detoxify_comments_per_s"] == figures["detoxify_comments_per_s_batched"]
    assert figures["tokens_per_s"] == pytest.approx(figures["comments_per_s"] * figures["tokens_per_comment"], rel=0.01)


def test_slow_judgements_are_not_told_as_quicker_than_most(figures: dict[str, Any]) -> None:
    assert figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
    assert figures["judgements"] >= QUICK.judgements


def test_memory_is_that_of_the_process_that_judges_and_not_of_torch(figures: dict[str, Any]) -> None:
    assert 30 < figures["rss_mb"] <= figures["rss_peak_mb"]
    assert figures["rss_mb"] < figures["detoxify_rss_mb"] <= figures["detoxify_rss_peak_mb"]


def test_every_kind_of_poison_is_timed(figures: dict[str, Any]) -> None:
    assert set(figures["poison_ms"]) == set(poison())
    assert {len(text) for text in poison().values()} == {LONG}


def test_people_are_told_the_same_and_whether_it_counts(figures: dict[str, Any]) -> None:
    page = StringIO()
    show_figures({**figures, "load_before": 5.0, "threads": 2}, Console(width=120, file=page))
    told = page.getvalue()
    assert f"{figures['comments_per_s_single']:.1f}" in told
    assert f"{figures['p99_ms']:.2f}" in told
    assert "busy before the run began (load 5.0)" in told
    assert "the ratios say nothing" in told


def test_a_model_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no-model: the model there cannot be loaded"):
        bench(f"onnx:{tmp_path}/no-model", "off", tmp_path, QUICK, tell=lambda _what: None)


def test_a_machine_that_takes_too_long_is_told_to_measure_less(tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match=r"scoring: this machine took longer than 0\.01 seconds; try --quick"):
        bench("stand-in", "off", tmp_path, replace(QUICK, longest_s=0.01), tell=lambda _what: None)


def test_where_nothing_is_known_of_the_machine_that_is_said_without_it(tmp_path: Path) -> None:
    assert cpu_name(tmp_path / "none") == processor()
    assert version_of("no-package-of-this-name") == "not installed"


def test_the_texts_are_as_long_as_people_write_and_always_the_same() -> None:
    texts = load_texts()
    lengths = sorted(len(text) for text in texts.plain)
    assert len(lengths) > 100
    assert lengths[len(lengths) // 2] in range(60, 100)
    assert lengths[-1] in range(500, 1_000)
    assert load_texts() == texts
    assert len(set(texts.plain)) == len(texts.plain)
