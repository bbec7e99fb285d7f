"""The frame of every page in a real browser: what it lets run, what it keeps, how it is on a small phone and offline."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from playwright.sync_api import Browser, expect

from moderator.policy.authority import Role
from moderator.web.access import SignedIn
from moderator.web.pages import common, environment
from moderator.web.static_files import FOLDER
from tests.web import browser, day_made
from tests.web.browser import DESKTOP, SMALL_PHONE, Window
from tests.web.office import Office

PAGES = ("/more", "/offline", "/no/such/page", "/sign-in")
A_FORM = """
<div id="here"><form method="post" action="/tried" hx-post="/tried" hx-target="#here">
<button type="submit">Try it</button></form></div>
<div id="attacked"></div>
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_small_phone_need_not_be_moved_sideways(
    chromium: Browser, office: Office, scheme: str
) -> None:
    with browser.window(chromium, office, SMALL_PHONE, color_scheme=scheme) as small:
        for path in PAGES:
            small.open(path, as_=office.sign_in() if path != "/sign-in" else None)
            assert (path, small.axe()) == (path, [])
            assert not small.is_wider_than_its_window(), path
        assert [each for each in small.complaints if "404" not in each] == []


def test_each_sees_the_tabs_of_what_they_look_after(office: Office, desktop: Window) -> None:
    def tabs(role: Role) -> list[str]:
        page = desktop.open("/more", as_=office.sign_in(role))
        desktop.context.clear_cookies()
        return [
            each.strip() for each in page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()
        ]

    head, staff, it = tabs(Role.HEAD), tabs(Role.STAFF), tabs(Role.IT)
    assert "People" in head
    assert "People" in it
    assert "People" not in staff
    assert set(staff) < set(head)
    assert "Queue" not in it


def test_a_phone_has_the_tabs_at_the_bottom_and_the_keyboard_can_skip_them(office: Office, phone: Window) -> None:
    page = phone.open("/more", as_=office.sign_in())
    box = page.get_by_role("navigation", name="Main").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == pytest.approx(browser.PHONE["height"])
    for link in page.get_by_role("navigation", name="Main").get_by_role("link").all():
        if (size := link.bounding_box()) is not None:
            assert min(size["width"], size["height"]) >= 48

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_whole_page_is_small(office: Office, phone: Window) -> None:
    """All that the first look at a page brings, icons apart: at most 60 KB as it travels."""
    sizes: dict[str, int] = {}

    def weigh(response: object) -> None:
        url, body = response.url, response.body()  # type: ignore[attr-defined]
        sizes[url] = len(gzip.compress(body, 9)) if not url.endswith(".png") else 0

    phone.page.on("requestfinished", lambda request: weigh(request.response()))
    phone.open("/more", as_=office.sign_in())
    phone.page.wait_for_load_state("networkidle")

    assert any(url.endswith("htmx.min.js") for url in sizes)
    assert sum(sizes.values()) <= 45_000, sizes  # The queue's own words come on top.


# Trusted Types: what text may become.


@pytest.fixture
def tried(office: Office) -> list[str]:
    """A page with a form of htmx's, and what it answers with."""
    answers = [""]
    router = APIRouter()

    @router.get("/trying")
    def trying(request: Request, _visitor: SignedIn) -> Response:
        page = environment().from_string(
            f'{{% extends "base.html" %}}{{% block main %}}<h1>Trying</h1>{A_FORM}{{% endblock %}}'
        )
        return HTMLResponse(page.render(**common(request)))

    @router.post("/tried")
    def answered() -> Response:
        return HTMLResponse(answers[0])

    office.app.include_router(router)
    return answers


def test_htmx_shows_what_the_server_sent_and_runs_nothing_of_it(
    office: Office, desktop: Window, tried: list[str]
) -> None:
    tried[0] = '<p>well done</p><script>document.title = "ran"</script><img src="x" onerror="document.title = \'ran\'">'
    page = desktop.open("/trying", as_=office.sign_in())
    page.get_by_role("button", name="Try it").click()

    expect(page.get_by_text("well done")).to_be_visible()
    assert "ran" not in page.title()
    assert any("inline event handler" in each for each in desktop.complaints), "the browser refused the handler"


@pytest.mark.parametrize(
    "attack",
    [
        "document.getElementById('attacked').innerHTML = '<b id=in></b>'",
        "document.getElementById('attacked').insertAdjacentHTML('beforeend', '<b id=in></b>')",
        "document.getElementById('attacked').append(document.createRange().createContextualFragment('<b id=in></b>'))",
        "document.write('<b id=in></b>')",
        "new DOMParser().parseFromString('<b id=in></b>', 'text/html').getElementById('in').id",
        "Object.assign(document.createElement('script'), { text: '1' })",
        "Object.assign(document.createElement('script'), { src: '/static/other.js' })",
        "navigator.serviceWorker.register('/static/other.js')",
        "trustedTypes.createPolicy('other', { createHTML: (text) => text })",
    ],
)
def test_no_script_makes_markup_or_code_of_text(office: Office, desktop: Window, attack: str) -> None:
    page = desktop.open("/more", as_=office.sign_in())
    page.evaluate("document.body.append(Object.assign(document.createElement('div'), { id: 'attacked' }))")

    said = page.evaluate(
        f"async () => {{ try {{ await ({attack}); return 'done' }} catch (error) {{ return error.name }} }}"
    )

    assert said == "TypeError"
    assert page.locator("#in").count() == 0


