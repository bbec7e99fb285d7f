"""What people leave on each other's desks: cases given to another role, put off for a while, and what somebody would decide.

None of it is a decision: the comment goes on waiting until somebody makes one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col

from moderator.domain import Comment, Person, Ruling
from moderator.policy.authority import Role
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import PassedRow, ProposalRow, PutOffRow
from moderator.store.users import User


@dataclass(frozen=True, slots=True)
class Passed:
    """A case that somebody gave to another role."""

    comment_id: str
    to: Role
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody who may not decide would decide about one form of a comment."""

    comment_id: str
    version: int
    ruling: Ruling
    by: str
    at: datetime
    why: str


def pass_on(tx: Transaction, comment: Comment, to: Role, by: Person, at: datetime, why: str = "") -> Passed:
    """Give a case to another role; the last word counts. Audit: "passed_on", without the reason's words."""
    given = {"to_role": to.value, "passed_by": by.name, "passed_at": at, "why": why}
    tx.upsert(PassedRow, {"comment_id": comment.id} | given, given)
    facts = {"to": to.value}
    audit.write_all(tx, [audit.Event("passed_on", at, by.name, comment.id, comment.account_id, facts)])
    return Passed(comment.id, to, by.name, at, why)


def passed(tx: Transaction, comment_ids: Iterable[str]) -> dict[str, Passed]:
    """By comment, to whom it was given last."""
    rows = tx.all(tx.mine(PassedRow).where(col(PassedRow.comment_id).in_(list(comment_ids))))
    return {
        row.comment_id: Passed(row.comment_id, Role(row.to_role), row.passed_by, row.passed_at, row.why) for row in rows
    }


def put_off(tx: Transaction, comment: Comment, user: User, until: datetime, at: datetime) -> None:
    """One user does not see the case until then; all others do. Audit: "put_off"."""
    tx.upsert(PutOffRow, {"user_id": user.id, "comment_id": comment.id, "until": until}, {"until": until})
    facts = {"until": until.isoformat()}
    audit.write_all(tx, [audit.Event("put_off", at, user.name, comment.id, comment.account_id, facts)])


def take_up(tx: Transaction, user: User, at: datetime) -> int:
    """A user wants to see now what they had put off; returns how many cases. Audit: "taken_up"."""
    mine = (col(PutOffRow.school_id) == tx.school_id, col(PutOffRow.user_id) == user.id)
    count = tx.run(delete(PutOffRow).where(*mine, col(PutOffRow.until) > at))
    if count:
        audit.write(tx, "taken_up", at, actor=user.name, cases=count)
    return count


def propose(tx: Transaction, comment: Comment, ruling: Ruling, by: Person, at: datetime, why: str = "") -> Proposal:
    """Say what one would decide. The same again changes nothing. Audit: "proposed", without the reason's words."""
    wanted = Proposal(comment.id, comment.version, ruling, by.name, at, why)
    before = [each for each in proposals(tx, comment) if each.by == by.name]
    if before and (before[0].ruling, before[0].why) == (ruling, why):
        return before[0]
    row = {"comment_id": comment.id, "version": comment.version, "ruling": ruling.value, "why": why}
    tx.insert(ProposalRow, [row | {"proposed_by": by.name, "proposed_at": at}])
    facts = {"ruling": ruling.value, "version": comment.version}
    audit.write_all(tx, [audit.Event("proposed", at, by.name, comment.id, comment.account_id, facts)])
    return wanted


def proposals(tx: Transaction, comment: Comment) -> list[Proposal]:
    """The last proposal of each person about the comment as it reads now, newest first."""
    of_form = (col(ProposalRow.comment_id) == comment.id, col(ProposalRow.version) == comment.version)
    rows = tx.all(tx.mine(ProposalRow).where(*of_form).order_by(col(ProposalRow.id).desc()))
    last: dict[str, Proposal] = {}
    for row in rows:
        made = Proposal(row.comment_id, row.version, Ruling(row.ruling), row.proposed_by, row.proposed_at, row.why)
        last.setdefault(row.proposed_by, made)
    return list(last.values())
