"""Times in which an account could not be read, noted while they last, so that each is told once when it begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, update
from sqlmodel import col

from moderator.store.database import Transaction
from moderator.store.tables import AccountRow, FeedRow, OutageRow

STILL_TRIED = timedelta(days=1)
"""A feed that was last tried longer ago than this is not read any more, and says nothing about its platform."""
FINE_FOR = timedelta(minutes=5)
"""How long reading must go well before an outage is over: one good answer between two bad ones ends none."""


class Trouble(StrEnum):
    UNREADABLE = "unreadable"  # the platform does not answer, or not as it should
    PAUSED = "paused"  # the login expired, or errors nobody foresaw: left alone for a while or until somebody mends it


@dataclass(frozen=True, slots=True)
class Outage:
    """One time in which an account could not be read."""

    account_id: str
    trouble: Trouble
    began_at: datetime
    ended_at: datetime | None
    begin_told: bool


def note(tx: Transaction, account_ids: tuple[str, ...], now: datetime) -> None:
    """Write down what began and what ended. To be called while holding the watch."""
    asked = tx.mine(AccountRow).where(col(AccountRow.id).in_(account_ids))
    for account in tx.all(asked):
        paused = bool(account.paused_why) and (account.paused_until is None or account.paused_until > now)
        _note(tx, account.id, Trouble.PAUSED, paused, now)
        if not paused:  # While it is left alone, nothing new is known of its platform.
            _note(tx, account.id, Trouble.UNREADABLE, _unreadable(tx, account.id, now), now)


def _unreadable(tx: Transaction, account_id: str, now: datetime) -> bool:
    rows = tx.all(tx.mine(FeedRow).where(col(FeedRow.account_id) == account_id, col(FeedRow.last_error) != ""))
    return any(
        (row.last_read_at is not None and row.last_read_at > now - STILL_TRIED)
        or (row.not_before is not None and row.not_before > now)
        for row in rows
    )


def _note(tx: Transaction, account_id: str, trouble: Trouble, wrong: bool, now: datetime) -> None:
    outage = OutageRow
    mine = tx.mine(outage).where(col(outage.account_id) == account_id, col(outage.kind) == trouble.value)
    row = tx.first(mine.where(col(outage.ended_at).is_(None)))
    if row is None:
        if wrong:
            fresh = {"account_id": account_id, "kind": trouble.value, "began_at": now, "settled": False}
            tx.upsert(outage, fresh | {"fine_since": None, "ended_at": None, "begin_told_at": None}, {})
        return
    this = _this(tx, account_id, trouble, row.began_at)
    if wrong and row.fine_since is not None:
        tx.run(update(outage).where(*this).values(fine_since=None))
    elif not wrong and row.fine_since is None:
        tx.run(update(outage).where(*this).values(fine_since=now))
    elif not wrong and row.fine_since is not None and now - row.fine_since >= FINE_FOR:
        tx.run(update(outage).where(*this).values(ended_at=row.fine_since))


def untold(tx: Transaction) -> list[Outage]:
    """Those of which something may still have to be told, oldest first."""
    rows = tx.all(tx.mine(OutageRow).where(col(OutageRow.settled).is_(False)).order_by(col(OutageRow.began_at)))
    return [
        Outage(row.account_id, Trouble(row.kind), row.began_at, row.ended_at, row.begin_told_at is not None)
        for row in rows
    ]


def begin_told(tx: Transaction, outage: Outage, at: datetime) -> bool:
    """Its beginning was told; False where it was told before."""
    this = _this(tx, outage.account_id, outage.trouble, outage.began_at)
    untold = col(OutageRow.begin_told_at).is_(None)
    return tx.run(update(OutageRow).where(*this, untold).values(begin_told_at=at)) == 1


def settle(tx: Transaction, outage: Outage) -> bool:
    """It is over, and nothing more is to be told of it; False where that was so before."""
    this = _this(tx, outage.account_id, outage.trouble, outage.began_at)
    return tx.run(update(OutageRow).where(*this, col(OutageRow.settled).is_(False)).values(settled=True)) == 1


def last_read(tx: Transaction, account_ids: tuple[str, ...]) -> datetime | None:
    """When any feed of these accounts was last read to its end."""
    rows = tx.all(tx.mine(FeedRow).where(col(FeedRow.account_id).in_(account_ids)))
    return max((row.last_ok_at for row in rows if row.last_ok_at is not None), default=None)


def _this(tx: Transaction, account_id: str, trouble: Trouble, began_at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(OutageRow.school_id) == tx.school_id,
        col(OutageRow.account_id) == account_id,
        col(OutageRow.kind) == trouble.value,
        col(OutageRow.began_at) == began_at,
    )
