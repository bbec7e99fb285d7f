"""Finds out what the public sees of comments now: the reading half of an action, and of its verification.

In: comments. Out: a Visibility for each. Looks through listings, changes nothing; raises PlatformError as the client does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moderator.domain import Comment, Visibility
from moderator.errors import Gone
from moderator.platforms.base import Broken
from moderator.platforms.sharing import Purpose
from moderator.platforms.youtube.client import Client
from moderator.platforms.youtube.errors import CommentsDisabled
from moderator.platforms.youtube.feeds import REPLIES, THREADS
from moderator.platforms.youtube.reading import (
    CommentItem,
    Thread,
    parent_of,
    read_comment_item,
    read_thread,
    visibility_of,
)

HELD_PAGES, VIDEO_PAGES, REPLY_PAGES = 5, 10, 10
"""The most pages that one look reads of the held comments, of one video and of one thread; a unit each."""

INLINED = 5
"""Replies that come with their thread at most; with so many there may be more."""


@dataclass(frozen=True, slots=True)
class Look:
    """Finds out what the public sees of some comments now, from listings alone.

    comments.list by id would be one call, but it leaves moderationStatus out. It counts as acting, so that what was
    done can be verified from the reserve.
    """

    client: Client
    channel_id: str
    now: datetime
    found: dict[str, Visibility] = field(default_factory=dict)
    _half_read: set[str] = field(default_factory=set)  # held threads of which not all replies were told

    def at(self, comments: Iterable[Comment]) -> dict[str, Visibility]:
        """Where each comment is, by native id. UNKNOWN where a listing is longer than we read."""
        wanted = {comment.native_id: comment for comment in comments}
        # First what is held: after a hide that is the whole answer, and the list is short.
        certain = self._search("heldForReview", wanted, Visibility.UNKNOWN, HELD_PAGES, self._channel)
        unsure = set[str]() if certain else set(wanted)
        unsure |= self._in_public(self._left(wanted))
        left = self._left(wanted)
        if left and not self._search("likelySpam", left, Visibility.UNKNOWN, HELD_PAGES, self._channel):
            unsure |= left.keys()
        for native_id in self._left(wanted):
            doubtful = native_id in unsure or parent_of(native_id) in self._half_read
            self.found[native_id] = Visibility.UNKNOWN if doubtful else Visibility.GONE
        return {native_id: self.found[native_id] for native_id in wanted}

    @property
    def _channel(self) -> dict[str, str]:
        return {"allThreadsRelatedToChannelId": self.channel_id}

    def _left(self, wanted: dict[str, Comment]) -> dict[str, Comment]:
        return {native_id: comment for native_id, comment in wanted.items() if native_id not in self.found}

    def _in_public(self, wanted: dict[str, Comment]) -> set[str]:
        """Looks through the public comments of each video; the ids it cannot be sure about."""
        videos, parents, unsure = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set), set[str]()
        for native_id, comment in wanted.items():
            if parent := parent_of(native_id) or comment.parent_native_id:
                parents[parent].add(native_id)
            else:
                videos[comment.post_native_id].add(native_id)
        for video, there in videos.items():
            scope = {"videoId": video} if video else self._channel
            if not self._search("published", there, Visibility.PUBLIC, VIDEO_PAGES, scope):
                unsure |= there
        for parent, replies in parents.items():
            if not self._among_replies(parent, replies):
                unsure |= replies
        return unsure

    def _search(
        self, status: str, wanted: Iterable[str], unsaid: Visibility, limit: int, scope: dict[str, str]
    ) -> bool:
        """Notes what stands in one listing of threads, until all are found; False where it was not read to its end."""
        asked: dict[str, Any] = THREADS | scope | {"moderationStatus": status}
        ids, all_read = set(wanted), True
        try:
            for page in self.client.pages("commentThreads", self.now, limit, Purpose.ACT, **asked):
                for thread in map(read_thread, page["items"]):
                    all_read &= isinstance(thread, Thread) and self._note_thread(thread, ids, unsaid)
                if ids <= self.found.keys() or not page.get("nextPageToken"):
                    return all_read
        except (CommentsDisabled, Gone):
            return True
        return False

    def _note_thread(self, thread: Thread, ids: set[str], unsaid: Visibility) -> bool:
        alone = thread.total_replies == 0 and len(thread.entries) == 1
        if unsaid is Visibility.UNKNOWN and (not thread.all_inlined or len(thread.entries) > INLINED):
            self._half_read.add(thread.id)
        # Where a listing of held threads does not say which comment is held, a thread of one comment leaves no choice.
        fallback = Visibility.HIDDEN if alone and unsaid is Visibility.UNKNOWN else unsaid
        read = [self._note(item, ids, fallback) for item, _ in thread.entries]
        return all(read)

    def _among_replies(self, parent: str, ids: set[str]) -> bool:
        """Notes the replies that stand in one thread; False where it was not read to its end."""
        all_read = True
        try:
            for page in self.client.pages("comments", self.now, REPLY_PAGES, Purpose.ACT, **REPLIES, parentId=parent):
                for item in map(read_comment_item, page["items"]):
                    all_read &= self._note(item, ids, Visibility.PUBLIC)
                if ids <= self.found.keys() or not page.get("nextPageToken"):
                    return all_read
        except (CommentsDisabled, Gone):
            return True
        return False

    def _note(self, item: CommentItem | Broken, ids: set[str], fallback: Visibility) -> bool:
        """False for an item that could not be read, since it may be any of those looked for."""
        if isinstance(item, Broken):
            return False
        place = visibility_of(item, fallback)
        if item.id in ids and place is not Visibility.UNKNOWN:
            self.found[item.id] = place
        return True
