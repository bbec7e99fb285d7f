"""What the queue's page asks of the store: always the same few questions, each answered from an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from moderator.domain import Author, Ruling
from moderator.store import decisions
from moderator.web.pages import style
from tests.store.made import a_comment, a_decision, receive
from tests.web.office import Office
from tests.web.queue_made import a_threat, an_insult

QUESTIONS_AT_MOST = 25
"""The session's and the list's among them; the card itself asks about fifteen."""
LARGE = (
    "comments",
    "comment_versions",
    "decisions",
    "findings",
    "actions",
    "authors",
    "posts",
    "audit_events",
    "outcomes",
)
PAGE_BYTES = 25 * 1024


@contextmanager
def listening(office: Office) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    @event.listens_for(office.database.engine, "before_cursor_execute")
    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    yield asked
    event.remove(office.database.engine, "before_cursor_execute", note)


def filled(office: Office, count: int) -> None:
    a_threat(office)
    an_insult(office)
    with office.database.transaction() as tx:
        for number in range(count):
            author = Author(f"u-{number}", f"@p{number}", f"P {number}")
            parent = f"n{number - 1}" if number % 10 else ""
            made = a_comment(f"n{number}", f"comment number {number}", author=author, parent_native_id=parent)
            (comment,) = receive(tx, made, at=office.now)
            decisions.record(tx, a_decision(comment, Ruling.QUEUE, at=office.now))


def plan(office: Office, statement: str, parameters: Any) -> list[str]:
    with office.database.reading() as tx:
        rows = tx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    return [row.detail for row in rows]


@pytest.mark.parametrize("path", ["/triage", "/triage/live?since=0&known=9", "/alerts", "/alerts/1"])
def test_each_question_is_answered_from_an_index(office: Office, path: str) -> None:
    filled(office, 30)
    head = office.sign_in()

    with listening(office) as asked:
        assert head.get(path).status_code in (200, 303)

    assert asked
    for statement, parameters in asked:
        for step in plan(office, statement, parameters):
            scanned = step.split()[1] if step.startswith("SCAN ") and "INDEX" not in step else ""
            assert scanned not in LARGE, f"{step}: {statement}"


def test_the_queue_itself_comes_from_its_index_in_its_order(office: Office) -> None:
    filled(office, 30)
    head = office.sign_in()

    with listening(office) as asked:
        head.get("/triage")

    listed = [(said, given) for said, given in asked if "ORDER BY comments.waiting_since" in said]
    assert len(listed) == 2
    for statement, parameters in listed:
        steps = plan(office, statement, parameters)
        assert "INDEX ix_comments_queue " in steps[0]
        assert not any("TEMP B-TREE" in step for step in steps)


def test_a_page_asks_no_more_however_much_waits(office: Office) -> None:
    filled(office, 3)
    head = office.sign_in()
    with listening(office) as few:
        head.get("/triage")
    filled_more(office, 60)
    with listening(office) as many:
        page = head.get("/triage")

    assert len(few) == len(many) <= QUESTIONS_AT_MOST
    assert len(page.content) - len(style()) <= PAGE_BYTES


def filled_more(office: Office, count: int) -> None:
    for number in range(count):
        office.waits(f"more{number}", f"one more comment, number {number}, of some length as they are")
