"""What is to follow from decisions, and what did: follow-ups that wait to be put before a person, steps of the ladder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, tuple_

from moderator.domain import Comment
from moderator.policy.strikes import Step
from moderator.store import audit, comments
from moderator.store.database import Transaction
from moderator.store.decisions import EVER
from moderator.store.links import AuthorKey
from moderator.store.standings import key_of
from moderator.store.tables import CommentRow, LadderStepRow

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Reached:
    """A step of the ladder that an author reached."""

    step: int
    follows: str
    strikes: int
    comment_id: str  # the latest strike then
    at: datetime


def due(tx: Transaction, account_id: str) -> list[Comment]:
    """The comments out of sight with a follow-up that nobody was told of, oldest first, a hundred at most."""
    waiting = (col(CommentRow.account_id) == account_id, col(CommentRow.follow_up_at) >= EVER)
    asked = select(CommentRow.id).where(col(CommentRow.school_id) == tx.school_id, *waiting)
    ids = tx.all(asked.order_by(col(CommentRow.follow_up_at), col(CommentRow.id)).limit(AT_ONCE))
    found = comments.by_id(tx, ids)
    return [found[comment_id] for comment_id in ids]


def told(tx: Transaction, comment: Comment) -> None:
    """The follow-up of a comment was put before a person."""
    tx.change(CommentRow, [{"id": comment.id, "follow_up_at": None}])


def not_seen_since(tx: Transaction, comment_ids: Collection[str], then: datetime) -> set[str]:
    """Which of these comments their platform said nothing of since then."""
    asked = select(CommentRow.id).where(col(CommentRow.id).in_(list(comment_ids)), col(CommentRow.visibility_at) < then)
    return set(tx.all(asked)) if comment_ids else set()


def reach(tx: Transaction, latest: Comment, step: Step, strikes: int, at: datetime) -> bool:
    """The author of the latest strike has reached a step by it. Audit: "step_reached".

    False where this strike brought them there before, or further: strikes that run out lead to no step.
    """
    platform, native_id = key_of(latest)
    key = {"platform": platform, "author_native_id": native_id, "comment_id": latest.id}
    same = (getattr(LadderStepRow, name) == value for name, value in key.items())
    if tx.first(tx.mine(LadderStepRow).where(*same, col(LadderStepRow.step) >= step.at)) is not None:
        return False
    tx.insert(LadderStepRow, [key | {"step": step.at, "follows": step.then, "strikes": strikes, "reached_at": at}])
    facts = {"step": step.at, "follows": step.then, "strikes": strikes}
    audit.write_all(tx, [audit.Event("step_reached", at, "policy", latest.id, latest.account_id, facts)])
    return True


def steps_of(tx: Transaction, keys: Sequence[AuthorKey]) -> list[Reached]:
    """Every step these authors ever reached, oldest first."""
    author = tuple_(col(LadderStepRow.platform), col(LadderStepRow.author_native_id))
    rows = tx.mine(LadderStepRow).where(author.in_(sorted(keys)))
    return [
        Reached(row.step, row.follows, row.strikes, row.comment_id, row.reached_at)
        for row in tx.all(rows.order_by(col(LadderStepRow.reached_at), col(LadderStepRow.step)))
    ]
