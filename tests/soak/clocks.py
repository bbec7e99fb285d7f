"""The wall clock of the real daemon is set, and the machine sleeps for hours and days: one look to catch up, nothing twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from moderator.daemon import catch_up_after
from moderator.sandbox.school import POLL_EVERY_S
from tests.conftest import skip_needed
from tests.journeys.street import clean_environment, log_events, wait_until
from tests.soak.figures import Figure, command
from tests.soak.school_day import PLATFORMS, SchoolDay, school_day

HOUR, DAY = 3600, 86_400
STEPS: dict[str, int | None] = {"+1 h": HOUR, "-1 h": -HOUR, "+1 day": DAY, "-1 day": -DAY, "to 1970": None}
SLEEPS = {"8 h": 8 * HOUR, "3 days": 3 * DAY}
WITHIN_S = 30.0
CATCHING_UP_S = 1.5
"""What a look itself may take; less than the two seconds between two ordinary ones."""
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


@dataclass(frozen=True, slots=True)
class Woken:
    """After a sleep: how late its comments were hidden, how many looks it took, and the time from first account to last."""

    hidden_s: float
    looks: float
    over_s: float


def sleep_through(
    day: SchoolDay, clock: Shifted, process: subprocess.Popen[bytes], seconds: int, every_s: int, one_look: Reads
) -> Woken:
    """The machine sleeps, and comments arrive meanwhile. Each account is read every `every_s` seconds."""
    process.send_signal(signal.SIGSTOP)
    clock.step(seconds)
    for _ in range(4):
        day.post()
    time.sleep(1)
    asked, began = len(day.street.sandbox.calls), datetime.now(UTC)
    woken = began + timedelta(seconds=clock.ahead_s)
    process.send_signal(signal.SIGCONT)
    first: dict[str, float] = {}
    until = time.monotonic() + catch_up_after(1, 2, every_s) + WITHIN_S
    while len(first) < len(PLATFORMS) and time.monotonic() < until:
        for platform, at in day.last_read().items():
            if at > woken:
                first.setdefault(platform, (at - woken).total_seconds())
        time.sleep(0.2)
    time.sleep(min(every_s / 4, 5))  # The last one's look may not have ended.
    reads = reads_since(day, asked, {name: began + timedelta(seconds=at + every_s / 2) for name, at in first.items()})
    print(f"read {first} s after waking, by {reads.most_common(3)}")
    hidden_s = wait_until(day.is_drained, 4 * WITHIN_S, "hidden after waking")
    looks = max(reads[each] / one_look[each] for each in one_look)
    return Woken(hidden_s, looks, max(first.values()) - min(first.values()))


Reads = Counter[tuple[str, str]]
"""How often each path of each platform was read."""


def reads_since(day: SchoolDay, number: int, until: Mapping[str, datetime] | None = None) -> Reads:
    """From the call with this number on, on each platform until some time."""
    return Counter(
        (each.platform, each.path)
        for each in day.street.sandbox.calls[number:]
        if each.method == "GET" and (until is None or each.at < until[each.platform])
    )


def is_still(day: SchoolDay) -> bool:
    """Whether nothing was asked for three seconds."""
    before = len(day.street.sandbox.calls)
    time.sleep(3)
    return len(day.street.sandbox.calls) == before


def read_every(day: SchoolDay, every_s: int) -> None:
    file = day.street.config / "moderator.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f"poll_every_s = {POLL_EVERY_S}\n", f"poll_every_s = {every_s}\n"), encoding="utf-8")


def steps(chance: random.Random, named: dict[str, int | None]) -> list[Figure]:
    """The clock is set, and later set right: what is said meanwhile is hidden as fast as ever."""
    slowest = 0.0
    with tempfile.TemporaryDirectory() as name, school_day("sqlcipher", Path(name), chance) as day:
        log, clock = Path(name) / "log", Shifted(Path(name) / "clock")
        with daemon(day, clock, log):
            out_of_sight(day)
            for step, seconds in named.items():
                clock.step(seconds)
                there = out_of_sight(day)
                clock.right_again()
                back = out_of_sight(day)
                slowest = max(slowest, there, back)
                print(f"{step}: hidden after {there:.1f} s, and {back:.1f} s once it was right again")
            noticed = sum(each["event"] == "clock.stepped" for each in log_events(log))
            figures = day.figures("after steps")
    return [
        Figure("steps of the clock", f"{', '.join(named)}, each back again", "", True),
        Figure("steps noticed", noticed, f"{2 * len(named)}", noticed >= 2 * len(named)),
        Figure("hidden within, s, whatever the clock said", slowest, f"{WITHIN_S:.0f}", slowest <= WITHIN_S),
        *figures,
    ]


def sleeps(chance: random.Random, named: dict[str, int], every_s: int) -> list[Figure]:
    """The machine sleeps: its accounts are read once each, not all in one moment. In brief: tests/journeys/test_waking.py."""
    woken: list[Woken] = []
    with tempfile.TemporaryDirectory() as name, school_day("sqlcipher", Path(name), chance) as day:
        read_every(day, every_s)
        log, clock = Path(name) / "log", Shifted(Path(name) / "clock")
        with daemon(day, clock, log) as process:
            wait_until(lambda: len(day.last_read()) == len(PLATFORMS), 60, "read at the start")
            wait_until(lambda: is_still(day), 60, "nothing to do until the next look")
            one_look = reads_since(day, 0)
            for seconds in named.values():
                woken.append(sleep_through(day, clock, process, seconds, every_s, one_look))
            figures = day.figures("after sleeps")
    slowest, most = max(each.hidden_s for each in woken), max(each.looks for each in woken)
    over, bar = min(each.over_s for each in woken), min(60, every_s)
    return [
        Figure("machine asleep", ", ".join(named), "", True),
        Figure("hidden once all is read again, s", slowest, f"{WITHIN_S:.0f}", slowest <= WITHIN_S),
        Figure("looks at one feed to catch up", most, "fewer than 2", most < 2),
        Figure(f"from the first account to the last, s (each read every {every_s} s)", over, f"{bar:.0f}", over >= bar),
        *figures,
    ]


def run(seed: int, quick: bool) -> list[Figure]:
    chance = random.Random(seed)
    if quick:
        return steps(chance, {"to 1970": None})
    return [*steps(chance, STEPS), *sleeps(chance, SLEEPS, 60)]


if __name__ == "__main__":
    command("Steps of the clock", run)
