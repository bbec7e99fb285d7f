"""A thousand texts that mean ill, wherever a page shows what somebody wrote: nothing runs, grows or is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from moderator.domain import Author, Comment, Post, Ruling
from moderator.platforms.base import Page
from moderator.store import comments, decisions
from tests.store.made import ACCOUNT, MINUTE, a_comment, a_decision
from tests.web import browser, day_made, hostile
from tests.web.browser import SMALL_PHONE, Window
from tests.web.day_made import Day
from tests.web.office import Office, open_office

pytestmark = pytest.mark.timeout(300)

COUNT = 1_000
WATCH = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", event => window.__refused.push(event.violatedDirective));
"""
LOOK = """() => {
  const main = document.querySelector("main");
  const all = selector => [...document.querySelectorAll(selector)].map(each => each.outerHTML.slice(0, 120));
  return {
    ran: window.__hit !== undefined,
    refused: window.__refused,
    wide: document.scrollingElement.scrollWidth > window.innerWidth,
    inWords: all(".words *:not(span.masked, span.odd, span.to, mark)"),
    inNames: all("bdi *, .clip *, .quoted *"),
    alien: all("img, b, iframe, object, embed, video, audio, base, math, template, body link, body meta, svg:not(.icon)")
      .concat(all("style").slice(1), all("body style")),  // the page has one of its own
    scripts: all("script:not([src^='/static/'])"),
    links: [...document.querySelectorAll("a[href]")].map(each => each.href)
      .filter(each => ![location.origin, "https://www.youtube.com"].includes(new URL(each, "x:").origin)),
    forms: all("form:not([action^='/'], [method=dialog])"),
    handlers: [...document.querySelectorAll("main *")]
      .filter(each => [...each.attributes].some(one => /^on|^style$/.test(one.name)))
      .map(each => each.outerHTML.slice(0, 120)),
    shown: main ? main.innerText.length : 0,
  };
}"""
HARMLESS: dict[str, Any] = {
    "ran": False,
    "refused": [],
    "wide": False,
    "inWords": [],
    "inNames": [],
    "alien": [],
    "scripts": [],
    "links": [],
    "forms": [],
    "handlers": [],
}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Day]]:
    """A day in which everybody writes the same awful text, and then a thousand comments, each with another."""
    with open_office(Path(tmp_path_factory.mktemp("hostile")), day_made.MORE) as office:
        day = day_made.a_day(office, lambda words: f"{words} {hostile.one_of_each()}")
        office.later(MINUTE)
        come(office, hostile.texts(COUNT))
        yield office, day


def come(office: Office, texts: list[str]) -> list[Comment]:
    """Comments with these texts, by authors and under posts of such names, each of them before a person."""
    made = [
        a_comment(
            f"h{number}",
            text,
            author=Author(f"h-{number}", text[:200], text[-200:]),
            post_native_id=f"hp{number}",
            posted_at=office.now - MINUTE,
        )
        for number, text in enumerate(texts)
    ]
    posts = tuple(Post(f"hp{number}", text[:2_000], office.now, text[:300]) for number, text in enumerate(texts))
    with office.database.transaction() as tx:
        received = comments.receive(
            tx, ACCOUNT, "comments", Page(comments=tuple(made), posts=posts, cursor=None), office.now
        )
        for comment in received:
            decision = a_decision(comment, Ruling.QUEUE, at=office.now)
            decisions.record(tx, replace(decision, reasons=(comment.text[:300],)))
    return received


@pytest.fixture
def window(chromium: Browser, school: tuple[Office, Day]) -> Iterator[Window]:
    with browser.window(chromium, school[0], SMALL_PHONE) as opened:
        opened.page.add_init_script(WATCH)
        opened.sign_in(school[0].sign_in())
        yield opened


def look(window: Window, path: str) -> dict[str, Any]:
    """What is wrong with a page that shows such texts; {} is right."""
    window.open(path).evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    seen: dict[str, Any] = window.page.evaluate(LOOK)
    assert seen.pop("shown") > 20, path
    wrong = {name: said for name, said in seen.items() if said != HARMLESS[name]}
    if window.complaints:
        wrong["said"] = [each[:200] for each in window.complaints if "status of 4" not in each]
        window.complaints.clear()
    return {name: said for name, said in wrong.items() if said}


def test_a_thousand_of_them_in_the_history_do_nothing(window: Window) -> None:
    wrong, path, shown = {}, "/history", 0
    while path:
        if found := look(window, path):
            wrong[path] = found
        shown += window.page.locator(".words").count()
        older = window.page.locator("a[rel=next]")
        path = (older.get_attribute("href") or "") if older.count() else ""

    assert wrong == {}
    assert shown >= COUNT


def test_no_page_makes_anything_of_what_somebody_wrote(window: Window, school: tuple[Office, Day]) -> None:
    every = (path for addresses in day_made.pages(school[1]).values() for path in addresses)

    assert {path: found for path in every if (found := look(window, path))} == {}


def test_each_kind_on_a_card_of_its_own_and_uncovered_does_nothing(window: Window, school: tuple[Office, Day]) -> None:
    office, day = school
    with office.database.reading() as tx:
        ids = [each.id for number in range(12) for each in comments.find(tx, f"h{number * 3}")]
    paths = [path for each in ids for path in (f"/triage/{each}?whole=true", f"/comments/{each}")]

    assert {path: found for path in paths if (found := look(window, path))} == {}

    window.open(f"/triage/{day.insult.id}").get_by_role("button", name="Show what is covered").tap()
    window.page.get_by_text("Covered again in a moment").wait_for()
    seen = window.page.evaluate(LOOK)
    del seen["shown"]
    assert seen == HARMLESS
    assert window.complaints == []


def test_what_looks_for_harm_would_find_it(window: Window) -> None:
    """Each kind of harm is put into a page by hand, past all that keeps it out."""
    window.open("/history")
    window.page.evaluate(
        """() => {
          const make = (name, where) => document.querySelector(where).appendChild(document.createElement(name));
          make("i", ".words"); make("i", "bdi"); make("b", "main"); make("script", "main"); make("form", "main");
          make("a", "main").href = "//evil.example";
          const wide = make("div", "main");
          try { wide.setAttribute("onclick", "go()"); } catch (_refused) {}
          wide.style.width = "900px";
          wide.textContent = "wide ".repeat(200);
          window.__hit = 1;
        }"""
    )
    window.page.wait_for_timeout(100)
    seen = window.page.evaluate(LOOK)

    assert {name for name, said in seen.items() if name != "shown" and said != HARMLESS[name]} == set(HARMLESS)
