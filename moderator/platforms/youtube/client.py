"""One connection to the YouTube Data API: googleapiclient, its login and its socket, with time-outs and the quota ledger.

Raises nothing but PlatformError. Holds its own service and socket, since httplib2 crashes when two threads share one
(google-api-python-client issues 568 and 1569): every adapter makes a client of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Any

import google_auth_httplib2
import httplib2
import stamina
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

from moderator.errors import ConfigError, PlatformError, QuotaSpent, Unavailable
from moderator.platforms.deadline import ends_within
from moderator.platforms.sharing import Purpose
from moderator.platforms.youtube.errors import TRANSLATED, platform_error
from moderator.platforms.youtube.quota import Quota
from moderator.platforms.youtube.wire import Wire

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
NEEDED = ("refresh_token", "client_id", "client_secret")
LIST_COST, MODERATE_COST = 1, 50
"""Units, of one page or one call, whether it succeeds or not."""

Json = dict[str, Any]


class Client:
    """Asks one thing at a time. `timeouts_s` hold for connecting and for each wait on the socket; no whole call takes longer
    than twice the latter.

    Raises ConfigError where the credentials lack one of `NEEDED`.
    """

    def __init__(
        self,
        account_id: str,
        credentials: Mapping[str, str],
        quota: Quota,
        *,
        api_base: str,
        timeouts_s: tuple[float, float],
    ) -> None:
        missing = [name for name in NEEDED if not credentials.get(name)]
        if missing:
            raise ConfigError(
                f"credentials of account {account_id}: {', '.join(missing)} missing. Then: moderator check"
            )
        self._quota, self._timeouts_s = quota, timeouts_s
        self._api_base = api_base.rstrip("/") + "/"
        self._login: Any = Credentials(  # type: ignore[no-untyped-call]
            credentials.get("token") or None,
            refresh_token=credentials["refresh_token"],
            client_id=credentials["client_id"],
            client_secret=credentials["client_secret"],
            token_uri=credentials.get("token_uri") or TOKEN_URI,
        )
        self._wire, self._http = self._new_http(once=False)
        self._rests: QuotaSpent | None = None

    def pages(self, resource: str, now: datetime, limit: int, purpose: Purpose, **asked: Any) -> Iterator[Json]:
        """The pages of `resource`.list, at most `limit`. A page's `items` is a list of whatever Google sent."""
        token: str | None = None
        for _ in range(limit):
            page = self.listing(resource, now, purpose, **asked, **({"pageToken": token} if token else {}))
            yield page
            token = page.get("nextPageToken")
            if not isinstance(token, str) or not token:
                return

    def listing(self, resource: str, now: datetime, purpose: Purpose, **asked: Any) -> Json:
        """One page of `resource`.list. What passes by itself is tried again at once, since a poll reads many pages."""
        for attempt in stamina.retry_context(on=_passes_soon, attempts=3, timeout=15, wait_max=2, wait_jitter=0.3):
            with attempt:
                request = getattr(self._service, resource)().list(**asked)
                answer = self._execute(request, LIST_COST, purpose, now, f"read {resource}", acting=False)
                if not isinstance(answer, dict) or not isinstance(answer.setdefault("items", []), list):
                    raise Unavailable(f"YouTube's answer to {resource}.list is not a list. It is tried again.")
                page: Json = answer
        return page

    def moderate(self, ids: list[str], status: str, ban_author: bool, purpose: Purpose, now: datetime) -> None:
        """Set one moderation status on up to 50 comments.

        https://developers.google.com/youtube/v3/docs/comments/setModerationStatus (read 2026-11-22)
        """
        asked: Json = {"id": ids, "moderationStatus": status} | ({"banAuthor": True} if ban_author else {})
        request = self._service.comments().setModerationStatus(**asked)
        tried = f"set {len(ids)} comments to {status}"
        self._execute(request, MODERATE_COST, purpose, now, tried, acting=True)

    def _execute(self, request: Any, cost: int, purpose: Purpose, now: datetime, tried: str, *, acting: bool) -> Any:
        if self._rests is not None and now < self._rests.retry_at:
            raise QuotaSpent(str(self._rests), retry_at=self._rests.retry_at)  # Asking sooner would only prolong it.
        self._quota.spend(cost, purpose, now)
        # What acts goes out on a connection of its own: one that went stale would lose its answer.
        wire, http = self._new_http(once=True) if acting else (self._wire, self._http)
        try:
            with ends_within(2 * self._timeouts_s[1], wire.sockets):
                return request.execute(http=http)
        except TRANSLATED as error:
            if isinstance(error, OSError | httplib2.HttpLib2Error):
                # After a time-out or a broken pipe the socket answers the next request with the last one's reply, or
                # not at all: https://github.com/googleapis/google-api-python-client/issues/563
                self._reconnect()
            ours = platform_error(error, tried, now, self._quota, acting=acting)
            self._rests = ours if isinstance(ours, QuotaSpent) else self._rests
            raise ours from error
        finally:
            if acting:
                close(http)

    @cached_property
    def _service(self) -> Any:
        # Static discovery: the document comes with the package, so that building asks nobody.
        return build(
            "youtube",
            "v3",
            http=self._http,
            client_options={"api_endpoint": self._api_base},
            static_discovery=True,
            cache_discovery=False,
        )

    def _new_http(self, *, once: bool) -> tuple[Wire, Any]:
        wire = Wire(*self._timeouts_s, once=once)
        return wire, google_auth_httplib2.AuthorizedHttp(self._login, http=wire)

    def _reconnect(self) -> None:
        close(self._http)
        self._wire, self._http = self._new_http(once=False)


def close(http: Any) -> None:
    with suppress(OSError, httplib2.HttpLib2Error):
        http.close()


def _passes_soon(error: Exception) -> bool:
    """Whether a read is worth a second try at once: not after a time-out, which has already taken its time."""
    waited = isinstance(error.__cause__, TimeoutError)
    return isinstance(error, PlatformError) and isinstance(error, Unavailable) and not waited
