"""What happens once in years on a comment's way out: read-backs that fail, tasks nobody can confirm, bans nobody heard of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.cli.work import first_reading
from moderator.domain import Account, ActionKind, Ruling
from moderator.errors import LoginExpired, QuotaSpent, Unavailable
from moderator.platforms.memory import Memory
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey
from tests.journeys.followups import CHILD, INSULT, Build, ban, follow, offend

DAY = timedelta(days=1)
NAMES = ["c1", "c2", "c3", "c4"]


def hides(platform: Memory) -> int:
    return sum(kind is ActionKind.HIDE for kind, _ in platform.calls)


def test_what_may_be_done_is_read_back_once_the_quota_is_there_again(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.loses_next_reply()
    journey.round(NOON)
    youtube.fails_next(QuotaSpent("spent", retry_at=NOON + 10 * MINUTE), during="read_back")
    journey.act(NOON + MINUTE)
    journey.act(NOON + 9 * MINUTE)
    assert journey.waiting() == ["hide c1 unknown"]
    journey.act(NOON + 10 * MINUTE)
    assert (journey.waiting(), hides(youtube)) == ([], 1)


def test_a_login_that_dies_while_reading_back_is_told_and_nothing_more_is_sent(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.loses_next_reply()
    journey.round(NOON)
    youtube.receives(CHILD, native_id="c2", at=NOON + MINUTE)
    journey.poll(NOON + MINUTE)
    journey.judge(NOON + MINUTE)
    youtube.fails_next(LoginExpired("token revoked"), during="read_back")
    ended = journey.house.act(YOUTUBE.id, NOON + MINUTE)
    assert str(ended.login_expired) == "token revoked"
    assert hides(youtube) == 1
    journey.act(NOON + 5 * MINUTE)
    assert (youtube.hidden, hides(youtube), journey.waiting()) == (["c1", "c2"], 2, [])


def test_a_platform_out_of_reach_is_asked_three_times_for_all_that_may_be_done(build: Build) -> None:
    platform = Memory(YOUTUBE, batch=50)
    journey = build(platform)
    for name in NAMES:
        platform.receives(CHILD, native_id=name)
    platform.loses_next_reply()
    journey.round(NOON)
    for _ in range(4):
        platform.fails_next(Unavailable("no route"), during="read_back")
    journey.act(NOON + MINUTE)
    assert sorted(journey.waiting()) == [f"hide {name} unknown" for name in NAMES]
    with pytest.raises(Unavailable):
        platform.read_back([], NOON)  # The fourth failure is still there: nobody met it.
    journey.act(NOON + 5 * MINUTE)
    assert (journey.waiting(), hides(platform)) == ([], 4)


def test_tasks_are_looked_after_until_the_platform_is_out_of_reach(build: Build) -> None:
    silent = Memory(YOUTUBE, by_hand_only=(ActionKind.HIDE, ActionKind.BLOCK, ActionKind.UNBLOCK))
    journey = build(silent)
    for name in NAMES:
        silent.receives(CHILD, native_id=name)
    journey.round(NOON)
    assert sorted(journey.tasks()) == [f"hide {name}" for name in NAMES]
    silent.hidden = list(NAMES)  # A person did it in the platform's own app.
    for _ in range(4):
        silent.fails_next(Unavailable("no route"), during="read_back")
    silent.fails_next(LoginExpired("token revoked"), during="read_back")

    def ticked(minute: int) -> list[str]:
        return sorted(task.comment.native_id for task in journey.check_tasks(NOON + minute * MINUTE))

    assert ticked(1) == [], "three in vain, and the rest was not asked about"
    assert ticked(2) == [], "one more in vain, and then the login is gone"
    assert ticked(3) == NAMES
    assert journey.tasks() == []


def test_a_proposal_is_no_task_that_a_platform_could_confirm(journey: Journey, youtube: Memory) -> None:
    for number in range(3):
        offend(journey, youtube, f"c{number}", NOON + number * DAY)
    follow(journey, NOON + 3 * DAY)
    assert journey.check_tasks(NOON + 3 * DAY) == []
    assert journey.tasks() == ["propose_ban c2"]


def test_a_ban_that_ran_out_before_anything_was_asked_for_ends_without_a_word(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + DAY)
    journey.person_decides("c1", Ruling.HIDE, NOON + MINUTE)
    journey.act(NOON + 2 * DAY)  # The daemon was away meanwhile.
    assert follow(journey, NOON + 2 * DAY) == ["ended block @pat"]
    assert journey.tasks() == []


def test_a_ladder_is_climbed_on_the_account_of_the_latest_strike(build: Build, youtube: Memory) -> None:
    journey = build(youtube)
    second = Memory(Account("pta", "youtube", "@ValewoodPTA", "UCpta"))
    house = replace(journey.house, platforms={YOUTUBE.id: youtube, "pta": second})
    here, there = Journey(house, youtube), Journey(house, second)
    offend(here, youtube, "c1", NOON)
    offend(here, youtube, "c2", NOON + DAY)
    offend(there, second, "d1", NOON + 2 * DAY)
    assert follow(here, NOON + 2 * DAY) == []
    (proposed,) = house.follow_up("pta", NOON + 2 * DAY).proposed
    assert proposed.comment.native_id == "d1"


def test_a_first_reading_that_fails_is_left_to_the_daemon(
    journey: Journey, youtube: Memory, capsys: pytest.CaptureFixture[str]
) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.fails_next(Unavailable("no route"), during="fetch")
    first_reading(journey.house)
    assert "no route The daemon goes on trying." in " ".join(capsys.readouterr().err.split())
    assert youtube.hidden == []
