"""A task by hand, ticked off: a person's word that it is done, which is not the same as seeing that it is."""

from __future__ import annotations

from datetime import datetime

from moderator.domain import Person, TaskKind, Visibility
from moderator.store import tasks
from moderator.store.database import Transaction
from moderator.store.tasks import SUPERSEDED, TaskState

OUT_OF_SIGHT = (TaskKind.HIDE, TaskKind.REMOVE)


def said_done(tx: Transaction, who: Person, task_id: str, at: datetime) -> TaskState:
    """A person says that a task is done; returns it as it stands. Audit: "hidden", "blocked"…, by that person.

    Where the platform cannot tell what the public sees, that stays unknown: a person's word does not make it so. Raises
    StoreError where there is no such task.
    """
    state = tasks.find_task(tx, task_id)
    hidden = state is not None and state.task.kind in OUT_OF_SIGHT
    unknown = state is not None and state.task.comment.visibility is Visibility.UNKNOWN
    return tasks.finish_task(tx, task_id, who.name, at, Visibility.HIDDEN if hidden and not unknown else None)


def how_done(state: TaskState) -> str:
    """How a task stands, in words that claim no more than is known: "open", "said to be done by Mrs Example" …"""
    if state.closed_at is None:
        return "open"
    if state.closed_by == SUPERSEDED:
        return "no longer needed"
    if state.verified_at is not None:
        return "seen to be done"
    return f"said to be done by {state.closed_by}"
