"""The school's own accounts, and which of them are paused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from moderator.domain import Account, plain_handle
from moderator.errors import StoreError
from moderator.store import audit, turns
from moderator.store.database import Transaction
from moderator.store.packing import account_of
from moderator.store.tables import AccountRow


def remember(tx: Transaction, account: Account) -> None:
    """Keep an account, or what is new about it. An empty native id does not overwrite a known one.

    The row stays locked until the transaction ends, so that two processes do not store one account's page at once.
    """
    if account.school_id != tx.school_id:
        raise StoreError(
            f"Account {account.id} belongs to school {account.school_id}, this database was opened for {tx.school_id}. "
            "Nothing was changed."
        )
    row = tx.first(tx.mine(AccountRow).where(col(AccountRow.id) == account.id).with_for_update())
    native_id = account.native_id or (row.native_id if row else "")
    told = {"platform": account.platform, "handle": account.handle, "native_id": native_id}
    if row is None or (row.platform, row.handle, row.native_id) != tuple(told.values()):
        at_work = {"paused_why": "", "paused_at": None, "paused_until": None}
        tx.upsert(AccountRow, {"id": account.id} | told | at_work, told)


def as_remembered(tx: Transaction, account: Account) -> Account:
    """With the native id that its platform told before, where the configuration names none and the handle is the same."""
    row = tx.first(tx.mine(AccountRow).where(col(AccountRow.id) == account.id))
    if (
        account.native_id
        or row is None
        or (row.platform, plain_handle(row.handle)) != (account.platform, plain_handle(account.handle))
    ):
        return account
    return replace(account, native_id=row.native_id)


def all_accounts(tx: Transaction) -> list[Account]:
    return [account_of(row) for row in tx.all(tx.mine(AccountRow).order_by(col(AccountRow.id)))]


def pause(tx: Transaction, account_id: str, why: str, until: datetime | None, at: datetime) -> None:
    """Touch the account no more until `until`, or until somebody resumes it. Audit: "account_paused"."""
    set_pause(tx, account_id, why, at, until)
    audit.write(
        tx,
        "account_paused",
        at,
        actor="moderator",
        account_id=account_id,
        why=why,
        until=until.isoformat() if until else "",
    )


def resume(tx: Transaction, account_id: str, at: datetime) -> None:
    """Work on the account again. Audit: "account_resumed"; nothing is written where it was not paused."""
    if _row(tx, account_id).paused_why:
        turns.wake(tx, account_id, turns.Work.ACT, at)
        set_pause(tx, account_id, "", None, None)
        audit.write(tx, "account_resumed", at, actor="moderator", account_id=account_id)


def paused(tx: Transaction, account_id: str, now: datetime) -> str | None:
    """Why the account is paused, or None where it is at work, its pause is over or nobody has met it yet."""
    row = tx.first(tx.mine(AccountRow).where(col(AccountRow.id) == account_id))
    if row is None or not row.paused_why or (row.paused_until is not None and row.paused_until <= now):
        return None
    return row.paused_why


def set_pause(tx: Transaction, account_id: str, why: str, at: datetime | None, until: datetime | None) -> None:
    _row(tx, account_id)
    tx.run(
        update(AccountRow)
        .where(col(AccountRow.school_id) == tx.school_id, col(AccountRow.id) == account_id)
        .values(paused_why=why, paused_at=at, paused_until=until)
    )


def _row(tx: Transaction, account_id: str) -> AccountRow:
    row = tx.first(tx.mine(AccountRow).where(col(AccountRow.id) == account_id))
    if row is None:
        raise StoreError(f"There is no account {account_id} in this database. Those it knows: moderator accounts")
    return row
