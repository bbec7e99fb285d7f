"""Whatever X, tweepy or the network answer becomes one of our errors, by remedy."""

from __future__ import annotations

import inspect
import json
import socket
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy
import tweepy.errors

from moderator.domain import ActionKind, Outcome
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.x import X
from moderator.platforms.x.errors import SCOPES, Ask, Waits, translate
from tests.conftest import MINUTE, NOON
from tests.platforms.replay import CUT, Hang, Replay, Reply, recorded
from tests.platforms.x_school import LOOKUP, ME, MENTIONS, TWEETS, action, hide_of, ok, read, reply, school_on

TOPPED_UP_BY = NOON + timedelta(hours=6)
"""Somebody may raise a limit at any hour, so it is asked again long before the month ends."""
HIDE = hide_of("2094000000000000200")
HTML = "<!DOCTYPE html><html><body>Sorry</body></html>"


def hide_on(x: X, now: datetime = NOON) -> Outcome | PlatformError:
    (answer,) = x.apply([action(ActionKind.HIDE)], now)
    return answer


def hidden_with(answer: Reply) -> Outcome | PlatformError:
    with Replay({HIDE: [answer]}) as vendor:
        return hide_on(school_on(vendor))


def mentions_with(answer: Reply) -> PlatformError:
    with Replay({MENTIONS: [answer]}) as vendor, pytest.raises(PlatformError) as caught:
        read(school_on(vendor), "mentions")
    return caught.value


def epoch(at: datetime) -> str:
    return str(int(at.timestamp()))


# Every exception there is.


def response(status: int, body: Any = None) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode() if body is not None else b""
    return made


def made(kind: type[Exception]) -> Exception:
    """An exception of tweepy's as it would really be raised."""
    status = {
        tweepy.BadRequest: 400,
        tweepy.Unauthorized: 401,
        tweepy.Forbidden: 403,
        tweepy.NotFound: 404,
        tweepy.TooManyRequests: 429,
        tweepy.TwitterServerError: 503,
    }
    if issubclass(kind, tweepy.HTTPException):
        return kind(response(status.get(kind, 402), {"title": "t", "detail": "d"}))
    return kind("something")


