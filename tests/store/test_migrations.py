from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.database import Database
from moderator.store.schema import MIGRATIONS, configuration
from moderator.store.tables import Row
from tests.databases import make_tables
from tests.postgres import Server
from tests.store.conftest import KEY, sqlcipher_url
from tests.store.made import NOON, a_comment, receive

MIGRATE = """
import sys
from moderator.store.database import Database

Database.open(sys.argv[1], key=sys.argv[2]).migrate()
"""


def test_the_migrations_make_the_tables_that_the_program_expects(database: Database) -> None:
    with database.connected() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_a_database_up_to_date_is_left_as_it_is(database: Database) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment())
    database.migrate()
    with database.reading() as tx:
        assert len(audit.trail(tx, a_comment().id)) == 1


def test_a_newer_schema_is_refused_and_left_as_it_is(database: Database) -> None:
    with database.transaction() as tx:
        tx.session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"written by a newer moderator \(schema 9999\)\. Nothing was changed"):
        database.migrate()
    with database.reading() as tx:
        assert tx.session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


@pytest.mark.parametrize("kind", ["sqlcipher", "postgresql"])
def test_processes_that_migrate_at_once_do_not_disturb_each_other(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlcipher":
        together(sqlcipher_url(tmp_path))
    else:
        server: Server = request.getfixturevalue("postgresql")
        server.run("CREATE DATABASE test_together")
        together(server.url("test_together"))
        server.drop("test_together")


def together(url: str) -> None:
    migrate = [sys.executable, "-c", MIGRATE, url, KEY]
    processes = [subprocess.Popen(migrate, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    database = Database.open(url, key=KEY)
    with database.transaction() as tx:
        receive(tx, a_comment())
    database.close()


def test_what_a_crash_left_of_a_migration_is_nothing(tmp_path: Path) -> None:
    database = Database.open(sqlcipher_url(tmp_path), key=KEY)
    with database.connected("EXCLUSIVE") as connection:
        transaction = connection.begin()
        connection.execute(text("CREATE TABLE accounts (id TEXT)"))
        transaction.rollback()
    database.migrate()
    with database.transaction() as tx:
        receive(tx, a_comment())
    database.close()


def test_the_tables_can_be_taken_back_and_made_again(database: Database) -> None:
    with database.connected("EXCLUSIVE") as connection, connection.begin():
        command.downgrade(configuration(connection), "base")
    database.migrate()
    with database.transaction() as tx:
        receive(tx, a_comment())


def test_every_row_belongs_to_a_school() -> None:
    assert [table.name for table in Row.metadata.sorted_tables if "school_id" not in table.columns] == []


def test_every_migration_is_written_down_with_its_number() -> None:
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert names
    assert [name[:5] for name in names] == [f"{number:04}_" for number in range(1, len(names) + 1)]


@pytest.mark.parametrize("change", ["UPDATE audit_events SET event = 'x'", "DELETE FROM audit_events"])
def test_nobody_changes_or_deletes_what_happened(database: Database, change: str) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment())
    with pytest.raises(StoreError, match="append only"), database.transaction() as tx:
        tx.session.connection().execute(text(change))
    with database.transaction() as tx:
        audit.write(tx, "looked", NOON, actor="Ms Okafor", comment_id=a_comment().id, page="queue", lines=3)
        [received, looked] = audit.trail(tx, a_comment().id)
    assert received.event == "received"
    assert looked == audit.Event("looked", NOON, "Ms Okafor", a_comment().id, "", {"page": "queue", "lines": 3})


def test_the_tables_that_tests_are_handed_are_those_that_the_steps_make(tmp_path: Path) -> None:
    made = []
    for name, make in (("stepped", Database.migrate), ("handed", make_tables)):
        database = Database.open(f"sqlcipher:///{tmp_path / name}.db", key=KEY)
        make(database)
        with database.connected() as connection, connection.begin():
            made.append(connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").all())
            made.append(connection.exec_driver_sql("SELECT * FROM alembic_version").all())
        database.close()
    assert made[:2] == made[2:]
