"""What the cursor of an Instagram feed remembers between polls and across restarts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from moderator.domain import Post

WATCHED = 50  # media, the newest
LOOKS = 3  # at a post that gives fewer comments than it counts
BUSY_PERCENT = 50
REST = timedelta(minutes=5)


class Progress(BaseModel):
    """How many comments each post had when they were last read, and how busy Instagram said we were, and when."""

    counts: dict[str, int] = Field(default_factory=dict)
    looks: dict[str, int] = Field(default_factory=dict)  # at posts that gave fewer comments than they counted
    usage: int = 0  # percent of the calls allowed in 24 hours
    read_at: AwareDatetime | None = None

    @classmethod
    def from_cursor(cls, cursor: str | None) -> Progress:
        """A cursor that cannot be read is a first start: what was read twice is recognised, what was skipped is not."""
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()

    def cursor(self) -> str:
        return self.model_dump_json()

    def rests(self, now: datetime) -> bool:
        """More than half of the calls are used, and the last look is less than five minutes ago."""
        return self.usage > BUSY_PERCENT and self.read_at is not None and timedelta(0) <= now - self.read_at < REST

    def watch(self, posts: Sequence[Post], since: datetime) -> None:
        """Forget posts that left the listing; take as read what is empty or older than the first look."""
        before = self.counts
        self.counts = {post.native_id: before[post.native_id] for post in posts if post.native_id in before}
        self.looks = {post.native_id: self.looks[post.native_id] for post in posts if post.native_id in self.looks}
        for post in posts:
            is_old = post.native_id not in before and post.posted_at is not None and post.posted_at < since
            if is_old or post.comment_count == 0:
                self.note_read(post)

    def note_read(self, post: Post, *, short: bool = False) -> None:
        """Its comments were read to the end. Where they are `short` of its count, which can run ahead, two more looks are due.

        No more than that: comments of restricted people may be counted and are never given.
        """
        looks = self.looks.pop(post.native_id, 0) + 1
        if short and looks < LOOKS:
            self.looks[post.native_id] = looks
        else:
            self.counts[post.native_id] = post.comment_count or 0

    def was_told(self, post: Post) -> bool:
        """Whether what is odd about the post was told at an earlier look with the same count."""
        return post.native_id in self.looks or self.counts.get(post.native_id) == post.comment_count

    def changed(self, posts: Sequence[Post]) -> list[Post]:
        """The posts whose comments are worth a call; one that comes without its count always is."""
        return [p for p in posts if p.comment_count is None or self.counts.get(p.native_id, 0) != p.comment_count]
