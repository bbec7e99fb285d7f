"""`make soak`: every long run, each in a process of its own, as many at a time as `--jobs` says, and one page of figures.

The page goes to the screen as text and to build/soak/ as Markdown and HTML. Exit code 1 where a bar was not reached.
"""

from __future__ import annotations

import argparse
import html
import platform
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.soak.figures import table
from tests.soak.parts import Part, measure_alone, names

FOLDER = REPOSITORY / "build" / "soak"


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
    asked.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at a time (default 1)")
    asked.add_argument("--folder", type=Path, default=FOLDER, help=f"where the page is written (default {FOLDER})")
    given = asked.parse_args()
    head = head_line(given.seed, given.quick)
    print(head, flush=True)

    def measured(name: str) -> Part:
        part = measure_alone(name, given.seed, given.quick)
        print(f"\n{name}: {part.about} ({part.seconds:.0f} s)\n{table(part.figures)}", flush=True)
        return part

    with ThreadPoolExecutor(given.jobs) as jobs:
        parts = list(jobs.map(measured, given.only or names()))
    given.folder.mkdir(parents=True, exist_ok=True)
    (given.folder / "figures.md").write_text(as_markdown(head, parts), encoding="utf-8")
    (given.folder / "figures.html").write_text(as_html(head, parts), encoding="utf-8")
    said = "Every bar was reached." if is_held(parts) else "A bar was not reached."
    print(f"\n{said} The page: {given.folder}/figures.md")
    return 0 if is_held(parts) else 1


if __name__ == "__main__":
    sys.exit(main())
