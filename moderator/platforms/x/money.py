"""What X costs, counted in millionths of a dollar, and the school's own monthly limit.

X bills each post or user it returns once in a UTC day, and nothing for an empty or failed answer.
https://docs.x.com/x-api/getting-started/pricing (read 2026-11-22)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from moderator.errors import QuotaSpent
from moderator.platforms.base import MICRODOLLARS, Allowance, Meter
from moderator.platforms.sharing import OWN_APP, App, Purpose, utc_month
from moderator.platforms.x.errors import Ask, topped_up_by

ALLOWANCE = Allowance("microdollars", "monthly_limit_microdollars", "month", "dollars", MICRODOLLARS)

OWNED_READ = 1_000
"""The account's own mentions and posts, if it owns the developer app itself."""
POST_READ, USER_READ, BLOCK_READ = 5_000, 10_000, 1_000
HIDE, MUTE, UNMUTE = 5_000, 10_000, 5_000

ACTIONS_PERCENT, READS_PERCENT, SWEEPS_PERCENT = 100, 90, 75
"""How much of the limit may be spent when each begins: reading leaves a reserve for hiding, sweeping one for reading."""
PERCENT: Mapping[Purpose, int] = {
    Purpose.SWEEP: SWEEPS_PERCENT,
    Purpose.READ: READS_PERCENT,
    Purpose.ACT: ACTIONS_PERCENT,
    Purpose.SEVERE: ACTIONS_PERCENT,
}
READS = "reads"
"""Counted beside the money: the resources that were returned."""


@dataclass(frozen=True, slots=True)
class Fare:
    """What a request may cost: `each` resource it returns, of one `kind`."""

    kind: str
    each: int


class Purse:
    """Counts what is spent and says when to stop."""

    def __init__(self, meter: Meter, monthly_limit_microdollars: int, owns_app: bool, app: App = OWN_APP) -> None:
        self._meter, self._limit, self._app = meter, monthly_limit_microdollars, app
        self.owned = Fare("owned", OWNED_READ if owns_app else POST_READ)
        self._day = date.min
        self._billed: set[tuple[str, str]] = set()  # (kind, id) billed on _day
        self._used: Counter[str] = Counter()  # by the request that is open

    def spent(self, now: datetime) -> int:
        """Microdollars counted in this UTC month."""
        return self._meter.total(ALLOWANCE.counter, ALLOWANCE.period(now))

    def is_open(self, percent: int, now: datetime, price: int = 1) -> bool:
        """Whether something that may use `percent` of the limit can still begin; `price` is what it will cost, if known."""
        return (self.spent(now) + price - 1) * 100 < self._limit * percent

    @contextmanager
    def open(
        self, ask: Ask, purpose: Purpose, now: datetime, *, most: int, reads: int = 0, price: int = 1
    ) -> Iterator[None]:
        """For one request, which may cost `most` and return `reads` resources. Raises QuotaSpent where a limit forbids to begin.

        Of an app that schools share the most is set aside meanwhile; what was not used is given back.
        """
        self._refuse_beyond_limit(ask, PERCENT[purpose], now, price)
        held, span = {ALLOWANCE.counter: most, READS: reads}, utc_month(now)
        wait = self._app.take(held, purpose, span, now)
        if wait is not None:
            raise QuotaSpent(wait.why, retry_at=topped_up_by(wait.retry_at, now))
        self._used.clear()
        try:
            yield
        finally:
            self._app.give_back({counter: amount - self._used[counter] for counter, amount in held.items()}, span)

    def _refuse_beyond_limit(self, ask: Ask, percent: int, now: datetime, price: int) -> None:
        if self.is_open(percent, now, price):
            return
        begins_anew = utc_month(now).ends_at
        raise QuotaSpent(
            f"The school's own spending limit does not let us {ask.what}: {dollars(self.spent(now))} of "
            f"{dollars(self._limit)} are spent this month, and this may use {percent} % of it: "
            "the last tenth is kept for hiding. It goes on at "
            f"{begins_anew:%Y-%m-%d %H:%M} UTC, or after a restart with a higher monthly limit, within six hours.",
            retry_at=topped_up_by(begins_anew, now),
        )

    def paid(self, amount: int, now: datetime) -> None:
        """One request at a fixed price was carried out."""
        self._count(ALLOWANCE.counter, amount, now)

    def returned(self, fare: Fare, ids: Iterable[str], now: datetime) -> None:
        """X returned these; what it returned before on this UTC day is free.

        The day's list is kept in memory: after a restart the same resources are counted again, never too few.
        """
        if now.date() != self._day:
            self._day, self._billed = now.date(), set()
        new = {(fare.kind, native_id) for native_id in ids} - self._billed
        self._billed |= new
        if new:
            self._count(READS, len(new), now)
            self._count(ALLOWANCE.counter, len(new) * fare.each, now)

    def _count(self, counter: str, amount: int, now: datetime) -> None:
        self._meter.add(counter, ALLOWANCE.period(now), amount)
        self._used[counter] += amount

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
