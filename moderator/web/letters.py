"""The weekly reports as pages, and the page on which a recipient may ask for a rest: it asks first, and tells the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from moderator.reports.render import told_weekly
from moderator.reports.rest import KINDS, LastReader, ends, recipients, rest
from moderator.reports.send import Letters, latest_due
from moderator.reports.way_out import WayOut, read_token
from moderator.reports.weekly import Week, span_of
from moderator.store import pauses, reports, tries
from moderator.web.access import Changer, Watcher
from moderator.web.pages import render
from moderator.web.site import Here, Site

router = APIRouter()

MOST_WEEKS = 26
CHOICES = ((2, "Two weeks"), (4, "Four weeks"), (8, "Eight weeks"))
TRIES, AN_HOUR = 10, timedelta(hours=1)
"""How often one recipient may ask: each new answer writes to the others."""


@router.get("/reports")
def weeks(request: Request, site: Here, _visitor: Watcher) -> Response:
    """Every week since watching began, newest first."""
    settings, duty = site.settings, site.settings.policy.duty
    latest = latest_due(site.now(), settings.weekly, duty)
    with site.database.reading() as tx:
        began = reports.began(tx)
    found = [latest.plus(-back) for back in range(MOST_WEEKS)]
    watched = [week for week in found if is_told(site, week, began)]
    return render(request, "letters/weeks.html", weeks=[(week, span_of(week, duty)) for week in watched])


def is_told(site: Site, week: Week, began: datetime | None) -> bool:
    """Whether there is a report of a week: it was watched, and is over."""
    settings, duty = site.settings, site.settings.policy.duty
    is_over = week <= latest_due(site.now(), settings.weekly, duty)
    return is_over and began is not None and week >= Week.of(began.astimezone(duty.zone).date())


@router.get("/reports/{week}")
def one_week(request: Request, site: Here, _visitor: Watcher, week: str) -> Response:
    """One week in the same figures as its letter."""
    settings = site.settings
    try:
        chosen = Week.read(week)
    except (ValueError, OverflowError):
        raise HTTPException(404) from None
    with site.database.reading() as tx:
        if not is_told(site, chosen, reports.began(tx)):
            raise HTTPException(404)
        report = Letters(settings, settings.policy).report(tx, chosen, site.now())
    return render(request, "letters/week.html", told=told_weekly(report, ()), week=chosen)


@router.get("/reports/pause/{token}")
def ask(request: Request, site: Here, token: str) -> Response:
    """Open to whoever holds the letter: nothing is shown but whose letters they are."""
    return pause_page(request, site, token)


@router.post("/reports/pause/{token}")
def give_rest(request: Request, site: Here, token: str, weeks: Annotated[int, Form()]) -> Response:
    asked = read_token(site.settings.audit_key, token, site.now())
    if asked is None or not still_gets(site, asked) or weeks not in dict(CHOICES):
        return pause_page(request, site, token, status=422)
    with site.database.transaction() as tx:
        tries.allow(tx, f"rest {asked.kind} {asked.address}", TRIES, AN_HOUR, site.now())
    until = ends(site.settings, weeks, site.now())
    try:
        with site.database.transaction() as tx:
            told = rest(tx, site.settings, asked.address, asked.kind, until, site.now())
    except LastReader as refused:
        return pause_page(request, site, token, trouble=str(refused), status=409)
    return render(
        request,
        "letters/paused.html",
        asked=asked,
        what=KINDS[asked.kind],
        until=until,
        told=[person.name or person.address for person in told],
    )


@router.post("/reports/resume")
def resume(site: Here, visitor: Changer, address: Annotated[str, Form()], kind: Annotated[str, Form()]) -> Response:
    with site.database.transaction() as tx:
        pauses.resume(tx, address, kind, visitor.user.name, site.now())
    return RedirectResponse("/health", 303)


def pause_page(request: Request, site: Site, token: str, trouble: str = "", status: int = 200) -> Response:
    asked = read_token(site.settings.audit_key, token, site.now())
    if asked is None or not still_gets(site, asked):
        return render(request, "letters/no_pause.html", 410)
    return render(
        request,
        "letters/pause.html",
        status,
        asked=asked,
        what=KINDS[asked.kind],
        token=token,
        trouble=trouble,
        choices=[(str(weeks), said) for weeks, said in CHOICES],
    )


def still_gets(site: Site, asked: WayOut) -> bool:
    return asked.kind in KINDS and any(
        person.address == asked.address for person in recipients(site.settings, asked.kind)
    )
