"""PostgreSQL is restarted at once during work, again and again: no worker is started by hand, nothing is lost or doubled."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.soak.figures import Figure, command
from tests.soak.school_day import Service, school_day, wait_for_work


def run(seed: int, quick: bool) -> list[Figure]:
    chance = random.Random(seed)
    restarts = 2 if quick else 27  # Every 5 to 40 s: ten minutes.
    with tempfile.TemporaryDirectory() as name, school_day("postgresql", Path(name), chance) as day:
        day.named = 0.5 if quick else 0.1
        service = Service(day, 0.5 if quick else 5.0)
        service.start()
        try:
            wait_for_work(day)
            for _ in range(restarts):
                day.post_for(chance.uniform(1, 2) if quick else chance.uniform(5, 40))
                day.restart(chance.uniform(0, 1) if quick else chance.uniform(0, 10))
            figures = day.figures("after them")
        finally:
            service.leave()
    return [
        Figure("restarts of the database at once", restarts, "27; 2 in the quick run", True),
        Figure("daemons that had to be started by hand", service.stuck, "0", service.stuck == 0),
        Figure("starts by the service", service.starts, "none by hand", True),
        *figures,
    ]


if __name__ == "__main__":
    command("Restarts of PostgreSQL", run)
