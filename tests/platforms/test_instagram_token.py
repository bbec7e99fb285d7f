"""The access token is renewed in time, and a person is warned while there still is time. And who the token belongs to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from moderator.errors import ConfigError, LoginExpired, Unavailable
from moderator.platforms.memory import MemoryTokens
from tests.conftest import NOON
from tests.platforms.instagram_room import DAY, MEDIA, SCHOOL, failure, instagram, read, token
from tests.platforms.replay import Replay, Reply, recorded

ME = ("GET", "/me")
RENEW = ("GET", "/refresh_access_token")
RENEWED: Reply = (200, {}, {"access_token": "IGAAnew", "token_type": "bearer", "expires_in": 5_184_000})


def a_vendor(renewal: Reply = RENEWED, me: Any = None) -> Replay:
    answer = me if me is not None else recorded("instagram/me.json")
    return Replay({RENEW: [renewal], ME: [(200, {}, answer)], MEDIA: [(200, {}, {"data": []})]})


@pytest.mark.parametrize(("age_days", "renewals"), [(0.5, 0), (2, 0), (6.9, 0), (7, 1), (40, 1)])
def test_a_token_is_renewed_every_seven_days(age_days: float, renewals: int) -> None:
    tokens = MemoryTokens()
    with a_vendor() as vendor:
        read(instagram(vendor, token(age_days), tokens))
        assert len(vendor.asked(*RENEW)) == renewals
    assert len(tokens.saved) == renewals


def test_the_renewed_token_is_saved_before_it_is_used_and_used_after_a_restart() -> None:
    tokens = MemoryTokens()
    with a_vendor() as vendor:
        read(instagram(vendor, token(8), tokens))
        read(instagram(vendor, token(8), tokens))
        assert len(vendor.asked(*RENEW)) == 1
        assert {seen.headers["authorization"] for seen in vendor.asked(*MEDIA)} == {"Bearer IGAAnew"}
    [saved] = tokens.saved
    assert saved["access_token"] == "IGAAnew"
    assert saved["refreshed_at"] == NOON.isoformat()
    assert saved["expires_at"] == (NOON + 60 * DAY).isoformat()


def test_a_renewed_token_is_renewed_again_a_week_later() -> None:
    tokens = MemoryTokens()
    with a_vendor() as vendor:
        adapter = instagram(vendor, token(8), tokens)
        for days in (0, 3, 7):
            read(adapter, now=NOON + days * DAY)
        assert [seen.query["access_token"] for seen in vendor.asked(*RENEW)] == [["IGAAsecret"], ["IGAAnew"]]


def test_a_token_of_unknown_age_is_renewed_at_once() -> None:
    with a_vendor() as vendor:
        read(instagram(vendor, {"access_token": "IGAAsecret"}))
        assert len(vendor.asked(*RENEW)) == 1


def test_a_new_token_in_the_credential_file_wins_over_the_renewed_old_one() -> None:
    tokens = MemoryTokens()
    with a_vendor() as vendor:
        read(instagram(vendor, token(8), tokens))
        read(instagram(vendor, {**token(1), "access_token": "IGAAbyhand"}, tokens))
        assert vendor.asked(*MEDIA)[-1].headers["authorization"] == "Bearer IGAAbyhand"


def test_tokens_that_only_repeat_the_credential_file_change_nothing() -> None:
    with a_vendor() as vendor:
        read(instagram(vendor, token(1), MemoryTokens(token(1))))
        assert vendor.asked(*RENEW) == []


@pytest.mark.parametrize("reply", [(400, {}, failure(10)), (503, {}, "<html>"), (200, {}, {"expires_in": 9})])
def test_a_renewal_that_fails_stops_no_reading_and_is_tried_again_a_day_later(reply: Reply) -> None:
    with a_vendor(renewal=reply) as vendor:
        adapter = instagram(vendor, token(8))
        for hours in (0, 1, 24):
            read(adapter, now=NOON + timedelta(hours=hours))
        assert len(vendor.asked(*RENEW)) == 2
        assert len(vendor.asked(*MEDIA)) == 3
        assert "could not be renewed" in adapter.check(NOON + timedelta(hours=25)).warnings[0]


@pytest.mark.parametrize(("age_days", "warned"), [(45, False), (47, True), (59.5, True)])
def test_a_person_is_warned_a_fortnight_before_the_token_dies(age_days: float, warned: bool) -> None:
    with a_vendor(renewal=(503, {}, "<html>")) as vendor:
        warnings = instagram(vendor, token(age_days)).check(NOON).warnings
    told = [warning for warning in warnings if "dies in" in warning]
    assert bool(told) is warned
    assert all("then run: moderator check" in warning for warning in told)


def test_who_we_are_is_told_as_instagram_knows_it() -> None:
    with a_vendor() as vendor:
        state = instagram(vendor).check(NOON)
    assert (state.account.handle, state.account.native_id) == ("@valewoodprimary", "17841400000000001")
    assert state.warnings == ()


def test_a_token_of_another_account_and_a_private_account_are_told_of() -> None:
    renamed = {"id": "1", "user_id": SCHOOL.native_id, "username": "somebody_else", "account_type": "PERSONAL"}
    with a_vendor(me=renamed) as vendor:
        told = " ".join(instagram(vendor).check(NOON).warnings)
    assert "belongs to @somebody_else, the configuration says @valewoodprimary" in told
    assert "no professional account" in told


def test_a_token_of_an_account_with_another_id_is_not_used() -> None:
    other = {"id": "1", "user_id": 2, "username": "somebody_else", "account_type": "BUSINESS"}
    with a_vendor(me=other) as vendor, pytest.raises(LoginExpired, match="belongs to 2 "):
        instagram(vendor).check(NOON)


def test_a_revoked_token_calls_a_person_and_says_what_to_do() -> None:
    with (
        Replay({ME: [(400, {}, recorded("instagram/revoked.json"))]}) as vendor,
        pytest.raises(LoginExpired, match="Make a new long-lived token"),
    ):
        instagram(vendor).check(NOON)


def test_an_account_that_is_none_is_no_answer() -> None:
    with a_vendor(me={"name": "nobody"}) as vendor, pytest.raises(Unavailable):
        instagram(vendor).check(NOON)


@pytest.mark.parametrize("credentials", [{}, {"access_token": "  "}, {"access_token": "two words"}])
def test_a_missing_token_is_told_before_anything_is_asked(credentials: dict[str, str]) -> None:
    with Replay({}) as vendor, pytest.raises(ConfigError, match="access_token"):
        instagram(vendor, credentials or {"other": "key"})
