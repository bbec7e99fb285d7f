"""Three ways of reading one account, since none of them finds every reply.

mentions  quick, but `since_id` is known to lose some (https://github.com/valory-xyz/IEKit/issues/307), so a stretch that
          was read before is always read again; replies that do not mention the account are not in it at all
posts     what the school published, with X's own count of replies; where it knows more than we, the conversation is searched
sweep     every conversation of the last seven days, which is as far as X's search goes
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ValidationError

from moderator.domain import Account, Author, Comment, Post
from moderator.platforms.base import Page, Start
from moderator.platforms.x.authors import Authors
from moderator.platforms.x.endpoints import Endpoints, Slice
from moderator.platforms.x.money import SWEEPS_PERCENT, Purse
from moderator.platforms.x.reading import Item, comment_from, post_from

OVERLAP, OVERLAP_IDS = timedelta(minutes=30), 20
MENTIONS_KEPT = 800
"""X's mentions timeline goes no further back: https://docs.x.com/x-api/posts/timelines/integrate (read 2026-11-22)"""
SEARCHED_BACK = timedelta(days=7)
QUERY_LENGTH = 512
SEARCHES_OF_ONE_COUNT = 3
"""How often a conversation is searched while X's count stays the same: its index may lag, but a reply of a locked account
is counted and never found."""


class MentionsCursor(BaseModel):
    """The mentions read last, [id, posted at in epoch seconds], oldest first, and when they were read."""

    read_at: AwareDatetime
    window: list[tuple[str, float]] = []


class PostsCursor(BaseModel):
    """Post id -> [X's count of replies when its conversation was searched, how often at that count]."""

    searched: dict[str, tuple[int, int]] = {}


CursorModel = TypeVar("CursorModel", bound=BaseModel)


def cursor_from(model: type[CursorModel], cursor: str | None) -> CursorModel | None:
    """None at the first start, and where an older version left another cursor: reading anew loses nothing."""
    try:
        return model.model_validate_json(cursor) if cursor else None
    except ValidationError:
        return None


@dataclass(slots=True)
class Conversation:
    """One post of ours, what X counts under it and what we have."""

    post: Post
    own_replies: int = 0
    known: int = 0

    @property
    def missing(self) -> int:
        return (self.post.comment_count or 0) - self.own_replies - self.known

    @property
    def count(self) -> int:
        return self.post.comment_count or 0


class Feeds:
    """Reads for one account, whose `native_id` and `handle` are known."""

    def __init__(self, account: Account, endpoints: Endpoints, authors: Authors, purse: Purse) -> None:
        self._account, self._endpoints, self._authors, self._purse = account, endpoints, authors, purse

    def mentions(self, start: Start, now: datetime) -> Iterator[Page]:
        """New mentions and those of the overlap; the cursor moves on the last page only."""
        cursor = cursor_from(MentionsCursor, start.cursor)
        where = where_to_begin(cursor, start.since)
        seen = dict(cursor.window) if cursor else {}
        read = 0
        while True:
            part = self._endpoints.mentions(self._account.native_id, now, **where)
            seen |= {each.item.id: each.item.created_at.timestamp() for each in part.items}
            read += len(part.items) + len(part.broken)
            is_last = part.next_token is None or read >= MENTIONS_KEPT
            page = self._page(part, start, now)
            if not is_last:
                yield page
                where["pagination_token"] = part.next_token
                continue
            note = (
                ""
                if part.next_token is None
                else f"{read} mentions at once: X keeps no more, older ones may be missing"
            )
            yield replace(
                page, cursor=MentionsCursor(read_at=now, window=overlap(seen, now)).model_dump_json(), note=note
            )
            return

    def posts(self, start: Start, now: datetime) -> Iterator[Page]:
        """The school's posts, then the replies that X counts and we do not have."""
        cursor = cursor_from(PostsCursor, start.cursor)
        back_to = max(start.since, now - SEARCHED_BACK) if cursor else start.since
        conversations: dict[str, Conversation] = {}
        yield from self._own_posts(back_to, start, conversations, now)
        searched = {key: value for key, value in (cursor or PostsCursor()).searched.items() if key in conversations}
        short = [
            conversation
            for conversation in searchable(conversations, now)
            if conversation.missing > 0 and times_searched(searched, conversation) < SEARCHES_OF_ONE_COUNT
        ]
        yield from self._search(short, start, now)
        for conversation in short:
            times = times_searched(searched, conversation) + 1
            searched[conversation.post.native_id] = (conversation.count, times)
        yield Page(cursor=PostsCursor(searched=searched).model_dump_json(), note=still_missing(short))

    def sweep(self, start: Start, now: datetime) -> Iterator[Page]:
        """Everything under the posts of the last seven days, while there is money for it."""
        if not self._purse.is_open(SWEEPS_PERCENT, now):
            yield Page(
                note=f"no sweep: {SWEEPS_PERCENT} % of the month's money for X is spent, the rest is for new comments"
            )
            return
        conversations: dict[str, Conversation] = {}
        yield from self._own_posts(max(start.since, now - SEARCHED_BACK), start, conversations, now)
        recent = searchable(conversations, now)
        yield from self._search(recent, start, now)
        yield Page(note=still_missing(recent))

    def _own_posts(
        self, back_to: datetime, start: Start, conversations: dict[str, Conversation], now: datetime
    ) -> Iterator[Page]:
        """Pages of posts; fills `conversations`, by the id of the post each began with."""
        own_replies: Counter[str] = Counter()
        where: dict[str, Any] = {"start_time": back_to}
        while True:
            part = self._endpoints.own_posts(self._account.native_id, now, **where)
            items = [each.item for each in part.items]
            own_replies.update(item.referenced("replied_to") for item in items)
            handle = self._account.handle.lstrip("@")
            posts = tuple(post_from(item, handle, part.image_urls) for item in items if is_published(item))
            for post in posts:
                known = start.known.get(post.native_id, 0)
                conversations[post.native_id] = Conversation(post, known=known)
            yield Page(posts=posts, broken=part.broken)
            if part.next_token is None:
                break
            where["pagination_token"] = part.next_token
        for conversation in conversations.values():
            conversation.own_replies = own_replies[conversation.post.native_id]

    def _search(self, conversations: Sequence[Conversation], start: Start, now: datetime) -> Iterator[Page]:
        """Pages of everything in the conversations; counts as known what was found.

        Without `since_id`: what is missing may be older than what is there.
        """
        found: Counter[str] = Counter()
        for query in queries([each.post.native_id for each in conversations], self._account.handle.lstrip("@")):
            token: str | None = None
            while True:
                part = self._endpoints.search(query, now, token)
                found.update(each.item.root for each in part.items)
                yield self._page(part, start, now)
                token = part.next_token
                if token is None:
                    break
        for conversation in conversations:
            conversation.known = max(conversation.known, found[conversation.post.native_id])

    def _page(self, part: Slice, start: Start, now: datetime) -> Page:
        """The comments of a slice, oldest first, so that a comment comes after the one it answers."""
        reads = [each for each in reversed(part.items) if self._is_comment(each.item, start)]
        authors = self._authors.named([each.item.author_id for each in reads], now)
        comments: list[Comment] = []
        for each in reads:
            author = authors.get(each.item.author_id, Author())
            comments.append(comment_from(each, self._account, author, part.image_urls))
        return Page(comments=tuple(comments), broken=part.broken)

    def _is_comment(self, item: Item, start: Start) -> bool:
        """Somebody else's own words, not older than we read back."""
        return (
            item.author_id != self._account.native_id
            and not item.referenced("retweeted")
            and item.created_at >= start.since
        )


