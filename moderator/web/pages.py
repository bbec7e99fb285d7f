"""Values in, a page out: one Jinja environment that escapes everything, and the words that every page needs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from moderator.web.access import May, Visitor
from moderator.web.menu import tabs_for
from moderator.web.site import Site, site_of
from moderator.web.static_files import static

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["May"] = May
    made.globals["static"] = static
    return made


def read_all() -> None:
    """Read every template, so that the first visit need not wait for it."""
    for name in environment().list_templates():
        environment().get_template(name)


@cache
def style() -> str:
    """The style sheet as it stands in every page."""
    return environment().get_template("style.css").render()


@cache
def style_source() -> str:
    """What a Content-Security-Policy allows as style: the one that stands in every page, known by its digest."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()}'"


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page or a partial. Beside its values each gets `site`, `visitor`, `csrf`, `nonce`, `path`, `menu` and
    `local` (a time in words)."""
    return HTMLResponse(environment().get_template(template).render(**common(request), **values), status)


def common(request: Request) -> Mapping[str, Any]:
    site = site_of(request)
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return {
        "site": site,
        "school": site.settings.school.name,
        "visitor": visitor,
        "csrf": visitor.csrf if visitor else "",
        "nonce": getattr(request.state, "nonce", ""),
        "path": request.url.path,
        "menu": tabs_for(visitor, request.app.state.tabs) if visitor else (),
        "local": lambda when: in_words(site, when),
    }


def in_words(site: Site, when: datetime | None) -> str:
    """School time: "09:14" today, "Mon 16 Nov, 09:14" on another day."""
    if when is None:
        return "not yet"
    zone = ZoneInfo(site.settings.policy.duty.time_zone)
    there, today = when.astimezone(zone), site.now().astimezone(zone)
    if there.date() == today.date():
        return f"{there:%H:%M}"
    year = "" if there.year == today.year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}, {there:%H:%M}"
