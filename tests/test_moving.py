"""A school moves from its file into PostgreSQL: whole, once, and with nobody at work on either meanwhile."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from moderator.build import open_database
from moderator.domain import ActionKind
from moderator.errors import AlreadyRunning, ModeratorError, StoreError
from moderator.moving import move
from moderator.settings import Settings
from moderator.store import actions, comments, moves
from moderator.store.database import Database
from moderator.store.running import hold
from moderator.store.tables import AwareUtc, Words
from moderator.store.verify import verify
from tests.commands import in_process
from tests.postgres import Server, postgresql
from tests.settings.conftest import Folder, shipped
from tests.store.made import NOON, a_comment, done, planned, receive

__all__ = ["postgresql"]

MANY = 700
SEED = int(os.environ.get("MODERATOR_SEED", "20261122"))
KEPT_BY_HAND = {"audit_events", "audit_heads"}
"""What only the program itself can write so that it fits together."""


@pytest.fixture
def url(postgresql: Server) -> Iterator[str]:
    with postgresql.fresh() as fresh:
        yield fresh


@pytest.fixture
def school(tmp_path: Path) -> Folder:
    """A school on SQLCipher: rows in every table, comments in plenty, an action in each state."""
    folder = shipped(tmp_path)
    database = open_database(folder.read())
    with database.transaction() as tx:
        for table in moves.tables():
            if table.name not in KEPT_BY_HAND:
                numbers = (1,) if list(table.primary_key.columns) == [table.c.school_id] else (1, 2)
                tx.session.connection().execute(table.insert(), [a_row(table, number) for number in numbers])
        receive(tx, *(a_comment(f"n{number}", text=f"comment {number} 🎉") for number in range(MANY)))
    done(database, planned(database, native_id="c1"))
    planned(database, native_id="c2")
    unsure = planned(database, ActionKind.HIDE, native_id="c3")
    with database.transaction() as tx:
        assert actions.begin(tx, [unsure], NOON) == [unsure]
    database.close()
    return folder


def a_row(table: sa.Table, number: int) -> dict[str, Any]:
    words = (sa.Boolean, False), (sa.Integer, number), (sa.LargeBinary, b"x")
    kinds: tuple[tuple[Any, Any], ...] = ((Words, f"v{number}"), (AwareUtc, NOON), (sa.JSON, []), *words)
    row: dict[str, Any] = {"school_id": "school"}
    for column in table.columns:
        row.setdefault(column.name, next((made for kind, made in kinds if isinstance(column.type, kind)), 0.5))
    return row


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the school, less the numbers that each database gives by itself."""
    found = {}
    with database.reading() as tx:
        for table in moves.tables():
            columns = [c for c in table.columns if not (moves.is_numbered_here(table) and c.name == "id")]
            rows = tx.session.connection().execute(sa.select(*columns))
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def at(folder: Folder) -> Database:
    settings = folder.read()
    url = f"sqlcipher:///{settings.state_dir / 'moderator.db'}"
    return Database.open(url, key=settings.store_key, audit_key=settings.audit_key)


def arrived(settings: Settings, url: str) -> Database:
    return Database.open(url, audit_key=settings.audit_key)


def command(folder: Folder, url: str) -> list[str]:
    return [sys.executable, "-m", "moderator", "migrate-store", "--to", url, "--config", str(folder.config)]


