"""Which comments still have their words, and all that speaks for keeping them. Read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import col, tuple_

from moderator.domain import Ruling
from moderator.store import holds
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey, groups
from moderator.store.progress import State
from moderator.store.tables import (
    ActionRow,
    AlertCaseRow,
    BanRow,
    CommentRow,
    CommentVersionRow,
    DecisionRow,
    EvidenceRow,
    TaskRow,
)
from moderator.store.tombstones import Why

UNFINISHED = (State.DUE.value, State.SENT.value, State.UNKNOWN.value, State.BY_HAND.value)


@dataclass(frozen=True, slots=True)
class Retained:
    """One comment whose words are held."""

    comment_id: str
    account_id: str
    author: AuthorKey
    last_at: datetime  # when something last happened to it: read, edited, decided, done, a ban ended
    waits: bool  # for a machine or a person: to be judged, decided, carried out, lifted or answered
    stopped: bool  # somebody or something once said more about it than "allow"
    on_hold: bool


def retained(tx: Transaction, comment_ids: Sequence[str] | None = None) -> list[Retained]:
    """Every comment whose words are held, by id; or those among `comment_ids`."""
    asked = select(*_COLUMNS, _waits().label("waits"), _stopped().label("stopped")).where(*_has_words(tx))
    if comment_ids is not None:
        asked = asked.where(col(CommentRow.id).in_(list(comment_ids)))
    held_ids, held_authors = _held(tx)
    return [
        Retained(
            comment_id=row.id,
            account_id=row.account_id,
            author=(row.platform, row.author_native_id),
            last_at=max(
                at for at in (row.first_seen_at, row.decided_at, row.seen, row.done, row.ended) if at is not None
            ),
            waits=bool(row.waits),
            stopped=bool(row.stopped),
            on_hold=row.id in held_ids or (row.platform, row.author_native_id) in held_authors,
        )
        for row in tx.session.connection().execute(asked.order_by(col(CommentRow.id)))
    ]


def by_authors(tx: Transaction, keys: Sequence[AuthorKey]) -> list[str]:
    """The ids of all comments by these authors whose words are held."""
    author = tuple_(col(CommentRow.platform), col(CommentRow.author_native_id))
    asked = select(col(CommentRow.id)).where(*_has_words(tx), author.in_(sorted(keys)))
    return list(tx.session.connection().scalars(asked.order_by(col(CommentRow.posted_at), col(CommentRow.id))))


def _has_words(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    return col(CommentRow.school_id) == tx.school_id, col(CommentRow.words_gone_at).is_(None)


def _last(column: Any, of_comment: Any, name: str) -> Any:
    """The latest of these times of the comment."""
    return select(func.max(column)).where(of_comment == CommentRow.id).scalar_subquery().label(name)


_COLUMNS: tuple[Any, ...] = (
    *(CommentRow.id, CommentRow.account_id, CommentRow.platform, CommentRow.author_native_id),
    *(CommentRow.first_seen_at, CommentRow.decided_at),
    _last(CommentVersionRow.seen_at, CommentVersionRow.comment_id, "seen"),
    _last(ActionRow.done_at, ActionRow.comment_id, "done"),
    _last(BanRow.ended_at, BanRow.comment_id, "ended"),
)


def _has(table: Any, *where: Any) -> ColumnElement[bool]:
    return exists().where(table.comment_id == CommentRow.id, *where)


def _stopped() -> ColumnElement[bool]:
    more_than_allow = or_(col(DecisionRow.ruling) != Ruling.ALLOW.value, col(DecisionRow.author_action).is_not(None))
    return or_(_has(DecisionRow, more_than_allow), _has(EvidenceRow), _has(BanRow))


def _waits() -> ColumnElement[bool]:
    return or_(
        col(CommentRow.judge_due),
        col(CommentRow.waiting_since).is_not(None),
        col(CommentRow.follow_up_at).is_not(None),
        and_(col(CommentRow.act_due), _stopped()),  # Nothing is ever asked of a platform about the others.
        _has(TaskRow, col(TaskRow.closed_at).is_(None)),
        _has(ActionRow, col(ActionRow.state).in_(UNFINISHED)),
        _has(BanRow, col(BanRow.ended_at).is_(None)),
        _has(AlertCaseRow, col(AlertCaseRow.opened_at).is_(None)),
    )


def _held(tx: Transaction) -> tuple[set[str], set[AuthorKey]]:
    """The ids of comments on hold, and every account of the authors on hold."""
    found = holds.in_force(tx)
    authors = {hold.author for hold in found if not hold.comment_id}
    linked = groups(tx, authors) if authors else {}
    return {hold.comment_id for hold in found if hold.comment_id}, {key for each in linked.values() for key in each}


def gone(tx: Transaction, comment_id: str) -> tuple[datetime, Why]:
    """When and why the words of a comment were taken away. Raises LookupError where they were not."""
    asked = tx.mine(CommentRow).where(col(CommentRow.id) == comment_id, col(CommentRow.words_gone_at).is_not(None))
    row = tx.first(asked)
    if row is None or row.words_gone_at is None:
        raise LookupError(comment_id)
    return row.words_gone_at, Why(row.words_gone_why or Why.RETENTION)
