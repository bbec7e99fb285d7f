"""`backup` and `restore` as the IT person types them, and the two lines in `check`."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from moderator.backups.keys import read_identities
from moderator.checkup.record import record_lines
from moderator.cli.common import utc_now
from moderator.errors import ConfigError, ModeratorError, StoreError
from tests.backups.conftest import Build, Machine
from tests.commands import in_process
from tests.store.made import DAY, a_comment, receive

DAEMON = 61_234
"""A user id as systemd gives to a dynamic user."""


def run(machine: Machine, *words: str) -> Result:
    return in_process([*words, "--config", str(machine.folder.config)])


def did(machine: Machine, *words: str) -> str:
    result = run(machine, *words)
    assert result.exit_code == 0, result.exception
    return result.stdout


def told(machine: Machine, *words: str) -> Any:
    return json.loads(did(machine, *words, "--json"))


@pytest.fixture
def machine(build: Build) -> Machine:
    """A school that has one comment, and has made no backup yet."""
    made = build()
    with made.database().transaction() as tx:
        receive(tx, a_comment())
    made.close()
    return made


def newest(machine: Machine) -> str:
    return str(max(machine.settings.backup.folder.iterdir()))


def test_a_key_a_backup_the_list_and_the_way_back(machine: Machine, build: Build) -> None:
    assert "opened and looked through before it was encrypted" in did(machine, "backup", "--by", "Mr Byte")
    (row,) = told(machine, "backup", "--list")
    assert row["goes"] is False
    new = build("new")
    said = did(new, "restore", newest(machine), "--identity", str(machine.key), "--by", "Mr Byte")
    assert said.startswith("Restored:")
    assert "Put the holds in again first: moderator hold" in said
    assert "moderator roll import FILE" in said
    assert told(new, "verify-audit")["whole"]


def test_a_new_machine_without_settings_names_the_folder(machine: Machine, tmp_path: Path) -> None:
    did(machine, "backup")
    words = ["restore", newest(machine), "--identity", str(machine.key), "--to", str(tmp_path / "fresh")]
    result = in_process([*words, "--config", str(tmp_path / "none")])
    assert result.exit_code == 0, result.exception
    assert (tmp_path / "fresh" / "moderator.db").exists()
    assert (tmp_path / "fresh" / "config-from-backup" / "moderator.toml").exists()


def test_a_new_key_is_printed_by_its_public_half_only(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "new.key"
    public = told(machine_free(tmp_path, machine), "backup", "--new-key", str(file))["recipient"]
    assert public.startswith("age1")
    assert len(read_identities(file)) == 1
    other = tmp_path / "other.key"
    said = did(machine, "backup", "--new-key", str(other))
    assert "recipients = [" in said
    assert "AGE-SECRET-KEY" not in said


def machine_free(folder: Path, machine: Machine) -> Machine:
    """A machine on which nothing was set up: a key can be made anywhere."""
    return Machine(type(machine.folder)(folder / "nothing", folder / "nothing"), machine.key)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(machine: Machine) -> None:
    assert "would write" in did(machine, "backup", "--dry-run")
    assert not machine.settings.backup.folder.exists()
    did(machine, "backup")
    before = sorted(path.name for path in machine.state.iterdir())
    said = did(machine, "restore", newest(machine), "--identity", str(machine.key), "--dry-run", "--replace")
    assert "all " in said
    assert "would restore it into" in said
    assert sorted(path.name for path in machine.state.iterdir()) == before


def test_a_stick_gets_a_copy_and_nothing_on_it_is_deleted(machine: Machine, tmp_path: Path) -> None:
    machine.folder.change("keep_daily = 7", "keep_daily = 1")
    machine.folder.change("keep_weekly = 5", "keep_weekly = 0")
    stick = tmp_path / "media"
    for _ in range(2):
        did(machine, "backup", "--to", str(stick))
        did(machine, "backup")
    assert len(list(stick.iterdir())) == 2
    assert len(list(machine.settings.backup.folder.iterdir())) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave behind what the daemon cannot open")
def test_what_root_makes_stays_the_daemons(machine: Machine, build: Build) -> None:
    """The person at the server types as root; the nightly timer, as the daemon's user, must be able to go on."""
    new = build("new")
    for each in (machine, new):
        each.state.mkdir(exist_ok=True)
        os.chown(each.state, DAEMON, DAEMON)
    did(machine, "backup")
    did(new, "restore", newest(machine), "--identity", str(machine.key))
    for made in (machine.settings.backup.folder, *machine.settings.backup.folder.iterdir(), *new.state.rglob("*")):
        assert made.stat().st_uid == DAEMON, made


def test_what_is_missing_is_said_in_one_sentence(machine: Machine, tmp_path: Path) -> None:
    result = run(machine, "restore", str(tmp_path / "none.age"), "--identity", str(machine.key))
    assert isinstance(result.exception, ModeratorError)
    assert "none.age cannot be read" in str(result.exception)
    result = run(machine, "restore", str(tmp_path / "none.age"), "--identity", str(tmp_path / "none.key"))
    assert isinstance(result.exception, ConfigError)
    assert run(machine, "backup", "--drill").exit_code == 2
    assert isinstance(run(machine, "backup", "--drill", "--identity", str(machine.key)).exception, ModeratorError)


def test_without_a_database_there_is_nothing_to_back_up(build: Build) -> None:
    result = run(build(), "backup")
    assert isinstance(result.exception, StoreError)
    assert "There is no database at" in str(result.exception)


def test_check_tells_how_old_the_last_backup_and_the_last_practice_are(machine: Machine) -> None:
    assert lines(machine, timedelta()) == [
        ("warn", f"none in {machine.settings.backup.folder} yet", "moderator backup"),
        (
            "warn",
            "no backup was ever restored for practice",
            "Once a term: moderator backup --drill --identity KEYFILE",
        ),
    ]
    did(machine, "backup")
    did(machine, "backup", "--drill", "--identity", str(machine.key))
    backup, practice = lines(machine, timedelta())
    assert backup[0] == "ok"
    assert ", 1 is kept in" in backup[1]
    assert practice[0] == "ok"
    backup, practice = lines(machine, 130 * DAY)
    assert backup[0] == "fail"
    assert "made 130 days ago" in backup[1]
    assert practice[0] == "warn"
    assert "ok    backup        the last was made" in run(machine, "check", "--offline").stdout


def lines(machine: Machine, later: timedelta) -> list[tuple[str, str, str]]:
    """What `check` says of backups and of practice."""
    database = machine.database()
    try:
        with database.reading() as tx:
            found = list(record_lines(tx, machine.settings, utc_now() + later))
    finally:
        machine.close()
    return [(line.level.value, line.detail, line.remedy) for line in found if line.what in ("backup", "restore")]


def test_check_says_how_to_begin(build: Build) -> None:
    machine = build(backups=False)
    (line,) = lines(machine, timedelta())
    assert line == (
        "warn",
        "none is made",
        "Make a key and name it in moderator.toml: moderator backup --new-key FILE",
    )
