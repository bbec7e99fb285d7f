"""Every way in which Instagram or the road to it can fail, and the remedy each is sorted under."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from moderator.domain import ActionKind, Outcome
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.instagram.errors import NEVER_SENT, Asked, from_exception
from tests.conftest import NOON
from tests.platforms.instagram_room import MEDIA, an_action, failure, instagram, read, token
from tests.platforms.replay import CUT, Replay, Reply, recorded

HTTPX_EXCEPTIONS = sorted(
    (thing for thing in vars(httpx).values() if isinstance(thing, type) and issubclass(thing, Exception)),
    key=lambda kind: kind.__name__,
)
NODE = ("POST", "/18000000000000003")
REQUEST = httpx.Request("GET", "https://graph.example/?access_token=IGAAsecret")


def made(kind: type[Exception]) -> Exception:
    """One exception of the class, with an address in its words as httpx puts it there."""
    words = str(REQUEST.url)
    if kind in (httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead):
        return kind()
    if kind is httpx.HTTPStatusError:
        return httpx.HTTPStatusError(words, request=REQUEST, response=httpx.Response(500))
    return kind(words)


def test_httpx_still_has_the_exceptions_that_are_walked() -> None:
    assert {"ConnectError", "ReadTimeout", "InvalidURL", "StreamClosed"} <= {kind.__name__ for kind in HTTPX_EXCEPTIONS}


@pytest.mark.parametrize("kind", HTTPX_EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_each_exception_of_httpx_is_tried_again_and_tells_no_token(kind: type[Exception]) -> None:
    reading = from_exception(made(kind), Asked("read the comments of post 1"))
    hiding = from_exception(made(kind), Asked("hide comment instagram-1", changes=True))
    assert isinstance(reading, Unavailable)
    assert isinstance(hiding, Unavailable)
    assert not reading.maybe_done
    assert hiding.maybe_done is not issubclass(kind, NEVER_SENT)
    assert kind.__name__ in str(hiding)
    assert "IGAAsecret" not in str(hiding) + str(reading)


@pytest.mark.parametrize("kind", HTTPX_EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_the_wire_catches_each_exception_of_httpx(kind: type[Exception]) -> None:
    caught = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, ValueError)
    assert issubclass(kind, caught)


@pytest.mark.parametrize(
    ("status", "error", "reading", "hiding"),
    [
        (400, failure(190, error_subcode=463), LoginExpired, LoginExpired),
        (401, failure(102), LoginExpired, LoginExpired),
        (400, failure(80002), QuotaSpent, QuotaSpent),
        (400, failure(4), QuotaSpent, QuotaSpent),
        (400, failure(17), QuotaSpent, QuotaSpent),
        (400, failure(32), QuotaSpent, QuotaSpent),
        (400, failure(613), QuotaSpent, QuotaSpent),
        (429, "", QuotaSpent, QuotaSpent),
        (400, failure(10), LoginExpired, Refused),
        (403, failure(200), LoginExpired, Refused),
        (400, failure(368), LoginExpired, Refused),
        (500, failure(2, is_transient=True), Unavailable, Unavailable),
        (400, failure(1), Unavailable, Unavailable),
        (400, failure(9999, is_transient=True), Unavailable, Unavailable),
        (503, "<html>Service Unavailable</html>", Unavailable, Unavailable),
        (404, "<html>a proxy's own page</html>", Unavailable, Unavailable),
        (302, "", Unavailable, Unavailable),
        (400, failure(100), Unavailable, Refused),
        (400, {"error": "no object"}, Unavailable, Unavailable),
    ],
)
def test_each_answer_has_its_remedy(
    status: int, error: Any, reading: type[PlatformError], hiding: type[PlatformError]
) -> None:
    with Replay({MEDIA: [(status, {}, error)], NODE: [(status, {}, error)]}) as vendor:
        adapter = instagram(vendor)
        with pytest.raises(PlatformError) as raised:
            read(adapter)
        [answer] = adapter.apply([an_action(ActionKind.HIDE)], NOON)
    assert type(raised.value) is reading
    assert type(answer) is hiding
    if isinstance(answer, Unavailable):
        assert answer.maybe_done


@pytest.mark.parametrize("reply", [(400, {}, failure(100, error_subcode=33)), (404, {}, failure(803))])
def test_what_no_longer_exists_is_gone(reply: Reply) -> None:
    with Replay({NODE: [reply]}) as vendor:
        [answer] = instagram(vendor).apply([an_action()], NOON)
    assert isinstance(answer, Gone)


def throttled(minutes: int | None) -> Reply:
    line = {"call_count": 100, "estimated_time_to_regain_access": minutes}
    headers = {} if minutes is None else {"X-Business-Use-Case-Usage": json.dumps({"1": [line]})}
    return 400, headers, failure(80002)


def waits(*replies: Reply) -> list[timedelta]:
    """How long each refusal in a row asks to wait, asked again when that is over; what is no refusal asks nothing."""
    told, now = [], NOON
    with Replay({NODE: list(replies)}) as vendor:
        adapter = instagram(vendor)
        for _ in replies:
            [answer] = adapter.apply([an_action()], now)
            if isinstance(answer, QuotaSpent):
                told.append(answer.retry_at - now)
                now = answer.retry_at
    return told


def test_too_many_calls_wait_as_long_as_instagram_says() -> None:
    assert waits(throttled(19)) == [timedelta(minutes=19)]


def test_without_a_word_from_instagram_the_wait_doubles_up_to_an_hour() -> None:
    minutes = [wait / timedelta(minutes=1) for wait in waits(*[throttled(None)] * 8)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


def test_until_then_instagram_is_asked_nothing_at_all() -> None:
    with Replay({NODE: [throttled(19), (200, {}, {"success": True})]}) as vendor:
        adapter = instagram(vendor)
        for minutes in (0, 1, 18):
            [answer] = adapter.apply([an_action()], NOON + timedelta(minutes=minutes))
            assert isinstance(answer, QuotaSpent)
        assert len(vendor.requests) == 1
        [answer] = adapter.apply([an_action()], NOON + timedelta(minutes=19))
        assert isinstance(answer, Outcome)


def test_a_call_that_succeeds_ends_the_doubling() -> None:
    fine: Reply = (200, {}, {"success": True})
    assert waits(throttled(None), throttled(None), fine, throttled(None))[-1] == timedelta(minutes=1)


def test_a_wrong_address_in_the_settings_says_so() -> None:
    with pytest.raises(Unavailable, match="Check api_base"):
        read(instagram("graph.instagram.com"))


def test_a_cut_connection_is_tried_again() -> None:
    with Replay({MEDIA: [(200, {}, CUT)]}) as vendor, pytest.raises(Unavailable):
        read(instagram(vendor))


def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """An address where one connection is taken and then treated as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(timeout=5)


