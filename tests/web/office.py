"""The page as a browser meets it: a real server on the loopback address, a real encrypted store, a clock that tests turn."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from moderator.domain import Comment, Decision, Finding, Ruling
from moderator.policy.authority import Role
from moderator.settings import Settings, read_settings
from moderator.store import accounts, comments, decisions, sessions, users
from moderator.store.database import Database
from moderator.web.access import COOKIE, form_token
from moderator.web.app import create_app
from moderator.web.site import Site
from tests.conftest import NOON
from tests.databases import make_tables
from tests.store.made import ACCOUNT, a_comment, a_decision, receive

NAMES = {
    Role.HEAD: "Mrs Ravenscroft",
    Role.DEPUTY: "Mr Oyelaran",
    Role.SAFEGUARDING_LEAD: "Ms Achterberg",
    Role.STAFF: "Miss Pemberton",
    Role.IT: "Mr Kowalczyk",
    Role.OTHER: "Mr Nobody",
}
CONFIG = """
mode = "auto"
state_dir = "{folder}"
[school]
name = "Valewood Primary"
official_accounts = {{ youtube = "@millbrook" }}
[[accounts]]
id = "youtube"
platform = "youtube"
handle = "@millbrook"
native_id = "UC1"
credentials = "youtube.json"
"""


@dataclass
class Desk:
    """One signed-in browser."""

    office: Office
    token: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.office.client.get(path, headers={"Cookie": f"{COOKIE}={self.token}", **headers})

    def post(self, path: str, *, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
        """A form of the page itself, with all that a browser and the page put into it."""
        sent = {"Cookie": f"{COOKIE}={self.token}", "Origin": self.office.url, "Sec-Fetch-Site": "same-origin"}
        return self.office.client.post(path, data={"csrf": self.csrf, **form}, headers=sent | (headers or {}))

    @property
    def csrf(self) -> str:
        """What the forms of this session carry; "" once it is over."""
        with self.office.database.reading() as tx:
            session = sessions.find(tx, self.token, self.office.now)
        return form_token(self.office.app.state.site, session) if session else ""


@dataclass
class Office:
    """A school's site while it runs."""

    settings: Settings
    database: Database
    url: str
    client: httpx.Client
    app: FastAPI
    clock: list[datetime] = field(default_factory=lambda: [NOON])

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def later(self, by: timedelta) -> None:
        self.clock[0] += by

    def sign_in(self, role: Role = Role.HEAD) -> Desk:
        """A session as a passkey would have opened it just now."""
        with self.database.transaction() as tx:
            name = NAMES[role]
            user = users.find(tx, name) or users.add(tx, name, role, "the test", self.now)
            return Desk(self, sessions.open_session(tx, user, "a test's browser", self.now))

    def waits(
        self,
        native_id: str = "c1",
        text: str = "well done everyone",
        ruling: Ruling = Ruling.QUEUE,
        findings: tuple[Finding, ...] = (),
        **changes: Any,
    ) -> Comment:
        """A comment that policy put before a person, now; `changes` are those of its decision."""
        with self.database.transaction() as tx:
            (comment,) = receive(tx, a_comment(native_id, text), at=self.now)
            decisions.record(tx, a_decision(comment, ruling, at=self.now, **changes), findings)
        return comment

    def latest(self, comment: Comment) -> Decision:
        with self.database.reading() as tx:
            decision = decisions.latest(tx, comment.id)
        assert decision is not None
        return decision

    def stored(self, comment: Comment) -> Comment:
        with self.database.reading() as tx:
            found = comments.load(tx, comment.id)
        assert found is not None
        return found


@contextmanager
def open_office(folder: Path, more: str = "") -> Iterator[Office]:
    """The site over a fresh store in this folder, at http://localhost and a free port; `more` is added to its settings."""
    (folder / "moderator.toml").write_text(CONFIG.format(folder=folder / "state") + more)
    (folder / "policy.toml").write_text("")
    (folder / "state").mkdir(mode=0o700)
    settings = read_settings(folder, credentials_dir=None, logins=False)
    database = Database.open(settings.store_url, key=settings.store_key, audit_key=settings.audit_key)
    make_tables(database)
    with database.transaction() as tx:
        accounts.remember(tx, ACCOUNT)
    clock = [NOON]
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    url = f"http://localhost:{listening.getsockname()[1]}"
    app = create_app(Site(settings, database, url, lambda: clock[0]))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        with httpx.Client(base_url=url, timeout=60) as client:
            yield Office(settings, database, url, client, app, clock)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
        database.close()
