"""What only a person can do, until somebody has done it.

A task that stands for an action bears its id, and closing it ends the action; others are about a word between people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import col, select

from moderator.domain import Action, Task, TaskKind, Visibility
from moderator.errors import StoreError
from moderator.store import audit
from moderator.store.comments import by_id
from moderator.store.database import Transaction
from moderator.store.packing import Columns, action_of
from moderator.store.progress import EVENT_OF, end, tell
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
    """Put a task before a person; one that was closed before is open again. Audit: "task_opened"."""
    row = {
        "id": task.id,
        "account_id": task.comment.account_id,
        "comment_id": task.comment.id,
        "kind": task.kind.value,
        "steps": task.steps,
        "why": task.why,
        "url": task.url,
        "message": task.message,
        "opened_at": at,
    }
    still_open: Columns = {"closed_at": None, "closed_by": "", "verified_at": None}
    tx.upsert(TaskRow, row | still_open, still_open | {"opened_at": at})
    tell_task(tx, "task_opened", task, at, "moderator")


def tell_task(tx: Transaction, event: str, task: Task, at: datetime, actor: str, **facts: str | int) -> None:
    """An audit line about a task."""
    comment = task.comment
    whole = {"task": task.id, "kind": task.kind.value, **facts}
    audit.write_all(tx, [audit.Event(event, at, actor, comment.id, comment.account_id, whole)])


def close_superseded(tx: Transaction, task_id: str, at: datetime) -> None:
    still_open = (col(TaskRow.id) == task_id, col(TaskRow.closed_at).is_(None))
    tx.run(update(TaskRow).where(*still_open).values(closed_at=at, closed_by=SUPERSEDED))


def withdraw(tx: Transaction, task: Task, at: datetime) -> None:
    """A task that stands for no action is needed no more. Audit: "task_withdrawn"."""
    tx.change(TaskRow, [{"id": task.id, "closed_at": at, "closed_by": SUPERSEDED}])
    tell_task(tx, "task_withdrawn", task, at, "moderator")


def tracked(tx: Transaction, kind: TaskKind, account_id: str) -> list[TaskState]:
    """The tasks of a kind that nothing has shown to be settled, whether a person did their part or not; oldest first."""
    unsettled = (col(TaskRow.verified_at).is_(None), col(TaskRow.closed_by) != SUPERSEDED)
    asked = tx.mine(TaskRow).where(col(TaskRow.kind) == kind.value, *unsettled, col(TaskRow.account_id) == account_id)
    return _states(tx, tx.all(asked.order_by(col(TaskRow.opened_at), col(TaskRow.id))))


def settle(tx: Transaction, task: Task, event: str, at: datetime) -> None:
    """What a task was about has come out well: it closes by itself, and is tracked no more. Audit: `event`."""
    platform = task.comment.platform
    _close(tx, _found(tx, task.id), platform, at, at, None)
    tx.change(TaskRow, [{"id": task.id, "verified_at": at}])
    tell_task(tx, event, task, at, platform)


def tell_again(tx: Transaction, task: Task, why: str, at: datetime) -> None:
    """A person did their part and nothing came of it: the task is open once more, and says so. Audit: "task_reopened"."""
    tx.change(TaskRow, [{"id": task.id, "closed_at": None, "closed_by": "", "why": why}])
    tell_task(tx, "task_reopened", task, at, "moderator")


def open_tasks(tx: Transaction, account_id: str | None = None) -> list[TaskState]:
    """What waits for somebody's hands, oldest first."""
    asked = tx.mine(TaskRow).where(col(TaskRow.closed_at).is_(None))
    if account_id is not None:
        asked = asked.where(col(TaskRow.account_id) == account_id)
    return _states(tx, tx.all(asked.order_by(col(TaskRow.opened_at), col(TaskRow.id))))


def count_open(tx: Transaction) -> int:
    """How many things wait for somebody's hands, about comments."""
    still = (col(TaskRow.school_id) == tx.school_id, col(TaskRow.closed_at).is_(None))
    return tx.first(select(func.count()).select_from(TaskRow).where(*still)) or 0


def closed_tasks(tx: Transaction, since: datetime, limit: int = 200) -> list[TaskState]:
    """What people did by hand since then, or a platform showed to be done; the latest first. Not what was needed no more."""
    closed = (col(TaskRow.closed_at) >= since, col(TaskRow.closed_by) != SUPERSEDED)
    asked = tx.mine(TaskRow).where(*closed).order_by(col(TaskRow.closed_at).desc(), col(TaskRow.id))
    return _states(tx, tx.all(asked.limit(limit)))


def find_task(tx: Transaction, task_id: str) -> TaskState | None:
    found = _states(tx, tx.all(tx.mine(TaskRow).where(col(TaskRow.id) == task_id)))
    return found[0] if found else None


def _states(tx: Transaction, rows: Sequence[TaskRow]) -> list[TaskState]:
    found = by_id(tx, {row.comment_id for row in rows})
    return [
        TaskState(
            Task(row.id, found[row.comment_id], TaskKind(row.kind), row.steps, row.why, row.url, row.message),
            row.account_id,
            row.opened_at,
            row.closed_at,
            row.closed_by,
            row.verified_at,
        )
        for row in rows
    ]


def finish_task(
    tx: Transaction, task_id: str, by: str, at: datetime, visibility: Visibility | None = None
) -> TaskState:
    """A person says it is done; `visibility` is what the public sees of the comment then, where that changed.

    One that was closed before stays as it was. Returns it as it stands. Audit: "hidden", "blocked"…, by that person.
    """
    return _close(tx, _found(tx, task_id), by, at, None, visibility)


def verify_task(tx: Transaction, task_id: str, at: datetime) -> TaskState:
    """The platform shows that it is done; an open task is closed by that. Audit: "task_verified"."""
    state = _found(tx, task_id)
    state = _close(tx, state, state.task.comment.platform, at, at, None)
    tx.change(TaskRow, [{"id": task_id, "verified_at": at}])
    tell_task(tx, "task_verified", state.task, at, state.task.comment.platform)
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
    action = _action(tx, state.task)
    if action is None:
        tell_task(tx, "task_done", state.task, at, by)
    else:
        end(tx, action, at, visibility)
        tell(tx, EVENT_OF[action.kind], action, at, by, by_hand=1)
    return _found(tx, state.task.id)


def _action(tx: Transaction, task: Task) -> Action | None:
    """The action that the task stands for, where it stands for one."""
    row = tx.first(tx.mine(ActionRow).where(col(ActionRow.id) == task.id))
    return None if row is None else action_of(row, task.comment)


def _found(tx: Transaction, task_id: str) -> TaskState:
    state = find_task(tx, task_id)
    if state is None:
        raise StoreError(
            f"There is no task {task_id}. Nothing was changed. Those that are open: moderator queue --tasks"
        )
    return state
