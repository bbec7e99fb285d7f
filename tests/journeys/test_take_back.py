"""A tap in the queue can be taken back: within the first seconds nothing has left, later what left is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.domain import POLICY, ActionKind, Comment, Decision, Mode, Ruling, TaskKind
from moderator.errors import Refused
from moderator.platforms.memory import Memory
from moderator.policy.authority import People
from moderator.policy.limits import DEFAULT
from moderator.reports.weekly import Figures, Report, Week, report_on, span_of
from moderator.review import NothingToOverturn, decide_as, take_back_as
from moderator.store import actions, bans, decisions
from moderator.store.authors import key_of
from moderator.store.reports import Change
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey
from tests.made import HEAD
from tests.store.made import receive

KIND = "What a lovely display, thank you all."
QUARREL = "ms rowe is a bit of a muppet"
RUDE = "Tolliver Amberley in Team 2 won the cup!"
UNDO = timedelta(seconds=10)
NOBODY = People()


def tap(journey: Journey, comment: Comment, ruling: Ruling, also: ActionKind | None = None, after: int = 1) -> Decision:
    """What a button of the page records at 12:01, to be carried out ten seconds later."""
    at = NOON + MINUTE
    decision = Decision(comment.id, comment.version, ruling, HEAD.name, at, (), mode=Mode.AUTO, author_action=also)
    with journey.house.database.transaction() as tx:
        return decide_as(tx, NOBODY, HEAD, decision, after=after, act_from=at + UNDO)


def take_back(journey: Journey, comment: Comment, number: int, seconds: float) -> Decision:
    at = NOON + MINUTE + timedelta(seconds=seconds)
    with journey.house.database.transaction() as tx:
        return take_back_as(tx, NOBODY, HEAD, comment, number, mode=Mode.AUTO, at=at)


@pytest.fixture
def hidden(journey: Journey) -> Comment:
    journey.platform.receives(RUDE, native_id="c1")
    journey.round(NOON)
    assert journey.platform.hidden == ["c1"]
    return journey.comment("c1")


def test_nothing_leaves_in_the_first_ten_seconds(journey: Journey, hidden: Comment) -> None:
    tap(journey, hidden, Ruling.ALLOW)
    journey.act(NOON + MINUTE + UNDO / 2)
    assert journey.platform.hidden == ["c1"]
    journey.act(NOON + MINUTE + UNDO)
    assert journey.platform.hidden == []


def test_taken_back_in_time_it_never_left_and_waits_where_it_did(journey: Journey, hidden: Comment) -> None:
    calls = len(journey.platform.changes)
    with journey.house.database.reading() as tx:
        before = decisions.queued(tx)
    made = tap(journey, hidden, Ruling.ALLOW)
    assert journey.waits_for_a_person() == []
    take_back(journey, hidden, made.number, seconds=4)
    journey.act(NOON + 2 * MINUTE)
    assert (journey.platform.hidden, len(journey.platform.changes)) == (["c1"], calls)
    with journey.house.database.reading() as tx:
        after = decisions.queued(tx)
    assert [(each.comment.id, each.since) for each in after] == [(each.comment.id, each.since) for each in before]
    assert journey.reasons("c1")


def test_taken_back_later_what_left_is_undone(journey: Journey, hidden: Comment) -> None:
    made = tap(journey, hidden, Ruling.ALLOW)
    journey.act(NOON + MINUTE + UNDO)
    assert journey.platform.hidden == []
    take_back(journey, hidden, made.number, seconds=90)
    journey.act(NOON + 3 * MINUTE)
    assert (journey.platform.hidden, journey.waits_for_a_person()) == (["c1"], ["c1"])


def test_a_ban_taken_back_in_time_is_over_and_nobody_was_blocked(journey: Journey, hidden: Comment) -> None:
    made = tap(journey, hidden, Ruling.HIDE, also=ActionKind.BLOCK)
    take_back(journey, hidden, made.number, seconds=3)
    journey.act(NOON + 2 * MINUTE)
    with journey.house.database.reading() as tx:
        assert bans.in_force(tx, [key_of(hidden)], NOON + 2 * MINUTE) == {}
    assert ActionKind.BLOCK not in {kind for kind, _ in journey.platform.changes}


def test_a_ban_outlives_another_decision_that_is_made_before_it_left(journey: Journey, hidden: Comment) -> None:
    made = tap(journey, hidden, Ruling.HIDE, also=ActionKind.BLOCK)
    tap(journey, hidden, Ruling.HIDE, after=made.number)
    for minute in (2, 3):
        journey.act(NOON + minute * MINUTE)
    assert journey.tasks() == ["block c1"]
    with journey.house.database.reading() as tx:
        asked = [each.action for each in actions.of_comment(tx, hidden.id)]
    assert [(each.kind, each.decision_id) for each in asked][-1] == (ActionKind.BLOCK, made.id)


def test_nor_is_a_ban_lost_where_its_author_edits_the_comment_before_it_left(journey: Journey, hidden: Comment) -> None:
    able = Memory(YOUTUBE, by_hand_only=())
    able.receives(RUDE, native_id="c1")
    tap(journey, hidden, Ruling.HIDE, also=ActionKind.BLOCK)
    with journey.house.database.transaction() as tx:
        (new,) = receive(tx, replace(hidden, text="and it was a fine day"), at=NOON + MINUTE, account=YOUTUBE)
        decisions.record(tx, Decision(new.id, new.version, Ruling.QUEUE, POLICY, NOON + MINUTE, (), mode=Mode.AUTO))
    house = replace(journey.house, platforms={YOUTUBE.id: able})
    Journey(house, able).act(NOON + 2 * MINUTE)
    assert able.blocked == {hidden.author.native_id}


def test_a_persons_hide_taken_back_after_it_left_is_undone_and_waits_as_before(journey: Journey) -> None:
    careful = journey.in_mode(Mode.QUEUE)
    careful.platform.receives(RUDE, native_id="c1")
    careful.round(NOON)
    comment = careful.comment("c1")
    made = tap(careful, comment, Ruling.HIDE)
    careful.act(NOON + MINUTE + UNDO)
    assert careful.platform.hidden == ["c1"]
    undone = take_back(careful, comment, made.number, seconds=30)
    again = tap(careful, careful.comment("c1"), Ruling.HIDE, after=undone.number)  # Before the undoing left.
    careful.act(NOON + 2 * MINUTE)
    assert careful.platform.hidden == ["c1"]
    take_back(careful, careful.comment("c1"), again.number, seconds=90)
    careful.act(NOON + 3 * MINUTE)
    assert (careful.platform.hidden, careful.waits_for_a_person()) == ([], ["c1"])
    assert [kind for kind, _ in careful.platform.changes] == [ActionKind.HIDE, ActionKind.RELEASE]


def test_an_edit_before_the_undoing_left_is_put_before_a_person(journey: Journey) -> None:
    journey.platform.receives(QUARREL, native_id="c1")
    journey.round(NOON)
    made = tap(journey, journey.comment("c1"), Ruling.HIDE)
    journey.act(NOON + MINUTE + UNDO)
    journey.platform.edits("c1", KIND, at=NOON + MINUTE + UNDO)
    journey.poll(NOON + 2 * MINUTE)
    take_back(journey, journey.comment("c1"), made.number, seconds=90)
    journey.act(NOON + 3 * MINUTE)
    assert journey.platform.hidden == ["c1"], "nobody has read these words yet"
    journey.round(NOON + 4 * MINUTE)
    assert (journey.platform.hidden, journey.waits_for_a_person()) == (["c1"], ["c1"])
    assert "a person releases it" in journey.reasons("c1")


def test_what_policy_hid_is_not_shown_again_by_taking_back_a_persons_hide(journey: Journey, hidden: Comment) -> None:
    journey.platform.edits("c1", KIND, at=NOON)
    journey.round(NOON + MINUTE / 2)
    assert journey.waits_for_a_person() == ["c1"]
    made = tap(journey, journey.comment("c1"), Ruling.HIDE, after=2)
    journey.act(NOON + MINUTE + UNDO)
    take_back(journey, hidden, made.number, seconds=90)
    journey.act(NOON + 3 * MINUTE)
    assert (journey.platform.hidden, journey.waits_for_a_person()) == (["c1"], ["c1"])


def test_nor_what_policy_has_not_heard(journey: Journey) -> None:
    journey.platform.receives(RUDE, native_id="c1")
    journey.poll(NOON)
    made = tap(journey, journey.comment("c1"), Ruling.HIDE, after=0)
    journey.act(NOON + MINUTE + UNDO)
    take_back(journey, journey.comment("c1"), made.number, seconds=90)
    journey.act(NOON + 3 * MINUTE)
    assert (journey.platform.hidden, journey.waits_for_a_person()) == (["c1"], ["c1"])


def test_nor_is_a_release_asked_for_where_the_platform_refused_the_hide(journey: Journey) -> None:
    journey.platform.receives(QUARREL, native_id="c1")
    journey.round(NOON)
    made = tap(journey, journey.comment("c1"), Ruling.HIDE)
    journey.platform.fails_next(Refused("not this one"), during="apply")
    journey.act(NOON + MINUTE + UNDO)
    assert journey.tasks() == ["hide c1"]
    take_back(journey, journey.comment("c1"), made.number, seconds=90)
    journey.act(NOON + 3 * MINUTE)
    assert (journey.tasks(), journey.platform.changes) == ([], [])
    assert ActionKind.RELEASE not in {kind for kind, _ in journey.platform.calls}


def test_a_hide_that_a_person_did_by_hand_is_undone_by_hand(build: Callable[[Memory], Journey]) -> None:
    unable = build(Memory(YOUTUBE, by_hand_only=(ActionKind.HIDE, ActionKind.RELEASE)))
    unable.platform.receives(QUARREL, native_id="c1")
    unable.round(NOON)
    made = tap(unable, unable.comment("c1"), Ruling.HIDE)
    unable.act(NOON + MINUTE + UNDO)
    unable.platform.hidden.append("c1")
    assert [each.kind for each in unable.check_tasks(NOON + 2 * MINUTE)] == [TaskKind.HIDE]
    unable.poll(NOON + 2 * MINUTE, feed="sweep")
    take_back(unable, unable.comment("c1"), made.number, seconds=90)
    unable.act(NOON + 3 * MINUTE)
    assert unable.tasks() == ["release c1"]


def test_but_not_a_persons_word_that_all_is_well(journey: Journey, hidden: Comment) -> None:
    made = tap(journey, hidden, Ruling.HIDE, also=ActionKind.BLOCK)
    tap(journey, hidden, Ruling.ALLOW, after=made.number)
    journey.act(NOON + 2 * MINUTE)
    assert ActionKind.BLOCK not in {kind for kind, _ in journey.platform.changes}


def test_somebody_elses_newer_word_is_not_taken_back(journey: Journey, hidden: Comment) -> None:
    made = tap(journey, hidden, Ruling.ALLOW)
    tap(journey, hidden, Ruling.HIDE, after=made.number)
    with pytest.raises(decisions.Stale):
        take_back(journey, hidden, made.number, seconds=5)


def test_what_the_machine_decided_is_not_taken_back(journey: Journey, hidden: Comment) -> None:
    with pytest.raises(NothingToOverturn):
        take_back(journey, hidden, 1, seconds=5)


def letter(journey: Journey) -> Report:
    span = span_of(Week.of(NOON.date()), DEFAULT.duty)
    with journey.house.database.reading() as tx:
        return report_on(tx, span, span.until, DEFAULT, "Valewood Primary")


def by_people(figures: Figures) -> tuple[float, ...]:
    return figures.hidden, figures.decided, figures.undone, figures.blocked, figures.banned


@pytest.mark.parametrize(
    ("ruling", "also"), [(Ruling.ALLOW, None), (Ruling.HIDE, None), (Ruling.HIDE, ActionKind.BLOCK)]
)
def test_the_letter_knows_nothing_of_a_slip_of_the_finger(
    journey: Journey, hidden: Comment, ruling: Ruling, also: ActionKind | None
) -> None:
    before = letter(journey)
    made = tap(journey, hidden, ruling, also)
    assert letter(journey).all.this.decided == 1
    take_back(journey, hidden, made.number, seconds=4)
    journey.act(NOON + 2 * MINUTE)
    told = letter(journey)
    assert (told.groups, told.bans, told.waiting) == (before.groups, before.bans, before.waiting)


def test_what_is_decided_after_a_slip_counts_once(journey: Journey, hidden: Comment) -> None:
    made = tap(journey, hidden, Ruling.HIDE, also=ActionKind.BLOCK)
    back = take_back(journey, hidden, made.number, seconds=3)
    tap(journey, hidden, Ruling.ALLOW, after=back.number)
    journey.act(NOON + 2 * MINUTE)
    told = letter(journey)
    assert (by_people(told.all.this), told.bans) == ((1, 1, 1, 0, 0), Change(0, 0))


def test_what_had_left_before_it_was_taken_back_is_told_as_it_happened(journey: Journey, hidden: Comment) -> None:
    able = Journey(journey.house, Memory(YOUTUBE, by_hand_only=()))
    able.platform.receives(RUDE, native_id="c1")
    able.house = replace(journey.house, platforms={YOUTUBE.id: able.platform})
    made = tap(able, hidden, Ruling.ALLOW)
    able.act(NOON + MINUTE + UNDO)
    back = take_back(able, hidden, made.number, seconds=90)
    able.act(NOON + 3 * MINUTE)
    assert by_people(letter(able).all.this) == (2, 1, 1, 0, 0)
    ban = tap(able, hidden, Ruling.HIDE, also=ActionKind.BLOCK, after=back.number)
    able.act(NOON + 4 * MINUTE)
    take_back(able, hidden, ban.number, seconds=300)
    able.act(NOON + 7 * MINUTE)
    told = letter(able)
    assert (by_people(told.all.this), told.bans) == ((2, 2, 1, 1, 1), Change(1, 1))
