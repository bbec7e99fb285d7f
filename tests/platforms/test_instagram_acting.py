"""Hiding, releasing and removing on Instagram, reading back, and what only a person can do there."""

from __future__ import annotations

from typing import Any

import pytest

from moderator.domain import ActionKind, Outcome, Result, Visibility
from moderator.errors import Gone, PlatformError, Refused, Unavailable
from moderator.platforms.base import Undo
from tests.conftest import NOON
from tests.platforms.instagram_room import SCHOOL, a_comment, an_action, failure, instagram
from tests.platforms.replay import CUT, Replay, Reply, recorded

NODE = "/18000000000000003"


def answered(reply: Reply, kind: ActionKind = ActionKind.HIDE) -> tuple[Outcome | PlatformError, Replay]:
    """What the adapter makes of one reply to one action, and the server that saw it."""
    with Replay({("POST", NODE): [reply], ("DELETE", NODE): [reply]}) as vendor:
        [answer] = instagram(vendor).apply([an_action(kind)], NOON)
    return answer, vendor


@pytest.mark.parametrize(("kind", "hide"), [(ActionKind.HIDE, "true"), (ActionKind.RELEASE, "false")])
def test_hiding_and_releasing_are_one_call_that_says_which(kind: ActionKind, hide: str) -> None:
    answer, vendor = answered((200, {}, {"success": True}), kind)
    assert isinstance(answer, Outcome)
    assert (answer.result, answer.done_at) == (Result.DONE, NOON)
    [seen] = vendor.requests
    assert (seen.method, seen.query) == ("POST", {"hide": [hide]})
    assert seen.headers["authorization"] == "Bearer IGAAsecret"


def test_removing_deletes_for_good() -> None:
    answer, vendor = answered((200, {}, {"success": True}), ActionKind.REMOVE)
    assert isinstance(answer, Outcome)
    assert [seen.method for seen in vendor.requests] == ["DELETE"]
    assert instagram("http://127.0.0.1:1").capabilities.actions[ActionKind.REMOVE] is Undo.NO


@pytest.mark.parametrize("body", [{"success": False}, {}, {"success": "yes"}, [], "", "<html>ok</html>"])
def test_an_answer_that_confirms_nothing_may_have_been_done(body: Any) -> None:
    answer, _ = answered((200, {}, body))
    assert isinstance(answer, Unavailable)
    assert answer.maybe_done


def test_a_connection_cut_after_sending_may_have_been_done() -> None:
    answer, _ = answered((200, {}, CUT))
    assert isinstance(answer, Unavailable)
    assert answer.maybe_done


def test_an_unreachable_host_has_done_nothing() -> None:
    [answer] = instagram("http://127.0.0.1:1").apply([an_action()], NOON)
    assert isinstance(answer, Unavailable)
    assert not answer.maybe_done


def test_a_comment_deleted_meanwhile_is_gone() -> None:
    answer, _ = answered((400, {}, recorded("instagram/gone.json")))
    assert isinstance(answer, Gone)


def test_our_own_comment_is_refused_without_a_call_since_instagram_would_say_success_and_show_it() -> None:
    own = a_comment(handle=SCHOOL.handle.upper())
    with Replay({}) as vendor:
        [answer] = instagram(vendor).apply([an_action(comment=own)], NOON)
        assert vendor.requests == []
    assert isinstance(answer, Refused)


def test_a_missing_permission_refuses_the_action_and_names_it() -> None:
    answer, _ = answered((400, {}, failure(10)))
    assert isinstance(answer, Refused)
    assert "instagram_business_manage_comments" in str(answer)


def test_each_action_has_its_own_answer_in_order() -> None:
    first, second, third = (a_comment(str(number)) for number in (1, 2, 3))
    replies: dict[tuple[str, str], list[Reply]] = {
        ("POST", "/1"): [(200, {}, {"success": True})],
        ("POST", "/2"): [(400, {}, recorded("instagram/gone.json"))],
        ("POST", "/3"): [(200, {}, {"success": True})],
    }
    with Replay(replies) as vendor:
        answers = instagram(vendor).apply([an_action(comment=c) for c in (first, second, third)], NOON)
    assert [type(answer) for answer in answers] == [Outcome, Gone, Outcome]


@pytest.mark.parametrize("kind", [ActionKind.BLOCK, ActionKind.UNBLOCK, ActionKind.MUTE, ActionKind.UNMUTE])
def test_what_concerns_the_author_is_done_by_a_person_in_the_app(kind: ActionKind) -> None:
    adapter = instagram("http://127.0.0.1:1")
    [answer] = adapter.apply([an_action(kind)], NOON)
    assert isinstance(answer, Refused)
    words, address = adapter.by_hand(an_action(kind))
    assert words.startswith("Log in to Instagram as @valewoodprimary. Open the page of @dilys.owen.")
    assert address == "https://www.instagram.com/dilys.owen/"


def test_steps_for_somebody_unknown_start_from_the_post() -> None:
    words, address = instagram("http://127.0.0.1:1").by_hand(an_action(ActionKind.BLOCK, a_comment(handle="")))
    assert "tap the comment's author" in words
    assert address == "https://www.instagram.com/p/Csports/"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ((200, {}, {"id": "1", "hidden": True}), Visibility.HIDDEN),
        ((200, {}, {"id": "1", "hidden": False}), Visibility.PUBLIC),
        ((200, {}, {"id": "1"}), Visibility.UNKNOWN),
        ((200, {}, {"id": "1", "hidden": ["nonsense"]}), Visibility.UNKNOWN),
        ((400, {}, failure(100, error_subcode=33)), Visibility.GONE),
    ],
)
def test_what_the_public_sees_is_read_back(reply: Reply, expected: Visibility) -> None:
    with Replay({("GET", NODE): [reply]}) as vendor:
        assert instagram(vendor).read_back([a_comment()], NOON) == {"18000000000000003": expected}
        assert vendor.requests[0].query["fields"] == ["id,hidden"]


def test_instagram_does_not_tell_whom_the_school_blocked() -> None:
    assert instagram("http://127.0.0.1:1").is_blocked(a_comment().author, NOON) is None


def test_steps_for_a_comment_start_from_it() -> None:
    words, address = instagram("http://127.0.0.1:1").by_hand(an_action(ActionKind.HIDE))
    assert words.endswith("find the comment by @dilys.owen. Press and hold the comment, then choose Hide comment.")
    assert address == "https://www.instagram.com/p/Csports/"
