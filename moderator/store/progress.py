"""The states an action passes, and how it ends and is told, whoever carried it out: a platform or a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import col

from moderator.domain import Action, ActionKind, Visibility
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.packing import Columns
from moderator.store.tables import ActionRow, CommentRow

ON_COMMENT = (ActionKind.HIDE, ActionKind.RELEASE, ActionKind.REMOVE)
"""The kinds that change what the public sees of a comment; the others are about its author."""
MEANS = {
    ActionKind.BLOCK: ActionKind.BLOCK,
    ActionKind.UNBLOCK: ActionKind.BLOCK,
    ActionKind.MUTE: ActionKind.MUTE,
    ActionKind.UNMUTE: ActionKind.MUTE,
}
"""By which means of the platform an action deals with an author; another means is another matter."""
EVENT_OF = {
    ActionKind.HIDE: "hidden",
    ActionKind.RELEASE: "released",
    ActionKind.REMOVE: "removed",
    ActionKind.BLOCK: "blocked",
    ActionKind.UNBLOCK: "unblocked",
    ActionKind.MUTE: "muted",
    ActionKind.UNMUTE: "unmuted",
}


class State(StrEnum):
    """How far an action got."""

    DUE = "due"  # to be sent, or sent again
    SENT = "sent"  # begun; found so after a crash, it may be done or not
    UNKNOWN = "unknown"  # the reply was lost
    DONE = "done"
    REFUSED = "refused"  # the platform will not do it
    BY_HAND = "by_hand"  # a person does it
    SUPERSEDED = "superseded"  # a newer decision came first


IN_FLIGHT = (State.SENT, State.UNKNOWN)


def tell(
    tx: Transaction, event: str, action: Action, at: datetime, actor: str = "moderator", **facts: str | int
) -> None:
    """An audit line about an action."""
    comment = action.comment
    whole = {"action": action.id, "kind": action.kind.value, **facts}
    audit.write_all(tx, [audit.Event(event, at, actor, comment.id, comment.account_id, whole)])


def end(
    tx: Transaction, action: Action, at: datetime, visibility: Visibility | None, verify_at: datetime | None = None
) -> None:
    """Mark an action as done, by whomever. What was done to the comment before need no longer hold."""
    if action.kind in ON_COMMENT:
        on_comment = (col(ActionRow.comment_id) == action.comment.id, col(ActionRow.kind).in_(ON_COMMENT))
        tx.run(update(ActionRow).where(*on_comment).values(verify_at=None))
    done: Columns = {"state": State.DONE.value, "done_at": at, "last_error": "", "verify_at": verify_at}
    tx.change(ActionRow, [{"id": action.id} | done])
    if visibility is not None:
        tx.change(CommentRow, [{"id": action.comment.id, "visibility": visibility.value, "visibility_at": at}])