def says_nothing(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def drips(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize(("server", "came"), [(says_nothing, "ReadTimeout"), (drips, "RemoteProtocolError")])
def test_a_server_that_says_nothing_or_drips_is_left_after_a_while(
    server: Callable[[socket.socket], None], came: str
) -> None:
    begun = time.monotonic()
    with contextlib.contextmanager(serving)(server) as base, pytest.raises(Unavailable, match=came):
        read(instagram(base))
    assert time.monotonic() - begun < 4


def test_an_answer_without_end_is_no_answer() -> None:
    with Replay({MEDIA: [(200, {}, " " * 10_000_001)]}) as vendor, pytest.raises(Unavailable, match="more than"):
        read(instagram(vendor))


def test_an_answer_nested_without_end_is_no_answer() -> None:
    with Replay({MEDIA: [(200, {}, '{"data":' * 100_000)]}) as vendor, pytest.raises(Unavailable):
        read(instagram(vendor))


def test_instagrams_own_words_are_not_repeated_since_they_can_hold_the_token() -> None:
    error = {"error": {"message": "Malformed access token IGAAsecret", "code": 190, "fbtrace_id": "Trace1"}}
    with Replay({MEDIA: [(400, {}, error)]}) as vendor, pytest.raises(LoginExpired) as raised:
        read(instagram(vendor))
    assert "IGAAsecret" not in str(raised.value)
    assert "code 190, trace Trace1" in str(raised.value)
    assert "then run: moderator check" in str(raised.value)


def test_no_log_line_holds_a_token_though_everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    replies: dict[tuple[str, str], list[Reply]] = {
        ("GET", "/refresh_access_token"): [(200, {}, {"access_token": "IGAAnew", "expires_in": 5_184_000})],
        MEDIA: [(400, {}, recorded("instagram/revoked.json"))],
    }
    caplog.set_level(logging.DEBUG)
    with Replay(replies) as vendor, pytest.raises(LoginExpired):
        read(instagram(vendor, token(age_days=8)))
    assert vendor.asked("GET", "/refresh_access_token")[0].query["access_token"] == ["IGAAsecret"]
    assert vendor.asked(*MEDIA)[0].query.get("access_token") is None
    assert "IGAA" not in caplog.text
