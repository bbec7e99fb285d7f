"""Three ways of reading an Instagram account.

comments  the posts' counts, and the comments of each post whose count changed: what most polls need is one call
newest    the five newest posts in any case: an edit changes no count, nor does one comment that came while another went
sweep     the comments of a hundred posts, to the very end

Each gives Pages; a cursor moves when a post's comments were read to their end, so that a crash half-way reads them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import quote

from moderator.domain import Account, Author, Post
from moderator.errors import AccountClosed, Gone, PlatformError
from moderator.platforms.base import Broken, Page, Start
from moderator.platforms.instagram.errors import PERMISSIONS, REMEDY, Asked, no_answer
from moderator.platforms.instagram.graph import Graph
from moderator.platforms.instagram.progress import BUSY_PERCENT, WATCHED, Progress
from moderator.platforms.instagram.shapes import (
    COMMENT_FIELDS,
    FULL_PAGE,
    MEDIA_FIELDS,
    REPLY_FIELDS,
    Part,
    comments_in,
    is_ours,
    posts_in,
)

NEWEST, SWEPT = 5, 100  # media
PAGES = 200  # of one edge; a cursor that leads round in a circle must end somewhere
BUSY = "Instagram says that more than half of today's calls are used: comments are read every 5 minutes."


class End(Enum):
    """How the reading of a post's comments ended."""

    WHOLE = "whole"
    SHORT = "short"  # no page follows, and fewer comments came than the post counts


