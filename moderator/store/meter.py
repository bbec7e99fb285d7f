"""What an account uses up, counted across restarts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, update
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
        with self.database.reading() as tx:
            row = tx.first(tx.mine(MeterRow).where(*self._counted(counter, period)))
        return 0 if row is None else row.amount

    def reserve(self, counter: str, period: str, amount: int, at_most: int) -> bool:
        row = {"account_id": self.account_id, "counter": counter, "period": period, "amount": 0}
        room = (col(MeterRow.school_id) == self.database.school_id, col(MeterRow.amount) + amount <= at_most)
        change = update(MeterRow).where(*self._counted(counter, period), *room)
        with self.database.transaction() as tx:
            tx.upsert(MeterRow, row, {})
            return tx.run(change.values(amount=col(MeterRow.amount) + amount)) == 1

    def _counted(self, counter: str, period: str) -> tuple[ColumnElement[bool], ...]:
        return (
            col(MeterRow.account_id) == self.account_id,
            col(MeterRow.counter) == counter,
            col(MeterRow.period) == period,
        )
