"""What happens in between: edits, changes of mind and lost replies that meet one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from moderator.domain import Action, ActionKind, Comment, Decision, Outcome, Ruling, TaskKind, Visibility, make_action
from moderator.errors import PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Page, Start
from moderator.platforms.memory import Memory
from moderator.policy.authority import People
from moderator.review import EditedMeanwhile, decide_as
from moderator.store import actions, decisions
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey
from tests.made import HEAD

CHILD = "Well done Tolliver Amberley, so proud of you!"
KIND = "What a lovely display, thank you all."


def test_a_hidden_comment_edited_twice_still_waits_for_a_person(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    youtube.edits("c1", KIND, at=NOON + MINUTE)
    journey.round(NOON + MINUTE)
    youtube.edits("c1", f"{KIND} Really.", at=NOON + 2 * MINUTE)
    journey.round(NOON + 2 * MINUTE)
    assert not youtube.is_public("c1")
    assert journey.ruling("c1") is Ruling.QUEUE


class Lagging(Memory):
    """A platform one of whose servers still has a comment as it read before it was edited."""

    behind: Comment | None = None

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        pages = super().fetch(feed, start, now)
        yield from pages if self.behind is None else (replace(page, comments=(self.behind,)) for page in pages)


def test_a_copy_from_before_the_edit_does_not_overturn_a_person(build: Callable[[Memory], Journey]) -> None:
    platform = Lagging(YOUTUBE)
    journey = build(platform)
    unedited = platform.receives(CHILD, native_id="c1", at=NOON)
    journey.round(NOON)
    platform.edits("c1", KIND, at=NOON + MINUTE)
    journey.round(NOON + MINUTE)
    journey.person_decides("c1", Ruling.ALLOW, NOON + 2 * MINUTE)
    journey.act(NOON + 2 * MINUTE)
    platform.behind = unedited
    journey.round(NOON + 3 * MINUTE)
    assert journey.comment("c1").text == KIND
    assert platform.is_public("c1")
    platform.behind = replace(unedited, edited_at=NOON + 4 * MINUTE)
    journey.round(NOON + 5 * MINUTE)
    assert not platform.is_public("c1"), "edited back since: that is news"


@pytest.mark.parametrize("reads_visibility", [True, False])
def test_an_allow_puts_back_what_may_be_hidden_though_the_reply_was_lost(
    build: Callable[[Memory], Journey], reads_visibility: bool
) -> None:
    platform = Memory(YOUTUBE, reads_visibility=reads_visibility)
    journey = build(platform)
    platform.receives(CHILD, native_id="c1")
    platform.loses_next_reply()
    journey.round(NOON)
    journey.person_decides("c1", Ruling.ALLOW, NOON + timedelta(seconds=1))
    for minute in range(1, 6):
        journey.act(NOON + minute * MINUTE)
    assert platform.is_public("c1")
    assert journey.waiting() == []


class Meanwhile(Memory):
    """A platform on which something else happens while it is asked to read back."""

    def __init__(self) -> None:
        super().__init__(YOUTUBE)
        self.then: Callable[[], object] = lambda: None

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        self.then()
        return super().read_back(comments, now)


def test_a_person_who_decides_while_we_look_has_the_last_word(build: Callable[[Memory], Journey]) -> None:
    platform = Meanwhile()
    journey = build(platform)
    platform.receives(CHILD, native_id="c1")
    journey.round(NOON)
    platform.shows_again("c1")
    platform.then = lambda: journey.person_decides("c1", Ruling.REMOVE, NOON + MINUTE)
    assert journey.house.verify(YOUTUBE.id, NOON + MINUTE) == []
    journey.act(NOON + 2 * MINUTE)
    assert platform.calls[-1] == (ActionKind.REMOVE, "c1")


class ChangesMind(Memory):
    """A platform whose first call lasts long enough for a person to take something back."""

    then: Callable[[], object] | None = None

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        answers = super().apply(actions, now)
        if self.then is not None:
            self.then()
            self.then = None
        return answers


def test_a_removal_that_was_taken_back_in_time_never_leaves(build: Callable[[Memory], Journey]) -> None:
    platform = ChangesMind(YOUTUBE)
    journey = build(platform)
    for native_id in ("c1", "c2"):
        platform.receives(CHILD, native_id=native_id)
    journey.poll(NOON)
    journey.judge(NOON)
    journey.person_decides("c2", Ruling.REMOVE, NOON)
    platform.then = lambda: [journey.person_decides(each, Ruling.ALLOW, NOON) for each in ("c1", "c2")]
    journey.act(NOON)
    journey.act(NOON + MINUTE)
    removed = [native_id for kind, native_id in platform.calls if kind is ActionKind.REMOVE]
    assert len(removed) <= 1, "only what had left already"
    assert len(platform.calls) <= 2


def test_a_removal_by_hand_is_not_ticked_off_because_the_comment_is_hidden(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    journey.person_decides("c1", Ruling.REMOVE, NOON + MINUTE)
    youtube.fails_next(Refused("not this one"), during="apply")
    journey.act(NOON + MINUTE)
    assert journey.house.check_tasks(YOUTUBE.id, NOON + 2 * MINUTE) == []
    youtube.deletes("c1")
    (task,) = journey.house.check_tasks(YOUTUBE.id, NOON + 3 * MINUTE)
    assert task.kind is TaskKind.REMOVE


def test_a_deleted_comment_proves_nothing_about_a_block_whose_reply_was_lost(
    build: Callable[[Memory], Journey],
) -> None:
    platform = Memory(YOUTUBE, by_hand_only=())
    journey = build(platform)
    platform.receives(CHILD, native_id="c1")
    journey.round(NOON)
    journey.person_decides("c1", Ruling.HIDE, NOON + MINUTE, also=ActionKind.BLOCK)
    platform.fails_next(Unavailable("reset", maybe_done=True), during="apply")
    journey.act(NOON + MINUTE)
    platform.deletes("c1")
    for minute in range(2, 5):
        journey.act(NOON + minute * MINUTE)
    assert platform.blocked == {"u-pat"}


class OneIsBad(Memory):
    """A platform that cannot read back, or act on, one of its comments."""

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        if any(comment.native_id == "bad" for comment in comments):
            raise Unavailable("this one breaks it")
        return super().read_back(comments, now)

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        if any(action.comment.native_id == "worse" for action in actions):
            raise ZeroDivisionError("nobody foresaw this")
        return super().apply(actions, now)


def test_one_comment_that_cannot_be_read_back_holds_up_no_other(build: Callable[[Memory], Journey]) -> None:
    platform = OneIsBad(YOUTUBE, batch=50)
    journey = build(platform)
    for native_id in ("bad", "good"):
        platform.receives(CHILD, native_id=native_id)
    platform.loses_next_reply()
    journey.round(NOON)
    journey.act(NOON + MINUTE)
    assert journey.waiting() == ["hide bad unknown"]


def test_one_action_that_breaks_its_adapter_holds_up_no_other(build: Callable[[Memory], Journey]) -> None:
    platform = OneIsBad(YOUTUBE)
    journey = build(platform)
    for native_id in ("worse", "c1", "c2"):
        platform.receives(CHILD, native_id=native_id)
    journey.round(NOON)
    assert sorted(platform.hidden) == ["c1", "c2"]


def test_told_to_wait_it_asks_no_more(build: Callable[[Memory], Journey]) -> None:
    platform = Memory(YOUTUBE)
    journey = build(platform)
    for number in range(20):
        platform.receives(f"{CHILD} {number}", native_id=f"c{number}")
    platform.fails_next(QuotaSpent("spent", retry_at=NOON + 60 * MINUTE), during="apply")
    journey.round(NOON)
    for minute in range(1, 60):
        journey.act(NOON + minute * MINUTE)
    assert len(platform.calls) == 1
    journey.act(NOON + 61 * MINUTE)
    assert len(platform.hidden) == 20


def test_a_platform_out_of_reach_is_not_asked_for_every_waiting_action(build: Callable[[Memory], Journey]) -> None:
    platform = Memory(YOUTUBE)
    journey = build(platform)
    for number in range(20):
        platform.receives(f"{CHILD} {number}", native_id=f"c{number}")
    platform.fails_next(Unavailable("no route", maybe_done=True), times=20, during="apply")
    journey.round(NOON)
    assert len(platform.calls) == 2


def test_comments_from_before_a_long_pause_are_read_afterwards(journey: Journey, youtube: Memory) -> None:
    journey.poll(NOON)
    youtube.receives(CHILD, native_id="c1", at=NOON + MINUTE)
    later = NOON + timedelta(days=30)
    journey.round(later)
    assert youtube.hidden == ["c1"]


def test_an_action_begun_by_a_clock_that_ran_ahead_is_settled(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.poll(NOON)
    journey.judge(NOON)
    ahead = NOON + timedelta(days=10)
    with journey.house.database.transaction() as tx:
        (decision, comment), *_ = actions.unplanned(tx, 10)
        action = make_action(ActionKind.HIDE, comment, decision.id, None)
        actions.plan(tx, decision, comment, [action], [], NOON)
        actions.begin(tx, [action], ahead)
    for minute in range(1, 3):
        journey.act(NOON + minute * MINUTE)
    assert youtube.hidden == ["c1"]


def test_nobody_decides_without_a_name_and_nothing_is_held_up_by_it(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.poll(NOON)
    journey.judge(NOON)
    decision = replace(journey.person_decides("c1", Ruling.HIDE, NOON), decided_by=" ")
    with pytest.raises(ValueError, match="name"), journey.house.database.transaction() as tx:
        decisions.record(tx, decision)
    journey.act(NOON)
    assert youtube.hidden == ["c1"]


def test_a_mute_is_about_the_author_and_leaves_the_comment_as_it_was(journey: Journey, youtube: Memory) -> None:
    youtube.receives(KIND, native_id="c1")
    journey.round(NOON)
    youtube.hidden.append("c1")  # The platform's own filter holds it.
    journey.poll(NOON + MINUTE, feed="sweep")
    journey.person_decides("c1", Ruling.ALLOW, NOON + MINUTE, also=ActionKind.MUTE)
    youtube.edits("c1", CHILD, at=NOON + MINUTE)
    journey.round(NOON + 2 * MINUTE)
    assert not youtube.is_public("c1")
    assert (ActionKind.RELEASE, "c1") not in youtube.calls
    youtube.receives(CHILD, native_id="c2")
    journey.poll(NOON + 3 * MINUTE)
    journey.person_decides("c2", Ruling.ALLOW, NOON + 3 * MINUTE, also=ActionKind.MUTE)
    journey.round(NOON + 3 * MINUTE)
    assert journey.ruling("c2") is Ruling.HIDE, "it was judged all the same"


def test_nobody_decides_on_words_that_nobody_has_seen_yet(journey: Journey, youtube: Memory) -> None:
    youtube.receives(KIND, native_id="c1")
    journey.round(NOON)
    youtube.edits("c1", CHILD, at=NOON + MINUTE)
    journey.poll(NOON + MINUTE)
    comment = journey.comment("c1")
    allow = Decision(comment.id, comment.version, Ruling.ALLOW, HEAD.name, NOON + MINUTE, ())
    with pytest.raises(EditedMeanwhile), journey.house.database.transaction() as tx:
        decide_as(tx, People({}), HEAD, allow)
    journey.judge(NOON + MINUTE)
    journey.act(NOON + MINUTE)
    assert youtube.hidden == ["c1"]
    with journey.house.database.transaction() as tx:
        decide_as(tx, People({}), HEAD, allow)
    journey.act(NOON + 2 * MINUTE)
    assert youtube.hidden == []
