"""The requests that the adapter makes, each with its price and its place in the budget.

Limits, scopes and paging: https://docs.x.com/x-api/fundamentals/rate-limits (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from moderator.domain import Author
from moderator.errors import Unavailable
from moderator.platforms.base import Broken
from moderator.platforms.sharing import Purpose
from moderator.platforms.x.connection import Call, Connection, Envelope
from moderator.platforms.x.errors import Ask
from moderator.platforms.x.money import (
    BLOCK_READ,
    HIDE,
    MUTE,
    POST_READ,
    UNMUTE,
    USER_READ,
    Fare,
    Purse,
)
from moderator.platforms.x.reading import Read, author_from, id_of, read_items

POSTS, USERS, BLOCKS = Fare("post", POST_READ), Fare("user", USER_READ), Fare("block", BLOCK_READ)
LOOKUP = 100
"""Ids in one look-up."""
PAGE, BLOCK_PAGE = 100, 1000
"""Posts in one page, and users in one of the block list."""

# No author expansion: whether X bills expanded users is not said, so each author is looked up once instead.
FIELDS: Mapping[str, Sequence[str]] = {
    "tweet_fields": [
        "author_id",
        "conversation_id",
        "created_at",
        "in_reply_to_user_id",
        "referenced_tweets",
        "entities",
        "attachments",
        "display_text_range",
        "note_tweet",
        "public_metrics",
    ],
    "expansions": ["attachments.media_keys"],
    "media_fields": ["media_key", "type", "url", "preview_image_url"],
}


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of posts."""

    items: tuple[Read, ...]
    broken: tuple[Broken, ...]
    image_urls: Mapping[str, str]
    next_token: str | None


