"""YouTube, as the real googleapiclient finds it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from googleapiclient.errors import HttpError

from moderator.sandbox.server import Sandbox
from moderator.sandbox.state import OpenAccount
from moderator.sandbox.world import World
from tests.sandbox.conftest import Clock


def threads(youtube: Any, channel: OpenAccount, **parameters: object) -> list[dict[str, Any]]:
    asked = {"part": "snippet,replies", "textFormat": "plainText", **parameters}
    answer = youtube.commentThreads().list(allThreadsRelatedToChannelId=channel.native_id, **asked).execute()
    items: list[dict[str, Any]] = answer["items"]
    return items


def set_status(youtube: Any, ids: list[str], status: str, **parameters: object) -> object:
    answer: object = youtube.comments().setModerationStatus(id=ids, moderationStatus=status, **parameters).execute()
    return answer


def reason(caught: pytest.ExceptionInfo[HttpError]) -> tuple[int, str]:
    return caught.value.status_code, caught.value.error_details[0]["reason"]


@pytest.fixture
def video(world: World) -> str:
    return world.publish("youtube", "Assembly\nOur Friday assembly")


def test_the_school_finds_its_channel_and_walks_its_uploads(youtube: Any, video: str, channel: OpenAccount) -> None:
    (mine,) = youtube.channels().list(part="snippet,contentDetails", mine=True).execute()["items"]
    uploads = mine["contentDetails"]["relatedPlaylists"]["uploads"]
    (item,) = youtube.playlistItems().list(part="snippet,contentDetails", playlistId=uploads).execute()["items"]

    assert mine["id"] == channel.native_id
    assert item["contentDetails"]["videoId"] == video
    assert item["snippet"]["title"] == "Assembly"


def test_a_thread_shows_five_replies_and_the_rest_need_asking(
    youtube: Any, world: World, video: str, channel: OpenAccount
) -> None:
    top = world.comment("youtube", video, "lovely", handle="@mum")
    replies = [world.comment("youtube", video, f"reply {n}", handle="@dad", reply_to=top) for n in range(7)]

    (thread,) = threads(youtube, channel)
    listed = youtube.comments().list(part="snippet", parentId=top, maxResults=100).execute()["items"]

    assert thread["id"] == thread["snippet"]["topLevelComment"]["id"] == top
    assert thread["snippet"]["totalReplyCount"] == 7
    assert [reply["id"] for reply in thread["replies"]["comments"]] == replies[:5]
    assert {reply["id"] for reply in listed} == set(replies)
    assert all(reply.startswith(f"{top}.") for reply in replies)
    assert listed[0]["snippet"]["parentId"] == top


def test_a_reply_to_a_reply_is_filed_under_the_top_comment(youtube: Any, world: World, video: str) -> None:
    top = world.comment("youtube", video, "lovely", handle="@mum")
    reply = world.comment("youtube", video, "yes", handle="@dad", reply_to=top)
    deeper = world.comment("youtube", video, "indeed", handle="@gran", reply_to=reply)

    listed = youtube.comments().list(part="id", parentId=top).execute()["items"]

    assert {item["id"] for item in listed} == {reply, deeper}


def test_text_comes_plain_or_as_html(youtube: Any, world: World, video: str, channel: OpenAccount) -> None:
    text = "it's <b>fun</b>\nsee https://example.org/a?b=1&c=2"
    world.comment("youtube", video, text, handle="@mum")

    (plain,), (html,) = threads(youtube, channel), threads(youtube, channel, textFormat="html")

    assert plain["snippet"]["topLevelComment"]["snippet"]["textDisplay"] == text
    assert html["snippet"]["topLevelComment"]["snippet"]["textDisplay"] == (
        "it&#39;s &lt;b&gt;fun&lt;/b&gt;<br>see "
        '<a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>'
    )


def test_an_edit_shows_in_updated_at(
    youtube: Any, world: World, video: str, channel: OpenAccount, clock: Clock
) -> None:
    comment = world.comment("youtube", video, "nice", handle="@mum")
    clock.move(timedelta(minutes=3))
    world.edit("youtube", comment, "nasty")

    snippet = threads(youtube, channel)[0]["snippet"]["topLevelComment"]["snippet"]

    assert snippet["textDisplay"] == "nasty"
    assert snippet["updatedAt"] > snippet["publishedAt"]


def test_somebody_whose_channel_is_deleted_has_no_name(
    youtube: Any, world: World, video: str, channel: OpenAccount
) -> None:
    world.comment("youtube", video, "who am I", handle="")

    snippet = threads(youtube, channel)[0]["snippet"]["topLevelComment"]["snippet"]

    assert not {"authorDisplayName", "authorChannelId"} & set(snippet)


def test_holding_hides_and_publishing_brings_back(youtube: Any, world: World, video: str, channel: OpenAccount) -> None:
    top = world.comment("youtube", video, "rude", handle="@mum")
    reply = world.comment("youtube", video, "very", handle="@dad", reply_to=top)

    assert set_status(youtube, [top], "heldForReview") == ""
    assert not world.is_public("youtube", top)
    assert not world.is_public("youtube", reply)  # below a comment that is not shown
    assert threads(youtube, channel) == []
    (held,) = threads(youtube, channel, moderationStatus="heldForReview")
    assert held["snippet"]["topLevelComment"]["snippet"]["moderationStatus"] == "heldForReview"

    set_status(youtube, [top], "published")
    assert world.is_public("youtube", reply)


def test_a_held_reply_brings_its_thread_into_the_review_list(
    youtube: Any, world: World, video: str, channel: OpenAccount
) -> None:
    top = world.comment("youtube", video, "lovely", handle="@mum")
    reply = world.comment("youtube", video, "rude", handle="@dad", reply_to=top)
    set_status(youtube, [reply], "heldForReview")

    (held,) = threads(youtube, channel, moderationStatus="heldForReview")
    (public,) = threads(youtube, channel)

    assert [item["id"] for item in held["replies"]["comments"]] == [reply]
    assert "replies" not in public
    assert public["snippet"]["totalReplyCount"] == 0


def test_what_youtube_held_or_took_for_spam_is_listed_apart(
    youtube: Any, world: World, video: str, channel: OpenAccount
) -> None:
    held = world.comment("youtube", video, "hm", handle="@mum", held=True)
    spam = world.comment("youtube", video, "buy", handle="@bot", likely_spam=True)

    assert [t["id"] for t in threads(youtube, channel, moderationStatus="heldForReview")] == [held]
    assert [t["id"] for t in threads(youtube, channel, moderationStatus="likelySpam")] == [spam]
    assert threads(youtube, channel) == []


def test_a_rejected_comment_is_gone_with_its_replies_and_stays_so(youtube: Any, world: World, video: str) -> None:
    top = world.comment("youtube", video, "vile", handle="@troll")
    reply = world.comment("youtube", video, "stop it", handle="@mum", reply_to=top)
    set_status(youtube, [top], "rejected", banAuthor=True)

    assert youtube.comments().list(part="snippet", id=[top, reply]).execute()["items"] == []
    assert not world.is_public("youtube", reply)
    with pytest.raises(HttpError) as caught:
        set_status(youtube, [top], "published")
    assert reason(caught) == (400, "processingFailure")
    assert not world.is_public("youtube", world.comment("youtube", video, "me again", handle="@troll"))


def test_comments_asked_for_by_id_do_not_tell_their_status(youtube: Any, world: World, video: str) -> None:
    comment = world.comment("youtube", video, "hm", handle="@mum", held=True)

    (item,) = youtube.comments().list(part="snippet", id=comment).execute()["items"]

    assert "moderationStatus" not in item["snippet"]


def test_fifty_go_in_one_call_and_one_bad_id_fails_them_all(youtube: Any, world: World, video: str) -> None:
    many = [world.comment("youtube", video, f"comment {n}", handle="@mum") for n in range(51)]
    set_status(youtube, many[:50], "heldForReview")
    assert not any(world.is_public("youtube", native_id) for native_id in many[:50])

    world.delete("youtube", many[0])
    bad_batches = {
        (400, "invalidParameter"): many,
        (400, "processingFailure"): [many[50], many[0]],
        (404, "commentNotFound"): [many[50], "UgxNobodyEverWroteThis4Aa"],
    }
    for expected, batch in bad_batches.items():
        with pytest.raises(HttpError) as caught:
            set_status(youtube, batch, "heldForReview")
        assert reason(caught) == expected
    assert world.is_public("youtube", many[50])


def test_a_ban_goes_with_a_rejection_only(youtube: Any, world: World, video: str) -> None:
    comment = world.comment("youtube", video, "rude", handle="@mum")

    with pytest.raises(HttpError) as caught:
        set_status(youtube, [comment], "heldForReview", banAuthor=True)

    assert reason(caught) == (400, "banWithoutReject")


def test_only_its_author_deletes_a_comment(youtube: Any, world: World, video: str) -> None:
    theirs = world.comment("youtube", video, "hi", handle="@mum")
    ours = world.comment("youtube", video, "hello", handle="@valewoodprimary")

    youtube.comments().delete(id=ours).execute()
    with pytest.raises(HttpError) as caught:
        youtube.comments().delete(id=theirs).execute()

    assert reason(caught) == (403, "forbidden")
    assert (world.is_public("youtube", ours), world.is_public("youtube", theirs)) == (False, True)


def test_pages_neither_repeat_nor_skip_while_comments_come_in(
    youtube: Any, world: World, video: str, channel: OpenAccount
) -> None:
    posted = [world.comment("youtube", video, f"comment {n}", handle="@mum") for n in range(25)]
    asked = {"part": "id", "allThreadsRelatedToChannelId": channel.native_id, "maxResults": 10}
    request = youtube.commentThreads().list(**asked)
    seen: list[str] = []
    while request is not None:
        answer = request.execute()
        seen += [item["id"] for item in answer["items"]]
        world.comment("youtube", video, "one more", handle="@dad", at=world.clock() + timedelta(minutes=1))
        request = youtube.commentThreads().list_next(request, answer)

    assert sorted(seen) == sorted(posted)


def test_videos_count_what_is_public_and_those_for_children_take_no_comments(
    youtube: Any, world: World, video: str
) -> None:
    kids = world.publish("youtube", "Nursery rhymes", made_for_kids=True)
    top = world.comment("youtube", video, "hi", handle="@mum")
    world.comment("youtube", video, "ho", handle="@dad", reply_to=top)
    world.comment("youtube", video, "hm", handle="@gran", held=True)

    answer = youtube.videos().list(part="statistics,status", id=[video, kids]).execute()["items"]
    by_id = {item["id"]: item for item in answer}

    assert by_id[video]["statistics"]["commentCount"] == "2"
    assert "commentCount" not in by_id[kids]["statistics"]
    assert by_id[kids]["status"]["madeForKids"]
    with pytest.raises(HttpError) as caught:
        youtube.commentThreads().list(part="id", videoId=kids).execute()
    assert reason(caught) == (403, "commentsDisabled")


def test_a_picture_has_a_signed_link_that_dies_after_six_hours(
    youtube: Any, world: World, video: str, channel: OpenAccount, clock: Clock
) -> None:
    world.comment("youtube", video, "look", handle="@mum", image_url="cat.gif")

    link = threads(youtube, channel)[0]["snippet"]["topLevelComment"]["snippet"]["imageUrl"]

    assert httpx.get(link).headers["content-type"] == "image/png"
    assert httpx.get(link.replace("sig=", "sig=a")).status_code == 403
    clock.move(timedelta(hours=6))
    assert httpx.get(link).status_code == 403


def test_the_day_of_the_quota_ends_at_midnight_in_california(
    sandbox: Sandbox, youtube: Any, video: str, clock: Clock
) -> None:
    comment = sandbox.world.comment("youtube", video, "rude", handle="@mum")
    sandbox.youtube.units_a_day = 51
    youtube.videos().list(part="id", id=video).execute()
    set_status(youtube, [comment], "heldForReview")
    assert sandbox.youtube.units_spent == 51

    with pytest.raises(HttpError) as caught:
        youtube.videos().list(part="id", id=video).execute()
    assert reason(caught) == (403, "quotaExceeded")

    clock.now = clock.now.replace(hour=8)  # midnight of 22 November in California
    clock.move(timedelta(days=1, seconds=-1))
    with pytest.raises(HttpError):
        youtube.videos().list(part="id", id=video).execute()
    clock.move(timedelta(seconds=1))
    youtube.videos().list(part="id", id=video).execute()


def test_a_wrong_access_token_is_unauthorized_and_a_wrong_refresh_token_an_invalid_grant(
    sandbox: Sandbox, video: str
) -> None:
    url = f"{sandbox.youtube_base}youtube/v3/videos?part=id&id={video}"
    answer = httpx.get(url, headers={"Authorization": "Bearer nothing"})
    assert answer.status_code == 401
    assert answer.json()["error"]["errors"][0]["reason"] == "authError"

    secrets = {**sandbox.credentials("youtube"), "refresh_token": "nothing"}
    wrong = Credentials(None, **secrets)  # type: ignore[no-untyped-call]
    with pytest.raises(RefreshError, match="invalid_grant"):
        wrong.refresh(Request())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "missingRequiredParameter"),
        ({"videoId": "a", "id": "b"}, "incompatibleParameters"),
        ({"videoId": "nothing"}, "videoNotFound"),
        ({"allThreadsRelatedToChannelId": "UCnobody"}, "channelNotFound"),
    ],
)
def test_threads_need_one_filter_that_leads_somewhere(youtube: Any, filters: dict[str, str], expected: str) -> None:
    with pytest.raises(HttpError) as caught:
        youtube.commentThreads().list(part="id", **filters).execute()

    assert reason(caught)[1] == expected