TRANSLATIONS = {
    "TweepyException": Unavailable,
    "HTTPException": QuotaSpent,  # 402: out of credit, for which tweepy has no class
    "BadRequest": Refused,
    "Unauthorized": LoginExpired,
    "Forbidden": Refused,
    "NotFound": Gone,
    "TooManyRequests": QuotaSpent,
    "TwitterServerError": Unavailable,
}
EXPORTED = [kind for _, kind in inspect.getmembers(tweepy.errors, inspect.isclass) if issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", EXPORTED, ids=lambda kind: kind.__name__)
def test_every_exception_that_tweepy_exports_has_a_translation(kind: type[Exception]) -> None:
    ours = translate(made(kind), Ask("hide comment x-1", acts=True), Waits(), NOON)
    assert type(ours) is TRANSLATIONS[kind.__name__]
    assert "hide comment x-1" in str(ours)


NETWORK = [
    kind
    for _, kind in inspect.getmembers(requests.exceptions, inspect.isclass)
    if issubclass(kind, requests.RequestException) and kind is not requests.JSONDecodeError
]


@pytest.mark.parametrize("kind", NETWORK, ids=lambda kind: kind.__name__)
def test_every_exception_that_requests_exports_is_unavailable(kind: type[Exception]) -> None:
    ours = translate(kind("lost"), Ask("hide comment x-1", acts=True), Waits(), NOON)
    assert isinstance(ours, Unavailable)
    assert ours.maybe_done == (kind is not requests.ConnectTimeout)


# 1: no time-out of its own.


@pytest.mark.timeout(10)
def test_trouble_1_a_hanging_x_ends_a_call_after_our_own_time_out() -> None:
    with Replay({HIDE: [(200, {}, Hang(8))], MENTIONS: [(200, {}, Hang(8))]}) as vendor:
        x = school_on(vendor, timeouts_s=(0.2, 0.2))
        begun = time.monotonic()
        answer = hide_on(x)
        with pytest.raises(Unavailable) as caught:
            read(x, "mentions")
        assert time.monotonic() - begun < 5
    assert isinstance(answer, Unavailable)
    assert answer.maybe_done
    assert not caught.value.maybe_done


# 2: the monthly cap that looks like a rate limit.


def test_trouble_2_the_monthly_usage_cap_is_told_from_a_rate_limit_and_asked_about_once() -> None:
    plenty = {"x-rate-limit-remaining": "299", "x-rate-limit-reset": epoch(NOON + 15 * MINUTE)}
    with Replay({MENTIONS: [(429, plenty, recorded("x/usage_capped.json"))]}) as vendor:
        with pytest.raises(QuotaSpent) as caught:
            read(school_on(vendor), "mentions")
        assert len(vendor.requests) == 1
    assert caught.value.retry_at == TOPPED_UP_BY


@pytest.mark.parametrize(
    "kind",
    ["https://api.x.com/2/problems/usage-capped", "https://api.twitter.com/2/problems/usage-capped"],
)
def test_trouble_2_the_cap_is_known_by_the_last_part_of_its_type(kind: str) -> None:
    error = mentions_with((429, {}, {"title": "Something new", "detail": "x", "type": kind}))
    assert isinstance(error, QuotaSpent)
    assert error.retry_at == TOPPED_UP_BY


def test_a_daily_cap_ends_at_midnight_utc() -> None:
    error = mentions_with((429, {}, recorded("x/usage_capped.json") | {"period": "Daily"}))
    assert isinstance(error, QuotaSpent)
    assert "2026-11-17 00:00 UTC" in str(error)
    assert error.retry_at == TOPPED_UP_BY


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, {"title": "CreditsDepleted", "detail": "no credits", "type": "https://api.x.com/2/problems/credits"}),
        (402, ""),
        (403, {"title": "Forbidden", "detail": "Your account does not have any credits to fulfill this request."}),
    ],
)
def test_empty_credit_waits_to_be_topped_up_and_refuses_no_action_for_good(status: int, body: Any) -> None:
    answer = hidden_with((status, {}, body))
    assert isinstance(answer, QuotaSpent)
    assert answer.retry_at == TOPPED_UP_BY
    assert "credit" in str(answer)


# 3, 8, 9: until when.


def test_trouble_3_a_rate_limit_waits_for_the_reset_that_x_tells() -> None:
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": epoch(NOON + 9 * MINUTE)}
    error = mentions_with((429, headers, recorded("x/too_many_requests.json")))
    assert isinstance(error, QuotaSpent)
    assert error.retry_at == NOON + 9 * MINUTE


def test_trouble_8_the_limits_of_24_hours_count_too_and_the_latest_reset_wins() -> None:
    headers = {
        "x-rate-limit-remaining": "74",
        "x-rate-limit-reset": epoch(NOON + 90 * MINUTE),
        "x-app-limit-24hour-remaining": "0",
        "x-app-limit-24hour-reset": epoch(NOON + 120 * MINUTE),
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": epoch(NOON + 600 * MINUTE),
    }
    error = mentions_with((429, headers, recorded("x/too_many_requests.json")))
    assert isinstance(error, QuotaSpent)
    assert error.retry_at == NOON + 600 * MINUTE


def test_trouble_9_a_429_without_a_used_up_limit_is_waited_out_ever_longer() -> None:
    moving = {"x-rate-limit-remaining": "12", "x-rate-limit-reset": epoch(NOON + timedelta(seconds=1))}
    refused: Reply = (429, moving, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]})
    with Replay({MENTIONS: [refused] * 6 + [(200, {}, {"meta": {"result_count": 0}}), refused]}) as vendor:
        x = school_on(vendor)
        now, waits = NOON, []
        for _ in range(6):
            waits.append(waited(x, now))
            now += timedelta(seconds=waits[-1])
        read(x, "mentions", now=now)
        afterwards = waited(x, now)
    assert waits == [60, 120, 240, 480, 900, 900]
    assert afterwards == 60


