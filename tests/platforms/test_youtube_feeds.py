"""How far YouTube is read: pages, cursors, replies and counts; nothing is lost, and little is asked for twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.errors import Unavailable
from moderator.platforms.base import Page
from moderator.platforms.memory import MemoryMeter
from tests.conftest import NOON
from tests.platforms.replay import CUT, Reply, Seen, recorded
from tests.platforms.youtube_replies import (
    CHANNELS,
    COMMENTS,
    PACIFIC_DAY,
    PLAYLIST,
    SCHOOL,
    THREADS,
    VIDEOS,
    Google,
    comments_in,
    item,
    page,
    read,
    said,
    thread,
    youtube_at,
)


def hundred(first: int, minutes: float = 1) -> list[dict[str, object]]:
    return [thread(f"c{number}", minutes + number) for number in range(first, first + 100)]


def test_a_quiet_poll_costs_one_unit_and_brings_nothing() -> None:
    meter = MemoryMeter()
    with Google.with_replies(
        {THREADS: [page(hundred(0), "p2"), page(hundred(100), ""), page(hundred(0), "p2")]}
    ) as google:
        youtube = youtube_at(google, meter)
        cursor = read(youtube, known={"vidSports01": 0})[-1].cursor
        before = meter.total("units", PACIFIC_DAY)
        quiet = read(youtube, cursor=cursor, known={"vidSports01": 200})
    assert (comments_in(quiet), meter.total("units", PACIFIC_DAY) - before) == ([], 1)
    assert quiet[-1].cursor == cursor


def test_trouble_19_reading_goes_on_past_a_known_comment_to_the_end_of_a_known_page() -> None:
    """A new comment below a known one on the page is found, and the page after it is read before reading stops."""
    with Google.with_replies({THREADS: [page(hundred(0), "p2"), page(hundred(100), "")]}) as google:
        cursor = read(youtube_at(google))[-1].cursor
    out_of_order = [*hundred(0)[:60], thread("late", 61), *hundred(0)[60:99]]
    with Google.with_replies({THREADS: [page(out_of_order, "p2"), page(hundred(100), "p3")]}) as google:
        pages = read(youtube_at(google), cursor=cursor)
        assert [seen.query.get("pageToken") for seen in google.asked(*THREADS)] == [None, ["p2"]]
    # c99 was pushed from the first page by the new one, and is not on the second as it was recorded.
    assert comments_in(pages) == ["late"]


def test_trouble_19_an_edit_an_arrived_reply_and_a_comment_seen_again_are_all_told() -> None:
    with Google.with_replies(
        {THREADS: [page([thread("a"), thread("b", replies=["r1"]), thread("c"), thread("d")])]}
    ) as google:
        cursor = read(youtube_at(google))[-1].cursor
    changed = [thread("a", edited=True), thread("b", replies=["r1", "r2"]), thread("d")]
    with Google.with_replies({THREADS: [page(changed)]}) as google:
        pages = read(youtube_at(google), cursor=cursor)
    assert comments_in(pages) == ["a", "b", "b.r1", "b.r2"]
    with Google.with_replies({THREADS: [page([*changed[:2], thread("c"), thread("d")])]}) as google:
        assert comments_in(read(youtube_at(google), cursor=pages[-1].cursor)) == ["c"]


def test_the_cursor_moves_only_with_the_last_page() -> None:
    with Google.with_replies({THREADS: [page(hundred(0), "p2"), page(hundred(100), "")]}) as google:
        pages = read(youtube_at(google))
    assert [bool(each.cursor) for each in pages] == [False, True]


def test_a_first_start_reads_back_to_where_it_was_told_and_leaves_older_ones_out() -> None:
    days = 24 * 60
    replies = [page([thread("new"), thread("old", 15 * days)], "p2"), page([thread("older", 16 * days)], "p3")]
    with Google.with_replies({THREADS: replies}) as google:
        assert comments_in(read(youtube_at(google))) == ["new"]
        assert len(google.asked(*THREADS)) == 2


def test_an_old_comment_that_was_edited_lately_is_read() -> None:
    with Google.with_replies({THREADS: [page([thread("old", 15 * 24 * 60, edited=True)])]}) as google:
        assert comments_in(read(youtube_at(google))) == ["old"]


def test_cursors_stay_below_four_kilobytes() -> None:
    many = [page([thread(f"c{n}-{at}", video="vidSports01") for at in range(100)], f"p{n}") for n in range(9)]
    with Google.with_replies({THREADS: [*many, page([])]}) as google:
        listing = read(youtube_at(google))[-1].cursor
    videos = [{"id": f"video{n:06}", "statistics": {"commentCount": "98765"}} for n in range(50)]
    ids = [{"contentDetails": {"videoId": video["id"]}} for video in videos]
    found = {PLAYLIST: [page(ids)], VIDEOS: [page(videos)], THREADS: [*many, page([])]}
    with Google.with_replies(found) as google:
        counts = read(youtube_at(google), "counts")[-1].cursor
    assert listing is not None
    assert counts is not None
    assert 2_000 < len(listing) <= 4_096
    assert 2_000 < len(counts) <= 4_096


@pytest.mark.parametrize("cursor", ["", "nonsense", "null", "[]", '{"seen": 5, "counts": [1]}', '{"counts": {"v": 1}}'])
def test_a_cursor_that_cannot_be_read_begins_anew(cursor: str) -> None:
    with Google.with_replies({THREADS: [page([thread("c1")])]}) as google:
        assert comments_in(read(youtube_at(google), cursor=cursor)) == ["c1"]


def test_a_listing_that_goes_round_in_a_circle_ends() -> None:
    with Google.with_replies({THREADS: [page([thread("c1")], "on")]}) as google:
        assert comments_in(read(youtube_at(google))) == ["c1"]
        assert len(google.asked(*THREADS)) == 2


def test_a_sweep_tells_known_threads_again_and_stops_at_twenty_pages() -> None:
    with Google.with_replies({THREADS: [page([thread("c1")], "on")]}) as google:
        pages = read(youtube_at(google), "sweep")
        assert len(google.asked(*THREADS)) == 20
    assert comments_in(pages) == ["c1"] * 20
    assert [each.cursor for each in pages] == [None] * 19 + [NOON.isoformat()]
    assert "more remain" in pages[-1].note


# --- replies --------------------------------------------------------------------------------------------------------


def test_trouble_17_replies_beyond_those_inlined_are_listed_to_the_last_page() -> None:
    listed = [item(f"c1.r{number}", parent="c1") for number in range(1, 8)]
    replies = {
        THREADS: [page([thread("c1", replies=["r1"], total=7)])],
        COMMENTS: [page(listed[:4], "p2"), page(listed[4:])],
    }
    with Google.with_replies(replies) as google:
        pages = read(youtube_at(google))
        assert google.asked(*COMMENTS)[0].query["parentId"] == ["c1"]
        assert google.asked(*COMMENTS)[1].query["pageToken"] == ["p2"]
    assert comments_in(pages) == ["c1", *(f"c1.r{number}" for number in range(1, 8))]


@pytest.mark.parametrize("newest_first", [True, False])
def test_trouble_18_no_order_of_replies_is_assumed(newest_first: bool) -> None:
    listed = [item(f"c1.r{n}", 60 - n, parent="c1") for n in range(6)]
    listed = listed[::-1] if newest_first else listed
    replies = {
        THREADS: [page([thread("c1", replies=["r3"], total=6)])],
        COMMENTS: [page(listed[:3], "on"), page(listed[3:])],
    }
    with Google.with_replies(replies) as google:
        assert sorted(comments_in(read(youtube_at(google)))) == ["c1", *(f"c1.r{n}" for n in range(6))]


def test_a_reply_listed_by_its_parent_stands_under_the_threads_video() -> None:
    lone = item("c1.r1", parent="c1")
    del lone["snippet"]["videoId"]
    with Google.with_replies({THREADS: [page([thread("c1", total=1)])], COMMENTS: [page([lone])]}) as google:
        [only] = read(youtube_at(google))
    assert [each.post_native_id for each in only.comments] == ["vidSports01"] * 2


def test_a_thread_deleted_while_its_replies_are_asked_for_keeps_what_came_with_it() -> None:
    replies = {THREADS: [page([thread("c1", replies=["r1"], total=9)])], COMMENTS: [said("comment_not_found", 404)]}
    with Google.with_replies(replies) as google:
        assert comments_in(read(youtube_at(google))) == ["c1", "c1.r1"]


@pytest.mark.parametrize("reply", [("processing_failure", 400), ("forbidden", 403)])
def test_replies_that_youtube_will_not_list_do_not_stop_the_feed(reply: tuple[str, int]) -> None:
    replies = {THREADS: [page([thread("c1", total=9), thread("c2")])], COMMENTS: [said(*reply)]}
    with Google.with_replies(replies) as google:
        [only] = read(youtube_at(google))
    assert comments_in([only]) == ["c1", "c2"]
    assert [(broken.native_id, "replies" in broken.reason) for broken in only.broken] == [("c1", True)]


# --- counts ---------------------------------------------------------------------------------------------------------


def counts_from(google: Google, cursor: str | None = None, known: dict[str, int] | None = None) -> list[Page]:
    return read(youtube_at(google), "counts", cursor, known)


def videos_asked(google: Google) -> list[str]:
    return [seen.query["videoId"][0] for seen in google.asked(*THREADS)]


def answers(threads: dict[str, list[dict[str, object]]], videos: Reply | None = None) -> Google:
    google = Google.with_replies({PLAYLIST: [said("playlist_items")], VIDEOS: [videos or said("videos")]})
    google.asked_for[THREADS] = lambda seen: page(threads.get(seen.query["videoId"][0], []))
    return google


def test_counts_tell_the_latest_videos_and_read_those_that_have_comments() -> None:
    with answers({"vidSports01": [thread("c1")], "vidNativit1": [thread("c2", video="vidNativit1")]}) as google:
        pages = counts_from(google)
        assert google.asked(*PLAYLIST)[0].query["playlistId"] == ["UUharbourlane0000000000"]
        assert videos_asked(google) == ["vidSports01", "vidNativit1"]
    assert [post.native_id for post in pages[0].posts] == ["vidSports01", "vidNativit1", "vidForKids1"]
    assert comments_in(pages) == ["c1", "c2"]


def test_a_video_of_endless_comments_is_left_after_ten_pages() -> None:
    with answers({}) as google:
        google.asked_for[THREADS] = lambda seen: page(
            [thread("c1")] if "vidSports01" in seen.query["videoId"] else [], "on"
        )
        counts_from(google, known={"vidNativit1": 2})
        assert videos_asked(google).count("vidSports01") == 10


def test_a_video_is_read_again_only_when_its_count_changes() -> None:
    enough = {"vidSports01": 9, "vidNativit1": 2}
    with answers({}) as google:
        cursor = counts_from(google)[-1].cursor
        before = len(google.asked(*THREADS))
        assert counts_from(google, cursor, enough)[-1].cursor == cursor
        assert len(google.asked(*THREADS)) == before
    grown = recorded("youtube/videos.json")
    grown["items"][1]["statistics"]["commentCount"] = "3"
    with answers({"vidNativit1": [thread("c9", video="vidNativit1")]}, (200, {}, grown)) as google:
        assert comments_in(counts_from(google, cursor, enough)) == ["c9"]
        assert videos_asked(google) == ["vidNativit1"]


def test_a_count_ahead_of_the_listing_is_looked_at_three_times_and_then_left_to_the_sweep() -> None:
    with answers({}) as google:
        cursor = None
        for _ in range(5):
            cursor = counts_from(google, cursor, {"vidSports01": 8, "vidNativit1": 2})[-1].cursor
        assert videos_asked(google).count("vidSports01") == 3


def test_a_new_reply_in_an_old_thread_is_found_by_the_count_of_its_video() -> None:
    with answers({"vidSports01": [thread("c1", 300, replies=["r1"])]}) as google:
        cursor = counts_from(google)[-1].cursor
    grown = recorded("youtube/videos.json")
    grown["items"][0]["statistics"]["commentCount"] = "10"
    with answers(
        {"vidSports01": [thread("c1", 300, replies=["r1", "r2"]), thread("c2", 400)]}, (200, {}, grown)
    ) as google:
        assert "c1.r2" in comments_in(counts_from(google, cursor))


def test_comments_switched_off_under_a_video_are_nothing_unusual() -> None:
    def asked(seen: Seen) -> Reply:
        off = seen.query["videoId"] == ["vidSports01"]
        return said("comments_disabled", 403) if off else page([thread("c2", video="vidNativit1")])

    with answers({}) as google:
        google.asked_for[THREADS] = asked
        assert comments_in(counts_from(google)) == ["c2"]


def test_one_video_that_may_not_be_read_is_told_and_the_others_are_read() -> None:
    def asked(seen: Seen) -> Reply:
        closed = seen.query["videoId"] == ["vidSports01"]
        return said("forbidden", 403) if closed else page([thread("c2", video="vidNativit1")])

    with answers({}) as google:
        google.asked_for[THREADS] = asked
        pages = counts_from(google)
    assert comments_in(pages) == ["c2"]
    assert ["vidSports01" in each.note for each in pages if each.note] == [True]


def test_a_channel_without_videos_has_nothing_to_count() -> None:
    absent = recorded("youtube/comment_not_found.json")
    absent["error"]["errors"][0]["reason"] = "playlistNotFound"
    with Google.with_replies({PLAYLIST: [(404, {}, absent)]}) as google:
        [only] = counts_from(google)
    assert (only.posts, only.comments) == ((), ())


def test_the_channel_is_asked_for_once_where_the_account_does_not_say_its_id() -> None:
    with Google.with_replies({THREADS: [page([thread("c1")])]}) as google:
        youtube = youtube_at(google, account=replace(SCHOOL, native_id=""))
        read(youtube)
        read(youtube)
        assert len(google.asked(*CHANNELS)) == 1
        assert google.asked(*THREADS)[0].query["allThreadsRelatedToChannelId"] == [SCHOOL.native_id]


# --- answers that are none ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    ["", "<html>", '{"items": [', "[]", "7", "null", '{"items": 5}', '{"items": {}}', b"\xff\xfe{}", "[" * 100_000],
)
def test_an_answer_that_is_no_answer_is_tried_again_and_then_left_for_later(body: object) -> None:
    with Google.with_replies({THREADS: [(200, {}, body)]}) as google:
        with pytest.raises(Unavailable):
            read(youtube_at(google))
        assert len(google.asked(*THREADS)) == 3


def test_trouble_21_a_cut_connection_is_made_anew_and_the_reading_goes_on() -> None:
    with Google.with_replies({THREADS: [(200, {}, CUT), (200, {}, CUT), page([thread("c1")])]}) as google:
        assert comments_in(read(youtube_at(google))) == ["c1"]


def test_an_unknown_feed_is_a_mistake_of_ours() -> None:
    with Google.with_replies({}) as google, pytest.raises(KeyError):
        read(youtube_at(google), "mentions")
