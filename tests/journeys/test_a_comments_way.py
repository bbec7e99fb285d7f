"""What happens to a comment from being posted to being out of sight, and back, told through the front door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from moderator.domain import ActionKind, Comment, Context, Finding, Mode, Ruling, TaskKind, Visibility
from moderator.errors import Gone, LoginExpired, QuotaSpent, Refused, Unavailable
from moderator.platforms.memory import Memory
from moderator.store import alerts, comments
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey

INSULT = "shut up you stupid b1tch ms rowe"
CHILD = "Well done Tolliver Amberley, so proud of you!"
URGENT = "Tolliver Amberley my stepdad hits me and i dont want to go home"
KIND = "What a lovely display, thank you all."


def test_a_comment_is_hidden_once_though_the_platform_failed_at_first(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.poll(NOON)
    journey.judge(NOON)
    youtube.fails_next(Unavailable("connection reset"), during="apply")
    journey.act(NOON)
    assert youtube.hidden == []
    journey.act(NOON + 5 * MINUTE)
    journey.act(NOON + 10 * MINUTE)
    assert youtube.hidden == ["c1"]
    assert youtube.changes == [(ActionKind.HIDE, "c1")]


def test_a_full_name_is_hidden_with_a_recorded_reason_and_kindness_is_left_alone(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.receives(KIND, native_id="c2")
    journey.round(NOON)
    assert youtube.hidden == ["c1"]
    assert "name" in journey.reasons("c1")
    assert journey.ruling("c2") is Ruling.ALLOW


def test_an_action_whose_reply_was_lost_is_read_back_and_not_sent_twice(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.loses_next_reply()
    journey.round(NOON)
    journey.act(NOON + MINUTE)
    journey.act(NOON + 2 * MINUTE)
    assert youtube.calls == [(ActionKind.HIDE, "c1")]
    assert journey.comment("c1").visibility is Visibility.HIDDEN
    assert journey.waiting() == []


def test_where_the_platform_cannot_tell_a_lost_hide_is_asked_again(build: Callable[[Memory], Journey]) -> None:
    silent = Memory(replace(YOUTUBE, id="x", platform="x"), reads_visibility=False)
    journey = build(silent)
    silent.receives(CHILD, native_id="c1")
    silent.loses_next_reply()
    journey.round(NOON)
    journey.act(NOON + MINUTE)
    journey.round(NOON + 2 * MINUTE)
    assert silent.changes == [(ActionKind.HIDE, "c1")]
    assert journey.waiting() == []


def test_reading_the_same_comment_again_changes_nothing(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    for minute in range(3):
        journey.round(NOON + minute * MINUTE)
        journey.poll(NOON + minute * MINUTE, feed="sweep")
    assert youtube.calls == [(ActionKind.HIDE, "c1")]
    assert journey.history("c1").count("received") == 1


def test_an_edit_is_judged_anew(journey: Journey, youtube: Memory) -> None:
    youtube.receives(KIND, native_id="c1")
    journey.round(NOON)
    youtube.edits("c1", INSULT, at=NOON + MINUTE)
    journey.round(NOON + MINUTE)
    assert youtube.hidden == ["c1"]
    assert journey.comment("c1").version == 2


def test_a_hidden_comment_that_was_edited_to_be_fine_waits_for_a_person(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    youtube.edits("c1", KIND, at=NOON + MINUTE)
    journey.round(NOON + MINUTE)
    assert journey.ruling("c1") is Ruling.QUEUE
    assert youtube.hidden == ["c1"], "only a person puts it back"


def test_a_persons_allow_puts_a_hidden_comment_back(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    journey.person_decides("c1", Ruling.ALLOW, NOON + MINUTE)
    journey.act(NOON + MINUTE)
    journey.round(NOON + 2 * MINUTE)
    assert youtube.hidden == []
    assert youtube.changes == [(ActionKind.HIDE, "c1"), (ActionKind.RELEASE, "c1")]


def test_undoing_before_anything_left_asks_nothing_of_the_platform(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.poll(NOON)
    journey.judge(NOON)
    journey.person_decides("c1", Ruling.ALLOW, NOON)
    journey.act(NOON)
    assert youtube.calls == []


def test_shadow_mode_judges_and_acts_on_nothing_even_after_it_is_left(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.in_mode(Mode.SHADOW).round(NOON)
    assert journey.ruling("c1") is Ruling.HIDE
    journey.in_mode(Mode.AUTO).round(NOON + MINUTE)
    assert youtube.calls == []


def test_queue_mode_hides_nothing_without_a_person(journey: Journey, youtube: Memory) -> None:
    careful = journey.in_mode(Mode.QUEUE)
    youtube.receives(CHILD, native_id="c1")
    careful.round(NOON)
    assert (careful.ruling("c1"), youtube.calls) == (Ruling.QUEUE, [])
    careful.person_decides("c1", Ruling.HIDE, NOON + MINUTE)
    careful.act(NOON + MINUTE)
    assert youtube.hidden == ["c1"]


class Broken:
    """A detector that cannot read anything."""

    name, version = "broken", "1"

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        raise RuntimeError(comment.text)


def test_a_detector_that_fails_puts_the_comment_in_the_queue_as_not_judged(journey: Journey, youtube: Memory) -> None:
    half_blind = Journey(replace(journey.house, detectors=(Broken(),)), youtube)
    youtube.receives(KIND, native_id="c1")
    half_blind.round(NOON)
    assert half_blind.ruling("c1") is Ruling.QUEUE
    assert "not judged" in half_blind.reasons("c1")
    assert KIND not in half_blind.reasons("c1")


def test_a_broken_item_is_set_aside_and_the_rest_of_the_page_is_kept(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.receives_broken("b1")
    youtube.receives(INSULT, native_id="c2")
    journey.round(NOON)
    assert sorted(youtube.hidden) == ["c1", "c2"]


def test_a_comment_deleted_meanwhile_ends_as_gone_and_is_not_tried_again(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.poll(NOON)
    journey.judge(NOON)
    youtube.deletes("c1")
    for minute in range(3):
        journey.act(NOON + minute * MINUTE)
    assert youtube.calls == [(ActionKind.HIDE, "c1")]
    assert journey.comment("c1").visibility is Visibility.GONE
    assert journey.waiting() == []


def test_what_the_platform_refuses_becomes_a_task_by_hand(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.fails_next(Refused("not one of your conversations"), during="apply")
    journey.round(NOON)
    journey.act(NOON + MINUTE)
    assert journey.tasks() == ["hide c1"]
    assert youtube.calls == [(ActionKind.HIDE, "c1")]


def test_an_answer_of_gone_raised_as_an_error_is_an_end_too(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.fails_next(Gone("no such comment"), during="apply")
    journey.round(NOON)
    journey.act(NOON + MINUTE)
    assert youtube.calls == [(ActionKind.HIDE, "c1")]
    assert journey.waiting() == []


def test_a_spent_quota_waits_until_it_is_there_again(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.fails_next(QuotaSpent("spent", retry_at=NOON + 60 * MINUTE), during="apply")
    journey.round(NOON)
    journey.act(NOON + 59 * MINUTE)
    assert youtube.hidden == []
    journey.act(NOON + 60 * MINUTE)
    assert youtube.hidden == ["c1"]


def test_an_expired_login_keeps_its_actions_for_later(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.fails_next(LoginExpired("token revoked"), during="apply")
    journey.round(NOON)
    assert journey.waiting() == ["hide c1 due"]
    journey.act(NOON + 30 * MINUTE)
    assert youtube.hidden == ["c1"]


def test_blocking_where_no_api_can_is_a_task_with_steps(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    journey.person_decides("c1", Ruling.HIDE, NOON + MINUTE, also=ActionKind.BLOCK)
    journey.act(NOON + MINUTE)
    assert journey.tasks() == ["block c1"]
    assert journey.house.check_tasks(YOUTUBE.id, NOON + 2 * MINUTE) == [], "nobody has done it yet"
    youtube.blocked.add("u-pat")  # A person does it in the platform's own app.
    (seen,) = journey.house.check_tasks(YOUTUBE.id, NOON + 3 * MINUTE)
    assert (seen.kind, journey.tasks()) == (TaskKind.BLOCK, [])


def test_what_somebody_else_released_comes_back_to_the_queue_and_is_not_hidden_again_in_silence(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    youtube.shows_again("c1")
    (undone,) = journey.house.verify(YOUTUBE.id, NOON + MINUTE)
    journey.act(NOON + 2 * MINUTE)
    assert undone.comment.native_id == "c1"
    assert journey.ruling("c1") is Ruling.QUEUE
    assert "seen again" in journey.reasons("c1")
    assert youtube.is_public("c1")


def test_what_is_urgent_stays_so_where_it_comes_back_into_sight(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    youtube.receives(URGENT, native_id="c2")
    journey.round(NOON)
    assert youtube.hidden == ["c2", "c1"]
    hidden = journey.latest("c2")
    assert hidden.urgent
    youtube.shows_again("c2")
    journey.house.verify(YOUTUBE.id, NOON + MINUTE)
    seen = journey.latest("c2")
    assert (seen.ruling, seen.urgent, seen.labels) == (Ruling.QUEUE, True, hidden.labels)
    assert journey.waits_for_a_person() == ["c2", "c1"]
    with journey.house.database.transaction() as tx:
        (raised,) = alerts.raise_new(tx, NOON + MINUTE, MINUTE)
    assert raised.cases == 1


def test_a_hide_is_read_back_after_a_minute_and_again_after_a_day(journey: Journey, youtube: Memory) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    assert journey.house.verify(YOUTUBE.id, NOON + MINUTE) == []
    youtube.shows_again("c1")
    assert journey.house.verify(YOUTUBE.id, NOON + 60 * MINUTE) == [], "not yet due"
    assert len(journey.house.verify(YOUTUBE.id, NOON + timedelta(days=1, minutes=1))) == 1


def test_a_reply_that_says_which_child_is_read_with_its_thread(journey: Journey, youtube: Memory) -> None:
    youtube.publishes("Sports day!", native_id="p1")
    youtube.receives("which one is yours?", native_id="c1")
    youtube.receives("Tolliver Amberley, on the left", native_id="c2", reply_to="c1")
    journey.round(NOON)
    answer = journey.comment("c2")
    with journey.house.database.transaction() as tx:
        context = comments.context(tx, answer)
    assert context.post is not None
    assert context.post.text == "Sports day!"
    assert [each.text for each in context.thread] == ["which one is yours?"]
    assert youtube.hidden == ["c2"]
