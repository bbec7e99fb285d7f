"""The tabs of every page: to each person those that their role may open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from moderator.web.access import May, Visitor


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to go. `may` is None for everybody who is signed in."""

    path: str
    label: str
    icon: str
    may: May | None
    about: str = ""
    on_phone: bool = False  # in the bar at the bottom of a phone, not only under More
    phone_only: bool = False
    counted: bool = False

    def is_here(self, path: str) -> bool:
        return path == self.path or path.startswith(f"{self.path}/")


TABS = (
    Tab("/triage", "Queue", "queue", May.READ, on_phone=True, counted=True),
    Tab("/history", "History", "history", May.READ, on_phone=True),
    Tab("/tasks", "Tasks", "tasks", May.READ, on_phone=True, counted=True),
    Tab("/health", "Health", "health", May.WATCH, on_phone=True),
    Tab("/rules", "Rules", "rules", May.WATCH, "What is hidden or shown to you, and why"),
    Tab("/audit", "Record", "audit", May.READ, "Everything that was done, and by whom"),
    Tab("/paste", "Add a comment", "paste", May.PROPOSE, "From Class Dojo, Seesaw or elsewhere"),
    Tab("/check-post", "Check a post", "visible", May.PROPOSE, "Words and pictures, before they go out"),
    Tab("/reports", "Reports", "letter", May.WATCH, "Each week in figures"),
    Tab("/push", "Alerts", "bell", May.READ, "How this phone tells you what is urgent"),
    Tab("/users", "People", "people", May.CHANGE, "Who may use this page"),
    Tab("/settings", "Settings", "settings", May.CHANGE, "What is in force, and where it is changed"),
    Tab("/me", "You", "person", None, "Your passkeys, and where you are signed in"),
    Tab("/more", "More", "more", None, on_phone=True, phone_only=True),
)


def tabs_for(visitor: Visitor, tabs: Iterable[Tab]) -> Sequence[Tab]:
    """Those of the site's tabs that this visitor may open."""
    return [tab for tab in tabs if tab.may is None or visitor.may(tab.may)]


def tabs_of(routes: Sequence[BaseRoute]) -> Sequence[Tab]:
    """The tabs of the pages that a site has."""
    return [tab for tab in TABS if is_served(tab.path, routes)]


def is_served(path: str, routes: Iterable[BaseRoute]) -> bool:
    """Whether there is a page to look at under this path."""
    scope: Scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in routes)
