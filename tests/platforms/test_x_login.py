"""Being let in: signatures, renewed tokens, and no secret in any log."""

from __future__ import annotations

import base64
import hmac
import logging
import re
from dataclasses import replace
from urllib.parse import quote, unquote

import pytest

from moderator.domain import Account, ActionKind, Outcome
from moderator.errors import ConfigError, LoginExpired, StoreError, Unavailable
from moderator.platforms.memory import MemoryTokens
from tests.conftest import NOON
from tests.platforms.replay import CUT, Replay, Reply, Seen, recorded
from tests.platforms.x_school import (
    BLOCKING,
    ME,
    MENTIONS,
    NOTHING,
    OAUTH1,
    OAUTH2,
    SCHOOL,
    TOKEN,
    TWEETS,
    action,
    hide_of,
    ok,
    read,
    reply,
    school_on,
)

REFUSED: Reply = (401, {}, recorded("x/unauthorized.json"))
HIDE = hide_of(reply().native_id)
FRESH: Reply = (
    200,
    {},
    {
        "token_type": "bearer",
        "expires_in": 7200,
        "access_token": "access-2",
        "refresh_token": "refresh-2",
        "scope": "tweet.read users.read offline.access",
    },
)


class Disk(MemoryTokens):
    """Tokens whose saving fails as often as there are `failures`."""

    def __init__(self, tokens: dict[str, str], *failures: Exception) -> None:
        super().__init__(tokens)
        self._failures = list(failures)

    def save(self, tokens: dict[str, str]) -> None:
        if self._failures:
            raise self._failures.pop()
        super().save(tokens)


def bearers(vendor: Replay, key: tuple[str, str]) -> list[str]:
    return [seen.headers["authorization"] for seen in vendor.asked(*key)]


def test_oauth_1_signs_for_the_host_that_really_gets_the_request() -> None:
    with Replay({MENTIONS: [NOTHING]}) as vendor:
        read(school_on(vendor), "mentions")
        (seen,) = vendor.requests
    assert signed_with(seen) == signature_for(seen, vendor.base_url)
    assert signed_with(seen) != signature_for(seen, "https://api.twitter.com")


def oauth_fields(seen: Seen) -> dict[str, str]:
    fields = re.findall(r'(oauth_\w+)="([^"]*)"', seen.headers["authorization"])
    return {name: unquote(value) for name, value in fields}


def signed_with(seen: Seen) -> str:
    return oauth_fields(seen)["oauth_signature"]


def signature_for(seen: Seen, base: str) -> str:
    """The signature computed anew from the request as it arrived: RFC 5849, section 3.4."""
    fields = [(name, value) for name, value in oauth_fields(seen).items() if name != "oauth_signature"]
    fields += [(name, value) for name, values in seen.query.items() for value in values]
    joined = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(fields))
    signed = "&".join(quote(part, safe="") for part in (seen.method, base + seen.path, joined))
    key = f"{OAUTH1['consumer_secret']}&{OAUTH1['access_token_secret']}"
    return base64.b64encode(hmac.digest(key.encode(), signed.encode(), "sha1")).decode()


def test_a_revoked_oauth_1_token_calls_a_person() -> None:
    with Replay({HIDE: [REFUSED]}) as vendor:
        (answer,) = school_on(vendor).apply([action(ActionKind.HIDE)], NOON)
        assert len(vendor.requests) == 1
    assert isinstance(answer, LoginExpired)


def test_trouble_6_an_oauth_2_token_that_ran_out_is_renewed_and_the_request_sent_again() -> None:
    tokens = MemoryTokens(OAUTH2)
    with Replay({MENTIONS: [REFUSED, NOTHING], TOKEN: [FRESH]}) as vendor:
        x = school_on(vendor, OAUTH2, tokens=tokens)
        read(x, "mentions")
        read(x, "mentions")
        (renewal,) = vendor.asked(*TOKEN)
        assert bearers(vendor, MENTIONS) == ["Bearer access-1", "Bearer access-2", "Bearer access-2"]
    assert renewal.form == {"grant_type": ["refresh_token"], "refresh_token": ["refresh-1"], "client_id": ["client"]}
    assert "authorization" not in renewal.headers
    assert (tokens.load()["access_token"], tokens.load()["refresh_token"]) == ("access-2", "refresh-2")


