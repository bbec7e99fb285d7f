"""`bench`: measures speed and memory on this machine, against Detoxify on the same texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from moderator.benchmark.run import FULL, QUICK
from moderator.benchmark.run import bench as measure
from moderator.build import BUILT_IN
from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, ReaderOption, ToxicityOption, print_json
from moderator.settings.read import read_state_dir
from moderator.weights.shelf import DETOXIFY

POISON_AT_MOST_MS = 200
_BUSY = 0.3


def bench(
    toxicity: ToxicityOption = BUILT_IN,
    reader: ReaderOption = BUILT_IN,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few seconds, against a tiny baseline: only to see that it runs.")
    ] = False,
    poison: Annotated[
        bool, typer.Option("--poison", help="Also time comments of 100,000 characters written to break a reader.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Measure speed and memory against Detoxify, on the same texts in the same run; two minutes on two cores.

    Example: moderator bench --toxicity onnx:./my-model --poison
    """
    state_dir = read_state_dir(config) if toxicity in DETOXIFY else Path()
    console = Console(stderr=True)
    with console.status("measuring") as status:
        figures = measure(
            toxicity,
            reader,
            state_dir,
            QUICK if quick else FULL,
            poison=poison,
            tell=lambda what: status.update(f"{what} …"),
        )
    if as_json:
        print_json(figures)
        return
    show_figures(figures, Console())


def show_figures(figures: dict[str, Any], console: Console) -> None:
    """The figures as tables for people."""
    console.print(_speeds(figures))
    console.print(_judgement(figures))
    if "poison_ms" in figures:
        console.print(_poison(figures["poison_ms"]))
    versions = ", ".join(f"{name} {number}" for name, number in figures["versions"].items())
    console.print(
        f"{figures['texts']} comments of {figures['tokens_per_comment']} tokens on average; {figures['cpu']}, "
        f"{figures['threads']} threads; {versions}",
        highlight=False,
    )
    if figures["load_before"] > _BUSY * figures["threads"]:
        console.print(
            f"This machine was busy before the run began (load {figures['load_before']}): it is faster than these figures."
        )
    if figures["baseline"] == "tiny":
        console.print("The baseline was a tiny one (--quick): the ratios say nothing.")


def _speeds(figures: dict[str, Any]) -> Table:
    table = Table("comments a second", title="Toxicity", title_justify="left")
    for heading in (figures["scorer"], f"Detoxify, {figures['baseline']}", "times", "wanted"):
        table.add_column(heading, justify="right")
    for words, key, ratio, wanted in (
        ("one by one", "comments_per_s_single", "ratio_single", "35"),
        (f"in batches (Detoxify: {figures['detoxify_batch']})", "comments_per_s_batched", "ratio_batched", "50"),
    ):
        ours, theirs = figures[key], figures[f"detoxify_{key}"]
        table.add_row(words, f"{ours:.1f}", f"{theirs:.1f}", f"{figures[ratio]:.1f}", f"≥ {wanted}")
    ours, theirs = figures["tokens_per_s"], figures["detoxify_tokens_per_s"]
    table.add_row("tokens, in batches", f"{ours:.0f}", f"{theirs:.0f}", "", "")
    table.add_row("memory, MB", f"{figures['rss_mb']:.0f} judging", f"{figures['detoxify_rss_mb']:.0f}", "", "≤ 350")
    table.add_row(
        "memory at most, MB", f"{figures['rss_peak_mb']:.0f}", f"{figures['detoxify_rss_peak_mb']:.0f}", "", ""
    )
    return table


def _judgement(figures: dict[str, Any]) -> Table:
    title = f"Whole judgement of one comment, {figures['judgements']} times"
    table = Table("", "ms", "wanted", title=title, title_justify="left")
    table.add_row("half are under", f"{figures['p50_ms']:.2f}", "")
    table.add_row("95 in 100 are under", f"{figures['p95_ms']:.2f}", "")
    table.add_row("99 in 100 are under", f"{figures['p99_ms']:.2f}", "≤ 15")
    return table


def _poison(times: dict[str, float]) -> Table:
    table = Table("100,000 characters of", "ms", title=f"Poison: wanted ≤ {POISON_AT_MOST_MS} ms", title_justify="left")
    for kind, ms in sorted(times.items(), key=lambda one: -one[1]):
        table.add_row(kind, f"{ms:.0f}{' !' if ms > POISON_AT_MOST_MS else ''}")
    return table


def add_to(app: typer.Typer) -> None:
    app.command()(bench)
