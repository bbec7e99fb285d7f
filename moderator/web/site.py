"""What every page is given: the settings, the store, where the site is reached, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from moderator.settings import Settings
from moderator.store.database import Database


@dataclass(frozen=True)
class Site:
    """One school's page. `origin` is where browsers find it: "https://moderator.example.sch.uk", or a loopback address."""

    settings: Settings
    database: Database
    origin: str
    now: Callable[[], datetime]

    @property
    def host(self) -> str:
        """What passkeys are bound to."""
        return urlsplit(self.origin).hostname or ""


def site_of(request: Request) -> Site:
    found: Site = request.app.state.site
    return found


Here = Annotated[Site, Depends(site_of)]
