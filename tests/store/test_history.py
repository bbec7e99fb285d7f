"""Decisions on all comments, newest first."""

from __future__ import annotations

import pytest

from moderator.domain import Author, Ruling, Verdict
from moderator.store import decisions
from moderator.store.database import Database
from moderator.store.history import Wanted, made, searched, with_words_since
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


def told(database: Database, limit: int = 50, **asked: object) -> list[str]:
    with database.reading() as tx:
        found = made(tx, Wanted(**asked), limit)  # type: ignore[arg-type]
        return [f"{each.decision.ruling} {each.comment.author.handle}" for each in found]


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


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"until": NOON}, ["hide @Sam"]),
        ({"by": "ms okafor"}, ["allow @pat"]),
        ({"by_person": False}, ["queue @pat", "hide @Sam"]),
        ({"by_person": True}, ["allow @pat"]),
        ({"platform": "x"}, []),
        ({"platform": "youtube", "ruling": Ruling.QUEUE}, ["queue @pat"]),
        ({"author_key": ("youtube", "u-sam")}, ["hide @Sam"]),
        ({"words": "BOO"}, ["hide @Sam"]),
        ({"words": "done well"}, ["allow @pat", "queue @pat"]),
        ({"words": "b_o"}, []),
        ({"words": "%"}, []),
        ({"words": "boo well"}, []),
    ],
)
def test_it_can_be_asked_by_whom_where_and_in_words(
    three: Database, asked: dict[str, object], expected: list[str]
) -> None:
    assert told(three, **asked) == expected  # type: ignore[arg-type]


def test_it_can_be_asked_by_a_rule_that_spoke(database: Database) -> None:
    verdict = Verdict("an_insult", Ruling.HIDE, 'calls somebody "rule": "spam"')
    decided(database, Ruling.HIDE, "c1", verdicts=(verdict,))
    decided(database, Ruling.ALLOW, "c2")
    assert told(database, rule="an_insult") == ["hide @pat"]
    assert told(database, rule="insult") == []
    assert told(database, rule="spam") == []


def test_each_page_goes_on_where_the_last_one_ended(three: Database) -> None:
    with three.reading() as tx:
        first = made(tx, limit=2)
        rest = made(tx, limit=2, before=first[-1].place)
        assert [each.decision.ruling for each in (*first, *rest)] == [Ruling.ALLOW, Ruling.QUEUE, Ruling.HIDE]
        assert [each.is_latest for each in (*first, *rest)] == [True, False, True]
        assert made(tx, before=rest[-1].place) == []


def test_a_search_says_what_it_looked_through(three: Database) -> None:
    with three.reading() as tx:
        assert searched(tx, Wanted(since=NOON)) is None
        found = searched(tx, Wanted(words="boo", since=NOON))
    assert found is not None
    assert (found.decisions, found.since, found.all_of_them) == (2, NOON, True)
    assert with_words_since(Wanted(words="boo"), NOON).since == NOON - 90 * DAY
    assert with_words_since(Wanted(), NOON).since is None


def test_a_decision_stands_beside_the_form_it_was_about(database: Database) -> None:
    comment, _ = decided(database, Ruling.HIDE)
    with database.transaction() as tx:
        [edited] = receive(tx, a_comment(text="kinder words"), at=NOON + MINUTE)
        decisions.record(tx, a_decision(edited, Ruling.ALLOW, at=NOON + MINUTE))
        assert [each.comment.text for each in made(tx)] == ["kinder words", comment.text]
