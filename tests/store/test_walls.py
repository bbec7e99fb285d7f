"""PostgreSQL keeps the schools apart by itself: a statement that forgets its school finds nothing of another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlmodel import select

from moderator.domain import Comment
from moderator.errors import AlreadyRunning, StoreError
from moderator.store.database import Database
from moderator.store.running import hold
from moderator.store.schema import configuration
from moderator.store.tables import CommentRow, Row
from moderator.store.verify import verify
from moderator.store.walls import OUTSIDE, raise_walls, say_school, take_down
from tests.postgres import END_CONNECTIONS, Server
from tests.store.conftest import KEY
from tests.store.made import ACCOUNT, NOON, a_comment, receive

AUDIT_KEY = bytes.fromhex(KEY)
WALLED = sorted(table.name for table in Row.metadata.sorted_tables if table.name not in OUTSIDE)
SCHOOLS = ("ashgrove", "valewood")


def comment_of(school_id: str) -> Comment:
    return a_comment(account=replace(ACCOUNT, school_id=school_id))


@pytest.fixture
def trust(postgresql: Server) -> Iterator[Database]:
    """A database with one comment of each of two schools."""
    with postgresql.fresh() as url:
        database = Database.open(url, audit_key=KEY, school_id="trust")
        for school_id in SCHOOLS:
            with database.for_school(school_id, AUDIT_KEY).transaction() as tx:
                receive(tx, comment_of(school_id), account=replace(ACCOUNT, school_id=school_id))
        yield database
        database.close()


def seen(connection: Connection) -> dict[str, int]:
    """How many rows of each table are seen, by a statement that names no school."""
    return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in WALLED}


def test_every_table_stands_behind_the_wall_for_its_owner_too(trust: Database) -> None:
    asked = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY relname"
    policies = "SELECT tablename FROM pg_policies WHERE policyname = 'own_school' ORDER BY tablename"
    with trust.connected() as connection:
        assert list(connection.scalars(text(asked))) == WALLED
        assert list(connection.scalars(text(policies))) == WALLED


def test_who_says_no_school_sees_nothing(trust: Database) -> None:
    with trust.connected() as connection:
        assert set(seen(connection).values()) == {0}
        connection.execute(text("DELETE FROM author_names"))
        connection.commit()
    with trust.for_school("ashgrove", None).reading() as tx:
        assert seen(tx.session.connection())["author_names"] == 1


def test_a_statement_that_forgets_its_school_sees_its_own_only(trust: Database) -> None:
    for school_id in SCHOOLS:
        with trust.for_school(school_id, AUDIT_KEY).reading() as tx:
            assert [row.school_id for row in tx.all(select(CommentRow))] == [school_id]
            assert verify(tx).whole


def test_nobody_writes_into_another_school(trust: Database) -> None:
    asked = "INSERT INTO meters VALUES ('valewood', 'x', 'units', '2026-11', 1)"
    with pytest.raises(StoreError, match="denies this"), trust.for_school("ashgrove", None).transaction() as tx:
        tx.session.connection().execute(text(asked))
    with trust.for_school("ashgrove", None).transaction() as tx:
        changed = tx.session.connection().execute(text("UPDATE comments SET url = 'https://elsewhere.example'"))
        assert changed.rowcount == 1
    with trust.for_school("valewood", None).reading() as tx:
        assert [row.url for row in tx.all(tx.mine(CommentRow))] == [comment_of("valewood").url]


def test_the_next_who_gets_the_connection_is_not_taken_for_the_one_before(trust: Database, postgresql: Server) -> None:
    for broken in (False, True):
        with trust.for_school("ashgrove", None).transaction() as tx:
            process = tx.session.connection().scalar(text("SELECT pg_backend_pid()"))
        if broken:
            postgresql.run(END_CONNECTIONS)
        with trust.connected() as connection:
            assert (connection.scalar(text("SELECT pg_backend_pid()")) == process) is not broken
            assert set(seen(connection).values()) == {0}


def test_a_daemons_place_is_its_schools(trust: Database, tmp_path: Path) -> None:
    ashgrove, valewood = (trust.for_school(school_id, AUDIT_KEY) for school_id in SCHOOLS)
    with hold(ashgrove, tmp_path / "a.lock", NOON, 1), hold(valewood, tmp_path / "v.lock", NOON, 2) as held:
        assert held.still_held()
        with pytest.raises(AlreadyRunning, match="held by pid 1 "), hold(ashgrove, tmp_path / "b.lock", NOON, 3):
            pass


def test_a_step_to_another_version_sees_every_school_and_leaves_the_walls_up(trust: Database) -> None:
    with trust.connected() as connection, connection.begin():
        command.downgrade(configuration(connection), "-1")
        connection.execute(text("CREATE TABLE later (id integer, school_id text)"))
        connection.execute(text("INSERT INTO later VALUES (1, 'ashgrove'), (2, 'valewood')"))
    trust.migrate()
    with trust.connected() as connection, connection.begin():
        assert set(seen(connection).values()) == {0}
        assert connection.scalar(text("SELECT count(*) FROM later")) == 0
        say_school(connection, "valewood")
        assert list(connection.scalars(text("SELECT id FROM later"))) == [2]


def test_walls_that_stand_are_left_as_they_are_and_what_was_taken_down_is_down(trust: Database) -> None:
    with trust.connected() as connection, connection.begin():
        raise_walls(connection)
        assert set(seen(connection).values()) == {0}
        for _ in range(2):
            take_down(connection)
        assert seen(connection)["comments"] == len(SCHOOLS)
