"""What people may ask of the school, at the command line: one person asks, another agrees, and the record shows both."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from moderator.build import open_database
from moderator.privacy.retention import clear_away
from moderator.settings import read_settings
from tests.commands import in_process
from tests.journeys.street import Street, open_street

KIND, INSULT = "What a lovely day you all had.", "shut up you stupid b1tch"
HEAD, LEAD = ("--by", "Mrs Ravenscroft"), ("--by", "Mr Achebe")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def does(street: Street, *words: str) -> str:
    """The command ends well; gives what it printed. In this process: a start of its own takes seconds."""
    result = in_process([*words, "--config", str(street.config)])
    assert result.exit_code == 0, f"{result.output}{result.exception}"
    return result.stdout


def facts(street: Street, *words: str) -> Any:
    return json.loads(does(street, *words, "--json"))


def fails(street: Street, *words: str) -> str:
    result = in_process([*words, "--config", str(street.config)])
    assert result.exit_code != 0
    return str(result.exception) + result.output


def test_erasing_takes_two_people_and_is_not_undone_by_reading_again(street: Street) -> None:
    native_id = street.comment("youtube", KIND, handle="@pat")
    does(street, "once")
    assert "would ask" in does(street, "erase", "@pat", *HEAD, "--dry-run")
    assert "Nothing waits" in does(street, "approve")
    asked = does(street, "erase", "@pat", "--why", "they asked in writing", *HEAD)
    assert "erase all that @pat on youtube wrote, 1 comment" in asked
    assert "moderator approve 1" in asked
    listed = does(street, "approve", "--list")
    assert "they asked in writing" in listed
    assert "(@pat), asked by Mrs Ravenscroft" in listed
    assert "somebody else must agree" in fails(street, "approve", "1", *HEAD)
    assert facts(street, "explain", native_id)["comment"]["text"] == KIND

    assert "erased: 1 comment, asked by Mrs Ravenscroft, agreed by Mr Achebe" in does(street, "approve", "1", *LEAD)

    assert "Nobody called @pat" in fails(street, "author", "show", "@pat")
    does(street, "once")
    told = does(street, "explain", native_id)
    assert KIND not in told
    assert "because somebody asked for it and two people agreed" in told
    assert "each as it was written" in does(street, "verify-audit")
    file = street.state / "erasures.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Nothing with the number 1 waits" in fails(street, "approve", "1", *LEAD)


def test_who_is_held_only_above_an_answer_is_found_told_and_erased(street: Street, tmp_path: Path) -> None:
    native_id = street.comment("youtube", KIND, handle="@pat")
    does(street, "once")
    answer = street.comment("youtube", INSULT, handle="@sam", reply_to=native_id)
    does(street, "once")
    does(street, "decide", answer, "hide", *HEAD)
    does(street, "once")
    settings = read_settings(street.config, credentials_dir=None, logins=False)
    database = open_database(settings)
    clear_away(database, settings.policy.retention, datetime.now(UTC) + timedelta(days=40))
    database.close()
    assert "Nobody called @pat" in fails(street, "author", "show", "@pat")

    for number, who in enumerate(("@pat", native_id)):
        file = tmp_path / f"{number}.json"
        assert "evidence on others" in does(street, "subject-access", who, "--to", str(file), *HEAD)
        (held,) = json.loads(file.read_text(encoding="utf-8"))["quoted"]
        assert held["words"] == KIND
    assert "0 comments and what the evidence on 1 comment of others" in does(street, "erase", "@pat", *HEAD)
    assert "(@pat), asked by" in does(street, "approve", "--list")
    assert "what the evidence on 1 comment of others quotes, asked" in does(street, "approve", "1", *LEAD)

    assert "Nobody called @pat" in fails(street, "erase", "@pat", *HEAD)
    assert "held no more" in fails(street, "subject-access", native_id, "--to", str(tmp_path / "none.json"), *HEAD)
    assert KIND not in does(street, "explain", answer)


def test_one_comment_can_be_asked_for_and_refused(street: Street) -> None:
    native_id = street.comment("youtube", KIND, handle="@pat")
    does(street, "once")
    assert facts(street, "erase", native_id, *HEAD)["number"] == 1
    assert facts(street, "approve", "--list")[0]["subject"].keys() == {"comment_id"}
    assert "refused by Mr Achebe" in does(street, "approve", "1", "--refuse", *LEAD)
    assert facts(street, "explain", native_id)["comment"]["text"] == KIND


def test_a_hold_is_shown_with_its_reason_and_nothing_is_erased_under_it(street: Street) -> None:
    native_id = street.comment("youtube", KIND, handle="@pat")
    does(street, "once")
    assert "would be on hold" in does(street, "hold", native_id, "--why", "court", *LEAD, "--dry-run")
    assert "Nothing is on hold" in does(street, "hold")
    does(street, "hold", "@pat", "--why", "police, crime number 123", *LEAD)
    assert "by Mr Achebe: police, crime number 123" in does(street, "explain", native_id)
    assert facts(street, "hold", "--list")[0]["why"] == "police, crime number 123"
    assert "on hold" in fails(street, "erase", "@pat", *HEAD)
    does(street, "hold", "@pat", "--release", "--why", "closed", *LEAD)
    assert "kept: until" in does(street, "explain", native_id)
    assert "no hold on it" in fails(street, "hold", "@pat", "--release", *LEAD)


def test_what_is_held_and_what_goes_next_can_be_seen(street: Street) -> None:
    street.comment("youtube", KIND)
    street.comment("youtube", INSULT, handle="@sam")
    does(street, "once")
    seen = facts(street, "retention")
    assert (seen["in_force"], seen["needs_a_second_person"]) == ({"clean": 30, "actioned": 365}, {})
    assert (seen["comments"]["clean"]["held"], seen["comments"]["waiting"]["held"]) == (1, 1)
    assert seen["next_run"] is None
    assert "as soon as the daemon runs" in does(street, "retention", "--now", "--dry-run")
    assert facts(street, "retention", "--now")["cleared"]["clean"] == 0
    assert facts(street, "retention")["next_run"]


def test_to_keep_longer_takes_two_people(street: Street) -> None:
    assert "no longer time" in fails(street, "retention", "--lengthen", *HEAD)
    policy = street.config / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8") + "\n[retention]\nclean_days = 60\n", encoding="utf-8")
    assert "two people must agree" in does(street, "retention")
    assert facts(street, "retention")["in_force"]["clean"] == 30
    assert "Nothing is kept longer yet" in does(street, "retention", "--lengthen", "--why", "inspection", *HEAD)
    assert "keep 60 days (clean)" in does(street, "approve", "1", *LEAD)
    assert facts(street, "retention")["in_force"]["clean"] == 60


@pytest.mark.parametrize("text", ["clean_days = 0", "clean_days = 90\nactioned_days = 60", "actioned_days = 90"])
def test_times_that_make_no_sense_are_refused(street: Street, text: str) -> None:
    policy = street.config / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8") + f"\n[retention]\n{text}\n", encoding="utf-8")
    assert "policy.toml" in fails(street, "retention")


def test_a_person_gets_what_is_held_about_them_in_a_file_of_their_own(street: Street, tmp_path: Path) -> None:
    street.comment("youtube", INSULT, handle="@pat")
    native_id = street.comment("youtube", KIND, handle="@pat")
    does(street, "once")
    file = tmp_path / "answer.zip"
    made = facts(street, "subject-access", "@pat", "--to", str(file), *HEAD)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = json.loads(zipfile.ZipFile(file).read("data.json"))
    assert {each["forms"][0]["words"] for each in held["comments"]} == {KIND, INSULT}
    assert "is not replaced" in fails(street, "subject-access", "@pat", "--to", str(file))
    page = does(street, "subject-access", native_id, "--to", str(tmp_path / "answer.html"), *HEAD)
    assert "2 comments" in page
    assert len(made["sha256"]) == 64


def test_a_complaint_is_logged_acknowledged_and_answered(street: Street) -> None:
    assert "No complaint about data waits" in does(street, "complaints", "list")
    added = does(
        street, "complaints", "add", "why was it hidden", "--from", "P. Larkin", "--received", "2026-01-05", *HEAD
    )
    assert "LATE: it was to be acknowledged by 03 February 2026" in added
    assert "late: nobody acknowledged complaint 1" in in_process(["check", "--config", str(street.config)]).output
    assert "P. Larkin: why was it hidden" in does(street, "complaints", "list")
    assert "waits for its answer" in does(street, "complaints", "acknowledge", "1", *HEAD)
    assert "answered on" in does(street, "complaints", "answer", "1", "--words", "explained", *LEAD)
    assert facts(street, "complaints", "list") == []
    (told,) = facts(street, "complaints", "list", "--all")
    assert (told["answered_by"], told["acknowledge_by"]) == ("Mr Achebe", "2026-02-03")
    assert "no day as" in fails(street, "complaints", "add", "x", "--from", "y", "--received", "tea time")
