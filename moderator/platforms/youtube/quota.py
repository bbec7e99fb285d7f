"""Counts the units of Google's daily quota before they are spent, and says when to stop.

Google's own counter is told late and refuses without warning (YT-Spammer-Purge issues 461 and 466), so we keep one.
The day is a Pacific one. https://developers.google.com/youtube/v3/determine_quota_cost (read 2026-11-22)
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from moderator.errors import QuotaSpent
from moderator.platforms.base import Allowance, Meter

ALLOWANCE = Allowance("units", "daily_units", "day", "units", zone="America/Los_Angeles")
EXCEEDED = "quota_exceeded"
"""Counted when Google itself says that the day is spent: whatever else uses the same project spends the same units."""

SWEEP_SHARE = 0.7
"""Of the day's units; beyond it a sweep waits, since what is left belongs to polling and actions."""


class Purpose(Enum):
    """What a call is for. Reads leave the reserve to actions, and sweeps leave room to reads."""

    ACT = "act"
    READ = "read"
    SWEEP = "sweep"


class Quota:
    """The ledger of one account. `daily_units` is what Google grants a day, `reserve_units` what reads must leave."""

    def __init__(self, meter: Meter, daily_units: int, reserve_units: int) -> None:
        self._meter = meter
        self.daily_units = daily_units
        self._limits = {
            Purpose.ACT: daily_units,
            Purpose.READ: daily_units - reserve_units,
            Purpose.SWEEP: int(daily_units * SWEEP_SHARE),
        }
        self._pacific = ZoneInfo(ALLOWANCE.zone)

    def used(self, now: datetime) -> int:
        """Units used in the Pacific day of `now`."""
        return self._meter.total(ALLOWANCE.counter, ALLOWANCE.period(now))

    def spend(self, cost: int, purpose: Purpose, now: datetime) -> None:
        """Count `cost` units before they are asked for. Raises QuotaSpent where they must not be."""
        used, limit, resets_at = self.used(now), self._limits[purpose], self.resets_at(now)
        if self._meter.total(EXCEEDED, ALLOWANCE.period(now)):
            raise QuotaSpent(
                f"Google said that today's quota is spent. {_waits(purpose, resets_at)}", retry_at=resets_at
            )
        if used + cost > limit:
            raise QuotaSpent(
                f"{used} of today's {self.daily_units} units are used and {purpose.value} may go up to {limit}. "
                f"{_waits(purpose, resets_at)}",
                retry_at=resets_at,
            )
        self._meter.add(ALLOWANCE.counter, ALLOWANCE.period(now), cost)

    def exceeded(self, now: datetime) -> datetime:
        """Google refused for want of quota: nothing more is asked for until the time this returns."""
        self._meter.add(EXCEEDED, ALLOWANCE.period(now), 1)
        return self.resets_at(now)

    def resets_at(self, now: datetime) -> datetime:
        """The next midnight in California, in UTC."""
        tomorrow = now.astimezone(self._pacific).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(0), tzinfo=self._pacific).astimezone(UTC)


def _waits(purpose: Purpose, until: datetime) -> str:
    what = {Purpose.ACT: "Actions wait", Purpose.READ: "Reading waits", Purpose.SWEEP: "The sweep waits"}[purpose]
    return f"{what} until {until:%d %b %H:%M} UTC; nothing is lost."
