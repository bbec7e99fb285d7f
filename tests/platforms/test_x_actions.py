"""Hiding, showing again and muting on X, and looking whether it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.domain import ActionKind, Author, Outcome, Result, Visibility
from moderator.errors import Gone, LoginExpired, QuotaSpent, Refused, Unavailable
from moderator.platforms.memory import MemoryMeter
from tests.conftest import NOON
from tests.platforms.replay import CUT, Replay, Reply, recorded
from tests.platforms.x_school import BLOCKING, LOOKUP, ME, OAUTH2, OWN_ID, action, hide_of, ok, reply, school_on

MONTH = "2026-11"
HIDE = hide_of("2094000000000000200")
MUTE = ("POST", f"/2/users/{OWN_ID}/muting")
UNMUTE = ("DELETE", f"/2/users/{OWN_ID}/muting/3300000000000000002")
HIDDEN: Reply = (200, {}, {"data": {"hidden": True}})


def test_a_reply_is_hidden_and_shown_again() -> None:
    with Replay({HIDE: [HIDDEN, (200, {}, {"data": {"hidden": False}})]}) as vendor:
        x = school_on(vendor)
        (hidden,) = x.apply([action(ActionKind.HIDE)], NOON)
        (released,) = x.apply([action(ActionKind.RELEASE)], NOON)
        assert [seen.json for seen in vendor.requests] == [{"hidden": True}, {"hidden": False}]
    assert isinstance(hidden, Outcome)
    assert isinstance(released, Outcome)
    assert (hidden.result, hidden.done_at, released.result) == (Result.DONE, NOON, Result.DONE)


def test_an_author_is_muted_and_heard_again_without_asking_x_who_we_are() -> None:
    replies: dict[tuple[str, str], list[Reply]] = {
        MUTE: [(200, {}, {"data": {"muting": True}})],
        UNMUTE: [(200, {}, {"data": {"muting": False}})],
    }
    with Replay(replies) as vendor:
        x = school_on(vendor, OAUTH2)
        answers = x.apply([action(ActionKind.MUTE)], NOON) + x.apply([action(ActionKind.UNMUTE)], NOON)
        assert vendor.requests[0].json == {"target_user_id": "3300000000000000002"}
        assert vendor.asked(*ME) == []
    assert all(isinstance(answer, Outcome) for answer in answers)


def test_nobody_is_muted_where_x_did_not_say_who_wrote_it() -> None:
    with Replay({}) as vendor:
        (answer,) = school_on(vendor).apply([action(ActionKind.MUTE, reply(author=""))], NOON)
        assert vendor.requests == []
    assert isinstance(answer, Refused)


@pytest.mark.parametrize("kind", [ActionKind.BLOCK, ActionKind.UNBLOCK, ActionKind.REMOVE])
def test_what_x_offers_no_program_is_refused_and_told_as_steps_for_a_person(kind: ActionKind) -> None:
    with Replay({}) as vendor:
        x = school_on(vendor)
        (answer,) = x.apply([action(kind)], NOON)
        assert vendor.requests == []
    assert isinstance(answer, Refused)
    assert kind not in x.capabilities.actions
    assert x.capabilities.effects[kind]
    steps, url = x.by_hand(action(kind))
    assert "@FernhillPrimary" in steps
    assert url == ("https://x.com/tomasz_wrona" if kind is not ActionKind.REMOVE else reply().url)


def test_every_kind_of_action_has_steps_and_an_effect_in_words() -> None:
    x = school_on("http://127.0.0.1:9")
    for kind in ActionKind:
        assert x.capabilities.effects[kind]
        for comment in (reply(), reply(author="")):
            steps, url = x.by_hand(action(kind, comment))
            assert steps.startswith("Sign in to X as @FernhillPrimary, ")
            assert url.startswith("https://x.com/")


def test_an_author_without_a_known_handle_is_found_by_their_id() -> None:
    nameless = action(ActionKind.BLOCK, replace(reply(), author=Author("3300000000000000002")))
    assert school_on("http://127.0.0.1:9").by_hand(nameless)[1] == "https://x.com/i/user/3300000000000000002"


def test_capabilities_say_what_can_be_undone_and_what_it_costs() -> None:
    capabilities = school_on("http://127.0.0.1:9").capabilities
    assert {kind: undo.value for kind, undo in capabilities.actions.items()} == {
        "hide": "yes",
        "release": "yes",
        "mute": "yes",
        "unmute": "yes",
    }
    assert dict(capabilities.cost_units) == {"hide": 5_000, "release": 5_000, "mute": 10_000, "unmute": 5_000}
    assert not capabilities.reads_visibility
    assert "View hidden replies" in capabilities.effects[ActionKind.HIDE]


def test_after_a_spent_quota_the_rest_is_answered_alike_without_asking() -> None:
    second, third = reply("2094000000000000201"), reply("2094000000000000202")
    capped: Reply = (429, {}, recorded("x/usage_capped.json"))
    with Replay({HIDE: [HIDDEN], hide_of(second.native_id): [capped], hide_of(third.native_id): [HIDDEN]}) as vendor:
        actions = [action(ActionKind.HIDE, comment) for comment in (reply(), second, third)]
        answers = school_on(vendor).apply(actions, NOON)
        assert len(vendor.requests) == 2
    assert [type(answer) for answer in answers] == [Outcome, QuotaSpent, QuotaSpent]


def test_after_a_dead_login_the_rest_is_answered_alike_without_asking() -> None:
    with Replay({HIDE: [(401, {}, recorded("x/unauthorized.json"))]}) as vendor:
        answers = school_on(vendor).apply([action(ActionKind.HIDE)] * 3, NOON)
        assert len(vendor.requests) == 1
    assert [type(answer) for answer in answers] == [LoginExpired] * 3


def test_one_answer_for_each_action_in_their_order_whatever_becomes_of_them() -> None:
    comments = [reply(f"20940000000000002{number:02}") for number in range(5)]
    answers: list[Reply] = [
        HIDDEN,
        ok("gone_in_200"),
        (403, {}, recorded("x/forbidden.json")),
        (200, {}, CUT),
        HIDDEN,
    ]
    replies = {hide_of(comment.native_id): [answer] for comment, answer in zip(comments, answers, strict=True)}
    with Replay(replies) as vendor:
        got = school_on(vendor).apply([action(ActionKind.HIDE, comment) for comment in comments], NOON)
    assert [type(answer) for answer in got] == [Outcome, Gone, Refused, Unavailable, Outcome]


def test_hiding_keeps_the_last_tenth_of_the_months_money_and_then_stops_too() -> None:
    meter = MemoryMeter()
    meter.add("microdollars", MONTH, 995_000)
    with Replay({HIDE: [HIDDEN], LOOKUP: [ok("lookup_one_gone")]}) as vendor:
        x = school_on(vendor, meter=meter, monthly_limit_microdollars=1_000_000)
        first, second = x.apply([action(ActionKind.HIDE)], NOON) + x.apply([action(ActionKind.HIDE)], NOON)
        assert len(vendor.requests) == 1
    assert isinstance(first, Outcome)
    assert isinstance(second, QuotaSpent)
    assert second.retry_at == NOON + timedelta(hours=6)
    assert meter.total("microdollars", MONTH) == 1_000_000


def test_what_was_sent_can_be_read_back_though_reading_has_no_money_left() -> None:
    meter = MemoryMeter()
    meter.add("microdollars", MONTH, 950_000)
    with Replay({LOOKUP: [ok("lookup_one_gone")]}) as vendor:
        x = school_on(vendor, meter=meter, monthly_limit_microdollars=1_000_000)
        assert x.read_back([reply()], NOON) == {"2094000000000000200": Visibility.UNKNOWN}


def test_reading_back_tells_a_deleted_comment_from_one_that_stands() -> None:
    meter = MemoryMeter()
    with Replay({LOOKUP: [ok("lookup_one_gone")]}) as vendor:
        seen = school_on(vendor, meter=meter).read_back([reply(), reply("2094000000000000300")], NOON)
    assert seen == {"2094000000000000200": Visibility.UNKNOWN, "2094000000000000300": Visibility.GONE}
    assert meter.total("microdollars", MONTH) == 5_000


def test_reading_back_works_where_every_comment_is_gone() -> None:
    with Replay({LOOKUP: [ok("gone_in_200")]}) as vendor:
        assert school_on(vendor).read_back([reply()], NOON) == {"2094000000000000200": Visibility.GONE}


def test_comments_are_read_back_a_hundred_at_a_time() -> None:
    with Replay({LOOKUP: [ok("gone_in_200")]}) as vendor:
        seen = school_on(vendor).read_back([reply(str(number)) for number in range(1, 251)], NOON)
        assert [len(request.query["ids"][0].split(",")) for request in vendor.requests] == [100, 100, 50]
    assert len(seen) == 250


def test_nothing_is_asked_where_nothing_is_to_be_read_back() -> None:
    with Replay({}) as vendor:
        assert school_on(vendor).read_back([], NOON) == {}
        assert vendor.requests == []


def test_the_block_list_is_read_to_the_page_that_has_the_author() -> None:
    meter = MemoryMeter()
    first = {"data": [{"id": "11", "name": "A", "username": "a"}], "meta": {"result_count": 1, "next_token": "two"}}
    second = {"data": [{"id": "3300000000000000002", "name": "T", "username": "t"}], "meta": {"next_token": "three"}}
    with Replay({BLOCKING: [(200, {}, first), (200, {}, second)]}) as vendor:
        x = school_on(vendor, OAUTH2, meter=meter)
        assert x.is_blocked(reply().author, NOON) is True
        assert [seen.query.get("pagination_token") for seen in vendor.requests] == [None, ["two"]]
        assert vendor.asked(*ME) == []
    assert meter.total("microdollars", MONTH) == 2_000


def test_an_empty_block_list_blocks_nobody_and_an_unknown_author_cannot_be_looked_for() -> None:
    with Replay({BLOCKING: [(200, {}, {"meta": {"result_count": 0}})]}) as vendor:
        x = school_on(vendor)
        assert x.is_blocked(reply().author, NOON) is False
        assert x.is_blocked(Author(), NOON) is None
        assert len(vendor.requests) == 1


def test_check_warns_once_half_of_the_months_money_is_spent() -> None:
    meter = MemoryMeter()
    meter.add("microdollars", MONTH, 5_000_000)
    tweets = ("GET", f"/2/users/{OWN_ID}/tweets")
    with Replay({ME: [ok("me")], tweets: [(200, {}, {"meta": {"result_count": 0}})]}) as vendor:
        (warning,) = school_on(vendor, meter=meter).check(NOON).warnings
    assert "$5.01 of the month's $10.00" in warning
