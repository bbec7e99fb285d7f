"""Decisions on all comments, newest first."""

from __future__ import annotations

import pytest

from moderator.domain import Author, Ruling
from moderator.store import decisions
from moderator.store.database import Database
from moderator.store.history import made
from tests.store.made import DAY, MINUTE, NOON, a_comment, a_decision, decided, receive


@pytest.fixture
def three(database: Database) -> Database:
    """Yesterday a comment of Sam's was hidden; today one of Pat's was queued and then allowed."""
    sam = a_comment("c1", "boo", author=Author("u-sam", "@Sam", "Sam Reed"))
    with database.transaction() as tx:
        receive(tx, sam)
        decisions.record(tx, a_decision(sam, Ruling.HIDE, at=NOON - DAY))
    decided(database, Ruling.QUEUE, "c2", NOON)
    decided(database, Ruling.ALLOW, "c2", NOON + MINUTE, by="Ms Okafor")
    return database


def told(database: Database, **asked: object) -> list[str]:
    with database.reading() as tx:
        return [f"{each.decision.ruling} {each.comment.author.handle}" for each in made(tx, **asked)]  # type: ignore[arg-type]


def test_the_newest_decision_comes_first(three: Database) -> None:
    assert told(three) == ["allow @pat", "queue @pat", "hide @Sam"]
    assert told(three, limit=1) == ["allow @pat"]


def test_it_can_be_asked_by_time_and_by_ruling(three: Database) -> None:
    assert told(three, since=NOON) == ["allow @pat", "queue @pat"]
    assert told(three, ruling=Ruling.HIDE) == ["hide @Sam"]
    assert told(three, ruling=Ruling.REMOVE) == []


@pytest.mark.parametrize("author", ["@sam", "SAM", "@Sam", "sam reed", "u-sam"])
def test_it_can_be_asked_by_author_however_they_are_called(three: Database, author: str) -> None:
    assert told(three, author=author) == ["hide @Sam"]


def test_a_decision_stands_beside_the_form_it_was_about(database: Database) -> None:
    comment, _ = decided(database, Ruling.HIDE)
    with database.transaction() as tx:
        [edited] = receive(tx, a_comment(text="kinder words"), at=NOON + MINUTE)
        decisions.record(tx, a_decision(edited, Ruling.ALLOW, at=NOON + MINUTE))
        assert [each.comment.text for each in made(tx)] == ["kinder words", comment.text]
