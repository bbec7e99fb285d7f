"""The whole house on a platform kept in a list and a real encrypted store, with a given time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Account, ActionKind, Comment, Decision, Mode, Pupil, Ruling, School, Task
from moderator.pipeline import Followed, House, Judged
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.store import actions, audit, comments, decisions
from moderator.store.database import Database
from tests.databases import make_tables

SCHOOL = School(
    "school",
    "Valewood Primary",
    official_accounts={"youtube": "@Valewoodprimarieschool", "x": "@ValewoodPrimary"},
    staff=("Ms Rowe", "Mrs Ravenscroft"),
)
ROLL = Roll((Pupil("Tolliver", "Amberley", "", "Team 2"), Pupil("Maja", "Nowicka", "", "Team 4")))
KEY = "ab" * 32
YOUTUBE = Account("youtube", "youtube", "@Valewoodprimarieschool", "UCschool")


@dataclass
class Journey:
    """A house, its one platform, and words for what a test wants to know of it."""

    house: House
    platform: Memory

    def poll(self, now: datetime, feed: str = "comments") -> None:
        for _received in self.house.poll(self.platform.account.id, feed, now):
            pass

    def judge(self, now: datetime) -> list[Judged]:
        return list(self.house.judge(now))

    def act(self, now: datetime) -> None:
        self.house.act(self.platform.account.id, now)

    def follow_up(self, now: datetime) -> Followed:
        return self.house.follow_up(self.platform.account.id, now)

    def check_tasks(self, now: datetime) -> list[Task]:
        return self.house.check_tasks(self.platform.account.id, now)

    def round(self, now: datetime) -> None:
        """One look: read, judge, act."""
        self.poll(now)
        self.judge(now)
        self.act(now)

    def comment(self, native_id: str) -> Comment:
        with self.house.database.transaction() as tx:
            (found,) = comments.find(tx, native_id)
        return found

    def history(self, native_id: str) -> list[str]:
        """What the audit trail says of a comment, oldest first, the deciding ruling included."""
        comment = self.comment(native_id)
        with self.house.database.transaction() as tx:
            return [re.sub(r"_", " ", event.event) for event in audit.trail(tx, comment.id)]

    def ruling(self, native_id: str) -> Ruling | None:
        comment = self.comment(native_id)
        with self.house.database.transaction() as tx:
            decision = decisions.latest(tx, comment.id)
        return decision.ruling if decision else None

    def reasons(self, native_id: str) -> str:
        comment = self.comment(native_id)
        with self.house.database.transaction() as tx:
            decision = decisions.latest(tx, comment.id)
        return "; ".join(decision.reasons) if decision else ""

    def latest(self, native_id: str) -> Decision:
        """The latest decision on a comment that has one."""
        with self.house.database.reading() as tx:
            return decisions.latest_of(tx, [self.comment(native_id).id])[self.comment(native_id).id]

    def person_would_decide(
        self, native_id: str, ruling: Ruling, now: datetime, also: ActionKind | None = None
    ) -> Decision:
        comment = self.comment(native_id)
        return Decision(
            comment.id, comment.version, ruling, "Mrs Ravenscroft", now, (), mode=self.house.mode, author_action=also
        )

    def person_decides(self, native_id: str, ruling: Ruling, now: datetime, also: ActionKind | None = None) -> Decision:
        answer = self.person_would_decide(native_id, ruling, now, also)
        with self.house.database.transaction() as tx:
            return decisions.record(tx, answer)

    def waits_for_a_person(self) -> list[str]:
        with self.house.database.transaction() as tx:
            return [item.comment.native_id for item in decisions.queued(tx)]

    def tasks(self) -> list[str]:
        with self.house.database.transaction() as tx:
            return [f"{state.task.kind} {state.task.comment.native_id}" for state in actions.open_tasks(tx)]

    def waiting(self) -> list[str]:
        with self.house.database.transaction() as tx:
            return [
                f"{state.action.kind} {state.action.comment.native_id} {state.state}" for state in actions.waiting(tx)
            ]

    def in_mode(self, mode: Mode) -> Journey:
        return Journey(replace(self.house, mode=mode), self.platform)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlcipher:///{tmp_path}/school.db", key=KEY)
    make_tables(opened)
    yield opened
    opened.close()


@pytest.fixture
def youtube() -> Memory:
    return Memory(YOUTUBE, batch=50)


@pytest.fixture
def build(database: Database) -> Callable[[Memory], Journey]:
    """Builds a house around a platform; twice over the same one is a restart."""

    def assemble(platform: Memory) -> Journey:
        detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
        house = House(database, {platform.account.id: platform}, detectors, DEFAULT, Mode.AUTO)
        return Journey(house, platform)

    return assemble


@pytest.fixture
def journey(build: Callable[[Memory], Journey], youtube: Memory) -> Journey:
    return build(youtube)