def where_to_begin(cursor: MentionsCursor | None, since: datetime) -> dict[str, Any]:
    """What tells X how far back to go; only one of since_id and start_time may be sent."""
    if cursor is None:
        return {"start_time": since}
    if not cursor.window:
        return {"start_time": max(since, cursor.read_at - OVERLAP)}
    return {"since_id": cursor.window[0][0]}


def overlap(seen: dict[str, float], now: datetime) -> list[tuple[str, float]]:
    """What is to be read again next time: the last 30 minutes or the last 20, whichever is more."""
    by_age = sorted(seen.items(), key=lambda each: int(each[0]))
    recent = [each for each in by_age if each[1] >= (now - OVERLAP).timestamp()]
    return by_age[-max(len(recent), OVERLAP_IDS) :]


def is_published(item: Item) -> bool:
    """It began a conversation, so that what stands under it is ours to hide."""
    return not item.referenced("replied_to") and not item.referenced("retweeted")


def searchable(conversations: dict[str, Conversation], now: datetime) -> list[Conversation]:
    posted = [(each, each.post.posted_at) for each in conversations.values()]
    return [each for each, posted_at in posted if posted_at is not None and posted_at > now - SEARCHED_BACK]


def times_searched(searched: dict[str, tuple[int, int]], conversation: Conversation) -> int:
    """How often the conversation was searched while X counted what it counts now."""
    count, times = searched.get(conversation.post.native_id, (0, 0))
    return times if count == conversation.count else 0


def still_missing(conversations: Sequence[Conversation]) -> str:
    """A sentence about posts under which X counts more replies than it showed; empty where there are none."""
    short = [each for each in conversations if each.missing > 0]
    if not short:
        return ""
    posts = ", ".join(f"{each.post.native_id} ({each.missing})" for each in short)
    return f"X counts more replies than it shows us under posts {posts}: look there by hand; locked accounts are a usual cause"


def queries(native_ids: Sequence[str], handle: str) -> Iterator[str]:
    """Searches for whole conversations, as many in one query as X takes."""
    some: list[str] = []
    for native_id in native_ids:
        if some and len(query_for([*some, native_id], handle)) > QUERY_LENGTH:
            yield query_for(some, handle)
            some = []
        some.append(native_id)
    if some:
        yield query_for(some, handle)


def query_for(native_ids: Sequence[str], handle: str) -> str:
    alternatives = " OR ".join(f"conversation_id:{native_id}" for native_id in native_ids)
    return f"({alternatives}) -from:{handle}"
