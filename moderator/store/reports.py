"""What reports count: every figure from times that were written down, so that a week that is over never changes.

Nothing here gives out a name, a handle or a comment's words: ids of accounts, kinds, rulings, times and numbers only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from moderator.domain import POLICY, Mode, Ruling
from moderator.store import own_posts
from moderator.store.chain import Head
from moderator.store.comments import WATCHED_AGAIN, WATCHING_BEGAN
from moderator.store.database import Transaction
from moderator.store.decisions import ABOUT_AUTHOR_ALONE
from moderator.store.own_posts import OWN_POST
from moderator.store.progress import State
from moderator.store.tables import (
    AccountRow,
    ActionRow,
    AuditEventRow,
    BanRow,
    CommentRow,
    CommentVersionRow,
    DecisionRow,
    FeedRow,
    MeterRow,
    TaskRow,
)

OUT_OF_SIGHT = (Ruling.HIDE.value, Ruling.REMOVE.value)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened on one of the school's accounts."""

    what: str  # an event of the audit trail
    platform: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ruled:
    """The first thing that policy said of a comment."""

    ruling: Ruling
    mode: Mode
    platform: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """A person's decision; `undid`: it put back what was out of sight.

    `taken_back_at`: when it was taken back before anything had left for it, so that from then on it is none.
    """

    undid: bool
    platform: str
    at: datetime
    taken_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Banned:
    """A ban, however it ended; `taken_back_at` as of a decision."""

    platform: str
    at: datetime
    ended_at: datetime | None
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class WentOutOfSight:
    """A comment was hidden; `after` is how long its words had stood there, None where they stood before we watched."""

    platform: str
    at: datetime
    after: timedelta | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waited for a person at one moment."""

    comments: int = 0
    urgent: int = 0
    since: datetime | None = None  # the longest


@dataclass(frozen=True, slots=True)
class Change:
    """How many began in a time, and how many ended."""

    begun: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which an account was not read. `until` is None while it still goes on; `since` where it never was."""

    account_id: str
    platform: str
    since: datetime | None
    until: datetime | None


def began(tx: Transaction) -> datetime | None:
    """When the record of this school began; None before it did."""
    return tx.first(
        select(AuditEventRow.at).where(col(AuditEventRow.school_id) == tx.school_id).order_by(col(AuditEventRow.id))
    )


def platforms(tx: Transaction) -> list[str]:
    """The platforms that the school has accounts on, by name."""
    return sorted(set(_platform_of(tx).values()))


def _platform_of(tx: Transaction) -> dict[str, str]:
    """By account."""
    return dict(tx.all(select(AccountRow.id, AccountRow.platform).where(col(AccountRow.school_id) == tx.school_id)))


def happened(tx: Transaction, events: Sequence[str], since: datetime, until: datetime) -> list[Happened]:
    """The events of these names from `since` to before `until`, in the order they were written."""
    found = tx.all(
        select(AuditEventRow.event, AccountRow.platform, AuditEventRow.at)
        .join(AccountRow, _its_account(AuditEventRow))
        .where(*_within(AuditEventRow, AuditEventRow.at, tx, since, until), col(AuditEventRow.event).in_(events))
        .order_by(col(AuditEventRow.id))
    )
    return [Happened(*row) for row in found]


def first_rulings(tx: Transaction, since: datetime, until: datetime) -> list[Ruled]:
    """What policy said first of each comment, where it said so in that time."""
    earlier = aliased(DecisionRow)
    before = exists().where(
        col(earlier.comment_id) == DecisionRow.comment_id,
        col(earlier.number) < DecisionRow.number,
        col(earlier.decided_by) == POLICY,
    )
    found = tx.all(
        select(DecisionRow.ruling, DecisionRow.mode, CommentRow.platform, DecisionRow.decided_at)
        .join(CommentRow, col(CommentRow.id) == DecisionRow.comment_id)
        .where(*_within(DecisionRow, DecisionRow.decided_at, tx, since, until))
        .where(col(DecisionRow.decided_by) == POLICY, ~before)
    )
    return [Ruled(Ruling(ruling), Mode(mode), platform, at) for ruling, mode, platform, at in found]


