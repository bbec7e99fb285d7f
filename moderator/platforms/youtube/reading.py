"""Google's JSON becomes comments and posts; what cannot be understood is set aside with its reason.

In goes one item of a page as it was decoded, out comes a domain value or Broken. Asks nobody, decides nothing.
https://developers.google.com/youtube/v3/docs/comments#resource (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from moderator.domain import Account, Author, Comment, Post, Visibility, comment_id
from moderator.platforms.base import Broken
from moderator.platforms.lenient import Count

WATCH = "https://www.youtube.com/watch?v="
RAW_AT_MOST = 65_536
"""Characters kept of an item that could not be understood."""

SEEN_AS = {
    "published": Visibility.PUBLIC,
    "heldForReview": Visibility.HIDDEN,
    "likelySpam": Visibility.HIDDEN,
    "rejected": Visibility.GONE,  # out of sight for good: nothing brings it back
}
PRINT_LENGTH = 8
"""Characters of a thread's fingerprint: 48 bits, where a cursor holds a few hundred."""

Item = TypeVar("Item", bound="Vendor")


def storable(text: str) -> str:
    """The same text with U+FFFD for what no database takes: half a surrogate pair, and NUL. Both are legal JSON."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


Text = Annotated[str, AfterValidator(storable)]


class Vendor(BaseModel):
    """Google's names are these in camel case; what we do not name is ignored."""

    model_config = ConfigDict(alias_generator=to_camel)


class Channel(Vendor):
    value: Text = ""


class CommentSnippet(Vendor):
    """Whatever belongs to the author is missing where the channel was deleted (YT-Spammer-Purge, operations.py)."""

    author_channel_id: Channel | None = None
    author_display_name: Text | None = None
    text_display: Text | None = None
    published_at: AwareDatetime
    updated_at: AwareDatetime | None = None
    parent_id: Text | None = None
    video_id: Text | None = None
    image_url: Text | None = None
    moderation_status: Text | None = None


class CommentItem(Vendor):
    id: Text = Field(min_length=1)
    snippet: CommentSnippet

    @property
    def author_id(self) -> str:
        return self.snippet.author_channel_id.value if self.snippet.author_channel_id else ""

    @property
    def changed_at(self) -> datetime:
        return self.snippet.updated_at or self.snippet.published_at


class Replies(Vendor):
    comments: list[Any] = []


class ThreadSnippet(Vendor):
    video_id: Text | None = None
    total_reply_count: int = Field(default=0, ge=0)
    top_level_comment: Any  # read by itself, so that its replies are kept where it is broken


class ThreadItem(Vendor):
    id: Text = Field(min_length=1)
    snippet: ThreadSnippet
    replies: Replies | None = None


class VideoSnippet(Vendor):
    title: Text = ""
    description: Text = ""
    published_at: AwareDatetime | None = None
    thumbnails: dict[str, Any] = {}


class Statistics(Vendor):
    comment_count: Count = None  # absent where comments are switched off


class VideoItem(Vendor):
    id: Text = Field(min_length=1)
    snippet: VideoSnippet = VideoSnippet()
    statistics: Statistics = Statistics()


@dataclass(frozen=True, slots=True)
class Thread:
    """A top comment and those of its replies that came with it, oldest or newest first: YouTube changed that twice."""

    id: str
    video_id: str
    total_replies: int
    entries: tuple[tuple[CommentItem | Broken, Any], ...]  # each with the JSON it was read from
    fingerprint: str  # other when a comment came, went, was edited or moderated

    @property
    def all_inlined(self) -> bool:
        return len(self.entries) - 1 >= self.total_replies

    def touched_since(self, since: datetime) -> bool:
        """Whether anything in it is that new. A broken comment counts, since nobody can tell."""
        return any(isinstance(item, Broken) or item.changed_at >= since for item, _ in self.entries)


def read_comment_item(raw: Any) -> CommentItem | Broken:
    return _parsed(CommentItem, raw)


def read_video_item(raw: Any) -> VideoItem | Broken:
    return _parsed(VideoItem, raw)


