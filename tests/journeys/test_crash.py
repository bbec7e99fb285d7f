"""A crash at every boundary: before and after each transaction and each call to the platform, one after the other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from moderator.domain import Action, ActionKind, Comment, Outcome, Ruling, Visibility
from moderator.errors import PlatformError
from moderator.pipeline import House
from moderator.platforms.base import Page, Start
from moderator.platforms.memory import Memory
from moderator.store.database import Database, Transaction
from moderator.store.verify import verify
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import KEY, YOUTUBE, Journey

LAST_BOUNDARY = 200
"""More than any run passes; the test itself says how many there were."""


class Crash(BaseException):
    """The power goes. Not an Exception, so that nothing on the way can catch it."""


class Fuse:
    """Blows at the k-th boundary passed. Unless `everywhere`, those after which the world is as it was before are no boundaries."""

    def __init__(self, blows_at: int, everywhere: bool) -> None:
        self.passed, self._blows_at, self._everywhere = 0, blows_at, everywhere

    def before(self) -> None:
        """Something is about to begin: who crashes here leaves what the boundary before this one left."""
        if self._everywhere:
            self()

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self._blows_at:
            raise Crash


class CrashingDatabase:
    """The real database with a boundary before and after each transaction."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        self._database, self._fuse = database, fuse

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self._fuse.before()
        with self._database.transaction() as tx:
            yield tx
            self._fuse()  # Everything is written and nothing is committed.
        self._fuse()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        self._fuse.before()
        with self._database.reading() as tx:
            yield tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


class CrashingPlatform:
    """The memory platform with a boundary before and after each call."""

    def __init__(self, platform: Memory, fuse: Fuse) -> None:
        self._platform, self._fuse = platform, fuse

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        self._fuse.before()
        yield from self._platform.fetch(feed, start, now)

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        self._fuse.before()
        answers = self._platform.apply(actions, now)
        self._fuse()
        return answers

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        self._fuse.before()
        return self._platform.read_back(comments, now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._platform, name)


def day(platform: Memory, journey: Journey) -> None:
    """Two looks with four comments, an edit and a person's change of mind."""
    platform.receives("Well done Tolliver Amberley!", native_id="c1")
    platform.receives("Lovely day, thank you.", native_id="c2")
    platform.receives("shut up you stupid b1tch ms rowe", native_id="c3")
    journey.round(NOON)
    platform.edits("c2", "shut up you stupid b1tch ms rowe", at=NOON + MINUTE)
    journey.person_decides("c3", Ruling.ALLOW, NOON + MINUTE)
    journey.round(NOON + MINUTE)
    journey.round(NOON + 2 * MINUTE)


def with_fuse(journey: Journey, fuse: Fuse) -> Journey:
    platform: Any = CrashingPlatform(journey.platform, fuse)
    database: Any = CrashingDatabase(journey.house.database, fuse)
    return Journey(replace(journey.house, database=database, platforms={YOUTUBE.id: platform}), journey.platform)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("reads_visibility", [True, False])
def test_a_crash_at_any_boundary_loses_nothing_and_repeats_nothing(
    build: Callable[[Memory], Journey], database: Database, reads_visibility: bool, tmp_path: Path
) -> None:
    built = build(Memory(YOUTUBE))
    database.close()
    boundaries = crash_at_each(built.house, tmp_path / "school.db", reads_visibility, tmp_path, everywhere=False)
    print(f"boundaries crossed: {boundaries}")
    assert boundaries > 20


def crash_at_each(house: House, template: Path, reads_visibility: bool, folder: Path, *, everywhere: bool) -> int:
    """The day once for each boundary in it, with a crash there, each on a fresh copy of the database; returns how many."""
    place = folder / "day.db"
    shutil.copy(template, place)
    opened = Database.open(f"sqlcipher:///{place}", key=KEY)
    for k in range(1, LAST_BOUNDARY):
        platform = Memory(YOUTUBE, batch=50, reads_visibility=reads_visibility)
        journey = Journey(replace(house, database=opened, platforms={YOUTUBE.id: platform}), platform)
        fuse = Fuse(k, everywhere)
        crashed = False
        try:
            day(platform, with_fuse(journey, fuse))
        except Crash:
            crashed = True
        opened.close()  # Whoever goes on opens it anew.
        finish_the_day(platform, journey)
        assert_whole(platform, journey, f"crash at boundary {k}")
        with opened.reading() as tx:
            assert verify(tx).whole, f"crash at boundary {k}"
        opened.close()
        if not crashed:
            return fuse.passed
        put_anew(template, place)
    raise AssertionError(f"more than {LAST_BOUNDARY} boundaries")


def put_anew(template: Path, place: Path) -> None:
    """A copy of the template under the same path, where no connection is open; the statements built for it are kept."""
    for beside in (place, *(place.with_name(f"{place.name}{end}") for end in ("-wal", "-shm"))):
        beside.unlink(missing_ok=True)
    shutil.copy(template, place)


def finish_the_day(platform: Memory, journey: Journey) -> None:
    """The machine is on again: what people did goes on, and the same house reads, judges and acts until all is quiet."""
    for native_id, text in (("c1", "Well done Tolliver Amberley!"), ("c3", "shut up you stupid b1tch ms rowe")):
        if native_id not in platform._comments:
            platform.receives(text, native_id=native_id)
    if "c2" not in platform._comments:
        platform.receives("Lovely day, thank you.", native_id="c2")
    platform.edits("c2", "shut up you stupid b1tch ms rowe", at=NOON + MINUTE)
    journey.round(NOON + 20 * MINUTE)
    if journey.ruling("c3") is not Ruling.ALLOW:
        journey.person_decides("c3", Ruling.ALLOW, NOON + 21 * MINUTE)
    for minute in range(21, 25):
        journey.round(NOON + minute * MINUTE)


def assert_whole(platform: Memory, journey: Journey, when: str) -> None:
    assert sorted(platform.hidden) == ["c1", "c2"], when
    assert journey.waiting() == [], when
    assert platform.changes.count((ActionKind.HIDE, "c1")) == 1, when
    assert platform.changes.count((ActionKind.HIDE, "c2")) == 1, when
    released = platform.changes.count((ActionKind.RELEASE, "c3"))
    assert platform.changes.count((ActionKind.HIDE, "c3")) == released <= 1, when
    for native_id in ("c1", "c2", "c3"):
        assert journey.history(native_id).count("received") == 1, when