def test_killed_again_and_again_all_comes_over_once_and_the_file_opens_no_more(school: Folder, url: str) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    before = at(school)
    there = everything(before)
    before.close()
    for _ in range(2):
        with subprocess.Popen(command(school, url), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            assert process.stderr is not None
            for _ in range(chance.randint(1, 12)):
                process.stderr.readline()
            process.kill()
        with pytest.raises(StoreError, match=r"on their way .* moderator migrate-store"):
            open_database(school.read())
    ended = subprocess.run(command(school, url), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "The audit trail is whole" in ended.stdout

    moved = arrived(school.read(), url)
    came = everything(moved)
    assert [event for event in came.pop("audit_events") if "records_moved" not in event] == there.pop("audit_events")
    del came["audit_heads"], there["audit_heads"]
    assert came == there
    assert all(rows for rows in came.values())
    with moved.reading() as tx:
        assert verify(tx).whole
        assert [action.comment.native_id for action in actions.unsure(tx, "youtube", NOON, 9)] == ["c3"]
        assert [action.comment.native_id for action in actions.due(tx, "youtube", NOON, 9)] == ["c2"]
    moved.close()

    with pytest.raises(StoreError, match=r"have moved to: Database test_\d+ on 127\.0\.0\.1"):
        open_database(school.read())
    again = subprocess.run(command(school, url), capture_output=True, text=True, check=False)
    assert "had already come" in again.stdout, again.stderr
    school.change('url = ""', f'url = "{url}"')
    database = open_database(school.read())
    with database.transaction() as tx:
        receive(tx, a_comment("new"))
    database.close()


def test_while_anybody_has_the_file_or_works_at_either_place_nothing_moves(
    school: Folder, url: str, tmp_path: Path
) -> None:
    settings = school.read()
    source, target = at(school), arrived(settings, url)

    def try_it(said: str) -> None:
        with pytest.raises(AlreadyRunning, match=said):
            move(source, target, settings.state_dir, NOON, 1, lambda _table, _rows: None)

    with hold(source, settings.state_dir / "daemon.lock", NOON, 4711):
        try_it("held by pid 4711 ")
    with hold(target, tmp_path / "elsewhere.lock", NOON, 4712):
        try_it("held by pid 4712 ")
    page = Database.open(f"sqlcipher:///{source.file}", key=settings.store_key, wait_s=0.1)
    with page.reading() as tx:
        assert comments.find(tx, "n1")
    try_it("is open elsewhere, perhaps by the page")
    page.close()
    with target.reading() as tx:
        assert set(moves.count(tx).values()) == {0}
    open_database(settings).close()
    source.close()
    target.close()


def test_records_go_only_where_there_are_none_of_this_school(school: Folder, url: str) -> None:
    settings = school.read()
    source, target = at(school), arrived(settings, url)
    with target.transaction() as tx:
        receive(tx, a_comment("theirs"))
    with pytest.raises(StoreError, match=r"rows of school already\. Nothing was changed"):
        move(source, target, settings.state_dir, NOON, 1, lambda _table, _rows: None)
    source.close()
    target.close()
    open_database(settings).close()


def test_a_move_that_was_begun_can_be_given_up(school: Folder, url: str) -> None:
    def cut(_table: str, _rows: int) -> None:
        raise KeyboardInterrupt

    settings = school.read()
    source, target = at(school), arrived(settings, url)
    with pytest.raises(KeyboardInterrupt):
        move(source, target, settings.state_dir, NOON, 1, cut)
    source.close()
    target.close()
    words = ["migrate-store", "--give-up", "--config", str(school.config)]
    assert "can be opened again" in in_process(words, catch_exceptions=False).output
    open_database(school.read()).close()
    with pytest.raises(ModeratorError, match="No move"):
        in_process(words, catch_exceptions=False)


def test_keys_of_every_kind_are_gone_on_from(school: Folder) -> None:
    """Each table can be stopped in, also those whose keys hold times and numbers."""
    source = at(school)
    with source.reading() as tx:
        firsts: dict[str, Any] = {}
        for table, rows in moves.chunks(tx, moves.Reached()):
            firsts.setdefault(table.name, (table, rows))
        assert list(firsts) == [table.name for table in moves.tables()]
        for name, (table, rows) in firsts.items():
            key = tuple(rows[0][column.name] for column in table.primary_key.columns)
            left: Any = next(((at, found) for at, found in moves.chunks(tx, moves.Reached(name, key))), (table, []))
            assert list(left[1][:400]) == list(rows[1:401]) or (left[0] is not table and len(rows) == 1), name
    source.close()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--to", "somewhere else"], "--to is no address such as postgresql"),
        (["--to", "postgresql+psycopg://a@localhost/b", "--password-file", "pg"], "pg: cannot be read"),
    ],
)
def test_an_address_or_a_password_that_cannot_be_read_is_told_before_anything_moves(
    school: Folder, words: list[str], told: str
) -> None:
    with pytest.raises(ModeratorError, match=told):
        in_process(["migrate-store", *words, "--config", str(school.config)], catch_exceptions=False)
    open_database(school.read()).close()
