"""Answers that come once in years: each has its own way through an adapter, and each is walked here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from moderator.domain import ActionKind, Author, Post, Visibility
from moderator.errors import AccountClosed, Gone, LoginExpired, Unavailable
from moderator.platforms.instagram.shapes import comments_in
from moderator.platforms.memory import MemoryTokens
from moderator.platforms.youtube.reading import read_thread
from tests.conftest import NOON
from tests.platforms import instagram_room as gram
from tests.platforms import x_school as xs
from tests.platforms import youtube_replies as tube
from tests.platforms.replay import Replay, Reply

FOUND = {"meta": {"result_count": 1}}
DEEP = 100_000


def nested() -> Any:
    value: Any = {}
    for _ in range(DEEP):
        value = {"a": value}
    return value


def one_mention(**more: Any) -> Reply:
    item = xs.post_json("2094000000000000300", attachments={"media_keys": ["3_1", "3_2"]})
    return 200, {}, {"data": [item], **FOUND, **more}


def test_a_medium_that_cannot_be_read_costs_neither_the_comment_nor_the_other_medium() -> None:
    media = [7, {"media_key": "3_1", "url": ["odd"]}, {"media_key": "3_2", "url": "https://pbs.example/2.jpg"}]
    with Replay({xs.MENTIONS: [one_mention(includes={"media": media})], xs.USERS: [xs.NOTHING]}) as vendor:
        (comment,) = xs.comments_in(xs.read(xs.school_on(vendor), "mentions"))
    assert comment.image_urls == ("https://pbs.example/2.jpg",)


def test_an_author_who_cannot_be_read_is_known_by_id_alone() -> None:
    users: Reply = (200, {}, {"data": [{"id": "3300000000000000002", "username": ["odd"]}]})
    with Replay({xs.MENTIONS: [one_mention()], xs.USERS: [users]}) as vendor:
        (comment,) = xs.comments_in(xs.read(xs.school_on(vendor), "mentions"))
    assert comment.author == Author("3300000000000000002")


def test_a_login_that_dies_while_authors_are_looked_up_ends_the_reading() -> None:
    dead: Reply = (401, {}, {"title": "Unauthorized", "status": 401})
    with Replay({xs.MENTIONS: [one_mention()], xs.USERS: [dead]}) as vendor, pytest.raises(LoginExpired):
        xs.read(xs.school_on(vendor), "mentions")


def test_errors_of_no_known_shape_still_say_that_the_comment_is_gone() -> None:
    with Replay({xs.hide_of(xs.reply().native_id): [(200, {}, {"errors": [7]})]}) as vendor:
        (answer,) = xs.school_on(vendor).apply([xs.action(ActionKind.HIDE)], NOON)
    assert isinstance(answer, Gone)


@pytest.mark.parametrize(
    "answer",
    [
        (404, {"title": "Not Found Error", "type": "https://api.twitter.com/2/problems/resource-not-found"}),
        (200, {"errors": [{"title": "Forbidden", "detail": "User has been suspended: [1]."}]}),
        (
            403,
            {"title": "Forbidden", "detail": "Your account is suspended and is not permitted to access this feature."},
        ),
    ],
    ids=["deleted", "suspended", "forbidden"],
)
def test_an_account_of_ours_that_x_no_longer_has_is_closed_and_not_a_comment_that_is_gone(
    answer: tuple[int, dict[str, Any]],
) -> None:
    status, body = answer
    with Replay({xs.MENTIONS: [(status, {}, body)]}) as vendor, pytest.raises(AccountClosed, match="once a day"):
        xs.read(xs.school_on(vendor), "mentions")


def test_an_answer_of_x_without_end_is_no_answer() -> None:
    with Replay({xs.MENTIONS: [(200, {}, " " * 10_000_001)]}) as vendor, pytest.raises(Unavailable):
        xs.read(xs.school_on(vendor), "mentions")


class Unreadable(MemoryTokens):
    """Tokens on a disk that fails after the first reading."""

    def __init__(self) -> None:
        super().__init__(xs.OAUTH2)
        self.read = 0

    def load(self) -> dict[str, str]:
        self.read += 1
        if self.read > 2:
            raise OSError("input/output error")
        return super().load()


def test_a_token_is_renewed_though_the_kept_one_cannot_be_read_any_more() -> None:
    dead: Reply = (401, {}, {"title": "Unauthorized", "status": 401})
    fresh: Reply = (200, {}, {"access_token": "access-2", "refresh_token": "refresh-2"})
    with Replay({xs.MENTIONS: [dead, xs.NOTHING], xs.TOKEN: [fresh]}) as vendor:
        xs.read(xs.school_on(vendor, xs.OAUTH2, tokens=Unreadable()), "mentions")
        assert vendor.requests[-1].headers["authorization"] == "Bearer access-2"


def test_a_comment_whose_replies_vanish_while_they_are_read_is_kept_with_those_that_came() -> None:
    inlined = {
        "data": gram.items(11),
        "paging": {"cursors": {"after": "r2"}, "next": "https://graph.example/1/replies"},
    }
    gone: Reply = (400, {}, gram.failure(100, error_subcode=33))
    with gram.sports_day({"data": gram.items(1, replies=inlined)}, count=2) as vendor:
        vendor.replies = {**vendor.replies, ("GET", "/1/replies"): [gone]}
        found = gram.comments(gram.read(gram.instagram(vendor)))
    assert [comment.native_id for comment in found] == ["1", "11"]


def test_an_account_that_instagram_no_longer_has_is_closed() -> None:
    gone: Reply = (400, {}, gram.failure(100, error_subcode=33))
    with Replay({("GET", "/me"): [gone]}) as vendor, pytest.raises(AccountClosed):
        gram.instagram(vendor).check(NOON)


def test_an_item_nested_deeper_than_can_be_written_is_set_aside_without_its_raw_form() -> None:
    part = comments_in({"data": [{"id": "1", "timestamp": nested()}, gram.ITEM]}, gram.SCHOOL, Post("p", "", NOON))
    assert [(broken.native_id, broken.raw) for broken in part.broken] == [("1", "")]
    assert len(part.comments) == 1
    thread = read_thread({"id": "t1", "snippet": nested()})
    assert getattr(thread, "raw", None) == ""


def test_a_reply_whose_thread_is_gone_is_gone_as_well() -> None:
    no_thread: Reply = (404, {}, {"error": {"code": 404, "errors": [{"reason": "parentCommentNotFound"}]}})
    empty = tube.page([])
    with tube.Google.with_replies({tube.THREADS: [empty] * 3, tube.COMMENTS: [no_thread]}) as google:
        seen = tube.youtube_at(google).read_back([tube.comment("top.reply")], NOON)
    assert seen == {"top.reply": Visibility.GONE}


def test_while_the_channel_is_not_known_nothing_is_asked_of_it() -> None:
    unknown = replace(tube.SCHOOL, native_id="")
    with tube.Google.with_replies({tube.CHANNELS: [(503, {}, "busy")] * 3}) as google:
        told = tube.answer(tube.youtube_at(google, account=unknown), ActionKind.HIDE)
    assert isinstance(told, Unavailable)
    assert not told.maybe_done