class Endpoints:
    """X's API as far as one account needs it. Every method raises PlatformError."""

    def __init__(self, connection: Connection, purse: Purse, account_id: str) -> None:
        self._connection, self._purse, self._account_id = connection, purse, account_id

    def mentions(self, own_id: str, now: datetime, **where: Any) -> Slice:
        """Up to 100 posts that mention the account, newest first. `where`: since_id or start_time, pagination_token."""
        ask = Ask(f"read the mentions of account {self._account_id}", limit="mentions", about_us=True)
        return self._slice(
            ask,
            lambda client, user_auth: client.get_users_mentions(
                own_id, user_auth=user_auth, max_results=PAGE, **FIELDS, **where
            ),
            self._purse.owned,
            now,
        )

    def own_posts(self, own_id: str, now: datetime, max_results: int = PAGE, **where: Any) -> Slice:
        """The account's own posts and replies, newest first. `where`: start_time, pagination_token."""
        ask = Ask(f"read the posts of account {self._account_id}", limit="posts", about_us=True)
        return self._slice(
            ask,
            lambda client, user_auth: client.get_users_tweets(
                own_id, user_auth=user_auth, max_results=max_results, exclude=["retweets"], **FIELDS, **where
            ),
            self._purse.owned,
            now,
            max_results,
        )

    def search(self, query: str, now: datetime, next_token: str | None = None) -> Slice:
        """Up to 100 posts of the last seven days, newest first."""
        ask = Ask(f"search the conversations of account {self._account_id}", limit="search")
        return self._slice(
            ask,
            lambda client, user_auth: client.search_recent_tweets(
                query, user_auth=user_auth, max_results=PAGE, next_token=next_token, **FIELDS
            ),
            POSTS,
            now,
        )

    def existing(self, native_ids: Sequence[str], now: datetime) -> set[str]:
        """Those of the posts that still exist."""
        # Reading back is part of acting, so it may use the reserve.
        ask = Ask(f"look up comments of account {self._account_id}", limit="lookup")
        found: set[str] = set()
        for some in chunks(native_ids):
            items = self._look_up(ask, partial(get_posts, some), POSTS, Purpose.ACT, now, len(some))
            found.update(map(id_of, items))
        return found

    def users(self, native_ids: Sequence[str], now: datetime) -> dict[str, Author]:
        """Those of the users that still exist, by id."""
        ask = Ask(f"look up authors for account {self._account_id}", limit="users")
        found: dict[str, Author] = {}
        for some in chunks(native_ids):
            # A hundred new authors at once cost as much as the whole reserve for hiding of a usual limit.
            price = len(some) * USER_READ
            items = self._look_up(ask, partial(get_users, some), USERS, Purpose.READ, now, len(some), price)
            found |= {author.native_id: author for item in items if (author := author_from(item)) is not None}
        return found

    def me(self, now: datetime) -> Author:
        """Who the token belongs to."""
        ask = Ask(f"say who account {self._account_id} is", limit="me", about_us=True)
        with self._purse.open(ask, Purpose.ACT, now, most=USER_READ, reads=1):
            envelope = self._connection.ask(ask, lambda client, user_auth: client.get_me(user_auth=user_auth), now)
            author = author_from(envelope.data)
            if author is None:
                raise Unavailable(f"X answered JSON of another shape when asked to {ask.what}.")
            self._purse.returned(USERS, [author.native_id], now)
        return author

    def blocked(self, own_id: str, now: datetime) -> Iterator[str]:
        """The ids of the users whom the account blocks, page by page."""
        ask = Ask(f"read the block list of account {self._account_id}", limit="blocked", about_us=True)
        token: str | None = None
        while True:
            with self._purse.open(ask, Purpose.ACT, now, most=BLOCK_PAGE * BLOCK_READ, reads=BLOCK_PAGE):
                envelope = self._connection.ask(ask, partial(get_blocked, own_id, token), now)
                ids = [id_of(item) for item in envelope.items]
                self._purse.returned(BLOCKS, ids, now)
            yield from ids
            token = next_token(envelope)
            if token is None:
                return

    def set_hidden(self, ask: Ask, native_id: str, hidden: bool, now: datetime) -> None:
        """Hide a reply in one of the account's conversations, or show it again. Repeating it does no harm.

        https://docs.x.com/x-api/posts/hide-replies/quickstart (read 2026-11-22)
        """

        def call(client: Any, user_auth: bool) -> Any:
            return (client.hide_reply if hidden else client.unhide_reply)(native_id, user_auth=user_auth)

        self._set(ask, call, "hidden", hidden, HIDE, now)

    def set_muted(self, ask: Ask, own_id: str, user_id: str, muted: bool, now: datetime) -> None:
        """Mute an author for the account, or hear them again."""

        def call(client: Any, user_auth: bool) -> Any:
            # tweepy's own mute asks X for our id first, and that is billed.
            if muted:
                body = {"target_user_id": user_id}
                return client.request("POST", f"/2/users/{own_id}/muting", json=body, user_auth=user_auth)
            return client.request("DELETE", f"/2/users/{own_id}/muting/{user_id}", user_auth=user_auth)

        self._set(ask, call, "muting", muted, MUTE if muted else UNMUTE, now)

    def _set(self, ask: Ask, call: Call, field: str, value: bool, price: int, now: datetime) -> None:
        """X confirms by the new state in `data`; any other answer leaves open whether it was done."""
        purpose = Purpose.SEVERE if ask.severe else Purpose.ACT
        with self._purse.open(ask, purpose, now, most=price):
            envelope = self._connection.ask(ask, call, now)
            self._purse.paid(price, now)
        if not isinstance(envelope.data, dict) or envelope.data.get(field) is not value:
            raise Unavailable(f"X did not confirm when asked to {ask.what}.", maybe_done=True)

    def _look_up(
        self, ask: Ask, call: Call, fare: Fare, purpose: Purpose, now: datetime, ids: int, price: int = 1
    ) -> list[Any]:
        with self._purse.open(ask, purpose, now, most=ids * fare.each, reads=ids, price=price):
            items = self._connection.ask(ask, call, now, some_may_miss=True).items
            self._purse.returned(fare, map(id_of, items), now)
        return items

    def _slice(self, ask: Ask, call: Call, fare: Fare, now: datetime, at_most: int = PAGE) -> Slice:
        with self._purse.open(ask, Purpose.READ, now, most=at_most * fare.each, reads=at_most):
            envelope = self._connection.ask(ask, call, now)
            self._purse.returned(fare, map(id_of, envelope.items), now)
        read = list(read_items(envelope.items))
        return Slice(
            items=tuple(each for each in read if isinstance(each, Read)),
            broken=tuple(each for each in read if isinstance(each, Broken)),
            image_urls=envelope.image_urls,
            next_token=next_token(envelope),
        )


def get_posts(native_ids: Sequence[str], client: Any, user_auth: bool) -> Any:
    return client.get_tweets(native_ids, user_auth=user_auth)


def get_users(native_ids: Sequence[str], client: Any, user_auth: bool) -> Any:
    return client.get_users(ids=native_ids, user_auth=user_auth)


def get_blocked(own_id: str, token: str | None, client: Any, user_auth: bool) -> Any:
    # tweepy's own get_blocked asks X for our id first, and that is billed.
    params = {"max_results": BLOCK_PAGE} | ({"pagination_token": token} if token else {})
    return client.request("GET", f"/2/users/{own_id}/blocking", params=params, user_auth=user_auth)


def next_token(envelope: Envelope) -> str | None:
    return envelope.meta.next_token if envelope.meta else None


def chunks(native_ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(native_ids), LOOKUP):
        yield list(native_ids[start : start + LOOKUP])