def waited(x: X, now: datetime) -> float:
    with pytest.raises(QuotaSpent) as caught:
        read(x, "mentions", now=now)
    return (caught.value.retry_at - now).total_seconds()


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        (epoch(NOON - 5 * MINUTE), NOON + MINUTE),
        (epoch(NOON + timedelta(seconds=3)), NOON + MINUTE),
        (epoch(NOON + timedelta(days=4000)), NOON + timedelta(hours=25)),
        ("soon", NOON + MINUTE),
        ("9" * 40, NOON + MINUTE),
    ],
)
def test_trouble_9_no_reset_however_odd_makes_us_call_again_within_a_minute(reset: str, expected: datetime) -> None:
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}
    # An odd reset makes tweepy itself stumble; then the daemon's own poll interval is the wait.
    error = mentions_with((429, headers, recorded("x/too_many_requests.json")))
    if isinstance(error, QuotaSpent):
        assert error.retry_at == expected
    else:
        assert not reset.isdigit()
        assert isinstance(error, Unavailable)


# 10: answers that are none.

NO_ANSWERS: list[tuple[int, Mapping[str, str], Any, str]] = [
    (200, {}, "", "empty"),
    (200, {}, HTML, "a page of HTML"),
    (200, {}, '{"data": {"hidden": tr', "cut short"),
    (200, {}, [1, 2], "a list"),
    (200, {}, "null", "null"),
    (200, {}, "{}", "an object with nothing in it"),
    (200, {}, {"data": {"hidden": False}}, "another state than we asked for"),
    (200, {}, {"data": {}}, "no state"),
    (200, {}, {"data": [], "errors": None}, "errors that are no list"),
    (200, {}, "[" * 100_000, "nested without end"),
    (200, {}, b"\xff\xfe\xff", "no UTF-8"),
    (500, {}, HTML, "a server error in HTML"),
    (503, {}, "", "a server error without a word"),
    (429, {"x-rate-limit-reset": "soon"}, "[]", "a list for a rate limit"),
    (400, {}, [{"message": "bad"}], "a list of errors"),
    (403, {}, "null", "null for a 403"),
    (404, {}, {"detail": 7, "errors": 7}, "numbers where words belong"),
]


@pytest.mark.parametrize(("status", "headers", "body", "why"), NO_ANSWERS, ids=[row[3] for row in NO_ANSWERS])
def test_trouble_10_an_answer_that_is_none_leaves_open_whether_a_reply_was_hidden(
    status: int, headers: Mapping[str, str], body: Any, why: str
) -> None:
    answer = hidden_with((status, headers, body))
    assert isinstance(answer, Unavailable), why
    assert answer.maybe_done, why


def test_trouble_10_an_empty_404_is_not_taken_for_a_deleted_comment() -> None:
    answer = hidden_with((404, {}, ""))
    assert isinstance(answer, Unavailable)
    assert not answer.maybe_done


def test_a_cut_connection_leaves_open_whether_a_reply_was_hidden() -> None:
    answer = hidden_with((200, {}, CUT))
    assert isinstance(answer, Unavailable)
    assert answer.maybe_done


def test_an_unreachable_host_surely_did_nothing() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, not listening: refused at once
        answer = hide_on(school_on(f"http://127.0.0.1:{nobody.getsockname()[1]}"))
    assert isinstance(answer, Unavailable)
    assert not answer.maybe_done


