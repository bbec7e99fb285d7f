"""A thousand effects whose reply was lost: each is there once.

`python -m tests.soak.lost_replies --seed N [--quick]`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.faults.school import open_school
from tests.faults.story import loses_every_reply
from tests.soak.figures import Figure, command


def run(seed: int, quick: bool) -> list[Figure]:
    effects, twice = 0, 0
    broken: list[str] = []
    for part in range(1 if quick else 9):
        with tempfile.TemporaryDirectory() as folder, open_school(Path(folder)) as school:
            lost = loses_every_reply(school, rounds=3 if quick else 38, seed=seed + part)
            effects, twice, broken = effects + lost.effects, twice + lost.asked_twice, broken + lost.broken
    for problem in broken:
        print(f"  seed {seed} lost replies: {problem}", file=sys.stderr)
    return [
        Figure("effects whose reply was lost", effects, "some" if quick else "1,000", quick or effects >= 1_000),
        Figure("of these asked twice (X tells no state)", twice, "each once, on X alone", twice <= effects // 3),
        Figure("effects missing, doubled or stuck", len(broken), "0", not broken),
    ]


if __name__ == "__main__":
    command("Lost replies", run)
