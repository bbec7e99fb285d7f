"""What was asked for and is wanted no more, since somebody decided anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col

from moderator.domain import Action, ActionKind, Comment, Decision, Ruling
from moderator.store.database import Transaction
from moderator.store.packing import action_of
from moderator.store.progress import MEANS, ON_COMMENT, State, tell
from moderator.store.tables import ActionRow
from moderator.store.tasks import close_superseded


def supersede(tx: Transaction, standing: Sequence[Decision], comment: Comment, at: datetime) -> None:
    """`standing`: the decisions that stand, as of `decisions.standing`; each puts an end to some of what was asked before it."""
    older = tx.mine(ActionRow).where(
        col(ActionRow.comment_id) == comment.id,
        col(ActionRow.decision_number) < standing[-1].number,
        col(ActionRow.state).in_((State.DUE, State.REFUSED, State.BY_HAND)),
    )
    for row in tx.all(older):
        if any(row.decision_number < one.number and row.kind in _ended_by(one, standing[0]) for one in standing):
            withdraw(tx, action_of(row, comment), at)


def _ended_by(decision: Decision, word: Decision) -> list[ActionKind]:
    """The kinds of older actions that are wanted no more; `word` is the decision that speaks of the comment."""
    if decision is word and decision.by_person and decision.ruling is Ruling.ALLOW:
        return list(ActionKind)  # A block outlives another decision on the comment, but not that all is well with it.
    of_comment = ON_COMMENT if decision is word else ()
    if decision.author_action is None:
        return list(of_comment)
    return [*of_comment, *(kind for kind, means in MEANS.items() if means is MEANS[decision.author_action])]


def withdraw(tx: Transaction, action: Action, at: datetime) -> None:
    """An action is wanted no more, nor the task by hand that stands for it. Audit: "superseded"."""
    tx.change(ActionRow, [{"id": action.id, "state": State.SUPERSEDED.value}])
    close_superseded(tx, action.id, at)
    tell(tx, "superseded", action, at)
