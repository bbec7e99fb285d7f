"""The trust's page: how every school stands, for whoever looks after the workers. On this machine only; ids, ages and counts.

It has no login and no script: it is served on a loopback address or a Unix socket, as the figures for monitoring are, and an
operator reaches it through SSH. It shows nothing that a school's own pages keep for its staff.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from html import escape
from http import HTTPStatus

from moderator.monitor.server import JSON, TEXT, Answer
from moderator.trust.overview import SchoolNow, TrustNow, ago, as_facts, counted, worth_telling

HTML = "text/html; charset=utf-8"
GOOD_FOR = timedelta(seconds=15)
"""Looking at thousands of schools takes a while: who asks again so soon sees the same moment."""
_HEAD = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta http-equiv="refresh" content="60">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>All schools</title><style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f23;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0 2rem}caption{text-align:left;font-weight:600}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d0d7de;vertical-align:top}
@media (prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,td{border-color:#30363d}}
</style></head><body>"""


class TrustPage:
    """Answers /, /status.json and /healthz. Safe to share between threads."""

    def __init__(self, look: Callable[[datetime], TrustNow], clock: Callable[[], datetime]) -> None:
        self._look, self._clock, self._lock = look, clock, threading.Lock()
        self._seen: TrustNow | None = None

    def answer(self, path: str) -> Answer:
        """Raises StoreError where the records cannot be read."""
        if path not in ("/", "/status.json", "/healthz"):
            return HTTPStatus.NOT_FOUND, TEXT, b"/, /status.json and /healthz are here\n"
        now = self._now()
        if path == "/":
            return HTTPStatus.OK, HTML, page(now).encode()
        status = HTTPStatus.OK if now.well or path != "/healthz" else HTTPStatus.SERVICE_UNAVAILABLE
        facts = as_facts(now) if path == "/status.json" else {"ok": now.well}
        return status, JSON, (json.dumps(facts) + "\n").encode()

    def _now(self) -> TrustNow:
        with self._lock:
            now = self._clock()
            if self._seen is None or not self._seen.at <= now < self._seen.at + GOOD_FOR:
                self._seen = self._look(now)
            return self._seen


def page(now: TrustNow) -> str:
    """The whole page."""
    well = sum(school.well for school in now.schools)
    said = [
        f"<h1>{counted(len(now.schools))}, {well} of them well</h1>",
        f"<p>At {now.at:%d %b %H:%M} UTC. {len(now.workers)} at work: {escape(', '.join(now.workers)) or 'no worker'}.</p>",
    ]
    if not now.workers:
        said.append("<p><strong>No worker has begun anything for ten minutes.</strong> Start one: moderator worker</p>")
    if now.not_enlisted:
        names = escape(", ".join(now.not_enlisted))
        said.append(f"<p>Not taken up yet: {names}. Look for faults: moderator trust check</p>")
    wanted = worth_telling(now)
    if wanted:
        heads = ("School", "Not read", "Late", "Out of quota", "Urgent", "Waiting", "Unjudged", "Actions due")
        said.append(table("Where somebody is wanted", heads, map(_school, wanted)))
    else:
        said.append("<p>Nothing is to be done, and nothing urgent waits.</p>")
    if now.apps:
        rows = [
            (app.name, app.counter, f"{app.used:,} of {app.limit:,}", f"{app.ends_at:%d %b %H:%M} UTC")
            for app in now.apps
        ]
        said.append(table("Apps that schools share", ("App", "Counted", "Used", "More at"), rows))
    return f"{_HEAD}<main>{''.join(said)}</main></body></html>\n"


def _school(school: SchoolNow) -> tuple[str, ...]:
    blind = (f"{account} ({'never' if age is None else ago(age)})" for account, age in school.blind.items())
    late = (f"{work} ({ago(age)})" for work, age in school.behind.items())
    urgent = f"{school.urgent}, since {ago(school.urgent_for_s or 0.0)}" if school.urgent else ""
    counts = (str(school.waiting), str(school.unjudged), str(school.actions))
    return school.school_id, ", ".join(blind), ", ".join(late), ", ".join(school.out_of_quota), urgent, *counts


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Whatever stands in it is escaped."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