def test_an_action_is_sent_again_after_the_renewal_too() -> None:
    with Replay({HIDE: [REFUSED, (200, {}, {"data": {"hidden": True}})], TOKEN: [FRESH]}) as vendor:
        (answer,) = school_on(vendor, OAUTH2).apply([action(ActionKind.HIDE)], NOON)
        assert [seen.json for seen in vendor.asked(*HIDE)] == [{"hidden": True}] * 2
    assert isinstance(answer, Outcome)


def test_an_app_with_a_secret_says_it_in_the_header_and_not_in_the_form() -> None:
    with Replay({MENTIONS: [REFUSED, NOTHING], TOKEN: [FRESH]}) as vendor:
        read(school_on(vendor, OAUTH2 | {"client_secret": "hush"}), "mentions")
        (renewal,) = vendor.asked(*TOKEN)
    assert base64.b64decode(renewal.headers["authorization"].removeprefix("Basic ")) == b"client:hush"
    assert "client_id" not in renewal.form


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), StoreError("cannot be written")])
def test_trouble_7_renewed_tokens_are_saved_before_they_are_first_used(failure: Exception) -> None:
    tokens = Disk(OAUTH2, failure)
    with Replay({MENTIONS: [REFUSED, NOTHING], TOKEN: [FRESH, (400, {}, {"error": "invalid_request"})]}) as vendor:
        x = school_on(vendor, OAUTH2, tokens=tokens)
        with pytest.raises(Unavailable, match="could not be saved"):
            read(x, "mentions")
        assert bearers(vendor, MENTIONS) == ["Bearer access-1"]

        read(x, "mentions")  # The single-use refresh token is not spent a second time.
        assert bearers(vendor, MENTIONS) == ["Bearer access-1", "Bearer access-2"]
        assert len(vendor.asked(*TOKEN)) == 1
    scope = "tweet.read users.read offline.access"
    assert tokens.saved == [{"access_token": "access-2", "refresh_token": "refresh-2", "scope": scope}]


def test_trouble_7_tokens_that_another_process_renewed_are_taken_over() -> None:
    tokens = MemoryTokens(OAUTH2)
    with Replay({MENTIONS: [REFUSED, NOTHING], TOKEN: [(400, {}, {"error": "invalid_request"})]}) as vendor:
        x = school_on(vendor, OAUTH2, tokens=tokens)
        tokens.save({"access_token": "access-9", "refresh_token": "refresh-9"})
        read(x, "mentions")
        assert vendor.asked(*TOKEN) == []
        assert bearers(vendor, MENTIONS) == ["Bearer access-1", "Bearer access-9"]


def test_a_token_file_that_was_damaged_meanwhile_is_replaced_by_the_renewed_tokens() -> None:
    class Damaged(MemoryTokens):
        def load(self) -> dict[str, str]:
            if x_is_built:
                raise StoreError("cannot be read")
            return super().load()

    x_is_built = False
    tokens = Damaged(OAUTH2)
    with Replay({MENTIONS: [REFUSED, NOTHING], TOKEN: [FRESH]}) as vendor:
        x = school_on(vendor, OAUTH2, tokens=tokens)
        x_is_built = True
        read(x, "mentions")
    assert [saved["access_token"] for saved in tokens.saved] == ["access-2"]


