"""Reading an account on X: nothing is missed, nothing is read for nothing, and the money lasts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from moderator.domain import Author
from moderator.errors import LoginExpired, QuotaSpent, Unavailable
from moderator.platforms.base import Start
from moderator.platforms.memory import MemoryMeter
from moderator.platforms.x.authors import Authors
from tests.conftest import MINUTE, NOON
from tests.platforms.replay import Replay, Reply, recorded
from tests.platforms.x_school import (
    MENTIONS,
    NOTHING,
    OWN_ID,
    POST,
    SEARCH,
    TWEETS,
    USERS,
    comments_in,
    ok,
    post_json,
    read,
    school_on,
)

MONTH = "2026-11"
FIRST_ID = 2094000000000000000


def page(*items: Any, next_token: str | None = None) -> Reply:
    meta = {"result_count": len(items)} | ({"next_token": next_token} if next_token else {})
    return 200, {}, {"data": list(items), "meta": meta}


def at(minutes_before_noon: float, number: int, **fields: Any) -> dict[str, Any]:
    posted = NOON - minutes_before_noon * MINUTE
    return post_json(str(FIRST_ID + number), created_at=f"{posted:%Y-%m-%dT%H:%M:%S}.000Z", **fields)


# Mentions.


def test_mentions_come_oldest_first_with_their_authors_and_without_our_own() -> None:
    body = recorded("x/mentions.json")
    body["data"].append(at(1, 5, author_id=OWN_ID))
    body["data"].append(
        at(1, 6, text="RT @FernhillPrimary: ours", referenced_tweets=[{"type": "retweeted", "id": POST}])
    )
    with Replay({MENTIONS: [(200, {}, body)], USERS: [ok("users")]}) as vendor:
        comments = comments_in(read(school_on(vendor), "mentions"))
    assert [comment.native_id for comment in comments] == ["2094000000000000200", "2094000000000000300"]
    assert [comment.author for comment in comments] == [
        Author("3300000000000000002", "@tomasz_wrona", "Tomasz Wrona"),
        Author("3300000000000000003", "@bea_ackroyd", "Bea Ackroyd"),
    ]
    assert comments[0].image_urls == ("https://pbs.twimg.com/media/display.jpg",)


def test_authors_are_looked_up_once_and_never_by_expansion() -> None:
    with Replay(
        {MENTIONS: [ok("mentions")], USERS: [ok("users")], SEARCH: [ok("conversation")], TWEETS: [ok("own_posts")]}
    ) as vendor:
        x = school_on(vendor)
        read(x, "mentions")
        read(x, "mentions")
        read(x, "posts")
        read(x, "sweep")
        looked_up = [seen.query["ids"] for seen in vendor.asked(*USERS)]
        assert looked_up == [["3300000000000000002,3300000000000000003"], ["3300000000000000005"]]
        assert {seen.query["expansions"][0] for seen in vendor.asked(*MENTIONS)} == {"attachments.media_keys"}


def test_the_authors_met_last_are_remembered_and_the_others_asked_for_again() -> None:
    people = {key: {"id": key, "username": f"user{key}", "name": key} for key in ("11", "12", "13")}
    asked = [["11", "12"], ["13"], ["11"]]
    replies: list[Reply] = [(200, {}, {"data": [people[key] for key in keys]}) for keys in asked]
    with Replay({USERS: replies}) as vendor:
        authors = Authors(school_on(vendor)._endpoints, remembered=2)
        for wanted in (["11", "12"], ["12"], ["13"], ["12"], ["11"]):
            assert [authors.named(wanted, NOON)[key].handle for key in wanted] == [f"@user{key}" for key in wanted]
        assert [seen.query["ids"][0].split(",") for seen in vendor.asked(*USERS)] == asked


def test_a_comment_does_not_wait_for_its_authors_name() -> None:
    with Replay({MENTIONS: [ok("mentions")], USERS: [(503, {}, "down"), ok("users")]}) as vendor:
        x = school_on(vendor)
        nameless, named = read(x, "mentions"), read(x, "mentions")
    assert [comment.author.handle for comment in comments_in(nameless)] == ["", ""]
    assert comments_in(nameless)[0].author.native_id == "3300000000000000002"
    assert [comment.author.handle for comment in comments_in(named)] == ["@tomasz_wrona", "@bea_ackroyd"]


def test_a_login_that_dies_while_authors_are_looked_up_is_told() -> None:
    refused: Reply = (401, {}, recorded("x/unauthorized.json"))
    with Replay({MENTIONS: [ok("mentions")], USERS: [refused]}) as vendor, pytest.raises(LoginExpired):
        read(school_on(vendor), "mentions")


def test_the_first_start_reads_back_as_far_as_it_is_told() -> None:
    with Replay({MENTIONS: [NOTHING], TWEETS: [NOTHING]}) as vendor:
        x = school_on(vendor)
        read(x, "mentions", since=timedelta(days=14))
        read(x, "posts", since=timedelta(days=14))
        starts = [seen.query["start_time"] for seen in vendor.requests]
        assert starts == [["2026-11-02T12:00:00Z"]] * 2
        assert all("since_id" not in seen.query for seen in vendor.requests)


def test_what_is_older_than_we_read_back_is_left_out() -> None:
    with Replay({MENTIONS: [page(at(5, 2), at(200, 1))], USERS: [ok("users")]}) as vendor:
        comments = comments_in(read(school_on(vendor), "mentions", since=timedelta(hours=1)))
    assert [comment.native_id for comment in comments] == [str(FIRST_ID + 2)]


def test_trouble_4_the_last_30_minutes_are_read_again_with_every_poll() -> None:
    busy = [at(age, 100 - age) for age in range(1, 61)]  # one a minute for an hour
    with Replay({MENTIONS: [page(*busy), NOTHING], USERS: [ok("users")]}) as vendor:
        x = school_on(vendor)
        cursor = read(x, "mentions")[-1].cursor
        read(x, "mentions", cursor)
        query = vendor.asked(*MENTIONS)[1].query
    assert query["since_id"] == [str(FIRST_ID + 70)]  # the one of half an hour ago
    assert "start_time" not in query


def test_trouble_4_on_a_quiet_day_the_last_20_are_read_again() -> None:
    quiet = [at(60 * age, 100 - age) for age in range(1, 31)]  # one an hour
    with Replay({MENTIONS: [page(*quiet), NOTHING], USERS: [ok("users")]}) as vendor:
        x = school_on(vendor)
        cursor = read(x, "mentions")[-1].cursor
        read(x, "mentions", cursor)
        assert vendor.asked(*MENTIONS)[1].query["since_id"] == [str(FIRST_ID + 80)]


def test_trouble_4_a_mention_that_x_brings_late_is_read_though_newer_ones_were_before_it() -> None:
    late = at(10, 50)
    replies = [page(at(2, 58), at(20, 40)), page(at(2, 58), late, at(20, 40))]
    with Replay({MENTIONS: replies, USERS: [ok("users")]}) as vendor:
        x = school_on(vendor)
        cursor = read(x, "mentions")[-1].cursor
        second = read(x, "mentions", cursor, now=NOON + MINUTE)
        since_id = int(vendor.asked(*MENTIONS)[1].query["since_id"][0])
    assert since_id < int(late["id"])
    assert late["id"] in [comment.native_id for comment in comments_in(second)]


def test_trouble_4_with_nothing_read_yet_the_overlap_is_one_of_time() -> None:
    with Replay({MENTIONS: [NOTHING]}) as vendor:
        x = school_on(vendor)
        cursor = read(x, "mentions")[-1].cursor
        read(x, "mentions", cursor, now=NOON + 10 * MINUTE)
        assert vendor.asked(*MENTIONS)[1].query["start_time"] == ["2026-11-16T11:30:00Z"]


def test_the_cursor_moves_on_the_last_page_only() -> None:
    replies = [page(at(1, 3), next_token="two"), page(at(2, 2), next_token="three"), page(at(3, 1))]
    with Replay({MENTIONS: replies, USERS: [ok("users")]}) as vendor:
        pages = read(school_on(vendor), "mentions")
        tokens = [seen.query.get("pagination_token") for seen in vendor.asked(*MENTIONS)]
    assert [page.cursor is None for page in pages] == [True, True, False]
    assert tokens == [None, ["two"], ["three"]]
    window = json.loads(pages[-1].cursor or "")["window"]
    assert [native_id for native_id, _ in window] == [str(FIRST_ID + number) for number in (1, 2, 3)]


def test_more_mentions_than_x_keeps_are_told_and_reading_ends() -> None:
    full = page(*[at(1, number) for number in range(100)], next_token="more")
    with Replay({MENTIONS: [full], USERS: [ok("users")]}) as vendor:
        pages = read(school_on(vendor), "mentions")
        assert len(vendor.asked(*MENTIONS)) == 8
    assert "older ones may be missing" in pages[-1].note
    assert pages[-1].cursor is not None


def test_a_page_cut_short_in_the_middle_leaves_the_cursor_where_it_was() -> None:
    with Replay({MENTIONS: [page(at(1, 3), next_token="two"), (503, {}, "")], USERS: [ok("users")]}) as vendor:
        pages = school_on(vendor).fetch("mentions", Start(None, NOON - timedelta(days=14)), NOON)
        assert next(pages).cursor is None
        with pytest.raises(Unavailable):
            next(pages)


def test_a_broken_item_is_set_aside_and_the_rest_of_its_page_kept() -> None:
    with Replay({MENTIONS: [page(at(1, 3), {"id": "17"}, "nonsense", at(2, 2))], USERS: [ok("users")]}) as vendor:
        (only,) = read(school_on(vendor), "mentions")
    assert [comment.native_id for comment in only.comments] == [str(FIRST_ID + 2), str(FIRST_ID + 3)]
    assert [broken.native_id for broken in only.broken] == ["17", ""]
    assert only.cursor is not None


def test_a_cursor_of_another_make_begins_anew() -> None:
    with Replay({MENTIONS: [NOTHING]}) as vendor:
        read(school_on(vendor), "mentions", cursor='{"page": 7}')
        assert "start_time" in vendor.requests[0].query


# Posts and what is missing under them.


def test_own_posts_are_told_with_what_x_counts_under_them() -> None:
    with Replay({TWEETS: [ok("own_posts")]}) as vendor:
        pages = read(school_on(vendor), "posts", known={POST: 9})
        assert vendor.asked(*SEARCH) == []
    posts = {post.native_id: post for page in pages for post in page.posts}
    assert {native_id: post.comment_count for native_id, post in posts.items()} == {POST: 4, "2080000000000000001": 7}
    assert posts[POST].text == "Our harvest display is up in the hall & open to all"
    assert posts[POST].url == f"https://x.com/FernhillPrimary/status/{POST}"
    of_it = ("media/Harvest1.jpg", "ext_tw_video_thumb/1/pu/img/Still.jpg")
    assert posts[POST].image_urls == tuple(f"https://pbs.twimg.com/{each}" for each in of_it)


def test_own_posts_are_followed_to_their_last_page() -> None:
    first = recorded("x/own_posts.json")
    first["data"], later = first["data"][:2], first["data"][2:]
    first["meta"]["next_token"] = "two"
    with Replay({TWEETS: [(200, {}, first), (200, {}, {"data": later, "meta": {}})]}) as vendor:
        pages = read(school_on(vendor), "posts", known={POST: 9})
        assert [seen.query.get("pagination_token") for seen in vendor.asked(*TWEETS)] == [None, ["two"]]
    assert [post.native_id for page in pages for post in page.posts] == [POST, "2080000000000000001"]


def test_trouble_5_where_x_counts_more_replies_than_we_have_the_conversation_is_searched() -> None:
    replies = {TWEETS: [ok("own_posts")], SEARCH: [ok("conversation")], USERS: [ok("users")]}
    with Replay(replies) as vendor:
        pages = read(school_on(vendor), "posts", known={POST: 1})
        (search,) = vendor.asked(*SEARCH)
    # Only the post of this week: X's search reaches back seven days.
    assert search.query["query"] == [f"(conversation_id:{POST}) -from:FernhillPrimary"]
    assert "since_id" not in search.query
    # One of them answers a comment and does not mention the school: no mention ever shows it.
    assert [comment.native_id for comment in comments_in(pages)] == ["2094000000000000200", "2094000000000000220"]


def test_trouble_5_replies_that_stay_missing_are_told_to_a_person() -> None:
    replies = {TWEETS: [ok("own_posts")], SEARCH: [ok("conversation")], USERS: [ok("users")]}
    with Replay(replies) as vendor:
        pages = read(school_on(vendor), "posts", known={POST: 1})
    # X counts 4, one of them our own, and shows 2.
    assert f"{POST} (1)" in pages[-1].note


def test_our_own_replies_are_not_missed() -> None:
    with Replay({TWEETS: [ok("own_posts")]}) as vendor:
        pages = read(school_on(vendor), "posts", known={POST: 3})
        assert vendor.asked(*SEARCH) == []
    assert pages[-1].note == ""


def test_a_conversation_is_searched_three_times_for_one_count_and_again_when_it_grows() -> None:
    grown = recorded("x/own_posts.json")
    grown["data"][1]["public_metrics"]["reply_count"] = 5
    tweets = [ok("own_posts")] * 5 + [(200, {}, grown)]
    with Replay({TWEETS: tweets, SEARCH: [ok("conversation")], USERS: [ok("users")]}) as vendor:
        x = school_on(vendor)
        cursor, searches = None, []
        for _ in range(6):
            cursor = read(x, "posts", cursor, known={POST: 2})[-1].cursor
            searches.append(len(vendor.asked(*SEARCH)))
    assert searches == [1, 2, 3, 3, 3, 4]


def test_after_the_first_start_posts_are_read_back_a_week() -> None:
    with Replay({TWEETS: [NOTHING]}) as vendor:
        x = school_on(vendor)
        cursor = read(x, "posts")[-1].cursor
        read(x, "posts", cursor)
        assert vendor.requests[1].query["start_time"] == ["2026-11-09T12:00:00Z"]


def test_trouble_5_the_sweep_searches_every_conversation_of_the_week_whatever_we_know() -> None:
    replies = {TWEETS: [ok("own_posts")], SEARCH: [ok("conversation")], USERS: [ok("users")]}
    with Replay(replies) as vendor:
        pages = read(school_on(vendor), "sweep", known={POST: 3})
        assert len(vendor.asked(*SEARCH)) == 1
    assert len(comments_in(pages)) == 2
    assert pages[-1].note == ""


def test_searches_fit_into_what_x_takes_and_leave_no_conversation_out() -> None:
    ids = [str(FIRST_ID + number) for number in range(40)]
    posts = [
        at(60, number, author_id=OWN_ID, conversation_id=ids[number], referenced_tweets=[]) for number in range(40)
    ]
    with Replay({TWEETS: [page(*posts)], SEARCH: [NOTHING]}) as vendor:
        read(school_on(vendor), "sweep")
        queries = [seen.query["query"][0] for seen in vendor.asked(*SEARCH)]
    assert all(len(query) <= 512 for query in queries)
    assert len(queries) == 4
    assert sum(query.count("conversation_id:") for query in queries) == 40
    assert all(f"conversation_id:{native_id}" in "".join(queries) for native_id in ids)


def test_a_search_is_followed_to_its_last_page() -> None:
    searches = [page(at(1, 3), next_token="two"), page(at(2, 2))]
    with Replay({TWEETS: [ok("own_posts")], SEARCH: searches, USERS: [ok("users")]}) as vendor:
        comments = comments_in(read(school_on(vendor), "sweep"))
        assert [seen.query.get("next_token") for seen in vendor.asked(*SEARCH)] == [None, ["two"]]
    assert len(comments) == 2


# Money.


def test_what_is_read_again_on_the_same_day_costs_nothing() -> None:
    meter = MemoryMeter()
    with Replay({MENTIONS: [ok("mentions")], USERS: [ok("users")]}) as vendor:
        x = school_on(vendor, meter=meter)
        read(x, "mentions")
        first = meter.total("microdollars", MONTH)
        read(x, "mentions")
        again = meter.total("microdollars", MONTH)
        read(x, "mentions", now=NOON + timedelta(days=1))
        next_day = meter.total("microdollars", MONTH)
    assert first == 2 * 1_000 + 2 * 10_000
    assert again == first
    assert next_day == first + 2 * 1_000
    assert meter.total("reads", MONTH) == 6


def test_mentions_cost_five_times_as_much_where_the_school_does_not_own_the_app() -> None:
    meter = MemoryMeter()
    with Replay({MENTIONS: [ok("mentions")], USERS: [(503, {}, "")]}) as vendor:
        read(school_on(vendor, meter=meter, owns_app=False), "mentions")
    assert meter.total("microdollars", MONTH) == 2 * 5_000


def test_searched_posts_cost_more_than_our_own() -> None:
    meter = MemoryMeter()
    with Replay({TWEETS: [ok("own_posts")], SEARCH: [ok("conversation")], USERS: [(503, {}, "")]}) as vendor:
        read(school_on(vendor, meter=meter), "sweep")
    assert meter.total("microdollars", MONTH) == 3 * 1_000 + 2 * 5_000


def test_an_empty_answer_costs_nothing() -> None:
    meter = MemoryMeter()
    with Replay({MENTIONS: [NOTHING]}) as vendor:
        read(school_on(vendor, meter=meter), "mentions")
    assert meter.total("microdollars", MONTH) == meter.total("reads", MONTH) == 0


@pytest.mark.parametrize(
    ("spent", "mentions", "sweeps"), [(749_999, True, True), (750_000, True, False), (900_000, False, False)]
)
def test_sweeps_stop_before_reading_and_reading_before_the_limit(spent: int, mentions: bool, sweeps: bool) -> None:
    meter = MemoryMeter()
    meter.add("microdollars", MONTH, spent)
    with Replay({MENTIONS: [NOTHING], TWEETS: [NOTHING]}) as vendor:
        x = school_on(vendor, meter=meter, monthly_limit_microdollars=1_000_000)
        note = read(x, "sweep")[-1].note
        if mentions:
            read(x, "mentions")
        else:
            with pytest.raises(QuotaSpent, match="spending limit") as caught:
                read(x, "mentions")
            assert caught.value.retry_at == NOON + timedelta(hours=6)
        assert len(vendor.asked(*MENTIONS)) == mentions
        assert bool(vendor.asked(*TWEETS)) == sweeps
    assert (note == "") == sweeps


def test_a_new_month_begins_with_nothing_spent() -> None:
    meter = MemoryMeter()
    meter.add("microdollars", MONTH, 1_000_000)
    with Replay({MENTIONS: [NOTHING]}) as vendor:
        x = school_on(vendor, meter=meter, monthly_limit_microdollars=1_000_000)
        read(x, "mentions", now=datetime(2026, 12, 1, tzinfo=UTC))
        assert len(vendor.requests) == 1


def test_feeds_say_how_often_they_are_read() -> None:
    x = school_on("http://127.0.0.1:9", poll_every_s=90)
    assert [(feed.name, feed.every_s, feed.sweep) for feed in x.feeds] == [
        ("mentions", 90, False),
        ("posts", 300, False),
        ("sweep", 86_400, True),
    ]
