"""Every page in a real browser, with a day's work in it: whom it could shut out, and whether it fits a small phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, ViewportSize

from moderator.policy.authority import Role
from moderator.web.app import ROUTERS
from tests.web import browser, day_made
from tests.web.browser import PHONE, SMALL_PHONE, Window
from tests.web.day_made import NO_PAGES, STRANGERS, Day
from tests.web.office import Office, open_office

pytestmark = pytest.mark.timeout(300)

WIDER = """() => [...document.querySelectorAll("main *, header *, nav *")].filter(
  each => each.getBoundingClientRect().right > window.innerWidth + 1 && !each.closest(".scroll, .inside, .wide, .clip, [hidden]")
).slice(0, 4).map(each => each.outerHTML.slice(0, 160))"""
"""What stands out of a page that is too wide, to find it."""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Day]]:
    with open_office(Path(tmp_path_factory.mktemp("pages")), day_made.MORE) as office:
        yield office, day_made.a_day(office)


def visits(window: Window, school: tuple[Office, Day]) -> Iterator[tuple[str, Page]]:
    """Each page in turn, with its sheets open: as a stranger, as staff, as the head."""
    office, day = school
    every: tuple[tuple[Role | None, Mapping[str, tuple[str, ...]]], ...] = (
        (None, STRANGERS),
        (Role.STAFF, {"/triage": ("/triage",)}),
        (Role.IT, {"/health": ("/health",)}),
        (Role.HEAD, day_made.pages(day)),
    )
    for role, known in every:
        window.context.clear_cookies()
        if role is not None:
            window.sign_in(office.sign_in(role))
        for path in (each for addresses in known.values() for each in addresses):
            page = window.open(path)
            assert page.url.removeprefix(office.url).split("?")[0] == path.split("?")[0]
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            yield path, page


def test_every_page_is_among_those_that_are_looked_at(school: tuple[Office, Day]) -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    there = {route.path for route in routes if "GET" in (route.methods or ())}

    assert there == {*day_made.pages(school[1]), *STRANGERS, *NO_PAGES}


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", SMALL_PHONE)], ids=["light 390", "dark 320"])
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, school: tuple[Office, Day], scheme: str, size: ViewportSize
) -> None:
    with browser.window(chromium, school[0], size, color_scheme=scheme, reduced_motion="reduce") as window:
        found = {path: said for path, _ in visits(window, school) if (said := window.axe())}

    assert found == {}


def test_no_page_must_be_moved_sideways_on_the_smallest_phone_nor_with_letters_twice_as_large(
    chromium: Browser, school: tuple[Office, Day]
) -> None:
    with browser.window(chromium, school[0], SMALL_PHONE) as window:
        wide: dict[str, object] = {}
        for path, page in visits(window, school):
            for size in ("100%", "200%"):
                page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
                if window.is_wider_than_its_window():
                    wide[f"{path} {size}"] = page.evaluate(WIDER)

    assert wide == {}