def test_a_restart_begins_with_the_tokens_saved_last() -> None:
    with Replay({MENTIONS: [NOTHING]}) as vendor:
        read(
            school_on(vendor, OAUTH2, tokens=MemoryTokens({"access_token": "access-5", "refresh_token": "r"})),
            "mentions",
        )
        assert bearers(vendor, MENTIONS) == ["Bearer access-5"]


@pytest.mark.parametrize("status", [400, 401])
def test_a_refresh_token_that_is_spent_calls_a_person(status: int) -> None:
    body = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
    with Replay({MENTIONS: [REFUSED], TOKEN: [(status, {}, body)]}) as vendor, pytest.raises(LoginExpired):
        read(school_on(vendor, OAUTH2), "mentions")


@pytest.mark.parametrize("answer", [(503, {}, "<html>"), (200, {}, "<html>"), (200, {}, {"access_token": 7})])
def test_a_renewal_that_x_could_not_do_is_tried_again_later(answer: Reply) -> None:
    with Replay({MENTIONS: [REFUSED], TOKEN: [answer]}) as vendor, pytest.raises(Unavailable) as caught:
        read(school_on(vendor, OAUTH2), "mentions")
    assert not caught.value.maybe_done


def test_a_token_refused_right_after_its_renewal_calls_a_person_and_ends_there() -> None:
    with Replay({MENTIONS: [REFUSED], TOKEN: [FRESH]}) as vendor:
        with pytest.raises(LoginExpired):
            read(school_on(vendor, OAUTH2), "mentions")
        assert len(vendor.requests) == 3


