"""The machine is lost at noon, and the backup is of the morning: the restored house goes on and does nothing twice."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from moderator.backups.keys import make_key, read_identities
from moderator.backups.make import Made, make_backup
from moderator.backups.restore import Way, restore
from moderator.build import open_database
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import ActionKind, Mode, Ruling
from moderator.errors import Unavailable
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.privacy.erase import apply_tombstones
from moderator.sandbox.school import load_day
from moderator.settings import read_settings
from moderator.store import actions
from moderator.store.actions import ActionState
from moderator.store.database import Database
from moderator.store.running import Runner
from moderator.store.verify import verify
from tests.backups.conftest import HEAD, Build, Machine
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import ROLL, SCHOOL, YOUTUBE, Journey
from tests.journeys.street import Street, open_street, wait_until
from tests.store.made import DAY

CHILD = "Well done Tolliver Amberley, so proud of you!"


def living_on(machine: Machine, platform: Memory) -> Journey:
    detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
    return Journey(House(machine.database(), {YOUTUBE.id: platform}, detectors, DEFAULT, Mode.AUTO), platform)


def test_what_was_due_and_done_meanwhile_is_seen_and_not_sent_again(build: Build) -> None:
    youtube = Memory(YOUTUBE, batch=50)
    old, new = build("old"), build("new")
    morning = living_on(old, youtube)
    youtube.receives(CHILD, native_id="c1")
    youtube.receives(CHILD, native_id="c2")
    morning.poll(NOON)
    morning.judge(NOON)
    youtube.fails_next(Unavailable("connection reset"), during="apply")
    morning.act(NOON)
    assert sorted(morning.waiting()) == ["hide c1 due", "hide c2 due"]
    made = old.backup()
    morning.act(NOON + 10 * MINUTE)
    assert sorted(youtube.hidden) == ["c1", "c2"]
    youtube.receives(CHILD, native_id="c3")  # The last that the old machine sees, and no backup knows of.
    morning.round(NOON + 20 * MINUTE)
    before, called = list(youtube.changes), Counter(youtube.calls)

    restore(made.path, new.identities(), new.way(NOON + DAY))
    afternoon = living_on(new, youtube)
    for minute in range(3):
        afternoon.round(NOON + DAY + minute * MINUTE)

    assert youtube.changes == before
    for native_id in ("c1", "c2"):
        assert Counter(youtube.calls)[(ActionKind.HIDE, native_id)] == called[(ActionKind.HIDE, native_id)]
        assert afternoon.history(native_id)[-1] == "hidden"
    assert afternoon.waiting() == []
    youtube.receives(CHILD, native_id="c4")
    afternoon.round(NOON + DAY + 5 * MINUTE)
    assert "c4" in youtube.hidden


def test_what_was_due_and_never_done_is_done_after_the_restore(build: Build) -> None:
    youtube = Memory(YOUTUBE, batch=50)
    old, new = build("old"), build("new")
    morning = living_on(old, youtube)
    youtube.receives(CHILD, native_id="c1")
    morning.poll(NOON)
    morning.judge(NOON)
    youtube.fails_next(Unavailable("connection reset"), during="apply")
    morning.act(NOON)
    made = old.backup()
    restore(made.path, new.identities(), new.way(NOON + DAY))
    afternoon = living_on(new, youtube)
    afternoon.round(NOON + DAY)
    afternoon.round(NOON + DAY + MINUTE)
    assert youtube.hidden == ["c1"]
    assert youtube.changes == [(ActionKind.HIDE, "c1")]


def test_a_person_who_releases_after_the_restore_is_sure_to_put_it_back(build: Build) -> None:
    """The restored record does not know that the hide got through; the release goes out all the same."""
    youtube = Memory(YOUTUBE, batch=50)
    old, new = build("old"), build("new")
    morning = living_on(old, youtube)
    youtube.receives(CHILD, native_id="c1")
    morning.poll(NOON)
    morning.judge(NOON)
    youtube.fails_next(Unavailable("connection reset"), during="apply")
    morning.act(NOON)
    made = old.backup()
    morning.act(NOON + 10 * MINUTE)
    assert youtube.hidden == ["c1"]
    restore(made.path, new.identities(), new.way(NOON + DAY))
    afternoon = living_on(new, youtube)
    afternoon.person_decides("c1", Ruling.ALLOW, NOON + DAY)
    afternoon.round(NOON + DAY + MINUTE)
    afternoon.round(NOON + DAY + 2 * MINUTE)
    assert youtube.hidden == []


def name_a_child(street: Street, platform: str, number: int) -> tuple[str, str]:
    pupil = load_day()["pupils"][number]
    name = f"{pupil['first_name']} {pupil['last_name']}"
    return platform, street.comment(platform, f"So proud of {name} today", handle=f"@nan_{number}")


def all_hidden(street: Street, comments: list[tuple[str, str]]) -> None:
    for platform, native_id in comments:
        street.wait_hidden(platform, native_id, 40)


def opened(street: Street) -> Database:
    return open_database(read_settings(street.config, credentials_dir=None))


def waiting(street: Street) -> list[ActionState]:
    database = opened(street)
    try:
        with database.reading() as tx:
            return actions.waiting(tx)
    finally:
        database.close()


def test_the_real_daemon_on_an_empty_machine_doubles_nothing(tmp_path: Path) -> None:
    """A backup while the daemon works, more work, SIGKILL, the disk lost; by the platforms' own ledger."""
    with open_street(tmp_path / "school") as street:
        key = tmp_path / "stick" / "backup.key"
        with (street.config / "moderator.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[backup]\nrecipients = ["{make_key(key, NOON)}"]\n')
        with street.daemon(tmp_path / "log"):
            first = [name_a_child(street, platform, 0) for platform in street.posts]
            all_hidden(street, first)
            late = [name_a_child(street, platform, 1) for platform in street.posts]
            made = backup_of(street)
            all_hidden(street, late)
        for path in (*street.state.glob("moderator.db*"), *street.state.glob("credentials/*.key")):
            if path.name != "roll.key":  # A person imports the roll anew, and logs in to the platforms.
                path.unlink()
        way = Way(street.state, HEAD, Runner("here", os.getpid(), datetime.now(UTC)), apply_tombstones)
        restore(made.path, read_identities(key), way)
        with street.daemon(tmp_path / "log"):
            last = [name_a_child(street, platform, 2) for platform in street.posts]
            all_hidden(street, last)
            wait_until(lambda: waiting(street) == [], 20, "nothing waits")
        hides = [entry for entry in street.sandbox.world.ledger if entry.event == "hide" and entry.effective]
    effective = Counter((entry.platform, entry.native_id) for entry in hides)
    assert effective == dict.fromkeys([*first, *late, *last], 1)
    database = opened(street)
    with database.reading() as tx:
        assert verify(tx).whole
    database.close()


def backup_of(street: Street) -> Made:
    """As the nightly process makes it, beside the daemon."""
    settings, database = read_settings(street.config, credentials_dir=None), opened(street)
    try:
        return make_backup(settings, database, settings.backup.folder, datetime.now(UTC))
    finally:
        database.close()
