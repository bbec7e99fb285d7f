"""Cases given away, put off and proposed: what each person's queue shows then."""

from __future__ import annotations

from datetime import datetime

from moderator.domain import Comment, Person, Ruling
from moderator.policy.authority import Role
from moderator.store import audit, comments, decisions, desk, queue, users
from moderator.store.database import Database, Transaction
from moderator.store.leaving import end_user
from moderator.store.queue import Counts
from moderator.store.users import User
from tests.store.made import DAY, MINUTE, NOON, a_comment, a_decision, decided, receive


def people(tx: Transaction) -> tuple[User, User]:
    """The head and the deputy."""
    head = users.add(tx, "Mrs Ravenscroft", Role.HEAD, "the test", NOON)
    return head, users.add(tx, "Mr Oyelaran", Role.DEPUTY, "the test", NOON)


def waits_for(tx: Transaction, user: User, now: datetime = NOON) -> list[str]:
    return [each.comment.id for each in queue.waiting(tx, queue.viewer_of(user, now), 10)]


def counts(tx: Transaction, user: User, now: datetime = NOON) -> Counts:
    return queue.counts(tx, queue.viewer_of(user, now))


def two_cases(database: Database) -> tuple[Comment, Comment]:
    return decided(database, Ruling.QUEUE, "c1")[0], decided(database, Ruling.QUEUE, "c2", NOON + MINUTE)[0]


def test_a_case_given_to_the_deputy_waits_for_the_deputy_alone(database: Database) -> None:
    one, two = two_cases(database)
    with database.transaction() as tx:
        head, deputy = people(tx)
        desk.pass_on(tx, one, Role.DEPUTY, Person(head.name), NOON + MINUTE, "my own neighbour")

        assert waits_for(tx, head) == [two.id]
        assert waits_for(tx, deputy) == [one.id, two.id]
        assert counts(tx, head) == Counts(waiting=1, urgent=0, put_off=0, with_others=1)
        assert counts(tx, deputy) == Counts(waiting=2, urgent=0, put_off=0, with_others=0)


def test_the_last_who_gave_a_case_away_decides_where_it_is(database: Database) -> None:
    one, _ = two_cases(database)
    with database.transaction() as tx:
        head, deputy = people(tx)
        desk.pass_on(tx, one, Role.DEPUTY, Person(head.name), NOON)
        desk.pass_on(tx, one, Role.HEAD, Person(deputy.name), NOON + MINUTE, "yours after all")

        assert one.id in waits_for(tx, head)
        assert one.id not in waits_for(tx, deputy)
        passed = desk.passed(tx, [one.id])[one.id]
        assert (passed.to, passed.by, passed.why) == (Role.HEAD, "Mr Oyelaran", "yours after all")


def test_a_case_that_waits_anew_was_given_to_nobody(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE)
    with database.transaction() as tx:
        head, _ = people(tx)
        desk.pass_on(tx, comment, Role.DEPUTY, Person(head.name), NOON)
        decisions.record(tx, a_decision(comment, Ruling.ALLOW, "Mr Oyelaran", NOON + MINUTE))
    with database.transaction() as tx:
        (edited,) = receive(tx, a_comment(text="something else"), at=NOON + DAY)
        decisions.record(tx, a_decision(edited, Ruling.QUEUE, at=NOON + DAY))

        assert waits_for(tx, head, NOON + DAY) == [comment.id]
        assert counts(tx, head, NOON + DAY).with_others == 0


def test_what_one_user_puts_off_the_others_still_see_and_it_comes_back_by_itself(database: Database) -> None:
    one, two = two_cases(database)
    with database.transaction() as tx:
        head, deputy = people(tx)
        desk.put_off(tx, one, head, NOON + DAY, NOON)

        assert waits_for(tx, head) == [two.id]
        assert counts(tx, head) == Counts(waiting=1, urgent=0, put_off=1, with_others=0)
        assert waits_for(tx, deputy) == [one.id, two.id]
        assert waits_for(tx, head, NOON + DAY) == [one.id, two.id]
        assert counts(tx, head, NOON + DAY).put_off == 0


def test_what_was_put_off_can_be_taken_up_again(database: Database) -> None:
    one, two = two_cases(database)
    with database.transaction() as tx:
        head, _ = people(tx)
        desk.put_off(tx, one, head, NOON + DAY, NOON)

        assert desk.take_up(tx, head, NOON + MINUTE) == 1
        assert desk.take_up(tx, head, NOON + MINUTE) == 0
        assert waits_for(tx, head, NOON + MINUTE) == [one.id, two.id]


