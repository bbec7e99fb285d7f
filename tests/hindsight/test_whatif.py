"""What another policy would have decided, told from the record alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from moderator.domain import ActionKind, Author, Ban, Label, Mode, Person, RuleState, Ruling
from moderator.hindsight import whatif
from moderator.hindsight.whatif import WhatIf
from moderator.policy.decide import decide
from moderator.policy.limits import DEFAULT, NEVER, Limit, Policy
from moderator.policy.words import RuleTerms
from moderator.store import bans, decisions, hearings, links
from moderator.store.database import Database
from tests.hindsight.made import HEAD, SINCE, UNTIL, Days, found, with_limit
from tests.store.made import DAY, MINUTE, NOON, a_comment, receive

STRICTER = with_limit(Label.INSULT, Limit(0.4, 0.7))
GENTLER = with_limit(Label.INSULT, Limit(0.5, NEVER))


@pytest.fixture
def days(database: Database) -> Days:
    return Days(database)


def tried(
    days: Days, then: Policy = STRICTER, mode: Mode = Mode.AUTO, since: datetime = SINCE, samples: int = 5
) -> WhatIf:
    with days.database.reading() as tx:
        heard = hearings.between(tx, since, UNTIL, DEFAULT.strikes.count_for)
        return whatif.compare(heard, DEFAULT, then, mode, NOON + 7 * DAY, samples)


def test_a_stricter_limit_stops_what_passed_and_says_which_rule_makes_the_difference(days: Days) -> None:
    days.judged("mild", found(Label.INSULT, 0.45))
    days.judged("rude", found(Label.INSULT, 0.75), at=NOON + MINUTE)
    days.judged("kind", at=NOON + 2 * MINUTE)
    result = tried(days)
    assert (result.comments, result.changed, result.weeks) == (3, 2, 1.0)
    assert [(each.now, each.then, each.count, each.rules) for each in result.changes] == [
        (Ruling.ALLOW, Ruling.QUEUE, 1, (("an_insult", 1),)),
        (Ruling.QUEUE, Ruling.HIDE, 1, (("an_insult", 1),)),
    ]
    assert [sample.comment_id for sample in result.changes[0].samples] == [a_comment("mild").id]
    assert (result.now.allowed, result.now.queued, result.now.hidden) == (2, 1, 0)
    assert (result.then.allowed, result.then.queued, result.then.hidden) == (1, 1, 1)
    assert (result.now.per_week, result.then.per_week) == (1.0, 2.0)


def test_a_gentler_limit_names_the_rule_that_no_longer_hides(days: Days) -> None:
    days.judged("rude", found(Label.INSULT, 0.9))
    (change,) = tried(days, GENTLER).changes
    assert (change.now, change.then, change.rules) == (Ruling.HIDE, Ruling.QUEUE, (("an_insult", 1),))


def test_what_people_decided_tells_false_alarms_from_misses(days: Days) -> None:
    for number, (score, said) in enumerate(
        [(0.9, Ruling.ALLOW), (0.6, Ruling.ALLOW), (0.45, Ruling.HIDE), (0.3, Ruling.REMOVE), (0.95, Ruling.HIDE)]
    ):
        days.judged(f"c{number}", found(Label.INSULT, score))
        days.says(f"c{number}", said)
    result = tried(days)
    assert result.decided_by_person == 5
    assert (result.now.wrongly_hidden, result.now.wrongly_queued, result.now.missed) == (1, 1, 2)
    assert (result.then.wrongly_hidden, result.then.wrongly_queued, result.then.missed) == (1, 1, 1)
    gentler = tried(days, GENTLER)
    assert (gentler.then.wrongly_hidden, gentler.then.wrongly_queued) == (0, 2)


def test_a_person_who_queues_or_only_mutes_the_author_has_not_spoken_of_the_comment(days: Days) -> None:
    for native_id in ("queued", "muted", "blocked"):
        days.judged(native_id, found(Label.INSULT, 0.9))
    days.says("queued", Ruling.QUEUE)
    days.says("muted", Ruling.HIDE, also=ActionKind.MUTE)
    days.says("blocked", Ruling.HIDE, also=ActionKind.BLOCK)
    assert tried(days).decided_by_person == 1


def test_a_rule_in_shadow_is_counted_beside_the_live_ones_and_decides_nothing(days: Days) -> None:
    days.judged("young", found(Label.UNDERAGE, 0.9))
    days.judged("rude", found(Label.INSULT, 0.9), found(Label.UNDERAGE, 0.9))
    terms = MappingProxyType({**DEFAULT.rules, "a_child_writing": RuleTerms(RuleState.SHADOW)})
    result = tried(days, replace(DEFAULT, rules=terms, version="shadowed"))
    rules = {rule.rule: rule for rule in result.rules}
    rule = rules["a_child_writing"]
    assert (rule.state_now, rule.state_then, rule.now, rule.then) == (RuleState.LIVE, RuleState.SHADOW, 2, 2)
    assert rule.would_raise == 1, "the rude comment is hidden all the same"
    assert rules["an_insult"].would_raise == 0
    assert [(change.now, change.then) for change in result.changes] == [(Ruling.QUEUE, Ruling.ALLOW)]


def test_each_comment_is_decided_as_of_its_own_time_on_duty_or_not(days: Days) -> None:
    at_night = datetime(2026, 11, 16, 23, 0, tzinfo=UTC)
    days.judged("noon", found(Label.CHILD_NAMED, 0.82), at=NOON)
    days.judged("night", found(Label.CHILD_NAMED, 0.82), at=at_night)
    result = tried(days, DEFAULT)
    assert (result.now.queued, result.now.hidden, result.changed) == (1, 1, 0)


def test_what_a_detector_could_not_read_still_waits_for_a_person(days: Days) -> None:
    days.judged("odd", failed=("words: no model", "names: no roll"))
    days.judged("fine", at=NOON + MINUTE)
    with days.database.reading() as tx:
        heard = list(hearings.between(tx, SINCE, UNTIL, DEFAULT.strikes.count_for))
    assert [set(hearing.case.not_judged) for hearing in heard] == [{"words: no model", "names: no roll"}, set()]
    assert tried(days).then.queued == 1


def test_what_was_edited_after_a_hide_still_waits_for_a_person(days: Days) -> None:
    days.judged("c1", found(Label.INSULT, 0.9), text="you id10ts")
    days.judged("c1", at=NOON + DAY, text="you lovely people")
    result = tried(days, GENTLER)
    assert (result.comments, result.now.queued, result.then.queued) == (1, 1, 1)


def test_a_form_that_policy_has_not_judged_is_left_out(days: Days) -> None:
    days.judged("c1", found(Label.INSULT, 0.9), text="you id10ts")
    with days.database.transaction() as tx:
        receive(tx, a_comment("c1", "you lovely people"), at=NOON + DAY)
        receive(tx, a_comment("c2", "hello"), at=NOON + DAY)
    with days.database.reading() as tx:
        assert list(hearings.between(tx, SINCE, UNTIL, DEFAULT.strikes.count_for)) == []
        assert hearings.count(tx, SINCE, UNTIL) == 2


def test_what_came_before_or_after_the_time_is_left_out(days: Days) -> None:
    for native_id, at in (("before", SINCE - MINUTE), ("first", SINCE), ("last", UNTIL - MINUTE), ("after", UNTIL)):
        days.judged(native_id, at=at)
    with days.database.reading() as tx:
        heard = hearings.between(tx, SINCE, UNTIL, DEFAULT.strikes.count_for)
        assert [hearing.case.comment.native_id for hearing in heard] == ["first", "last"]


def test_an_author_on_hold_then_is_on_hold_now_and_not_under_a_policy_without_holds(days: Days) -> None:
    for native_id, at in (("rude1", NOON - 3 * DAY), ("rude2", NOON - 2 * DAY)):
        days.judged(native_id, found(Label.INSULT, 0.9), at=at, author="u-rude")
        days.says(native_id, Ruling.HIDE, at=at + MINUTE)
    assert days.judged("civil", at=NOON - DAY, author="u-rude").ruling is Ruling.QUEUE
    without = replace(DEFAULT, strikes=replace(DEFAULT.strikes, ladder=()))
    assert [(each.now, each.then, each.rules) for each in tried(days, without).changes] == [
        (Ruling.QUEUE, Ruling.ALLOW, (("author_on_hold", 1),))
    ]
    shorter = replace(DEFAULT, strikes=replace(DEFAULT.strikes, count_for=DAY / 2))
    assert tried(days, shorter).then.allowed == 1, "a strike counts for as long as the policy says that is tried"


def test_a_ban_that_was_lifted_since_held_while_it_held(days: Days) -> None:
    rude = days.judged("rude", found(Label.INSULT, 0.6), author="u-rude")
    ban = Ban(
        "", "youtube", Author("u-rude"), ActionKind.BLOCK, Person(HEAD), NOON + MINUTE, None, "why", rude.comment_id
    )
    block = replace(rude, ruling=Ruling.HIDE, decided_by=HEAD, decided_at=NOON + MINUTE, author_action=ActionKind.BLOCK)
    with days.database.transaction() as tx:
        made = bans.ban(tx, ban, block)
    assert days.judged("banned", at=NOON + DAY, author="u-rude").ruling is Ruling.HIDE
    with days.database.transaction() as tx:
        bans.lift(tx, made.id, Person(HEAD), NOON + 2 * DAY, "said sorry")
    assert days.judged("back", at=NOON + 3 * DAY, author="u-rude").ruling is Ruling.ALLOW
    result = tried(days, DEFAULT)
    assert (result.now.queued, result.now.hidden, result.now.allowed) == (1, 1, 1)


def test_accounts_that_a_person_linked_are_held_together(days: Days) -> None:
    for native_id, author in (("rude1", "u-one"), ("rude2", "u-two")):
        days.judged(native_id, found(Label.INSULT, 0.9), author=author)
        days.says(native_id, Ruling.HIDE, at=NOON + MINUTE)
    days.judged("civil", at=NOON + DAY, author="u-two")
    assert tried(days, DEFAULT).now.allowed == 1
    with days.database.transaction() as tx:
        links.link(tx, ("youtube", "u-one"), ("youtube", "u-two"), Person(HEAD), NOON + DAY)
    assert tried(days, DEFAULT).now.allowed == 0


def test_under_the_policy_in_force_every_comment_is_decided_as_it_was(days: Days) -> None:
    labels = list(Label)
    for number in range(40):
        scores = ((number * 37 % 100) / 100, (number * 53 % 100) / 100)
        several = [found(labels[(number + step) % len(labels)], score) for step, score in enumerate(scores)]
        days.judged(f"c{number}", *several, at=NOON + number * 37 * MINUTE)
    with days.database.reading() as tx:
        for hearing in hearings.between(tx, SINCE, UNTIL, DEFAULT.strikes.count_for):
            recorded = decisions.latest(tx, hearing.case.comment.id)
            again = decide(hearing.case, DEFAULT, Mode.AUTO, hearing.at)
            assert recorded is not None
            assert (again.ruling, again.reasons, again.labels) == (recorded.ruling, recorded.reasons, recorded.labels)
    assert tried(days, DEFAULT).changed == 0


def test_the_samples_are_the_latest_and_no_more_than_asked_for(days: Days) -> None:
    for number in range(4):
        days.judged(f"c{number}", found(Label.INSULT, 0.45), at=NOON + number * MINUTE)
    (change,) = tried(days, samples=2).changes
    assert change.count == 4
    assert [sample.comment_id for sample in change.samples] == [a_comment("c3").id, a_comment("c2").id]
    assert tried(days, samples=0).changes[0].samples == ()


def test_in_queue_mode_nothing_is_hidden_under_either_policy(days: Days) -> None:
    days.judged("rude", found(Label.INSULT, 0.75), mode=Mode.QUEUE)
    result = tried(days, mode=Mode.QUEUE)
    assert (result.changed, result.then.queued, result.then.hidden) == (0, 1, 0)


def test_of_nothing_there_is_nothing_to_tell(days: Days) -> None:
    result = tried(days)
    assert (result.comments, result.weeks, result.changes, result.then.per_week) == (0, 0.0, (), 0.0)