def answers(tx: Transaction, since: datetime, until: datetime) -> list[Answered]:
    """What people decided in that time. Taking back is no decision: the comment waits for one again."""
    before, later = aliased(DecisionRow), aliased(DecisionRow)
    undid = and_(
        col(DecisionRow.ruling) == Ruling.ALLOW.value,
        col(before.ruling).in_(OUT_OF_SIGHT),
        col(before.mode) != Mode.SHADOW.value,
    )
    one_before = and_(col(before.comment_id) == DecisionRow.comment_id, col(before.number) == DecisionRow.number - 1)
    found = tx.all(
        select(func.coalesce(undid, False), CommentRow.platform, DecisionRow.decided_at, later.decided_at)
        .join(CommentRow, col(CommentRow.id) == DecisionRow.comment_id)
        .outerjoin(before, one_before)
        .outerjoin(later, _takes_back(later, DecisionRow.comment_id, DecisionRow.number))
        .where(*_within(DecisionRow, DecisionRow.decided_at, tx, since, until))
        .where(col(DecisionRow.decided_by) != POLICY, col(DecisionRow.takes_back).is_(False))
    )
    return [Answered(bool(undone), platform, at, back) for undone, platform, at, back in found]


def _takes_back(later: Any, comment_id: Any, number: Any) -> Any:
    """`later` takes back the decision with that number, for which nothing had left by then. What had left did happen."""
    left = exists().where(
        col(ActionRow.comment_id) == comment_id,
        col(ActionRow.decision_number) == number,
        col(ActionRow.state) == State.DONE.value,
        col(ActionRow.done_at) <= later.decided_at,
    )
    return and_(later.comment_id == comment_id, later.number == number + 1, later.takes_back.is_(True), ~left)


def out_of_sight(tx: Transaction, since: datetime, until: datetime) -> list[WentOutOfSight]:
    """Every time that a comment was hidden, by a platform or by hand, whoever asked for it."""
    event = AuditEventRow
    found = tx.all(
        select(CommentRow.id, CommentRow.account_id, CommentRow.posted_at, event.at)
        .join(CommentRow, col(CommentRow.id) == event.comment_id)
        .where(*_within(event, event.at, tx, since, until), col(event.event) == "hidden")
        .order_by(col(event.id))
    )
    edits = _edits(tx, sorted({comment_id for comment_id, *_ in found}))
    watched_from, platform_of = _watched_from(tx), _platform_of(tx)
    told = []
    for comment_id, account_id, posted_at, at in found:
        shown_at = max([posted_at, *(edited for edited, seen in edits.get(comment_id, ()) if seen <= at)])
        ours = shown_at >= watched_from.get(account_id, shown_at)
        after = max(at - shown_at, timedelta()) if ours else None
        told.append(WentOutOfSight(platform_of[account_id], at, after))
    return told


def _edits(tx: Transaction, comment_ids: Sequence[str]) -> dict[str, list[tuple[datetime, datetime]]]:
    """By comment: when it was edited, and when that form was read."""
    form = CommentVersionRow
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for start in range(0, len(comment_ids), AT_ONCE):
        some = comment_ids[start : start + AT_ONCE]
        rows = select(form.comment_id, form.edited_at, form.seen_at).where(col(form.comment_id).in_(some))
        for comment_id, edited_at, seen_at in tx.all(rows.where(col(form.edited_at).is_not(None))):
            found.setdefault(comment_id, []).append((cast(datetime, edited_at), seen_at))
    return found


def _watched_from(tx: Transaction) -> dict[str, datetime]:
    """By account, when its first comment was read; comments are stored before their feed is at its end."""
    first = select(AuditEventRow.account_id, func.min(col(AuditEventRow.at)))
    read = (col(AuditEventRow.school_id) == tx.school_id, col(AuditEventRow.event).in_(("received", WATCHING_BEGAN)))
    return dict(tx.all(first.where(*read).group_by(col(AuditEventRow.account_id))))


