"""Signing in with a real browser and its virtual authenticator: what the script does, and what the browser itself refuses."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from moderator.web.access import COOKIE
from tests.conftest import MINUTE
from tests.web import browser
from tests.web.browser import Authenticator, Window
from tests.web.office import Office
from tests.web.visit import invited

SHOW = "Use Face ID or fingerprint"


def settle(window: Window, office: Office, **device: bool) -> Authenticator:
    """Make a passkey by an invitation."""
    authenticator = window.add_passkey_device(**device)
    page = window.open(invited(office).removeprefix(office.url))
    page.get_by_role("button", name="Set up Face ID").click()
    return authenticator


def settled(window: Window, office: Office) -> Authenticator:
    authenticator = settle(window, office)
    expect(window.page.get_by_role("heading", name="Please write this down")).to_be_visible()
    return authenticator


def sign_in(window: Window, path: str = "/sign-in") -> Page:
    page = window.open(path)
    page.get_by_role("button", name=SHOW).click()
    return page


def session_of(window: Window) -> dict[str, Any]:
    cookies: list[Any] = window.context.cookies()
    return next((each for each in cookies if each["name"] == COOKIE), {})


def test_from_the_link_to_the_page_and_in_again_with_one_tap(phone: Window, office: Office) -> None:
    authenticator = settled(phone, office)
    assert [each["rpId"] for each in authenticator.passkeys()] == ["localhost"]
    phone.page.get_by_role("link", name="I have written it down").click()
    expect(phone.page.get_by_role("heading", name="Almost done")).to_be_visible()
    phone.open("/me").get_by_role("button", name="Sign out here").click()
    expect(phone.page.get_by_role("heading", name="Good to see you")).to_be_visible()
    assert session_of(phone) == {}
    page = phone.open("/me")
    assert page.url.endswith("/sign-in?next=%2Fme")
    expect(page.get_by_role("button", name=SHOW)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mrs Ravenscroft")).to_be_visible()
    assert page.url == f"{office.url}/me"
    assert phone.complaints == []


def test_the_browser_keeps_the_cookie_as_safely_as_it_can(phone: Window, office: Office) -> None:
    settled(phone, office)
    cookie = session_of(phone)
    told = {name: cookie[name] for name in ("domain", "path", "secure", "httpOnly", "sameSite")}
    assert told == {"domain": "localhost", "path": "/", "secure": True, "httpOnly": True, "sameSite": "Strict"}
    assert phone.page.evaluate("document.cookie") == ""


def test_a_device_that_does_not_know_its_owner_makes_no_passkey_and_opens_nothing(
    phone: Window, office: Office
) -> None:
    authenticator = settle(phone, office, verifies_user=False)
    expect(phone.page.get_by_text("Nothing was sent")).to_be_visible()
    assert authenticator.passkeys() == []
    authenticator.set_user_verified(True)
    phone.page.get_by_role("button", name="Set up Face ID").click()
    expect(phone.page.get_by_role("heading", name="Please write this down")).to_be_visible()
    phone.context.clear_cookies()
    authenticator.set_user_verified(False)
    page = sign_in(phone)
    expect(page.get_by_text("Nothing was sent")).to_be_visible()
    assert session_of(phone) == {}


def test_a_counter_that_goes_back_opens_nothing(phone: Window, office: Office) -> None:
    authenticator = settled(phone, office)
    for _ in range(3):
        phone.context.clear_cookies()
        expect(sign_in(phone, "/sign-in?next=/me").get_by_role("heading", name="Mrs Ravenscroft")).to_be_visible()
    phone.context.clear_cookies()
    office.later(MINUTE)
    authenticator.set_sign_count(1)
    expect(sign_in(phone).get_by_text("Please try again")).to_be_visible()
    assert session_of(phone) == {}


def test_an_answer_that_was_overheard_is_worth_nothing(phone: Window, office: Office) -> None:
    settled(phone, office)
    phone.context.clear_cookies()
    overheard: list[tuple[str, str]] = []
    phone.page.on(
        "request",
        lambda sent: (
            overheard.append((sent.all_headers().get("cookie", ""), sent.post_data or ""))
            if sent.method == "POST" and sent.url.endswith("/sign-in")
            else None
        ),
    )
    expect(sign_in(phone, "/sign-in?next=/me").get_by_role("heading", name="Mrs Ravenscroft")).to_be_visible()
    ((cookie, form),) = overheard
    assert "credential=" in form
    sent = {
        "Cookie": cookie,
        "Origin": office.url,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    reply = office.client.post("/sign-in", content=form, headers=sent)
    assert reply.status_code == 403
    assert COOKIE not in reply.headers.get("set-cookie", "")


def test_what_a_copy_of_the_page_at_another_address_gets_signed_opens_nothing(
    phone: Window, office: Office, another_address: str
) -> None:
    """The browser gives the passkey to any port of this machine; the origin in what was signed gives it away."""
    settled(phone, office)
    phone.context.clear_cookies()
    headers = {"Origin": office.url, "Sec-Fetch-Site": "same-origin"}
    asked = office.client.post("/sign-in/options", headers=headers)
    phone.page.goto(another_address)
    answer = phone.page.evaluate(SIGN_THERE, asked.json()["challenge"])
    assert json.loads(answer)["response"]["signature"]
    challenge = asked.headers["set-cookie"].partition(";")[0]
    reply = office.client.post("/sign-in", data={"credential": answer}, headers={**headers, "Cookie": challenge})
    assert reply.status_code == 403
    assert COOKIE not in reply.headers.get("set-cookie", "")


def test_a_passkey_does_not_even_appear_at_an_address_it_does_not_belong_to(
    phone: Window, office: Office, another_address: str
) -> None:
    settled(phone, office)
    phone.page.goto(another_address.replace("localhost", "127.0.0.1"))
    with pytest.raises(Exception, match=r"SecurityError|domain"):
        phone.page.evaluate(SIGN_THERE, "AAAA")


def test_what_is_grave_asks_again_and_then_goes_on(phone: Window, office: Office) -> None:
    settled(phone, office)
    office.later(6 * MINUTE)
    phone.open("/me").get_by_role("link", name="Make a new code").click()
    page = phone.page
    expect(page.get_by_role("heading", name="Please show again that it is you")).to_be_visible()
    page.get_by_role("button", name=SHOW).click()
    expect(page.get_by_role("heading", name="Make a new code for paper")).to_be_visible()
    page.get_by_role("button", name="Show me a new code").click()
    expect(page.get_by_role("heading", name="Please write this down")).to_be_visible()
    assert phone.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_signing_in_is_kind_to_every_eye(office: Office, chromium: Browser, scheme: Any) -> None:
    with browser.window(chromium, office, browser.SMALL_PHONE, color_scheme=scheme) as small:
        paths = ["/sign-in", "/recover", invited(office).removeprefix(office.url), "/welcome/over"]
        for path in paths:
            small.open(path)
            assert (path, small.axe(), small.is_wider_than_its_window()) == (path, [], False)
        settled(small, office)
        (one,) = small.context.pages
        assert (one.url, small.axe(), small.is_wider_than_its_window()) == (one.url, [], False)
        inside = ["/welcome", "/me", "/me/code", "/me/passkeys/new", "/confirm", "/users", "/users/new"]
        for path in inside:
            small.open(path)
            assert (path, small.axe(), small.is_wider_than_its_window()) == (path, [], False)
        page = small.open("/users/new")
        page.get_by_label("Their name").fill("Miss Pemberton")
        page.get_by_label("Staff").check()
        page.get_by_role("button", name="Make a link for them").click()
        expect(page.get_by_role("img", name="The link as a picture for a camera")).to_be_visible()
        assert (small.axe(), small.is_wider_than_its_window()) == ([], False)
        assert [each for each in small.complaints if "410" not in each] == []


@pytest.fixture
def another_address() -> Iterator[str]:
    """A page of somebody else on another port of this machine."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>A copy</title>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()


SIGN_THERE = """async (challenge) => {
  const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const publicKey = { challenge: bytes(challenge), rpId: "localhost", userVerification: "required" };
  return JSON.stringify(await navigator.credentials.get({ publicKey }));
}"""
