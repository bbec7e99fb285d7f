"""Keeps the access token alive: a long-lived one dies after 60 days unless it is renewed.

https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, Field, ValidationError

from moderator.errors import ConfigError, PlatformError
from moderator.platforms.base import Tokens
from moderator.platforms.instagram.errors import REMEDY, Asked, no_answer
from moderator.platforms.instagram.graph import Graph

LIVES = timedelta(days=60)
RENEW_AFTER = timedelta(days=7)
TOO_YOUNG = timedelta(hours=24)  # Instagram renews none that is younger
WARN_BEFORE = timedelta(days=14)


class _Renewed(BaseModel):
    access_token: str = Field(min_length=1)
    expires_in: int = Field(gt=0)  # seconds


class Renewal:
    """The token in force now, and the next one in time.

    `credentials`: {"access_token", optionally "obtained_at" (ISO)}, as a person gave them. `tokens` keeps the renewed one:
    {"access_token", "expires_at", "refreshed_at" (both ISO), "renews"}; `renews` is a digest of the credential it
    descends from, so that a new token in the credential file wins over the descendants of an old one.
    """

    def __init__(self, credentials: Mapping[str, str], tokens: Tokens) -> None:
        token = credentials.get("access_token", "").strip()
        # A line break inside would end up, token and all, in the message of the HTTP library that refuses it.
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigError(f"Instagram needs an access_token, one word, in its credential file. {REMEDY}")
        self._given = credentials
        self._tokens = tokens
        self._ancestor = hashlib.sha256(token.encode()).hexdigest()[:16]
        self._not_before: datetime | None = None  # after a renewal that failed
        self.trouble = ""
        """Why the last renewal failed; empty where it did not."""

    @property
    def token(self) -> str:
        return self._now_in_force()["access_token"].strip()

    def renew_if_due(self, graph: Graph, now: datetime) -> None:
        """Renew a token older than seven days. A failure is kept in `trouble`: the old token still works for weeks."""
        if not self._is_due(now):
            return
        try:
            self._renew(graph, now)
        except PlatformError as error:
            self._not_before, self.trouble = now + TOO_YOUNG, str(error)
        else:
            self._not_before, self.trouble = None, ""

    def warnings(self, now: datetime) -> list[str]:
        """A sentence with its remedy where the token dies within a fortnight."""
        expires_at = self._expires_at()
        told = []
        if expires_at is not None and expires_at - now < WARN_BEFORE:
            days = max(0, (expires_at - now).days)
            told.append(f"The Instagram token dies in {days} days, on {expires_at:%d %B %Y}. {REMEDY}")
        if self.trouble:
            told.append(f"The Instagram token could not be renewed; it is tried again daily. {self.trouble}")
        return told

    def _renew(self, graph: Graph, now: datetime) -> None:
        asked = Asked("renew the access token")
        # The one endpoint that reads the token from the address only.
        params = {"grant_type": "ig_refresh_token", "access_token": self.token}
        answer = graph.request("GET", "refresh_access_token", params, asked, now, token=None)
        try:
            renewed = _Renewed.model_validate(answer)
        except ValidationError:
            raise no_answer(asked, "no token in it") from None  # the fault would quote the answer
        self._tokens.save(
            {
                "access_token": renewed.access_token,
                "expires_at": (now + timedelta(seconds=renewed.expires_in)).isoformat(),
                "refreshed_at": now.isoformat(),
                "renews": self._ancestor,
            }
        )

    def _now_in_force(self) -> Mapping[str, str]:
        saved = self._tokens.load()
        descends = saved.get("renews", self._ancestor) == self._ancestor
        return saved if descends and saved.get("access_token", "").strip() else self._given

    def _born_at(self) -> datetime | None:
        tokens = self._now_in_force()
        return _time(tokens.get("refreshed_at") or tokens.get("obtained_at"))

    def _expires_at(self) -> datetime | None:
        told, born_at = _time(self._now_in_force().get("expires_at")), self._born_at()
        return told or (born_at + LIVES if born_at else None)

    def _is_due(self, now: datetime) -> bool:
        """A token of unknown age is due at once: it may be in its last days."""
        if self._not_before is not None and now < self._not_before:
            return False
        born_at = self._born_at()
        return born_at is None or now - born_at >= RENEW_AFTER


def _time(told: str | None) -> datetime | None:
    """Aware UTC of an ISO time; None where there is none that can be read."""
    try:
        time = datetime.fromisoformat(told or "")
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
