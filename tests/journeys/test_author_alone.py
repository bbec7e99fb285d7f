"""To keep an author out, or to let them back in, says nothing of their comment: what was wanted of it still comes about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from moderator.domain import POLICY, ActionKind, Decision, Mode, Ruling
from moderator.errors import QuotaSpent
from moderator.platforms.memory import Memory
from moderator.review import decide_as
from moderator.store import bans, hides
from moderator.store.actions import State, of_comment
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey
from tests.journeys.followups import CHILD, DAY, HEAD, INSULT, KIND, PEOPLE, ban, follow

HELD = timedelta(seconds=10)
LATER = NOON + 20 * MINUTE


def out_of_quota(journey: Journey) -> None:
    """Until a quarter past."""
    journey.platform.fails_next(QuotaSpent("spent", retry_at=NOON + 15 * MINUTE), during="apply")


def allow(journey: Journey, after: int) -> Decision:
    """What a tap at 12:01 records, to be carried out ten seconds later."""
    comment, at = journey.comment("c1"), NOON + MINUTE
    word = Decision(comment.id, comment.version, Ruling.ALLOW, HEAD.name, at, (), mode=Mode.AUTO)
    with journey.house.database.transaction() as tx:
        return decide_as(tx, PEOPLE, HEAD, word, after=after, act_from=at + HELD)


def test_a_mute_while_a_release_waits_does_not_lose_it(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    allow(journey, after=1)
    out_of_quota(journey)
    journey.act(NOON + 2 * MINUTE)
    assert journey.waiting() == ["release c1 due"]
    ban(journey, "c1", NOON + 3 * MINUTE, None, ActionKind.MUTE)
    journey.act(NOON + 3 * MINUTE)
    assert youtube.muted == {"u-pat"}
    journey.act(LATER)
    assert youtube.is_public("c1")
    assert journey.waiting() == []


def test_nor_in_the_ten_seconds_before_it_is_planned(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    allow(journey, after=1)
    ban(journey, "c1", NOON + MINUTE, NOON + DAY, ActionKind.MUTE)
    journey.act(NOON + 2 * MINUTE)
    assert youtube.is_public("c1")
    assert youtube.muted == {"u-pat"}
    youtube.hidden.append("c1")  # Somebody hides it in the platform's own app, and that stands.
    follow(journey, NOON + DAY)
    journey.act(NOON + DAY)
    assert (youtube.hidden, youtube.muted) == (["c1"], set())


def test_an_edit_while_a_release_waits_is_put_before_a_person(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    allow(journey, after=1)
    out_of_quota(journey)
    journey.act(NOON + 2 * MINUTE)
    youtube.edits("c1", KIND, at=NOON + 3 * MINUTE)
    journey.round(NOON + 3 * MINUTE)
    journey.round(LATER)
    assert not youtube.is_public("c1")
    assert journey.waits_for_a_person() == ["c1"]


def test_a_hide_that_waits_stays_the_policys_though_its_author_is_muted(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    out_of_quota(journey)
    journey.round(NOON)
    ban(journey, "c1", NOON + MINUTE, None, ActionKind.MUTE)
    journey.act(NOON + MINUTE)
    journey.act(LATER)
    assert youtube.changes == [(ActionKind.MUTE, "c1"), (ActionKind.HIDE, "c1")]
    with journey.house.database.reading() as tx:
        (hide,) = hides.between(tx, NOON, NOON + DAY)
    assert hide.decision.decided_by == POLICY


def test_what_is_put_back_and_its_author_let_in_is_not_hidden_by_what_still_waited(
    build: Callable[[Memory], Journey],
) -> None:
    able = Memory(YOUTUBE, by_hand_only=())
    journey = build(able)
    able.receives(CHILD, native_id="c1")
    journey.round(NOON)
    block, mute = ban(journey, "c1", NOON, None), ban(journey, "c1", NOON, None, ActionKind.MUTE)
    journey.act(NOON)
    assert (able.blocked, able.muted) == ({"u-pat"}, {"u-pat"})
    allow(journey, after=3)
    journey.act(NOON + 2 * MINUTE)
    assert (able.hidden, able.blocked, able.muted) == ([], set(), set()), "both bans rested on it"
    assert journey.waiting() == []
    with journey.house.database.reading() as tx:
        assert all(found is not None and found.ended_at for found in (bans.find(tx, each.id) for each in (block, mute)))


def test_a_block_by_hand_is_still_asked_for_where_its_author_is_muted_meanwhile(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, None)
    journey.act(NOON)
    ban(journey, "c1", NOON + MINUTE, None, ActionKind.MUTE)
    journey.act(NOON + MINUTE)
    assert (journey.tasks(), youtube.muted) == (["block c1"], {"u-pat"})


@pytest.mark.parametrize("planned", [True, False])
def test_a_hide_that_still_waits_is_withdrawn_by_an_allow_though_a_mute_follows(
    journey: Journey, youtube: Memory, planned: bool
) -> None:
    youtube.receives(INSULT, native_id="c1")
    out_of_quota(journey)
    journey.round(NOON)
    assert journey.waiting() == ["hide c1 due"]
    allow(journey, after=1)
    if planned:
        journey.act(NOON + 2 * MINUTE)
    ban(journey, "c1", NOON + 2 * MINUTE, None, ActionKind.MUTE)
    journey.act(NOON + 2 * MINUTE)
    journey.act(LATER)
    assert youtube.is_public("c1")
    comment = journey.comment("c1")
    with journey.house.database.reading() as tx:
        withdrawn = [each.action.kind for each in of_comment(tx, comment.id) if each.state is State.SUPERSEDED]
    assert withdrawn == [ActionKind.HIDE]
