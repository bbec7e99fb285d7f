"""A backup of a database in use: whole, for the holder of the key alone, and never half of one."""

from __future__ import annotations

import shutil
import stat
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from moderator.backups import BackupError
from moderator.backups.contents import open_backup
from moderator.backups.files import backups_in
from moderator.backups.make import make_backup, prune
from moderator.backups.postgres import binary
from moderator.backups.practise import last_practised, practise, remember
from moderator.errors import ConfigError, StoreError
from moderator.store import audit
from moderator.store.database import Database
from tests.backups.conftest import HEAD, Build, Pair, bare
from tests.postgres import Server
from tests.store.made import DAY, NOON, a_comment, receive

WORDS = "a canary that sings of nothing else"


class Writer(threading.Thread):
    """Writes comments, one after the other, until told to stop."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database, self.written, self.leaving = database, 0, threading.Event()

    def run(self) -> None:
        while not self.leaving.is_set():
            with self.database.transaction() as tx:
                receive(tx, a_comment(f"w{self.written}", f"{WORDS} {self.written}"))
            self.written += 1

    def wait_for(self, count: int) -> None:
        while self.written < count:
            assert self.is_alive()
            self.leaving.wait(0.005)


def test_a_backup_taken_while_others_write_is_one_moments_state(pair: Pair) -> None:
    writer = Writer(pair.old.database())
    writer.start()
    try:
        writer.wait_for(20)
        made = pair.old.backup()
        at_least = writer.written
        writer.wait_for(at_least + 5)
    finally:
        writer.leaving.set()
        writer.join()

    assert 20 <= made.manifest.rows["comments"] <= at_least + 1
    assert made.manifest.rows["comments"] == made.manifest.rows["audit_events"]
    backup, done = practise(made.path, pair.old.identities(), pair.old.way())
    assert done.rows == sum(backup.manifest.rows.values())
    assert made.manifest.audit_head.startswith(f"{made.manifest.rows['comments']}:")


def test_it_holds_what_a_new_machine_needs_and_no_login_nor_roll(pair: Pair) -> None:
    pair.old.folder.credential("x.json", {"kind": "oauth1"})
    pair.old.folder.credential("roll.key", "77" * 32)
    pair.old.database()
    made = pair.old.backup()
    backup = open_backup(made.path, pair.old.identities())
    assert set(backup.keys) == {"store.key", "audit.key"}
    assert set(backup.config) == {"moderator.toml", "policy.toml"}
    assert backup.key("store.key") == pair.old.settings.store_key
    assert (backup.manifest.school, backup.manifest.made_at) == ("school", NOON)


def test_it_is_private_and_without_a_word_in_the_clear(pair: Pair) -> None:
    with pair.old.database().transaction() as tx:
        receive(tx, a_comment("c1", WORDS))
    made = pair.old.backup()
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    pair.old.close()
    for path in (each for each in pair.old.state.rglob("*") if each.is_file()):
        assert WORDS.encode() not in path.read_bytes()
    assert [path.name for path in pair.old.state.iterdir() if path.name.startswith(".backup-")] == []
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]


def test_a_bent_audit_trail_is_not_backed_up_over_the_good_ones(pair: Pair) -> None:
    database = pair.old.database()
    with database.transaction() as tx:
        receive(tx, a_comment("c1"), a_comment("c2"))
    with database.transaction() as tx:
        tx.session.connection().execute(text("UPDATE audit_heads SET events = 1"))
    with pytest.raises(BackupError, match="The audit trail was changed"):
        pair.old.backup()
    assert list(pair.old.settings.backup.folder.iterdir()) == []


def test_a_damaged_file_is_told_with_the_command_that_mends_it(build: Build) -> None:
    machine = build()
    with machine.database().transaction() as tx:
        receive(tx, *(a_comment(f"c{number}", "long " * 200) for number in range(60)))
    machine.close()
    file = machine.state / "moderator.db"
    torn = bytearray(file.read_bytes())
    torn[-3000] ^= 1  # The last page is one of the comments' words, which nobody reads at an ordinary start.
    file.write_bytes(torn)
    with pytest.raises((BackupError, StoreError), match="is damaged"):
        machine.backup()
    assert not any(machine.settings.backup.folder.glob("*"))


def test_no_backup_is_made_that_nobody_could_open(build: Build) -> None:
    machine = build(backups=False)
    with pytest.raises(ConfigError, match="nobody is named who could open a backup"):
        machine.backup()


def test_a_folder_that_cannot_be_written_is_told(build: Build, tmp_path: Path) -> None:
    machine = build()
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match="No backup can be written to"):
        make_backup(machine.settings, machine.database(), tmp_path / "file" / "folder", NOON)


def test_what_a_killed_backup_left_behind_is_swept_up_by_the_next(build: Build) -> None:
    machine = build()
    machine.database()
    left = machine.state / ".backup-left"
    left.mkdir()
    (left / "moderator.db").write_bytes(b"half a copy")
    part = machine.settings.backup.folder / ".moderator-school-2026-11-16T1200Z.age.part"
    part.parent.mkdir()
    part.write_bytes(b"half a backup")
    made = machine.backup()
    assert not left.exists()
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]


def test_old_ones_go_only_from_the_schools_own_folder(build: Build) -> None:
    machine = build()
    machine.folder.change("keep_daily = 7", "keep_daily = 2")
    machine.folder.change("keep_weekly = 5", "keep_weekly = 0")
    machine.database()
    made = [machine.backup(NOON + day * DAY).path for day in range(4)]
    assert [each.path for each in prune(machine.settings)] == [made[1], made[0]]
    assert [each.path for each in backups_in(machine.settings.backup.folder, "school")] == [made[3], made[2]]


def test_practice_leaves_nothing_behind_but_a_line_in_the_record(pair: Pair) -> None:
    database = pair.old.database()
    with database.transaction() as tx:
        receive(tx, a_comment())
    made = pair.old.backup()
    with database.reading() as tx:
        assert last_practised(tx) is None
    backup, _done = practise(made.path, pair.old.identities(), pair.old.way())
    remember(database, backup, HEAD, NOON + timedelta(hours=1))
    with database.reading() as tx:
        assert last_practised(tx) == NOON + timedelta(hours=1)
        assert [event.event for event in audit.trail(tx, "")] == ["restore_practised"]
    assert not any(pair.old.state.glob(".backup-*"))


def test_a_user_who_may_make_no_database_to_practise_in_is_told_what_to_ask_for(
    postgresql: Server, build: Build
) -> None:
    with bare(postgresql) as url:
        machine = build("old", url)
        machine.database()
        made = machine.backup()
        machine.close()
        postgresql.run("CREATE ROLE no_maker LOGIN")
        try:
            way = replace(machine.way(), url=make_url(url.replace("moderator@", "no_maker@")))
            with pytest.raises(BackupError, match="ALTER ROLE no_maker CREATEDB"):
                practise(made.path, machine.identities(), way)
        finally:
            postgresql.run("DROP ROLE no_maker")


def test_without_postgresqls_programs_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    if shutil.which("pg_nothing") is None:
        with pytest.raises(BackupError, match="apt-get install postgresql-client"):
            binary("pg_nothing", tmp_path)


def test_a_user_who_may_not_read_the_database_is_told_what_pg_dump_says(postgresql: Server, build: Build) -> None:
    with bare(postgresql) as url:
        machine = build("old", url)
        machine.database()
        machine.close()
        postgresql.run("DROP ROLE IF EXISTS nobody_much")
        postgresql.run("CREATE ROLE nobody_much LOGIN")
        try:
            machine.folder.change(f'url = "{url}"', f'url = "{url.replace("moderator@", "nobody_much@")}"')
            with pytest.raises((BackupError, StoreError), match=r"denies this user|gave up"):
                machine.backup()
        finally:
            machine.close()
            postgresql.run("DROP ROLE nobody_much")
    assert not any(machine.settings.backup.folder.glob("*"))
