"""What the Instagram tests share: the school's account, an adapter pointed at recorded replies, and short ways to ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from moderator.domain import Account, Action, ActionKind, Author, Comment, comment_id, make_action
from moderator.errors import PlatformError
from moderator.platforms.base import Page, Start
from moderator.platforms.instagram import Instagram
from moderator.platforms.memory import MemoryMeter, MemoryTokens
from tests.conftest import NOON
from tests.made import HEAD
from tests.platforms.replay import Replay, Reply

DAY = timedelta(days=1)
SINCE = NOON - 14 * DAY
SCHOOL = Account("instagram", "instagram", "@valewoodprimary", native_id="17841400000000001")
MEDIA = ("GET", "/17841400000000001/media")
SPORTS, HARVEST = "17900000000000002", "17900000000000001"
COMMENTS = ("GET", f"/{SPORTS}/comments")
ITEM = {
    "id": "1",
    "text": "hello",
    "timestamp": "2026-11-16T09:00:00+0000",
    "username": "dilys.owen",
    "from": {"id": "9", "username": "dilys.owen"},
    "hidden": False,
}


def token(age_days: float = 1) -> dict[str, str]:
    return {"access_token": "IGAAsecret", "obtained_at": (NOON - age_days * DAY).isoformat()}


def instagram(
    vendor: Replay | str, credentials: Mapping[str, str] | None = None, tokens: MemoryTokens | None = None
) -> Instagram:
    """An adapter; its token is a day old where nothing else is said, so that it asks for no renewal."""
    base = vendor if isinstance(vendor, str) else vendor.base_url
    kept, timeouts_s = tokens or MemoryTokens(), (1, 0.3)
    return Instagram(SCHOOL, credentials or token(), MemoryMeter(), kept, api_base=base, timeouts_s=timeouts_s)


def read(adapter: Instagram, cursor: str | None = None, feed: str = "comments", now: datetime = NOON) -> list[Page]:
    return list(adapter.fetch(feed, Start(cursor, SINCE), now))


def read_until(error: type[PlatformError], adapter: Instagram, cursor: str | None = None) -> list[Page]:
    """The pages that came before the error did, which are what would have been stored."""
    pages: list[Page] = []

    def keep() -> None:
        for page in adapter.fetch("comments", Start(cursor, SINCE), NOON):
            pages.append(page)

    with pytest.raises(error):
        keep()
    return pages


def comments(pages: Sequence[Page]) -> list[Comment]:
    return [comment for page in pages for comment in page.comments]


def last_cursor(pages: Sequence[Page]) -> str | None:
    return [page.cursor for page in pages if page.cursor is not None][-1]


def notes(pages: Sequence[Page]) -> list[str]:
    return [page.note for page in pages if page.note]


def post_with(count: int | None, native_id: str = SPORTS, at: str = "2026-11-15T15:30:00+0000") -> dict[str, Any]:
    url = f"https://www.instagram.com/p/{native_id}/"
    return {"id": native_id, "timestamp": at, "permalink": url, "comments_count": count}


def items(*native_ids: int, **more: Any) -> list[dict[str, Any]]:
    return [{**ITEM, "id": str(native_id), **more} for native_id in native_ids]


def paged(items: list[dict[str, Any]], after: str = "", *, following: bool = True) -> dict[str, Any]:
    """A page with the cursor of the next one, and its address where it is `following`."""
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after}} if after else {}
    if after and following:
        paging["next"] = f"https://graph.example/{SPORTS}/comments?access_token=IGAAsecret&after={after}"
    return {"data": items, "paging": paging}


def sports_day(*replies: Any, count: int | None = 4, headers: dict[str, str] | None = None) -> Replay:
    """One post that counts `count` comments, and what its comments edge answers in turn."""
    answers: list[Reply] = [(200, headers or {}, reply) for reply in replies]
    return Replay({MEDIA: [(200, headers or {}, {"data": [post_with(count)]})], COMMENTS: answers})


def failure(code: int, **more: Any) -> dict[str, Any]:
    return {"error": {"message": "(#1) words", "type": "OAuthException", "code": code, **more}}


def a_comment(native_id: str = "18000000000000003", handle: str = "@dilys.owen") -> Comment:
    return Comment(
        id=comment_id(SCHOOL, native_id),
        account_id=SCHOOL.id,
        platform="instagram",
        native_id=native_id,
        author=Author("9000000000000001", handle),
        text="u are an id10t",
        posted_at=NOON,
        post_native_id=SPORTS,
        url="https://www.instagram.com/p/Csports/",
    )


def an_action(kind: ActionKind = ActionKind.HIDE, comment: Comment | None = None) -> Action:
    return make_action(kind, comment or a_comment(), "d.1", HEAD)
