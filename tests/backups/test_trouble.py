"""Disks and programs that fail under a backup: each is one sentence, and nothing stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderator.backups import BackupError
from moderator.backups.contents import open_backup, read_manifest
from moderator.backups.keys import make_key
from moderator.backups.postgres import restoring
from moderator.backups.restore import unpack
from moderator.backups.scratch import scratch
from moderator.errors import ConfigError
from moderator.store.beside import emptied_at_error, moved_aside
from moderator.store.database import Database
from moderator.store.meter import StoreMeter
from moderator.store.whole import is_empty
from tests.backups.conftest import Build
from tests.conftest import skip_needed
from tests.disk import full_disk
from tests.postgres import Server, binaries, postgresql
from tests.store.made import NOON

__all__ = ["postgresql"]


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("a file where a folder should be")
    return tmp_path / "file"


def test_a_key_and_what_is_under_way_need_a_folder(blocked: Path) -> None:
    with pytest.raises(ConfigError, match=r"backup\.key cannot be written: Not a directory\. Name another place\."):
        make_key(blocked / "backup.key", NOON)
    with pytest.raises(BackupError, match="state cannot be written to: Not a directory"), scratch(blocked / "state"):
        pass


def test_a_database_that_does_not_fit_on_the_disk_is_told(build: Build, tmp_path: Path) -> None:
    machine = build("old")
    made = machine.backup()
    opened = open_backup(made.path, machine.identities())
    with full_disk(), pytest.raises(BackupError, match=r"fresh\.db cannot be written: File too large"):
        unpack(opened, machine.identities(), tmp_path / "fresh.db")


def test_a_manifest_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="has no manifest that this version of moderator can read"):
        read_manifest(tmp_path / "x.age", b"{}")


class StickPulledOut(Exception):
    pass


def feed_nonsense() -> None:
    with restoring(None) as feed:
        for _ in range(1000):
            feed(b"no dump " * 1000)


def break_off() -> None:
    with restoring(None) as feed:
        feed(b"PGDMP")
        raise StickPulledOut


def test_pg_restore_is_told_of_where_it_gives_up_and_ended_where_we_do() -> None:
    if binaries() is None:
        skip_needed("PostgreSQL server binaries not found")
    with pytest.raises(BackupError, match="pg_restore gave up: "):
        feed_nonsense()
    with pytest.raises(StickPulledOut):
        break_off()


def test_what_fails_while_records_are_put_back_leaves_postgresql_as_it_was(postgresql: Server) -> None:
    with postgresql.fresh() as url:
        database = Database.open(url)
        StoreMeter(database, "x").add("units", "2026-11", 1)
        with pytest.raises(StickPulledOut), moved_aside(database, "before"):
            raise StickPulledOut
        assert StoreMeter(database, "x").total("units", "2026-11") == 1
        with pytest.raises(StickPulledOut), emptied_at_error(database):
            raise StickPulledOut
        assert is_empty(database)
        database.close()
