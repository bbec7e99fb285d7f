"""What the YouTube tests share: a school's channel, recorded replies by path or by question, and short ways to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moderator.domain import Account, Action, ActionKind, Author, Comment, Outcome, Visibility, comment_id
from moderator.errors import PlatformError
from moderator.platforms.base import Meter, Page, Start
from moderator.platforms.memory import MemoryMeter
from moderator.platforms.youtube import YouTube
from tests.conftest import NOON
from tests.made import an_action
from tests.platforms.replay import Replay, Reply, Seen, recorded

SCHOOL = Account("youtube", "youtube", "@HarbourLane", native_id="UCharbourlane0000000000")
SINCE = NOON - timedelta(days=14)
PACIFIC_DAY, NEXT_PACIFIC_DAY = "2026-11-16", datetime(2026, 11, 17, 8, tzinfo=UTC)
"""The day of NOON in California, and when it ends."""

THREADS, COMMENTS = ("GET", "/youtube/v3/commentThreads"), ("GET", "/youtube/v3/comments")
VIDEOS, CHANNELS = ("GET", "/youtube/v3/videos"), ("GET", "/youtube/v3/channels")
PLAYLIST = ("GET", "/youtube/v3/playlistItems")
MODERATE, TOKEN = ("POST", "/youtube/v3/comments/setModerationStatus"), ("POST", "/token")

Json = dict[str, Any]
DONE: Reply = (204, {}, b"")


def said(name: str, status: int = 200) -> Reply:
    """A recorded reply: said("forbidden", 403)."""
    return status, {}, recorded(f"youtube/{name}.json")


def page(items: list[Json], next_token: str = "") -> Reply:
    return 200, {}, {"items": items} | ({"nextPageToken": next_token} if next_token else {})


@dataclass
class Google(Replay):
    """Replays; `asked_for` holds functions of the question, for the paths whose reply depends on it."""

    replies: Mapping[tuple[str, str], list[Reply]] = field(default_factory=dict)
    asked_for: dict[tuple[str, str], Callable[[Seen], Reply]] = field(default_factory=dict)

    def answer(self, seen: Seen) -> Reply:
        if chosen := self.asked_for.get((seen.method, seen.path)):
            self.requests.append(seen)
            return chosen(seen)
        return super().answer(seen)

    def __enter__(self) -> Google:
        super().__enter__()
        return self

    @classmethod
    def with_replies(cls, replies: Mapping[tuple[str, str], list[Reply]]) -> Google:
        usual = {TOKEN: [said("token")], VIDEOS: [said("videos")], CHANNELS: [said("channels")]}
        return cls(usual | dict(replies))


def youtube_at(google: Replay, meter: Meter | None = None, account: Account = SCHOOL, **settings: Any) -> YouTube:
    credentials = {
        "refresh_token": "1//invented",
        "client_id": "invented.apps.example",
        "client_secret": "invented",
        "token_uri": f"{google.base_url}/token",
        "consent_screen": "internal",
    }
    return YouTube(account, credentials, meter or MemoryMeter(), api_base=google.base_url, **settings)


def read(
    youtube: YouTube, feed: str = "published", cursor: str | None = None, known: Mapping[str, int] | None = None
) -> list[Page]:
    return list(youtube.fetch(feed, Start(cursor, SINCE, known or {}), NOON))


def comments_in(pages: list[Page]) -> list[str]:
    return [comment.native_id for each in pages for comment in each.comments]


def thread(
    native_id: str,
    minutes_ago: float = 10,
    *,
    replies: list[str] | None = None,
    total: int | None = None,
    edited: bool = False,
    video: str = "vidSports01",
    status: str = "published",
) -> Json:
    """A thread with plain replies, as Google shapes it."""
    inlined = [item(f"{native_id}.{reply}", minutes_ago, parent=native_id, video=video) for reply in replies or []]
    snippet = {
        "videoId": video,
        "topLevelComment": item(native_id, minutes_ago, edited=edited, video=video, status=status),
        "totalReplyCount": len(inlined) if total is None else total,
    }
    return {"id": native_id, "snippet": snippet} | ({"replies": {"comments": inlined}} if inlined else {})


def item(
    native_id: str,
    minutes_ago: float = 10,
    *,
    parent: str = "",
    edited: bool = False,
    video: str = "vidSports01",
    status: str = "published",
) -> Json:
    """One comment, as Google shapes it."""
    at = NOON - timedelta(minutes=minutes_ago)
    snippet = {
        "videoId": video,
        "textDisplay": f"words of {native_id}",
        "authorDisplayName": "@ivy.stone",
        "authorChannelId": {"value": "UCivystone"},
        "publishedAt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "updatedAt": f"{NOON if edited else at:%Y-%m-%dT%H:%M:%SZ}",
        "moderationStatus": status,
    }
    return {"id": native_id, "snippet": snippet | ({"parentId": parent} if parent else {})}


def comment(native_id: str = "c1", video: str = "vidSports01") -> Comment:
    return Comment(
        id=comment_id(SCHOOL, native_id),
        account_id=SCHOOL.id,
        platform="youtube",
        native_id=native_id,
        author=Author("UCivystone", "@ivy.stone", "@ivy.stone"),
        text="words",
        posted_at=NOON,
        post_native_id=video,
        visibility=Visibility.PUBLIC,
        url=f"https://www.youtube.com/watch?v={video}&lc={native_id}",
    )


def to(kind: ActionKind, native_id: str = "c1") -> Action:
    asked = comment(native_id)
    return an_action(kind, asked, decision_id=f"{asked.id}.1")


def answer(youtube: YouTube, kind: ActionKind, native_id: str = "c1") -> Outcome | PlatformError:
    [only] = youtube.apply([to(kind, native_id)], NOON)
    return only
