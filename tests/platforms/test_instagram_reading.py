"""Reading Instagram's posts and comments from recorded replies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from moderator.domain import Visibility
from moderator.errors import LoginExpired, Unavailable
from moderator.platforms.instagram.progress import Progress
from tests.conftest import NOON
from tests.platforms.instagram_room import (
    COMMENTS,
    HARVEST,
    ITEM,
    MEDIA,
    SPORTS,
    an_action,
    comments,
    failure,
    instagram,
    items,
    last_cursor,
    paged,
    post_with,
    read,
    read_until,
    sports_day,
)
from tests.platforms.replay import Replay, Reply, recorded


def test_comments_and_replies_are_read_and_our_own_left_out() -> None:
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, recorded("instagram/media.json"))],
        COMMENTS: [(200, {}, recorded("instagram/comments.json"))],
    }
    with Replay(replies) as vendor:
        pages = read(instagram(vendor))
    told = {comment.native_id[-1]: comment for comment in comments(pages)}
    assert sorted(told) == ["1", "3", "4"]
    assert told["3"].text == "What a lovely afternoon 🏅"
    assert (told["3"].author.native_id, told["3"].author.handle) == ("9000000000000001", "@dilys.owen")
    assert (told["3"].url, told["3"].post_native_id) == ("https://www.instagram.com/p/Csports/", SPORTS)
    assert told["1"].visibility is Visibility.HIDDEN
    assert told["4"].parent_native_id == "18000000000000001"
    assert [post.text for post in pages[0].posts][1] == "Harvest assembly"
    assert [post.comment_count for post in pages[0].posts] == [4, 0]
    assert "replies" not in json.loads(told["1"].raw)


def test_only_posts_whose_count_changed_are_read_again() -> None:
    media = [post_with(1), post_with(1, HARVEST)]
    later = [post_with(1), post_with(2, HARVEST)]
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, {"data": media}), (200, {}, {"data": later})],
        COMMENTS: [(200, {}, {"data": items(1)})],
        ("GET", f"/{HARVEST}/comments"): [(200, {}, {"data": items(2)})],
    }
    with Replay(replies) as vendor:
        first = read(instagram(vendor))
        second = read(instagram(vendor), cursor=last_cursor(first))  # a new adapter, as after a restart
        assert len(vendor.asked(*COMMENTS)) == 1
    assert [c.native_id for c in comments(first)] == ["1", "2"]
    assert [c.native_id for c in comments(second)] == ["2"]


def test_a_crash_between_two_posts_reads_the_second_one_again() -> None:
    second = ("GET", f"/{HARVEST}/comments")
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, {"data": [post_with(1), post_with(1, HARVEST)]})],
        COMMENTS: [(200, {}, {"data": items(1)})],
        second: [(503, {}, "<html>"), (200, {}, {"data": items(2)})],
    }
    with Replay(replies) as vendor:
        before = read_until(Unavailable, instagram(vendor))
        after = read(instagram(vendor), cursor=last_cursor(before))
        assert len(vendor.asked(*COMMENTS)) == 1
    assert [c.native_id for c in comments(before)] == ["1"]
    assert [c.native_id for c in comments(after)] == ["2"]


def test_replies_beyond_those_inlined_are_read_from_their_own_edge() -> None:
    inlined = {"data": items(11), "paging": {"cursors": {"after": "r2"}, "next": "https://graph.example/1/replies"}}
    with sports_day({"data": [{**ITEM, "replies": inlined}]}) as vendor:
        vendor.replies = {**vendor.replies, ("GET", "/1/replies"): [(200, {}, {"data": items(12)})]}
        told = comments(read(instagram(vendor)))
        assert vendor.asked("GET", "/1/replies")[0].query["after"] == ["r2"]
    assert {(c.native_id, c.parent_native_id) for c in told} == {("1", ""), ("11", "1"), ("12", "1")}


@pytest.mark.parametrize(
    "broken",
    [
        "not an object",
        None,
        {"id": "2"},
        {**ITEM, "id": ""},
        {**ITEM, "id": "2", "timestamp": "yesterday"},
        {**ITEM, "id": "2", "text": ["a", "list"]},
        {**ITEM, "id": "2", "from": "somebody"},
    ],
)
def test_a_broken_item_is_set_aside_and_the_rest_of_its_page_kept(broken: Any) -> None:
    with sports_day({"data": [*items(1), broken, *items(3)]}) as vendor:
        pages = read(instagram(vendor))
    assert [c.native_id for c in comments(pages)] == ["1", "3"]
    [aside] = [broken for page in pages for broken in page.broken]
    assert "not understood" in aside.reason
    assert "hello" not in aside.reason


def test_replies_are_followed_from_page_to_page_and_a_cursor_that_goes_round_ends() -> None:
    inlined = {"data": items(11), "paging": {"cursors": {"after": "r2"}, "next": "https://graph.example/1/replies"}}
    pages = {after: paged(items(number), after) for number, after in ((12, "r3"), (13, "r4"))}
    with sports_day({"data": [{**ITEM, "replies": inlined}]}) as vendor:
        round_and_round: list[Reply] = [(200, {}, pages["r3"]), (200, {}, pages["r4"])] * 100
        vendor.replies = {**vendor.replies, ("GET", "/1/replies"): round_and_round}
        found = comments(read(instagram(vendor)))
        asked = [seen.query["after"] for seen in vendor.asked("GET", "/1/replies")]
    assert {comment.native_id for comment in found} == {"1", "11", "12", "13"}
    assert (asked[:3], len(asked)) == ([["r2"], ["r3"], ["r4"]], 200)


def test_a_next_page_told_by_its_address_alone_is_read() -> None:
    address = f"https://graph.example/{SPORTS}/comments?after=two"
    with sports_day({"data": items(1), "paging": {"next": address}}, {"data": items(2)}) as vendor:
        found = comments(read(instagram(vendor)))
        assert [seen.query.get("after") for seen in vendor.asked(*COMMENTS)] == [None, ["two"]]
    assert {comment.native_id for comment in found} == {"1", "2"}


def test_a_broken_comment_does_not_take_its_replies_along() -> None:
    parent = {"id": "1", "replies": {"data": items(2)}}
    with sports_day({"data": [parent]}) as vendor:
        pages = read(instagram(vendor))
    assert [(c.native_id, c.parent_native_id) for c in comments(pages)] == [("2", "1")]


def test_a_broken_post_is_set_aside_and_the_others_read() -> None:
    media = {"data": [{"caption": "no id"}, post_with(1)]}
    with Replay({MEDIA: [(200, {}, media)], COMMENTS: [(200, {}, {"data": items(1)})]}) as vendor:
        pages = read(instagram(vendor))
    assert len(pages[0].broken) == 1
    assert [c.native_id for c in comments(pages)] == ["1"]


def test_half_a_surrogate_pair_does_not_keep_a_comment_from_being_judged() -> None:
    with sports_day('{"data": [' + json.dumps({**ITEM, "text": "bad \ud83d word"}) + "]}") as vendor:
        [comment] = comments(read(instagram(vendor)))
    assert comment.text == "bad \ufffd word"
    comment.raw.encode()


def test_a_comment_that_is_only_a_picture_is_a_comment_without_words() -> None:
    with sports_day({"data": [{**ITEM, "text": None}]}) as vendor:
        [comment] = comments(read(instagram(vendor)))
    assert comment.text == ""


def test_a_first_start_reads_no_further_back_than_asked() -> None:
    old = post_with(5, HARVEST, at="2026-10-01T10:00:00+0000")
    stale = items(2, timestamp="2026-10-20T09:00:00+0000")
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, {"data": [post_with(2), old]})],
        COMMENTS: [(200, {}, {"data": items(1) + stale})],
    }
    with Replay(replies) as vendor:
        pages = read(instagram(vendor))
        assert vendor.asked("GET", f"/{HARVEST}/comments") == []
    assert [c.native_id for c in comments(pages)] == ["1"]
    assert Progress.from_cursor(last_cursor(pages)).counts == {SPORTS: 2, HARVEST: 5}


def test_a_page_of_old_comments_ends_the_reading_but_not_the_sweep() -> None:
    old = items(2, timestamp="2026-10-20T09:00:00+0000")
    late_reply = {**ITEM, "id": "3", "replies": {"data": items(4)}, "timestamp": "2026-10-20T08:00:00+0000"}
    answers = [paged(items(1), "two"), paged(old, "three"), paged([late_reply])]
    with sports_day(*answers) as vendor:
        assert [c.native_id for c in comments(read(instagram(vendor)))] == ["1"]
        assert len(vendor.asked(*COMMENTS)) == 2
    with sports_day(*answers) as vendor:
        assert [c.native_id for c in comments(read(instagram(vendor), feed="sweep"))] == ["1", "4"]


def test_the_sweep_looks_at_a_hundred_posts() -> None:
    first = [post_with(0, str(number)) for number in range(50)]
    second = [post_with(0, str(number)) for number in range(50, 99)] + [post_with(1)]
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, paged(first, "more")), (200, {}, paged(second, "still more"))],
        COMMENTS: [(200, {}, {"data": items(1)})],
    }
    with Replay(replies) as vendor:
        pages = read(instagram(vendor), feed="sweep")
        assert [seen.query.get("after") for seen in vendor.asked(*MEDIA)] == [None, ["more"]]
    assert len(pages[0].posts) == 100
    assert [c.native_id for c in comments(pages)] == ["1"]
    assert all(page.cursor is None for page in pages)


def test_a_post_deleted_after_it_was_listed_is_passed_over() -> None:
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, {"data": [post_with(3), post_with(1, HARVEST)]})],
        COMMENTS: [(400, {}, recorded("instagram/gone.json"))],
        ("GET", f"/{HARVEST}/comments"): [(200, {}, {"data": items(2)})],
    }
    with Replay(replies) as vendor:
        assert [c.native_id for c in comments(read(instagram(vendor)))] == ["2"]


def test_an_account_that_this_token_does_not_find_calls_a_person() -> None:
    with (
        Replay({MEDIA: [(400, {}, recorded("instagram/gone.json"))]}) as vendor,
        pytest.raises(LoginExpired, match="moderator check"),
    ):
        read(instagram(vendor))


def test_a_cursor_that_cannot_be_read_starts_over() -> None:
    with sports_day({"data": items(1)}) as vendor:
        assert len(comments(read(instagram(vendor), cursor="half a cur"))) == 1


def test_a_post_without_a_count_is_read_each_time() -> None:
    with sports_day({"data": items(1)}, count=None) as vendor:
        first = read(instagram(vendor))
        assert len(comments(read(instagram(vendor), cursor=last_cursor(first)))) == 1


def test_the_newest_posts_are_read_though_their_count_stands_still() -> None:
    with sports_day({"data": items(1)}, {"data": items(1, text="edited")}) as vendor:
        first = read(instagram(vendor), feed="newest")
        second = read(instagram(vendor), cursor=last_cursor(first), feed="newest")
        assert vendor.asked(*MEDIA)[0].query["limit"] == ["5"]
    assert [c.text for c in comments(first + second)] == ["hello", "edited"]


@pytest.mark.parametrize("answer", [{}, {"data": {}}, {"data": "none"}, [], "", "<html>busy</html>", b"\xff\xfe{"])
def test_an_answer_that_is_no_listing_is_tried_again_later(answer: Any) -> None:
    with Replay({MEDIA: [(200, {}, answer)]}) as vendor, pytest.raises(Unavailable):
        read(instagram(vendor))


def test_what_cannot_be_read_moves_no_cursor() -> None:
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, {"data": [post_with(4)]})],
        COMMENTS: [(500, {}, failure(2, is_transient=True))],
    }
    with Replay(replies) as vendor:
        pages = read_until(Unavailable, instagram(vendor))
    assert Progress.from_cursor(last_cursor(pages)).counts == {}


def test_a_post_under_which_we_hid_something_is_read_though_its_count_stands_still() -> None:
    """One hidden and one new leave the count as it was, where hidden ones are not counted."""
    with sports_day({"data": items(1)}, {"data": items(2)}, count=1) as vendor:
        vendor.replies = {**vendor.replies, ("POST", "/1"): [(200, {}, {"success": True})]}
        adapter = instagram(vendor)
        first = read(adapter)
        adapter.apply([an_action(comment=comments(first)[0])], NOON)
        second = read(adapter, cursor=last_cursor(first))
        third = read(adapter, cursor=last_cursor(second))
    assert [c.native_id for c in comments(second)] == ["2"]
    assert comments(third) == []


def test_a_look_at_the_newest_between_does_not_make_it_forget_the_hide() -> None:
    with sports_day({"data": items(1)}, {"data": items(1)}, {"data": items(2)}, count=1) as vendor:
        vendor.replies = {**vendor.replies, ("POST", "/1"): [(200, {}, {"success": True})]}
        adapter = instagram(vendor)
        first = read(adapter)
        adapter.apply([an_action(comment=comments(first)[0])], NOON)
        read(adapter, feed="newest")
        assert [c.native_id for c in comments(read(adapter, cursor=last_cursor(first)))] == ["2"]


def test_a_hide_is_not_forgotten_when_the_look_after_it_fails() -> None:
    comments_replies: list[Reply] = [(200, {}, {"data": items(1)}), (503, {}, ""), (200, {}, {"data": items(2)})]
    replies: dict[tuple[str, str], list[Reply]] = {
        MEDIA: [(200, {}, {"data": [post_with(1)]})],
        COMMENTS: comments_replies,
        ("POST", "/1"): [(200, {}, {"success": True})],
    }
    with Replay(replies) as vendor:
        adapter = instagram(vendor)
        first = read(adapter)
        adapter.apply([an_action(comment=comments(first)[0])], NOON)
        second = read_until(Unavailable, adapter, last_cursor(first))
        assert [c.native_id for c in comments(read(adapter, cursor=last_cursor(second)))] == ["2"]


def test_a_post_that_lost_its_comments_is_read_when_the_next_one_comes() -> None:
    counts: list[Reply] = [(200, {}, {"data": [post_with(count)]}) for count in (1, 0, 1)]
    with Replay({MEDIA: counts, COMMENTS: [(200, {}, {"data": items(1)})]}) as vendor:
        first = read(instagram(vendor))
        second = read(instagram(vendor), cursor=last_cursor(first))
        third = read(instagram(vendor), cursor=last_cursor(second))
    assert [len(comments(pages)) for pages in (first, second, third)] == [1, 0, 1]
