"""Every story of the store is told twice: once on SQLCipher, once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moderator.store import audit
from moderator.store.database import Database
from tests.databases import make_tables
from tests.postgres import Server, postgresql
from tests.store.trail import SIX

__all__ = ["postgresql"]

KEY = "5a" * 32
Reopen = Callable[[], Database]


@pytest.fixture(params=["sqlcipher", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a database with its tables stands, on either kind; open it with KEY."""
    if request.param == "sqlcipher":
        made = Database.open(sqlcipher_url(tmp_path), key=KEY)
        make_tables(made)
        made.close()
        yield sqlcipher_url(tmp_path)
    else:
        server: Server = request.getfixturevalue("postgresql")
        with server.fresh() as fresh:
            yield fresh


@pytest.fixture
def reopen(url: str) -> Iterator[Reopen]:
    """Opens the same database once more, as another process would."""
    opened: list[Database] = []

    def open_again() -> Database:
        opened.append(Database.open(url, key=KEY))
        return opened[-1]

    yield open_again
    for database in opened:
        database.close()


@pytest.fixture
def database(reopen: Reopen) -> Database:
    return reopen()


@pytest.fixture
def six(database: Database) -> Database:
    """A database with six events, written in three transactions."""
    for start in (0, 2, 4):
        with database.transaction() as tx:
            audit.write_all(tx, SIX[start : start + 2])
    return database


def sqlcipher_url(folder: Path) -> str:
    return f"sqlcipher:///{folder / 'moderator.db'}"
