"""A real browser for tests of the page: Debian's Chromium, driven by Playwright, with a passkey of its own where one is needed.

def test_something(office, phone):            # or `desktop`
    page = phone.open("/triage", as_=office.sign_in(Role.HEAD))
    ...
    assert page.complaints == []
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, ViewportSize, sync_playwright

from moderator.web.access import COOKIE
from tests.conftest import skip_needed
from tests.web.office import Desk, Office

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # Nothing of its own: no update, no check-in, no first-run page, no request that the test did not make.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--metrics-recording-only",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """The browser, started, with `more` arguments than usual; skips the test where it is not installed."""
    path = CHROMIUM if os.path.exists(CHROMIUM) else shutil.which("chromium")
    if path is None:
        skip_needed("chromium not found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Window:
    """One browser window upon an office's site, with cookies of its own."""

    office: Office
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    """What the page should never cause: errors, refused scripts and styles, dialogs."""

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self._hear)
        self.page.on("dialog", self._refuse)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def _refuse(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str, as_: Desk | None = None) -> Page:
        """Go to a page of the site, signed in as whoever sits at that desk."""
        if as_ is not None:
            self.sign_in(as_)
        self.page.goto(f"{self.office.url}{path}")
        return self.page

    def sign_in(self, desk: Desk) -> None:
        """The session's cookie as the site would have set it."""
        cookie = {"name": COOKIE, "value": desk.token, "domain": "localhost", "path": "/", "sameSite": "Strict"}
        self.context.add_cookies([{**cookie, "secure": True, "httpOnly": True}])  # type: ignore[typeddict-item]

    def is_wider_than_its_window(self) -> bool:
        """Whether the page must be moved sideways to be read."""
        wide: bool = self.page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")
        return wide

    def axe(self) -> list[str]:
        """What axe-core finds wrong, one line each with the elements; [] is right."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes']]}" for each in found]

    def add_passkey_device(self, *, verifies_user: bool = True) -> Authenticator:
        """A phone's own authenticator, which always says yes; without `verifies_user` it knows nobody's face."""
        return virtual_authenticator(self.page, verifies_user=verifies_user)


@dataclass
class Authenticator:
    """Chromium's virtual authenticator: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/ (read 2026-11-22)."""

    devtools: Any
    id: str

    def set_user_verified(self, verified: bool) -> None:
        self.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verified})

    def passkeys(self) -> list[dict[str, Any]]:
        """Its credentials: credentialId, privateKey, signCount, userHandle, rpId."""
        found: list[dict[str, Any]] = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found

    def set_sign_count(self, count: int) -> None:
        """Let the counter of every passkey go on from here."""
        for each in self.passkeys():
            whose = {"authenticatorId": self.id, "credentialId": each["credentialId"]}
            self.devtools.send("WebAuthn.removeCredential", whose)
            credential = {**each, "signCount": count}
            self.devtools.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})


@contextmanager
def window(browser: Browser, office: Office, size: ViewportSize = PHONE, **options: Any) -> Iterator[Window]:
    """A window of this size; `options` are those of Playwright's new_context: color_scheme, java_script_enabled …"""
    options = {"viewport": size, "locale": "en-GB", "has_touch": size is not DESKTOP, **options}
    context = browser.new_context(**options)
    try:
        yield Window(office, context, context.new_page())
    finally:
        context.close()


def virtual_authenticator(page: Page, *, verifies_user: bool = True) -> Authenticator:
    """What `Window.add_passkey_device` adds, for a page of any site."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies_user,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Authenticator(devtools, made["authenticatorId"])