def test_a_host_that_takes_nobody_in_is_left_by_the_time_out_for_connecting() -> None:
    """The end of the whole call comes first, while there is no connection yet that could be cut."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        begun = time.monotonic()
        answer = hide_on(school_on(f"http://127.0.0.1:{full.getsockname()[1]}", timeouts_s=(1.0, 0.1)))
        assert time.monotonic() - begun >= 1.0
    assert isinstance(answer, Unavailable)
    assert not answer.maybe_done


def test_a_redirect_is_not_followed_with_the_token() -> None:
    with Replay({("GET", "/elsewhere"): [ok("mentions")]}) as other:
        error = mentions_with((302, {"Location": f"{other.base_url}/elsewhere"}, ""))
        assert other.requests == []
    assert isinstance(error, Unavailable)


def test_an_answer_that_ends_too_early_is_unavailable() -> None:
    error = mentions_with((200, {"Content-Length": "5000", "Connection": "close"}, '{"meta": {'))
    assert isinstance(error, Unavailable)


# Deleted comments.


@pytest.mark.parametrize(
    "answer",
    [
        ok("gone_in_200"),
        (
            404,
            {},
            {"title": "Not Found Error", "detail": "gone", "type": "https://api.x.com/2/problems/resource-not-found"},
        ),
        (410, {}, {"title": "Gone"}),
    ],
)
def test_a_deleted_comment_is_gone_also_where_x_says_200(answer: Reply) -> None:
    assert isinstance(hidden_with(answer), Gone)


def test_a_post_that_only_its_followers_see_is_refused_rather_than_gone() -> None:
    errors = [{"title": "Authorization Error", "type": "https://api.x.com/2/problems/not-authorized-for-resource"}]
    assert isinstance(hidden_with((200, {}, {"errors": errors})), Refused)


# 12: a bare 403.


def test_trouble_12_a_403_on_a_hide_gives_up_and_says_what_may_be_hidden() -> None:
    answer = hidden_with((403, {}, recorded("x/forbidden.json")))
    assert isinstance(answer, Refused)
    assert "only in conversations that the school's account began" in str(answer)
    assert "tweet.moderate.write" in str(answer)
    assert "You are not permitted to perform this action." in str(answer)


def test_trouble_12_a_403_on_reading_calls_a_person_with_the_scopes_listed() -> None:
    error = mentions_with((403, {}, {"title": "Forbidden", "detail": "Forbidden"}))
    assert isinstance(error, LoginExpired)
    assert SCOPES in str(error)


def test_trouble_12_the_check_at_the_start_meets_a_missing_scope_before_anything_is_read() -> None:
    with Replay({ME: [ok("me")], TWEETS: [(403, {}, recorded("x/forbidden.json"))]}) as vendor:
        with pytest.raises(LoginExpired, match=r"users\.read"):
            school_on(vendor).check(NOON)
        assert [seen.path for seen in vendor.requests] == [ME[1], TWEETS[1]]


def test_a_bad_request_is_not_repeated_for_ever() -> None:
    body = {"title": "Invalid Request", "detail": "One or more parameters to your request was invalid."}
    assert isinstance(mentions_with((400, {}, body)), Refused)


def test_no_message_of_ours_holds_a_word_of_a_comment() -> None:
    secret = "Robin Ashdown in Kestrel class"
    with Replay(
        {LOOKUP: [(200, {}, json.dumps({"data": [], "errors": secret}))], MENTIONS: [(200, {}, secret)]}
    ) as vendor:
        x = school_on(vendor)
        with pytest.raises(Unavailable) as first:
            x.read_back([reply()], NOON)
        with pytest.raises(Unavailable) as second:
            read(x, "mentions")
    for error in (first.value, second.value):
        assert "Robin" not in str(error)
        assert error.__suppress_context__
        assert error.__cause__ is None


def test_two_threads_may_each_have_an_account_of_their_own() -> None:
    with Replay({HIDE: [(200, {}, {"data": {"hidden": True}})]}) as vendor:
        answers: list[object] = []
        threads = [threading.Thread(target=lambda: answers.append(hide_on(school_on(vendor)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [type(answer) for answer in answers] == [Outcome] * 4