class Feeds:
    """Reads for one account.

    `touched` holds the posts under which we changed something since `comments` last read them; it is kept up to date here.
    """

    def __init__(self, account: Account, graph: Graph, token: str, touched: set[str]) -> None:
        self._account, self._graph, self._token, self._touched = account, graph, token, touched

    def comments(self, start: Start, now: datetime) -> Iterator[Page]:
        """The comments of the posts whose count changed."""
        yield from self._unless_busy(start, now, newest=False)

    def newest(self, start: Start, now: datetime) -> Iterator[Page]:
        """The comments of the five newest posts."""
        yield from self._unless_busy(start, now, newest=True)

    def sweep(self, start: Start, now: datetime) -> Iterator[Page]:
        """All comments of the hundred newest posts. It has no cursor: it begins anew each time."""
        posts, broken = self._posts(SWEPT, now)
        yield Page(posts=tuple(posts), broken=tuple(broken))
        for post in posts:
            if post.comment_count != 0:
                yield from (page for page, _ in self._comments_of(post, start.since, now, whole=True))

    def _unless_busy(self, start: Start, now: datetime, *, newest: bool) -> Iterator[Page]:
        """The posts, then the comments of those that are due; neither while too many calls are used up."""
        progress = Progress.from_cursor(start.cursor)
        if progress.rests(now):
            yield Page(cursor=progress.cursor(), note=BUSY)
            return
        posts, broken = self._posts(NEWEST if newest else WATCHED, now)
        progress.watch(posts, start.since)
        due = self._due(posts, progress, newest=newest)
        progress.read_at, progress.usage = now, self._graph.usage
        note = BUSY if progress.usage > BUSY_PERCENT else ""
        yield Page(posts=tuple(posts), broken=tuple(broken), cursor=progress.cursor(), note=note)
        for post in due:
            was_touched = not newest and post.native_id in self._touched
            if was_touched:  # Forgotten before it is read, since another hide may follow while its pages are stored.
                self._touched.discard(post.native_id)
            try:
                yield from self._read_on(progress, post, start, now)
            except PlatformError:
                self._touched |= {post.native_id} if was_touched else set()
                raise

    def _due(self, posts: list[Post], progress: Progress, *, newest: bool) -> list[Post]:
        """The posts whose comments are worth a call.

        A comment hidden by us and a new one leave the count as it was, if hidden ones are not counted, which Instagram does
        not say. What other people delete meanwhile comes to light among the newest.
        """
        changed = {post.native_id for post in progress.changed(posts)} | self._touched
        return [post for post in posts if post.comment_count != 0 and (newest or post.native_id in changed)]

    def _read_on(self, progress: Progress, post: Post, start: Start, now: datetime) -> Iterator[Page]:
        """The comments of one post; the progress is noted, and told by the cursor, with the last page."""
        was_told = progress.was_told(post)
        for page, end in self._comments_of(post, start.since, now, whole=False):
            if end:
                progress.note_read(post, short=end is End.SHORT)
                progress.usage = self._graph.usage
            note = "" if was_told else page.note
            yield replace(page, cursor=progress.cursor() if end else None, note=note)

    def _posts(self, wanted: int, now: datetime) -> tuple[list[Post], list[Broken]]:
        asked = Asked("list the account's posts")
        path = f"{quote(self._account.native_id or 'me', safe='')}/media"
        params = {"fields": MEDIA_FIELDS, "limit": str(min(wanted, WATCHED))}
        posts: list[Post] = []
        broken: list[Broken] = []
        for _ in range(0, wanted, WATCHED):
            try:
                answer = self._listing(path, params, asked, now)
            except Gone as error:
                raise AccountClosed(f"{error} The account is no longer there for this token. {REMEDY}") from error
            some, unreadable, after = posts_in(answer)
            posts, broken = posts + some, broken + unreadable
            if not after:
                break
            params["after"] = after
        return posts[:wanted], broken

    def _comments_of(
        self, post: Post, since: datetime, now: datetime, *, whole: bool
    ) -> Iterator[tuple[Page, End | None]]:
        """Pages of one post's comments, newest first, the last one with how it ended; `whole` reads on past what is old."""
        given = 0
        asked = Asked(f"read the comments of post {post.native_id}")
        params = {"fields": COMMENT_FIELDS, "limit": str(FULL_PAGE)}
        number = 0
        while True:
            number += 1
            try:
                answer = self._listing(f"{quote(post.native_id, safe='')}/comments", params, asked, now)
            except Gone:
                yield Page(), End.WHOLE  # The post was deleted since it was listed, and its comments with it.
                return
            part = comments_in(answer, self._account, post)
            self._add_more_replies(part, post, now)
            stuck = part.after != "" and (part.after == params.get("after") or number == PAGES)
            given += len(part.comments) + len(part.broken)
            end = End.WHOLE if stuck or (not whole and _is_all_older(part, since)) else None
            if part.after == "":
                end = End.SHORT if given < (post.comment_count or 0) else End.WHOLE
            note = _lack(part, post, first=number == 1, stuck=stuck)
            yield self._page(part, post, since, note), end
            if end:
                return
            params["after"] = part.after

    def _add_more_replies(self, part: Part, post: Post, now: datetime) -> None:
        """The replies that did not fit inside their comment."""
        for native_id, after in part.more_replies:
            asked = Asked(f"read the replies to a comment under post {post.native_id}")
            params = {"fields": REPLY_FIELDS, "limit": str(FULL_PAGE), "after": after}
            for _ in range(PAGES):
                try:
                    answer = self._listing(f"{quote(native_id, safe='')}/replies", params, asked, now)
                except Gone:
                    break
                more = comments_in(answer, self._account, post, parent=native_id)
                part.comments += more.comments
                part.broken += more.broken
                if not more.after or more.after == params["after"]:
                    break
                params["after"] = more.after

    def _page(self, part: Part, post: Post, since: datetime, note: str) -> Page:
        others = [c for c in part.comments if c.posted_at >= since and not is_ours(c.author, self._account)]
        return Page(tuple(others), (post,), tuple(part.broken), note=note)

    def _listing(self, path: str, params: Mapping[str, str], asked: Asked, now: datetime) -> dict[str, Any]:
        answer = self._graph.request("GET", path, params, asked, now, token=self._token)
        if not isinstance(answer.get("data"), list):
            raise no_answer(asked, "no list in it")
        return answer


def _is_all_older(part: Part, since: datetime) -> bool:
    """What is new stands above what is old. A late reply to an old comment is left to the sweep, which reads to the end."""
    too_old = [comment.posted_at < since for comment in part.comments if not comment.parent_native_id]
    return bool(too_old) and all(too_old)


def _lack(part: Part, post: Post, *, first: bool, stuck: bool) -> str:
    """What a person should hear about a page: that comments, or their authors, are missing from it."""
    where = post.url or post.native_id
    if first and part.items == 0 and part.after == "" and post.comment_count:
        return (
            f"Blind: Instagram counts {post.comment_count} comments under {where} and gives none. "
            f"Either the app is still in development mode or the token lacks {PERMISSIONS}, "
            "or restricted people wrote them: look in the app, then run: moderator check"
        )
    if stuck or (part.items >= FULL_PAGE and part.after == ""):
        return (
            f"Instagram gave {part.items} comments under {where} and no way to the older ones, which may be missing: "
            "look at them in the app."
        )
    if part.comments and all(comment.author == Author() for comment in part.comments):
        return f"Instagram does not say who wrote the comments under {where}: the token lacks {PERMISSIONS}. {REMEDY}"
    return ""
