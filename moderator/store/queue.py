"""What waits for one person: urgent first, then oldest, without what they put off and what was given to somebody else.

Nobody's queue leaves out what is, or ever was, urgent: whoever it was given to may be away, and what was put off may have been
edited since.
Everything asked here comes from an index in its order, so that it takes no longer however many comments are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import col, select

from moderator.domain import POLICY, Comment
from moderator.policy.authority import Role
from moderator.store.database import Transaction
from moderator.store.decisions import EVER, Queued
from moderator.store.latest import is_latest_decision, is_latest_form
from moderator.store.packing import comment_of, decision_of
from moderator.store.tables import (
    AlertCaseRow,
    CommentRow,
    CommentVersionRow,
    DecisionRow,
    PassedRow,
    PutOffRow,
    UserRow,
)
from moderator.store.users import User

LOOKED_BACK = 300
"""Decisions looked through for those of people: whoever decides now has made some of the last."""
MEASURED = 50
AT_LEAST = 5
"""Fewer than this say nothing about how long a decision takes."""
AWAY = timedelta(minutes=2)
"""Whoever decides nothing for longer has done something else meanwhile."""
URGENT, CALM = col(CommentRow.urgent).is_(True), col(CommentRow.urgent).is_(False)
USUALLY = timedelta(seconds=15)
"""How long a decision takes where too few were measured."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose queue it is."""

    user_id: str
    role: Role
    now: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases wait for this person, and how many, none of them urgent, are out of their sight for now."""

    waiting: int
    urgent: int
    put_off: int
    with_others: int


@dataclass(frozen=True, slots=True)
class Brief:
    """As much of a case as is needed to see whether it is like another."""

    comment_id: str
    version: int
    number: int  # of the latest decision
    text: str


def viewer_of(user: User, now: datetime) -> Viewer:
    return Viewer(user.id, user.role, now)


def waiting(tx: Transaction, viewer: Viewer, limit: int) -> list[Queued]:
    """The first cases of the queue: urgent ones first, then the oldest."""
    urgent = _first(tx, limit, URGENT)
    return urgent + _first(tx, limit - len(urgent), CALM, ~_is_put_off(viewer), ~_is_with_others(viewer))


def _first(tx: Transaction, limit: int, *which: ColumnElement[bool]) -> list[Queued]:
    """The oldest cases, of those that `which` names."""
    if limit <= 0:
        return []
    rows = tx.all(
        select(CommentRow, CommentVersionRow, DecisionRow)
        .join(CommentVersionRow, is_latest_form())
        .join(DecisionRow, is_latest_decision())
        .where(*_waits(tx), *which)
        .order_by(col(CommentRow.waiting_since), col(CommentRow.id))
        .limit(limit)
    )
    return [
        Queued(comment_of(row, form), decision_of(decision), row.waiting_since or decision.decided_at)
        for row, form, decision in rows
    ]


def case(tx: Transaction, comment_id: str) -> Queued | None:
    """One comment with its latest decision, whether it waits or not; None where nothing was decided on it yet."""
    found = tx.first(
        select(CommentRow, CommentVersionRow, DecisionRow)
        .join(CommentVersionRow, is_latest_form())
        .join(DecisionRow, is_latest_decision())
        .where(col(CommentRow.school_id) == tx.school_id, col(CommentRow.id) == comment_id)
    )
    if found is None:
        return None
    row, form, decision = found
    return Queued(comment_of(row, form), decision_of(decision), row.waiting_since or decision.decided_at)


def waits(tx: Transaction, comment_id: str) -> bool:
    """Whether a comment waits for a person."""
    return tx.first(select(CommentRow.id).where(*_waits(tx), col(CommentRow.id) == comment_id)) is not None


def is_held(tx: Transaction, comment_id: str, now: datetime) -> bool:
    """Whether the latest decision on a comment may still be taken back before anything leaves."""
    held = (col(CommentRow.id) == comment_id, col(CommentRow.act_due), col(CommentRow.act_from) > now)
    return tx.first(tx.mine(CommentRow).where(*held)) is not None


def counts(tx: Transaction, viewer: Viewer) -> Counts:
    every, put_off, with_others = _count(tx), _count_put_off(tx, viewer), _count_with_others(tx, viewer)
    urgent = _count(tx, URGENT)
    return Counts(max(every - put_off - with_others, urgent), urgent, put_off, with_others)


def _count(tx: Transaction, *which: ColumnElement[bool]) -> int:
    return tx.all(select(func.count()).select_from(CommentRow).where(*_waits(tx), *which))[0]


def _count_put_off(tx: Transaction, viewer: Viewer) -> int:
    """Counted from the few that were put off, not from all that waits."""
    waits = exists().where(col(CommentRow.id) == PutOffRow.comment_id, *_waits(tx), ~_is_with_others(viewer))
    mine = (col(PutOffRow.school_id) == tx.school_id, col(PutOffRow.user_id) == viewer.user_id)
    asked = select(func.count()).select_from(PutOffRow)
    return tx.all(asked.where(*mine, col(PutOffRow.until) > viewer.now, ~_was_urgent(PutOffRow), waits))[0]


def _count_with_others(tx: Transaction, viewer: Viewer) -> int:
    waits = exists().where(
        col(CommentRow.id) == PassedRow.comment_id, *_waits(tx), col(PassedRow.passed_at) >= CommentRow.waiting_since
    )
    theirs = (col(PassedRow.school_id) == tx.school_id, col(PassedRow.to_role) != viewer.role.value)
    return tx.all(
        select(func.count()).select_from(PassedRow).where(*theirs, _is_had(), ~_was_urgent(PassedRow), waits)
    )[0]


def new_urgent(tx: Transaction, since: datetime) -> int:
    """How many cases were found urgent after then, as they came or as they were edited; they wait for everybody."""
    return _count(tx, URGENT, col(CommentRow.decided_at) > since)


def alike_in(tx: Transaction, comment: Comment, viewer: Viewer, limit: int, by: str) -> list[Brief]:
    """The cases that wait and are not urgent, oldest first: of the same author, under the same post, or any at all.

    `by` is "author", "post" or "any". Nobody's are alike where the platform does not say who wrote them, or where.
    """
    which: Sequence[ColumnElement[bool]] = ()
    if by == "author":
        if not comment.author.native_id:
            return []
        author = comment.author.native_id
        which = (col(CommentRow.platform) == comment.platform, col(CommentRow.author_native_id) == author)
    elif by == "post":
        if not comment.post_native_id:
            return []
        post = comment.post_native_id
        which = (col(CommentRow.account_id) == comment.account_id, col(CommentRow.post_native_id) == post)
    rows = tx.all(
        select(CommentRow.id, CommentRow.version, CommentRow.decision_number, CommentVersionRow.text)
        .join(CommentVersionRow, is_latest_form())
        .where(*_waits(tx), CALM, ~_is_put_off(viewer), ~_is_with_others(viewer), *which)
        .order_by(col(CommentRow.waiting_since), col(CommentRow.id))
        .limit(limit)
    )
    return [Brief(*row) for row in rows]


def ever_urgent(tx: Transaction, comment_ids: Sequence[str]) -> set[str]:
    """Those on which some decision ever was urgent, whatever was said of them since."""
    asked = select(DecisionRow.comment_id).where(col(DecisionRow.school_id) == tx.school_id)
    return set(tx.all(asked.where(col(DecisionRow.comment_id).in_(comment_ids), col(DecisionRow.urgent).is_(True))))


def alerts_of(tx: Transaction, comment_id: str) -> list[int]:
    """The numbers of the alerts about a comment that nobody has opened yet."""
    case_row = AlertCaseRow
    mine = tx.mine(case_row).where(col(case_row.comment_id) == comment_id, col(case_row.opened_at).is_(None))
    return sorted({row.alert_number for row in tx.all(mine)})


def latest_alert(tx: Transaction) -> int | None:
    """The newest alert of which a case still waits."""
    number: int | None = tx.first(
        select(func.max(col(AlertCaseRow.alert_number)))
        .join(CommentRow, col(CommentRow.id) == col(AlertCaseRow.comment_id))
        .where(*_waits(tx))
    )
    return number


def of_alert(tx: Transaction, number: int) -> list[str]:
    """The comments that an alert is about and that still wait, in the order they called."""
    case_row = AlertCaseRow
    rows = tx.all(
        select(case_row.comment_id)
        .join(CommentRow, col(CommentRow.id) == case_row.comment_id)
        .where(*_waits(tx), col(case_row.alert_number) == number)
        .order_by(col(case_row.raised_at), col(case_row.comment_id))
    )
    return list(dict.fromkeys(rows))


def pace(tx: Transaction) -> timedelta:
    """How long people took for a decision lately: the middle of the last fifty, or fifteen seconds where too few were made."""
    last = (
        select(DecisionRow.decided_by, DecisionRow.decided_at)
        .where(col(DecisionRow.school_id) == tx.school_id)
        .order_by(col(DecisionRow.decided_at).desc())
        .limit(LOOKED_BACK)
    )
    before: dict[str, datetime] = {}
    took: list[timedelta] = []
    for person, at in tx.all(last):
        if person == POLICY:
            continue
        if person in before and timedelta(0) < before[person] - at <= AWAY:
            took.append(before[person] - at)
        before[person] = at
    seconds = [each.total_seconds() for each in took[:MEASURED]]
    return timedelta(seconds=median(seconds)) if len(seconds) >= AT_LEAST else USUALLY


def _waits(tx: Transaction) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(CommentRow.school_id) == tx.school_id, col(CommentRow.waiting_since) >= EVER


def _is_put_off(viewer: Viewer) -> ColumnElement[bool]:
    return exists().where(
        col(PutOffRow.school_id) == CommentRow.school_id,
        col(PutOffRow.user_id) == viewer.user_id,
        col(PutOffRow.comment_id) == CommentRow.id,
        col(PutOffRow.until) > viewer.now,
        ~_was_urgent(PutOffRow),
    )


def _is_with_others(viewer: Viewer) -> ColumnElement[bool]:
    """Given to another role than theirs, which somebody still has.

    What was passed on before the comment began to wait anew counts no more.
    """
    return exists().where(
        col(PassedRow.school_id) == CommentRow.school_id,
        col(PassedRow.comment_id) == CommentRow.id,
        col(PassedRow.to_role) != viewer.role.value,
        col(PassedRow.passed_at) >= CommentRow.waiting_since,
        _is_had(),
        ~_was_urgent(PassedRow),
    )


def _is_had() -> ColumnElement[bool]:
    """Some user has the role that the case was given to: else nobody would see it."""
    return exists().where(
        col(UserRow.school_id) == PassedRow.school_id,
        col(UserRow.role) == PassedRow.to_role,
        col(UserRow.ended_at).is_(None),
    )


def _was_urgent(table: type[PassedRow | PutOffRow]) -> ColumnElement[bool]:
    """Some decision on its comment was urgent, as a later edit does not make the case less so."""
    return exists().where(col(DecisionRow.comment_id) == table.comment_id, col(DecisionRow.urgent).is_(True))
