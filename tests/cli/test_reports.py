"""`moderator report weekly` and `moderator reports`, as typed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from typer.testing import Result

from moderator.build import open_database
from moderator.settings import read_settings
from tests.commands import in_process
from tests.conftest import REPOSITORY
from tests.reports.made import DAY, Life, a_full_week, london
from tests.reports.post_office import PostOffice

MAIL = """host = "127.0.0.1"
port = {port}
security = "none"
sender = "Moderation <moderation@school.example>"
reply_to = "head@school.example"
timeout_s = 2
"""
TO = 'to = ["Mrs Ravenscroft <head@school.example>", "deputy@school.example"]\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A school's files, and a store that lived through week 46."""
    folder = tmp_path / "etc"
    folder.mkdir()
    text = (REPOSITORY / "config" / "moderator.toml").read_text(encoding="utf-8")
    (folder / "moderator.toml").write_text(
        text.replace("/var/lib/moderator", str(tmp_path / "state")), encoding="utf-8"
    )
    (folder / "policy.toml").write_text("# as shipped\n", encoding="utf-8")
    database = open_database(read_settings(folder, credentials_dir=None))
    life = Life(database)
    life.begin(london("2026-09-01 08:00"))
    a_full_week(life, london("2026-11-09 00:00"))
    database.close()
    return folder


def write(config: Path, table: str, keys: str) -> None:
    """Put keys into a table of moderator.toml in the place of the shipped ones."""
    path = config / "moderator.toml"
    before, after = path.read_text(encoding="utf-8").split(f"[{table}]\n")
    for key in re.findall(r"^(\w+) =", keys, re.MULTILINE):
        after = re.sub(rf"^{key} = .*\n", "", after, count=1, flags=re.MULTILINE)
    path.write_text(f"{before}[{table}]\n{keys}{after}", encoding="utf-8")


def run(config: Path, *arguments: str) -> Result:
    return in_process([*arguments, "--config", str(config)])


def test_a_week_is_printed_as_text_and_always_the_same(config: Path) -> None:
    first, again = (run(config, "report", "weekly", "--week", "2026-W46") for _ in range(2))

    assert first.exit_code == 0, first.output
    assert first.output.startswith("Week 46: 24 read, 4 hidden, 3 wait for you\n")
    figures = first.output.split("IS IT WORKING?")[0]
    assert figures == again.output.split("IS IT WORKING?")[0]


def test_a_week_is_written_into_a_file_that_mail_programs_open(config: Path, tmp_path: Path) -> None:
    write(config, "weekly", TO)
    file = tmp_path / "week.eml"

    told = run(config, "report", "weekly", "--week", "2026-W46", "--to", str(file))

    assert f"written to {file}" in told.output
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Subject"] == "Week 46: 24 read, 4 hidden, 3 wait for you"
    assert message["To"] == "Mrs Ravenscroft <head@school.example>"
    assert {part.get_content_type() for part in message.walk()} >= {"text/plain", "text/html", "image/png"}


def test_a_week_as_json_holds_the_figures(config: Path) -> None:
    told = json.loads(run(config, "report", "weekly", "--week", "2026-W46", "--json").output)

    assert (told["first"], told["last"], told["key"]) == ("2026-11-09", "2026-11-15", "weekly 2026-W46")
    assert told["groups"][0]["this"]["read"] == 24
    assert told["waiting"]["comments"] == 3


def test_sent_to_each_recipient_once_and_listed(config: Path) -> None:
    with PostOffice() as office:
        office.rcpt = lambda address: "450 4.2.0 Greylisted" if address.startswith("deputy") else ""
        write(config, "mail", MAIL.format(port=office.port))
        write(config, "weekly", TO)

        first = run(config, "report", "weekly", "--week", "2026-W46", "--send")
        again = run(config, "report", "weekly", "--week", "2026-W46", "--send")

        assert [taken.recipient for taken in office.taken] == ["head@school.example"]
    assert first.exit_code == 1
    assert "head@school.example: sent" in first.output
    assert "deputy@school.example: not sent." in first.output
    assert "450 4.2.0 Greylisted The daemon tries again." in first.output
    assert again.output.count("nobody gets it twice") == 2
    listed = json.loads(run(config, "reports", "--json").output)
    assert {(row["to"], row["state"], row["attempts"]) for row in listed} == {
        ("head@school.example", "sent", "1 try"),
        ("deputy@school.example", "waiting", "1 try"),
    }
    assert "Greylisted" in run(config, "reports").output


def test_without_a_mail_server_or_recipients_it_says_what_is_missing(config: Path) -> None:
    no_server = run(config, "report", "weekly", "--week", "2026-W46", "--send")
    write(config, "mail", MAIL.format(port=25))
    nobody = run(config, "report", "weekly", "--week", "2026-W46", "--send")

    assert "names no mail server" in str(no_server.exception)
    assert "names nobody" in str(nobody.exception)
    assert run(config, "reports").output == "No letter was written yet.\n"


def test_governors_totals_of_any_days(config: Path) -> None:
    told = run(config, "report", "weekly", "--governors", "--from", "2026-11-02", "--until", "2026-11-15")
    unknown = run(config, "report", "weekly", "--governors")

    assert told.output.startswith("Moderation from 2 to 15 November 2026: 24 comments read, 4 hidden\n")
    assert "--from and --until" in str(unknown.exception)


@pytest.mark.parametrize("week", ["47", "2027-W54", "last"])
def test_what_is_no_week_is_refused(config: Path, week: str) -> None:
    assert run(config, "report", "weekly", "--week", week).exit_code == 2


def test_a_week_to_come_is_refused(config: Path) -> None:
    coming = f"{datetime.now(UTC) + 400 * DAY:%G-W%V}"

    assert "has not begun yet" in str(run(config, "report", "weekly", "--week", coming).exception)
