"""A comment that somebody copied from a place without an API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from moderator.domain import Comment
from moderator.policy.authority import Role
from moderator.store import accounts, audit, comments
from tests.web.office import NAMES, Office, open_office

CLASS_DOJO = """
[[accounts]]
id = "dojo"
platform = "classdojo"
handle = "Valewood Primary"
"""
TEACHER = NAMES[Role.STAFF]


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Office]:
    """A school that uses Class Dojo as well."""
    with open_office(tmp_path, CLASS_DOJO) as opened:
        with opened.database.transaction() as tx:
            accounts.remember(tx, next(each.account for each in opened.settings.accounts if each.account.id == "dojo"))
        yield opened


def taken_in(office: Office) -> list[Comment]:
    with office.database.reading() as tx:
        return comments.unjudged(tx, 10)


def test_a_teacher_brings_in_a_comment_once_and_it_is_judged_like_all_others(school: Office) -> None:
    desk = school.sign_in(Role.STAFF)
    assert "Class Dojo" in desk.get("/paste").text
    form: dict[str, Any] = {
        "place": "dojo",
        "text": "Shame on you",
        "author": "Pat Jones",
        "where": "Sports day",
        "posted_at": "2026-07-16T09:30",
    }
    answer = desk.post("/paste", **form)
    (comment,) = taken_in(school)
    assert answer.headers["Location"] == f"/paste?done=new&comment={comment.id}"
    assert (comment.text, comment.author.display_name) == ("Shame on you", "Pat Jones")
    assert comment.posted_at == datetime(2026, 7, 16, 8, 30, tzinfo=UTC)
    assert "It is read in a moment" in desk.get(answer.headers["Location"]).text
    assert desk.post("/paste", **form).headers["Location"] == f"/paste?done=known&comment={comment.id}"
    assert len(taken_in(school)) == 1
    with school.database.reading() as tx:
        pasted = [event for event in audit.trail(tx, comment.id) if event.event == "pasted"]
    assert [event.actor for event in pasted] == [TEACHER]
    page = desk.get(f"/comments/{comment.id}").text
    assert "It is still being read." in page
    assert "Sports day" in page


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"place": "youtube"}, "Please choose where it was written."),
        ({"text": "  "}, "There is no text."),
        ({"posted_at": "yesterday"}, "That time cannot be read."),
        ({"posted_at": "2031-01-01T10:00"}, "The time lies in the future"),
    ],
)
def test_what_cannot_be_taken_in_stays_in_the_form_with_the_reason(
    school: Office, wrong: dict[str, str], told: str
) -> None:
    form: dict[str, Any] = {"place": "dojo", "text": "Shame on you", "author": "Pat <Jones>"} | wrong
    answer = school.sign_in(Role.STAFF).post("/paste", **form)
    assert answer.status_code == 400
    assert told in answer.text
    assert "Pat &lt;Jones&gt;" in answer.text
    assert taken_in(school) == []


def test_without_such_a_place_the_page_says_who_can_set_one_up(office: Office) -> None:
    page = office.sign_in(Role.STAFF).get("/paste")
    assert page.status_code == 200
    assert "No such place is set up yet" in page.text
    assert office.sign_in(Role.IT).get("/paste").status_code == 403
