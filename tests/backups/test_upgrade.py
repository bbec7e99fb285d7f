"""An upgrade, from every version of the tables there ever was: kept before, whole after, and never half done."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from moderator.backups.contents import open_backup
from moderator.backups.files import backups_in
from moderator.backups.look import look
from moderator.backups.upgrade import FOLDER, KEEP_FOR
from moderator.build import open_database, reach_database
from moderator.errors import AlreadyRunning, StoreError
from moderator.store import schema
from moderator.store.database import Database
from moderator.store.running import Hold, hold, visit
from moderator.store.walls import OUTSIDE, lowered_for_owner
from tests.backups.conftest import Build, Machine, bare
from tests.postgres import Server
from tests.store.conftest import KEY, sqlcipher_url
from tests.store.made import NOON, a_comment, receive

RELEASED = schema.revisions()[::-1]
ROWS = 3
AFTER_A_STEP = 0
VALUES: list[tuple[type[sa.types.TypeEngine[Any]], Any]] = [
    (sa.JSON, {}),
    (sa.Boolean, True),
    (sa.LargeBinary, b"x"),
    (sa.DateTime, NOON),
    (sa.Date, NOON.date()),
]
FULL = sorted({"accounts", "comments", "comment_versions", "decisions", "actions", "audit_events"})


def at_revision(database: Database, revision: str) -> None:
    with database.connected("EXCLUSIVE") as connection, connection.begin():
        command.upgrade(schema.configuration(connection, database.audit_key), revision)


def fill(database: Database) -> None:
    """Three rows in every table there is. All words of a row are alike, so that every reference fits."""
    with database.connected() as connection, connection.begin():
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(
                    table.insert(), [row(table, number, database.dialect) for number in range(1, ROWS + 1)]
                )


def row(table: sa.Table, number: int, dialect: str) -> dict[str, Any]:
    return {column.name: value(column, number, dialect) for column in table.columns}


def value(column: sa.Column[Any], number: int, dialect: str) -> Any:
    found = next((value for kind, value in VALUES if isinstance(column.type, kind)), None)
    if isinstance(found, datetime) and dialect == "sqlite":
        return found.replace(tzinfo=None)
    if found is None:
        return number if isinstance(column.type, sa.Integer | sa.Float | sa.Numeric) else f"v{number}"
    return found


def rows(database: Database) -> dict[str, int]:
    with database.connected("DEFERRED") as connection, lowered_for_owner(connection):
        names = [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in names
        }


def revision(database: Database) -> str:
    with database.connected("DEFERRED") as connection:
        return schema.revision_of(connection)


@contextmanager
def forked() -> Iterator[bool]:
    """A copy of this process: True in the copy, which ends here; the other waits for it."""
    child = os.fork()
    if child == 0:
        try:
            yield True
        finally:
            os._exit(0)
    yield False
    os.waitpid(child, 0)


def killed_while_migrating(url: str, after: int) -> None:
    """Another process begins the upgrade, and gets SIGKILL before its statement number `after`, or when a step is done."""
    with forked() as is_child:
        if is_child:
            database = Database.open(url, key=KEY)
            statements = count(1)

            @sa.event.listens_for(database.engine, "before_cursor_execute")
            def die(_connection: object, _cursor: object, statement: str, *_: object) -> None:
                if next(statements) == after or (after == AFTER_A_STEP and "UPDATE alembic_version" in statement):
                    os.kill(os.getpid(), signal.SIGKILL)

            database.migrate()


def statements_to_migrate(url: str) -> int:
    counted: list[int] = []
    database = Database.open(url, key=KEY)
    sa.event.listen(database.engine, "before_cursor_execute", lambda *_: counted.append(1))
    database.migrate()
    database.close()
    return len(counted)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A filled database of every released version."""
    folder = tmp_path_factory.mktemp("released")
    made = {}
    for released in RELEASED:
        (folder / released).mkdir()
        growing, filled = (Database.open(sqlcipher_url(where), key=KEY) for where in (folder, folder / released))
        at_revision(growing, released)
        growing.close()
        filled.close()
        shutil.copy(folder / "moderator.db", folder / released)
        fill(filled)
        filled.close()
        made[released] = folder / released / "moderator.db"
    return made