def test_a_case_both_put_off_and_given_away_is_counted_once(database: Database) -> None:
    one, _ = two_cases(database)
    with database.transaction() as tx:
        head, _ = people(tx)
        desk.put_off(tx, one, head, NOON + DAY, NOON)
        desk.pass_on(tx, one, Role.DEPUTY, Person(head.name), NOON + MINUTE)

        assert counts(tx, head) == Counts(waiting=1, urgent=0, put_off=0, with_others=1)


def test_an_urgent_case_stays_in_every_queue_whoever_it_was_given_to(database: Database) -> None:
    urgent, _ = decided(database, Ruling.HIDE, "u1", urgent=True)
    with database.transaction() as tx:
        head, deputy = people(tx)
        desk.pass_on(tx, urgent, Role.DEPUTY, Person(head.name), NOON)

        for user in (head, deputy):
            assert waits_for(tx, user) == [urgent.id]
            assert counts(tx, user) == Counts(waiting=1, urgent=1, put_off=0, with_others=0)


def test_what_is_edited_into_something_urgent_comes_back_and_stays_though_it_is_edited_again(
    database: Database,
) -> None:
    """Put off by the head and given to the deputy while it was mild; then a child tells what happens at home."""
    one, two = two_cases(database)
    with database.transaction() as tx:
        head, _ = people(tx)
        desk.put_off(tx, one, head, NOON + DAY, NOON + MINUTE)
        desk.pass_on(tx, two, Role.DEPUTY, Person(head.name), NOON + MINUTE)
        assert waits_for(tx, head, NOON + MINUTE) == []
    forms = (("my stepdad hits me", True), ("never mind", False))
    for later, (words, is_urgent) in enumerate(forms, start=2):
        at = NOON + later * MINUTE
        with database.transaction() as tx:
            for edited in receive(tx, *(a_comment(name, words, edited_at=at) for name in ("c1", "c2")), at=at):
                decisions.record(tx, a_decision(edited, Ruling.QUEUE, at=at, urgent=is_urgent))
        with database.reading() as tx:
            assert waits_for(tx, head, at) == [one.id, two.id]
            assert counts(tx, head, at) == Counts(waiting=2, urgent=2 * is_urgent, put_off=0, with_others=0)
            assert queue.new_urgent(tx, NOON + MINUTE) == 2 * is_urgent


def test_a_case_given_to_a_role_that_nobody_has_any_more_is_back_in_every_queue(database: Database) -> None:
    one, two = two_cases(database)
    with database.transaction() as tx:
        head, deputy = people(tx)
        desk.pass_on(tx, one, Role.DEPUTY, Person(head.name), NOON + MINUTE)
        end_user(tx, deputy, head.name, NOON + MINUTE)

        assert waits_for(tx, head) == [one.id, two.id]
        assert counts(tx, head) == Counts(waiting=2, urgent=0, put_off=0, with_others=0)
        users.add(tx, "Mrs Adeyemi", Role.DEPUTY, head.name, NOON + DAY)
        assert waits_for(tx, head) == [two.id]


def test_each_persons_last_proposal_about_the_words_as_they_stand_counts(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE)
    with database.transaction() as tx:
        head, deputy = people(tx)
        desk.propose(tx, comment, Ruling.ALLOW, Person(deputy.name), NOON)
        desk.propose(tx, comment, Ruling.HIDE, Person(deputy.name), NOON + MINUTE, "I looked again")
        desk.propose(tx, comment, Ruling.HIDE, Person(deputy.name), NOON + 2 * MINUTE, "I looked again")
        desk.propose(tx, comment, Ruling.HIDE, Person(head.name), NOON + 3 * MINUTE)

        said = [(each.by, each.ruling, each.why, each.at) for each in desk.proposals(tx, comment)]
        assert said == [
            ("Mrs Ravenscroft", Ruling.HIDE, "", NOON + 3 * MINUTE),
            ("Mr Oyelaran", Ruling.HIDE, "I looked again", NOON + MINUTE),
        ]
        receive(tx, a_comment(text="edited"), at=NOON + DAY)
        edited = comments.load(tx, comment.id)
        assert edited is not None
        assert desk.proposals(tx, edited) == []


def test_the_trail_says_who_did_what_and_holds_no_reasons(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE)
    with database.transaction() as tx:
        head, deputy = people(tx)
        desk.pass_on(tx, comment, Role.DEPUTY, Person(head.name), NOON, "about a child")
        desk.put_off(tx, comment, head, NOON + DAY, NOON)
        desk.propose(tx, comment, Ruling.HIDE, Person(deputy.name), NOON, "about a child")

        told = [(event.event, event.actor, dict(event.facts)) for event in audit.trail(tx, comment.id)][-3:]
    assert told == [
        ("passed_on", "Mrs Ravenscroft", {"to": "deputy"}),
        ("put_off", "Mrs Ravenscroft", {"until": (NOON + DAY).isoformat()}),
        ("proposed", "Mr Oyelaran", {"ruling": "hide", "version": 1}),
    ]