def waiting(tx: Transaction, at: datetime) -> Waiting:
    """What waited for a person at that moment, as `decisions.count_queued` counts it now."""
    row = DecisionRow
    about_author = and_(col(row.author_action).is_not(None), col(row.author_action).in_(ABOUT_AUTHOR_ALONE))
    of_comment = or_(~about_author, col(row.author_action).is_(None))
    last = (
        select(row.comment_id, func.max(row.number).label("number"))
        .where(col(row.school_id) == tx.school_id, col(row.decided_at) <= at, of_comment)
        .group_by(col(row.comment_id))
        .subquery()
    )
    waits = or_(
        col(row.ruling) == Ruling.QUEUE.value,
        and_(col(row.ruling).in_(OUT_OF_SIGHT), or_(col(row.decided_by) == POLICY, col(row.takes_back))),
    )
    policys = aliased(row)  # What was taken back waits since policy put it there.
    first = (
        select(func.max(policys.decided_at))
        .where(policys.comment_id == col(row.comment_id), policys.version == col(row.version))
        .where(col(policys.decided_by) == POLICY, col(policys.number) < row.number, col(row.takes_back))
        .scalar_subquery()
    )
    found = tx.all(
        select(row.urgent, func.coalesce(first, row.decided_at))
        .join(last, and_(col(row.comment_id) == last.c.comment_id, col(row.number) == last.c.number))
        .where(waits)
    )
    return Waiting(
        len(found), sum(1 for urgent, _ in found if urgent), min((since for _, since in found), default=None)
    )


def open_tasks(tx: Transaction, at: datetime) -> Counter[str]:
    """By kind, the tasks by hand that were open at that moment; posts of the school's own that wait count as `OWN_POST`."""
    still = or_(col(TaskRow.closed_at).is_(None), col(TaskRow.closed_at) > at)
    found = select(TaskRow.kind).where(col(TaskRow.school_id) == tx.school_id, col(TaskRow.opened_at) <= at, still)
    posts = own_posts.count_unsettled(tx, at)
    return Counter(tx.all(found)) + Counter({OWN_POST: posts})


def strikes(tx: Transaction, since: datetime, until: datetime, count_for: timedelta) -> Change:
    """Strikes that began in that time, and those that ran out in it. One that was overturned by `until` is neither."""
    row = DecisionRow
    last = (
        select(row.comment_id, func.max(row.number).label("number"))
        .where(col(row.school_id) == tx.school_id, col(row.decided_at) < until)
        .group_by(col(row.comment_id))
        .subquery()
    )
    stands = (col(row.ruling).in_(OUT_OF_SIGHT), col(row.mode) != Mode.SHADOW.value)
    struck = (
        select(CommentRow.struck_at)
        .join(last, col(CommentRow.id) == last.c.comment_id)
        .join(row, and_(col(row.comment_id) == last.c.comment_id, col(row.number) == last.c.number))
        .where(col(CommentRow.school_id) == tx.school_id, col(CommentRow.author_native_id) != "", *stands)
    )
    at = [each for each in tx.all(struck.where(col(CommentRow.struck_at) >= since - count_for)) if each is not None]
    return Change(
        sum(since <= each < until for each in at),
        sum(since <= each + count_for < until for each in at),
    )


def bans(tx: Transaction, since: datetime, until: datetime) -> list[Banned]:
    """The bans that were made before `until` and did not end before `since`."""
    later = aliased(DecisionRow)
    found = tx.all(
        select(BanRow.platform, BanRow.banned_at, BanRow.ended_at, later.decided_at)
        .outerjoin(later, _takes_back(later, BanRow.comment_id, BanRow.decision_number))
        .where(col(BanRow.school_id) == tx.school_id, col(BanRow.banned_at) < until)
        .where(or_(col(BanRow.ended_at).is_(None), col(BanRow.ended_at) >= since))
        .order_by(col(BanRow.banned_at), col(BanRow.id))
    )
    return [Banned(*row) for row in found]


