"""One account's worker when things go wrong: told once, tried again, and the others go on."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from moderator.domain import Comment, Context, Finding
from moderator.errors import LoginExpired, QuotaSpent, Unavailable
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.platforms.base import AccountState
from moderator.platforms.memory import Memory
from moderator.store import accounts
from moderator.worker import Worker
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey

CHILD = "Well done Tolliver Amberley!"


class Hands:
    """A worker in its own thread, a clock to turn, and what it logged."""

    def __init__(self, journey: Journey) -> None:
        self.now = NOON
        self._log = io.StringIO()
        with journey.house.database.transaction() as tx:
            accounts.remember(tx, YOUTUBE)
        self.worker = Worker(journey.house, YOUTUBE.id, open_log(self._log, style="json"), self.clock)
        self.worker.start()

    def clock(self) -> datetime:
        return self.now

    def do(self, job: str, after: timedelta = timedelta()) -> None:
        """Ask for a job and wait until it is done."""
        self.now += after
        self.worker.ask(job)
        deadline = time.monotonic() + 10
        while self.worker._waiting or self.worker.busy_since is not None:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def told(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self._log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def hands(journey: Journey) -> Iterator[Hands]:
    made = Hands(journey)
    yield made
    made.worker.leave()
    made.worker.join(5)


def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(hands: Hands, youtube: Memory) -> None:
    youtube.fails_next(Unavailable("no route"), times=6, during="fetch")
    for _ in range(5):
        hands.do("look", after=2 * MINUTE)
    youtube.recovers()
    hands.do("look", after=6 * MINUTE)
    assert sorted(line["feed"] for line in hands.told("platform.down")) == ["comments", "sweep"]
    assert sorted(line["feed"] for line in hands.told("platform.up")) == ["comments", "sweep"]


def test_a_revoked_login_pauses_the_account_once_and_work_goes_on_when_it_is_mended(
    hands: Hands, youtube: Memory
) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.fails_next(LoginExpired("token revoked"), times=2, during="check")
    hands.do("look")
    for _ in range(5):
        hands.do("look", after=MINUTE)
    assert youtube.hidden == []
    assert len(hands.told("account.paused")) == 1
    hands.do("look", after=10 * MINUTE)
    hands.do("look", after=10 * MINUTE)
    assert youtube.hidden == ["c1"]


def test_a_spent_quota_leaves_the_feed_alone_until_it_is_there_again(hands: Hands, youtube: Memory) -> None:
    hands.do("look")
    youtube.receives(CHILD, native_id="c1")
    youtube.fails_next(QuotaSpent("spent", retry_at=NOON + 60 * MINUTE), during="fetch")
    for _ in range(5):
        hands.do("look", after=10 * MINUTE)
    assert youtube.hidden == []
    hands.do("look", after=11 * MINUTE)
    assert youtube.hidden == ["c1"]


def test_a_sweep_that_failed_is_tried_again_in_minutes_and_not_tomorrow(hands: Hands, youtube: Memory) -> None:
    youtube.fails_next(Unavailable("no route"), times=2, during="fetch")
    hands.do("look")
    hands.do("look", after=6 * MINUTE)
    assert len(hands.told("platform.up")) == 2


class Explosive(Memory):
    """A platform whose library does what nobody foresaw."""

    def check(self, now: datetime) -> AccountState:
        raise ZeroDivisionError("Tolliver Amberley")


def test_three_unforeseen_errors_in_a_row_pause_the_account_and_name_nobody(journey: Journey) -> None:
    house: House = replace(journey.house, platforms={YOUTUBE.id: Explosive(YOUTUBE)})
    hands = Hands(Journey(house, journey.platform))
    for _ in range(5):
        hands.do("look", after=MINUTE)
    with house.database.reading() as tx:
        assert "ZeroDivisionError" in (accounts.paused(tx, YOUTUBE.id, hands.now) or "")
    assert len(hands.told("unforeseen")) == 3
    assert "Tolliver" not in hands._log.getvalue()
    hands.worker.leave()


class Slow:
    """A detector that takes its time."""

    name, version = "slow", "1"

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        time.sleep(0.2)
        return []


class Collapsing(Explosive):
    """The third time it takes the school's records with it."""

    def __init__(self, records: Path) -> None:
        super().__init__(YOUTUBE)
        self._records, self._times = records, 0

    def check(self, now: datetime) -> AccountState:
        self._times += 1
        if self._times == 3:
            self._records.unlink()
        return super().check(now)


def test_where_the_records_are_gone_as_well_that_is_told_and_the_thread_lives_on(journey: Journey) -> None:
    assert journey.house.database.file is not None
    platform = Collapsing(journey.house.database.file)
    hands = Hands(Journey(replace(journey.house, platforms={YOUTUBE.id: platform}), journey.platform))
    for _ in range(3):
        hands.do("look", after=MINUTE)
    assert len(hands.told("unforeseen")) == 3
    (told,) = hands.told("store.unusable")
    assert "cannot be opened" in told["detail"]
    assert hands.worker.is_alive()
    hands.worker.leave()


def test_a_job_asked_for_many_times_while_it_waits_is_done_once(journey: Journey, youtube: Memory) -> None:
    hands = Hands(Journey(replace(journey.house, detectors=(Slow(),)), youtube))
    youtube.receives("hello", native_id="c1")
    for _ in range(50):
        hands.worker.ask("look")
    hands.do("look")
    assert len(hands.told("comment.decided")) == 1
    assert len(hands.told("feed.received")) == 1
    hands.worker.leave()


def test_what_follows_is_looked_after_and_logged_by_ids_only(hands: Hands, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    hands.do("look")
    hands.do("follow")
    hands.do("follow")
    (told,) = hands.told("task.opened")
    assert told["kind"] == "ask_family"
    youtube.deletes("c1")
    hands.do("follow", after=timedelta(days=2))
    assert len(hands.told("family.settled")) == 1


def test_hides_that_nobody_looked_at_are_told_of_and_never_released_by_themselves(
    hands: Hands, youtube: Memory
) -> None:
    youtube.receives(CHILD, native_id="c1")
    hands.do("look")
    hands.do("follow", after=timedelta(hours=23))
    assert hands.told("hides.wait_too_long") == []
    hands.do("follow", after=timedelta(hours=2))
    hands.do("follow", after=timedelta(hours=2))
    (told,) = hands.told("hides.wait_too_long")
    assert told["comments"] == 1
    assert youtube.hidden == ["c1"]