def read_thread(raw: Any) -> Thread | Broken:
    thread = _parsed(ThreadItem, raw)
    if isinstance(thread, Broken):
        return thread
    raws = [thread.snippet.top_level_comment, *(thread.replies.comments if thread.replies else [])]
    entries = tuple((read_comment_item(each), each) for each in raws)
    total = thread.snippet.total_reply_count
    video = thread.snippet.video_id or next(
        (i.snippet.video_id for i, _ in entries if isinstance(i, CommentItem)), None
    )
    return Thread(thread.id, video or "", total, entries, _fingerprint(thread.id, total, entries))


def comment_of(item: CommentItem, raw: Any, account: Account, video_id: str, fallback: Visibility) -> Comment:
    """`video_id` and `fallback` stand in where the item does not say: replies listed by their parent carry no video."""
    snippet, name = item.snippet, item.snippet.author_display_name or ""
    video = snippet.video_id or video_id
    return Comment(
        id=comment_id(account, item.id),
        account_id=account.id,
        platform=account.platform,
        native_id=item.id,
        author=Author(item.author_id, name if name.startswith("@") else "", name),
        text=snippet.text_display or "",
        posted_at=snippet.published_at,
        post_native_id=video,
        parent_native_id=snippet.parent_id or parent_of(item.id),
        edited_at=item.changed_at if item.changed_at != snippet.published_at else None,
        image_urls=(_unsigned(snippet.image_url),) if snippet.image_url else (),
        visibility=visibility_of(item, fallback),
        url=f"{WATCH}{video}&lc={item.id}",
        raw=as_text(raw),
    )


def still_of(video: VideoItem) -> tuple[str, ...]:
    """The largest still that the school chose for its video, or YouTube for it.

    https://developers.google.com/youtube/v3/docs/thumbnails (read 2026-11-22)
    """
    sizes = (video.snippet.thumbnails.get(name) for name in ("maxres", "standard", "high", "medium", "default"))
    urls = (each.get("url") for each in sizes if isinstance(each, dict))
    return tuple(storable(each) for each in urls if isinstance(each, str) and each)[:1]


def post_of(video: VideoItem) -> Post:
    return Post(
        native_id=video.id,
        text="\n\n".join(part for part in (video.snippet.title, video.snippet.description) if part),
        posted_at=video.snippet.published_at,
        url=f"{WATCH}{video.id}",
        comment_count=video.statistics.comment_count,
        image_urls=still_of(video),
    )


def visibility_of(item: CommentItem, fallback: Visibility) -> Visibility:
    status = item.snippet.moderation_status
    return SEEN_AS.get(status, Visibility.UNKNOWN) if status else fallback


def parent_of(native_id: str) -> str:
    """The id of the comment that a reply answers, which is the first half of its own; empty for a top comment."""
    parent, dot, _ = native_id.partition(".")
    return parent if dot else ""


def _parsed(model: type[Item], raw: Any) -> Item | Broken:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        # Places and kinds of the faults only: what stands there may be a comment's words.
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in error.errors(include_input=False)]
        native_id = raw.get("id") if isinstance(raw, dict) else None
        known = storable(native_id) if isinstance(native_id, str) else ""
        return Broken("; ".join(faults), known, raw=as_text(raw)[:RAW_AT_MOST])


def _fingerprint(thread_id: str, total: int, entries: tuple[tuple[CommentItem | Broken, Any], ...]) -> str:
    parts: list[Any] = [thread_id, total]
    for item, raw in entries:
        if isinstance(item, CommentItem):
            parts.append([item.id, item.changed_at.isoformat(), item.snippet.moderation_status])
        else:
            parts.append(raw)
    return fingerprint(parts)


def fingerprint(value: Any) -> str:
    """`PRINT_LENGTH` characters that stand for a JSON value."""
    digest = hashlib.blake2b(as_text(value).encode(), digest_size=6).digest()
    return urlsafe_b64encode(digest).decode()


def as_text(value: Any) -> str:
    """JSON text of a JSON value; empty where it is nested too deeply to be written."""
    try:
        return json.dumps(value)
    except RecursionError:
        return ""


def _unsigned(url: str) -> str:
    """The address without its signature, which is another one at each reading and would make each an edit."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
