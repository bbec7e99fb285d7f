from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool

from moderator.errors import StoreError
from moderator.store import comments
from moderator.store.copying import copy_file
from moderator.store.database import Database, Transaction, new_key
from moderator.store.engines import made_whole, refuse_faulty_sqlite
from moderator.store.meter import StoreMeter
from moderator.store.tables import MeterRow
from tests.disk import full_disk
from tests.postgres import END_CONNECTIONS, Server
from tests.store.conftest import KEY, Reopen, sqlcipher_url
from tests.store.made import NOON, a_comment, receive

COUNT_A_HUNDRED = """
import sys
from moderator.store.database import Database
from moderator.store.meter import StoreMeter

meter = StoreMeter(Database.open(sys.argv[1], key=sys.argv[2]), "youtube")
for _ in range(100):
    meter.add("units", "2026-11", 1)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLCipher database with one comment in it, closed."""
    database = Database.open(sqlcipher_url(tmp_path), key=KEY)
    database.migrate()
    with database.transaction() as tx:
        receive(tx, a_comment(text="a secret remark"))
    database.close()
    return tmp_path / "moderator.db"


def write(tx: Transaction, sql: str) -> None:
    tx.session.connection().execute(text(sql))


def test_a_transaction_that_ends_in_an_error_leaves_nothing(database: Database) -> None:
    class PowerCut(Exception):
        pass

    def work() -> None:
        with database.transaction() as tx:
            receive(tx, a_comment(), cursor="7")
            raise PowerCut

    with pytest.raises(PowerCut):
        work()
    with database.reading() as tx:
        assert comments.find(tx, "c1") == []
        assert comments.feed_states(tx) == []


def test_what_one_wrote_the_other_reads_and_it_is_there_after_a_restart(reopen: Reopen) -> None:
    one, other = reopen(), reopen()
    with one.transaction() as tx:
        receive(tx, a_comment())
    with other.reading() as tx:
        assert comments.find(tx, "c1") == [a_comment()]
    one.close()
    other.close()
    with reopen().reading() as tx:
        assert comments.find(tx, "c1") == [a_comment()]


def test_a_fault_is_told_without_the_words_of_a_comment(database: Database) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment(text="a secret remark"))
    with pytest.raises(StoreError) as told, database.transaction() as tx:
        write(tx, "UPDATE comment_versions SET version = NULL")
    assert "a secret remark" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_two_processes_write_at_once_and_nothing_is_lost(url: str, database: Database) -> None:
    command = [sys.executable, "-c", COUNT_A_HUNDRED, url, KEY]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for writer in writers:
        _, complaint = writer.communicate(timeout=60)
        assert writer.returncode == 0, complaint
    assert StoreMeter(database, "youtube").total("units", "2026-11") == 200


def test_several_threads_write_at_once_and_nothing_is_lost(database: Database) -> None:
    meter = StoreMeter(database, "youtube")

    def count() -> None:
        for _ in range(20):
            meter.add("units", "2026-11", 1)

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meter.total("units", "2026-11") == 120


def test_who_reads_neither_waits_for_a_writer_nor_sees_half_of_what_it_writes(database: Database) -> None:
    with database.transaction() as writing:
        receive(writing, a_comment())
        with database.reading() as tx:
            assert comments.find(tx, "c1") == []
    with database.reading() as tx:
        assert len(comments.find(tx, "c1")) == 1


def test_who_reads_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError), database.reading() as tx:
        receive(tx, a_comment())
    with database.transaction() as tx:
        receive(tx, a_comment())


def test_a_database_without_its_tables_says_how_to_make_them(tmp_path: Path) -> None:
    database = Database.open(sqlcipher_url(tmp_path), key=KEY)
    with pytest.raises(StoreError, match=r"lacks the tables .* moderator run"), database.reading() as tx:
        comments.find(tx, "c1")


