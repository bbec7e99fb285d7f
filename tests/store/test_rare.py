"""Stories that few schools will ever tell: the second of two wishes, a word taken back, an alert that was about somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from moderator.domain import POLICY, Person, Ruling
from moderator.errors import StoreError
from moderator.store import alerts, approvals, cases, concerns, decisions, hearings, mails, moves, pushes
from moderator.store.approvals import Kind
from moderator.store.database import Database
from moderator.store.mails import Mail
from moderator.store.meter import StoreMeter
from moderator.store.pushes import Subscription
from moderator.store.retained import gone
from moderator.store.tables import CommentRow
from tests.store.conftest import KEY, sqlcipher_url
from tests.store.made import DAY, MINUTE, NOON, a_comment, a_decision, decided, receive

HEAD = Person("Mrs Ravenscroft")


def test_what_somebody_asks_for_twice_is_one_wish_beside_the_others(database: Database) -> None:
    with database.transaction() as tx:
        first = approvals.ask(tx, Kind.ERASE, {"comment": "c1"}, HEAD, NOON, "she asked")
        second = approvals.ask(tx, Kind.ERASE, {"comment": "c2"}, HEAD, NOON, "she asked")
        again = approvals.ask(tx, Kind.ERASE, {"comment": "c2"}, HEAD, NOON + DAY, "once more")
        assert (again, again.at) == (second, NOON)
        assert approvals.waiting(tx) == [first, second]


def test_a_word_that_was_taken_back_was_never_a_correction(database: Database) -> None:
    comment, by_policy = decided(database, Ruling.HIDE)
    allowed = a_decision(comment, Ruling.ALLOW, HEAD.name, NOON + MINUTE)
    back = a_decision(comment, Ruling.HIDE, HEAD.name, NOON + 2 * MINUTE, takes_back=True)
    with database.transaction() as tx:
        decisions.record(tx, allowed)
        assert [each.by_person.ruling for each in cases.of_comment(tx, comment.id)] == [Ruling.ALLOW]
        decisions.record(tx, back)
        assert cases.of_comment(tx, comment.id) == []
    assert hearings.persons_word([by_policy, allowed], 1) is Ruling.ALLOW
    assert hearings.persons_word([by_policy, allowed, back], 1) is None


def test_a_comments_calls_are_those_of_its_own_alert(database: Database) -> None:
    for number, at in enumerate((NOON, NOON + DAY), start=1):
        decided(database, Ruling.QUEUE, f"c{number}", at, POLICY, urgent=True)
        with database.transaction() as tx:
            (raised,) = alerts.raise_new(tx, at, MINUTE)
            assert alerts.told(tx, raised, at + MINUTE, None, ["lead"])
            assert alerts.told(tx, raised, at + MINUTE, at + DAY, ["head"])
            assert not alerts.told(tx, raised, at + MINUTE, at + DAY, ["head"])  # Somebody else was quicker.
    with database.reading() as tx:
        (call,) = concerns.calls(tx, a_comment("c1").id)
    assert (call.number, [roles for _, roles in call.told]) == (1, [("lead",), ("head",)])


def test_words_that_are_still_there_have_not_gone(database: Database) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment())
        with pytest.raises(LookupError):
            gone(tx, a_comment().id)


def test_a_file_with_the_records_of_two_schools_does_not_move(tmp_path: Path) -> None:
    for school_id in ("ashgrove", "valewood"):
        database = Database.open(sqlcipher_url(tmp_path), key=KEY, school_id=school_id)
        database.migrate()
        StoreMeter(database, "x").add("units", "2026-11", 1)
        database.close()
    with database.reading() as tx, pytest.raises(StoreError, match="a school 'ashgrove' beside valewood"):
        moves.refuse_strangers(tx)


def test_a_phone_that_nobody_knows_is_neither_confirmed_nor_dropped(database: Database) -> None:
    phone = Subscription("https://push.example/1", "p256dh", "auth", HEAD.name, "head")
    with database.transaction() as tx:
        assert not pushes.confirm(tx, phone.endpoint, NOON)
        pushes.subscribe(tx, phone, NOON)
        assert pushes.drop(tx, phone.id, NOON)
        assert not pushes.drop(tx, phone.id, NOON)


def test_letters_that_are_still_to_go_out_are_counted_and_listed_by_kind(database: Database) -> None:
    with database.transaction() as tx:
        for key in ("one", "two"):
            mails.put(tx, Mail(key, "weekly", "head@school.example", f"<{key}@school.example>", b"words", NOON, NOON))
        mails.sent(tx, mails.due(tx, NOON)[0], NOON)
        assert mails.count_waiting(tx) == 1
        assert len(mails.listed(tx, "weekly")) == 2
        assert mails.listed(tx, "alert") == []


def test_comments_whose_words_were_cleared_away_are_counted_apart(database: Database) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment("c1"), a_comment("c2"))
        tx.run(update(CommentRow).where(col(CommentRow.native_id) == "c1").values(words_gone_at=NOON))
        assert (hearings.count(tx, NOON, NOON + DAY), hearings.cleared(tx, NOON, NOON + DAY)) == (1, 1)
