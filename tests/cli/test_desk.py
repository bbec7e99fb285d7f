"""Cases given away, put off and proposed at the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_authors import INSULT, THREAT, does, facts, fails
from tests.journeys.street import Street, open_street

HEAD = ("--by", "Mrs Ravenscroft")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


@pytest.mark.timeout(240)
def test_a_case_is_passed_on_put_off_and_proposed_about_and_is_decided_by_none_of_it(street: Street) -> None:
    native_id = street.comment("youtube", INSULT, handle="@pat")
    urgent = street.comment("youtube", THREAT, handle="@kim")
    does(street, "once")
    for name, role in (("Mrs Ravenscroft", "head"), ("Mr Oyelaran", "deputy"), ("Mr Kowalczyk", "it")):
        does(street, "users", "add", name, "--role", role, *HEAD)

    assert facts(street, "pass-on", native_id, "--to", "deputy", *HEAD)["to"] == "deputy"
    for dry in ((), ("--dry-run",)):
        said = fails(street, "pass-on", urgent, "--to", "safeguarding_lead", *HEAD, *dry)
        assert "Nobody is the safeguarding lead here" in said
    assert "put off for 3 hours" in does(street, "put-off", native_id, "--hours", "3", *HEAD)
    assert "proposed: hide" in does(street, "propose", native_id, "hide", "--by", "Mr Oyelaran")
    assert "it cannot wait" in fails(street, "put-off", urgent, *HEAD)
    assert "may not propose" in fails(street, "propose", native_id, "hide", "--by", "Mr Kowalczyk")

    told = facts(street, "explain", native_id)
    events = [event["event"] for event in told["trail"]]
    assert events[-3:] == ["passed_on", "put_off", "proposed"]
    assert {decision["decided_by"] for decision in told["decisions"]} == {"policy"}


def test_without_users_nobody_has_a_queue_and_a_dry_run_changes_nothing(street: Street) -> None:
    native_id = street.comment("youtube", INSULT, handle="@pat")
    does(street, "once")

    assert "has no queue on the page" in fails(street, "put-off", native_id, *HEAD)
    with (street.config / "moderator.toml").open("a", encoding="utf-8") as file:
        file.write('\n[people]\nhead = "Mrs Ravenscroft"\nsafeguarding_lead = "Ms Achterberg"\n')
    assert "Nobody is the deputy here" in fails(street, "pass-on", native_id, "--to", "deputy", *HEAD)
    assert "would be passed on" in does(street, "pass-on", native_id, "--to", "safeguarding_lead", *HEAD, "--dry-run")
    assert "passed_on" not in [event["event"] for event in facts(street, "explain", native_id)["trail"]]
