"""Alerts on a phone: switched on and off by its owner, tried out, and confirmed by a tap on the test.

The page sends nothing: a test is written down like any alert, and the daemon sends it. A phone counts as reached only once its
owner has tapped a test; until then letters go as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from moderator.errors import ConfigError
from moderator.reports.push import public_key, read_subscription
from moderator.settings.alerts import OnCall, told_as
from moderator.store import pushes
from moderator.store.database import Transaction
from moderator.store.pushes import Channel, Send, Subscription
from moderator.store.users import same_name
from moderator.web.access import Decider, Reader, Visitor
from moderator.web.pages import render
from moderator.web.site import Here, Site
from moderator.web.telling import Told

router = APIRouter()

MOST_PHONES = 5
"""For one person: whoever has more takes one away first."""
BROWSERS = (
    ("push.apple.com", "iPhone, iPad or Mac"),
    ("googleapis.com", "Chrome, or an Android phone"),
    ("mozilla.com", "Firefox"),
    ("notify.windows.com", "Edge, or a Windows computer"),
)
SAID = {
    "added": Told("Alerts are on. A test comes within a minute: please tap it, so that we know it arrives.", "done"),
    "tried": Told("A test is on its way. It comes within a minute: please tap it.", "done"),
    "again": Told("A test was sent just now. Please give it a minute.", "note"),
    "confirmed": Told("Thank you. Alerts reach you here.", "done"),
    "removed": Told("No more alerts go there.", "done"),
}
"""What the page says of what was done just before, by the word in its address."""
Told_ = Annotated[str, Form(max_length=4000)]


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone or browser of the visitor's."""

    id: str
    what: str
    confirmed_at: datetime | None
    dropped: bool


@router.get("/push")
def page(request: Request, site: Here, visitor: Reader, said: str = "", tapped: bool = False) -> Response:
    """`tapped`: a test was tapped, and the page says so by itself, as it knows which phone it is on."""
    return show(request, site, visitor, SAID.get(said), tapped=tapped)


@router.post("/push")
def subscribe(request: Request, site: Here, visitor: Decider, subscription: Told_) -> Response:
    """Switch alerts on for the browser that asks, and send it a test. Audit: "push_subscribed"."""
    settings, now = site.settings.alerts, site.now()
    role = role_of(visitor)
    if not settings.enabled or role is None:
        raise HTTPException(404)
    try:
        given = read_subscription(subscription, visitor.user.name, role, settings.push_hosts, settings.push_to_loopback)
    except ConfigError:
        trouble = Told("This browser’s answer could not be read. Please try again, or try another browser.", "warning")
        return show(request, site, visitor, trouble, status=422)
    with site.database.transaction() as tx:
        known = own(tx, visitor)
        if len(known) >= MOST_PHONES and given.id not in {each.id for each in known}:
            return show_full(request, site, visitor)
        pushes.subscribe(tx, given, now)
        put_test(tx, given, now)
    return back("added")


@router.post("/push/confirm")
def confirm(request: Request, site: Here, visitor: Decider, endpoint: Told_ = "") -> Response:
    """The visitor tapped a test on the phone they are at. Audit: "push_confirmed"."""
    with site.database.transaction() as tx:
        here = next((each for each in own(tx, visitor) if each.endpoint == endpoint), None)
        if here is not None:
            pushes.confirm(tx, here.endpoint, site.now())
    if here is None:
        trouble = Told("This phone takes no alerts for you. Switch them on first.", "warning")
        return show(request, site, visitor, trouble, status=404)
    return back("confirmed")


@router.post("/push/{phone}/test")
def test(site: Here, visitor: Decider, phone: str) -> Response:
    """Another test to one phone."""
    with site.database.transaction() as tx:
        new = put_test(tx, own_phone(tx, visitor, phone), site.now())
    return back("tried" if new else "again")


@router.post("/push/{phone}/remove")
def remove(site: Here, visitor: Reader, phone: str) -> Response:
    """No more alerts to one phone. Audit: "push_dropped"."""
    with site.database.transaction() as tx:
        pushes.drop(tx, own_phone(tx, visitor, phone).id, site.now(), by=visitor.user.name)
    return back("removed")


def show(
    request: Request, site: Site, visitor: Visitor, note: Told | None, *, tapped: bool = False, status: int = 200
) -> Response:
    settings = site.settings.alerts
    with site.database.reading() as tx:
        phones = [phone_of(each) for each in own(tx, visitor, dropped=True)]
    return render(
        request,
        "push/page.html",
        status,
        enabled=settings.enabled,
        is_told=role_of(visitor) is not None,
        key=public_key(settings.vapid_key) if settings.enabled else "",
        phones=phones,
        note=note,
        tapped=tapped,
        repeats=round(settings.repeat_after.total_seconds() / 60),
    )


def show_full(request: Request, site: Site, visitor: Visitor) -> Response:
    words = f"You have {MOST_PHONES} phones and browsers that take alerts. Please remove one first."
    return show(request, site, visitor, Told(words, "warning"), status=409)


def role_of(visitor: Visitor) -> OnCall | None:
    """What the visitor is told as; None for those who cannot close an urgent case: a push to them would reach nobody who can."""
    return told_as(visitor.user.role)


def own(tx: Transaction, visitor: Visitor, *, dropped: bool = False) -> Sequence[Subscription]:
    return [each for each in pushes.subscriptions(tx, dropped=dropped) if same_name(each.person, visitor.user.name)]


def own_phone(tx: Transaction, visitor: Visitor, phone: str) -> Subscription:
    """Raises HTTPException 404 for anybody else's."""
    found = next((each for each in own(tx, visitor) if each.id == phone), None)
    if found is None:
        raise HTTPException(404)
    return found


def put_test(tx: Transaction, to: Subscription, now: datetime) -> bool:
    """Lay a test out to be sent, once a minute at the most; False where that was done just now."""
    key = f"test {to.id} {now:%Y-%m-%dT%H:%M}"
    return pushes.put(tx, Send(key, Channel.PUSH, to.id, to.role, "test", 0, 0, now))


def phone_of(given: Subscription) -> Phone:
    host = urlsplit(given.endpoint).hostname or ""
    what = next((words for end, words in BROWSERS if host == end or host.endswith(f".{end}")), "A browser")
    return Phone(given.id, what, given.confirmed_at, given.dropped_at is not None)


def back(said: str) -> RedirectResponse:
    return RedirectResponse(f"/push?said={said}", 303)
