"""The ways of reading a channel, each a generator of pages: asks for what is new and stops where all is known.

In: a Start. Out: Pages whose cursor moves with the last page of a listing, so that a crash half-way reads it again.
Raises PlatformError as the client does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from moderator.domain import Account, Comment, Post, Visibility
from moderator.errors import Gone
from moderator.platforms.base import Broken, Page, Start
from moderator.platforms.sharing import Purpose
from moderator.platforms.youtube.client import Client
from moderator.platforms.youtube.cursor import Cursor
from moderator.platforms.youtube.errors import CommentsDisabled, NotOurs, NotProcessed
from moderator.platforms.youtube.reading import (
    CommentItem,
    Thread,
    VideoItem,
    comment_of,
    fingerprint,
    post_of,
    read_comment_item,
    read_thread,
    read_video_item,
)

THREADS: dict[str, Any] = {"part": "snippet,replies", "maxResults": 100, "textFormat": "plainText", "order": "time"}
REPLIES: dict[str, Any] = {"part": "snippet", "maxResults": 100, "textFormat": "plainText"}
LISTING_PAGES, VIDEO_PAGES, SWEEP_PAGES, REPLY_PAGES = 100, 10, 20, 10
"""The most pages that one fetch reads of a listing, of one video, of a sweep and of one thread's replies."""

LOOKS = 3
"""A count can run ahead of the listing: a video that still lacks comments is looked at this often at one count."""

Entry = tuple[CommentItem | Broken, Any]


