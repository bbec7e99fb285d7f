"""A machine that slept: what its accounts missed is read one account after another, and each only once. Summer begins and ends."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from moderator.daemon import CATCH_UP_OVER_S, Daemon, catch_up_after
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Account, Mode
from moderator.logs import open_log
from moderator.notify import Notifier
from moderator.pipeline import House
from moderator.platforms.base import Page, Start
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.store import accounts
from moderator.store.database import Database
from tests.journeys.conftest import SCHOOL
from tests.journeys.street import wait_until

EVERY_S = 4


class Read(Memory):
    """Writes down when its comments were read, by the clock that the daemon is given."""

    def __init__(self, account: Account, every_s: int = EVERY_S) -> None:
        super().__init__(account, poll_every_s=every_s)
        self.read_at: list[datetime] = []

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        if feed == "comments":
            self.read_at.append(now)
        return super().fetch(feed, start, now)


class SetClock:
    """The machine's, some time ahead."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """The daemon hears these here, in the process of the tests."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("step", [timedelta(hours=8), timedelta(days=3)])
def test_after_a_sleep_accounts_are_read_one_after_another(database: Database, step: timedelta) -> None:
    platforms = [Read(Account(name, name, f"@{name}", name)) for name in ("x", "youtube", "instagram")]
    with database.transaction() as tx:
        for each in platforms:
            accounts.remember(tx, each.account)
    detectors = build_detectors(SCHOOL, None, WordListScorer())
    house = House(database, {each.name: each for each in platforms}, detectors, DEFAULT, Mode.SHADOW)
    clock, log = SetClock(), io.StringIO()
    daemon = Daemon(house, open_log(log, style="json"), Notifier(""), 1.0, clock=clock)
    slept_at: list[datetime] = []

    def sleeps() -> None:
        try:
            wait_until(lambda: all(each.read_at for each in platforms), 20, "read at the start")
            time.sleep(1)
            clock.ahead = step
            slept_at.append(clock())
            wait_until(lambda: all(each.read_at[-1] > slept_at[0] for each in platforms), 40, "read after the sleep")
        finally:
            daemon.leave()

    beside = threading.Thread(target=sleeps)
    beside.start()
    daemon.run()
    beside.join()
    after = [[at for at in each.read_at if at >= slept_at[0]] for each in platforms]
    late_s = [(reads[0] - slept_at[0]).total_seconds() for reads in after]
    print(late_s)
    assert late_s[0] < 2
    assert late_s[1] - late_s[0] > EVERY_S / 2 - 0.5
    assert late_s[2] - late_s[0] > EVERY_S - 0.5
    assert len(after[2]) == 1
    assert log.getvalue().count("clock.stepped") == 1


def test_accounts_that_are_read_each_minute_are_caught_up_with_over_a_minute() -> None:
    assert [catch_up_after(place, 3, 60) for place in range(3)] == [0, CATCH_UP_OVER_S / 2, CATCH_UP_OVER_S]
    assert [catch_up_after(place, 3, 2) for place in range(3)] == [0, 1.25, 2.5]
    assert catch_up_after(0, 1, 60) == 0


def clocks_change_in(seconds: float, *, to_summer: bool) -> str:
    """A zone as POSIX writes it, an hour ahead of UTC in summer: its clocks change so soon, and else half a year from now."""
    utc = datetime.now(UTC) + timedelta(seconds=seconds)
    local = utc if to_summer else utc + timedelta(hours=1)
    soon = f"{local.timetuple().tm_yday - 1}/{local:%H:%M:%S}"
    half_a_year_on = f"{(local.timetuple().tm_yday + 182) % 365}/12"
    begins, ends = (soon, half_a_year_on) if to_summer else (half_a_year_on, soon)
    return f"GMT0BST,{begins},{ends}"


@pytest.fixture
def zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("to_summer", [False, True], ids=["back", "forward"])
def test_comments_are_read_as_ever_in_the_hour_in_which_clocks_change(database: Database, to_summer: bool) -> None:
    platform = Read(Account("x", "x", "@x", "x"), every_s=1)
    with database.transaction() as tx:
        accounts.remember(tx, platform.account)
    house = House(database, {"x": platform}, build_detectors(SCHOOL, None, WordListScorer()), DEFAULT, Mode.SHADOW)
    log = io.StringIO()
    daemon = Daemon(house, open_log(log, style="json"), Notifier(""), 1.0)
    os.environ["TZ"] = clocks_change_in(2.5, to_summer=to_summer)
    time.tzset()
    before = time.localtime().tm_gmtoff
    threading.Timer(7, daemon.leave).start()
    daemon.run()
    assert time.localtime().tm_gmtoff - before == (3600 if to_summer else -3600)
    gaps_s = [(later - at).total_seconds() for at, later in pairwise(platform.read_at)]
    print(gaps_s)
    assert len(gaps_s) >= 3
    assert max(gaps_s) < 3
    assert min(gaps_s) > 0.4
    assert (datetime.now(UTC) - platform.read_at[-1]).total_seconds() < 3
    assert log.getvalue().count("clock.zone_changed") == 1
    assert "clock.stepped" not in log.getvalue()
