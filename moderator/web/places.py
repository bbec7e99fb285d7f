"""Where a link of ours may lead: to the platforms' own hosts, by https, and nowhere else. Anything else is shown as text."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from moderator.platforms.street import address_of


@dataclass(frozen=True, slots=True)
class Place:
    """An address as a person reads it. `href` is "" where it may not be followed from here."""

    text: str
    href: str = ""


def place_of(platform: str, url: str) -> Place:
    """The address of something on a platform."""
    if not url:
        return Place("")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return Place(url[:200])
    plain = parts.scheme == "https" and parts.username is None and port is None and url.isprintable()
    own = any(host == each or host.endswith(f".{each}") for each in address_of(platform).hosts)
    return Place(f"{host}{parts.path}"[:120] if host else url[:200], url if plain and own else "")
