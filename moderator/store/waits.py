"""Waiting on purpose: what a platform asked us to leave alone for a while, what may be hidden though nobody said so, and
what waits no more since it asks for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, update
from sqlmodel import col, select

from moderator.domain import Action, ActionKind, Decision, Result
from moderator.store.database import Transaction
from moderator.store.progress import State
from moderator.store.tables import ActionRow, CommentRow, OutcomeRow


def put_off(tx: Transaction, account_id: str, until: datetime, error: str, kind: ActionKind | None = None) -> None:
    """Leave what is due on an account, of one kind or of all, until `until`; what waits longer already keeps its time."""
    where = [
        col(ActionRow.school_id) == tx.school_id,
        col(ActionRow.account_id) == account_id,
        col(ActionRow.state) == State.DUE,
        col(ActionRow.not_before) < until,
    ]
    if kind is not None:
        where.append(col(ActionRow.kind) == kind)
    tx.run(update(ActionRow).where(*where).values(not_before=until, last_error=error))


def settle_later(tx: Transaction, actions: Sequence[Action], at: datetime) -> None:
    """Read these back at `at`, and not before."""
    ids = [action.id for action in actions]
    unsettled = (col(ActionRow.id).in_(ids), col(ActionRow.state).in_((State.SENT, State.UNKNOWN)))
    tx.run(update(ActionRow).where(*unsettled).values(state=State.UNKNOWN.value, not_before=at))


def read_back_first(tx: Transaction, at: datetime) -> int:
    """Every action that was not done may have been done all the same: it is read back before it is sent. Returns how many.

    So it is after a restored backup. Each counts as tried, so that a person's release undoes it for certain.
    """
    open_ones = col(ActionRow.state).in_((State.DUE, State.SENT, State.UNKNOWN))
    tried = case((col(ActionRow.attempts) == 0, 1), else_=col(ActionRow.attempts))
    changed = {"state": State.UNKNOWN.value, "not_before": at, "begun_at": at, "attempts": tried}
    return tx.run(update(ActionRow).where(col(ActionRow.school_id) == tx.school_id, open_ones).values(**changed))


def verify_later(tx: Transaction, actions: Sequence[Action], at: datetime) -> None:
    """Look again at `at` whether what was done still holds."""
    tx.run(update(ActionRow).where(col(ActionRow.id).in_([action.id for action in actions])).values(verify_at=at))


def may_be_hidden(tx: Transaction, comment_id: str) -> bool:
    """Whether a hide or removal of ours may have reached the platform, and nothing has put the comment back since.

    An attempt counts even if its reply was lost or a newer decision came first: only a release that was done, and not
    answered with "gone", says that the public sees it again.
    """
    rows = tx.all(tx.mine(ActionRow).where(col(ActionRow.comment_id) == comment_id).order_by(col(ActionRow.begun_at)))
    hidden = False
    for row in (each for each in rows if each.attempts > 0):
        if row.kind in (ActionKind.HIDE, ActionKind.REMOVE) and row.state != State.REFUSED:
            hidden = True
        elif row.kind == ActionKind.RELEASE and row.state == State.DONE:
            outcome = tx.first(tx.mine(OutcomeRow).where(col(OutcomeRow.action_id) == row.id))
            hidden = outcome is not None and outcome.result == Result.GONE
    return hidden


def plan_nothing(tx: Transaction, decisions: Sequence[Decision]) -> None:
    """These first decisions on their comments ask for nothing. Where a newer one was made meanwhile, that one is planned next."""
    first = (col(CommentRow.school_id) == tx.school_id, col(CommentRow.decision_number) == 1)
    asked = select(CommentRow.id).where(*first, col(CommentRow.id).in_([each.comment_id for each in decisions]))
    held = tx.all(asked.order_by(col(CommentRow.id)).with_for_update()) if decisions else []
    tx.change(CommentRow, [{"id": comment_id, "act_due": False} for comment_id in held])
