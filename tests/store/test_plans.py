"""What is asked all day long stays quick in a store full of what was: each statement finds its rows by an index.

On PostgreSQL behind the walls, among other schools' rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from moderator.policy.authority import Role
from moderator.policy.limits import DEFAULT
from moderator.store import actions, agenda, authors, comments, decisions, queue, watch
from moderator.store.database import Database, Transaction
from moderator.store.tables import Row
from tests.postgres import Server
from tests.store.conftest import KEY, sqlcipher_url
from tests.store.filled import fill
from tests.store.made import NOON

MANY = 4_000
MOST = 2_000
"""Rows that one statement may look at: what waits, and what belongs to it or to its authors, with room to spare."""
FEW = {
    index.name
    for table in Row.metadata.sorted_tables
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
"""Indexes over the few rows that wait for something."""
IS_WHOLE = re.compile(
    r"(SCAN|SEARCH) (comments|comment_versions|decisions|findings|actions|posts)"
    r"( USING (COVERING )?INDEX \S+( \(school_id=\?\))?)?$"
)


@pytest.fixture(scope="module", params=["sqlcipher", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A school's store with thousands of comments; on PostgreSQL with more of them, beside another's."""
    if request.param == "sqlcipher":
        database = Database.open(sqlcipher_url(tmp_path_factory.mktemp("plans")), key=KEY)
        database.migrate()
        fill(database, MANY)
        yield database
        database.close()
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.fresh() as url:
        database = Database.open(url, audit_key=KEY)
        for school_id, many in (("school", 3 * MANY), ("ashgrove", MANY)):
            fill(database.for_school(school_id, None), many)
        with database.connected() as connection, connection.begin():
            connection.execute(text("ANALYZE"))
        yield database
        database.close()


def some(tx: Transaction) -> list[Any]:
    return comments.unjudged(tx, 64, "youtube", newest_first=True)


ASKED: dict[str, Callable[[Transaction], object]] = {
    "what is to be judged, of an account": some,
    "what is to be judged": lambda tx: comments.unjudged(tx, 64, newest_first=True),
    "the same where pictures are looked at": lambda tx: comments.unjudged(
        tx, 64, newest_first=True, pictures_last_on=("youtube",)
    ),
    "the threads of what is to be judged": lambda tx: comments.contexts(tx, some(tx)),
    "how its authors stand": lambda tx: authors.standings(tx, some(tx), NOON, DEFAULT.strikes),
    "what was decided on it before": lambda tx: decisions.latest_of(tx, [each.id for each in some(tx)]),
    "the same, held to be decided on": lambda tx: decisions.lock(tx, [each.id for each in some(tx)]),
    "comments by their ids": lambda tx: comments.by_id(tx, [f"school-{number}" for number in range(64)]),
    "what is to be planned": lambda tx: actions.unplanned(tx, 500, "youtube", NOON),
    "what may be sent": lambda tx: actions.due(tx, "youtube", NOON, 64),
    "what nobody knows to be done": lambda tx: actions.unsure(tx, "youtube", NOON, 64),
    "what is to be read back": lambda tx: actions.to_verify(tx, "youtube", NOON, 64),
    "the page of the queue": lambda tx: queue.waiting(tx, queue.Viewer("u1", Role.HEAD, NOON), 20),
    "how many wait": lambda tx: queue.counts(tx, queue.Viewer("u1", Role.HEAD, NOON)),
    "what a reading goes by": lambda tx: watch.of_account(tx, "youtube", NOON),
    "what acting goes by": lambda tx: agenda.of_account(tx, "youtube", NOON),
    "which feeds are due": lambda tx: comments.feed_states(tx, "youtube"),
    "one comment": lambda tx: comments.load(tx, "school-7"),
}


@pytest.mark.parametrize("what", ASKED)
def test_no_statement_reads_a_full_table(filled: Database, what: str) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    with filled.transaction() as tx:
        event.listen(filled.engine, "before_cursor_execute", note)
        try:
            ASKED[what](tx)
        finally:
            event.remove(filled.engine, "before_cursor_execute", note)
        found = [too_much(tx, *each) for each in asked if each[0].lstrip().startswith("SELECT")]
    assert found
    assert not any(found), found


def test_a_statement_that_reads_a_full_table_would_be_noticed(filled: Database) -> None:
    with filled.reading() as tx:
        assert too_much(tx, "SELECT count(*) FROM comments WHERE url = 'x'", ())
        assert too_much(tx, "SELECT count(*) FROM comments WHERE school_id = 'school' AND url = 'x'", ())


def too_much(tx: Transaction, statement: str, parameters: Any) -> list[str]:
    """The steps by which the database would answer that read far more rows than wait for anything."""
    connection = tx.session.connection()
    if tx.dialect == "postgresql":
        told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
        return [f"{step['Node Type']}: {rows(step)} rows" for step in steps(told[0]["Plan"]) if rows(step) > MOST]
    plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return [line for line in plan if IS_WHOLE.match(line) and line.split(" ")[-2] not in FEW]


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from steps(below)


def rows(step: dict[str, Any]) -> int:
    """How many rows it looked at."""
    removed = sum(count for name, count in step.items() if name.startswith("Rows Removed"))
    return int((step["Actual Rows"] + removed) * step["Actual Loops"])


def test_nothing_but_the_indexes_of_what_waits_is_taken_for_small() -> None:
    assert "ix_comments_judge_due" in FEW
    assert "ix_comments_author" not in FEW
