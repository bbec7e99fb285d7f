"""What went wrong between us and Instagram, sorted by remedy: the one place where its errors become ours.

In: an exception of httpx, or an answer that is not a success. Out: one of moderator.errors, returned and not raised. The
vendor's own message is never quoted, since it can echo the access token; its codes and its trace id are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from pydantic import BaseModel

from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable

# https://developers.facebook.com/docs/graph-api/guides/error-handling and
# https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-11-22)
TOKEN_CODES = {102, 190}
THROTTLE_CODES = {4, 17, 32, 341, 613, 80002}
PERMISSION_CODES = {3, 10, *range(200, 400)} - THROTTLE_CODES
INVALID_PARAMETER = 100
NO_SUCH_OBJECT = 33  # subcode of 100
TRANSIENT_CODES = {1, 2}

PERMISSIONS = "instagram_business_basic and instagram_business_manage_comments"
REMEDY = (
    "Make a new long-lived token in the app's dashboard at developers.facebook.com (Instagram > API setup), "
    "put it into the account's credential file, then run: moderator check"
)

# With these the request never left, so that nothing can have been done.
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request was for, in words: it ends every sentence about its failure."""

    what: str  # "read the comments of post 178", "hide comment instagram-2f…"
    changes: bool = False  # asks Instagram to change something


class GraphError(BaseModel):
    """The inside of {"error": …}."""

    code: int = 0
    error_subcode: int | None = None
    type: str = ""
    is_transient: bool = False
    fbtrace_id: str = ""

    @property
    def codes(self) -> str:
        subcode = f"/{self.error_subcode}" if self.error_subcode else ""
        trace = f", trace {self.fbtrace_id[:40]}" if self.fbtrace_id else ""
        return f"code {self.code}{subcode}{trace}"


def from_exception(error: Exception, asked: Asked) -> PlatformError:
    """Network, time-out and every other exception that httpx knows."""
    maybe_done = asked.changes and not isinstance(error, NEVER_SENT)
    hint = " Check api_base." if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)) else ""
    # The exception's own words may hold an address with the token in it; its class says enough.
    return Unavailable(f"Could not {asked.what}: {type(error).__name__}.{hint}", maybe_done=maybe_done)


def no_answer(asked: Asked, came: str) -> PlatformError:
    """Something came back that Instagram itself would not say: a proxy's page, half an answer, nothing."""
    return Unavailable(f"Could not {asked.what}: Instagram's answer was no answer ({came}).", maybe_done=asked.changes)


def from_graph(status: int, error: GraphError, asked: Asked, retry_at: datetime) -> PlatformError:
    """An error in Instagram's own words. `retry_at` is used where it says that we called too often."""
    said = f"Could not {asked.what}: Instagram answered {status}, {error.codes}."
    if error.code in TOKEN_CODES:
        return LoginExpired(f"{said} The access token is expired or revoked. {REMEDY}")
    if error.code in THROTTLE_CODES or status == 429:
        return QuotaSpent(f"{said} Too many calls; asked again after {retry_at:%Y-%m-%d %H:%M} UTC.", retry_at=retry_at)
    if error.is_transient or error.code in TRANSIENT_CODES or status >= 500:
        return Unavailable(f"{said} The fault is Instagram's and passes.", maybe_done=asked.changes)
    if status == 404 or (error.code == INVALID_PARAMETER and error.error_subcode == NO_SUCH_OBJECT):
        return Gone(f"{said} It no longer exists, or this token may not see it.")
    if error.code in PERMISSION_CODES and not asked.changes:
        return LoginExpired(f"{said} The token lacks a permission: it needs {PERMISSIONS}. {REMEDY}")
    if error.code in PERMISSION_CODES:
        return Refused(f"{said} Instagram does not allow it to this token, which needs {PERMISSIONS}.")
    if asked.changes:
        return Refused(f"{said} Instagram will not do it.")
    return Unavailable(said)


def wait_after(throttled_in_a_row: int, minutes_told: int) -> timedelta:
    """How long to leave Instagram alone: as long as it says, else a minute, doubling up to an hour."""
    if minutes_told > 0:
        return timedelta(minutes=minutes_told)
    return timedelta(minutes=min(1 << min(throttled_in_a_row, 6), 60))
