"""Workers when something fails: it is told, the work goes on, and whoever is told to leave leaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from moderator.detectors.ahead import ScoredAhead
from moderator.errors import ConfigError, StoreError
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.store import comments, turns
from moderator.store.database import Database
from moderator.store.turns import LeaseLost, Turn, Wanted, Work
from moderator.store.wakeup_tables import prepare
from moderator.trust.clock import DatabaseClock
from moderator.trust.crew import Crew
from moderator.trust.hands import JudgingHands
from moderator.trust.lease import Lease
from moderator.trust.wakeups import Wakeups
from tests.journeys.street import wait_until
from tests.postgres import Server
from tests.trust.made import CHILD, Trust, school_id


class Stumbling:
    """Hands that fail with one error after the other, each with a turn of its own, and then do their work."""

    at_once = 1

    def __init__(self, *failures: Exception) -> None:
        self._failures, self.done = list(failures), threading.Event()

    def __call__(self, held: Sequence[tuple[Turn, Lease]]) -> None:
        if self._failures:
            raise self._failures.pop(0)
        self.done.set()


@contextmanager
def woken(trust: Trust, store: Database, hands: Stumbling) -> Iterator[None]:
    """A worker that reads accounts, with its turns and records in `store`, until the block ends."""
    prepare(trust.url)
    log = open_log(trust.log, style="json")
    crew = Crew(store, {Work.POLL: hands}, "first", trust.terms, log, trust.clock)
    wakeups = Wakeups(crew, trust.url, {Work.POLL: 1}, log)
    thread = threading.Thread(target=wakeups.run)
    thread.start()
    try:
        yield
    finally:
        wakeups.leave()
        thread.join(20)
    assert not thread.is_alive()


def told(trust: Trust, event: str) -> list[str]:
    lines = [json.loads(line) for line in trust.log.getvalue().splitlines()]
    return [line.get("detail") or line.get("error") for line in lines if line["event"] == event]


def test_a_turn_that_fails_is_told_without_its_words_and_the_next_one_is_done(trust: Trust) -> None:
    with trust.store.transaction() as tx:
        due = [Wanted(school_id(number), "x", Work.POLL, 30) for number in range(3)]
        turns.enlist(tx, due, trust.now - timedelta(seconds=60))
    hands = Stumbling(StoreError("the records are away"), ValueError("somebody's words"))
    with woken(trust, trust.store, hands):
        assert hands.done.wait(30)
    assert told(trust, "queue.down") == ["the records are away"]
    assert told(trust, "turn.failed") == ["ValueError"]


def test_a_turn_lost_to_another_worker_and_faulty_files_hold_up_nobody(trust: Trust) -> None:
    trust.later(minutes=6)
    hands = Stumbling(LeaseLost("Another worker has it."), ConfigError("moderator.toml is no TOML"))
    crew = Crew(trust.store, {Work.POLL: hands}, "first", trust.terms, open_log(trust.log, style="json"), trust.clock)
    assert crew.drain(Work.POLL) == 1
    assert told(trust, "turn.lost") == ["Another worker has it."]
    assert told(trust, "school.faulty") == ["moderator.toml is no TOML"]
    with trust.store.reading() as tx:
        (put_off,) = (row for row in turns.all_turns(tx, work=Work.POLL) if row.trouble == "files")
    assert put_off.due_at == trust.now + timedelta(minutes=5)


def test_of_schools_that_are_judged_together_one_with_faulty_files_is_left_out(trust: Trust) -> None:
    trust.platforms["school-1"].receives(CHILD, native_id="c1")
    trust.later(minutes=16)
    trust.crew("reads", only=[Work.POLL]).drain(Work.POLL)
    whole: Any = trust.crew()
    house_of = whole._hands[Work.JUDGE]._house_of

    def of_files(school: str) -> tuple[House, ScoredAhead]:
        if school == "school-0":
            raise ConfigError("policy.toml is no TOML")
        house: tuple[House, ScoredAhead] = house_of(school)
        return house

    log = open_log(trust.log, style="json")
    hands = JudgingHands(of_files, log, trust.clock)
    Crew(trust.store, {Work.JUDGE: hands}, "judges", trust.terms, log, trust.clock).drain(Work.JUDGE)
    assert told(trust, "school.faulty") == ["policy.toml is no TOML"]
    with trust.databases["school-1"].reading() as tx:
        assert comments.unjudged(tx, 10) == []


def test_while_its_records_are_away_a_worker_says_so_once_and_waits(trust: Trust, postgresql: Server) -> None:
    with postgresql.fresh() as url:
        away = Database.open(url)
    with woken(trust, away, Stumbling()):
        wait_until(lambda: bool(told(trust, "queue.down")), 30, "told")
    (once,) = told(trust, "queue.down")
    assert "Nothing was changed." in once
    away.close()


def test_the_time_goes_on_while_the_database_is_away(postgresql: Server) -> None:
    with postgresql.fresh() as url:
        database = Database.open(url)
        clock = DatabaseClock(database, every_s=0.0)
        before = clock()
    assert before < clock() < before + timedelta(minutes=1)
    database.close()


def test_the_queues_tables_are_made_once_by_whoever_may_make_them(trust: Trust, postgresql: Server) -> None:
    assert prepare(trust.url)
    assert not prepare(trust.url)
    with pytest.raises(StoreError, match=r"cannot be made .*Run this as the owner of the database"):
        prepare(postgresql.url("none"))
