"""The invented school on X that the tests of its adapter share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from moderator.domain import Account, Action, ActionKind, Author, Comment, comment_id
from moderator.platforms.base import Page, Start
from moderator.platforms.memory import MemoryMeter, MemoryTokens
from moderator.platforms.x import X
from tests.conftest import NOON
from tests.made import an_action
from tests.platforms.replay import Replay, Reply, recorded

OWN_ID = "1100000000000000001"
POST = "2094000000000000001"
SCHOOL = Account("x", "x", "@FernhillPrimary", OWN_ID)
OAUTH1 = {
    "kind": "oauth1",
    "consumer_key": "consumer-key",
    "consumer_secret": "consumer-secret-s3",
    "access_token": f"{OWN_ID}-access-t0ken",
    "access_token_secret": "access-secret-s3",
}
OAUTH2 = {
    "kind": "oauth2",
    "client_id": "client",
    "client_secret": "",
    "access_token": "access-1",
    "refresh_token": "refresh-1",
}

MENTIONS = ("GET", f"/2/users/{OWN_ID}/mentions")
TWEETS = ("GET", f"/2/users/{OWN_ID}/tweets")
SEARCH = ("GET", "/2/tweets/search/recent")
LOOKUP = ("GET", "/2/tweets")
USERS = ("GET", "/2/users")
ME = ("GET", "/2/users/me")
BLOCKING = ("GET", f"/2/users/{OWN_ID}/blocking")
TOKEN = ("POST", "/2/oauth2/token")
NOTHING: Reply = (200, {}, {"meta": {"result_count": 0}})


def ok(name: str) -> Reply:
    return 200, {}, recorded(f"x/{name}.json")


def hide_of(native_id: str) -> tuple[str, str]:
    return "PUT", f"/2/tweets/{native_id}/hidden"


def school_on(
    vendor: Replay | str,
    credentials: Mapping[str, str] = OAUTH1,
    *,
    account: Account = SCHOOL,
    meter: MemoryMeter | None = None,
    tokens: MemoryTokens | None = None,
    **options: Any,
) -> X:
    base = vendor if isinstance(vendor, str) else vendor.base_url
    kept = tokens if tokens is not None else MemoryTokens(credentials)
    return X(account, credentials, meter or MemoryMeter(), kept, api_base=base, **options)


def read(
    x: X,
    feed: str,
    cursor: str | None = None,
    known: Mapping[str, int] | None = None,
    now: datetime = NOON,
    since: timedelta = timedelta(days=14),
) -> list[Page]:
    return list(x.fetch(feed, Start(cursor, now - since, known or {}), now))


def comments_in(pages: Sequence[Page]) -> list[Comment]:
    return [comment for page in pages for comment in page.comments]


def reply(native_id: str = "2094000000000000200", author: str = "3300000000000000002") -> Comment:
    return Comment(
        id=comment_id(SCHOOL, native_id),
        account_id="x",
        platform="x",
        native_id=native_id,
        author=Author(author, "tomasz_wrona" if author else ""),
        text="What a lovely display",
        posted_at=NOON,
        post_native_id=POST,
        url=f"https://x.com/tomasz_wrona/status/{native_id}",
    )


def action(kind: ActionKind, comment: Comment | None = None) -> Action:
    comment = comment or reply()
    return an_action(kind, comment, f"{comment.id}.1")


def post_json(native_id: str, text: object = "words", **fields: Any) -> dict[str, Any]:
    """One reply to the school's post in X's JSON, a minute before noon."""
    return {
        "id": native_id,
        "text": text,
        "author_id": "3300000000000000002",
        "conversation_id": POST,
        "referenced_tweets": [{"type": "replied_to", "id": POST}],
        "created_at": "2026-11-16T11:59:00.000Z",
    } | fields
