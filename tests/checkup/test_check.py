"""`moderator check` on a school's machine: each thing that can be wrong is told with its remedy, and nothing is changed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from moderator.build import open_database
from moderator.checkup.files import config_line, owner_line, private_line
from moderator.checkup.freshness import Fresh
from moderator.checkup.lines import Level, Line, exit_code, ok, skipped, warn
from moderator.checkup.look import Asked, account_line, detectors_line
from moderator.checkup.machine import (
    GB,
    clock_is_synchronised,
    clock_line,
    disk_line,
    sqlite_line,
    version_line,
    zone_line,
)
from moderator.checkup.outside import host_line, mail_line, trial_letter
from moderator.checkup.reading import model_line
from moderator.checkup.record import fresh_line, roll_line
from moderator.checkup.units import exposure, unit_lines
from moderator.cli.check import all_lines
from moderator.reports.mail import Mailer
from moderator.settings import read_settings
from moderator.settings.roll_file import import_roll
from moderator.store.pushes import Subscription
from moderator.weights.shipped import shipped
from tests.conftest import NOON, REPOSITORY, skip_needed
from tests.journeys.street import Street, open_street
from tests.reports.made import MAIL
from tests.reports.post_office import PostOffice

MACHINE = {"versions", "sqlite", "clock", "zone", "disk", "config", "at rest", "state", "owner", "settings", "units"}
READING = {"toxicity", "reader", "detectors", "database", "audit"}
ACCOUNTS = {"x", "youtube", "instagram", "x read", "youtube read", "instagram read", "x quota", "youtube quota"}
PEOPLE = {"waiting", "roll", "people", "backup", "checklist", "complaints", "mail", "alerts", "page"}


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def checked(street: Street, *words: str) -> tuple[int, dict[str, Any]]:
    said = street.command("check", *words, "--json")
    assert said.stderr == ""
    return said.returncode, {row["what"]: row for row in json.loads(said.stdout)}


def test_a_school_that_has_just_begun_is_told_what_is_left_to_do(street: Street) -> None:
    assert street.command("once").returncode == 0
    code, rows = checked(street)
    assert set(rows) == MACHINE | READING | ACCOUNTS | PEOPLE
    assert code == 1, [row for row in rows.values() if row["level"] == "fail"]
    # What the clock, the zone and the disk of this machine are like is no part of the story.
    todo = {what for what, row in rows.items() if row["level"] == "warn"} - {"clock", "zone", "disk", "checklist"}
    assert todo == {"toxicity", "reader", "people", "backup", "mail", "alerts", "page", "youtube"}
    assert "consent_screen" in rows["youtube"]["detail"]
    for row in rows.values():
        assert bool(row["remedy"]) == (row["level"] in ("warn", "fail")), row


def test_offline_asks_nobody(street: Street) -> None:
    before = len(street.sandbox.calls)
    _code, rows = checked(street, "--offline")
    assert {rows[each]["level"] for each in ("x", "youtube", "instagram")} == {"skipped"}
    assert len(street.sandbox.calls) == before


def test_what_others_may_read_or_change_is_found(street: Street) -> None:
    street.command("once")
    (street.state / "moderator.db").chmod(0o640)
    (street.config / "policy.toml").chmod(0o666)
    (street.state / "tokens").chmod(0o755)
    code, rows = checked(street, "--offline")
    assert code == 2
    assert rows["state"]["level"] == "fail"
    assert "moderator.db" in rows["state"]["detail"]
    assert "tokens" in rows["state"]["detail"]
    assert f"chmod -R go-rwx {street.state}" == rows["state"]["remedy"]
    assert "policy.toml" in rows["settings"]["detail"]


def test_a_trail_that_was_changed_fails(street: Street) -> None:
    street.command("once")
    key = street.state / "credentials" / "audit.key"
    key.write_text("ab" * 32 + "\n", encoding="utf-8")
    code, rows = checked(street, "--offline")
    assert code == 2
    assert rows["audit"]["level"] == "fail"


def test_with_a_faulty_file_the_machine_is_looked_at_all_the_same(street: Street) -> None:
    (street.config / "moderator.toml").write_text('mode = "atuo"\n', encoding="utf-8")
    code, rows = checked(street)
    assert code == 2
    assert "atuo" in rows["config"]["detail"]
    assert rows["sqlite"]["ok"]


def test_an_account_that_nobody_reads_any_more_fails() -> None:
    fresh = Fresh("youtube", NOON, None, (), timedelta(minutes=30))
    assert fresh_line(fresh, NOON + timedelta(minutes=2)) == ok("youtube read", "last read 2 minutes ago")
    late = fresh_line(fresh, NOON + timedelta(hours=5))
    assert (late.level, late.detail) == (Level.FAIL, "last read 5 hours ago, which is too long ago")
    assert fresh_line(replace(fresh, last_read=None), NOON).level is Level.WARN
    assert fresh_line(replace(fresh, errors=("no answer",)), NOON).level is Level.WARN
    paused = fresh_line(replace(fresh, paused="the token was revoked"), NOON)
    assert "the token was revoked" in paused.detail


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ((3, 51, 2), Level.FAIL),
        ((3, 51, 3), Level.OK),
        ((3, 50, 7), Level.OK),
        ((3, 44, 6), Level.OK),
        ((3, 40, 1), Level.FAIL),
    ],
)
def test_a_sqlite_that_can_lose_writes_is_refused(version: tuple[int, ...], level: Level) -> None:
    assert sqlite_line(version).level is level


def test_the_versions_are_compared_with_what_the_program_needs() -> None:
    asked = ["httpx<0.29,>=0.28", "detoxify>=0.5", 'mypy>=2; extra == "dev"']
    fine = version_line("0.1.0", "3.11.2", {"httpx": "0.28.1", "detoxify": "0.5.4"}, asked)
    slim = version_line("0.1.0", "3.11.2", {"httpx": "0.28.1"}, asked)
    old = version_line("0.1.0", "3.11.2", {"httpx": "0.27.0"}, asked)
    none = version_line("0.1.0", "3.11.2", {"detoxify": "0.5.4"}, asked)
    assert (fine.level, slim.level, old.level, none.level) == (Level.OK, Level.OK, Level.FAIL, Level.FAIL)
    assert "without detoxify (the slim installation)" in slim.detail
    assert "httpx 0.27.0" in old.detail
    assert "no httpx" in none.detail


def test_the_clock_is_asked_of_the_kernel() -> None:
    assert clock_is_synchronised() in (True, False, None)
    assert [clock_line(each).level for each in (True, False, None)] == [Level.OK, Level.WARN, Level.SKIPPED]


def test_a_machine_with_another_zone_is_told_in_summer_and_in_winter() -> None:
    london, utc = ZoneInfo("Europe/London"), ZoneInfo("UTC")
    for when in (NOON, NOON + timedelta(days=182)):
        assert zone_line(when, london, utc).level is Level.WARN
        assert zone_line(when, london, ZoneInfo("Europe/Jersey")).level is Level.OK


def test_a_disk_that_fills_up_is_told_before_it_is_full(tmp_path: Path) -> None:
    assert [disk_line(free, tmp_path).level for free in (GB // 10, GB, 3 * GB)] == [Level.FAIL, Level.WARN, Level.OK]


@pytest.mark.parametrize(
    ("days", "level", "said"),
    [
        (0, Level.OK, "1 pupil, imported"),
        (105, Level.OK, "1 pupil, imported"),
        (106, Level.WARN, "expires on"),
        (120, Level.FAIL, "expired on"),
    ],
)
def test_a_roll_is_told_before_it_is_too_old_and_fails_once_it_is(
    street: Street, tmp_path: Path, days: int, level: Level, said: str
) -> None:
    settings = read_settings(street.config, credentials_dir=None)
    csv = tmp_path / "pupils.csv"
    csv.write_text("first_name,last_name\nZebulonia,Quackenthwaite\n", encoding="utf-8")
    import_roll(settings, csv, NOON)

    line = roll_line(settings, NOON + timedelta(days=days))

    assert line.level is level
    assert said in line.detail
    assert bool(line.remedy) is (level is not Level.OK)
    assert "Zebulonia" not in f"{line}"


def test_a_roll_that_does_not_open_and_none_at_all_are_told_apart(street: Street) -> None:
    settings = read_settings(street.config, credentials_dir=None)
    settings.roll.key_path.unlink()
    assert roll_line(settings, NOON).level is Level.FAIL
    settings.roll.path.unlink()
    assert (told := roll_line(settings, NOON)).level is Level.OK
    assert "children are found by patterns only" in told.detail


def test_the_files_of_the_state_folder(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    secret = state / "x.json"
    secret.touch(mode=0o600)
    assert private_line(state).level is Level.OK
    secret.chmod(0o604)
    assert private_line(state).level is Level.FAIL
    assert owner_line(state).level is Level.OK
    if os.geteuid() == 0:
        os.chown(secret, 65534, 65534)
        assert owner_line(state).level is Level.FAIL
    tmp_path.chmod(0o775)
    assert config_line(tmp_path).level is Level.WARN


def test_what_cannot_be_looked_at_is_told_as_such(tmp_path: Path) -> None:
    gone = private_line(tmp_path / "gone")
    assert (gone.level, gone.remedy) == (Level.FAIL, "Run this as root.")
    assert exposure(str(tmp_path / "no-systemd-analyze"), REPOSITORY / "systemd" / "moderator.service") is None
    phone = Subscription("https://127.0.0.1:1/push/1", "p256dh", "auth", "Mrs Ravenscroft", "head")
    assert (told := host_line(phone)).level is Level.FAIL
    assert told.detail == "127.0.0.1:1 cannot be reached: ConnectError"


def test_a_login_and_a_model_that_cannot_be_used_are_a_line_each(street: Street, tmp_path: Path) -> None:
    secret = street.state / "credentials" / "x.json"
    secret.write_text(json.dumps(street.sandbox.credentials("x", kind="oauth2")), encoding="utf-8")
    (street.state / "tokens").mkdir(mode=0o700)
    (street.state / "tokens" / "x.json").write_text("no tokens")
    settings = read_settings(street.config, credentials_dir=None)
    database = open_database(settings)
    login = account_line(settings, database, "x", NOON)
    database.close()
    assert (login.level, login.remedy) == (Level.FAIL, "Mend what it names.")
    nothing = detectors_line(replace(settings, reader=f"onnx:{tmp_path}"), NOON)
    assert (nothing.level, nothing.remedy[:19]) == (Level.FAIL, "Mend what it names;")


def test_a_model_that_is_another_is_found(tmp_path: Path) -> None:
    assert model_line("toxicity", "built-in", tmp_path).level is Level.OK
    assert model_line("reader", "off", tmp_path).level is Level.WARN
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in shipped("toxicity").iterdir():
        (copy / path.name).symlink_to(path)
    assert model_line("toxicity", f"onnx:{copy}", tmp_path).level is Level.OK
    (copy / "tokenizer.json").unlink()
    (copy / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert model_line("toxicity", f"onnx:{copy}", tmp_path).level is Level.FAIL
    (copy / "manifest.json").unlink()
    assert model_line("toxicity", f"onnx:{copy}", tmp_path).level is Level.WARN


def test_the_mail_server_is_greeted_and_gets_a_letter_only_when_asked() -> None:
    with PostOffice() as office:
        settings = replace(MAIL, host="127.0.0.1", port=office.port, timeout_s=2.0)
        assert mail_line(settings, Mailer(settings), offline=False, letter=None).level is Level.OK
        assert office.taken == []
        sent = mail_line(settings, Mailer(settings), offline=False, letter=trial_letter(settings, NOON))
        assert "a test letter was taken" in sent.detail
        (taken,) = office.taken
        assert taken.recipient == settings.reply_to.address
    assert mail_line(settings, Mailer(settings), offline=False, letter=None).level is Level.FAIL
    assert mail_line(settings, Mailer(settings), offline=True, letter=None).level is Level.SKIPPED
    assert mail_line(replace(settings, host=""), Mailer(settings), offline=False, letter=None).level is Level.WARN


def test_installed_units_are_scored_and_a_loosened_one_fails(tmp_path: Path) -> None:
    if subprocess.run(["which", "systemd-analyze"], capture_output=True, check=False).returncode:
        skip_needed("systemd-analyze not found")
    (skip,) = unit_lines(tmp_path)
    assert skip.level is Level.SKIPPED
    shipped_unit = (REPOSITORY / "systemd" / "moderator.service").read_text(encoding="utf-8")
    (tmp_path / "moderator.service").write_text(shipped_unit, encoding="utf-8")
    assert [line.level for line in unit_lines(tmp_path)] == [Level.OK]
    loose = shipped_unit.replace("\nCapabilityBoundingSet=\n", "\n")
    (tmp_path / "moderator.service").write_text(loose, encoding="utf-8")
    assert [line.level for line in unit_lines(tmp_path)] == [Level.FAIL]


def test_the_worst_line_is_the_exit_code() -> None:
    fine, later = ok("a", "b"), warn("a", "b", "c")
    assert exit_code([fine, skipped("a", "b")]) == 0
    assert exit_code([fine, later]) == 1
    assert exit_code([later, Line("a", Level.FAIL, "b", "c"), fine]) == 2


def test_beside_the_service_root_checks_the_logins_that_the_units_are_handed(street: Street, tmp_path: Path) -> None:
    street.command("once")
    store = tmp_path / "credstore"
    store.mkdir(mode=0o700)
    for name in ("x", "youtube", "instagram"):
        (street.state / "credentials" / f"{name}.json").rename(store / f"moderator.{name}.json")
    lines = {line.what: line for line in all_lines(Asked(street.config), store)}
    assert {lines[each].level for each in ("x", "youtube", "instagram")} <= {Level.OK, Level.WARN}
    without = {line.what: line for line in all_lines(Asked(street.config), tmp_path / "none")}
    assert without["config"].level is Level.FAIL


def test_units_that_cannot_be_looked_at_have_no_score(tmp_path: Path) -> None:
    assert exposure(str(tmp_path / "nothing-here"), tmp_path / "moderator.service") is None
