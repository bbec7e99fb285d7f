"""What a reading costs that brings nothing, in statements: it is what a worker does all day, for each account of each school."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from moderator.domain import Account, Mode
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.store.database import Database
from moderator.store.turns import Work
from moderator.worker import AccountWork
from tests.conftest import NOON
from tests.store.conftest import KEY, sqlcipher_url
from tests.trust.made import Trust


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while the block lasts, without those that end a transaction."""
    sent: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("said", "at_most"), [(0, 12), (3, 16)], ids=["nothing on its pages", "what is known on one of them"]
)
def test_a_workers_quiet_turn_on_two_feeds_asks_the_database_little(trust: Trust, said: int, at_most: int) -> None:
    for number in range(said):
        trust.platforms["school-1"].receives("What a lovely day", native_id=f"c{number}")
    with trust.store.transaction() as tx:
        tx.session.connection().exec_driver_sql("DELETE FROM turns WHERE school_id <> 'school-1'")
    crew = trust.crew(only=[Work.POLL, Work.JUDGE])
    trust.later(minutes=6)
    crew.drain(Work.POLL)  # The account is met, and its comments are received.
    crew.drain(Work.JUDGE)
    read_back(trust)
    with counted(trust.store) as sent:
        assert crew._do(Work.POLL, crew._claim(Work.POLL)) == 1
    assert sum(statement.startswith("INSERT INTO feeds") for statement in sent) == 2
    assert len(sent) <= at_most, "\n".join(sent)


def test_a_workers_turn_of_acting_with_nothing_to_do_asks_the_database_little(trust: Trust) -> None:
    trust.platforms["school-1"].receives("What a lovely day", native_id="c1")
    with trust.store.transaction() as tx:
        tx.session.connection().exec_driver_sql("DELETE FROM turns WHERE school_id <> 'school-1'")
    crew = trust.crew(only=[Work.POLL, Work.JUDGE, Work.ACT])
    trust.later(minutes=6)
    for work in (Work.POLL, Work.JUDGE, Work.ACT):
        crew.drain(work)
    read_back(trust)
    with counted(trust.store) as sent:
        assert crew._do(Work.ACT, crew._claim(Work.ACT)) == 1
    assert len(sent) <= 7, "\n".join(sent)


def read_back(trust: Trust) -> None:
    """Both feeds are due again though no day has gone by since."""
    with trust.databases["school-1"].transaction() as tx:
        tx.session.connection().exec_driver_sql("UPDATE feeds SET last_read_at = last_read_at - interval '2 days'")
        tx.session.connection().exec_driver_sql("UPDATE turns SET due_at = due_at - interval '2 days'")


def test_a_daemons_quiet_look_at_two_feeds_asks_the_database_little(tmp_path: Path) -> None:
    database = Database.open(sqlcipher_url(tmp_path), key=KEY)
    database.migrate()
    account = Account("youtube", "youtube", "@school", "UC1")
    house = House(database, {"youtube": Memory(account)}, (), DEFAULT, Mode.AUTO)
    now = NOON
    work = AccountWork(house, "youtube", open_log(io.StringIO()), lambda: now)
    work.do("look")
    with database.transaction() as tx:
        tx.session.connection().exec_driver_sql("UPDATE feeds SET last_read_at = datetime(last_read_at, '-2 days')")
    with counted(database) as sent:
        work.do("look")
    database.close()
    assert sum(statement.startswith("INSERT INTO feeds") for statement in sent) == 2
    assert len(sent) <= 8, "\n".join(sent)