@pytest.mark.parametrize("released", RELEASED)
def test_killed_in_the_middle_the_next_start_completes_with_every_row(
    released: str, steps: dict[str, Path], tmp_path: Path
) -> None:
    for name in ("counted", "killed"):
        (tmp_path / name).mkdir()
        shutil.copy(steps[released], tmp_path / name / "moderator.db")
    total = statements_to_migrate(sqlcipher_url(tmp_path / "counted"))
    url = sqlcipher_url(tmp_path / "killed")
    database = Database.open(url, key=KEY)
    before = rows(database)
    assert set(FULL) <= set(before)
    assert set(before.values()) == {ROWS}
    for after in sorted({total // 2, total}):
        database.close()
        killed_while_migrating(url, after)
        assert (revision(database), rows(database)) == (released, before)
    database.migrate()
    after_all = rows(database)
    assert {name: after_all[name] for name in before} == before
    assert revision(database) == RELEASED[-1]
    database.close()


@pytest.mark.parametrize("released", RELEASED[:-1])
def test_the_same_on_postgresql(released: str, postgresql: Server) -> None:
    with bare(postgresql) as url:
        database = Database.open(url, key=KEY)
        at_revision(database, released)
        fill(database)
        before = rows(database)
        database.close()
        killed_while_migrating(url, AFTER_A_STEP)
        assert (revision(database), rows(database)) == (released, before)
        database.migrate()
        after_all = rows(database)
        assert {name: after_all[name] for name in before} == before
        assert revision(database) == RELEASED[-1]
        database.close()


def old_school(machine: Machine, released: str = RELEASED[-2]) -> Database:
    """A school's database of the version before, with something in it."""
    database = reach_database(machine.settings)
    machine.opened.append(database)
    at_revision(database, released)
    fill(database)
    return database


@contextmanager
def machine_on(kind: str, build: Build, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A school's machine with its records in a file, or on a server that is started only where it is asked for."""
    if kind == "sqlcipher":
        yield build()
        return
    with bare(request.getfixturevalue("postgresql")) as url:
        machine = build("old", url)
        yield machine
        machine.close()


@pytest.mark.parametrize("kind", ["sqlcipher", "postgresql"])
def test_before_an_upgrade_a_backup_is_made(kind: str, build: Build, request: pytest.FixtureRequest) -> None:
    with machine_on(kind, build, request) as machine:
        upgrade_with_backup(machine)


def upgrade_with_backup(machine: Machine) -> None:
    before = rows(old_school(machine))
    assert revision(machine.database()) == RELEASED[-1]
    (kept,) = backups_in(machine.settings.backup.folder, "school")
    assert kept.before_upgrade
    manifest = open_backup(kept.path, machine.identities()).manifest
    assert manifest.schema_revision == RELEASED[-2]
    assert {name: manifest.rows[name] for name in before if name not in OUTSIDE} == {
        name: count for name, count in before.items() if name not in OUTSIDE
    }
    machine.database()  # Another start has nothing to upgrade, and makes no other.
    assert len(backups_in(machine.settings.backup.folder, "school")) == 1


def test_where_no_backups_are_configured_an_encrypted_copy_stays_beside_for_a_month(build: Build) -> None:
    machine = build(backups=False)
    before = rows(old_school(machine))
    settings = machine.settings
    machine.database()
    (copy,) = (machine.state / FOLDER).iterdir()
    assert copy.name == f"moderator-{RELEASED[-2]}.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept = Database.open(f"sqlcipher:///{copy}", key=settings.store_key, create=False)
    assert rows(kept) == before
    kept.close()
    machine.database()
    assert copy.exists()
    long_ago = (datetime.now(UTC) - KEEP_FOR).timestamp() - 60
    os.utime(copy, (long_ago, long_ago))
    machine.database()
    assert not copy.exists()


def test_an_upgrade_that_cannot_be_backed_up_before_does_not_happen(build: Build) -> None:
    machine = build()
    database = old_school(machine)
    machine.settings.backup.folder.parent.mkdir(exist_ok=True)
    machine.settings.backup.folder.write_text("a file in the folder's place")
    with pytest.raises(Exception, match="No backup can be written"):
        open_database(machine.settings)
    assert revision(database) == RELEASED[-2]


def test_a_new_school_needs_no_copy(build: Build) -> None:
    machine = build()
    machine.database()
    assert not machine.settings.backup.folder.exists()
    assert not (machine.state / FOLDER).exists()


def test_an_old_program_refuses_a_newer_database_and_leaves_it_alone(build: Build) -> None:
    machine = build()
    with machine.database().transaction() as tx:
        receive(tx, a_comment())
        tx.session.connection().execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(
        StoreError, match=r"written by a newer moderator \(schema 9999\).*put back the backup taken before"
    ):
        machine.database()
    assert not machine.settings.backup.folder.exists()
    with reach_database(machine.settings).reading() as tx:
        assert (look(tx).revision, look(tx).rows["comments"]) == ("9999", 1)


def test_the_tables_wait_until_the_daemons_place_is_free(build: Build) -> None:
    """An older daemon that still works keeps the tables it knows."""
    machine = build()
    database = old_school(machine)
    lock = machine.state / "daemon.lock"
    with hold(database, lock, NOON, 1), pytest.raises(Exception, match="held by pid 1"):
        hold(database, lock, NOON, 2, first=database.migrate)
    assert revision(database) == RELEASED[-2]
    hold(database, lock, NOON, 2, first=database.migrate).release()
    assert revision(database) == RELEASED[-1]


@pytest.mark.parametrize("kind", ["sqlcipher", "postgresql"])
def test_a_command_changes_no_tables_under_a_daemon_and_a_daemon_waits_for_a_command(
    kind: str, build: Build, request: pytest.FixtureRequest
) -> None:
    with machine_on(kind, build, request) as machine:
        command_beside_daemon(machine)


def command_beside_daemon(machine: Machine) -> None:
    database, lock = old_school(machine), machine.state / "daemon.lock"
    held = hold(database, lock, NOON, 4711)
    with held, pytest.raises(AlreadyRunning, match=r"held by pid 4711 .* systemctl restart moderator"):
        open_database(machine.settings, wait_s=0.3)
    assert revision(database) == RELEASED[-2]

    waiting: list[Hold] = []
    daemon = Thread(target=lambda: waiting.append(hold(database, lock, NOON, 4712)))

    def work() -> None:
        daemon.start()
        daemon.join(timeout=0.3)
        assert daemon.is_alive()  # It waits, and does not refuse: the command is done soon.

    visit(database, lock, work)
    daemon.join(timeout=10)
    waiting.pop().release()
    assert revision(machine.database()) == RELEASED[-1]
