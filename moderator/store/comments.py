"""Comments as they stand and as they stood, with what they are read together with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, and_, cast, or_, update
from sqlmodel import col, select, tuple_
from sqlmodel.sql.expression import Select

from moderator.domain import Comment, Context, Visibility
from moderator.store import audit
from moderator.store.arrivals import change_feed, receive, receive_quiet
from moderator.store.database import Transaction
from moderator.store.latest import is_latest_form, ours
from moderator.store.packing import Columns, comment_of, post_of
from moderator.store.tables import CommentRow, CommentVersionRow, FeedRow, PostRow

__all__ = [
    "UNWATCHED_AFTER",
    "WATCHED_AGAIN",
    "WATCHING_BEGAN",
    "FeedState",
    "by_authors",
    "by_id",
    "context",
    "contexts",
    "feed_states",
    "find",
    "load",
    "mark_read",
    "receive",
    "receive_quiet",
    "set_visibility",
    "unjudged",
    "versions",
]

LONGEST_THREAD = 10
"""Comments a thread goes back: enough to follow a quarrel, few enough to read."""
FOUND_AT_MOST = 20
UNWATCHED_AFTER = timedelta(hours=1)
"""An account of which no feed was read for longer than this was not watched meanwhile."""
WATCHING_BEGAN, WATCHED_AGAIN = "watching_began", "watched_again"
"""The events at the first reading ever, and at the end of such a time, where `since` says when it began."""

Key = tuple[str, str]  # account id, native id


@dataclass(frozen=True, slots=True)
class FeedState:
    """How reading a feed went last."""

    account_id: str
    feed: str
    cursor: str | None
    last_read_at: datetime | None  # with or without success
    last_ok_at: datetime | None
    last_error: str  # empty: the last reading went well
    not_before: datetime | None  # read no sooner, as a quota asks


def latest_form(tx: Transaction) -> Select[CommentRow, CommentVersionRow]:
    """This school's comments, each with its latest form."""
    return (
        select(CommentRow, CommentVersionRow)
        .join(CommentVersionRow, is_latest_form())
        .where(col(CommentRow.school_id) == tx.school_id)
    )


def _comments(tx: Transaction, statement: Select[CommentRow, CommentVersionRow]) -> list[Comment]:
    return [comment_of(row, form) for row, form in tx.all(statement)]


def load(tx: Transaction, comment_id: str) -> Comment | None:
    """The comment in its latest form."""
    return by_id(tx, [comment_id]).get(comment_id)


def by_id(tx: Transaction, comment_ids: Iterable[str]) -> dict[str, Comment]:
    """Comments in their latest form; those that are not there are left out."""
    asked = list(comment_ids)
    if not asked:
        return {}
    rows = select(CommentRow, CommentVersionRow).join(CommentVersionRow, is_latest_form())
    found = _comments(tx, rows.where(ours(tx), col(CommentRow.id).in_(asked)))
    return {comment.id: comment for comment in found}


def find(tx: Transaction, text: str) -> list[Comment]:
    """What a person may mean by an id of ours, its beginning or the platform's id: the exact one alone if there is one."""
    if not text:
        return []
    exact = load(tx, text)
    if exact is not None:
        return [exact]
    meant = or_(col(CommentRow.id).startswith(text, autoescape=True), col(CommentRow.native_id) == text)
    return _comments(tx, latest_form(tx).where(meant).order_by(col(CommentRow.id)).limit(FOUND_AT_MOST))


def by_authors(tx: Transaction, keys: Iterable[Key], limit: int) -> list[Comment]:
    """What these authors wrote, newest first; each is a platform and a native id."""
    author = tuple_(col(CommentRow.platform), col(CommentRow.author_native_id))
    theirs = latest_form(tx).where(author.in_(sorted(keys)))
    return _comments(tx, theirs.order_by(col(CommentRow.posted_at).desc(), col(CommentRow.id)).limit(limit))


def versions(tx: Transaction, comment_id: str) -> list[Comment]:
    """Every form of a comment, first to last."""
    rows = tx.all(
        select(CommentRow, CommentVersionRow)
        .join(CommentVersionRow, col(CommentVersionRow.comment_id) == CommentRow.id)
        .where(col(CommentRow.school_id) == tx.school_id, col(CommentRow.id) == comment_id)
        .order_by(col(CommentVersionRow.version))
    )
    return [comment_of(row, form) for row, form in rows]


def unjudged(
    tx: Transaction,
    limit: int,
    account_id: str | None = None,
    *,
    newest_first: bool = False,
    pictures_last_on: Collection[str] = (),
) -> list[Comment]:
    """Comments whose latest form policy has not decided on, in the order they came, or the other way round.

    On the platforms in `pictures_last_on` those with pictures come after all others.
    """
    waiting = latest_form(tx).where(col(CommentRow.judge_due))
    if account_id is not None:
        waiting = waiting.where(col(CommentRow.account_id) == account_id)
    columns = (col(CommentRow.first_seen_at), col(CommentRow.posted_at), col(CommentRow.id))
    order = [column.desc() for column in columns] if newest_first else columns
    if pictures_last_on:
        pictured = cast(col(CommentVersionRow.image_urls), String) != "[]"
        waiting = waiting.order_by(and_(col(CommentRow.platform).in_(sorted(pictures_last_on)), pictured))
    return _comments(tx, waiting.order_by(*order).limit(limit))


