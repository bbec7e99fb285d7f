"""When something is next to be done for an account: what waits to be judged, sent, read back or read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from moderator.store.database import Transaction
from moderator.store.progress import IN_FLIGHT, State
from moderator.store.tables import ActionRow, CommentRow


def waits_to_be_judged(tx: Transaction, account_id: str) -> bool:
    mine = (col(CommentRow.school_id) == tx.school_id, col(CommentRow.account_id) == account_id)
    return tx.first(select(CommentRow.id).where(*mine, col(CommentRow.judge_due))) is not None


def next_acting(tx: Transaction, account_id: str, now: datetime) -> datetime | None:
    """When the next call for the account is due, a time gone by where one is due now; None: nothing waits."""
    mine = (col(CommentRow.school_id) == tx.school_id, col(CommentRow.account_id) == account_id)
    unplanned = select(func.min(func.coalesce(CommentRow.act_from, now))).where(*mine, col(CommentRow.act_due))
    sent_again = (col(ActionRow.state).in_((State.DUE, *IN_FLIGHT)),)
    looked_at = (col(ActionRow.state) == State.DONE, col(ActionRow.verify_at).is_not(None))
    times = (
        tx.first(unplanned),
        _first(tx, account_id, col(ActionRow.not_before), *sent_again),
        _first(tx, account_id, col(ActionRow.verify_at), *looked_at),
    )
    return min((time for time in times if time is not None), default=None)


def _first(tx: Transaction, account_id: str, when: Mapped[Any], *where: ColumnElement[bool]) -> datetime | None:
    mine = (col(ActionRow.school_id) == tx.school_id, col(ActionRow.account_id) == account_id)
    found: datetime | None = tx.first(select(func.min(when)).where(*mine, *where))
    return found
