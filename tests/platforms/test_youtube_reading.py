"""What comes in from YouTube: recorded replies become comments, posts and broken items, field by field."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from moderator.domain import Author, Comment, Visibility
from moderator.errors import PlatformError
from moderator.platforms.base import Page
from tests.conftest import NOON
from tests.platforms.replay import Reply, recorded
from tests.platforms.youtube_replies import (
    COMMENTS,
    SCHOOL,
    THREADS,
    VIDEOS,
    Google,
    comments_in,
    page,
    read,
    said,
    thread,
    youtube_at,
)


@pytest.fixture
def first_page() -> Page:
    with Google.with_replies({THREADS: [said("threads")]}) as google:
        [only] = read(youtube_at(google))
    return only


def one(page: Page, native_id: str) -> Comment:
    [found] = [each for each in page.comments if each.native_id == native_id]
    return found


def test_a_top_comment_keeps_its_words_author_times_and_address(first_page: Page) -> None:
    swimming = one(first_page, "UgxSwimming")
    assert swimming.text == "Well swum, @HarbourLane!\nSee you next year"
    assert swimming.author == Author("UCorlafinch", "@orla.finch", "@orla.finch")
    assert swimming.posted_at == datetime(2026, 11, 16, 11, 40, tzinfo=UTC)
    assert (swimming.post_native_id, swimming.parent_native_id) == ("vidSports01", "")
    assert swimming.url == "https://www.youtube.com/watch?v=vidSports01&lc=UgxSwimming"
    assert json.loads(swimming.raw)["snippet"]["likeCount"] == 2


def test_an_edited_comment_says_when_and_an_unedited_one_does_not(first_page: Page) -> None:
    assert one(first_page, "UgxSwimming").edited_at == datetime(2026, 11, 16, 11, 52, 30, tzinfo=UTC)
    assert one(first_page, "UgxNoChannel").edited_at is None


def test_a_reply_names_the_comment_it_answers(first_page: Page) -> None:
    reply = one(first_page, "UgxSwimming.9aReplyTwo")
    assert reply.parent_native_id == "UgxSwimming"
    assert (reply.author.handle, reply.author.display_name) == ("", "Tomasz Birch")


def test_what_the_school_wrote_itself_is_left_out(first_page: Page) -> None:
    assert "UgxSwimming.9aReplyOne" not in comments_in([first_page])


def test_trouble_23_a_comment_of_a_deleted_channel_has_an_unknown_author(first_page: Page) -> None:
    orphan = one(first_page, "UgxNoChannel")
    assert orphan.author == Author()
    assert orphan.text == "What time does it start?"


def test_trouble_23_a_comment_without_any_text_is_still_a_comment() -> None:
    bare = thread("c1")
    del bare["snippet"]["topLevelComment"]["snippet"]["textDisplay"]
    with Google.with_replies({THREADS: [page([bare])]}) as google:
        [only] = read(youtube_at(google))
    assert (one(only, "c1").text, only.broken) == ("", ())


def test_broken_items_are_set_aside_and_the_rest_of_the_page_is_kept(first_page: Page) -> None:
    assert comments_in([first_page]) == ["UgxSwimming", "UgxSwimming.9aReplyTwo", "UgxNoChannel", "UgxBroken.9bReply"]
    assert [broken.native_id for broken in first_page.broken] == ["UgxBroken", "UgxShapeless"]
    assert "textDisplay" in first_page.broken[0].reason
    assert json.loads(first_page.broken[0].raw)["id"] == "UgxBroken"


def test_the_reason_of_a_broken_item_holds_none_of_its_words(first_page: Page) -> None:
    assert not [broken for broken in first_page.broken if "not text" in broken.reason or "nonsense" in broken.reason]


@pytest.mark.parametrize("rubbish", [None, 7, "text", [], {}, {"id": 5, "snippet": {}}, {"id": "x", "snippet": None}])
def test_an_item_of_any_shape_at_all_is_set_aside(rubbish: object) -> None:
    with Google.with_replies({THREADS: [(200, {}, {"items": [rubbish, thread("c1")]})]}) as google:
        [only] = read(youtube_at(google))
    assert (comments_in([only]), len(only.broken)) == (["c1"], 1)


def test_what_no_database_takes_is_replaced_and_a_whole_face_is_kept() -> None:
    odd = thread("c1")
    odd["snippet"]["topLevelComment"]["snippet"]["textDisplay"] = "half \ud83d, none \x00, whole \U0001f600"
    with Google.with_replies({THREADS: [page([odd])]}) as google:
        [only] = read(youtube_at(google))
    assert one(only, "c1").text == "half \ufffd, none \ufffd, whole \U0001f600"


def test_a_picture_is_the_same_one_whatever_its_signature(first_page: Page) -> None:
    again = recorded("youtube/threads.json")
    snippet = again["items"][0]["snippet"]["topLevelComment"]["snippet"]
    snippet["imageUrl"] = snippet["imageUrl"].replace("sig=first", "sig=second")
    with Google.with_replies({THREADS: [(200, {}, again)]}) as google:
        [later] = read(youtube_at(google))
    assert one(first_page, "UgxSwimming").image_urls == ("https://yt3.ggpht.com/comment/abc123",)
    assert one(later, "UgxSwimming").form == one(first_page, "UgxSwimming").form


def test_a_picture_is_asked_for_anew_with_the_signature_that_holds_now(first_page: Page) -> None:
    swimming = one(first_page, "UgxSwimming")
    fresh = f"{swimming.image_urls[0]}?expire=1795021600&sig=fresh"
    answers: list[Reply] = [
        (
            200,
            {},
            {"items": [{"id": "UgxSwimming", "snippet": {"imageUrl": fresh}}, "odd", {"snippet": {"imageUrl": 7}}]},
        ),
        (200, {}, {"items": []}),
        said("forbidden", 403),
    ]
    with Google.with_replies({COMMENTS: answers}) as google:
        youtube = youtube_at(google)
        assert youtube.picture_addresses(swimming, NOON) == (fresh,)
        assert google.asked(*COMMENTS)[0].query["id"] == ["UgxSwimming"]
        assert youtube.picture_addresses(swimming, NOON) == ()  # deleted meanwhile
        with pytest.raises(PlatformError):
            youtube.picture_addresses(swimming, NOON)


def test_a_page_brings_the_videos_that_nobody_knows_yet() -> None:
    with Google.with_replies({THREADS: [said("threads")]}) as google:
        [only] = read(youtube_at(google), known={"vidNativit1": 3})
        assert google.asked(*VIDEOS)[0].query["id"] == ["vidSports01"]
    assert only.posts[0].text == "Sports day\n\nThe relay, and a very fast tortoise."
    assert only.posts[0].url == "https://www.youtube.com/watch?v=vidSports01"
    assert (only.posts[0].comment_count, only.posts[2].comment_count) == (9, None)
    assert only.posts[0].image_urls == ("https://i.ytimg.com/vi/vidSports01/hqdefault.jpg",)
    assert only.posts[1].image_urls == ()


def test_the_listing_is_asked_for_plain_text_of_the_whole_channel() -> None:
    with Google.with_replies({THREADS: [said("threads")]}) as google:
        read(youtube_at(google))
        [asked] = google.asked(*THREADS)
    assert {name: values[0] for name, values in asked.query.items()} == {
        "part": "snippet,replies",
        "allThreadsRelatedToChannelId": SCHOOL.native_id,
        "moderationStatus": "published",
        "maxResults": "100",
        "order": "time",
        "textFormat": "plainText",
        "alt": "json",
    }


def test_held_comments_are_hidden_and_a_public_one_above_a_held_reply_is_not() -> None:
    with Google.with_replies({THREADS: [said("held")]}) as google:
        [only] = read(youtube_at(google), "held")
    assert {each.native_id: each.visibility for each in only.comments} == {
        "UgxHeldAlone": Visibility.HIDDEN,
        "UgxPublicTop": Visibility.PUBLIC,
        "UgxPublicTop.9cHeld": Visibility.HIDDEN,
    }


def test_where_a_held_thread_does_not_say_which_is_held_nothing_is_claimed() -> None:
    silent = thread("c1", replies=["r1"])
    for each in (silent["snippet"]["topLevelComment"], silent["replies"]["comments"][0]):
        del each["snippet"]["moderationStatus"]
    with Google.with_replies({THREADS: [page([silent])]}) as google:
        [only] = read(youtube_at(google), "likely_spam")
    assert {each.visibility for each in only.comments} == {Visibility.UNKNOWN}
