"""The archive for support: it tells what is wrong, and holds no canary name, comment or secret."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderator.cli.diagnostics import last_lines
from moderator.diagnostics.redact import clean
from moderator.settings import read_settings
from moderator.settings.roll_file import load_roll
from tests.conftest import NOON
from tests.journeys.street import Street, open_street

WORDS = "zyqcanary shut up you stupid b1tch"
PEOPLE = """
[people]
head = "Mrs Zyqhead"
safeguarding_lead = "Mr Zyqlead"

[weekly]
to = ["Mrs Zyqhead <zyqhead@school.example>"]

[mail]
host = "mail.zyqhost.example"
sender = "zyqsender@school.example"
reply_to = "zyqreply@school.example"
"""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def test_the_archive_tells_how_things_stand_and_nothing_of_anybody(street: Street, tmp_path: Path) -> None:
    with (street.config / "moderator.toml").open("a", encoding="utf-8") as file:
        file.write(PEOPLE)
    for platform in ("x", "youtube", "instagram"):
        street.comment(platform, WORDS, handle=f"@zyqauthor_{platform}")
    assert street.command("once", "--json").returncode == 0
    log = tmp_path / "log"
    log.write_text(
        "comment.decided comment=x-1 by Mrs Zyqhead for @zyqauthor_x zyqhead@school.example\n", encoding="utf-8"
    )
    target = tmp_path / "out" / "bundle.zip"
    said = street.command("diagnostics", "--offline", "--to", str(target), "--log", str(log))
    assert said.returncode == 0, said.stderr + said.stdout
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(files) == {"about.txt", "versions.json", "settings.json", "check.json", "rows.json", "log.txt"}

    settings = read_settings(street.config, credentials_dir=None)
    roll = load_roll(settings, NOON)
    assert roll is not None
    secrets = [path.read_text(encoding="utf-8") for path in (street.state / "credentials").iterdir()]
    values = [value for text in secrets if text.startswith("{") for value in json.loads(text).values()]
    values += [text.strip() for text in secrets if not text.startswith("{")]
    canaries = [value for value in values if value not in ("oauth1", "oauth2", "instagram_login")]
    assert len(canaries) >= 8
    everything = "\n".join(files.values())
    canaries += ["zyq", settings.school.name, *settings.school.staff]
    canaries += [f"{pupil.first_name} {pupil.last_name}" for pupil in roll.pupils]
    assert [number for number, each in enumerate(canaries) if each.lower() in everything.lower()] == []

    assert json.loads(files["rows.json"])["rows"]["comments"] == 3
    assert "comment.decided comment=x-1 by [removed]" in files["log.txt"]
    shown = json.loads(files["settings.json"])
    assert (shown["mode"], shown["mail"]["host"], shown["mail"]["port"]) == ("auto", "set", 587)
    assert [each["id"] for each in shown["accounts"]] == ["x", "youtube", "instagram"]
    levels = {each["what"]: each["level"] for each in json.loads(files["check.json"])}
    assert levels["audit"] == "ok"
    assert json.loads(files["versions.json"])["httpx"]


def test_addresses_and_handles_that_nobody_knows_of_go_too() -> None:
    told = clean("ask @someone_else or pat.jones@mail.example about x-1abc", [])
    assert told == "ask [removed] or [removed] about x-1abc"


def test_a_journal_that_does_not_answer_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = tmp_path / "journalctl"
    journal.write_text("#!/bin/sh\nexec sleep 60\n")
    journal.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert last_lines(None, within_s=0.1) == []
