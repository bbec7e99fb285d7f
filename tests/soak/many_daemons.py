"""Two to five daemons started at once: exactly one works, the others end with 75 and say who holds the place.

Every second time on SQLCipher there is no database yet, nor a key for it.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from moderator.errors import AlreadyRunning
from tests.soak.figures import Figure, command
from tests.soak.school_day import SchoolDay, school_day, wait_for_work


def at_once(day: SchoolDay, folder: Path, number: int) -> bool:
    """Start so many; True where one goes on, and each other ends with 75 and names the pid of the one."""
    before = set(folder.glob("log.*"))
    processes = [day.start() for _ in range(number)]
    deadline = time.monotonic() + 60
    while sum(each.poll() is None for each in processes) > 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)  # Should the last one end too, it does so now.
    working = [each for each in processes if each.poll() is None]
    said = [path.read_text(encoding="utf-8") for path in set(folder.glob("log.*")) - before]
    refused = [text for text in said if "Another moderator works" in text]
    good = (
        len(working) == 1
        and all(each.poll() == AlreadyRunning.exit_code for each in processes if each not in working)
        and len(refused) == number - 1
        and all(f"pid {working[0].pid} " in text or "only just started" in text for text in refused)
    )
    if not good:
        print([each.poll() for each in processes], *said, sep="\n")
    for each in processes:
        each.kill()
        each.wait()
    return good


def begins_anew(day: SchoolDay) -> None:
    """No database is there, nor its keys: those who start next make them, all at once."""
    credentials = day.street.state / "credentials"
    for path in (*day.street.state.glob("moderator.db*"), credentials / "store.key", credentials / "audit.key"):
        path.unlink(missing_ok=True)


def run_on(kind: str, seed: int, rounds: int) -> list[Figure]:
    chance = random.Random(f"{seed} {kind}")
    with tempfile.TemporaryDirectory() as name, school_day(kind, Path(name), chance) as day:
        wrong, day.named = 0, min(0.5, 10 / rounds)
        for number in range(rounds):
            day.post()
            if kind == "sqlcipher" and number % 2:
                begins_anew(day)
            wrong += not at_once(day, Path(name), chance.randint(2, 5))
        process = day.start()
        try:
            wait_for_work(day)
            figures = day.figures(kind)
        finally:
            process.kill()
            process.wait()
    return [
        Figure(f"{kind}: times that 2 to 5 were started at once", rounds, "200; 4 in the quick run", True),
        Figure(f"{kind}: times that not exactly one worked", wrong, "0", wrong == 0),
        *figures,
    ]


def run(seed: int, quick: bool) -> list[Figure]:
    return [figure for kind in ("sqlcipher", "postgresql") for figure in run_on(kind, seed, 4 if quick else 200)]


if __name__ == "__main__":
    command("Many daemons", run)