class TestSqlcipher:
    def test_it_is_one_schools(self, file: Path) -> None:
        database = Database.open(f"sqlcipher:///{file}", key=KEY)
        with pytest.raises(StoreError, match=r"one school per file.*moderator migrate-store"):
            database.for_school("ashgrove", None)
        database.close()

    def test_nothing_of_it_can_be_read_without_the_key(self, file: Path) -> None:
        database = Database.open(f"sqlcipher:///{file}", key=KEY)
        with database.transaction() as tx:
            receive(tx, a_comment("c2", text="another secret"))
            kept = {path: path.read_bytes() for path in file.parent.iterdir()}
        assert {path.name for path in kept} >= {"moderator.db", "moderator.db-wal"}
        for content in kept.values():
            assert b"secret" not in content
            assert b"SQLite format 3" not in content
            assert b"youtube" not in content
        database.close()
        with closing(sqlite3.connect(file)) as plain, pytest.raises(sqlite3.DatabaseError, match="not a database"):
            plain.execute("SELECT * FROM comments")

    def test_a_wrong_key_is_told_and_nothing_changed(self, file: Path) -> None:
        before = file.read_bytes()
        with pytest.raises(
            StoreError, match=r"cannot be read with this key.*Nothing was changed. Put back the key file"
        ):
            Database.open(f"sqlcipher:///{file}", key=new_key())
        assert file.read_bytes() == before
        assert [path.name for path in file.parent.iterdir()] == ["moderator.db"]

    def test_another_programs_file_is_left_as_it_is(self, tmp_path: Path) -> None:
        other = tmp_path / "moderator.db"
        with closing(sqlite3.connect(other)) as plain:
            plain.execute("CREATE TABLE theirs (a)")
        before = other.read_bytes()
        with pytest.raises(StoreError, match="no database of moderator's"):
            Database.open(sqlcipher_url(tmp_path), key=KEY)
        assert other.read_bytes() == before

    @pytest.mark.parametrize("key", [None, "", "open sesame", "5a" * 31, "5a" * 33, "zz" * 32])
    def test_a_key_that_is_none_makes_no_database(self, tmp_path: Path, key: str | None) -> None:
        with pytest.raises(StoreError, match="64 hexadecimal characters"):
            Database.open(sqlcipher_url(tmp_path), key=key)
        assert list(tmp_path.iterdir()) == []

    def test_its_files_are_the_owners_alone_even_if_they_were_not(self, file: Path) -> None:
        file.chmod(0o644)
        database = Database.open(f"sqlcipher:///{file}", key=KEY)
        with database.transaction() as tx:
            receive(tx, a_comment("c2"))
            assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}
        database.close()

    def test_who_only_looks_makes_no_database(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="There is no database at"):
            Database.open(sqlcipher_url(tmp_path), key=KEY, create=False)
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="No such file or directory"):
            Database.open(sqlcipher_url(tmp_path / "none"), key=KEY)

    def test_of_two_that_make_it_at_once_one_is_first_and_the_other_opens_that_one(self, tmp_path: Path) -> None:
        with made_whole(tmp_path / "moderator.db") as late:
            first = Database.open(sqlcipher_url(tmp_path), key=KEY)
            first.migrate()
            late.write_bytes(b"half of a database")
        with first.transaction() as tx:
            receive(tx, a_comment("c1"))
        second = Database.open(sqlcipher_url(tmp_path), key=KEY)
        with second.reading() as tx:
            assert len(comments.find(tx, "c1")) == 1
        for each in (first, second):
            each.close()
        assert [path.name for path in tmp_path.iterdir()] == ["moderator.db"]

    def test_where_making_it_fails_there_is_none(self, tmp_path: Path) -> None:
        with suppress(StoreError), made_whole(tmp_path / "moderator.db") as fresh:
            fresh.write_bytes(b"half of a database")
            raise StoreError("The disk is full.")
        assert list(tmp_path.iterdir()) == []

    def test_who_finds_it_without_its_log_while_somebody_writes_waits(self, tmp_path: Path) -> None:
        """So it is with a backup that was just put back, when the daemon and the page open it in the same moment."""
        path = tmp_path / "moderator.db"
        writer = sqlcipher.connect(path, isolation_level=None, check_same_thread=False)
        writer.execute(f"PRAGMA key = \"x'{KEY}'\"")
        writer.execute("CREATE TABLE theirs (a)")
        writer.execute("BEGIN IMMEDIATE")
        with closing(writer):
            with pytest.raises(StoreError, match="is held by another process"):
                Database.open(sqlcipher_url(tmp_path), key=KEY, wait_s=0.05)
            ends = threading.Timer(0.3, writer.execute, ("COMMIT",))
            ends.start()
            opened = Database.open(sqlcipher_url(tmp_path), key=KEY, wait_s=30)
            ends.join()
        with opened.reading() as tx:
            assert tx.session.connection().execute(text("PRAGMA journal_mode")).scalar() == "wal"
        opened.close()

    def test_who_finds_it_held_waits_and_then_says_so(self, file: Path) -> None:
        holder = Database.open(f"sqlcipher:///{file}", key=KEY)
        waiter = Database.open(f"sqlcipher:///{file}", key=KEY, wait_s=0.2)
        with holder.transaction(), pytest.raises(StoreError, match="is held by another process"), waiter.transaction():
            pass
        with waiter.transaction() as tx:
            receive(tx, a_comment("c2"))

    def test_a_full_disk_is_told_and_nothing_of_it_is_kept(self, file: Path) -> None:
        database = Database.open(f"sqlcipher:///{file}", key=KEY)
        with pytest.raises(StoreError, match="is full: nothing of this was saved"):
            fill(database)
        with database.transaction() as tx:
            write(tx, "PRAGMA max_page_count = 4294967294")
        with database.transaction() as tx:
            assert comments.find(tx, "big") == []
            assert len(receive(tx, a_comment("c2"))) == 1

    def test_a_copy_that_does_not_fit_is_told_and_leaves_nothing(self, file: Path) -> None:
        database, copy = Database.open(f"sqlcipher:///{file}", key=KEY), file.with_name("copy.db")
        with full_disk(), pytest.raises(StoreError, match=r"copy\.db (is full|failed)"):
            copy_file(database, copy)
        assert not copy.exists()
        copy.write_text("another copy")
        with pytest.raises(StoreError, match=r"copy\.db cannot be made: File exists"):
            copy_file(database, copy)
        assert copy.read_text() == "another copy"
        database.close()

    def test_it_survives_power_cuts_as_far_as_sqlite_can_see_to_that(self, file: Path) -> None:
        database = Database.open(f"sqlcipher:///{file}", key=KEY)
        with database.reading() as tx:
            settings = [tx.session.connection().execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS]
        assert settings == ["wal", 2, 1]


