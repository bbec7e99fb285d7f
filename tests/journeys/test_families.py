"""Families that are asked a kindness, and what settles it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moderator.domain import Mode, Ruling, Task, TaskKind, Visibility
from moderator.errors import Unavailable
from moderator.platforms.memory import Memory
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey
from tests.journeys.followups import CHILD, DAY, Build, follow, strikes, task_of, tick_off


def test_a_family_is_asked_in_kind_words_without_the_childs_name(journey: Journey, youtube: Memory) -> None:
    youtube.publishes("Sports day was a joy", native_id="p1")
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    assert follow(journey, NOON) == ["ask_family c1"]
    assert follow(journey, NOON) == []
    task = task_of(journey, TaskKind.ASK_FAMILY)
    assert "Tolliver" not in task.message + task.steps + task.why
    assert "Sports day was a joy" in task.message
    assert "YouTube" in task.message
    assert task.url
    assert strikes(journey, "@pat", NOON) == 0


def test_a_post_that_names_the_child_itself_is_told_by_its_day(journey: Journey, youtube: Memory) -> None:
    youtube.publishes("Tolliver, our champion!", native_id="p1")
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    follow(journey, NOON)
    message = task_of(journey, TaskKind.ASK_FAMILY).message
    assert "Tolliver" not in message
    assert "16 November" in message


def asked(journey: Journey, youtube: Memory) -> Task:
    """A comment that names a child with love, and a family that was written to."""
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    follow(journey, NOON)
    task = task_of(journey, TaskKind.ASK_FAMILY)
    tick_off(journey, task, NOON + MINUTE)
    return task


def test_it_closes_by_itself_when_the_name_is_taken_out(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    youtube.edits("c1", "Well done, so proud of you!", at=NOON + DAY)
    journey.round(NOON + DAY)
    assert follow(journey, NOON + DAY) == ["settled c1"]
    assert follow(journey, NOON + 30 * DAY) == []
    assert journey.tasks() == []
    assert "family edited" in journey.history("c1")


def test_it_closes_by_itself_when_the_comment_is_deleted_though_nobody_was_asked_yet(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    follow(journey, NOON)
    youtube.deletes("c1")
    assert follow(journey, NOON + timedelta(hours=1)) == [], "it is read again once a day"
    assert follow(journey, NOON + 2 * DAY) == ["settled c1"]
    assert journey.tasks() == []
    assert "family deleted" in journey.history("c1")


def test_an_edit_that_still_names_the_child_settles_nothing(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    youtube.edits("c1", "Well done Tolliver Amberley!! So proud!", at=NOON + DAY)
    journey.round(NOON + DAY)
    assert follow(journey, NOON + DAY) == []
    assert follow(journey, NOON + 6 * DAY) == []


def test_after_a_week_without_an_answer_it_is_told_again(journey: Journey, youtube: Memory) -> None:
    task = asked(journey, youtube)
    assert journey.tasks() == []
    follow(journey, NOON + 6 * DAY)
    assert journey.tasks() == []
    follow(journey, NOON + 7 * DAY + MINUTE)
    assert journey.tasks() == ["ask_family c1"]
    assert "nothing has changed" in task_of(journey, TaskKind.ASK_FAMILY).why
    tick_off(journey, task, NOON + 8 * DAY)
    follow(journey, NOON + 9 * DAY)
    assert journey.tasks() == []


def test_a_comment_that_a_person_puts_back_asks_nothing_of_its_family(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    journey.person_decides("c1", Ruling.ALLOW, NOON + DAY)
    follow(journey, NOON + DAY)
    follow(journey, NOON + 30 * DAY)
    assert journey.tasks() == []


def test_a_platform_that_cannot_be_asked_settles_nothing_and_is_asked_again(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    youtube.deletes("c1")
    youtube.fails_next(Unavailable("no route"), during="read_back")
    assert follow(journey, NOON + 2 * DAY) == []
    assert follow(journey, NOON + 2 * DAY) == ["settled c1"]


def test_where_the_platform_cannot_tell_a_comment_is_read_again_once_a_day_all_the_same(build: Build) -> None:
    silent = Memory(YOUTUBE, reads_visibility=False)
    journey = build(silent)
    asked(journey, silent)
    for hour in range(30):
        follow(journey, NOON + hour * timedelta(hours=1))
    assert journey.comment("c1").visibility is not Visibility.GONE
    silent.deletes("c1")
    assert follow(journey, NOON + 3 * DAY) == ["settled c1"]


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.QUEUE])
def test_nobody_is_asked_for_a_comment_that_is_in_sight(journey: Journey, youtube: Memory, mode: Mode) -> None:
    careful = journey.in_mode(mode)
    youtube.receives(CHILD, native_id="c1")
    careful.round(NOON)
    assert follow(careful, NOON) == []
    if mode is Mode.QUEUE:
        careful.person_decides("c1", Ruling.HIDE, NOON + MINUTE)
        assert follow(careful, NOON + MINUTE) == ["ask_family c1"]
