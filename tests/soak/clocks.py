"""The wall clock of the real daemon is set, and the machine sleeps for hours and days: one look to catch up, nothing twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import skip_needed
from tests.journeys.street import clean_environment, log_events, wait_until
from tests.soak.figures import Figure, command
from tests.soak.school_day import SchoolDay, school_day

HOUR, DAY = 3600, 86_400
STEPS = {"+1 h": HOUR, "-1 h": -HOUR, "+1 day": DAY, "-1 day": -DAY, "to 1970": None}
SLEEPS = {"8 h": 8 * HOUR, "3 days": 3 * DAY}
WITHIN_S = 30.0
CATCHING_UP_S = 1.5
"""Less than the two seconds between two ordinary looks."""
LIBRARY = "libfaketimeMT.so.1"


class Shifted:
    """A wall clock that runs so many seconds ahead for one process; its monotonic clock is the machine's."""

    def __init__(self, file: Path) -> None:
        self._file, self.ahead_s = file, 0
        self.step(0)

    def step(self, seconds: int | None) -> None:
        """Set it on or back; None: to the first day of 1970."""
        self.ahead_s = DAY - int(time.time()) if seconds is None else self.ahead_s + seconds
        self._file.write_text(f"{self.ahead_s:+d}\n", encoding="ascii")

    def right_again(self) -> None:
        self.step(-self.ahead_s)

    def environment(self) -> dict[str, str]:
        found = sorted(Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"))
        if not found:
            skip_needed("libfaketime not found (Debian: apt-get install faketime)")
        told = {"FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1", "LD_PRELOAD": str(found[0])}
        return clean_environment() | told | {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1"}


@contextmanager
def daemon(day: SchoolDay, clock: Shifted, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as target:
        process = subprocess.Popen(
            [sys.executable, "-m", "moderator", "run", "--config", str(day.street.config)],
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=target,
            env=clock.environment(),
        )
    try:
        wait_until(lambda: any(each["event"] == "daemon.started" for each in log_events(log)), 90, "started")
        yield process
    finally:
        process.kill()
        process.wait()


def out_of_sight(day: SchoolDay) -> float:
    """How long until what is written now is hidden."""
    before = len(day.must_go)
    while len(day.must_go) == before:
        day.post()
    return wait_until(day.is_drained, 4 * WITHIN_S, "hidden after the clock was set")


def sleep_through(day: SchoolDay, clock: Shifted, process: subprocess.Popen[bytes], seconds: int) -> tuple[float, int]:
    """The machine sleeps, and comments arrive meanwhile; returns how late they are hidden, and the most reads of one feed."""
    process.send_signal(signal.SIGSTOP)
    clock.step(seconds)
    for _ in range(4):
        day.post()
    time.sleep(1)
    asked = len(day.street.sandbox.calls)
    process.send_signal(signal.SIGCONT)
    time.sleep(CATCHING_UP_S)
    reads = Counter((each.platform, each.path) for each in day.street.sandbox.calls[asked:] if each.method == "GET")
    return wait_until(day.is_drained, 4 * WITHIN_S, "hidden after waking"), max(reads.values(), default=0)


def run(seed: int, quick: bool) -> list[Figure]:
    chance = random.Random(seed)
    slowest, most = 0.0, 0
    steps = {name: STEPS[name] for name in (("to 1970",) if quick else STEPS)}
    sleeps = {name: SLEEPS[name] for name in (("8 h",) if quick else SLEEPS)}
    with tempfile.TemporaryDirectory() as name, school_day("sqlcipher", Path(name), chance) as day:
        log, clock = Path(name) / "log", Shifted(Path(name) / "clock")
        with daemon(day, clock, log) as process:
            out_of_sight(day)
            for step, seconds in steps.items():
                clock.step(seconds)
                there = out_of_sight(day)
                clock.right_again()
                back = out_of_sight(day)
                slowest = max(slowest, there, back)
                print(f"{step}: hidden after {there:.1f} s, and {back:.1f} s once it was right again")
            for sleep, seconds in sleeps.items():
                took, reads = sleep_through(day, clock, process, seconds)
                print(f"asleep for {sleep}: hidden after {took:.1f} s")
                slowest, most = max(slowest, took), max(most, reads)
            noticed = sum(each["event"] == "clock.stepped" for each in log_events(log))
            figures = day.figures("after all of them")
    took_place = 2 * len(steps) + len(sleeps)
    return [
        Figure("steps of the clock", f"{', '.join(steps)}, each back again", "", True),
        Figure("machine asleep", ", ".join(sleeps), "", True),
        Figure("noticed", noticed, f"{took_place}", noticed >= took_place),
        Figure("hidden within, s, whatever the clock said", slowest, f"{WITHIN_S:.0f}", slowest <= WITHIN_S),
        Figure("reads of one feed on waking", most, "1", most <= 1),
        *figures,
    ]


if __name__ == "__main__":
    command("Steps of the clock", run)
