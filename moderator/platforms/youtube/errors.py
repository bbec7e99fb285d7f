"""The one place where what Google's libraries raise becomes one of ours, sorted by remedy.

In goes any exception of googleapiclient, google.auth, httplib2 or the socket; out comes a PlatformError whose message
holds Google's status and reason but never its own words, since those may quote what we sent.
https://developers.google.com/youtube/v3/docs/errors (read 2026-11-22)
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httplib2
from google.auth import exceptions as google_auth
from googleapiclient import errors as googleapi

from moderator.errors import AccountClosed, Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.youtube.quota import Quota

DAY_SPENT = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
NOT_FOUND = {"commentNotFound", "commentThreadNotFound", "parentCommentNotFound", "videoNotFound", "playlistNotFound"}
LOGIN = {
    "authError": "make a new refresh token (docs/connect-youtube.md, step 4)",
    "required": "make a new refresh token (docs/connect-youtube.md, step 4)",
    "unauthorized": "make a new refresh token (docs/connect-youtube.md, step 4)",
    "insufficientPermissions": "consent again and tick the permission to manage comments (youtube.force-ssl)",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "consent again and tick the permission to manage comments (youtube.force-ssl)",
    "accessNotConfigured": "switch on the YouTube Data API v3 in the Google Cloud project",
    "youtubeSignupRequired": "this Google login has no YouTube channel: consent again and choose the school's channel",
}
CLOSED = {
    "channelClosed": "the channel was closed: look at it in YouTube Studio",
    "channelSuspended": "the channel is suspended: look at it in YouTube Studio",
    "channelNotFound": "the channel is not there: look at it in YouTube Studio",
    "authenticatedUserAccountClosed": "the Google account was closed",
    "authenticatedUserAccountSuspended": "the Google account is suspended",
}
NEW_LOGIN = (
    "Publish the app's consent screen (or make it Internal): a login made while the app is in Testing dies after 7 "
    "days, and keeps doing so when the app is published later. Then consent again and put the new refresh_token into "
    "the credential file."
)
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What googleapiclient lets escape when a reply is not shaped as it expects."""


class CommentsDisabled(Refused):
    """Comments are off under this video: normal, since videos made for children never have them."""


class NotProcessed(Unavailable):
    """processingFailure: the comment is gone, or one of a batch is, or YouTube is broken. Only looking tells which."""

    def __init__(self, message: str) -> None:
        super().__init__(message, about_one=True)


class Forbidden(Refused):
    """Not ours to do, or, since 2026, a deleted or invalid comment id. Only looking tells which."""


class NotOurs(LoginExpired):
    """A listing that the login may not read: the wrong channel was chosen, or this one video or thread is closed to it."""


class Missing(Gone):
    """One of the ids asked for is not there."""


def platform_error(error: Exception, tried: str, now: datetime, quota: Quota, *, acting: bool) -> PlatformError:
    """Our error for theirs. `tried` says in words what was asked: "read commentThreads", "hide 3 comments"."""
    if isinstance(error, googleapi.HttpError) and error.resp is not None:
        return _of_reply(error, f"YouTube would not {tried}", now, quota, acting)
    if isinstance(error, google_auth.GoogleAuthError):
        return _of_login(error, f"YouTube was not asked to {tried}")
    if isinstance(error, googleapi.Error) and not isinstance(error, googleapi.InvalidJsonError):
        return Refused(f"The Google library would not {tried}: {type(error).__name__}.")
    # A request that never left cannot have been carried out; of any other we do not know.
    unsent = (ConnectionRefusedError, socket.gaierror, httplib2.ServerNotFoundError, httplib2.error.RelativeURIError)
    return Unavailable(
        f"YouTube gave no answer that could be read on the attempt to {tried}: {type(error).__name__}. "
        "It is tried again.",
        maybe_done=acting and not isinstance(error, unsent),
    )


TRANSLATED = (
    googleapi.Error,
    google_auth.GoogleAuthError,
    httplib2.HttpLib2Error,
    http.client.HTTPException,
    OSError,
    *UNREADABLE,
)
"""All that `platform_error` is asked about."""


