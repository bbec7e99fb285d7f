"""`history`, `evidence` and `verify-audit` as a person types them."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from moderator.sandbox.school import load_day
from moderator.settings import read_settings
from moderator.store.database import Database
from tests.commands import run_command
from tests.journeys.street import Street, clean_environment, log_events, open_street, wait_until


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street on which a child was named, a kind word said, and both were judged once."""
    with open_street(tmp_path_factory.mktemp("street")) as opened:
        pupil = load_day()["pupils"][0]
        opened.comment("youtube", f"Well done {pupil['first_name']} {pupil['last_name']}, what a star!", "@first_nan")
        opened.comment("youtube", "What a lovely day you all had.", "@second_nan")
        assert opened.command("once").returncode == 0
        yield opened


def told(street: Street, *words: str) -> Any:
    said = street.command(*words, "--json")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def database(street: Street) -> Database:
    settings = read_settings(street.config, credentials_dir=None)
    return Database.open(settings.store_url, key=settings.store_key, audit_key=settings.audit_key)


def hidden(street: Street) -> str:
    (row,) = told(street, "history", "--ruling", "hide")
    comment: str = row["comment"]
    return comment


def test_history_tells_what_was_decided_with_who_and_why(street: Street) -> None:
    rows = told(street, "history", "--since", "1d")
    assert {row["author"]: row["ruling"] for row in rows} == {"@first_nan": "hide", "@second_nan": "allow"}
    assert {row["by"] for row in rows} == {"policy"}
    (named,) = told(street, "history", "--author", "first_nan")
    assert named["reasons"]
    said = street.command("history", "--limit", "1", "--author", "@first_nan").stdout
    assert "hide" in said
    assert "because" in said
    (by_rule,) = told(street, "history", "--rule", "a_childs_full_name")
    assert by_rule["author"] == "@first_nan"
    assert street.command("history", "--ruling", "remove").stdout == "No decision fits.\n"
    assert street.command("history", "--since", "tea time").returncode == 2


def test_evidence_is_handed_out_written_down_and_fits_anywhere(street: Street, tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    made = told(street, "evidence", hidden(street), "--out", str(file), "--by", "Mrs Ravenscroft")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    trail = told(street, "explain", made["comment"])["trail"]
    assert (trail[-1]["event"], trail[-1]["actor"]) == ("evidence_exported", "Mrs Ravenscroft")
    assert trail[-1]["facts"]["sha256"] == made["sha256"]

    (tmp_path / "elsewhere").mkdir()
    copy = shutil.copy(file, tmp_path / "elsewhere")
    seen = elsewhere("evidence", "--verify", str(copy), "--key", made["fingerprint"])
    assert seen.returncode == 0, seen.stderr
    assert "Every file is as it was signed" in seen.stdout
    without_key = elsewhere("evidence", "--verify", str(copy))
    assert made["fingerprint"] in without_key.stdout
    assert "ask the school" in without_key.stdout
    assert elsewhere("evidence", "--verify", str(copy), "--key", "0" * 32).returncode == 1

    again = street.command("evidence", made["comment"], "--out", str(file))
    assert again.returncode == 1
    assert "is not replaced" in again.stderr


def test_a_changed_zip_is_told_with_the_file_that_does_not_fit(street: Street, tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    told(street, "evidence", hidden(street), "--out", str(file))
    whole = bytearray(file.read_bytes())
    whole[whole.index(b"page.html") + 40] ^= 0xFF
    file.write_bytes(whole)
    seen = elsewhere("evidence", "--verify", str(file), "--json")
    assert seen.returncode == 1
    assert json.loads(seen.stdout)["misfit"] == "page.html"


def test_what_nobody_minded_is_kept_when_somebody_asks(street: Street, tmp_path: Path) -> None:
    (kind,) = told(street, "history", "--author", "@second_nan")
    told(street, "evidence", kind["comment"], "--out", str(tmp_path / "kind.zip"))
    events = [event["event"] for event in told(street, "explain", kind["comment"])["trail"]]
    assert events[-2:] == ["evidence_captured", "evidence_exported"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("evidence",), "Say which comment"),
        (("evidence", "x-nothing"), "No comment has the id"),
        (("verify-audit", "--known", "12"), "--known"),
        (("evidence", "--verify", "/nowhere/at/all.zip"), "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_said(street: Street, words: tuple[str, ...], complaint: str) -> None:
    said = street.command(*words)
    assert said.returncode in (1, 2)
    assert complaint in said.stderr
    assert "Traceback" not in said.stderr


def test_the_log_tells_the_head_and_the_trail_runs_through_it_later(street: Street, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with street.daemon(log):
        wait_until(lambda: any(each["event"] == "audit.head" for each in log_events(log)), 30, "head told")
    (head,) = [each["head"] for each in log_events(log) if each["event"] == "audit.head"]
    street.comment("youtube", "And what a lovely evening.", "@third_nan")
    assert street.command("once").returncode == 0
    said = street.command("verify-audit", "--known", head)
    assert said.returncode == 0, said.stdout
    assert "each as it was written" in said.stdout
    count, _, seal = head.partition(":")
    bent = street.command("verify-audit", "--known", f"{count}:{'0' * len(seal)}")
    assert bent.returncode == 1
    assert f"event {count} is another one" in bent.stdout


def test_the_first_bent_event_is_named_and_the_exit_code_says_so(street: Street) -> None:
    whole = told(street, "verify-audit")
    assert (whole["whole"], whole["bent"]) == (True, None)
    opened = database(street)
    with opened.connected() as connection, connection.begin():
        connection.execute(text("DROP TRIGGER audit_events_update"))
        connection.execute(text("UPDATE audit_events SET actor = 'Mrs Ravenscroft' WHERE id = 2"))
    opened.close()
    said = street.command("verify-audit")
    assert said.returncode == 1
    assert "event 2 is not as it was written" in said.stdout
    found = street.command("verify-audit", "--json")
    assert (found.returncode, json.loads(found.stdout)["bent"]) == (1, 2)


def test_a_lost_key_of_the_trail_is_told_before_any_work(tmp_path: Path) -> None:
    with open_street(tmp_path) as street:
        native_id = street.comment("youtube", "What a lovely day you all had.", "@nan")
        assert street.command("once").returncode == 0
        (street.state / "credentials" / "audit.key").unlink()
        for words in (("run",), ("decide", native_id, "hide", "--by", "Mrs Ravenscroft")):
            said = street.command(*words)
            assert said.returncode == 4
            assert "audit.key from your backup" in said.stderr


def elsewhere(*words: str) -> subprocess.CompletedProcess[str]:
    """The command on a machine that has no configuration."""
    return run_command(*words, env=clean_environment(), cwd="/")
