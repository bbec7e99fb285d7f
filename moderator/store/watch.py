"""An account as its next reading finds it, asked for in one statement: paused or not, how far its feeds were read, and what waits.

A reading that brings nothing is what happens all day long, in each school; so it asks once for what it goes by.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, literal, select, union
from sqlmodel import col

from moderator.domain import Visibility
from moderator.store.comments import FeedState
from moderator.store.database import Transaction
from moderator.store.tables import AccountRow, AwareUtc, CommentRow, FeedRow, PostRow


@dataclass(frozen=True, slots=True)
class Watch:
    """What reading an account goes by."""

    met: bool  # the account is in the store
    paused_why: str
    paused_until: datetime | None
    feeds: Mapping[str, FeedState]  # by name; a feed never read is not among them
    last_post: datetime | None  # when the school posted last, as far as is known
    last_comment: datetime | None  # when somebody commented last
    waits_to_be_judged: bool
    replies: Mapping[str, int]
    """Native id of each post published or commented on lately -> comments stored under it, however old.

    Hidden ones are counted; those known to be gone are not, since the platform counts them no more either.
    """

    def paused(self, now: datetime) -> str | None:
        """Why the account is paused, or None where it is at work, its pause is over or nobody has met it yet."""
        over = self.paused_until is not None and self.paused_until <= now
        return None if over else self.paused_why or None

    @property
    def last_ok_at(self) -> datetime | None:
        """When some feed was last read to its end."""
        return max((state.last_ok_at for state in self.feeds.values() if state.last_ok_at), default=None)


def of_account(tx: Transaction, account_id: str, replies_since: datetime | None = None) -> Watch:
    """How it stands now. `replies_since`: replies are counted under posts published or commented on since then; None: none."""
    given: dict[str, Any] = {"school": tx.school_id, "account": account_id}
    if replies_since is not None:
        given["since"] = replies_since
    asked = _asked(tx.dialect, replies_since is not None)
    rows = tx.session.connection().execute(asked, given).all()
    first = rows[0]
    feeds = {row.name: FeedState(account_id, row.name, *row[8:]) for row in rows if row.name is not None}
    replies = json.loads(first.replies) if isinstance(first.replies, str) else first.replies
    return Watch(
        met=first.id is not None,
        paused_why=first.paused_why or "",
        paused_until=first.paused_until,
        feeds=feeds,
        last_post=first.last_post,
        last_comment=first.last_comment,
        waits_to_be_judged=bool(first.waits),
        replies=replies or {},
    )


OF_FEED = tuple(each.name for each in fields(FeedState) if each.name not in ("account_id", "feed"))
_SCHOOL: BindParameter[str] = bindparam("school")
_ACCOUNT: BindParameter[str] = bindparam("account")


@cache
def _asked(dialect: str, with_replies: bool) -> Select[Any]:
    """A row for each feed that was read, or one where none was; what is said of the account stands in all of them."""
    nothing = select(literal(1).label("one")).subquery()
    the_account = (col(AccountRow.school_id) == _SCHOOL) & (col(AccountRow.id) == _ACCOUNT)
    its_feeds = (col(FeedRow.school_id) == _SCHOOL) & (col(FeedRow.account_id) == _ACCOUNT)
    columns: list[Any] = [
        AccountRow.id,
        AccountRow.paused_why,
        AccountRow.paused_until,
        select(func.max(PostRow.posted_at)).where(*_of(PostRow)).scalar_subquery().label("last_post"),
        select(func.max(CommentRow.posted_at)).where(*_of(CommentRow)).scalar_subquery().label("last_comment"),
        select(literal(1)).where(*_of(CommentRow), col(CommentRow.judge_due)).exists().label("waits"),
        (_replies(dialect) if with_replies else literal(None)).label("replies"),
        FeedRow.name,
        *(getattr(FeedRow, name) for name in OF_FEED),
    ]
    found = select(*columns).select_from(nothing).outerjoin(AccountRow, the_account).outerjoin(FeedRow, its_feeds)
    return found.order_by(col(FeedRow.name))


def _of(table: Any) -> tuple[Any, ...]:
    return (table.school_id == _SCHOOL, table.account_id == _ACCOUNT)


def _replies(dialect: str) -> Any:
    """The counts as one JSON object."""
    since = bindparam("since", type_=AwareUtc)
    posted = select(col(PostRow.native_id)).where(*_of(PostRow), col(PostRow.posted_at) >= since)
    commented = select(col(CommentRow.post_native_id)).where(*_of(CommentRow), col(CommentRow.posted_at) >= since)
    recent = union(posted, commented).subquery()
    (native_id,) = recent.c
    stands = (*_of(CommentRow), col(CommentRow.visibility) != Visibility.GONE.value)
    counted = select(func.count()).select_from(CommentRow).where(*stands, col(CommentRow.post_native_id) == native_id)
    gathered = func.json_object_agg if dialect == "postgresql" else func.json_group_object
    return select(gathered(native_id, counted.scalar_subquery())).where(native_id != "").scalar_subquery()
