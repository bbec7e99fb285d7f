"""What tests say to the memory platform, and what it lets them read off. What it shares with real ones is the contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.domain import Account, Action, ActionKind, Comment, Outcome, Result, Visibility
from moderator.errors import PlatformError, Refused, Unavailable
from moderator.platforms.base import Page, Start
from moderator.platforms.memory import Memory, MemoryMeter, MemoryTokens
from tests.conftest import NOON
from tests.made import an_action

SCHOOL = Account("youtube", "youtube", "@ValewoodPrimary", native_id="UC-school")
FROM_THE_START = Start(cursor=None, since=NOON - timedelta(days=14))


@pytest.fixture
def platform() -> Memory:
    return Memory(SCHOOL)


def hide(comment: Comment) -> Action:
    return an_action(ActionKind.HIDE, comment, decision_id=f"{comment.id}.1")


def read(platform: Memory, cursor: str | None = None, feed: str = "comments") -> list[Page]:
    return list(platform.fetch(feed, Start(cursor, FROM_THE_START.since), NOON))


def texts(pages: list[Page]) -> list[str]:
    return [comment.text for page in pages for comment in page.comments]


def answer(platform: Memory, action: Action) -> Outcome | PlatformError:
    [only] = platform.apply([action], NOON)
    return only


def test_a_page_carries_the_post_its_comments_stand_under(platform: Memory) -> None:
    platform.publishes("Sports day", native_id="p7")
    platform.receives("Well run!", post="p7")
    [page] = read(platform)
    assert [(post.native_id, post.text, post.comment_count) for post in page.posts] == [("p7", "Sports day", 1)]


def test_the_cursor_is_told_page_by_page(platform: Memory) -> None:
    platform = Memory(SCHOOL, page_size=2)
    platform.publishes("Sports day")
    for number in range(4):
        platform.receives(f"comment {number}", native_id=f"c{number}")
    pages = read(platform)
    assert [page.cursor for page in pages] == ["2", "4", "5"]
    assert texts(read(platform, cursor="2")) == ["comment 1", "comment 2", "comment 3"]


def test_an_overlap_reads_the_last_entries_again(platform: Memory) -> None:
    platform = Memory(SCHOOL, overlap=1)
    platform.receives("Lovely")
    [first] = read(platform)
    [second] = read(platform, cursor=first.cursor)
    assert texts([second]) == ["Lovely"]
    assert second.cursor == first.cursor


def test_what_is_older_than_the_first_start_reaches_back_stays_unread(platform: Memory) -> None:
    platform.receives("long ago", native_id="old", at=NOON - timedelta(days=15))
    platform.receives("lately", native_id="new", at=NOON - timedelta(days=13))
    assert texts(read(platform)) == ["lately"]


def test_a_sweep_gives_all_that_stands_now_and_moves_no_cursor(platform: Memory) -> None:
    platform.receives("one", native_id="c1")
    platform.receives("two", native_id="c2")
    platform.deletes("c1")
    [page] = read(platform, cursor="3", feed="sweep")
    assert (texts([page]), page.cursor) == (["two"], None)


def test_a_failure_is_met_once_and_does_nothing(platform: Memory) -> None:
    comment = platform.receives("u are an id10t")
    platform.fails_next(Unavailable("connection reset"))
    assert isinstance(answer(platform, hide(comment)), Unavailable)
    assert (platform.hidden, platform.calls) == ([], [])
    assert isinstance(answer(platform, hide(comment)), Outcome)
    assert (platform.hidden, platform.calls) == (["c1"], [(ActionKind.HIDE, "c1")])


def test_a_failure_can_wait_for_one_kind_of_call(platform: Memory) -> None:
    platform.fails_next(Unavailable("connection reset"), during="read_back")
    comment = platform.receives("u are an id10t")
    assert texts(read(platform)) == ["u are an id10t"]
    with pytest.raises(Unavailable):
        platform.read_back([comment], NOON)
    assert platform.read_back([comment], NOON) == {"c1": Visibility.PUBLIC}


def test_a_lost_reply_leaves_the_comment_hidden_and_says_maybe(platform: Memory) -> None:
    comment = platform.receives("u are an id10t")
    platform.loses_next_reply()
    lost = answer(platform, hide(comment))
    assert isinstance(lost, Unavailable)
    assert lost.maybe_done
    assert platform.hidden == ["c1"]
    again = answer(platform, hide(comment))
    assert isinstance(again, Outcome)
    assert again.result is Result.ALREADY
    assert platform.changes == [(ActionKind.HIDE, "c1")]


def test_the_author_can_be_muted_and_heard_again(platform: Memory) -> None:
    comment = platform.receives("buy followers")
    answer(platform, an_action(ActionKind.MUTE, comment, "d.1"))
    assert platform.muted == {comment.author.native_id}
    answer(platform, an_action(ActionKind.UNMUTE, comment, "d.2"))
    assert platform.muted == set()


def test_a_comment_released_in_the_app_is_public_again(platform: Memory) -> None:
    comment = platform.receives("u are an id10t")
    answer(platform, hide(comment))
    platform.shows_again("c1")
    assert platform.is_public("c1")
    assert platform.read_back([comment], NOON) == {"c1": Visibility.PUBLIC}


def test_the_accounts_own_comment_is_told_to_nobody_and_never_hidden() -> None:
    nameless = Memory(replace(SCHOOL, native_id=""))
    own = nameless.receives("Thank you all", author="ValewoodPRIMARY")
    nameless.receives("Lovely", native_id="c2")
    assert texts(read(nameless)) == ["Lovely"]
    assert isinstance(answer(nameless, hide(own)), Refused)
    assert nameless.hidden == []


def test_more_actions_than_a_call_carries_are_a_fault_of_the_caller(platform: Memory) -> None:
    comment = platform.receives("u are an id10t")
    with pytest.raises(ValueError, match="1 actions of one kind"):
        platform.apply([hide(comment), hide(comment)], NOON)


def test_a_meter_counts_by_period_and_tokens_are_kept_whole() -> None:
    meter = MemoryMeter()
    meter.add("units", "2026-11-16", 50)
    meter.add("units", "2026-11-16", 1)
    assert (meter.total("units", "2026-11-16"), meter.total("units", "2026-11-17")) == (51, 0)

    tokens = MemoryTokens({"access_token": "a"})
    tokens.save({"access_token": "b", "expires_at": "2027-01-01T00:00:00+00:00"})
    assert tokens.load()["access_token"] == "b"
    assert tokens.saved == [tokens.load()]
