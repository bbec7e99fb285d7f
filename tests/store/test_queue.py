"""What waits for one person, in which order, and how long it takes."""

from __future__ import annotations

from datetime import datetime, timedelta

from moderator.domain import Author, Ruling
from moderator.policy.authority import Role
from moderator.store import alerts, decisions, queue
from moderator.store.database import Database
from moderator.store.queue import USUALLY, Viewer
from tests.store.made import DAY, MINUTE, NOON, SECOND, a_comment, a_decision, decided, receive


def head(now: datetime = NOON) -> Viewer:
    return Viewer("a user", Role.HEAD, now)


def test_urgent_cases_come_first_and_then_the_oldest(database: Database) -> None:
    old, _ = decided(database, Ruling.QUEUE, "c1")
    new, _ = decided(database, Ruling.QUEUE, "c2", NOON + MINUTE)
    urgent, _ = decided(database, Ruling.HIDE, "c3", NOON + 2 * MINUTE, urgent=True)
    decided(database, Ruling.ALLOW, "c4")

    with database.reading() as tx:
        assert [each.comment.id for each in queue.waiting(tx, head(), 10)] == [urgent.id, old.id, new.id]
        assert [each.comment.id for each in queue.waiting(tx, head(), 2)] == [urgent.id, old.id]
        assert (queue.counts(tx, head()).waiting, queue.counts(tx, head()).urgent) == (3, 1)


def test_one_case_can_be_had_whether_it_waits_or_not(database: Database) -> None:
    comment, decision = decided(database, Ruling.ALLOW, "c1")

    with database.reading() as tx:
        found = queue.case(tx, comment.id)
        assert found is not None
        assert (found.comment, found.decision.number) == (comment, decision.number)
        assert not queue.waits(tx, comment.id)
        assert queue.case(tx, "youtube-nothing") is None


def test_a_decision_is_held_until_its_time_and_no_longer(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE)
    with database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.HIDE, "Ms Okafor"), act_from=NOON + 10 * SECOND)

        assert queue.is_held(tx, comment.id, NOON)
        assert not queue.is_held(tx, comment.id, NOON + 10 * SECOND)


def test_cases_of_one_author_and_under_one_post_belong_together_but_never_urgent_ones(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE, "c1")
    same, _ = decided(database, Ruling.QUEUE, "c2")
    decided(database, Ruling.QUEUE, "c3", urgent=True)
    with database.transaction() as tx:
        (elsewhere,) = receive(tx, a_comment("c4", author=Author("u-kim"), post_native_id="p2"))
        decisions.record(tx, a_decision(elsewhere, Ruling.QUEUE))
        nobody = receive(tx, a_comment("c5", author=Author(), post_native_id=""))[0]
        decisions.record(tx, a_decision(nobody, Ruling.QUEUE))

        for by in ("author", "post"):
            found = {each.comment_id for each in queue.alike_in(tx, comment, head(), 10, by)}
            assert found == {comment.id, same.id}
            assert queue.alike_in(tx, nobody, head(), 10, by) == []
        assert len(queue.alike_in(tx, comment, head(), 10, "any")) == 4


def test_what_was_urgent_once_stays_so_however_mild_it_was_judged_since(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE, "c1", urgent=True)
    calm, _ = decided(database, Ruling.QUEUE, "c2")
    with database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.QUEUE, "Ms Okafor", NOON + MINUTE))

        assert queue.ever_urgent(tx, [comment.id, calm.id]) == {comment.id}


def test_an_alert_and_its_cases_find_each_other(database: Database) -> None:
    comment, _ = decided(database, Ruling.HIDE, "c1", urgent=True)
    with database.transaction() as tx:
        (alert,) = alerts.raise_new(tx, NOON, MINUTE)

        assert queue.alerts_of(tx, comment.id) == [alert.number]
        assert queue.of_alert(tx, alert.number) == [comment.id]
        alerts.seen(tx, alert.number, "Ms Okafor", NOON)
        assert queue.alerts_of(tx, comment.id) == []
        decisions.record(tx, a_decision(comment, Ruling.HIDE, "Ms Okafor", NOON + MINUTE))
        assert queue.of_alert(tx, alert.number) == []


def test_only_what_is_urgent_and_came_since_is_new(database: Database) -> None:
    decided(database, Ruling.HIDE, "c1", NOON, urgent=True)
    decided(database, Ruling.HIDE, "c2", NOON + MINUTE, urgent=True)
    decided(database, Ruling.QUEUE, "c3", NOON + MINUTE)

    with database.reading() as tx:
        assert queue.new_urgent(tx, NOON - SECOND) == 2
        assert queue.new_urgent(tx, NOON) == 1
        assert queue.new_urgent(tx, NOON + MINUTE) == 0


def test_a_decision_takes_as_long_as_the_last_ones_did(database: Database) -> None:
    at = NOON
    for number, seconds in enumerate([0, 4, 6, 8, 6, 400, 6, 5]):
        at += timedelta(seconds=seconds)
        decided(database, Ruling.HIDE, f"c{number}", at, by="Ms Okafor")
        decided(database, Ruling.HIDE, f"p{number}", at)

    with database.reading() as tx:
        assert queue.pace(tx) == timedelta(seconds=6)


def test_too_few_decisions_or_one_blow_for_many_say_nothing_about_pace(database: Database) -> None:
    for number in range(12):
        decided(database, Ruling.HIDE, f"c{number}", NOON + DAY, by="Ms Okafor")

    with database.reading() as tx:
        assert queue.pace(tx) == USUALLY
