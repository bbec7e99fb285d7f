"""Counts the units of Google's daily quota before they are spent, and says when to stop.

Google's own counter is told late and refuses without warning (YT-Spammer-Purge issues 461 and 466), so we keep one.
The day is a Pacific one. https://developers.google.com/youtube/v3/determine_quota_cost (read 2026-11-22)
"""

from __future__ import annotations

from datetime import datetime

from moderator.errors import QuotaSpent
from moderator.platforms.base import Allowance, Meter
from moderator.platforms.sharing import OWN_APP, App, Purpose, pacific_day

ALLOWANCE = Allowance("units", "daily_units", "day", "units", zone="America/Los_Angeles")
EXCEEDED = "quota_exceeded"
"""Counted when Google itself says that the day is spent: whatever else uses the same project spends the same units."""

SWEEP_SHARE = 0.7
"""Of the day's units; beyond it a sweep waits, since what is left belongs to polling and actions."""


class Quota:
    """The ledger of one account. `daily_units` is what Google grants a day, `reserve_units` what reads must leave.

    `app` counts what all accounts together use, where several share a project.
    """

    def __init__(self, meter: Meter, daily_units: int, reserve_units: int, app: App = OWN_APP) -> None:
        self._meter, self._app = meter, app
        self.daily_units = daily_units
        self._limits = {
            Purpose.SEVERE: daily_units,
            Purpose.ACT: daily_units,
            Purpose.READ: daily_units - reserve_units,
            Purpose.SWEEP: int(daily_units * SWEEP_SHARE),
        }

    def used(self, now: datetime) -> int:
        """Units used in the Pacific day of `now`."""
        return self._meter.total(ALLOWANCE.counter, ALLOWANCE.period(now))

    def spend(self, cost: int, purpose: Purpose, now: datetime) -> None:
        """Count `cost` units before they are asked for. Raises QuotaSpent where they must not be."""
        limit, resets_at, day = self._limits[purpose], self.resets_at(now), ALLOWANCE.period(now)
        if self._meter.total(EXCEEDED, day):
            raise QuotaSpent(
                f"Google said that today's quota is spent. {_waits(purpose, resets_at)}", retry_at=resets_at
            )
        if not self._meter.reserve(ALLOWANCE.counter, day, cost, limit):
            raise QuotaSpent(
                f"{self.used(now)} of today's {self.daily_units} units are used and {purpose.value} may go up to {limit}. "
                f"{_waits(purpose, resets_at)}",
                retry_at=resets_at,
            )
        wait = self._app.take({ALLOWANCE.counter: cost}, purpose, pacific_day(now), now)
        if wait is not None:
            self._meter.add(ALLOWANCE.counter, day, -cost)
            raise QuotaSpent(wait.why, retry_at=wait.retry_at)

    def exceeded(self, now: datetime) -> datetime:
        """Google refused for want of quota: nothing more is asked for until the time this returns."""
        self._meter.add(EXCEEDED, ALLOWANCE.period(now), 1)
        self._app.spent_up(ALLOWANCE.counter, pacific_day(now))
        return self.resets_at(now)

    def resets_at(self, now: datetime) -> datetime:
        """The next midnight in California, in UTC."""
        return pacific_day(now).ends_at


def _waits(purpose: Purpose, until: datetime) -> str:
    what = {Purpose.READ: "Reading waits", Purpose.SWEEP: "The sweep waits"}.get(purpose, "Actions wait")
    return f"{what} until {until:%d %b %H:%M} UTC; nothing is lost."
