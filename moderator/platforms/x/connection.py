"""One request at a time to X, through tweepy: a call goes out, its JSON comes back or one of our errors is raised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests
import tweepy
from pydantic import BaseModel, ConfigDict, ValidationError

from moderator.errors import QuotaSpent, Unavailable
from moderator.platforms.x.errors import NO_ANSWER, Ask, Waits, for_errors, translate
from moderator.platforms.x.login import Login
from moderator.platforms.x.reading import String
from moderator.platforms.x.transport import open_road

Call = Callable[[Any, bool], requests.Response]
"""Takes the tweepy.Client and its `user_auth`."""


class Meta(BaseModel):
    next_token: str | None = None


class Medium(BaseModel):
    """A photo has a url; a video or GIF only a preview."""

    media_key: String
    url: String = ""
    preview_image_url: String = ""


class Envelope(BaseModel):
    """What every answer of X's comes in. Items are read one by one elsewhere, so that one bad item spoils no page."""

    model_config = ConfigDict(strict=True)

    data: Any = None
    errors: list[Any] = []
    meta: Meta | None = None
    includes: dict[str, Any] = {}

    @property
    def items(self) -> list[Any]:
        return self.data if isinstance(self.data, list) else []

    @property
    def image_urls(self) -> dict[str, str]:
        """Media key -> address of the picture. A medium that cannot be read is left out."""
        found = {}
        media = self.includes.get("media")
        for raw in media if isinstance(media, list) else []:
            try:
                medium = Medium.model_validate(raw)
            except ValidationError:
                continue
            found[medium.media_key] = medium.url or medium.preview_image_url
        return {key: url for key, url in found.items() if url}


class Connection:
    """tweepy's client with the waits, the renewals and the errors that it does not have."""

    def __init__(self, login: Login, api_base: str, timeouts_s: tuple[float, float]) -> None:
        self._login = login
        self._client = login.client()
        self._waits = Waits()
        self._rests: dict[str, QuotaSpent] = {}  # by limit
        open_road(self._client.session, api_base, login.signature(), timeouts_s)

    @property
    def scopes(self) -> frozenset[str]:
        return self._login.scopes()

    def ask(self, ask: Ask, call: Call, now: datetime, *, some_may_miss: bool = False) -> Envelope:
        """X's answer. `some_may_miss`: an answer of nothing but errors is one, about ids that no longer exist.

        Raises PlatformError, Gone where there are only errors.
        """
        envelope = self._read(ask, self._send(ask, call, now))
        if envelope.data is None and envelope.errors and not some_may_miss:
            raise for_errors(envelope.errors, ask)
        if envelope.data is None and not envelope.errors and envelope.meta is None:
            raise unreadable(ask, "neither data nor errors")
        return envelope

    def _send(self, ask: Ask, call: Call, now: datetime) -> requests.Response:
        rest = self._rests.get(ask.limit)
        if rest is not None and now < rest.retry_at:
            raise QuotaSpent(
                f"X does not let us {ask.what} before {rest.retry_at:%H:%M:%S} UTC; it was not asked. {rest}",
                retry_at=rest.retry_at,
            )
        self._login.ready()
        try:
            response = self._send_and_renew(call)
        except NO_ANSWER as error:
            ours = translate(error, ask, self._waits, now)
            if isinstance(ours, QuotaSpent):
                self._rests[ask.limit] = ours
            raise ours from error
        self._waits.went_well()
        return response

    def _send_and_renew(self, call: Call) -> requests.Response:
        try:
            return call(self._client, self._login.user_auth)
        except tweepy.Unauthorized:
            if not self._login.renew(self._client):
                raise
        return call(self._client, self._login.user_auth)

    def _read(self, ask: Ask, response: requests.Response) -> Envelope:
        # Not chained: the messages of pydantic and json quote what they could not read, which may be a comment.
        try:
            return Envelope.model_validate(response.json())
        except ValidationError:
            raise unreadable(ask, "JSON of another shape") from None
        except (ValueError, RecursionError):
            raise unreadable(ask, "no JSON") from None


def unreadable(ask: Ask, what: str) -> Unavailable:
    return Unavailable(f"X answered {what} when asked to {ask.what}.", maybe_done=ask.acts)