def context(tx: Transaction, comment: Comment) -> Context:
    return contexts(tx, [comment])[comment.id]


def contexts(tx: Transaction, comments: Sequence[Comment]) -> dict[str, Context]:
    """By comment id, its post and the comments it answers, ten at most, as far as they are stored."""
    posts = _by_key(tx, PostRow, {(comment.account_id, comment.post_native_id) for comment in comments})
    parents = _parents(tx, comments)
    found = {}
    for comment in comments:
        post = posts.get((comment.account_id, comment.post_native_id))
        found[comment.id] = Context(None if post is None else post_of(post), _thread(comment, parents))
    return found


def _parents(tx: Transaction, comments: Sequence[Comment]) -> dict[Key, Comment]:
    """All that these comments answer, directly or not, fetched a generation at a time."""
    parents: dict[Key, Comment] = {}
    generation = comments
    for _ in range(LONGEST_THREAD):
        asked = {_parent_key(comment) for comment in generation if comment.parent_native_id} - parents.keys()
        if not asked:
            break
        key = tuple_(col(CommentRow.account_id), col(CommentRow.native_id))
        generation = _comments(tx, latest_form(tx).where(key.in_(sorted(asked))))
        parents |= {(comment.account_id, comment.native_id): comment for comment in generation}
    return parents


def _thread(comment: Comment, parents: Mapping[Key, Comment]) -> tuple[Comment, ...]:
    thread: list[Comment] = []
    while len(thread) < LONGEST_THREAD:
        parent = parents.get(_parent_key(thread[-1] if thread else comment))
        if parent is None or parent in (
            comment,
            *thread,
        ):  # No platform should give a circle, but one loop would hold up all.
            break
        thread.append(parent)
    return tuple(reversed(thread))


def _parent_key(comment: Comment) -> Key:
    return comment.account_id, comment.parent_native_id


def _by_key(tx: Transaction, table: type[PostRow], keys: set[Key]) -> dict[Key, PostRow]:
    if not keys:
        return {}
    key = tuple_(col(table.account_id), col(table.native_id))
    return {(row.account_id, row.native_id): row for row in tx.all(tx.mine(table).where(key.in_(sorted(keys))))}


def set_visibility(tx: Transaction, comment: Comment, visibility: Visibility, at: datetime, why: str) -> None:
    """What the public sees of a comment from now on. Audit: "visibility_changed", where it did change."""
    row = tx.first(tx.mine(CommentRow).where(col(CommentRow.id) == comment.id))
    if row is None:
        return
    was = row.visibility
    tx.change(CommentRow, [{"id": comment.id, "visibility": visibility.value, "visibility_at": at}])
    if was != visibility.value:
        facts = {"was": was, "now": visibility.value, "why": why}
        event = audit.Event("visibility_changed", at, comment.platform, comment.id, comment.account_id, facts)
        audit.write_all(tx, [event])


def feed_states(tx: Transaction, account_id: str | None = None) -> list[FeedState]:
    """How reading went, for one account or all, by name. A feed never read is not among them."""
    asked = tx.mine(FeedRow).order_by(col(FeedRow.account_id), col(FeedRow.name))
    if account_id is not None:
        asked = asked.where(col(FeedRow.account_id) == account_id)
    return [
        FeedState(
            row.account_id, row.name, row.cursor, row.last_read_at, row.last_ok_at, row.last_error, row.not_before
        )
        for row in tx.all(asked)
    ]


def forget_cursors(tx: Transaction) -> None:
    """Every feed is read anew from some days before it was last read: what its cursor knew need not be so any more."""
    tx.run(update(FeedRow).where(col(FeedRow.school_id) == tx.school_id).values(cursor=None))


def mark_read(
    tx: Transaction,
    account_id: str,
    feed: str,
    at: datetime,
    error: str | None,
    not_before: datetime | None = None,
    *,
    cursor: str | None = None,
    watched: datetime | None = None,
) -> None:
    """A feed was read to its end, or ended in `error` and is to be read no sooner than `not_before`.

    `cursor` is where reading resumes; None: where it did before. `watched` is when a feed of the account was last read to its
    end, as far as is known.
    Audit: "watching_began" at the first success ever on this account; "watched_again" where none of its feeds had been read
    for more than an hour.
    """
    if not error and (watched is None or at - watched > UNWATCHED_AFTER):
        _tell_gap(tx, account_id, at)
    change: Columns = {"last_read_at": at, "last_error": error or "", "not_before": not_before}
    change |= {} if cursor is None else {"cursor": cursor}
    change_feed(tx, account_id, feed, change if error else change | {"last_ok_at": at})


def _tell_gap(tx: Transaction, account_id: str, at: datetime) -> None:
    last = max((state.last_ok_at for state in feed_states(tx, account_id) if state.last_ok_at), default=None)
    if last is None:
        audit.write(tx, WATCHING_BEGAN, at, actor="moderator", account_id=account_id)
    elif at - last > UNWATCHED_AFTER:
        audit.write(tx, WATCHED_AGAIN, at, actor="moderator", account_id=account_id, since=last.isoformat())
