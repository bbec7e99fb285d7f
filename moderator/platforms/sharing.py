"""What a developer app may still use, where several accounts share what a platform grants it.

An adapter asks before each call; who knows of the others answers. An account whose app is its own asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from moderator.domain import Action
from moderator.platforms.base import MICRODOLLARS

PACIFIC = ZoneInfo("America/Los_Angeles")
"""YouTube's quota day. https://developers.google.com/youtube/v3/determine_quota_cost (read 2026-11-22)"""


class Purpose(StrEnum):
    """What a call is for, the one that can wait longest first. Each leaves room to those after it."""

    SWEEP = "sweep"
    READ = "read"
    ACT = "act"
    SEVERE = "severe"  # acts on what is urgent


@dataclass(frozen=True, slots=True)
class Span:
    """The time for which something is granted: a day in California, a month in UTC."""

    key: str  # "2026-11-22", "2026-11"
    begins_at: datetime
    ends_at: datetime

    def passed(self, now: datetime) -> float:
        """How much of it is over, 0.0 to 1.0."""
        return min(1.0, max(0.0, (now - self.begins_at) / (self.ends_at - self.begins_at)))


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: why, in a sentence, and when to ask again."""

    why: str
    retry_at: datetime


Amounts = Mapping[str, int]
"""By counter: {"units": 50}, {"microdollars": 5000, "reads": 1}."""


class App(Protocol):
    """The developer app that an account's calls go through."""

    def take(self, amounts: Amounts, purpose: Purpose, span: Span, now: datetime) -> Wait | None:
        """Reserve the most that a call may use, before it is made. None: it may be made."""

    def give_back(self, amounts: Amounts, span: Span) -> None:
        """What was reserved and not used."""

    def spent_up(self, counter: str, span: Span) -> None:
        """The platform itself says that nothing is left."""


class OwnApp:
    """Nobody else uses it, so the account's own limits are all there is."""

    def take(self, amounts: Amounts, purpose: Purpose, span: Span, now: datetime) -> Wait | None:
        return None

    def give_back(self, amounts: Amounts, span: Span) -> None:
        pass

    def spent_up(self, counter: str, span: Span) -> None:
        pass


OWN_APP = OwnApp()


def purpose_of(actions: Sequence[Action]) -> Purpose:
    return Purpose.SEVERE if any(action.urgent for action in actions) else Purpose.ACT


def pacific_day(now: datetime) -> Span:
    today = now.astimezone(PACIFIC).date()
    begins, ends = (
        datetime.combine(day, time(0), tzinfo=PACIFIC).astimezone(UTC) for day in (today, today + timedelta(days=1))
    )
    return Span(today.isoformat(), begins, ends)


def utc_month(now: datetime) -> Span:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Span(f"{first:%Y-%m}", first, (first + timedelta(days=32)).replace(day=1))


@dataclass(frozen=True, slots=True)
class Granted:
    """What a platform counts by app."""

    span: Callable[[datetime], Span]
    limits: Mapping[str, tuple[str, int]]  # by the setting that says how much: the counter, and how many of it are one


GRANTED: Mapping[str, Granted] = {
    "youtube": Granted(pacific_day, {"daily_units": ("units", 1)}),
    "x": Granted(utc_month, {"monthly_limit_dollars": ("microdollars", MICRODOLLARS), "monthly_reads": ("reads", 1)}),
}
"""By platform. Where one is absent, it counts by account, and there is nothing to share."""
