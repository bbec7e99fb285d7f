"""A page as a platform gave it goes into the store, its cursor in the same transaction.

Each form of a comment is stored once, however often it is read. What is new waits to be judged. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from sqlmodel import col, select

from moderator import intake
from moderator.domain import Account, Author, Comment, Post, Ruling, Visibility
from moderator.platforms.base import Broken, Page
from moderator.store import accounts, audit, authors, tombstones, turns
from moderator.store.audit import Event
from moderator.store.database import Transaction
from moderator.store.latest import is_latest_form
from moderator.store.packing import Columns, comment_of, pack_mention, post_of
from moderator.store.tables import BrokenItemRow, CommentRow, CommentVersionRow, FeedRow, PostRow, storable
from moderator.store.tombstones import Why

Known = tuple[CommentRow, CommentVersionRow]
OUT_OF_SIGHT = (Ruling.HIDE, Ruling.REMOVE)
TOLD_LATER = ("post_native_id", "parent_native_id", "url")
"""Some feeds tell more of a comment than others."""


@dataclass
class Changes:
    """What a page brings that the store has not got, gathered before any of it is written."""

    comments: list[Columns] = field(default_factory=list)  # new rows
    updates: list[Columns] = field(default_factory=list)  # of known rows, by id
    versions: list[Columns] = field(default_factory=list)
    named: list[Columns] = field(default_factory=list)  # forms stored without their author's name, by id and version
    events: list[Event] = field(default_factory=list)
    fresh: list[Comment] = field(default_factory=list)


def receive(
    tx: Transaction, account: Account, feed: str, page: Page, seen_at: datetime, complete: bool = True
) -> list[Comment]:
    """Store a page; returns the comments that are new in this form, each with its version, in the page's order.

    A known comment in another form becomes its next version; an older form that a lagging server gives again changes nothing,
    nor does a form whose words were cleared away. Visibility is taken over unless the platform cannot tell it. A broken item is
    set aside once. The cursor moves where the page has one and is `complete`; with False the page is read again next time.
    An author's name that could not be told at first is filled in, and the comment judged again with it; not where a person
    decided on it, nor where it is out of sight and waits for one.
    Audit: "received", "edited", "author_named", "visibility_changed", "set_aside".
    """
    # Compared in the words that can be stored: else a letter no database holds would be an edit at every reading.
    told = [replace(comment, text=storable(comment.text)) for comment in page.comments]
    if told and not page.broken and _all_stand_so(told, _known(tx, told)):
        receive_quiet(tx, account, page, seen_at)
        if page.cursor is not None and complete:
            move_cursor(tx, account.id, feed, page.cursor)
        return []
    accounts.remember(tx, account)
    _store_posts(tx, account, page.posts, seen_at)
    known, erased = _known(tx, told), tombstones.covered(tx, told)
    told = [_without_words(each) if _is_forgotten(each, known, erased) else each for each in told]
    authors.remember_all(tx, told, seen_at)
    changes = _compare(told, known, seen_at)
    for row in changes.comments:
        if row["id"] in erased:  # It was judged before it was erased; only that it exists is stored again.
            row |= {"judge_due": False, "words_gone_at": seen_at, "words_gone_why": Why.ERASED.value}
    tx.insert(CommentRow, changes.comments)
    for update in changes.updates:  # Not all change the same columns, and most pages change none.
        tx.change(CommentRow, [update])
    tx.insert(CommentVersionRow, changes.versions)
    tx.change(CommentVersionRow, changes.named)
    if changes.fresh or changes.named:
        turns.wake(tx, account.id, turns.Work.JUDGE, seen_at)
    audit.write_all(tx, changes.events)
    for item in page.broken:
        _set_aside(tx, account, feed, item, seen_at)
    if page.cursor is not None and complete:
        move_cursor(tx, account.id, feed, page.cursor)
    return changes.fresh


def receive_quiet(tx: Transaction, account: Account, page: Page, seen_at: datetime) -> None:
    """Store a page that says nothing new of any comment, of an account that is known: its posts, where they changed.

    How far was read is not written down here.
    """
    _store_posts(tx, account, page.posts, seen_at)


def _all_stand_so(comments: Sequence[Comment], known: Mapping[str, Known]) -> bool:
    """Whether every one of these is stored just as it is told, as most are that are read again."""
    return all(comment.id in known and _stands_so(comment, *known[comment.id]) for comment in comments)


def _stands_so(comment: Comment, row: CommentRow, form: CommentVersionRow) -> bool:
    author = comment.author
    same_author = (form.author_handle, form.author_display_name) == (author.handle, author.display_name)
    return (
        form.form == comment.form
        and (same_author or row.words_gone_at is not None)
        and comment.visibility.value in (row.visibility, Visibility.UNKNOWN.value)
        and all(getattr(row, name) or not getattr(comment, name) for name in TOLD_LATER)
    )


def _known(tx: Transaction, comments: Sequence[Comment]) -> dict[str, Known]:
    if not comments:
        return {}
    rows = tx.all(
        select(CommentRow, CommentVersionRow)
        .join(CommentVersionRow, is_latest_form())
        .where(col(CommentRow.id).in_([comment.id for comment in comments]))
    )
    return {row.id: (row, form) for row, form in rows}


def _is_forgotten(comment: Comment, known: Mapping[str, Known], erased: Set[str]) -> bool:
    """Whether these are words that were cleared away. An edit since then is a new form, and is read like any other."""
    row, form = known.get(comment.id, (None, None))
    if comment.id in erased:
        return row is None or row.words_gone_at is not None
    return row is not None and form is not None and row.words_gone_at is not None and form.form == comment.form


def _without_words(comment: Comment) -> Comment:
    """What may be told of a forgotten comment: that it exists, and whether the public sees it."""
    return replace(comment, author=Author(), text="", mentions=(), reply_prefix=0, image_urls=(), url="", raw="")


def _compare(comments: Sequence[Comment], known: Mapping[str, Known], seen_at: datetime) -> Changes:
    changes = Changes(fresh=intake.receive(comments, {key: comment_of(*rows) for key, rows in known.items()}))
    fresh = {comment.id: comment for comment in changes.fresh}
    for comment in {comment.id: comment for comment in comments}.values():
        if comment.id not in known:
            changes.comments.append(_new_row(fresh[comment.id], seen_at))
        elif update := (
            _update(changes, comment, known[comment.id][0], fresh.get(comment.id), seen_at)
            | _name(changes, comment, *known[comment.id], seen_at)
        ):
            changes.updates.append({"id": comment.id} | update)
    for comment in changes.fresh:
        event = "received" if comment.version == 1 else "edited"
        facts = {"version": comment.version}
        changes.versions.append(_form_row(comment, seen_at))
        changes.events.append(Event(event, seen_at, comment.platform, comment.id, comment.account_id, facts))
    return changes


def _update(changes: Changes, comment: Comment, row: CommentRow, edited: Comment | None, seen_at: datetime) -> Columns:
    """What changes in the row of a known comment; `edited` is its new form, where it has one."""
    update: Columns = {}
    if edited is not None:
        # What a person said of another form does not stand for this one.
        update |= {"version": edited.version, "judge_due": True, "reviewed": False}
        if row.words_gone_at is not None:
            update |= {"words_gone_at": None, "words_gone_why": None, "author_native_id": edited.author.native_id}
    if comment.visibility.value != row.visibility and comment.visibility is not Visibility.UNKNOWN:
        update |= {"visibility": comment.visibility.value, "visibility_at": seen_at}
        facts = {"was": row.visibility, "now": comment.visibility.value, "why": "as read"}
        changes.events.append(
            Event("visibility_changed", seen_at, comment.platform, comment.id, comment.account_id, facts)
        )
    for name in TOLD_LATER:
        if getattr(comment, name) and not getattr(row, name):
            update[name] = getattr(comment, name)
    return update


def _name(changes: Changes, comment: Comment, row: CommentRow, form: CommentVersionRow, seen_at: datetime) -> Columns:
    """What changes in the row of a known comment whose author is named only now."""
    nameless = not (form.author_handle or form.author_display_name)
    if not nameless or not comment.author.is_named or comment.form != form.form:
        return {}
    names = {"author_handle": comment.author.handle, "author_display_name": comment.author.display_name}
    changes.named.append({"comment_id": row.id, "version": form.version} | names)
    changes.events.append(Event("author_named", seen_at, comment.platform, row.id, row.account_id, {}))
    # Judged again, what is out of sight might be found harmless, and nobody would be asked to put it back.
    in_sight = row.visibility not in (Visibility.HIDDEN, Visibility.GONE) and row.ruling not in OUT_OF_SIGHT
    return {"judge_due": True} if in_sight and not row.reviewed else {}


def _new_row(comment: Comment, seen_at: datetime) -> Columns:
    return {
        "id": comment.id,
        "account_id": comment.account_id,
        "platform": comment.platform,
        "native_id": comment.native_id,
        "post_native_id": comment.post_native_id,
        "parent_native_id": comment.parent_native_id,
        "author_native_id": comment.author.native_id,
        "posted_at": comment.posted_at,
        "first_seen_at": seen_at,
        "url": comment.url,
        "version": comment.version,
        "visibility": comment.visibility.value,
        "visibility_at": seen_at,
        "judge_due": True,
        "act_due": False,
        "act_from": None,
        "decision_number": 0,
        "ruling": "",
        "urgent": False,
        "decided_at": None,
        "reviewed": False,
        "waiting_since": None,
        "words_gone_at": None,
        "words_gone_why": None,
    }


def _form_row(comment: Comment, seen_at: datetime) -> Columns:
    return {
        "comment_id": comment.id,
        "version": comment.version,
        "form": comment.form,
        "text": comment.text,
        "edited_at": comment.edited_at,
        "image_urls": list(comment.image_urls),
        "reply_prefix": comment.reply_prefix,
        "mentions": [pack_mention(mention) for mention in comment.mentions],
        "author_handle": comment.author.handle,
        "author_display_name": comment.author.display_name,
        "raw": comment.raw,
        "seen_at": seen_at,
    }


def _store_posts(tx: Transaction, account: Account, posts: Sequence[Post], seen_at: datetime) -> None:
    asked = [post.native_id for post in posts]
    if not asked:
        return
    rows = tx.all(tx.mine(PostRow).where(col(PostRow.account_id) == account.id, col(PostRow.native_id).in_(asked)))
    known = {row.native_id: post_of(row) for row in rows}
    for post in posts:
        before = known.get(post.native_id)
        now = post if before is None else _joined(before, post)
        if now != before:
            columns: Columns = {
                "text": now.text,
                "posted_at": now.posted_at,
                "url": now.url,
                "comment_count": now.comment_count,
                "image_urls": list(now.image_urls),
            }
            row = {"account_id": account.id, "native_id": now.native_id, "first_seen_at": seen_at, **columns}
            tx.upsert(PostRow, row, columns)


def _joined(before: Post, post: Post) -> Post:
    """What is known of a post, since some feeds tell less of it than others."""
    return Post(
        native_id=post.native_id,
        text=post.text or before.text,
        posted_at=post.posted_at or before.posted_at,
        url=post.url or before.url,
        comment_count=before.comment_count if post.comment_count is None else post.comment_count,
        image_urls=post.image_urls or before.image_urls,
    )


def _set_aside(tx: Transaction, account: Account, feed: str, item: Broken, seen_at: datetime) -> None:
    whole = f"{item.native_id}\n{item.raw}".encode("utf-8", "replace")
    digest = blake2b(whole, digest_size=16).hexdigest()
    key = (col(BrokenItemRow.account_id) == account.id, col(BrokenItemRow.digest) == digest)
    if tx.first(tx.mine(BrokenItemRow).where(*key)) is not None:
        return
    row = {"account_id": account.id, "digest": digest, "feed": feed, "native_id": item.native_id, "reason": item.reason}
    tx.insert(BrokenItemRow, [row | {"raw": item.raw, "seen_at": seen_at}])
    audit.write(tx, "set_aside", seen_at, actor=account.platform, account_id=account.id, feed=feed, digest=digest)


def move_cursor(tx: Transaction, account_id: str, feed: str, cursor: str) -> None:
    row = tx.first(tx.mine(FeedRow).where(col(FeedRow.account_id) == account_id, col(FeedRow.name) == feed))
    if row is None or row.cursor != cursor:
        change_feed(tx, account_id, feed, {"cursor": cursor})


def change_feed(tx: Transaction, account_id: str, feed: str, change: Columns) -> None:
    """Set columns of a feed, met before or not."""
    unread = {"cursor": None, "last_read_at": None, "last_ok_at": None, "last_error": "", "not_before": None}
    tx.upsert(FeedRow, {"account_id": account_id, "name": feed} | unread | change, change)
