"""What a page of the record is asked for in its address: days, places in a list, filters. Nonsense asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote, urlencode

from moderator.store.history import Place
from moderator.store.links import AuthorKey
from moderator.web.site import Site


def day_of(text: str) -> date | None:
    """The day in a date field, "2026-11-16"; None where there is none, or one that no calendar reaches."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if date.min.year + 1 < day.year < date.max.year - 1 else None


def begins(site: Site, day: date | None) -> datetime | None:
    """The first moment of a day at the school."""
    if day is None:
        return None
    return datetime.combine(day, time(), site.settings.policy.duty.zone).astimezone(UTC)


def ends(site: Site, day: date | None) -> datetime | None:
    """The first moment after a day at the school."""
    return None if day is None else begins(site, day + timedelta(days=1))


def as_text(place: Place) -> str:
    at, comment_id, number = place
    return f"{at.isoformat()}~{number}~{comment_id}"


def place_of(text: str) -> Place | None:
    """Where a list goes on, as `as_text` wrote it."""
    at, _, rest = text.partition("~")
    number, _, comment_id = rest.partition("~")
    try:
        when = datetime.fromisoformat(at.replace(" ", "+"))
        count = int(number)
    except ValueError:
        return None
    # What no calendar reaches in another zone, or no column holds, is no place in a list either.
    known = when.tzinfo is not None and day_of(when.date().isoformat()) is not None and 0 <= count < 2**31
    return (when, comment_id, count) if known else None


def address(path: str, fields: Mapping[str, str], **more: str) -> str:
    """A page's address with what is asked for; what is empty is left out."""
    asked = {name: value for name, value in {**fields, **more}.items() if value}
    return f"{path}?{urlencode(asked)}" if asked else path


def author_address(key: AuthorKey) -> str:
    platform, native_id = key
    return f"/authors/{quote(platform, safe='')}/{quote(native_id, safe='')}"


def ban_address(key: AuthorKey, comment_id: str = "") -> str:
    """The page on which an author is kept out; `comment_id` is the evidence, where somebody says which."""
    platform, native_id = key
    return address("/authors/ban", {"platform": platform, "author": native_id, "for": comment_id})
