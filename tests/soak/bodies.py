"""Ten thousand hostile answers: a bad item is set aside, and the rest of its page is read.

`python -m tests.soak.bodies --seed N [--quick]`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.faults.bodies import cases, open_room
from tests.soak.figures import Figure, command


def run(seed: int, quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, open_room(Path(folder)) as school:
        came = cases(school, seed, range(20 if quick else 3_334))
    for problem in came.broken:
        print(f"  {problem}", file=sys.stderr)
    return [
        Figure("hostile bodies", came.cases, "some" if quick else "10,000", quick or came.cases >= 10_000),
        Figure("items set aside", came.set_aside, "some", came.set_aside > 0),
        Figure("crashes, or neighbours of a bad item lost", len(came.broken), "0", not came.broken),
    ]


if __name__ == "__main__":
    command("Hostile answers", run)
