"""How much of what a platform grants is used up, as its own allowance says what is counted, and from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from moderator.build import capabilities_of
from moderator.platforms.base import Allowance
from moderator.settings import AccountSettings
from moderator.store import reports
from moderator.store.database import Transaction


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

    @property
    def told(self) -> str:
        """ "$1.20 of this month's $25.00"; of units without the word."""
        form = "${:,.2f}" if self.unit == "dollars" else "{:,.0f}"
        return f"{form.format(self.used)} of this {self.period}'s {form.format(self.limit)}"


def quota_of(tx: Transaction, account: AccountSettings, now: datetime) -> Quota | None:
    """What is used now; None where the platform counts nothing that could run out."""
    allowance = capabilities_of(account.account.platform).allowance
    return None if allowance is None else _most(tx, account, allowance, [allowance.period(now)])


def busiest_of(tx: Transaction, account: AccountSettings, now: datetime, days: int) -> Quota | None:
    """The same of the fullest of the last days; None where nothing is granted by the day."""
    allowance = capabilities_of(account.account.platform).allowance
    if allowance is None or allowance.per != "day":
        return None
    return _most(tx, account, allowance, allowance.last_days(now, days))


def _most(tx: Transaction, account: AccountSettings, allowance: Allowance, periods: Sequence[str]) -> Quota:
    used = max(reports.used(tx, account.account.id, allowance.counter, periods).values(), default=0)
    limit = account.options[allowance.option]
    return Quota(allowance.unit, allowance.per, used / allowance.each, limit / allowance.each)
