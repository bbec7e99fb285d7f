"""A browser without a screen: keeps cookies as a browser does, sends forms as the pages' own, and holds a passkey device."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import httpx

from moderator.policy.authority import Role
from moderator.store import passkeys
from moderator.store.passkeys import Passkey
from moderator.web.access import COOKIE
from moderator.web.invitations import invite_link
from tests.web.authenticator import Device
from tests.web.office import NAMES, Office


@dataclass
class Visit:
    """One browser at the office's site."""

    office: Office
    device: Device
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    """Every Set-Cookie header that came, whole."""

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._kept(self.office.client.get(path, headers=self._headers(headers)))

    def post(self, path: str, *, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
        sent = {"Origin": self.office.url, "Sec-Fetch-Site": "same-origin"} | (headers or {})
        return self._kept(self.office.client.post(path, data=form, headers=self._headers(sent)))

    def csrf(self, path: str) -> str:
        """What the forms of a page carry."""
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.get(path).text)
        return found[1] if found else ""

    def options(self, path: str, csrf: str = "") -> Any:
        """What the site asks of a passkey."""
        reply = self.post(f"{path}/options", headers={"X-CSRF": csrf})
        assert reply.status_code == 200, reply.text
        return reply.json()

    def settle(self, link: str) -> httpx.Response:
        """Open an invitation and make a passkey."""
        path = link.removeprefix(self.office.url)
        return self.post(path, credential=self.device.make(self.options(path)))

    def sign_in(self, **form: Any) -> httpx.Response:
        return self.post("/sign-in", credential=self.device.show(self.options("/sign-in")), **form)

    def confirm(self, after: str = "/me") -> httpx.Response:
        csrf = self.csrf("/me")
        answer = self.device.show(self.options("/confirm", csrf))
        return self.post("/confirm", credential=answer, csrf=csrf, next=after)

    def is_signed_in(self) -> bool:
        return self.get("/me").status_code == 200

    @property
    def token(self) -> str:
        return self.cookies.get(COOKIE, "")

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return ({"Cookie": cookie} if cookie else {}) | more

    def _kept(self, reply: httpx.Response) -> httpx.Response:
        for header in reply.headers.get_list("set-cookie"):
            self.set_cookies.append(header)
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return reply


def visit(office: Office) -> Visit:
    """A browser that was never here."""
    return Visit(office, Device(office.url))


def invited(office: Office, role: Role = Role.HEAD) -> str:
    return invite_link(office.database, office.url, NAMES[role], role, office.now)


def settled(office: Office, role: Role = Role.HEAD) -> Visit:
    """Somebody who has just made their first passkey, and is signed in."""
    made = visit(office)
    reply = made.settle(invited(office, role))
    assert reply.status_code == 200, reply.text
    return made


def code_on(page: httpx.Response) -> str:
    """The code for paper that a page shows."""
    shown = re.search(r'<p class="paper-code">(.*?)</p>', page.text, re.DOTALL)
    assert shown is not None
    return "".join(re.findall(r"<span>([0-9A-Z]{3})</span>", shown[1]))


def kept(office: Office, one: Visit) -> Passkey:
    """The passkey of this browser as the store has it."""
    with office.database.reading() as tx:
        found = passkeys.find(tx, one.device.id)
    assert found is not None
    return found