def _of_reply(error: googleapi.HttpError, refused: str, now: datetime, quota: Quota, acting: bool) -> PlatformError:
    status, reason = int(error.status_code), _reason(error.content)
    said = f"{refused}: {status} {reason or 'without a reason'}."
    if reason in DAY_SPENT:
        resets_at = quota.exceeded(now)
        return QuotaSpent(
            f"{said} Today's quota is spent; goes on at {resets_at:%Y-%m-%d %H:%M} UTC.", retry_at=resets_at
        )
    if reason in TOO_FAST or status == 429:
        return QuotaSpent(f"{said} Too many calls at once.", retry_at=now + _retry_after(error.resp))
    if reason in CLOSED:
        return AccountClosed(f"{said} Remedy: {CLOSED[reason]}. It is looked at once a day.")
    if reason in LOGIN or status == 401:
        return LoginExpired(
            f"{said} Remedy: {LOGIN.get(reason, 'make a new refresh token (docs/connect-youtube.md, step 4)')}."
        )
    if reason == "commentsDisabled":
        return CommentsDisabled(f"{said} Comments are switched off under this video.")
    if status >= 500 or status < 400:
        return Unavailable(f"{said} It is tried again.", maybe_done=acting and status >= 500)
    if reason == "processingFailure":
        return NotProcessed(f"{said} YouTube failed on it; it is tried again.")
    if reason in NOT_FOUND or (status == 404 and acting):
        return Missing(said)
    if status == 404:
        return Unavailable(f"{said} Is api_base right? It is tried again.")
    if acting:
        return Forbidden(f"{said} A person must do it in YouTube Studio.")
    if status == 403:
        return NotOurs(f"{said} The login does not own this channel: consent again and choose the school's channel.")
    return Refused(said)


def _of_login(error: google_auth.GoogleAuthError, unasked: str) -> PlatformError:
    """OAuth's own refusals need a person; whatever else kept the token from being renewed passes."""
    passing = isinstance(error, google_auth.TransportError | google_auth.TimeoutError | google_auth.ResponseError)
    if passing or getattr(error, "retryable", False):
        return Unavailable(f"{unasked}: the login could not be renewed just now ({type(error).__name__}).")
    code = _oauth_code(error)
    if code == "invalid_grant":
        return LoginExpired(f"{unasked}: the login is revoked or expired (invalid_grant). {NEW_LOGIN}")
    if type(error) is google_auth.RefreshError and not code:
        return Unavailable(f"{unasked}: the token server gave no answer that could be read.")
    return LoginExpired(
        f"{unasked}: Google did not accept the credentials ({code or type(error).__name__}). "
        "Compare client_id and client_secret with those of the Google Cloud project, then consent again."
    )


def _oauth_code(error: google_auth.GoogleAuthError) -> str:
    """The OAuth error code where the token server gave one, as in {"error": "invalid_grant"}; else empty."""
    reply = error.args[1] if len(error.args) > 1 else None
    code = reply.get("error") if isinstance(reply, Mapping) else None
    return code if isinstance(code, str) else ""


def _reason(content: bytes) -> str:
    """Google's reason in an error body: of `errors` first, then of `details`, whose words are newer and rarer."""
    try:
        body: Any = json.loads(content)["error"]
        listed = [entry for name in ("errors", "details") for entry in body.get(name) or [] if isinstance(entry, dict)]
        reasons = [entry["reason"] for entry in listed if isinstance(entry.get("reason"), str)]
    except UNREADABLE:
        return ""
    # It goes into messages and logs, so that nothing longer than a name may pass.
    return next((reason for reason in reasons if reason.isidentifier() and len(reason) < 64), "")


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """What the reply's Retry-After says in seconds, within a minute and a day; a minute where it says nothing."""
    said = headers.get("retry-after", "")
    seconds = int(said) if said.isdecimal() and len(said) < 9 else 60
    return timedelta(seconds=min(max(seconds, 60), 86_400))
