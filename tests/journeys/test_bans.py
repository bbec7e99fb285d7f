"""Bans: how they begin, what holds meanwhile, and how they end."""

from __future__ import annotations

from dataclasses import replace

from moderator.domain import ActionKind, Mode, Ruling, TaskKind
from moderator.platforms.memory import Memory
from moderator.review import decide_as, release_as
from moderator.store import bans
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey
from tests.journeys.followups import DAY, HEAD, INSULT, KIND, PEOPLE, TEACHER, Build, ban, follow, overturn, task_of


def test_a_mute_ends_by_itself_once_and_leaves_the_comment_as_it_was(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    journey.person_decides("c1", Ruling.HIDE, NOON)
    ban(journey, "c1", NOON + MINUTE, NOON + 7 * DAY, ActionKind.MUTE)
    journey.act(NOON + MINUTE)
    assert youtube.muted == {"u-pat"}
    assert follow(journey, NOON + 6 * DAY) == []
    assert follow(journey, NOON + 7 * DAY) == ["ended mute @pat"]
    assert follow(journey, NOON + 7 * DAY) == []
    journey.act(NOON + 7 * DAY)
    assert youtube.muted == set()
    assert youtube.hidden == ["c1"]
    assert journey.ruling("c1") is Ruling.HIDE
    assert journey.waits_for_a_person() == []
    assert [kind for kind, _ in youtube.calls] == [ActionKind.HIDE, ActionKind.MUTE, ActionKind.UNMUTE]


def test_a_block_that_only_a_person_can_lift_becomes_a_task_that_the_block_list_ticks_off(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + 7 * DAY)
    journey.act(NOON)
    assert journey.tasks() == ["block c1"]
    youtube.blocked.add("u-pat")
    journey.check_tasks(NOON + MINUTE)
    assert journey.tasks() == []
    assert follow(journey, NOON + 7 * DAY) == ["ended block @pat"]
    assert follow(journey, NOON + 8 * DAY) == []
    task = task_of(journey, TaskKind.END_BAN)
    assert "unblock" in task.steps
    assert "ran out" in task.why
    assert task.url
    journey.check_tasks(NOON + 8 * DAY)
    assert journey.tasks() == ["end_ban c1"], "still in the block list"
    youtube.blocked.clear()
    journey.check_tasks(NOON + 8 * DAY)
    assert journey.tasks() == []


def test_a_block_that_nobody_carried_out_in_time_is_asked_for_no_more(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + DAY)
    journey.act(NOON)
    assert follow(journey, NOON + 2 * DAY) == ["ended block @pat"]
    assert journey.tasks() == []


def test_where_the_platform_can_unblock_the_ban_ends_without_a_person(build: Build) -> None:
    able = Memory(YOUTUBE, by_hand_only=())
    journey = build(able)
    able.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + DAY)
    assert follow(journey, NOON + 2 * DAY) == [], "the block itself goes out first"
    journey.act(NOON)
    assert able.blocked == {"u-pat"}
    assert follow(journey, NOON + 2 * DAY) == ["ended block @pat"]
    journey.act(NOON + 2 * DAY)
    assert able.blocked == set()


def test_a_mute_that_is_undone_by_hand_becomes_a_task(build: Build) -> None:
    unable = Memory(YOUTUBE, by_hand_only=(ActionKind.UNMUTE,))
    journey = build(unable)
    unable.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + DAY, ActionKind.MUTE)
    journey.act(NOON)
    follow(journey, NOON + DAY)
    journey.act(NOON + DAY)
    assert journey.tasks() == ["unmute c1"]


def test_what_a_banned_author_writes_is_hidden_until_the_ban_ends(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + 7 * DAY)
    youtube.receives(KIND, native_id="c2", at=NOON + DAY)
    journey.round(NOON + DAY)
    assert "banned by Mrs Ravenscroft" in journey.reasons("c2")
    assert "c2" in youtube.hidden
    youtube.receives(KIND, native_id="c3", at=NOON + 7 * DAY)
    journey.round(NOON + 7 * DAY)
    assert "c3" not in youtube.hidden


def test_a_ban_lifted_early_is_undone_and_never_ends_a_second_time(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    made = ban(journey, "c1", NOON, NOON + 7 * DAY, ActionKind.MUTE)
    journey.act(NOON)
    with journey.house.database.transaction() as tx:
        release_as(tx, PEOPLE, TEACHER, made, why="apologised", mode=Mode.AUTO, at=NOON + DAY)
    journey.act(NOON + DAY)
    assert youtube.muted == set()
    assert follow(journey, NOON + 8 * DAY) == []


def test_in_shadow_no_ban_ends_and_none_that_was_made_in_shadow_is_undone(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    shadow = journey.in_mode(Mode.SHADOW)
    ban(shadow, "c1", NOON, NOON + DAY, ActionKind.MUTE)
    assert follow(shadow, NOON + 2 * DAY) == []
    assert follow(journey, NOON + 2 * DAY) == ["ended mute @pat"]
    journey.act(NOON + 2 * DAY)
    assert [kind for kind, _ in youtube.calls] == [ActionKind.HIDE]


def test_a_person_who_decides_to_block_makes_a_ban_and_unblocking_ends_it(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    answer = journey.person_would_decide("c1", Ruling.HIDE, NOON, also=ActionKind.BLOCK)
    with journey.house.database.transaction() as tx:
        decide_as(tx, PEOPLE, HEAD, answer)
        (made,) = bans.in_force(tx, [("youtube", "u-pat")], NOON)[("youtube", "u-pat")]
        assert (made.means, made.until, made.by) == (ActionKind.BLOCK, None, HEAD)
        decide_as(tx, PEOPLE, TEACHER, replace(answer, author_action=ActionKind.UNBLOCK, decided_at=NOON + DAY))
        assert bans.in_force(tx, [("youtube", "u-pat")], NOON + DAY) == {}


def test_a_ban_does_not_outlive_the_comment_it_rests_on(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, None, ActionKind.MUTE)
    journey.act(NOON)
    overturn(journey, "c1", "a quotation", NOON + DAY)
    journey.act(NOON + DAY)
    assert youtube.muted == set()
    assert youtube.hidden == []
    with journey.house.database.reading() as tx:
        assert bans.in_force(tx, [("youtube", "u-pat")], NOON + DAY) == {}
