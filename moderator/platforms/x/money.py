"""What X costs, counted in millionths of a dollar, and the school's own monthly limit.

X bills each post or user it returns once in a UTC day, and nothing for an empty or failed answer.
https://docs.x.com/x-api/getting-started/pricing (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from moderator.errors import QuotaSpent
from moderator.platforms.base import MICRODOLLARS, Allowance, Meter
from moderator.platforms.x.errors import Ask, next_month, topped_up_by

ALLOWANCE = Allowance("microdollars", "monthly_limit_microdollars", "month", "dollars", MICRODOLLARS)

OWNED_READ = 1_000
"""The account's own mentions and posts, if it owns the developer app itself."""
POST_READ, USER_READ, BLOCK_READ = 5_000, 10_000, 1_000
HIDE, MUTE, UNMUTE = 5_000, 10_000, 5_000

ACTIONS_PERCENT, READS_PERCENT, SWEEPS_PERCENT = 100, 90, 75
"""How much of the limit may be spent when each begins: reading leaves a reserve for hiding, sweeping one for reading."""


@dataclass(frozen=True, slots=True)
class Fare:
    """What a request may cost: `each` resource it returns, of one `kind`."""

    kind: str
    each: int


class Purse:
    """Counts what is spent and says when to stop."""

    def __init__(self, meter: Meter, monthly_limit_microdollars: int, owns_app: bool) -> None:
        self._meter, self._limit = meter, monthly_limit_microdollars
        self.owned = Fare("owned", OWNED_READ if owns_app else POST_READ)
        self._day = date.min
        self._billed: set[tuple[str, str]] = set()  # (kind, id) billed on _day

    def spent(self, now: datetime) -> int:
        """Microdollars counted in this UTC month."""
        return self._meter.total(ALLOWANCE.counter, ALLOWANCE.period(now))

    def is_open(self, percent: int, now: datetime, price: int = 1) -> bool:
        """Whether something that may use `percent` of the limit can still begin; `price` is what it will cost, if known."""
        return (self.spent(now) + price - 1) * 100 < self._limit * percent

    def open(self, ask: Ask, percent: int, now: datetime, price: int = 1) -> None:
        """Raises QuotaSpent where the limit forbids to begin."""
        if self.is_open(percent, now, price):
            return
        begins_anew = next_month(now)
        raise QuotaSpent(
            f"The school's own spending limit does not let us {ask.what}: {dollars(self.spent(now))} of "
            f"{dollars(self._limit)} are spent this month, and this may use {percent} % of it: "
            "the last tenth is kept for hiding. It goes on at "
            f"{begins_anew:%Y-%m-%d %H:%M} UTC, or after a restart with a higher monthly limit, within six hours.",
            retry_at=topped_up_by(begins_anew, now),
        )

    def paid(self, amount: int, now: datetime) -> None:
        """One request at a fixed price was carried out."""
        self._meter.add(ALLOWANCE.counter, ALLOWANCE.period(now), amount)

    def returned(self, fare: Fare, ids: Iterable[str], now: datetime) -> None:
        """X returned these; what it returned before on this UTC day is free.

        The day's list is kept in memory: after a restart the same resources are counted again, never too few.
        """
        if now.date() != self._day:
            self._day, self._billed = now.date(), set()
        new = {(fare.kind, native_id) for native_id in ids} - self._billed
        self._billed |= new
        if new:
            self._meter.add("reads", ALLOWANCE.period(now), len(new))
            self.paid(len(new) * fare.each, now)

    def warning(self, now: datetime) -> str:
        """A sentence once half of the limit is spent, before that nothing."""
        if self.is_open(50, now):
            return ""
        return (
            f"{dollars(self.spent(now))} of the month's {dollars(self._limit)} for X are spent. Sweeps stop at "
            f"{SWEEPS_PERCENT} %, reading at {READS_PERCENT} %, hiding at {ACTIONS_PERCENT} %: raise the limit or poll less often."
        )


def dollars(microdollars: int) -> str:
    return f"${microdollars / MICRODOLLARS:.2f}"