def test_trouble_12_scopes_that_a_renewal_shows_to_be_missing_are_told() -> None:
    with Replay({ME: [REFUSED, ok("me")], TOKEN: [FRESH], TWEETS: [NOTHING]}) as vendor:
        state = school_on(vendor, OAUTH2).check(NOON)
    (warning,) = state.warnings
    assert "tweet.moderate.write mute.read mute.write block.read" in warning


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        ({}, '"kind" must be'),
        ({"kind": "magic"}, 'got "magic"'),
        ({"kind": "oauth1", "consumer_key": "k"}, "consumer_secret, access_token, access_token_secret missing"),
        ({"kind": "oauth2", "access_token": ""}, "client_id, access_token, refresh_token missing"),
    ],
)
def test_missing_credentials_are_all_told_at_once_and_none_shown(credentials: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        school_on("http://127.0.0.1:9", credentials, tokens=MemoryTokens())


def test_trouble_28_no_token_reaches_a_log_even_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("tweepy", "tweepy.client", "oauthlib", "requests_oauthlib"):
        logging.getLogger(name).setLevel(logging.NOTSET)  # As if nobody had tamed them yet.
    caplog.set_level(logging.DEBUG)
    with Replay(
        {MENTIONS: [ok("mentions"), REFUSED, NOTHING], ("GET", "/2/users"): [ok("users")], TOKEN: [FRESH]}
    ) as vendor:
        read(school_on(vendor), "mentions")
        read(school_on(vendor, OAUTH2 | {"client_secret": "hush"}), "mentions")
    assert caplog.records  # urllib3 says which paths were asked
    for secret in [
        *list(OAUTH1.values())[1:],
        "access-1",
        "access-2",
        "refresh-1",
        "refresh-2",
        "hush",
        "lovely display",
    ]:
        assert secret not in caplog.text


def test_check_takes_over_our_id_and_handle_as_x_knows_them() -> None:
    unknown = Account("x", "x", "@fernhillprimary")
    with Replay({ME: [ok("me")], TWEETS: [ok("own_posts")]}) as vendor:
        x = school_on(vendor, account=unknown)
        state = x.check(NOON)
    assert (state.account.native_id, state.account.handle) == (SCHOOL.native_id, "@FernhillPrimary")
    assert x.account == state.account
    (warning,) = state.warnings
    assert "id of the account was not known" in warning


def test_check_says_nothing_where_nothing_is_wrong() -> None:
    with Replay({ME: [ok("me")], TWEETS: [ok("own_posts")]}) as vendor:
        assert school_on(vendor).check(NOON).warnings == ()


def test_somebody_elses_token_is_not_used() -> None:
    other = {"data": {"id": "77", "name": "Else", "username": "someone_else"}}
    with Replay({ME: [(200, {}, other)]}) as vendor, pytest.raises(LoginExpired, match="belongs to 77 "):
        school_on(vendor).check(NOON)


def test_check_warns_where_fields_we_need_no_longer_come() -> None:
    body = recorded("x/own_posts.json")
    for item in body["data"]:
        del item["author_id"], item["conversation_id"]
    with Replay({ME: [ok("me")], TWEETS: [(200, {}, body)]}) as vendor:
        warnings = school_on(vendor).check(NOON).warnings
    assert [warning.split()[4] for warning in warnings] == ["author_id", "conversation_id"]


def test_the_accounts_own_id_is_asked_for_once_where_nobody_gave_it() -> None:
    with Replay({ME: [ok("me")], MENTIONS: [NOTHING], BLOCKING: [NOTHING]}) as vendor:
        x = school_on(vendor, account=Account("x", "x", "@FernhillPrimary"))
        read(x, "mentions")
        read(x, "mentions")
        assert x.is_blocked(reply().author, NOON) is False
        assert len(vendor.asked(*ME)) == 1


def test_a_renewal_that_breaks_off_is_tried_again_later() -> None:
    with Replay({MENTIONS: [REFUSED], TOKEN: [(200, {}, CUT)]}) as vendor, pytest.raises(Unavailable, match="to renew"):
        read(school_on(vendor, OAUTH2), "mentions")


def test_check_tells_of_a_new_name_of_the_account() -> None:
    with Replay({ME: [ok("me")], TWEETS: [ok("own_posts")]}) as vendor:
        (warning,) = school_on(vendor, account=replace(SCHOOL, handle="@OldFernhill")).check(NOON).warnings
    assert warning == "The account is called @FernhillPrimary on X now, and was @OldFernhill."


def test_the_token_of_another_handle_is_not_used_where_nobody_gave_an_id() -> None:
    other = Account("x", "x", "@SomebodyElse")
    with Replay({ME: [ok("me")]}) as vendor, pytest.raises(LoginExpired, match="belongs to @FernhillPrimary, not to"):
        school_on(vendor, account=other).check(NOON)


def test_check_tells_of_own_posts_that_cannot_be_read() -> None:
    body: Reply = (200, {}, {"data": [{"id": ["odd"]}], "meta": {"result_count": 1}})
    with Replay({ME: [ok("me")], TWEETS: [body]}) as vendor:
        (warning,) = school_on(vendor).check(NOON).warnings
    assert "this adapter needs an update" in warning


@pytest.mark.parametrize("body", [{"data": {"id": ["odd"]}}, {"meta": {}}])
def test_an_answer_that_does_not_say_who_we_are_is_tried_again(body: dict[str, object]) -> None:
    with Replay({ME: [(200, {}, body)]}) as vendor, pytest.raises(Unavailable, match="JSON of another shape"):
        school_on(vendor).check(NOON)


def test_our_id_is_asked_for_before_the_block_list_and_before_a_mute() -> None:
    unknown = Account("x", "x", "@FernhillPrimary")
    muting = ("POST", f"/2/users/{SCHOOL.native_id}/muting")
    answers: dict[tuple[str, str], list[Reply]] = {muting: [(200, {}, {"data": {"muting": True}})]}
    with Replay(answers | {ME: [ok("me")], BLOCKING: [NOTHING]}) as vendor:
        assert school_on(vendor, account=unknown).is_blocked(reply().author, NOON) is False
        (answer,) = school_on(vendor, account=unknown).apply([action(ActionKind.MUTE)], NOON)
        assert len(vendor.asked(*ME)) == 2
    assert isinstance(answer, Outcome)
