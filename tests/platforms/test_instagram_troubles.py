"""Troubles with Instagram that other people reported, by the number they have in our list, and the limit on calls."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.domain import Post, Visibility
from moderator.platforms.instagram.shapes import comments_in, posts_in
from tests.conftest import NOON
from tests.platforms.instagram_room import (
    COMMENTS,
    ITEM,
    MEDIA,
    SCHOOL,
    SPORTS,
    comments,
    instagram,
    items,
    last_cursor,
    notes,
    paged,
    read,
    sports_day,
)

NAMES = [
    "id",
    "text",
    "timestamp",
    "from",
    "username",
    "hidden",
    "replies",
    "data",
    "paging",
    "cursors",
    "after",
    "next",
]


def test_trouble_24_comments_counted_but_not_given_are_told_as_blind() -> None:
    with sports_day({"data": []}) as vendor:
        [note] = notes(read(instagram(vendor)))
    assert note.startswith("Blind: Instagram counts 4 comments")
    assert "moderator check" in note


def test_trouble_24_blindness_is_told_once_and_not_with_every_look_at_the_newest() -> None:
    with sports_day({"data": []}) as vendor:
        first = read(instagram(vendor), feed="newest")
        second = read(instagram(vendor), cursor=last_cursor(first), feed="newest")
    assert (len(notes(first)), notes(second)) == (1, [])


def test_trouble_24_a_count_that_runs_ahead_of_its_comments_is_looked_at_three_times() -> None:
    late = [{"data": items(1)}, {"data": items(1)}, {"data": items(1, 2)}]
    with sports_day(*late, count=2) as vendor:
        cursor, told = None, []
        for _ in range(4):
            pages = read(instagram(vendor), cursor=cursor)
            cursor = last_cursor(pages)
            told.append([comment.native_id for comment in comments(pages)])
    assert told == [["1"], ["1"], ["1", "2"], []]


def test_trouble_24_a_count_that_stays_ahead_is_believed_in_the_end() -> None:
    with sports_day({"data": items(1)}, count=9) as vendor:
        cursor = None
        for _ in range(6):
            cursor = last_cursor(read(instagram(vendor), cursor=cursor))
        assert len(vendor.asked(*COMMENTS)) == 3


def test_trouble_25_hidden_and_from_are_asked_for_by_name_on_comments_and_replies() -> None:
    with sports_day({"data": items(1)}) as vendor:
        read(instagram(vendor))
        [asked] = vendor.asked(*COMMENTS)
    outer, inner = asked.query["fields"][0].rstrip("}").split("replies{")
    for field in ("id", "text", "timestamp", "username", "from", "hidden", "parent_id"):
        assert field in outer.split(",")
        assert field in inner.split(",")


def test_trouble_25_what_hidden_was_left_out_of_is_neither_hidden_nor_public() -> None:
    bare = {key: value for key, value in ITEM.items() if key != "hidden"}
    with sports_day({"data": [bare]}) as vendor:
        [comment] = comments(read(instagram(vendor)))
    assert comment.visibility is Visibility.UNKNOWN


def test_trouble_25_comments_that_come_without_authors_are_kept_and_told_of() -> None:
    bare = {key: value for key, value in ITEM.items() if key not in ("from", "username")}
    with sports_day({"data": [bare]}) as vendor:
        pages = read(instagram(vendor))
    assert [comment.text for comment in comments(pages)] == ["hello"]
    assert "instagram_business_manage_comments" in notes(pages)[0]


def test_trouble_26_a_new_comment_is_found_by_polling_and_nothing_is_subscribed_to() -> None:
    """Webhooks say "success" and stay silent without Advanced Access, so that nothing depends on one."""
    with sports_day({"data": items(1)}) as vendor:
        pages = read(instagram(vendor))
        assert {(seen.method, seen.path) for seen in vendor.requests} == {MEDIA, COMMENTS}
    assert len(comments(pages)) == 1


def test_trouble_27_more_than_fifty_new_comments_are_all_read_by_their_cursors() -> None:
    pages = [paged(items(*range(50)), "two"), paged(items(*range(50, 100)), "three"), paged(items(*range(100, 120)))]
    with sports_day(*pages, count=120) as vendor:
        read_pages = read(instagram(vendor))
        asked = [seen.query.get("after") for seen in vendor.asked(*COMMENTS)]
    assert asked == [None, ["two"], ["three"]]
    assert len({c.native_id for c in comments(read_pages)}) == 120
    assert notes(read_pages) == []
    # The cursor moves only when the post was read to its end.
    assert [page.cursor is None for page in read_pages] == [False, True, True, False]


def test_trouble_27_fifty_comments_and_no_cursor_tell_that_older_ones_may_be_missing() -> None:
    with sports_day(paged(items(*range(50))), count=80) as vendor:
        pages = read(instagram(vendor))
    assert len(comments(pages)) == 50
    assert "older ones, which may be missing" in notes(pages)[0]


def test_trouble_27_a_full_page_with_a_cursor_but_no_next_is_asked_on() -> None:
    with sports_day(paged(items(*range(50)), "two", following=False), paged(items(50)), count=51) as vendor:
        assert len(comments(read(instagram(vendor)))) == 51


def test_a_cursor_that_leads_round_in_a_circle_ends() -> None:
    with sports_day(paged(items(1), "same"), count=9) as vendor:
        pages = read(instagram(vendor))
        assert len(vendor.asked(*COMMENTS)) == 2
    assert "may be missing" in notes(pages)[0]


def busy(percent: int) -> dict[str, str]:
    line = {"type": "instagram", "call_count": percent, "total_cputime": 1, "total_time": 1}
    return {"X-Business-Use-Case-Usage": json.dumps({"17841400000000001": [line]})}


def test_above_half_of_the_calls_the_account_is_read_every_five_minutes_even_after_a_restart() -> None:
    with sports_day({"data": items(1)}, count=1, headers=busy(63)) as vendor:
        first = read(instagram(vendor))
        calls = len(vendor.requests)
        second = read(instagram(vendor), cursor=last_cursor(first), now=NOON + timedelta(minutes=4))
        assert len(vendor.requests) == calls
        third = read(instagram(vendor), cursor=last_cursor(second), now=NOON + timedelta(minutes=5))
        assert len(vendor.requests) == calls + 1
    assert comments(second) == []
    assert "every 5 minutes" in second[0].note
    assert len(third[0].posts) == 1


def test_up_to_half_of_the_calls_nothing_slows_down() -> None:
    with sports_day({"data": items(1)}, count=1, headers=busy(50)) as vendor:
        first = read(instagram(vendor))
        second = read(instagram(vendor), cursor=last_cursor(first), now=NOON + timedelta(minutes=1))
    assert notes(first) == notes(second) == []
    assert len(second[0].posts) == 1


@pytest.mark.parametrize("header", ["", "not json", '{"1": 5}', "[]", '{"1": [{"call_count": "many"}]}'])
def test_a_usage_header_of_another_form_is_no_trouble(header: str) -> None:
    with sports_day({"data": items(1)}, headers={"X-Business-Use-Case-Usage": header}) as vendor:
        assert len(comments(read(instagram(vendor)))) == 1


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)


@given(answer=st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4), item=ANYTHING)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_whatever_json_comes_each_item_is_understood_or_set_aside(answer: dict[str, Any], item: Any) -> None:
    answer["data"] = [item, ITEM]
    part = comments_in(answer, SCHOOL, Post(SPORTS, "Sports day"))
    assert part.items == 2
    assert "hello" in [comment.text for comment in part.comments]
    posts, broken, _ = posts_in(answer)
    assert len(posts) + len(broken) == 2
