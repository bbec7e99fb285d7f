"""What a long run measured, each figure beside the bar it had to reach."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `bar` says in words what was promised, `held` whether it was kept."""

    name: str
    value: float | int | str
    bar: str
    held: bool


Run = Callable[[int, bool], list[Figure]]
"""`run(seed, quick)`; quick is the same in seconds."""


def table(figures: Sequence[Figure]) -> str:
    """One line a figure: what, how much, the bar, and BROKEN where it was not reached."""
    rows = [(each.name, _written(each.value), each.bar, "held" if each.held else "BROKEN") for each in figures]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {bar:<{widths[2]}}  {kept}" for name, value, bar, kept in rows
    )


def _written(value: float | int | str) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def command(title: str, run: Run) -> None:
    """`python -m tests.soak.NAME --seed N [--quick]`: print the seed and the figures; exit 1 where a bar was not reached."""
    asked = argparse.ArgumentParser(description=title)
    asked.add_argument("--seed", type=int, default=1, help="the run is the same for the same seed (default 1)")
    asked.add_argument("--quick", action="store_true", help="the same stories in seconds")
    given = asked.parse_args()
    print(f"{title}, seed {given.seed}")
    figures = run(given.seed, given.quick)
    print(table(figures))
    sys.exit(0 if all(each.held for each in figures) else 1)
