"""The record at the command line: listed, taken away, and a decision taken back."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_authors import HEAD, INSULT, does, facts, fails
from tests.journeys.street import Street, open_street


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def test_a_decision_is_found_again_by_its_words_and_taken_back(street: Street) -> None:
    native_id = street.comment("youtube", INSULT, handle="@pat")
    does(street, "once")
    does(street, "decide", native_id, "hide", *HEAD)
    assert "stupid" in does(street, "history", "--words", "STUPID", "--by", "mrs ravenscroft", "--platform", "youtube")
    assert "would take back: hide" in does(street, "take-back", native_id, *HEAD, "--dry-run")
    assert facts(street, "take-back", native_id, *HEAD)["was"] == "hide"
    assert "nothing to take back" in fails(street, "take-back", native_id, *HEAD)


def test_the_record_is_listed_and_taken_away_as_a_file(street: Street, tmp_path: Path) -> None:
    street.comment("youtube", INSULT, handle="@pat")
    does(street, "once")
    assert "policy" in does(street, "audit", "--event", "decided")
    assert {row["actor"] for row in facts(street, "audit", "--who", "policy")} == {"policy"}
    assert "policy" not in does(street, "audit", "--who", "Nobody Here")
    copy = tmp_path / "record.jsonl"
    does(street, "audit", "--export", str(copy), *HEAD)
    lines = [json.loads(line) for line in copy.read_text(encoding="ascii").splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "is not replaced" in fails(street, "audit", "--export", str(copy), *HEAD)
    assert facts(street, "audit", "--limit", "1")[0]["event"] == "audit_exported"
