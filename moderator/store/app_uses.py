"""What the schools of a trust use of a developer app that they share: counted together and by school, in one step.

Counts alone stand here, so the rows are outside the walls between schools. PostgreSQL only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from moderator.store.database import Transaction
from moderator.store.tables import AppUseRow

TOGETHER = ""
"""In the place of a school's id."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Up to where may be used: by all, by one school whatever the others do, and by all where that one is beyond its share."""

    together: int
    share: int
    beyond_share: int


def reserve(
    tx: Transaction, app: str, counter: str, period: str, school_id: str, amount: int, bounds: Bounds | None
) -> bool:
    """Count `amount` for the school and for all, within the bounds; False: it does not fit, and nothing was counted.

    Several workers may do so at once: those of one school wait for each other, then all for the row of all.
    """
    own = _count(tx, app, counter, period, school_id, 0) or 0
    room = None
    if bounds is not None:
        room = bounds.together if own + amount <= bounds.share else min(bounds.together, bounds.beyond_share)
        if amount > room:
            return False
    if _count(tx, app, counter, period, TOGETHER, amount, at_most=room) is None:
        return False
    _count(tx, app, counter, period, school_id, amount)
    return True


def give_back(tx: Transaction, app: str, counter: str, period: str, school_id: str, amount: int) -> None:
    """In the order of `reserve`, so that nobody waits for each other."""
    for whose in (school_id, TOGETHER):
        _count(tx, app, counter, period, whose, -amount)


def fill_up(tx: Transaction, app: str, counter: str, period: str, limit: int) -> None:
    """Nothing is left, as the platform itself says: others may use the same app."""
    _count(tx, app, counter, period, TOGETHER, 0)
    full = func.greatest(col(AppUseRow.amount), limit)
    tx.run(update(AppUseRow).where(*_of(app, counter, period, TOGETHER)).values(amount=full))


def used(tx: Transaction, app: str, counter: str, period: str) -> Mapping[str, int]:
    """By school, and together."""
    where = (col(AppUseRow.app) == app, col(AppUseRow.counter) == counter, col(AppUseRow.period) == period)
    return {row.school_id: row.amount for row in tx.all(select(AppUseRow).where(*where))}


def used_by(tx: Transaction, app: str, counter: str, period: str, school_id: str) -> tuple[int, int]:
    """Together, and by one school."""
    found = {
        whose: tx.first(select(AppUseRow.amount).where(*_of(app, counter, period, whose))) or 0
        for whose in (TOGETHER, school_id)
    }
    return found[TOGETHER], found[school_id]


def _count(
    tx: Transaction, app: str, counter: str, period: str, school_id: str, amount: int, at_most: int | None = None
) -> int | None:
    """What is counted then, or None where that would be more than `at_most`; the row is locked until the transaction ends."""
    row = {"app": app, "counter": counter, "period": period, "school_id": school_id, "amount": amount}
    statement = insert(AppUseRow).values(row)
    keys = ["app", "counter", "period", "school_id"]
    more = col(AppUseRow.amount) + amount
    fits = None if at_most is None else more <= at_most
    asked = statement.on_conflict_do_update(index_elements=keys, set_={"amount": more}, where=fits)
    counted: int | None = tx.session.connection().execute(asked.returning(col(AppUseRow.amount))).scalar()
    return counted


def _of(app: str, counter: str, period: str, school_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(AppUseRow.app) == app,
        col(AppUseRow.counter) == counter,
        col(AppUseRow.period) == period,
        col(AppUseRow.school_id) == school_id,
    )
