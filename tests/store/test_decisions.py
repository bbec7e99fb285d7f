from __future__ import annotations

import time
from dataclasses import replace

import pytest

from moderator.domain import Label, Mode, Ruling, Verdict, Visibility
from moderator.errors import StoreError
from moderator.policy.strikes import Strikes
from moderator.store import actions, audit, authors, comments, decisions
from moderator.store.database import Database
from moderator.store.decisions import Stale
from tests.store.made import (
    ACCOUNT,
    DAY,
    MINUTE,
    NOON,
    PAT,
    a_comment,
    a_decision,
    a_finding,
    a_full_decision,
    decided,
    receive,
)


def test_a_decision_comes_back_as_it_was_made_with_its_number(database: Database) -> None:
    comment = a_comment()
    decision = a_full_decision(comment)
    seen = [a_finding(), replace(a_finding(Label.CHILD_NAMED, 1.0), span=None, field="author_name")]
    with database.transaction() as tx:
        receive(tx, comment)
        assert decisions.latest(tx, comment.id) is None
        recorded = decisions.record(tx, decision, seen)
        assert recorded == replace(decision, number=1)
    with database.reading() as tx:
        assert decisions.latest(tx, comment.id) == recorded
        assert decisions.findings(tx, comment.id, 1) == seen
        assert comments.unjudged(tx, 10) == []
        assert actions.unplanned(tx, 10) == [(recorded, comment)]
        told = audit.trail(tx, comment.id)[-1]
    assert (told.event, told.actor, told.facts["ruling"]) == ("decided", "policy", "hide")


def test_policy_decides_once_on_each_form_though_it_is_told_twice(database: Database) -> None:
    comment, first = decided(database, Ruling.HIDE)
    with database.transaction() as tx:
        again = decisions.record(tx, a_decision(comment, Ruling.ALLOW, at=NOON + MINUTE), [a_finding()])
        assert again == first
        assert decisions.history(tx, comment.id) == [first]
        assert decisions.findings(tx, comment.id, 1) == []


def test_policy_may_be_told_to_decide_again(database: Database) -> None:
    comment, _ = decided(database, Ruling.HIDE)
    with database.transaction() as tx:
        again = decisions.record(tx, a_decision(comment, Ruling.QUEUE, at=NOON + MINUTE), again=True)
        assert again.number == 2
        assert decisions.latest(tx, comment.id) == again


def test_a_decision_on_a_form_since_edited_is_dropped_and_the_new_form_still_waits(database: Database) -> None:
    old = a_comment()
    edited = replace(old, text="edited")
    with database.transaction() as tx:
        receive(tx, old)
        receive(tx, edited)
        assert decisions.record(tx, a_decision(old)).number == 0
        assert decisions.history(tx, old.id) == []
        assert [waiting.version for waiting in comments.unjudged(tx, 10)] == [2]
        assert decisions.record(tx, a_decision(replace(edited, version=2))).number == 1


def test_an_edit_of_a_decided_comment_is_decided_anew(database: Database) -> None:
    comment, _ = decided(database, Ruling.ALLOW)
    with database.transaction() as tx:
        [edited] = receive(tx, replace(comment, text="you are useless"))
        second = decisions.record(tx, a_decision(edited, Ruling.HIDE), [a_finding()])
        assert (second.number, second.version) == (2, 2)
        assert decisions.findings(tx, comment.id, 1) == []
        assert len(decisions.findings(tx, comment.id, 2)) == 1


def test_who_decides_on_an_old_view_is_told_so(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE)
    with database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.HIDE, by="Ms Okafor"), after=1)
    with pytest.raises(Stale, match="decided on meanwhile"), database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.ALLOW, by="Mr Finch"), after=1)
    with database.reading() as tx:
        assert [decision.decided_by for decision in decisions.history(tx, comment.id)] == ["policy", "Ms Okafor"]


def test_in_shadow_nothing_is_to_be_done(database: Database) -> None:
    comment, _ = decided(database, Ruling.HIDE, mode=Mode.SHADOW)
    with database.transaction() as tx:
        assert actions.unplanned(tx, 10) == []
        assert [waits.comment for waits in decisions.queued(tx)] == [comment]


def test_what_waits_for_a_person_comes_urgent_first_then_oldest(database: Database) -> None:
    decided(database, Ruling.QUEUE, "late", NOON + MINUTE)
    decided(database, Ruling.HIDE, "early", NOON)
    decided(database, Ruling.QUEUE, "urgent", NOON + 2 * MINUTE, urgent=True)
    decided(database, Ruling.ALLOW, "fine")
    with database.reading() as tx:
        queue = decisions.queued(tx)
        assert [waits.comment.native_id for waits in queue] == ["urgent", "early", "late"]
        assert queue[1].since == NOON
        assert len(decisions.queued(tx, limit=2)) == 2
        assert decisions.count_queued(tx) == 3


@pytest.mark.parametrize("ruling", [Ruling.ALLOW, Ruling.HIDE, Ruling.REMOVE])
def test_what_a_person_decided_waits_no_more_until_it_is_edited(database: Database, ruling: Ruling) -> None:
    comment, _ = decided(database, Ruling.HIDE)
    decided(database, ruling, by="Ms Okafor")
    with database.transaction() as tx:
        assert decisions.queued(tx) == []
        [edited] = receive(tx, replace(comment, text="another form"))
        decisions.record(tx, a_decision(edited, Ruling.QUEUE, at=NOON + MINUTE))
        assert [waits.since for waits in decisions.queued(tx)] == [NOON + MINUTE]


