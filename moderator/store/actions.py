"""What was asked of the platforms, how far each wish got, and what came of it.

An action is inserted once by its id, marked as sent before the call and as ended after it, so that a crash leaves behind
which calls may have gone out. Nothing is asked of a platform here, and nothing is wished for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from moderator.domain import (
    Action,
    ActionKind,
    Comment,
    Decision,
    FinalAction,
    Mode,
    Outcome,
    Result,
    Task,
    Visibility,
    make_action,
)
from moderator.store import comments, decisions
from moderator.store.database import Transaction
from moderator.store.latest import is_latest_decision, is_latest_form
from moderator.store.packing import Columns, action_of, comment_of, decision_of
from moderator.store.progress import EVENT_OF, IN_FLIGHT, ON_COMMENT, State, end, tell
from moderator.store.superseding import supersede, withdraw
from moderator.store.tables import ActionRow, CommentRow, CommentVersionRow, DecisionRow, OutcomeRow
from moderator.store.tasks import (
    TaskState,
    find_task,
    finish_task,
    open_task,
    open_tasks,
    verify_task,
)

__all__ = [
    "ActionState",
    "State",
    "TaskState",
    "begin",
    "done_kind",
    "due",
    "find_task",
    "finish",
    "finish_task",
    "give_up",
    "is_unplanned",
    "of_comment",
    "open_tasks",
    "plan",
    "postpone",
    "settle",
    "to_verify",
    "unplanned",
    "unsure",
    "verified",
    "verify_task",
    "waiting",
    "withdraw",
]


CLOCKS_DIFFER_BY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ActionState:
    """An action and what became of it so far."""

    action: Action
    state: State
    urgent: bool
    attempts: int
    due_at: datetime
    not_before: datetime
    last_error: str
    done_at: datetime | None
    verified_at: datetime | None
    verified_visibility: Visibility | None
    result: Result | None  # None until done, and where a person did it
    detail: str


def unplanned(
    tx: Transaction, limit: int, account_id: str | None = None, now: datetime | None = None
) -> list[tuple[Decision, Comment]]:
    """The latest decision on each comment where nothing was planned for it yet, urgent first, then oldest.

    Those that may still be taken back at `now` are left out.

    A comment with an action in flight is left out until that is settled: what was done must be known before what is to
    do can be.
    """
    waiting = [col(CommentRow.school_id) == tx.school_id, col(CommentRow.act_due), ~has_on_comment(IN_FLIGHT)]
    if account_id is not None:
        waiting.append(col(CommentRow.account_id) == account_id)
    if now is not None:
        waiting.append(or_(col(CommentRow.act_from).is_(None), col(CommentRow.act_from) <= now))
    rows = tx.all(
        select(DecisionRow, CommentRow, CommentVersionRow)
        .join(CommentRow, is_latest_decision())
        .join(CommentVersionRow, is_latest_form())
        .where(*waiting, col(DecisionRow.mode) != Mode.SHADOW.value)
        .order_by(col(CommentRow.urgent).desc(), col(CommentRow.decided_at), col(CommentRow.id))
        .limit(limit)
    )
    return [(decision_of(decision), comment_of(row, form)) for decision, row, form in rows]


def is_unplanned(tx: Transaction, comment_id: str) -> bool:
    """Whether nothing was planned yet for the latest decision on the comment."""
    row = tx.first(tx.mine(CommentRow).where(col(CommentRow.id) == comment_id))
    return row is not None and row.act_due


def has_on_comment(states: Iterable[State]) -> ColumnElement[bool]:
    """Whether the comment has an action in one of these states that changes what the public sees of it."""
    other = aliased(ActionRow)
    of_comment = (col(other.comment_id) == CommentRow.id, col(other.kind).in_(ON_COMMENT))
    return exists().where(*of_comment, col(other.state).in_(states))


def plan(
    tx: Transaction,
    decision: Decision,
    comment: Comment,
    actions: Sequence[Action],
    tasks: Sequence[Task],
    due_at: datetime,
    owed: Sequence[Action] = (),
) -> None:
    """Keep what one decision asks for, each action once by its id; a task stands as an action done by hand.

    Among them may be what earlier decisions left to do, `owed`: that stays theirs.

    What older decisions on the comment still asked for is superseded, unless this one is about the author alone; an action on
    the author only where this one deals with them by the same means, or a person found the comment to be all right. If a newer
    decision was made meanwhile nothing is kept: that one is planned next.
    Audit: "superseded", "task_opened".
    """
    row = tx.first(tx.mine(CommentRow).where(col(CommentRow.id) == comment.id).with_for_update())
    if row is None or row.decision_number != decision.number:
        return
    standing = decisions.standing(tx, decision)
    supersede(tx, standing, comment, due_at)
    asked_by = {one.id: one for one in standing}
    for action in actions:
        of = asked_by.get(action.decision_id, decision)
        tx.upsert(ActionRow, _new_row(action, of, due_at, State.DUE), {})
    left = {action.id: action for action in owed}
    for task in tasks:
        by_hand = left.get(task.id) or make_action(ActionKind(task.kind), comment, decision.id, decision.person)
        of = asked_by.get(by_hand.decision_id, decision)
        tx.upsert(ActionRow, _new_row(by_hand, of, due_at, State.BY_HAND), {})
        open_task(tx, task, due_at)
    tx.change(CommentRow, [{"id": comment.id, "act_due": False}])


def _new_row(action: Action, decision: Decision, due_at: datetime, state: State) -> Columns:
    asked_by = action.asked_by if isinstance(action, FinalAction) else decision.person
    own = action.decision_id == decision.id
    return {
        "id": action.id,
        "account_id": action.comment.account_id,
        "comment_id": action.comment.id,
        "decision_number": decision.number if own else int(action.decision_id.rpartition(".")[2]),
        "kind": action.kind.value,
        "asked_by": asked_by.name if asked_by else "",
        "urgent": decision.urgent,
        "state": state.value,
        "attempts": 0,
        "due_at": due_at,
        "not_before": due_at,
        "last_error": "",
        "begun_at": None,
        "done_at": None,
        "verify_at": None,
        "verified_at": None,
        "verified_visibility": "",
    }


def due(tx: Transaction, account_id: str, now: datetime, limit: int) -> list[Action]:
    """What may be sent now, urgent first, then oldest.

    Not what is about a comment on which somebody decided anew: the newer decision is planned first and may undo it.
    """
    ready = (
        col(ActionRow.account_id) == account_id,
        col(ActionRow.state) == State.DUE,
        col(ActionRow.not_before) <= now,
        ~col(CommentRow.act_due),
    )
    order = (col(ActionRow.urgent).desc(), col(ActionRow.due_at), col(ActionRow.id))
    return [state.action for state in states(tx, *ready, order=order, limit=limit)]


def begin(tx: Transaction, actions: Sequence[Action], now: datetime) -> list[Action]:
    """Mark actions as sent, before they are. Returns those to send.

    Left out is what is due no more, and what somebody decided anew on since it was read: that is planned first.
    """
    ids = [action.id for action in actions]
    asked = tx.mine(ActionRow).where(col(ActionRow.id).in_(ids), col(ActionRow.state) == State.DUE)
    rows = [
        row
        for row in tx.all(asked.order_by(col(ActionRow.id)).with_for_update())
        if not is_unplanned(tx, row.comment_id)
    ]
    attempts = {row.id: row.attempts for row in rows}
    sent = {"state": State.SENT.value, "begun_at": now}
    tx.change(ActionRow, [{"id": row.id, "attempts": row.attempts + 1} | sent for row in rows])
    return [action for action in actions if action.id in attempts]


def finish(tx: Transaction, outcome: Outcome, visibility: Visibility | None, verify_at: datetime | None) -> None:
    """An action is done: keep what the platform replied, and what the public sees from now on unless that is None.

    A second report of the same action changes nothing. Audit: "hidden", "released", "removed", "blocked"…, or "gone".
    """
    action, at = outcome.action, outcome.done_at
    row = _locked(tx, action)
    if row is None or row.state == State.DONE:
        return
    end(tx, action, at, visibility, verify_at)
    reply = {"action_id": action.id, "result": outcome.result.value, "detail": outcome.detail, "done_at": at}
    tx.insert(OutcomeRow, [reply])
    event = "gone" if outcome.result is Result.GONE else EVENT_OF[action.kind]
    tell(tx, event, action, at, attempt=row.attempts, result=outcome.result.value)


def _locked(tx: Transaction, action: Action) -> ActionRow | None:
    return tx.first(tx.mine(ActionRow).where(col(ActionRow.id) == action.id).with_for_update())


def postpone(tx: Transaction, action: Action, error: str, not_before: datetime, at: datetime, unsure: bool) -> None:
    """An attempt failed and is made again; `unsure`: it may be done all the same, so it is read back first.

    Audit: "failed", or "reply_lost".
    """
    state = State.UNKNOWN if unsure else State.DUE
    tx.change(ActionRow, [{"id": action.id, "state": state.value, "not_before": not_before, "last_error": error}])
    tell(tx, "reply_lost" if unsure else "failed", action, at, error=error)


def give_up(tx: Transaction, action: Action, error: str, task: Task, at: datetime) -> None:
    """The platform will not do it; `task` is what a person does instead. Audit: "refused", "task_opened"."""
    tx.change(ActionRow, [{"id": action.id, "state": State.REFUSED.value, "last_error": error}])
    tell(tx, "refused", action, at, error=error)
    open_task(tx, task, at)


def unsure(tx: Transaction, account_id: str, begun_before: datetime, limit: int) -> list[Action]:
    """What may be done or not, to be read back: replies lost whose wait is over, and what a crash left as sent.

    Oldest first. `begun_before` is now where nobody else acts on the account.
    """
    ahead = col(ActionRow.begun_at) > begun_before + CLOCKS_DIFFER_BY
    left = or_(
        and_(col(ActionRow.state) == State.UNKNOWN, col(ActionRow.not_before) <= begun_before),
        # A time of beginning that is still to come was taken from a clock that has been set back since.
        and_(col(ActionRow.state) == State.SENT, or_(col(ActionRow.begun_at) <= begun_before, ahead)),
    )
    in_flight = (col(ActionRow.account_id) == account_id, col(ActionRow.state).in_(IN_FLIGHT))
    order = (col(ActionRow.begun_at), col(ActionRow.id))
    return [state.action for state in states(tx, *in_flight, left, order=order, limit=limit)]


def settle(tx: Transaction, action: Action, not_before: datetime) -> None:
    """An action in flight turned out not to be done: it is due again, unless it ended meanwhile."""
    row = _locked(tx, action)
    if row is not None and row.state in IN_FLIGHT:
        tx.change(ActionRow, [{"id": row.id, "state": State.DUE.value, "not_before": not_before}])


def to_verify(tx: Transaction, account_id: str, now: datetime, limit: int) -> list[ActionState]:
    """What was done and is to be read back now, longest due first.

    Not on a comment where something newer is wanted or under way: there the public may see otherwise, and rightly.
    """
    ripe = (
        col(ActionRow.account_id) == account_id,
        col(ActionRow.state) == State.DONE,
        col(ActionRow.verify_at).is_not(None),
        col(ActionRow.verify_at) <= now,
        ~col(CommentRow.act_due),
        ~has_on_comment((State.DUE, *IN_FLIGHT)),
    )
    return states(tx, *ripe, order=(col(ActionRow.verify_at), col(ActionRow.id)), limit=limit)


def verified(tx: Transaction, action: Action, visibility: Visibility, at: datetime, next_at: datetime | None) -> None:
    """What a read-back showed, and when to look next. Audit: "verified", "visibility_changed" where it is another."""
    seen = {"verified_at": at, "verified_visibility": visibility.value, "verify_at": next_at}
    tx.change(ActionRow, [{"id": action.id} | seen])
    tell(tx, "verified", action, at, visibility=visibility.value)
    if visibility is not Visibility.UNKNOWN:
        comments.set_visibility(tx, action.comment, visibility, at, "read back")


def waiting(tx: Transaction, account_id: str | None = None) -> list[ActionState]:
    """All that is still to be done or settled, urgent first, then oldest."""
    where: list[ColumnElement[bool]] = [col(ActionRow.state).in_((State.DUE, *IN_FLIGHT))]
    if account_id is not None:
        where.append(col(ActionRow.account_id) == account_id)
    return states(tx, *where, order=(col(ActionRow.urgent).desc(), col(ActionRow.due_at), col(ActionRow.id)))


def of_comment(tx: Transaction, comment_id: str) -> list[ActionState]:
    """Everything ever asked for on a comment, by decision."""
    order = (col(ActionRow.decision_number), col(ActionRow.due_at), col(ActionRow.id))
    return states(tx, col(ActionRow.comment_id) == comment_id, order=order)


def done_kind(tx: Transaction, comment_id: str) -> ActionKind | None:
    """Which of hide, release and remove was done last, by the platform's word or a person's; None: none of them."""
    done = tx.mine(ActionRow).where(
        col(ActionRow.comment_id) == comment_id,
        col(ActionRow.state) == State.DONE,
        col(ActionRow.kind).in_(ON_COMMENT),
    )
    row = tx.first(done.order_by(col(ActionRow.done_at).desc(), col(ActionRow.decision_number).desc()))
    return None if row is None else ActionKind(row.kind)


def by_decision(tx: Transaction, comment_ids: Sequence[str]) -> dict[str, list[ActionState]]:
    """What was asked of platforms and people about these comments, under the id of the decision it was asked for."""
    found: dict[str, list[ActionState]] = {}
    if comment_ids:
        order = (col(ActionRow.comment_id), col(ActionRow.decision_number), col(ActionRow.id))
        for state in states(tx, col(ActionRow.comment_id).in_(comment_ids), order=order):
            found.setdefault(state.action.decision_id, []).append(state)
    return found


def states(
    tx: Transaction, *where: ColumnElement[bool], order: Sequence[Any], limit: int | None = None
) -> list[ActionState]:
    """Actions with their comment in its latest form, and what the platform replied."""
    rows = tx.all(
        select(ActionRow, CommentRow, CommentVersionRow, OutcomeRow)
        .join(CommentRow, col(CommentRow.id) == ActionRow.comment_id)
        .join(CommentVersionRow, is_latest_form())
        .join(OutcomeRow, col(OutcomeRow.action_id) == ActionRow.id, isouter=True)
        .where(col(ActionRow.school_id) == tx.school_id, *where)
        .order_by(*order)
        .limit(limit)
    )
    return [_state_of(row, comment_of(comment, form), outcome) for row, comment, form, outcome in rows]


def _state_of(row: ActionRow, comment: Comment, outcome: OutcomeRow | None) -> ActionState:
    return ActionState(
        action=action_of(row, comment),
        state=State(row.state),
        urgent=row.urgent,
        attempts=row.attempts,
        due_at=row.due_at,
        not_before=row.not_before,
        last_error=row.last_error,
        done_at=row.done_at,
        verified_at=row.verified_at,
        verified_visibility=Visibility(row.verified_visibility) if row.verified_visibility else None,
        result=None if outcome is None else Result(outcome.result),
        detail="" if outcome is None else outcome.detail,
    )
