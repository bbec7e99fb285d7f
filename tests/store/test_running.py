from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from moderator.errors import AlreadyRunning, StoreError
from moderator.store.database import Database
from moderator.store.running import Hold, hold, visit
from tests.postgres import END_CONNECTIONS, Server
from tests.store.conftest import KEY, Reopen, sqlcipher_url
from tests.store.made import DAY, NOON

HOLD_UNTIL_KILLED = """
import os, sys, time
from datetime import datetime, UTC
from pathlib import Path
from moderator.store.database import Database
from moderator.store.running import hold

database = Database.open(sys.argv[1], key=sys.argv[2])
with hold(database, Path(sys.argv[3]), datetime(2026, 11, 16, 12, tzinfo=UTC), os.getpid()):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_daemon_is_told_who_holds_the_place_and_gets_it_afterwards(reopen: Reopen, tmp_path: Path) -> None:
    lock = tmp_path / "running.lock"
    with hold(reopen(), lock, NOON, 4711) as held:
        assert held.still_held()
        with pytest.raises(AlreadyRunning, match=r"held by pid 4711 on \S+ since 2026-11-16 12:00 UTC") as told:
            hold(reopen(), lock, NOON + DAY, 4712)
    assert told.value.exit_code == 75
    hold(reopen(), lock, NOON + DAY, 4712).release()


def test_a_killed_daemon_leaves_its_place_free(url: str, database: Database, tmp_path: Path) -> None:
    lock = tmp_path / "running.lock"
    command = [sys.executable, "-c", HOLD_UNTIL_KILLED, url, KEY, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"held by pid {daemon.pid} on"):
            hold(database, lock, NOON, os.getpid())
        daemon.send_signal(signal.SIGKILL)
        daemon.wait(10)
    hold(database, lock, NOON, os.getpid()).release()


def test_on_postgresql_the_place_is_one_for_all_machines_and_schools_do_not_share_it(
    postgresql: Server, tmp_path: Path
) -> None:
    with postgresql.fresh() as url:
        one, other = Database.open(url), Database.open(url, school_id="other")
        with hold(one, tmp_path / "here.lock", NOON, 4711):
            with pytest.raises(AlreadyRunning, match="held by pid 4711 on"):
                hold(one, tmp_path / "elsewhere.lock", NOON, 4712)
            hold(other, tmp_path / "other.lock", NOON, 4713).release()
        one.close()
        other.close()


def test_a_daemon_that_lost_its_connection_knows_that_it_lost_its_place(postgresql: Server, tmp_path: Path) -> None:
    with postgresql.fresh() as url:
        database = Database.open(url)
        held = hold(database, tmp_path / "running.lock", NOON, 4711)
        assert held.still_held()
        postgresql.run(END_CONNECTIONS)
        assert not held.still_held()
        held.release()
        hold(database, tmp_path / "running.lock", NOON, 4711).release()
        database.close()


def test_a_lock_file_that_cannot_be_made_is_told(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: No such file or directory"):
        hold(database, tmp_path / "none" / "running.lock", NOON, 4711)


@pytest.mark.parametrize("beside", [True, False])
def test_a_daemon_waits_for_a_guest_on_this_machine_and_on_another(
    postgresql: Server, tmp_path: Path, beside: bool
) -> None:
    with postgresql.fresh() as url:
        database, took = Database.open(url), list[Hold]()
        guests, own = tmp_path / "here.lock", tmp_path / ("here.lock" if beside else "elsewhere.lock")
        daemon = threading.Thread(target=lambda: took.append(hold(database, own, NOON, 4711)))

        def work() -> None:
            daemon.start()
            daemon.join(0.3)
            assert daemon.is_alive()

        visit(database, guests, work)
        daemon.join(30)
        with took.pop(), pytest.raises(AlreadyRunning, match="held by pid 4711 on"):
            visit(database, guests, work)
        database.close()


def test_a_database_that_went_away_meanwhile_is_told_as_such(postgresql: Server, tmp_path: Path) -> None:
    with postgresql.fresh() as url:
        database = Database.open(url)
    with pytest.raises(StoreError, match=r"does not exist|was shut down meanwhile"):
        hold(database, tmp_path / "running.lock", NOON, 4711)
    database.close()


def test_a_daemon_whose_file_was_replaced_or_taken_away_lost_its_place(tmp_path: Path) -> None:
    database = Database.open(sqlcipher_url(tmp_path), key=KEY)
    with hold(database, tmp_path / "running.lock", NOON, 4711) as held:
        (tmp_path / "moderator.db").rename(tmp_path / "aside.db")
        assert not held.still_held()
        (tmp_path / "moderator.db").touch()
        assert not held.still_held()
    database.close()
