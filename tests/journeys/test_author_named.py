"""An author whose name could not be told at first: their comment is read at once, and once more with the name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from moderator.domain import Author, Comment, Ruling
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.store import authors
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey
from tests.platforms.replay import Replay, Reply
from tests.platforms.x_school import MENTIONS, USERS, post_json, school_on

CHILD = "Tolliver Amberley"
POSES = "Valewood Primary"
WRITER = "3300000000000000002"
REPLY = "2094000000000000200"
DOWN: Reply = (503, {}, "down")
TOLD: Reply = (200, {}, {"data": [{"id": WRITER, "username": "somebody", "name": POSES}]})
"""Whoever it is poses as the school."""


class Unnamed(Memory):
    """A platform that cannot say for a while who its authors are."""

    is_down = True

    def _as_told(self, comment: Comment) -> Comment:
        told = super()._as_told(comment)
        return replace(told, author=Author(told.author.native_id)) if self.is_down else told

    def back(self, journey: Journey, now: datetime) -> None:
        self.is_down = False
        journey.poll(now, feed="sweep")


@pytest.fixture
def unnamed(build: Callable[[Memory], Journey]) -> Journey:
    return build(Unnamed(YOUTUBE))


def name(journey: Journey, now: datetime) -> None:
    assert isinstance(journey.platform, Unnamed)
    journey.platform.back(journey, now)


def test_somebody_whose_name_is_told_a_minute_late_is_seen_to_pose_as_the_school(journey: Journey) -> None:
    mentions: Reply = (200, {}, {"data": [post_json(REPLY, "we had such fun")], "meta": {"result_count": 1}})
    with Replay({MENTIONS: [mentions], USERS: [DOWN, TOLD]}) as vendor:
        x = school_on(vendor)
        house = replace(journey.house, platforms={x.account.id: x})
        story = Journey(house, journey.platform)
        look(house, NOON)
        assert story.ruling(REPLY) is Ruling.ALLOW
        look(house, NOON + MINUTE)
        assert "poses as the school" in story.reasons(REPLY)
        look(house, NOON + 2 * MINUTE)
    assert story.waits_for_a_person() == [REPLY]
    assert story.comment(REPLY).author == Author(WRITER, "@somebody", POSES)
    assert story.history(REPLY) == ["received", "decided", "author named", "decided"]
    with house.database.reading() as tx:
        (known,) = authors.find(tx, "@somebody")
    assert known.author.display_name == POSES


def look(house: House, now: datetime) -> None:
    for _ in house.poll("x", "mentions", now):
        pass
    list(house.judge(now))
    house.act("x", now)


def test_what_a_person_decided_is_not_judged_again_but_shows_the_name(unnamed: Journey) -> None:
    unnamed.platform.receives("we had such fun", native_id="c1", author=Author("u1", "@somebody", POSES))
    unnamed.round(NOON)
    unnamed.person_decides("c1", Ruling.ALLOW, NOON)
    name(unnamed, NOON + MINUTE)
    assert unnamed.judge(NOON + MINUTE) == []
    assert unnamed.comment("c1").author.display_name == POSES


def test_nor_is_what_policy_hid_and_nobody_looked_at_yet(unnamed: Journey) -> None:
    unnamed.platform.receives(f"well done {CHILD}", native_id="c1")
    unnamed.round(NOON)
    name(unnamed, NOON + MINUTE)
    assert unnamed.judge(NOON + MINUTE) == []
    assert unnamed.waits_for_a_person() == ["c1"]
    assert unnamed.comment("c1").author.handle == "@pat"


def test_a_name_told_while_the_comment_is_being_judged_is_not_missed(unnamed: Journey) -> None:
    unnamed.platform.receives("we had such fun", native_id="c1", author=Author("u1", "@somebody", POSES))
    unnamed.poll(NOON)
    house = unnamed.house
    judged = [house.judge_one(case, NOON) for case in house.cases(NOON)]
    name(unnamed, NOON + MINUTE)
    house.record(judged)
    unnamed.round(NOON + MINUTE)
    assert unnamed.waits_for_a_person() == ["c1"]
    assert unnamed.judge(NOON + 2 * MINUTE) == []


def test_a_look_up_that_fails_later_takes_no_name_away(unnamed: Journey) -> None:
    assert isinstance(unnamed.platform, Unnamed)
    unnamed.platform.is_down = False
    unnamed.platform.receives("we had such fun", native_id="c1")
    unnamed.round(NOON)
    unnamed.platform.is_down = True
    unnamed.poll(NOON + MINUTE, feed="sweep")
    assert unnamed.judge(NOON + MINUTE) == []
    assert unnamed.comment("c1").author.handle == "@pat"
    with unnamed.house.database.reading() as tx:
        assert len(authors.find(tx, "@pat")) == 1
