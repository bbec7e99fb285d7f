"""What the school's files say, on the page and at the command line: in words, with the place where each thing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from moderator.explained.school_settings import told
from moderator.policy.authority import Role
from moderator.settings.alerts import OnCall
from moderator.settings.mail import Person
from tests.commands import in_process
from tests.conftest import REPOSITORY
from tests.web.day_made import MORE
from tests.web.office import Office, open_office


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, MORE) as opened:
        yield opened


def test_the_head_reads_what_is_in_force_and_where_it_is_changed(school: Office) -> None:
    page = school.sign_in().get("/settings").text

    for words in (
        "It hides by itself what the rules say.",
        "@millbrook on YouTube, looked at every minute.",
        "Valewood Primary on Class Dojo, by mail, files or by hand.",
        "Only what is urgent rings: 21:00-07:00.",
        "The summary of each week goes to Mrs Ravenscroft, Mr Oyelaran.",
        "It goes out on Monday at 07:30.",
        "The words of comments that were let pass are kept for 30 days.",
        "policy.toml, <code>[retention]</code>",
    ):
        assert words in page
    assert page.count("<form") == 1, "nothing is changed here: the one form closes the help about keys"


def test_it_sees_them_too_and_staff_do_not(school: Office) -> None:
    assert "The mail server is mail.valewood.example." in school.sign_in(Role.IT).get("/settings").text
    staff = school.sign_in(Role.STAFF)
    assert staff.get("/settings").status_code == 403
    assert 'href="/settings"' not in staff.get("/more").text


def test_a_file_changed_since_the_start_is_told(school: Office) -> None:
    desk = school.sign_in()
    assert "was changed" not in desk.get("/settings").text

    main = school.settings.policy_path.with_name("moderator.toml")
    main.write_text(main.read_text().replace('mode = "auto"', 'mode = "shadow"'))
    page = desk.get("/settings").text

    assert "The file of the settings was changed." in page
    assert "It hides by itself what the rules say." in page, "what is in force, not what the file says"


def test_every_place_that_is_named_stands_in_the_files_as_shipped(school: Office) -> None:
    settings = school.settings
    contacts = {OnCall.HEAD: Person("Mrs Ravenscroft", "head@valewood.example")}
    alerts = replace(settings.alerts, enabled=True, contacts=contacts)
    lines = [
        line for given in (settings, replace(settings, alerts=alerts)) for part in told(given) for line in part.lines
    ]

    for line in lines:
        shipped = (REPOSITORY / "config" / line.file).read_text()
        table, _, keys = line.key.rpartition("] ") if "] " in line.key else ("", "", line.key)
        text = shipped if not table else shipped.split(f"\n{table}]\n", 1)[1].split("\n[", 1)[0]
        for key in keys.split(", "):
            wanted = f"\n{key}" if key.startswith("[") else f"\n{key} ="
            assert wanted in f"\n{text}".replace("\n#", "\n"), line


def test_no_secret_is_told(school: Office) -> None:
    settings = replace(
        school.settings,
        alerts=replace(school.settings.alerts, ping_url="https://watch.example/canary", services=("sms://canary",)),
        mail=replace(school.settings.mail, password="canary"),
    )
    words = " ".join(line.text for part in told(settings) for line in part.lines)

    assert "canary" not in words
    assert settings.store_key not in words


def test_the_command_says_the_same(school: Office) -> None:
    folder = str(school.settings.policy_path.parent)
    said = in_process(["settings", "--config", folder])
    assert "The mail server is mail.valewood.example.  (moderator.toml, [mail] host)" in said.output

    rows = json.loads(in_process(["settings", "--config", folder, "--json"]).output)
    assert [row["title"] for row in rows] == [part.title for part in told(school.settings)]
