"""The record: what happened, in words, newest first; whether it is whole; and a copy of it to take away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from moderator.explained.trail import lines
from moderator.store import audit, users
from moderator.store.chain import Head
from moderator.store.trail import Told as Entry
from moderator.store.trail import Which, newest
from moderator.store.verify import Checked, verify
from moderator.web import events
from moderator.web.access import FreshDecider, Reader
from moderator.web.asked import address, begins, day_of, ends
from moderator.web.pages import render
from moderator.web.site import Here, Site

AT_ONCE = 50
router = APIRouter()


class Filters(BaseModel):
    """What is looked for, as the address carries it."""

    event: str = Field(default="", max_length=60)
    who: str = Field(default="", max_length=100)
    day: str = Field(default="", max_length=20)
    comment: str = Field(default="", max_length=60)
    before: str = Field(default="", max_length=20)

    @property
    def fields(self) -> dict[str, str]:
        return {name: value.strip() for name, value in self if name != "before" and value.strip()}

    @property
    def before_number(self) -> int | None:
        return int(self.before) if self.before.isascii() and self.before.isdigit() and len(self.before) < 19 else None


@dataclass(frozen=True, slots=True)
class Line:
    """One event."""

    number: int
    at: datetime
    what: str
    who: str
    comment_id: str
    erased: bool


@router.get("/audit")
def audit_page(request: Request, site: Here, _visitor: Reader, asked: Annotated[Filters, Query()]) -> Response:
    return page(request, site, asked)


@router.post("/audit/check")
def check(request: Request, site: Here, visitor: Reader) -> Response:
    """Read the whole chain again. It may take a while, so it is done when somebody asks. Audit: "audit_checked"."""
    with site.database.reading() as tx:
        checked = verify(tx)
    with site.database.transaction() as tx:
        result = "whole" if checked.whole else "changed"
        audit.write(tx, "audit_checked", site.now(), actor=visitor.user.name, events=checked.events, result=result)
    return page(request, site, Filters(), checked)


@router.get("/audit/download")
def ask_download(request: Request, _site: Here, _visitor: FreshDecider) -> Response:
    """What the copy holds, before it is taken away."""
    return render(request, "audit/download.html")


@router.post("/audit/download")
def download(site: Here, visitor: FreshDecider) -> Response:
    """Every event, one JSON object a line, first to last. Audit: "audit_exported"."""
    with site.database.transaction() as tx:
        head = audit.head(tx)
        audit.write(tx, "audit_exported", site.now(), actor=visitor.user.name, events=head.events)
    name = f"record-{site.now():%Y-%m-%d}.jsonl"
    return StreamingResponse(
        lines(site.database, head.events),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def page(request: Request, site: Site, asked: Filters, checked: Checked | None = None) -> Response:
    day = day_of(asked.day)
    which = Which(asked.event, asked.who, begins(site, day), ends(site, day), asked.comment)
    with site.database.reading() as tx:
        found = newest(tx, which, AT_ONCE + 1, asked.before_number)
        head: Head = audit.head(tx)
        names = [user.name for user in users.all_users(tx)]
    older = address("/audit", asked.fields, before=str(found[AT_ONCE - 1].number)) if len(found) > AT_ONCE else ""
    return render(
        request,
        "audit/page.html",
        lines=[line_of(entry) for entry in found[:AT_ONCE]],
        asked=asked,
        head=head,
        checked=checked,
        people=[("", "Anybody"), ("policy", "The program, by its rules"), *((name, name) for name in names)],
        kinds=[("", "Everything"), *events.kinds()],
        older=older,
        newer=address("/audit", asked.fields) if asked.before else "",
    )


def line_of(entry: Entry) -> Line:
    event = entry.event
    what, who = events.sentence_of(event), events.actor_of(event)
    return Line(entry.number, event.at, what, who, event.comment_id, entry.erased)
