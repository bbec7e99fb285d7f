"""A school with a key for its backups, on either kind of database, and an empty machine beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from moderator.backups.keys import Identity, make_key, read_identities
from moderator.backups.make import Made, make_backup
from moderator.backups.restore import Way
from moderator.build import open_database
from moderator.privacy.erase import apply_tombstones
from moderator.settings import Settings
from moderator.store.database import Database
from moderator.store.running import Runner
from tests.postgres import Server, postgresql
from tests.settings.conftest import Folder, shipped
from tests.store.made import NOON

__all__ = ["postgresql"]

_numbers = count(1)
HEAD = "Mrs Ravenscroft"


@dataclass
class Machine:
    """A machine with moderator's settings on it, and what is open there."""

    folder: Folder
    key: Path
    url: str = ""  # of PostgreSQL
    opened: list[Database] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return self.folder.read()

    @property
    def state(self) -> Path:
        return self.folder.state

    def database(self) -> Database:
        self.opened.append(open_database(self.settings))
        return self.opened[-1]

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def backup(self, now: datetime = NOON) -> Made:
        settings = self.settings
        return make_backup(settings, self.opened[-1] if self.opened else self.database(), settings.backup.folder, now)

    def identities(self) -> list[Identity]:
        return read_identities(self.key)

    def way(self, now: datetime = NOON, *, replace: bool = False) -> Way:
        url = make_url(self.url) if self.url else None
        return Way(self.state, HEAD, Runner("here", 4711, now), apply_tombstones, url, replace)


Build = Callable[..., Machine]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Sets up machines. They share one backup key, as a school's old and new server do."""
    made: list[Machine] = []
    key = tmp_path / "stick" / "backup.key"
    public = make_key(key, NOON)

    def set_up(name: str = "old", url: str = "", backups: bool = True) -> Machine:
        (tmp_path / name).mkdir()
        folder = shipped(tmp_path / name)
        if backups:
            folder.change("recipients = []", f'recipients = ["{public}"]')
        if url:
            folder.change('url = ""', f'url = "{url}"')
        made.append(Machine(folder, key, url))
        return made[-1]

    yield set_up
    for machine in made:
        machine.close()


@contextmanager
def bare(server: Server) -> Iterator[str]:
    """The URL of a database on the server with nothing in it, dropped afterwards."""
    name = f"test_bare_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name}")
    try:
        yield server.url(name)
    finally:
        server.drop(name)


@dataclass
class Pair:
    old: Machine
    new: Machine  # with nothing on it yet


@pytest.fixture(params=["sqlcipher", "postgresql"])
def pair(request: pytest.FixtureRequest, build: Build) -> Iterator[Pair]:
    """A machine in use, and an empty one to restore to."""
    if request.param == "sqlcipher":
        yield Pair(build("old"), build("new"))
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.fresh() as one, bare(server) as other:
        pair = Pair(build("old", one), build("new", other))
        yield pair
        pair.old.close()
        pair.new.close()
