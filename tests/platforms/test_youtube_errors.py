"""Every exception of Google's libraries and every reason of YouTube's has one remedy."""

from __future__ import annotations

import http.client
import socket
import ssl
from datetime import timedelta
from typing import Any

import google.auth.exceptions
import googleapiclient.errors
import httplib2
import pytest

from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.memory import MemoryMeter
from moderator.platforms.youtube.errors import TRANSLATED, CommentsDisabled, NotProcessed, platform_error
from moderator.platforms.youtube.quota import Quota
from tests.conftest import MINUTE, NOON
from tests.platforms.youtube_replies import (
    THREADS,
    Google,
    read,
    youtube_at,
)

# --- every exception of the vendor's libraries ----------------------------------------------------------------------

MADE_WITH: dict[str, tuple[Any, ...]] = {
    "HttpError": (httplib2.Response({"status": "503"}), b""),
    "ResumableUploadError": (httplib2.Response({"status": "503"}), b""),
    "UnexpectedBodyError": ("this", "that"),
    "HttpLib2ErrorWithResponse": ("reason", None, b""),
    "RedirectMissingLocation": ("reason", None, b""),
    "RedirectLimit": ("reason", None, b""),
    "FailedToDecompressContent": ("reason", None, b""),
    "UnimplementedDigestAuthOptionError": ("reason", None, b""),
    "UnimplementedHmacDigestAuthOptionError": ("reason", None, b""),
}
GOOGLE_LOGIN = {
    "TransportError": Unavailable,
    "TimeoutError": Unavailable,
    "ResponseError": Unavailable,
    "RefreshError": Unavailable,  # without an OAuth code, as when the token server is not the token server
}
"""Every other error of google.auth needs a person."""

GOOGLE_API = {"HttpError": Unavailable, "ResumableUploadError": Unavailable, "InvalidJsonError": Unavailable}
"""Every other error of googleapiclient is a request that its library would not send."""


def exceptions_of(module: Any) -> list[type[Exception]]:
    classes = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return [kind for kind in classes if kind.__module__ == module.__name__]


def made(kind: type[Exception]) -> Exception:
    return kind(*MADE_WITH.get(kind.__name__, ("reason",)))


def translation(error: Exception, *, acting: bool = False) -> PlatformError:
    return platform_error(error, "hide 1 comment", NOON, Quota(MemoryMeter(), 10_000, 2_000), acting=acting)


@pytest.mark.parametrize("kind", exceptions_of(googleapiclient.errors))
def test_every_exception_of_googleapiclient_is_translated(kind: type[Exception]) -> None:
    assert issubclass(kind, TRANSLATED)
    assert type(translation(made(kind))) is GOOGLE_API.get(kind.__name__, Refused)


@pytest.mark.parametrize("kind", exceptions_of(google.auth.exceptions))
def test_trouble_22_every_exception_of_google_auth_is_translated(kind: type[Exception]) -> None:
    assert issubclass(kind, TRANSLATED)
    assert type(translation(made(kind))) is GOOGLE_LOGIN.get(kind.__name__, LoginExpired)


@pytest.mark.parametrize("kind", exceptions_of(httplib2.error))
def test_every_exception_of_httplib2_is_translated(kind: type[Exception]) -> None:
    assert issubclass(kind, TRANSLATED)
    assert type(translation(made(kind))) is Unavailable


def test_the_walks_really_meet_the_libraries_exceptions() -> None:
    walked = [len(exceptions_of(m)) for m in (googleapiclient.errors, google.auth.exceptions, httplib2.error)]
    assert min(walked) >= 10


@pytest.mark.parametrize(
    ("error", "maybe_done"),
    [
        (ConnectionRefusedError(), False),
        (socket.gaierror(), False),
        (httplib2.ServerNotFoundError(), False),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (BrokenPipeError(), True),
        (ssl.SSLError(), True),
        (http.client.IncompleteRead(b""), True),
    ],
)
def test_an_action_may_be_done_unless_it_surely_never_left(error: Exception, maybe_done: bool) -> None:
    told = translation(error, acting=True)
    assert isinstance(told, Unavailable)
    assert told.maybe_done is maybe_done