PRAGMAS = ("journal_mode", "synchronous", "foreign_keys")


def fill(database: Database) -> None:
    """Write more than fits: the limit of pages stands for that of the disk, with the same error from SQLite."""
    with database.transaction() as tx:
        write(tx, "PRAGMA max_page_count = 1")
        receive(tx, a_comment("big", raw="x" * 1_000_000))


class TestPostgresql:
    def test_many_schools_share_one_engine_and_closing_one_closes_no_other(self, postgresql: Server) -> None:
        with postgresql.fresh() as url:
            trust = Database.open(url, school_id="trust")
            ashgrove, valewood = trust.for_school("ashgrove", b"a" * 32), trust.for_school("valewood", b"v" * 32)
            StoreMeter(ashgrove, "x").add("units", "2026-11", 7)
            ashgrove.close()
            assert StoreMeter(valewood, "x").total("units", "2026-11") == 0
            assert StoreMeter(trust.for_school("ashgrove", None), "x").total("units", "2026-11") == 7
            assert valewood.engine is trust.engine
            trust.close()

    def test_a_server_that_is_not_there_is_told(self) -> None:
        with pytest.raises(
            StoreError, match=r"Database school on 127\.0\.0\.1 cannot be reached: .*Check that PostgreSQL"
        ):
            Database.open("postgresql+psycopg://someone:a-password@127.0.0.1:1/school")

    def test_the_password_is_not_told(self) -> None:
        with pytest.raises(StoreError) as told:
            Database.open("postgresql+psycopg://someone:a-password@127.0.0.1:1/school")
        assert "a-password" not in str(told.value)

    def test_a_database_or_user_that_is_not_there_is_told(self, postgresql: Server) -> None:
        with pytest.raises(StoreError, match=r"Database none on 127\.0\.0\.1 does not exist"):
            Database.open(postgresql.url("none"))
        with pytest.raises(StoreError, match="refused the user or password"):
            Database.open(postgresql.url("postgres").replace("moderator@", "nobody@"))

    def test_work_goes_on_after_the_server_ended_our_connections(self, postgresql: Server) -> None:
        with postgresql.fresh() as url:
            database = Database.open(url)
            meter = StoreMeter(database, "youtube")
            meter.add("units", "2026-11", 1)
            postgresql.run(END_CONNECTIONS)
            meter.add("units", "2026-11", 1)
            assert meter.total("units", "2026-11") == 2
            database.close()

    def test_a_connection_cut_in_mid_work_is_told_and_nothing_is_kept(self, postgresql: Server) -> None:
        with postgresql.fresh() as url:
            database = Database.open(url)
            with pytest.raises(StoreError, match=r"shut down meanwhile|cannot be reached"):
                receive_over_a_cut(database, postgresql)
            with database.reading() as tx:
                assert comments.find(tx, "c1") == []
            database.close()

    def test_who_finds_a_row_held_waits_and_then_says_so(self, postgresql: Server) -> None:
        with postgresql.fresh() as url:
            holder, waiter = Database.open(url), Database.open(url, wait_s=0.2)
            row = {"account_id": "youtube", "counter": "units", "period": "2026", "amount": 1}
            with holder.transaction() as held:
                held.upsert(MeterRow, row, {})
                with pytest.raises(StoreError, match="is held by another process"), waiter.transaction() as tx:
                    tx.upsert(MeterRow, row, {})
            holder.close()
            waiter.close()


def receive_over_a_cut(database: Database, server: Server) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment())
        server.run(END_CONNECTIONS)
        comments.find(tx, "c1")


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite:////tmp/x.db", "no url", "sqlcipher:///relative.db"])
def test_a_url_that_is_none_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="It is sqlcipher:///var/lib/moderator"):
        Database.open(url, key=KEY)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 44, 5), (3, 50, 6), (3, 51, 2), (3, 45, 6)])
def test_a_sqlite_that_can_damage_the_database_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(StoreError, match="pip install --upgrade sqlcipher3"):
        refuse_faulty_sqlite(version)


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 4), (4, 0, 0)])
def test_a_mended_sqlite_is_taken(version: tuple[int, ...]) -> None:
    refuse_faulty_sqlite(version)


def test_a_time_without_its_zone_is_not_stored(database: Database) -> None:
    with pytest.raises(StoreError), database.transaction() as tx:
        receive(tx, a_comment(), at=NOON.replace(tzinfo=None))


def test_who_finds_every_connection_taken_is_told_so(database: Database) -> None:
    pool: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": 0.05}
    narrow = replace(database, engine=create_engine("sqlite://", **pool))
    with narrow.connected(), pytest.raises(StoreError, match="is held by another process"), narrow.connected():
        pass
    narrow.close()