@dataclass
class Visit:
    """One fetch of one feed."""

    client: Client
    account: Account
    channel_id: str  # the school's own, whose comments are left out
    start: Start
    now: datetime
    purpose: Purpose = Purpose.READ
    _told: set[str] = field(default_factory=set)  # videos whose post this fetch has brought

    def listing(self, status: str) -> Iterator[Page]:
        """Threads of the whole channel in one moderation status, newest first, as far as they are not known."""
        cursor, read = Cursor.read(self.start.cursor), list[str]()
        known = set(cursor.seen)
        scope = {"allThreadsRelatedToChannelId": self.channel_id, "moderationStatus": status}
        for number, (threads, ends) in enumerate(self._threads(LISTING_PAGES, scope), 1):
            fresh = [thread for thread in threads if _print(thread) not in known]
            read += [_print(thread) for thread in threads]
            known.update(read)  # A listing that goes round in a circle ends as well.
            stop = ends or number == LISTING_PAGES or bool(threads and not fresh)
            yield replace(
                self._page(fresh, held=status != "published"),
                cursor=cursor.after_listing(read).write() if stop else None,
                note="" if ends or not fresh else _cut(number, LISTING_PAGES),
            )
            if stop:
                return

    def sweep(self) -> Iterator[Page]:
        """All recent public threads once more, known or not: edits and replies that no other feed brings to light."""
        self.purpose = Purpose.SWEEP
        scope = {"allThreadsRelatedToChannelId": self.channel_id, "moderationStatus": "published"}
        for number, (threads, ends) in enumerate(self._threads(SWEEP_PAGES, scope), 1):
            stop = ends or number == SWEEP_PAGES
            cursor = self.now.isoformat() if stop else None
            yield replace(self._page(threads), cursor=cursor, note="" if ends else _cut(number, SWEEP_PAGES))
            if stop:
                return

    def counts(self, uploads: str) -> Iterator[Page]:
        """The latest 50 videos of the uploads playlist, and the threads of those whose count says that some are new.

        A reply to an old thread does not bring that thread back to the head of the listing; the count tells of it.
        """
        videos, broken = self._videos(self._uploaded(uploads))
        cursor = Cursor.read(self.start.cursor)
        # Without those that left the latest 50, so that it stays small.
        cursor = replace(cursor, counts={v.id: cursor.counts[v.id] for v in videos if v.id in cursor.counts})
        yield Page(posts=tuple(map(post_of, videos)), broken=tuple(broken), cursor=cursor.write())
        self._told |= {video.id for video in videos}
        for video in videos:
            count, looks = video.statistics.comment_count, self._looks_due(video, cursor)
            if count is None or looks == 0:
                continue
            read, note = list[str](), ""
            try:
                for threads, _ in self._threads(VIDEO_PAGES, {"videoId": video.id}):
                    read += [_print(thread) for thread in threads]
                    yield self._page([thread for thread in threads if _print(thread) not in cursor.seen])
            except NotOurs:
                # The channel's own listing tells whether the login is lost; one video alone is no proof of that.
                note = f"the comments under video {video.id} may not be read (forbidden); look at it in YouTube Studio"
            cursor = cursor.after_video(read, video.id, count, looks)
            yield Page(cursor=cursor.write(), note=note)

    def _looks_due(self, video: VideoItem, cursor: Cursor) -> int:
        """How often the video will have been looked at with this count; 0 where no look is due."""
        count, stored = video.statistics.comment_count or 0, self.start.known.get(video.id, 0)
        before, looks = cursor.counts.get(video.id, (0, 0))
        if count != before:
            return 1
        # Some are never stored: those older than we look back, and our own.
        return looks + 1 if count > stored and looks < LOOKS else 0

    def _threads(self, limit: int, scope: dict[str, str]) -> Iterator[tuple[list[Thread | Broken], bool]]:
        """Pages of threads, each with whether it is the last that matters: nothing follows, or all on it is too old."""
        try:
            for page in self.client.pages("commentThreads", self.now, limit, self.purpose, **THREADS, **scope):
                threads = [read_thread(raw) for raw in page["items"]]
                ends = not page.get("nextPageToken") or (bool(threads) and not any(map(self._recent, threads)))
                yield threads, ends
                if ends:
                    return
        except (CommentsDisabled, Gone):
            return  # Switched off, or the video was deleted meanwhile: there is nothing to read.

    def _recent(self, thread: Thread | Broken) -> bool:
        return isinstance(thread, Broken) or thread.touched_since(self.start.since)

    def _page(self, threads: Iterable[Thread | Broken], held: bool = False) -> Page:
        comments, broken = list[Comment](), list[Broken]()
        for thread in threads:
            if isinstance(thread, Broken):
                broken.append(thread)
                continue
            # A thread is listed as held when one comment in it is; where they do not say which, it may be any.
            alone = thread.total_replies == 0 and len(thread.entries) == 1
            unsaid = Visibility.PUBLIC if not held else Visibility.HIDDEN if alone else Visibility.UNKNOWN
            for item, raw in self._complete(thread):
                if isinstance(item, Broken):
                    broken.append(item)
                elif item.author_id != self.channel_id and item.changed_at >= self.start.since:
                    comments.append(comment_of(item, raw, self.account, thread.video_id, unsaid))
        posts, unread = self._posts_of(comments)
        return Page(tuple(comments), tuple(posts), (*broken, *unread))

    def _complete(self, thread: Thread) -> list[Entry]:
        """The thread with all its replies. At most five come with it (python-youtube-api issue 7), in no sure order."""
        entries = {_key(entry): entry for entry in thread.entries}
        if thread.all_inlined:
            return list(entries.values())
        try:
            for page in self.client.pages(
                "comments", self.now, REPLY_PAGES, self.purpose, **REPLIES, parentId=thread.id
            ):
                listed = [(read_comment_item(raw), raw) for raw in page["items"]]
                entries |= {_key(entry): entry for entry in listed}
        except Gone:
            pass  # Deleted since it was listed; what came with it is still evidence.
        except (NotProcessed, NotOurs) as error:
            # One thread must not stop the feed. It is told once, and read again by the next sweep.
            reason = f"not all of its replies could be read ({type(error).__name__})"
            entries["unlisted"] = (Broken(reason, thread.id), None)
        return list(entries.values())

    def _posts_of(self, comments: Iterable[Comment]) -> tuple[list[Post], list[Broken]]:
        """The videos that nobody knows yet, so that their comments can be read together with them."""
        ids = {comment.post_native_id for comment in comments} - {""} - self.start.known.keys() - self._told
        videos, broken = self._videos(sorted(ids))
        self._told |= ids
        return [post_of(video) for video in videos], broken

    def _videos(self, ids: list[str]) -> tuple[list[VideoItem], list[Broken]]:
        read = list[VideoItem | Broken]()
        for at in range(0, len(ids), 50):
            asked = ids[at : at + 50]
            page = self.client.listing("videos", self.now, self.purpose, part="snippet,statistics", id=asked)
            read += [read_video_item(raw) for raw in page["items"]]
        videos = [video for video in read if isinstance(video, VideoItem)]
        return videos, [video for video in read if isinstance(video, Broken)]

    def _uploaded(self, playlist: str) -> list[str]:
        """Ids of the latest 50 uploads, newest first; none where the channel has never published a video."""
        asked = {"part": "contentDetails", "playlistId": playlist, "maxResults": 50}
        try:
            page = self.client.listing("playlistItems", self.now, self.purpose, **asked)
        except Gone:
            return []
        details = [raw.get("contentDetails") for raw in page["items"] if isinstance(raw, dict)]
        ids = [detail.get("videoId") for detail in details if isinstance(detail, dict)]
        return list(islice(dict.fromkeys(video for video in ids if video and isinstance(video, str)), 50))


def _print(thread: Thread | Broken) -> str:
    return thread.fingerprint if isinstance(thread, Thread) else fingerprint(thread.raw)


def _key(entry: Entry) -> str:
    item, raw = entry
    return item.id if isinstance(item, CommentItem) else f"broken {fingerprint(raw)}"


def _cut(number: int, limit: int) -> str:
    if number < limit:
        return ""
    return f"{limit} pages were read and more remain; older comments wait for the next sweep or for their video's count"