# --- every reason ---------------------------------------------------------------------------------------------------

REASONS = [  # status, reason, when reading, when acting
    (403, "quotaExceeded", QuotaSpent, QuotaSpent),
    (403, "dailyLimitExceeded", QuotaSpent, QuotaSpent),
    (403, "rateLimitExceeded", QuotaSpent, QuotaSpent),
    (429, "rateLimitExceeded", QuotaSpent, QuotaSpent),
    (429, "anythingElse", QuotaSpent, QuotaSpent),
    (401, "authError", LoginExpired, LoginExpired),
    (401, "anythingElse", LoginExpired, LoginExpired),
    (403, "insufficientPermissions", LoginExpired, LoginExpired),
    (403, "accessNotConfigured", LoginExpired, LoginExpired),
    (404, "channelNotFound", LoginExpired, LoginExpired),
    (403, "forbidden", LoginExpired, Refused),
    (403, "commentsDisabled", Refused, Refused),
    (400, "processingFailure", Unavailable, Unavailable),
    (400, "banWithoutReject", Refused, Refused),
    (400, "operationNotSupported", Refused, Refused),
    (404, "commentNotFound", Gone, Gone),
    (404, "videoNotFound", Gone, Gone),
    (404, "anythingElse", Unavailable, Gone),
    (500, "backendError", Unavailable, Unavailable),
    (503, "backendError", Unavailable, Unavailable),
    (304, "notModified", Unavailable, Unavailable),
]


def refusal(status: int, reason: str) -> googleapiclient.errors.HttpError:
    body = f'{{"error": {{"code": {status}, "message": "said", "errors": [{{"reason": "{reason}"}}]}}}}'
    return googleapiclient.errors.HttpError(httplib2.Response({"status": str(status)}), body.encode())


@pytest.mark.parametrize(("status", "reason", "reading", "acting"), REASONS)
def test_each_reason_has_its_remedy(status: int, reason: str, reading: type, acting: type) -> None:
    assert isinstance(translation(refusal(status, reason)), reading)
    assert isinstance(translation(refusal(status, reason), acting=True), acting)


def test_the_two_reasons_that_only_looking_explains_are_told_apart() -> None:
    assert isinstance(translation(refusal(403, "commentsDisabled")), CommentsDisabled)
    assert isinstance(translation(refusal(400, "processingFailure"), acting=True), NotProcessed)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'{"error": "words"}', b'{"error": {"message": {"a": 1}}}', b'{"error": {"errors": 7}}',
     b'{"error": {"errors": [7]}}', b'{"error": {"errors": [{"reason": 7}]}}', b"\xff"],
)  # fmt: skip
@pytest.mark.parametrize(("status", "expected"), [(403, LoginExpired), (400, Refused), (500, Unavailable)])
def test_an_error_body_of_any_shape_is_sorted_by_its_status(body: bytes, status: int, expected: type) -> None:
    with Google.with_replies({THREADS: [(status, {}, body)]}) as google, pytest.raises((expected, Unavailable)):
        read(youtube_at(google))


def test_newer_error_details_are_read_where_the_older_ones_are_missing() -> None:
    body = b'{"error": {"code": 403, "details": [{"@type": "x", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}'
    error = googleapiclient.errors.HttpError(httplib2.Response({"status": "403"}), body)
    assert "youtube.force-ssl" in str(translation(error))


def test_an_error_holds_none_of_googles_words() -> None:
    assert "said" not in str(translation(refusal(400, "processingFailure")))
    assert "words of a child" not in str(translation(refusal(400, "words of a child")))


def test_a_rate_limit_waits_a_minute_or_as_long_as_it_says() -> None:
    for said_s, waits in [
        ("", MINUTE),
        ("5", MINUTE),
        ("300", 5 * MINUTE),
        ("soon", MINUTE),
        ("99999999", timedelta(days=1)),
    ]:
        error = refusal(429, "rateLimitExceeded")
        error.resp["retry-after"] = said_s
        told = translation(error)
        assert isinstance(told, QuotaSpent)
        assert told.retry_at == NOON + waits
