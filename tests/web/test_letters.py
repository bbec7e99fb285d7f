"""The reports as pages, and the page of a letter's link, on which its recipient asks for a rest without signing in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from moderator.policy.authority import Role
from moderator.reports.way_out import WayOut, token_of
from moderator.store import mails, pauses
from moderator.store.mails import Posted
from tests.conftest import NOON
from tests.store.made import decided
from tests.web import browser
from tests.web.office import Office, open_office
from tests.web.test_guard import everything

HEAD, DEPUTY, CHAIR = "head@school.example", "deputy@school.example", "chair@school.example"
MAIL = f"""
[weekly]
to = ["Mrs Ravenscroft <{HEAD}>", "{DEPUTY}"]
governors = ["{CHAIR}"]
"""
A_WEEK = timedelta(weeks=1)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Office]:
    """A school whose reports go to two people, and to a governor."""
    with open_office(tmp_path, MAIL) as opened:
        yield opened


def link(school: Office, address: str = HEAD, kind: str = "weekly") -> str:
    """What stands in a letter that was sent now."""
    return f"/reports/pause/{token_of(school.settings.audit_key, WayOut(address, kind), school.now)}"


def asks(school: Office, path: str, **form: str) -> httpx.Response:
    """The form of that page, sent by a browser in which nobody is signed in."""
    sent = {"Origin": school.url, "Sec-Fetch-Site": "same-origin"}
    return school.client.post(path, data=form or {"weeks": "2"}, headers=sent)


def resting(school: Office) -> dict[str, str]:
    with school.database.reading() as tx:
        return {each.address: f"{each.until:%Y-%m-%d}" for each in pauses.in_force(tx, school.now)}


def told(school: Office) -> list[Posted]:
    """The letters about a rest."""
    with school.database.reading() as tx:
        return [each for each in mails.listed(tx) if each.kind == "rest"]


# A rest from letters.


def test_the_link_asks_first_and_looking_ends_nothing(school: Office) -> None:
    before = everything(school.database)

    page = school.client.get(link(school))

    assert page.status_code == 200
    assert "A rest from the report?" in page.text
    assert HEAD in page.text
    assert "the others who get it are told" in page.text
    assert everything(school.database) == before


def test_a_rest_is_given_without_signing_in_and_a_colleague_is_told_by_letter(school: Office) -> None:
    page = asks(school, link(school), weeks="4")

    assert page.status_code == 200
    assert "You have a rest" in page.text
    assert f"We told {DEPUTY}." in page.text
    assert resting(school) == {HEAD: "2026-12-14"}
    (letter,) = told(school)
    assert (letter.recipient, letter.state.value) == (DEPUTY, "waiting")


def test_the_last_reader_is_refused_kindly(school: Office) -> None:
    asks(school, link(school))

    page = asks(school, link(school, DEPUTY))

    assert page.status_code == 409
    assert "somebody at the school has to see that it comes" in page.text
    assert resting(school) == {HEAD: "2026-11-30"}


@pytest.mark.parametrize("weeks", ["3", "-1", "520", "0"])
def test_nobody_rests_for_a_time_that_is_not_offered(school: Office, weeks: str) -> None:
    assert asks(school, link(school), weeks=weeks).status_code == 422
    assert resting(school) == {}


def test_a_link_that_is_forged_too_old_or_no_longer_anybodys_does_nothing(school: Office) -> None:
    own = link(school)
    others = [
        f"{own[:-9]}{'A' if own[-9] != 'A' else 'B'}{own[-8:]}",
        "/reports/pause/x",
        "/reports/pause/%C3%A9.%00",
        link(school, "left@school.example"),
        link(school, HEAD, "governors"),
        link(school, HEAD, "alert"),
    ]
    for path in others:
        for answer in (school.client.get(path), asks(school, path)):
            assert (path, answer.status_code) == (path, 410)
            assert "This link is over" in answer.text
            assert "@" not in answer.text.partition("<main")[2].partition("</main>")[0]
    school.later(timedelta(days=94))
    assert [school.client.get(own).status_code, asks(school, own).status_code] == [410, 410]
    assert (resting(school), told(school)) == ({}, [])


def test_another_sites_page_cannot_send_the_form(school: Office) -> None:
    for headers in ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, {}, {"Origin": "null"}):
        assert school.client.post(link(school), data={"weeks": "2"}, headers=headers).status_code == 403
    assert resting(school) == {}


def test_nobody_fills_a_colleagues_mailbox_by_tapping(school: Office) -> None:
    for _ in range(10):
        asks(school, link(school), weeks="2")
    assert asks(school, link(school), weeks="4").status_code == 429
    assert len(told(school)) == 1


def test_a_governor_rests_from_the_totals_and_both_readers_are_told(school: Office) -> None:
    page = asks(school, link(school, CHAIR, "governors"))
    assert "half-termly totals for governors" in page.text
    assert "Mrs Ravenscroft and deputy@school.example" in page.text
    assert {each.recipient for each in told(school)} == {HEAD, DEPUTY}


def test_it_sends_them_again_and_only_once_it_is_so(school: Office) -> None:
    asks(school, link(school))
    it, staff = school.sign_in(Role.IT), school.sign_in(Role.STAFF)
    page = it.get("/health").text
    assert f"<bdi>{HEAD}</bdi> gets no weekly letter until Mon 30 Nov, 00:00." in page
    assert "Send them again" in page
    assert "Send them again" not in staff.get("/health").text
    assert staff.post("/reports/resume", address=HEAD, kind="weekly").status_code == 403

    for _ in range(2):
        answer = it.post("/reports/resume", address=HEAD, kind="weekly")
        assert (answer.status_code, answer.headers["location"]) == (303, "/health")
    assert it.post("/reports/resume", address="nobody@school.example", kind="weekly").status_code == 303

    assert resting(school) == {}
    with school.database.connected() as connection:
        count = connection.execute(text("SELECT count(*) FROM audit_events WHERE event = 'letters_resumed'"))
        assert count.scalar_one() == 1


# The reports.


def test_every_week_that_was_watched_and_is_over_has_its_page(school: Office) -> None:
    decided(school.database, native_id="c1")
    desk = school.sign_in()
    assert "No report yet" in desk.get("/reports").text
    assert desk.get("/reports/2026-W47").status_code == 404, "the week is not over"

    school.later(2 * A_WEEK)
    desk = school.sign_in()
    page = desk.get("/reports").text
    assert page.index("/reports/2026-W48") < page.index("/reports/2026-W47")
    assert "/reports/2026-W46" not in page
    week = desk.get("/reports/2026-W47")
    assert week.status_code == 200
    assert "Day by day" in week.text
    assert "well done everyone" not in week.text
    assert "Pat Larkin" not in week.text


@pytest.mark.parametrize(
    "week", ["2026-W46", "2026-W49", "9999-W52", "0001-W01", "2026-W60", "x", "1" * 30 + "-W01", "-W", "2026-W0x"]
)
def test_a_week_that_was_not_watched_or_is_none_is_no_page(school: Office, week: str) -> None:
    school.sign_in()  # With this the record begins.
    school.later(2 * A_WEEK)
    assert school.sign_in().get(f"/reports/{week}").status_code == 404


def test_it_sees_the_figures_and_a_stranger_nothing(school: Office) -> None:
    assert school.sign_in(Role.IT).get("/reports").status_code == 200
    assert school.sign_in(Role.OTHER).get("/reports").status_code == 403
    assert school.client.get("/reports").headers["location"].startswith("/sign-in")
    assert school.now == NOON


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everybody(school: Office, chromium: Browser, scheme: str) -> None:
    decided(school.database, native_id="c1")
    way_out = link(school)
    with browser.window(chromium, school, browser.SMALL_PHONE, color_scheme=scheme) as small:
        page = small.open(way_out)
        assert (small.axe(), small.is_wider_than_its_window()) == ([], False)
        page.get_by_label("Four weeks").check()
        page.get_by_role("button", name="Pause it").click()
        page.get_by_role("heading", name="You have a rest").wait_for()
        assert small.axe() == []

        school.later(A_WEEK)
        for path in ("/reports", "/reports/2026-W47", "/health"):
            small.open(path, as_=school.sign_in())
            assert (path, small.axe(), small.is_wider_than_its_window()) == (path, [], False)
        assert small.complaints == []
