"""What is to be done for an account, asked for in one statement: what is due to be sent and read back, and what may follow.

A turn of acting that finds nothing to do is the usual one; so it asks once for what it goes by. What must wait for something else,
as the reading back of a hide for a release that has no quota yet, is not due by itself: else turn would follow turn for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, literal, or_, select
from sqlmodel import col

from moderator.store.actions import has_on_comment
from moderator.store.database import Transaction
from moderator.store.decisions import EVER
from moderator.store.progress import IN_FLIGHT, State
from moderator.store.tables import AccountRow, ActionRow, AwareUtc, BanRow, CommentRow, TaskRow


@dataclass(frozen=True, slots=True)
class Agenda:
    """A time gone by is one at which something was due."""

    paused: bool
    paused_until: datetime | None  # None: not paused, or until somebody mends what is wrong
    sends_at: datetime | None  # when the next call to the platform is due, or planning it; None: nothing waits
    reads_back_at: datetime | None  # when something done is to be looked at again
    by_hand: bool  # a task waits for somebody's hands, and the platform may show it to be done
    follows: bool  # something may follow in time: a strike, a ban that ran out, a family to be asked, a hide that waits

    def jobs(self, now: datetime) -> tuple[str, ...]:
        """Those of `AccountWork` that have something to do."""
        if self.paused:
            return ()
        due = {
            "act": self.sends_at is not None and self.sends_at <= now,
            "verify": self.reads_back_at is not None and self.reads_back_at <= now,
            "tasks": self.by_hand,
            "follow": self.follows,
        }
        return tuple(job for job, is_due in due.items() if is_due)

    @property
    def next_at(self) -> datetime | None:
        """When the next call for the account is due, or its pause is over; None while nothing waits, or nobody knows until when."""
        times = (self.paused_until,) if self.paused else (self.sends_at, self.reads_back_at)
        return min((time for time in times if time is not None), default=None)


def of_account(tx: Transaction, account_id: str, now: datetime) -> Agenda:
    given = {"school": tx.school_id, "account": account_id, "now": now}
    row = tx.session.connection().execute(_asked(), given).one()
    sends_at = min((time for time in (row.plans_at, row.sends_at) if time is not None), default=None)
    return Agenda(bool(row.paused), row.paused_until, sends_at, row.reads_back_at, bool(row.by_hand), bool(row.follows))


def waits_to_be_judged(tx: Transaction, account_id: str) -> bool:
    waiting = tx.mine(CommentRow).where(col(CommentRow.account_id) == account_id, col(CommentRow.judge_due))
    return tx.first(waiting) is not None


@cache
def _asked() -> Any:
    school: BindParameter[str] = bindparam("school")
    account: BindParameter[str] = bindparam("account")
    now = bindparam("now", type_=AwareUtc)

    def of(table: Any) -> tuple[Any, Any]:
        return table.school_id == school, table.account_id == account

    paused = or_(col(AccountRow.paused_until).is_(None), col(AccountRow.paused_until) > now)
    is_account = (col(AccountRow.school_id) == school, col(AccountRow.id) == account, col(AccountRow.paused_why) != "")
    planned = select(func.min(func.coalesce(col(CommentRow.act_from), now, type_=AwareUtc)))
    unplanned = (*of(CommentRow), col(CommentRow.act_due), ~has_on_comment(IN_FLIGHT))
    not_held = or_(col(ActionRow.state) != State.DUE, ~col(CommentRow.act_due))
    unsent = (*of(ActionRow), col(ActionRow.state).in_((State.DUE, *IN_FLIGHT)), not_held)
    done = (*of(ActionRow), col(ActionRow.state) == State.DONE, col(ActionRow.verify_at).is_not(None))
    unread = (*done, ~col(CommentRow.act_due), ~has_on_comment((State.DUE, *IN_FLIGHT)))
    tasks = select(literal(1)).where(*of(TaskRow))
    # Strikes and what waits for a person are the school's: an author has one standing on all its accounts.
    waits = select(literal(1)).where(col(CommentRow.school_id) == school, col(CommentRow.waiting_since) >= EVER)
    strikes = select(literal(1)).where(col(CommentRow.school_id) == school, col(CommentRow.struck_at) >= EVER)
    families = select(literal(1)).where(*of(CommentRow), col(CommentRow.follow_up_at) >= EVER)
    bans = select(literal(1)).where(*of(BanRow), col(BanRow.ended_at).is_(None), col(BanRow.until) <= now)
    unsettled = tasks.where(col(TaskRow.verified_at).is_(None))
    return select(
        select(literal(1)).where(*is_account, paused).exists().label("paused"),
        select(col(AccountRow.paused_until)).where(*is_account, paused).scalar_subquery().label("paused_until"),
        planned.where(*unplanned).scalar_subquery().label("plans_at"),
        _first(ActionRow.not_before).where(*unsent).scalar_subquery().label("sends_at"),
        _first(ActionRow.verify_at).where(*unread).scalar_subquery().label("reads_back_at"),
        tasks.where(col(TaskRow.closed_at).is_(None)).exists().label("by_hand"),
        or_(
            waits.exists(),
            strikes.exists(),
            families.exists(),
            bans.exists(),
            unsettled.exists(),
        ).label("follows"),
    )


def _first(when: Any) -> Any:
    """The earliest such time of actions, which may be chosen by their comments as well."""
    return select(func.min(col(when))).join(CommentRow, col(CommentRow.id) == ActionRow.comment_id)
