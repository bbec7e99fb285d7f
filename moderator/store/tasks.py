"""What only a person can do, until somebody has done it.

A task stands for one action and bears its id; closing it ends the action.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from moderator.domain import Action, ActionKind, Task, Visibility
from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.comments import by_id
from moderator.store.database import Transaction
from moderator.store.packing import Columns
from moderator.store.progress import EVENT_OF, State, end, tell
from moderator.store.tables import ActionRow, TaskRow

SUPERSEDED = "superseded"
"""Who closed a task that a newer decision made needless."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task and how it stands."""

    task: Task
    account_id: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str  # a person's name, a platform that shows it done, or "superseded"
    verified_at: datetime | None


def open_task(tx: Transaction, task: Task, at: datetime) -> None:
    row = {"id": task.id, "steps": task.steps, "why": task.why, "url": task.url, "opened_at": at}
    still_open: Columns = {"closed_at": None, "closed_by": "", "verified_at": None}
    tx.upsert(TaskRow, row | still_open, {})
    facts = {"action": task.id, "kind": task.kind.value}
    comment = task.comment
    audit.write_all(tx, [audit.Event("task_opened", at, "moderator", comment.id, comment.account_id, facts)])


def close_superseded(tx: Transaction, task_id: str, at: datetime) -> None:
    still_open = (col(TaskRow.id) == task_id, col(TaskRow.closed_at).is_(None))
    tx.run(update(TaskRow).where(*still_open).values(closed_at=at, closed_by=SUPERSEDED))


def open_tasks(tx: Transaction, account_id: str | None = None) -> list[TaskState]:
    """What waits for somebody's hands, oldest first."""
    asked = (
        select(TaskRow, ActionRow)
        .join(ActionRow, col(ActionRow.id) == TaskRow.id)
        .where(col(TaskRow.school_id) == tx.school_id, col(TaskRow.closed_at).is_(None))
        .order_by(col(TaskRow.opened_at), col(TaskRow.id))
    )
    if account_id is not None:
        asked = asked.where(col(ActionRow.account_id) == account_id)
    return _states(tx, tx.all(asked))


def find_task(tx: Transaction, task_id: str) -> TaskState | None:
    asked = select(TaskRow, ActionRow).join(ActionRow, col(ActionRow.id) == TaskRow.id)
    found = _states(tx, tx.all(asked.where(col(TaskRow.school_id) == tx.school_id, col(TaskRow.id) == task_id)))
    return found[0] if found else None


def _states(tx: Transaction, rows: list[tuple[TaskRow, ActionRow]]) -> list[TaskState]:
    found = by_id(tx, {action.comment_id for _, action in rows})
    return [
        TaskState(
            Task(row.id, found[action.comment_id], ActionKind(action.kind), row.steps, row.why, row.url),
            action.account_id,
            row.opened_at,
            row.closed_at,
            row.closed_by,
            row.verified_at,
        )
        for row, action in rows
    ]


def finish_task(
    tx: Transaction, task_id: str, by: str, at: datetime, visibility: Visibility | None = None
) -> TaskState:
    """A person says it is done; `visibility` is what the public sees of the comment then, where that changed.

    One that was closed before stays as it was. Returns it as it stands. Audit: "hidden", "blocked"…, by that person.
    """
    return _close(tx, _found(tx, task_id), by, at, None, visibility)


def verify_task(tx: Transaction, task_id: str, done: bool, at: datetime) -> TaskState:
    """The platform shows whether it is done: an open task is closed then, one closed too early is opened again.

    Audit: "task_verified", or "task_reopened".
    """
    state = _found(tx, task_id)
    if done:
        state = _close(tx, state, state.task.comment.platform, at, at, None)
        tx.change(TaskRow, [{"id": task_id, "verified_at": at}])
        tell(tx, "task_verified", _action(state), at)
    elif state.closed_at is not None:
        tx.change(TaskRow, [{"id": task_id, "closed_at": None, "closed_by": "", "verified_at": None}])
        tx.change(ActionRow, [{"id": task_id, "state": State.BY_HAND.value, "done_at": None}])
        tell(tx, "task_reopened", _action(state), at)
    return _found(tx, task_id)


def _close(
    tx: Transaction,
    state: TaskState,
    by: str,
    at: datetime,
    verified_at: datetime | None,
    visibility: Visibility | None,
) -> TaskState:
    if state.closed_at is not None:
        return state
    tx.change(TaskRow, [{"id": state.task.id, "closed_at": at, "closed_by": by, "verified_at": verified_at}])
    end(tx, _action(state), at, visibility)
    tell(tx, EVENT_OF[state.task.kind], _action(state), at, by, by_hand=1)
    return _found(tx, state.task.id)


def _action(state: TaskState) -> Action:
    decision_id, _, _ = state.task.id.rpartition(":")
    return Action(state.task.kind, state.task.comment, decision_id)


def _found(tx: Transaction, task_id: str) -> TaskState:
    state = find_task(tx, task_id)
    if state is None:
        raise StoreError(
            f"There is no task {task_id}. Nothing was changed. Those that are open: moderator queue --tasks"
        )
    return state
