"""What an account uses up, counted across restarts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col

from moderator.store.database import Database
from moderator.store.tables import MeterRow


@dataclass(frozen=True)
class StoreMeter:
    """A Meter kept in the database. Each count is a transaction of its own, so none may be open in the same thread."""

    database: Database
    account_id: str

    def add(self, counter: str, period: str, amount: int) -> None:
        row = {"account_id": self.account_id, "counter": counter, "period": period, "amount": amount}
        with self.database.transaction() as tx:
            tx.upsert(MeterRow, row, {"amount": col(MeterRow.amount) + amount})

    def total(self, counter: str, period: str) -> int:
        counted = (
            col(MeterRow.account_id) == self.account_id,
            col(MeterRow.counter) == counter,
            col(MeterRow.period) == period,
        )
        with self.database.reading() as tx:
            row = tx.first(tx.mine(MeterRow).where(*counted))
        return 0 if row is None else row.amount
