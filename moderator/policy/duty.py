"""When somebody at the school is on duty, and what is stricter while nobody is.

Plain values and the time in, yes or no out. Times of day and dates are those of the school's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from moderator.domain import Label

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEVER_STRICTER = frozenset({Label.INSULT, Label.PROFANITY, Label.COMPLAINT})
"""What is said of the school is judged alike at all hours."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the day; one that ends before it begins runs past midnight."""

    begins: time
    ends: time  # not included

    def hold(self, at: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours on some days of the week, 0 for Monday."""

    days: frozenset[int]
    hours: Hours


@dataclass(frozen=True, slots=True)
class Term:
    """First and last day of a stretch of school weeks, both included."""

    first: date
    last: date


WEEKDAYS = frozenset(range(5))


@dataclass(frozen=True)
class Duty:
    """The school's week and year. Without terms, every week is a school week."""

    time_zone: str = "Europe/London"
    shifts: tuple[Shift, ...] = (Shift(WEEKDAYS, Hours(time(8), time(17))),)
    quiet_hours: Hours | None = Hours(time(21), time(7))
    terms: tuple[Term, ...] = ()
    closed_days: frozenset[date] = frozenset()
    lowers_hide_by: float = 0.05  # off duty, for the labels below
    stricter_for: frozenset[Label] = frozenset(
        {Label.CHILD_NAMED, Label.CONTACT, Label.THREAT, Label.SEXUAL, Label.HATE}
    )
    hide_waits_at_most: timedelta = timedelta(hours=24)
    """How long a hide may wait for a person's look before that is told; nothing is released by waiting."""

    def __post_init__(self) -> None:
        if self.stricter_for & NEVER_STRICTER:
            raise ValueError("insults, swearing and complaints are judged alike at all hours")

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def is_on_duty(self, now: datetime) -> bool:
        """Whether somebody at the school looks after its pages now."""
        here = now.astimezone(self.zone)
        if not self.is_school_day(here.date()):
            return False
        return any(here.weekday() in shift.days and shift.hours.hold(here.time()) for shift in self.shifts)

    def is_school_day(self, day: date) -> bool:
        """Whether the school is open on this day of its year, weekends aside."""
        if day in self.closed_days:
            return False
        return not self.terms or any(term.first <= day <= term.last for term in self.terms)

    def is_quiet(self, now: datetime) -> bool:
        """Whether only what cannot wait may ring somebody now."""
        return self.quiet_hours is not None and self.quiet_hours.hold(now.astimezone(self.zone).time())

    def local(self, when: datetime) -> str:
        """A time as a person at the school reads it: "3 November 2026, 14:05"."""
        here = when.astimezone(self.zone)
        return f"{here.day} {here:%B %Y, %H:%M}"