def test_a_person_who_puts_it_in_the_queue_hands_it_on_to_another(database: Database) -> None:
    decided(database, Ruling.QUEUE)
    decided(database, Ruling.QUEUE, at=NOON + MINUTE, by="Ms Okafor")
    with database.reading() as tx:
        [waits] = decisions.queued(tx)
    assert (waits.decision.decided_by, waits.since) == ("Ms Okafor", NOON)


def test_a_person_may_decide_before_policy_has_and_policy_does_not_decide_after(database: Database) -> None:
    comment, _ = decided(database, Ruling.ALLOW, by="Ms Okafor")
    with database.reading() as tx:
        assert comments.unjudged(tx, 10) == []
    decided(database, Ruling.HIDE, at=NOON + MINUTE)  # Its reading had begun before the person's click.
    with database.reading() as tx:
        assert [(each.ruling, each.decided_by) for each in decisions.history(tx, comment.id)] == [
            (Ruling.ALLOW, "Ms Okafor")
        ]


def test_rulings_are_counted_by_the_latest_decision_of_each_comment(database: Database) -> None:
    decided(database, Ruling.HIDE, "c1")
    decided(database, Ruling.ALLOW, "c1", by="Ms Okafor")
    decided(database, Ruling.HIDE, "c2")
    decided(database, Ruling.QUEUE, "old", at=NOON - DAY)
    with database.transaction() as tx:
        receive(tx, a_comment("waits"))
        assert decisions.counts(tx, NOON) == {Ruling.ALLOW: 1, Ruling.QUEUE: 0, Ruling.HIDE: 1, Ruling.REMOVE: 0}


def test_a_decision_on_a_comment_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="There is no comment youtube-"), database.transaction() as tx:
        decisions.record(tx, a_decision(a_comment()))


def test_many_decisions_are_kept_at_once_and_several_on_one_comment_are_numbered(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    many = [a_comment(f"c{number}") for number in range(2_000)]
    with database.transaction() as tx:
        receive(tx, *many)
    items = [(a_full_decision(comment), [a_finding(), a_finding(Label.HATE, 0.4)]) for comment in many]
    begun = time.perf_counter()
    with database.transaction() as tx:
        recorded = decisions.record_all(tx, [*items, (a_decision(many[0], Ruling.ALLOW, by="Ms Okafor"), [])])
    took_s = time.perf_counter() - begun
    with capsys.disabled():
        print(f"\n{database.dialect}: {len(many)} decisions kept in {took_s:.2f} s ({len(many) / took_s:.0f} a second)")
    assert [decision.number for decision in recorded] == [1] * 2_000 + [2]
    with database.reading() as tx:
        assert len(decisions.latest_of(tx, [comment.id for comment in many])) == 2_000
        assert decisions.latest(tx, many[0].id) == recorded[-1]
        assert len(decisions.findings(tx, many[1_999].id, 1)) == 2


def test_every_name_an_author_went_by_is_kept_with_its_first_day(database: Database) -> None:
    renamed = replace(PAT, display_name="Millbrook School Office")
    with database.transaction() as tx:
        receive(tx, a_comment("c1"))
        receive(tx, a_comment("c2", author=renamed), at=NOON + DAY)
        receive(tx, a_comment("c3"), at=NOON + 2 * DAY)
        receive(tx, a_comment("c4", author=replace(PAT, display_name="🎉" * 20_000)), at=NOON + 3 * DAY)
        found = authors.names(tx, ACCOUNT.platform, "u-pat")
    assert found[:2] == [(PAT, NOON), (renamed, NOON + DAY)]
    assert len(found) == 3


def test_a_person_who_decides_on_the_form_before_an_edit_leaves_the_new_form_to_be_judged(database: Database) -> None:
    old = a_comment()
    with database.transaction() as tx:
        receive(tx, old)
        receive(tx, replace(old, text="edited"))
        assert decisions.record(tx, a_decision(old, Ruling.ALLOW, "Ms Okafor")).number == 1
        assert [waiting.version for waiting in comments.unjudged(tx, 10)] == [2]


def test_policy_that_decides_again_and_finds_no_offence_takes_its_strike_back(database: Database) -> None:
    comment, _ = decided(database, verdicts=(Verdict("insult", Ruling.HIDE, "insult 0.93", strike=True),))

    def strikes() -> int:
        with database.reading() as tx:
            return len(authors.standing_of(tx, authors.key_of(comment), NOON + DAY, Strikes()).strikes)

    assert strikes() == 1
    again = a_decision(comment, verdicts=(Verdict("child_named", Ruling.HIDE, "a full name"),))
    with database.transaction() as tx:
        decisions.record(tx, again, again=True)
    assert strikes() == 0


def test_what_the_public_sees_of_a_comment_that_is_kept_no_more_is_not_written_down(database: Database) -> None:
    with database.transaction() as tx:
        comments.set_visibility(tx, a_comment(), Visibility.GONE, NOON, "read again")
        assert audit.trail(tx, a_comment().id) == []
