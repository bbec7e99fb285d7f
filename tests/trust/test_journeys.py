"""A comment's stories once more, told by two workers on PostgreSQL: each step is a turn, of the one and then of the other.

They are the stories of tests/journeys, word for word; only who polls, judges and acts is another here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import cycle

import pytest

from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Mode, Task
from moderator.pipeline import Followed, House, Judged
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.store import turns
from moderator.store.database import Database
from moderator.store.turns import Turn, Wanted, Work, fenced
from tests.conftest import NOON
from tests.journeys.conftest import KEY, ROLL, SCHOOL, YOUTUBE, Journey
from tests.journeys.test_take_back import hidden as hidden
from tests.postgres import Server

STORIES = ("a_comments_way", "bans", "families", "ladder", "races", "rare_ways", "take_back", "who_may")
for _story in STORIES:
    _module = import_module(f"tests.journeys.test_{_story}")
    _stories = {name: story for name, story in vars(_module).items() if name.startswith("test_")}
    if _twice := _stories.keys() & globals().keys():
        raise ValueError(f"two stories have the same name, and one would go untold: {_twice}")
    globals().update(_stories)


@dataclass
class TwoWorkers(Journey):
    """A journey of which each step is done by the worker whose turn it is, the other one's lease being over."""

    workers: Iterator[str] = field(default_factory=lambda: cycle(("first", "second")))

    @contextmanager
    def turn(self, work: Work, now: datetime) -> Iterator[House]:
        database = self.house.database
        with database.transaction() as tx:
            turns.wake(tx, self.platform.account.id, work, now)
            (held,) = turns.claim(tx, work, next(self.workers), now, timedelta(seconds=45), 1, 2)
        try:
            yield replace(self.house, database=fenced(database, held))
        finally:
            self._finish(held, now)

    def _finish(self, held: Turn, now: datetime) -> None:
        with self.house.database.transaction() as tx:
            turns.finish(tx, held, now, now + timedelta(minutes=5))

    def poll(self, now: datetime, feed: str = "comments") -> None:
        with self.turn(Work.POLL, now) as house:
            for _received in house.poll(self.platform.account.id, feed, now):
                pass

    def judge(self, now: datetime) -> list[Judged]:
        with self.turn(Work.JUDGE, now) as house:
            judged = [house.judge_one(case, now) for case in house.cases(now, self.platform.account.id)]
            return house.record(judged)

    def act(self, now: datetime) -> None:
        with self.turn(Work.ACT, now) as house:
            house.act(self.platform.account.id, now)

    def follow_up(self, now: datetime) -> Followed:
        with self.turn(Work.ACT, now) as house:
            return house.follow_up(self.platform.account.id, now)

    def check_tasks(self, now: datetime) -> list[Task]:
        with self.turn(Work.ACT, now) as house:
            return house.check_tasks(self.platform.account.id, now)

    def in_mode(self, mode: Mode) -> Journey:
        return TwoWorkers(replace(self.house, mode=mode), self.platform)


@pytest.fixture
def database(postgresql: Server) -> Iterator[Database]:
    with postgresql.fresh() as url:
        opened = Database.open(url, audit_key=KEY, school_id=SCHOOL.id)
        yield opened
        opened.close()


@pytest.fixture
def youtube() -> Memory:
    return Memory(YOUTUBE, batch=50)


@pytest.fixture
def build(database: Database) -> Callable[[Memory], Journey]:
    def assemble(platform: Memory) -> Journey:
        with database.transaction() as tx:
            wanted = [Wanted(SCHOOL.id, platform.account.id, work, 300) for work in (Work.POLL, Work.JUDGE, Work.ACT)]
            turns.enlist(tx, wanted, NOON)
        detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
        return TwoWorkers(House(database, {platform.account.id: platform}, detectors, DEFAULT, Mode.AUTO), platform)

    return assemble


@pytest.fixture
def journey(build: Callable[[Memory], Journey], youtube: Memory) -> Journey:
    return build(youtube)
