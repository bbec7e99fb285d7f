"""SIGKILL at random moments of a busy day, on SQLCipher and on PostgreSQL: nothing is lost and nothing is done twice."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.soak.figures import Figure, command
from tests.soak.school_day import school_day


def kill_on(kind: str, seed: int, kills: int) -> list[Figure]:
    chance = random.Random(f"{seed} {kind}")
    with tempfile.TemporaryDirectory() as name, school_day(kind, Path(name), chance) as day:
        day.named = min(0.5, 10 / kills)
        for _ in range(kills):
            process = day.start()
            day.post_for(chance.uniform(0.3, 3.2))
            process.kill()
            process.wait()
        process = day.start()
        try:
            figures = day.figures(kind)
        finally:
            process.kill()
            process.wait()
    return [Figure(f"{kind}: SIGKILLs", kills, "200; 4 in the quick run", True), *figures]


def run(seed: int, quick: bool) -> list[Figure]:
    return [figure for kind in ("sqlcipher", "postgresql") for figure in kill_on(kind, seed, 4 if quick else 200)]


if __name__ == "__main__":
    command("SIGKILLs", run)