def bans_running_out(tx: Transaction, since: datetime, until: datetime) -> int:
    """How many bans, in force at `since`, run out from then to before `until`."""
    made = tx.mine(BanRow).where(col(BanRow.banned_at) < since, col(BanRow.until) >= since, col(BanRow.until) < until)
    in_force = or_(col(BanRow.ended_at).is_(None), col(BanRow.ended_at) >= since)
    return len(tx.all(made.where(in_force)))


def gaps(
    tx: Transaction, since: datetime, until: datetime, longer_than: timedelta, watched: Collection[str] | None = None
) -> list[Gap]:
    """Where watching stood still for longer than that, between `since` and `until`; oldest first.

    A gap that had begun by `until` and ended later is told as one that still goes on, as it did then. Those that go on until
    today are told of the accounts that are `watched`; None: of every account there ever was.
    """
    event = AuditEventRow
    ended = tx.all(
        select(event.account_id, AccountRow.platform, event.facts, event.at)
        .join(AccountRow, _its_account(event))
        .where(col(event.school_id) == tx.school_id, col(event.event) == WATCHED_AGAIN, col(event.at) > since)
        .order_by(col(event.id))
    )
    found = [
        Gap(account_id, platform, datetime.fromisoformat(str(facts["since"])), at if at <= until else None)
        for account_id, platform, facts, at in ended
        if "since" in facts
    ]
    begun = [gap for gap in found if gap.since is not None and gap.since + longer_than < until]
    going_on = _open_gaps(tx, until - longer_than)
    return begun + [gap for gap in going_on if watched is None or gap.account_id in watched]


def read_since(tx: Transaction, since: datetime) -> set[str]:
    """The accounts that were read at that time or later."""
    read = (col(FeedRow.school_id) == tx.school_id, col(FeedRow.last_ok_at) >= since)
    return set(tx.all(select(FeedRow.account_id).where(*read)))


def _open_gaps(tx: Transaction, not_since: datetime) -> list[Gap]:
    """The accounts of which no feed was read since then, nor ever."""
    read = (
        select(FeedRow.account_id, func.max(col(FeedRow.last_ok_at)).label("at"))
        .where(col(FeedRow.school_id) == tx.school_id)
        .group_by(col(FeedRow.account_id))
        .subquery()
    )
    found = tx.all(
        select(AccountRow.id, AccountRow.platform, read.c.at)
        .outerjoin(read, col(AccountRow.id) == read.c.account_id)
        .where(col(AccountRow.school_id) == tx.school_id)
        .order_by(col(AccountRow.id))
    )
    return [Gap(account, platform, at, None) for account, platform, at in found if at is None or at < not_since]


def head_at(tx: Transaction, at: datetime) -> Head:
    """Where the audit chain ended then, so that whoever keeps it can tell later whether it was cut."""
    event = AuditEventRow
    ended = select(event.id, event.link).where(col(event.school_id) == tx.school_id, col(event.at) <= at)
    found = tx.first(ended.order_by(col(event.id).desc()))
    return Head() if found is None else Head(*found)


def used(tx: Transaction, account_id: str, counter: str, periods: Sequence[str]) -> dict[str, int]:
    """What an account used up, by period; periods without any are left out."""
    asked = tx.mine(MeterRow).where(col(MeterRow.account_id) == account_id, col(MeterRow.counter) == counter)
    return {row.period: row.amount for row in tx.all(asked.where(col(MeterRow.period).in_(list(periods))))}


def _within(table: Any, column: Any, tx: Transaction, since: datetime, until: datetime) -> tuple[Any, ...]:
    return col(table.school_id) == tx.school_id, col(column) >= since, col(column) < until


def _its_account(table: Any) -> Any:
    return and_(col(AccountRow.school_id) == table.school_id, col(AccountRow.id) == table.account_id)
