"""`make soak`: every long run, one after the other, each in a process of its own, and one page of figures.

The page goes to the screen as text and to build/soak/ as Markdown and HTML. Exit code 1 where a bar was not reached.
"""

from __future__ import annotations

import argparse
import html
import importlib
import multiprocessing
import platform
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.soak.figures import Figure, Run, table

FOLDER = REPOSITORY / "build" / "soak"


@dataclass(frozen=True, slots=True)
class Part:
    """What one module measured, and how long that took."""

    name: str
    about: str
    figures: list[Figure]
    seconds: float


def names() -> list[str]:
    """The modules of this folder that can be run."""
    found = (path for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    return sorted(path.stem for path in found if hasattr(importlib.import_module(f"tests.soak.{path.stem}"), "run"))


def measure(name: str, seed: int, quick: bool) -> Part:
    """Run one module in this process. What ends in an error is a figure too, so that the others are still told."""
    module = importlib.import_module(f"tests.soak.{name}")
    run: Run = module.run
    began = time.monotonic()
    try:
        figures = run(seed, quick)
    except Exception as error:  # noqa: BLE001  The page is written whatever happens.
        traceback.print_exc()
        figures = [Figure("ended by", f"{type(error).__name__}: {error}"[:200], "no error", False)]
    return Part(name, (module.__doc__ or "").strip().splitlines()[0], figures, time.monotonic() - began)


def measure_or_skip(name: str, seed: int, quick: bool) -> Part:
    """The same outside the suite: what cannot be run here is a figure that was not reached."""
    try:
        return measure(name, seed, quick)
    except pytest.skip.Exception as skipped:
        return Part(name, "", [Figure("could not be run here", str(skipped), "run", False)], 0.0)


def measure_alone(name: str, seed: int, quick: bool) -> Part:
    """The same in a process of its own, so that memory and open files are that module's."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        return processes.submit(measure_or_skip, name, seed, quick).result()


def is_held(parts: Sequence[Part]) -> bool:
    return all(figure.held for part in parts for figure in part.figures)


def head_line(seed: int, quick: bool) -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True, check=False).stdout.strip()
    how = "quick" if quick else "long"
    return f"{how} run, seed {seed}, commit {commit or 'unknown'}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}"


def as_markdown(head: str, parts: Sequence[Part]) -> str:
    lines = ["# What the house promises, measured", "", head, ""]
    for part in parts:
        lines += [f"## {part.name}", "", f"{part.about} ({part.seconds:.0f} s)", "", "| figure | measured | bar | |"]
        lines += ["|---|---:|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in rows(part)] + [""]
    return "\n".join(lines)


def as_html(head: str, parts: Sequence[Part]) -> str:
    told = []
    for part in parts:
        body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows(part))
        about = html.escape(f"{part.about} ({part.seconds:.0f} s)")
        told.append(f"<h2>{html.escape(part.name)}</h2><p>{about}</p><table>{body}</table>")
    title = "What the house promises, measured"
    style = "body{font:1rem/1.4 sans-serif;max-width:60rem;margin:2rem auto}td{padding:.2rem 1rem .2rem 0}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
        f"<h1>{title}</h1><p>{html.escape(head)}</p>{''.join(told)}</html>\n"
    )


def rows(part: Part) -> list[tuple[str, ...]]:
    return [(each.name, str(each.value), each.bar, "held" if each.held else "BROKEN") for each in part.figures]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    asked.add_argument("--seed", type=int, default=1, help="the run is the same for the same seed (default 1)")
    asked.add_argument("--quick", action="store_true", help="the same stories in a few minutes")
    asked.add_argument("--only", nargs="+", metavar="NAME", choices=names(), help=f"of: {', '.join(names())}")
    given = asked.parse_args()
    head = head_line(given.seed, given.quick)
    print(head, flush=True)
    parts = []
    for name in given.only or names():
        parts.append(measure_alone(name, given.seed, given.quick))
        print(f"\n{name}: {parts[-1].about} ({parts[-1].seconds:.0f} s)\n{table(parts[-1].figures)}", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "figures.md").write_text(as_markdown(head, parts), encoding="utf-8")
    (FOLDER / "figures.html").write_text(as_html(head, parts), encoding="utf-8")
    print(f"\n{'Every bar was reached.' if is_held(parts) else 'A bar was not reached.'} The page: {FOLDER}/figures.md")
    return 0 if is_held(parts) else 1


if __name__ == "__main__":
    sys.exit(main())
