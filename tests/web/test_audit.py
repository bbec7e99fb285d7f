"""The record: told in words, checked when somebody asks, and taken away only by who shows that it is them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from sqlalchemy import text

from moderator.domain import Person, Ruling
from moderator.policy.authority import Role
from moderator.store import audit, authors
from moderator.web.events import EVENTS
from tests.conftest import REPOSITORY
from tests.store.made import DAY, NOON, decided
from tests.web.office import NAMES, Office

HEAD = NAMES[Role.HEAD]


def lines(page: str) -> list[str]:
    return page.partition('<ol class="trail" reversed>')[2].partition("</ol>")[0].split("<li ")[1:]


def test_it_is_told_in_words_newest_first_without_a_comments_words(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.HIDE, "c1", by=HEAD)
    with office.database.transaction() as tx:
        authors.note(tx, ("youtube", "u-pat"), "something private", Person(HEAD), NOON)
    page = office.sign_in().get("/audit").text
    told = lines(page)
    assert "Signed in" in told[0]
    assert any("Wrote a note about an author" in line and HEAD in line for line in told)
    assert any("Decided: hide" in line and f"/comments/{comment.id}" in line for line in told)
    assert "something private" not in page
    assert comment.text not in page


def test_it_is_narrowed_by_kind_person_and_day_and_read_page_by_page(office: Office) -> None:
    for number in range(60):
        decided(office.database, Ruling.ALLOW, f"c{number}", NOON - DAY)
    office.later(timedelta(seconds=1))
    desk = office.sign_in()
    first = desk.get("/audit?event=decided").text
    assert len(lines(first)) == 50
    assert all("Decided: keep visible" in line for line in lines(first))
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert len(lines(desk.get(older.replace("&amp;", "&")).text)) == 10
    assert len(lines(desk.get(f"/audit?who={HEAD}").text)) == 1
    assert lines(desk.get("/audit?day=2026-11-15&event=signed_in").text) == []
    assert "Nothing fits" in desk.get("/audit?day=2020-01-01").text
    assert lines(desk.get("/audit?before=nonsense&day=never").text)


def test_it_is_whole_when_somebody_checks_and_says_so_when_it_is_not(office: Office) -> None:
    decided(office.database, Ruling.HIDE, "c1")
    desk = office.sign_in()
    assert "Checked just now: whole" in desk.post("/audit/check").text
    with office.database.reading() as tx:
        assert str(audit.head(tx)) in desk.get("/audit").text
    with office.database.connected() as connection, connection.begin():
        connection.execute(text("DROP TRIGGER IF EXISTS audit_events_no_update"))
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit_events SET actor = 'Nobody' WHERE id = 2"))
    page = desk.post("/audit/check").text
    assert "The record was changed" in page
    assert "event 2" in page


def test_a_copy_is_taken_away_whole_and_that_is_written_down(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.HIDE, "c1", by=HEAD)
    desk = office.sign_in()
    assert "That you took it is written down." in desk.get("/audit/download").text
    answer = desk.post("/audit/download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="record-2026-11-16.jsonl"'
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["number"] for each in told] == list(range(1, len(told) + 1))
    assert any(each["event"] == "decided" and each["comment"] == comment.id for each in told)
    assert comment.text not in answer.text
    assert "The record was downloaded" in lines(desk.get("/audit").text)[0]


def test_a_copy_asks_for_a_passkey_just_used_and_for_a_role_that_decides(office: Office) -> None:
    desk = office.sign_in()
    office.later(timedelta(minutes=6))
    assert desk.get("/audit/download").headers["Location"] == "/confirm?next=%2Faudit%2Fdownload"
    assert desk.post("/audit/download").headers["Location"].startswith("/confirm")
    staff = office.sign_in(Role.STAFF)
    assert staff.post("/audit/download").status_code == 403
    assert staff.get("/audit").status_code == 200
    assert office.sign_in(Role.IT).get("/audit").status_code == 403


def test_every_event_that_is_written_has_a_sentence() -> None:
    written = re.compile(r'(?:\bwrite|\bEvent|_tell|\btell|tell_task)\(\s*(?:tx,\s*)?"([a-z_]+)"')
    rooms = (
        path for path in (REPOSITORY / "moderator").rglob("*.py") if path.parent.name != "checkup"
    )  # It writes none.
    for path in rooms:
        for name in written.findall(path.read_text(encoding="utf-8")):
            assert name in EVENTS, f"{path.name}: say in moderator/web/events.py what “{name}” means"
