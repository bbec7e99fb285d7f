"""What goes wrong with YouTube beyond one answer: the quota, the network and the login, end to end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from moderator.domain import ActionKind, Outcome
from moderator.errors import ConfigError, LoginExpired, QuotaSpent, Unavailable
from moderator.platforms.base import Start
from moderator.platforms.memory import MemoryMeter
from moderator.platforms.sharing import Purpose
from moderator.platforms.youtube import YouTube
from moderator.platforms.youtube.quota import Quota
from tests.conftest import MINUTE, NOON
from tests.platforms.replay import CUT, Reply, recorded
from tests.platforms.youtube_replies import (
    CHANNELS,
    DONE,
    MODERATE,
    NEXT_PACIFIC_DAY,
    PACIFIC_DAY,
    SCHOOL,
    SINCE,
    THREADS,
    TOKEN,
    Google,
    answer,
    page,
    read,
    said,
    thread,
    to,
    youtube_at,
)

# --- quota ----------------------------------------------------------------------------------------------------------


def test_trouble_15_reading_stops_before_the_reserve_and_actions_go_on() -> None:
    meter = MemoryMeter()
    meter.add("units", PACIFIC_DAY, 8_000)
    with Google.with_replies({THREADS: [page([])], MODERATE: [DONE]}) as google:
        youtube = youtube_at(google, meter)
        with pytest.raises(QuotaSpent) as stopped:
            read(youtube)
        assert isinstance(answer(youtube, ActionKind.HIDE), Outcome)
        assert google.asked(*THREADS) == []
    assert stopped.value.retry_at == NEXT_PACIFIC_DAY
    assert meter.total("units", PACIFIC_DAY) == 8_050


def test_trouble_15_actions_stop_at_the_last_unit_and_nothing_is_sent() -> None:
    meter = MemoryMeter()
    meter.add("units", PACIFIC_DAY, 9_951)
    with Google.with_replies({MODERATE: [DONE]}) as google:
        told = answer(youtube_at(google, meter), ActionKind.HIDE)
        assert google.requests == []
    assert isinstance(told, QuotaSpent)
    assert told.retry_at == NEXT_PACIFIC_DAY


def test_trouble_15_a_sweep_stops_at_seven_tenths_of_the_day() -> None:
    meter = MemoryMeter()
    meter.add("units", PACIFIC_DAY, 6_999)
    with Google.with_replies({THREADS: [page([thread("c1")], "on")]}) as google:
        youtube = youtube_at(google, meter)
        pages = youtube.fetch("sweep", Start(None, SINCE, {"vidSports01": 1}), NOON)
        assert next(pages).cursor is None
        with pytest.raises(QuotaSpent):
            next(pages)
        read(youtube, known={"vidSports01": 1})


def test_trouble_15_when_google_says_it_is_spent_nothing_more_is_asked_until_pacific_midnight() -> None:
    meter = MemoryMeter()
    with Google.with_replies({THREADS: [said("quota_exceeded", 403)], MODERATE: [DONE]}) as google:
        youtube = youtube_at(google, meter)
        with pytest.raises(QuotaSpent) as stopped:
            read(youtube)
        assert isinstance(answer(youtube, ActionKind.HIDE), QuotaSpent)
        assert len(google.asked(*THREADS)) == 1
        assert google.asked(*MODERATE) == []
        [tomorrow] = youtube.apply([to(ActionKind.HIDE)], NEXT_PACIFIC_DAY)
    assert stopped.value.retry_at == NEXT_PACIFIC_DAY
    assert isinstance(tomorrow, Outcome)


def test_trouble_15_what_google_said_of_the_day_outlives_a_restart() -> None:
    meter = MemoryMeter()
    with Google.with_replies({THREADS: [said("quota_exceeded", 403)], MODERATE: [DONE]}) as google:
        with pytest.raises(QuotaSpent):
            read(youtube_at(google, meter))
        told = answer(youtube_at(google, meter), ActionKind.HIDE)
        assert google.asked(*MODERATE) == []
    assert isinstance(told, QuotaSpent)
    assert str(told).startswith("Google said that today's quota is spent. Actions wait until")


def test_trouble_15_the_ledger_begins_anew_at_pacific_midnight() -> None:
    meter = MemoryMeter()
    quota = Quota(meter, 10, 0)
    quota.spend(10, Purpose.ACT, NOON)
    with pytest.raises(QuotaSpent):
        quota.spend(1, Purpose.ACT, NEXT_PACIFIC_DAY - MINUTE)
    quota.spend(1, Purpose.ACT, NEXT_PACIFIC_DAY)
    assert quota.used(NEXT_PACIFIC_DAY) == 1


@pytest.mark.parametrize(
    ("now", "resets_at"),
    [
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), datetime(2026, 12, 2, 8, tzinfo=UTC)),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),  # the day has 25 hours
        (datetime(2027, 3, 14, 9, tzinfo=UTC), datetime(2027, 3, 15, 7, tzinfo=UTC)),  # and this one 23
    ],
)
def test_the_day_ends_at_midnight_in_california_in_summer_and_winter(now: datetime, resets_at: datetime) -> None:
    assert Quota(MemoryMeter(), 10, 0).resets_at(now) == resets_at


def test_units_are_counted_for_calls_that_fail_too() -> None:
    meter = MemoryMeter()
    with Google.with_replies({THREADS: [said("backend_error", 503)]}) as google, pytest.raises(Unavailable):
        read(youtube_at(google, meter))
    assert meter.total("units", PACIFIC_DAY) == 3


# --- network --------------------------------------------------------------------------------------------------------


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_trouble_21_a_server_that_hangs_is_given_up_after_the_time_out(silent: str) -> None:
    with Google.with_replies({}) as google:
        youtube = YouTube(
            SCHOOL,
            {"refresh_token": "r", "client_id": "c", "client_secret": "s", "token_uri": f"{google.base_url}/token"},
            MemoryMeter(),
            api_base=silent,
            timeouts_s=(0.2, 0.2),
        )
        told = answer(youtube, ActionKind.HIDE)
        with pytest.raises(Unavailable, match="TimeoutError"):
            read(youtube)
    assert isinstance(told, Unavailable)
    assert told.maybe_done


def test_trouble_21_after_a_broken_connection_the_next_call_gets_its_own_answer() -> None:
    replies: dict[tuple[str, str], list[Reply]] = {MODERATE: [(200, {}, CUT), DONE]}
    with Google.with_replies(replies) as google:
        youtube = youtube_at(google)
        socket_before = youtube._client._http
        first, second = answer(youtube, ActionKind.HIDE), answer(youtube, ActionKind.HIDE)
    assert isinstance(first, Unavailable)
    assert first.maybe_done
    assert isinstance(second, Outcome)
    assert youtube._client._http is not socket_before


def test_an_unreachable_host_is_told_as_such_and_nothing_may_be_done() -> None:
    with Google.with_replies({}) as google, socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        closed.close()
        credentials = {
            "refresh_token": "r",
            "client_id": "c",
            "client_secret": "s",
            "token_uri": f"{google.base_url}/token",
        }
        told = answer(YouTube(SCHOOL, credentials, MemoryMeter(), api_base=nowhere), ActionKind.HIDE)
    assert isinstance(told, Unavailable)
    assert not told.maybe_done


def test_a_redirect_is_not_followed_with_the_token() -> None:
    elsewhere: Reply = (302, {"Location": "/elsewhere"}, b"")
    with Google.with_replies({THREADS: [elsewhere], ("GET", "/elsewhere"): [page([])]}) as google:
        with pytest.raises(Unavailable):
            read(youtube_at(google))
        assert google.asked("GET", "/elsewhere") == []


# --- login ----------------------------------------------------------------------------------------------------------


def test_the_login_is_renewed_once_and_its_token_is_sent() -> None:
    with Google.with_replies({THREADS: [page([])]}) as google:
        youtube = youtube_at(google)
        read(youtube)
        read(youtube)
        assert len(google.asked(*TOKEN)) == 1
        assert google.asked(*TOKEN)[0].form["refresh_token"] == ["1//invented"]
        assert google.asked(*THREADS)[1].headers["authorization"] == "Bearer ya29.invented"


def test_trouble_22_a_dead_refresh_token_says_how_to_get_one_that_lives() -> None:
    with Google.with_replies({TOKEN: [said("invalid_grant", 400)]}) as google, pytest.raises(LoginExpired) as told:
        youtube_at(google).check(NOON)
    assert "consent screen" in str(told.value)
    assert "Testing" in str(told.value)


def test_trouble_22_a_dead_refresh_token_is_an_answer_to_an_action_and_not_raised() -> None:
    with Google.with_replies({TOKEN: [said("invalid_grant", 400)]}) as google:
        assert isinstance(answer(youtube_at(google), ActionKind.HIDE), LoginExpired)


def test_a_wrong_client_is_a_matter_for_a_person() -> None:
    refused: Reply = (401, {}, {"error": "invalid_client", "error_description": "The OAuth client was not found."})
    with Google.with_replies({TOKEN: [refused]}) as google, pytest.raises(LoginExpired, match="client_secret"):
        youtube_at(google).check(NOON)


@pytest.mark.parametrize("reply", [(404, {}, "<html>"), (200, {}, "{}"), (200, {}, "<html>"), (200, {}, CUT)])
def test_a_token_server_that_talks_nonsense_passes_by_itself(reply: Reply) -> None:
    with Google.with_replies({TOKEN: [reply]}) as google, pytest.raises(Unavailable):
        youtube_at(google).check(NOON)


def test_a_token_that_google_no_longer_takes_is_renewed_before_anyone_is_called() -> None:
    unauthorized: Reply = (401, {}, {"error": {"code": 401, "errors": [{"reason": "authError"}]}})
    with Google.with_replies({THREADS: [unauthorized, page([])]}) as google:
        read(youtube_at(google))
        assert len(google.asked(*TOKEN)) == 2
    with Google.with_replies({THREADS: [unauthorized]}) as google, pytest.raises(LoginExpired):
        read(youtube_at(google))


def test_missing_credentials_are_named_before_anybody_is_asked() -> None:
    with pytest.raises(ConfigError, match="refresh_token, client_secret"):
        YouTube(SCHOOL, {"client_id": "c"}, MemoryMeter())


def test_a_check_tells_who_we_are() -> None:
    with Google.with_replies({}) as google:
        state = youtube_at(google).check(NOON)
        assert google.asked(*CHANNELS)[0].query["mine"] == ["true"]
    assert (state.account.native_id, state.account.handle) == ("UCharbourlane0000000000", "@harbourlane")
    assert state.warnings == ()


def test_trouble_22_a_check_warns_of_a_login_that_may_die_in_a_week_where_nothing_is_known_of_it() -> None:
    with Google.with_replies({}) as google:
        credentials = {
            "refresh_token": "r",
            "client_id": "c",
            "client_secret": "s",
            "token_uri": f"{google.base_url}/token",
        }
        state = YouTube(SCHOOL, credentials, MemoryMeter(), api_base=google.base_url).check(NOON)
    assert len(state.warnings) == 1
    assert "7 days" in state.warnings[0]


def test_a_check_warns_of_a_day_nearly_spent_and_of_another_handle() -> None:
    meter = MemoryMeter()
    meter.add("units", PACIFIC_DAY, 6_000)
    renamed = recorded("youtube/channels.json")
    renamed["items"][0]["snippet"]["customUrl"] = "@seaviewprimary"
    with Google.with_replies({CHANNELS: [(200, {}, renamed)]}) as google:
        state = youtube_at(google, meter).check(NOON)
    assert "6,001 of today's 10,000" in state.warnings[0]
    assert "@seaviewprimary" in state.warnings[1]


@pytest.mark.parametrize(
    ("items", "told"),
    [([], "Consent again"), ([{"id": "UCsomebodyelse"}], 'write native_id = "UCsomebodyelse" for it')],
)
def test_a_login_of_the_wrong_channel_is_refused_before_anything_is_read(items: list[Any], told: str) -> None:
    with Google.with_replies({CHANNELS: [page(items)]}) as google, pytest.raises(LoginExpired, match=told):
        youtube_at(google).check(NOON)


@pytest.mark.parametrize("items", [[7], [{"id": None}], [{}]])
def test_a_channel_that_cannot_be_read_is_asked_for_later(items: list[Any]) -> None:
    with Google.with_replies({CHANNELS: [page(items)]}) as google, pytest.raises(Unavailable):
        youtube_at(google).check(NOON)
