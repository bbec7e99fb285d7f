"""How much of what a platform grants is used up: money of the month on X, units of the day on YouTube."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from moderator.settings import AccountSettings
from moderator.store import reports
from moderator.store.database import Transaction

PACIFIC = ZoneInfo("America/Los_Angeles")
"""YouTube's quota day."""
MICRODOLLARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Quota:
    """`used` of `limit`, both counted in `unit`, until `period` is over."""

    unit: str  # "dollars" or "units"
    period: str  # "month" or "day"
    used: float
    limit: float

    @property
    def left(self) -> float:
        return max(0.0, self.limit - self.used)


def quota_of(tx: Transaction, account: AccountSettings, now: datetime) -> Quota | None:
    """None where the platform counts nothing that could run out."""
    match account.account.platform:
        case "x":
            return _of(tx, account, "month", "microdollars", f"{now:%Y-%m}", "monthly_limit_microdollars")
        case "youtube":
            return _of(tx, account, "day", "units", now.astimezone(PACIFIC).date().isoformat(), "daily_units")
    return None


def _of(tx: Transaction, account: AccountSettings, period: str, counter: str, key: str, limit: str) -> Quota:
    used = reports.used(tx, account.account.id, counter, [key]).get(key, 0)
    if counter == "microdollars":
        return Quota("dollars", period, used / MICRODOLLARS, account.options[limit] / MICRODOLLARS)
    return Quota(counter, period, used, account.options[limit])