# The app.


def test_the_worker_keeps_the_shell_and_no_page(office: Office, desktop: Window) -> None:
    office.waits(text="canary words of a comment")
    page = desktop.open("/more", as_=office.sign_in())
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function("caches.open('moderator-shell').then(kept => kept.keys()).then(keys => keys.length >= 5)")

    kept = page.evaluate(
        """async () => {
            const found = [];
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const each of await cache.keys()) {
                    found.push([new URL(each.url).pathname, await (await cache.match(each)).text()]);
                }
            }
            return found;
        }"""
    )
    assert all(path == "/offline" or path.startswith("/static/") for path, _text in kept)
    assert not any("canary" in text or "Ravenscroft" in text for _path, text in kept)
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert desktop.complaints == []


def test_without_a_network_the_app_says_so(office: Office, desktop: Window) -> None:
    page = desktop.open("/more", as_=office.sign_in())
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.match('/offline').then(found => !!found)")
    page.reload()

    desktop.context.set_offline(True)
    expect(page.get_by_text("You are offline. What you see may be old")).to_be_visible()
    page.goto(f"{office.url}/more")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()

    desktop.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="You are offline")).to_have_count(0)


def test_the_app_can_be_put_on_the_home_screen(office: Office) -> None:
    manifest = office.client.get("/manifest.webmanifest")

    assert manifest.headers["content-type"] == "application/manifest+json"
    facts = manifest.json()
    assert (facts["display"], facts["start_url"], facts["scope"]) == ("standalone", "/", "/")
    for icon in facts["icons"]:
        picture = office.client.get(icon["src"])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
        width = int.from_bytes(picture.content[16:20], "big")
        assert f"{width}x{width}" == icon["sizes"]
    assert sum(each.stat().st_size for each in FOLDER.glob("*.png")) < 20_000


def test_a_push_of_counts_becomes_a_notice_of_counts(office: Office, chromium: Browser) -> None:
    with browser.window(chromium, office, DESKTOP) as desktop:
        desktop.context.grant_permissions(["notifications"], origin=office.url)
        page = desktop.open("/more", as_=office.sign_in())
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        devtools = desktop.context.new_cdp_session(page)
        registered: list[str] = []
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: registered.extend(each["registrationId"] for each in event["registrations"]),
        )
        devtools.send("ServiceWorker.enable")
        page.wait_for_timeout(200)
        sent = {"origin": office.url, "registrationId": registered[-1]}
        devtools.send(
            "ServiceWorker.deliverPushMessage", {**sent, "data": '{"severity": "urgent", "urgent": 2, "waiting": 5}'}
        )
        page.wait_for_function(
            "navigator.serviceWorker.ready.then(own => own.getNotifications()).then(all => all.length > 0)"
        )
        shown = page.evaluate(
            """navigator.serviceWorker.ready.then(own => own.getNotifications())
                .then(all => all.map(each => [each.title, each.body, each.data.path]))"""
        )
        assert shown == [["2 urgent comments", "Somebody may be at risk. Tap to see.", "/alerts"]]


def test_the_count_at_the_tab_follows_the_queue(office: Office, desktop: Window) -> None:
    office.waits("c1")
    office.waits("c2", urgent=True)
    page = desktop.open("/more", as_=office.sign_in())

    expect(page.get_by_role("link", name="Queue").get_by_label("2 waiting, 1 of them urgent")).to_be_visible()
    expect(page.get_by_role("link", name="Tasks").locator(".count")).to_be_hidden()


def test_the_count_at_the_tasks_is_that_of_the_posts_and_tasks_to_see_to(office: Office, desktop: Window) -> None:
    day_made.a_post_of_our_own(office)
    page = desktop.open("/more", as_=office.sign_in())

    expect(page.get_by_role("link", name="Tasks").get_by_label("1 to be done by hand")).to_be_visible()
    expect(page.get_by_role("link", name="Queue").locator(".count")).to_be_hidden()


def test_a_screen_left_open_shows_no_words_once_its_session_is_over(office: Office, phone: Window) -> None:
    office.waits(text="well done everyone")
    phone.page.clock.install()
    page = phone.open("/triage", as_=office.sign_in())
    expect(page.locator("blockquote")).to_have_text("well done everyone")

    office.later(timedelta(minutes=31))
    page.clock.fast_forward("00:31")

    expect(page).to_have_url(re.compile("/sign-in"))
    expect(page.get_by_text("well done everyone")).to_have_count(0)
