"""The second pair of eyes: two people, the same words and pictures, and nothing of them kept."""

from __future__ import annotations

import pytest

from moderator.by_hand.own_post import Answer
from moderator.by_hand.sign_off import NotSigned, ask_for_sign_off, digest_of, sign_off
from moderator.domain import Person
from moderator.store import audit, own_posts
from moderator.store.database import Database
from tests.conftest import MINUTE, NOON

TEACHER, HEAD = Person("Miss Pemberton"), Person("Mrs Ravenscroft")
TEXT, PICTURES = "Year 4 loved the lighthouse", [b"one", b"two"]


def test_a_post_is_signed_by_somebody_else_once_and_nothing_of_it_is_kept(database: Database) -> None:
    with database.transaction() as tx:
        asked = ask_for_sign_off(tx, TEACHER, TEXT, PICTURES, Answer.LOOK_TWICE, NOON)
        again = ask_for_sign_off(tx, HEAD, TEXT, PICTURES, Answer.LOOK_TWICE, NOON + MINUTE)
    assert again == asked
    with database.transaction() as tx, pytest.raises(NotSigned, match="somebody else signs"):
        sign_off(tx, asked.code, TEACHER, "", NOON)
    with database.transaction() as tx:
        assert sign_off(tx, asked.code, HEAD, "", NOON + MINUTE, dry_run=True).signed_at is None
        signed = sign_off(tx, asked.code.upper(), HEAD, "", NOON + MINUTE)
        assert sign_off(tx, asked.code, Person("Mr Oyelaran"), "", NOON + 2 * MINUTE) == signed
    assert (signed.signed_by, signed.signed_at, signed.pictures) == (HEAD.name, NOON + MINUTE, 2)
    with database.reading() as tx:
        told = [
            (event.event, event.actor, dict(event.facts)) for event in audit.trail(tx, "") if "own_post" in event.event
        ]
        kept = own_posts.latest(tx, NOON)
    assert kept == [signed]
    assert [(event, actor) for event, actor, _ in told] == [
        ("own_post_checked", TEACHER.name),
        ("own_post_signed", HEAD.name),
    ]
    assert told[1][2]["post"] == digest_of(TEXT, PICTURES)
    assert "lighthouse" not in str(told)


def test_against_the_advice_the_second_person_says_why(database: Database) -> None:
    with database.transaction() as tx:
        asked = ask_for_sign_off(tx, TEACHER, TEXT, PICTURES, Answer.DO_NOT_POST, NOON)
    with database.transaction() as tx, pytest.raises(NotSigned, match="say why"):
        sign_off(tx, asked.code, HEAD, "  ", NOON)
    with database.transaction() as tx:
        assert sign_off(tx, asked.code, HEAD, "It is the caretaker", NOON).why == "It is the caretaker"


def test_another_word_or_picture_is_another_post_and_needs_its_own_sign_off(database: Database) -> None:
    others = {
        digest_of(TEXT, PICTURES),
        digest_of(TEXT + "!", PICTURES),
        digest_of(TEXT, PICTURES[::-1]),
        digest_of(TEXT, [b"onetwo"]),
        digest_of(TEXT, []),
    }
    assert len(others) == 5
    with database.transaction() as tx, pytest.raises(NotSigned, match="No post has the code"):
        sign_off(tx, "%%%%%%%%", HEAD, "", NOON)
