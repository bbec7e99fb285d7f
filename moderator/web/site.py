"""What every page is given: the settings, the store, where the site is reached, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from moderator.settings import Settings, reread_policy
from moderator.settings.read import MAIN
from moderator.store.database import Database


class Reread:
    """The settings, with the policy as its file says now: the daemon takes a changed file up while it runs, and so does the page.

    A faulty file changes nothing; `fault` then says in words what is wrong with it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self._stamp, self.fault = settings, _stamp(settings.policy_path), ""

    def settings(self) -> Settings:
        stamp = _stamp(self._settings.policy_path)
        if stamp != self._stamp:
            policy, self.fault = reread_policy(self._settings, self._settings.policy)
            self._settings, self._stamp = replace(self._settings, policy=policy), stamp
        return self._settings


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is written."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


class Site:
    """One school's page. `origin` is where browsers find it: "https://moderator.example.sch.uk", or a loopback address."""

    def __init__(self, settings: Settings, database: Database, origin: str, now: Callable[[], datetime]) -> None:
        self._read = Reread(settings)
        self._main = settings.policy_path.with_name(MAIN)
        self._stamp = _stamp(self._main)
        self.database, self.origin, self.now = database, origin, now

    @property
    def settings(self) -> Settings:
        return self._read.settings()

    @property
    def is_older_than_its_file(self) -> bool:
        """Whether moderator.toml was changed since the page was started: that file is read at the start alone."""
        return _stamp(self._main) != self._stamp

    @property
    def policy_fault(self) -> str:
        """What is wrong with the policy's file as it stands now; "" where it is in force."""
        self._read.settings()
        return self._read.fault

    @property
    def host(self) -> str:
        """What passkeys are bound to."""
        return urlsplit(self.origin).hostname or ""


def site_of(request: Request) -> Site:
    found: Site = request.app.state.site
    return found


Here = Annotated[Site, Depends(site_of)]
