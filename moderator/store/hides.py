"""What policy hid: when it went out of sight, whether a person put it back, and when that was so on the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from moderator.domain import POLICY, ActionKind, Decision, Ruling, Visibility
from moderator.store.database import Transaction
from moderator.store.hearings import persons_word
from moderator.store.packing import decision_of
from moderator.store.progress import State
from moderator.store.tables import ActionRow, CommentRow, DecisionRow

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Hide:
    """One comment that was really out of sight because policy said so, on a platform or by hand."""

    decision: Decision  # policy's
    hidden_at: datetime
    by_person: Ruling | None  # the last word on the same form
    released_at: datetime | None  # in sight again
    visibility: Visibility  # as the platform last told


def between(tx: Transaction, since: datetime, until: datetime, as_of: datetime | None = None) -> list[Hide]:
    """What went out of sight from `since` to before `until`, oldest first. A hide that was never carried out is none.

    What people said and what came back is told as it stood before `as_of`, or as it stands now.
    """
    rows = tx.all(
        select(ActionRow, CommentRow, DecisionRow)
        .join(CommentRow, col(CommentRow.id) == ActionRow.comment_id)
        .join(
            DecisionRow,
            (col(DecisionRow.comment_id) == ActionRow.comment_id)
            & (col(DecisionRow.number) == ActionRow.decision_number),
        )
        .where(col(ActionRow.school_id) == tx.school_id, col(ActionRow.kind) == ActionKind.HIDE.value)
        .where(col(ActionRow.state) == State.DONE.value, col(DecisionRow.decided_by) == POLICY)
        .where(col(ActionRow.done_at) >= since, col(ActionRow.done_at) < until)
        .order_by(col(ActionRow.done_at), col(ActionRow.id))
    )
    found: list[Hide] = []
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        comment_ids = sorted({comment.id for _, comment, _ in some})
        said, released = _later(tx, comment_ids, as_of), _released(tx, comment_ids, as_of)
        for action, comment, row in some:
            decision, hidden_at = decision_of(row), action.done_at or action.due_at
            found.append(
                Hide(
                    decision,
                    hidden_at,
                    persons_word([one for one in said.get(comment.id, ()) if one.number > row.number], row.version),
                    min((at for at in released.get(comment.id, ()) if at >= hidden_at), default=None),
                    Visibility(comment.visibility),
                )
            )
    return found


def _later(tx: Transaction, comment_ids: Sequence[str], as_of: datetime | None) -> dict[str, list[Decision]]:
    """What persons decided, by comment, first to last."""
    asked = tx.mine(DecisionRow).where(
        col(DecisionRow.comment_id).in_(comment_ids), col(DecisionRow.decided_by) != POLICY
    )
    if as_of is not None:
        asked = asked.where(col(DecisionRow.decided_at) < as_of)
    found: dict[str, list[Decision]] = {}
    for row in tx.all(asked.order_by(col(DecisionRow.number))):
        found.setdefault(row.comment_id, []).append(decision_of(row))
    return found


def _released(tx: Transaction, comment_ids: Sequence[str], as_of: datetime | None) -> dict[str, list[datetime]]:
    """When comments were shown again."""
    asked = tx.mine(ActionRow).where(
        col(ActionRow.comment_id).in_(comment_ids),
        col(ActionRow.kind) == ActionKind.RELEASE.value,
        col(ActionRow.state) == State.DONE.value,
    )
    if as_of is not None:
        asked = asked.where(col(ActionRow.done_at) < as_of)
    found: dict[str, list[datetime]] = {}
    for row in tx.all(asked):
        found.setdefault(row.comment_id, []).append(row.done_at or row.due_at)
    return found
