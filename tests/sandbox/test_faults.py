"""Every trouble, as the real clients meet it: what they see, and what was really done."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
import requests
import tweepy
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.server import Sandbox
from moderator.sandbox.world import World
from tests.sandbox.conftest import SCHOOL_X_ID


@pytest.fixture
def x_comment(world: World) -> str:
    return world.comment("x", world.publish("x", "Hello"), "rude", handle="@nana_jo")


@pytest.fixture
def youtube_comment(world: World) -> str:
    return world.comment("youtube", world.publish("youtube", "Assembly"), "rude", handle="@mum")


@pytest.fixture
def instagram_comment(world: World) -> str:
    return world.comment("instagram", world.publish("instagram", "Cake sale"), "rude", handle="@granny")


def hold(youtube: Any, native_id: str) -> None:
    youtube.comments().setModerationStatus(id=native_id, moderationStatus="heldForReview").execute()


def test_a_rate_limit_says_when_it_ends_or_keeps_it_to_itself(x: tweepy.Client, world: World) -> None:
    world.add_fault(Fault("x", "rate_limited", reset_in_s=90))
    world.add_fault(Fault("x", "rate_limited", reset_in_s=None))

    with pytest.raises(tweepy.TooManyRequests) as told:
        x.get_me()
    with pytest.raises(tweepy.TooManyRequests) as untold:
        x.get_me()

    assert told.value.reset_time == world.clock().timestamp() + 90
    assert "x-rate-limit-reset" not in untold.value.response.headers
    assert x.get_me()["data"]["id"] == SCHOOL_X_ID


def test_youtube_and_instagram_limit_in_their_own_words(youtube: Any, instagram: httpx.Client, world: World) -> None:
    world.add_fault(Fault("youtube", "rate_limited", path="/channels"))
    world.add_fault(Fault("instagram", "rate_limited", reset_in_s=600))

    with pytest.raises(HttpError) as caught:
        youtube.channels().list(part="id", mine=True).execute()
    answer = instagram.get("/me")

    assert caught.value.error_details[0]["reason"] == "rateLimitExceeded"
    assert answer.json()["error"]["code"] == 80002
    assert '"estimated_time_to_regain_access": 10' in answer.headers["X-Business-Use-Case-Usage"]


def test_a_usage_cap_leaves_the_rate_limit_open(x: tweepy.Client, world: World) -> None:
    world.add_fault(Fault("x", "usage_cap"))

    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.get_me()

    assert caught.value.response.json()["type"].endswith("/usage-capped")
    assert caught.value.response.headers["x-rate-limit-remaining"] == "299"


def test_a_server_error_is_a_page_of_html(
    x: tweepy.Client, youtube: Any, instagram: httpx.Client, world: World
) -> None:
    for platform in ("x", "youtube", "instagram"):
        world.add_fault(Fault(platform, "server_error", status=502, times=None))

    with pytest.raises(tweepy.TwitterServerError):
        x.get_me()
    with pytest.raises(RefreshError):
        youtube.channels().list(part="id", mine=True).execute()
    answer = instagram.get("/me")

    assert answer.status_code == 502
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_connection_that_hangs_ends_by_itself_and_nothing_was_done(
    instagram: httpx.Client, world: World, instagram_comment: str
) -> None:
    world.add_fault(Fault("instagram", "hang", seconds=0.3))

    began = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        instagram.post(f"/{instagram_comment}?hide=true")

    assert 0.2 < time.monotonic() - began < 3
    assert world.is_public("instagram", instagram_comment)


def test_closing_the_sandbox_ends_what_hangs() -> None:
    with Sandbox() as sandbox:
        sandbox.world.open_account("instagram", handle="@valewood.primary")
        sandbox.world.add_fault(Fault("instagram", "hang", seconds=60))
        began = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            httpx.get(f"{sandbox.instagram_base}/me", timeout=0.2)

    assert time.monotonic() - began < 5


def test_a_cut_answer_reaches_the_client_as_a_broken_connection(x: tweepy.Client, world: World, x_comment: str) -> None:
    world.add_fault(Fault("x", "cut", path="/mentions"))

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        x.get_users_mentions(SCHOOL_X_ID, user_auth=True)

    assert [item["id"] for item in x.get_users_mentions(SCHOOL_X_ID, user_auth=True)["data"]] == [x_comment]


@pytest.mark.parametrize(("kind", "public"), [(FaultKind.CUT_BEFORE, True), (FaultKind.EFFECT_THEN_CUT, False)])
def test_a_reply_lost_says_nothing_about_what_was_done(
    x: tweepy.Client, instagram: httpx.Client, world: World, x_comment: str, instagram_comment: str,
    kind: FaultKind, public: bool,
) -> None:  # fmt: skip
    world.add_fault(Fault("x", kind, method="PUT"))
    world.add_fault(Fault("instagram", kind, method="POST"))

    with pytest.raises(requests.ConnectionError):
        x.hide_reply(x_comment)
    with pytest.raises(httpx.TransportError):
        instagram.post(f"/{instagram_comment}?hide=true")

    assert world.is_public("x", x_comment) is public
    assert world.is_public("instagram", instagram_comment) is public


def test_googles_client_asks_again_by_itself_when_one_answer_is_lost(
    youtube: Any, world: World, youtube_comment: str
) -> None:
    # httplib2 opens a new connection once, for actions too: what the caller sees needs two lost answers.
    world.add_fault(Fault("youtube", "effect_then_cut", path="setModerationStatus", times=3))

    with pytest.raises(OSError):
        hold(youtube, youtube_comment)
    hold(youtube, youtube_comment)

    assert not world.is_public("youtube", youtube_comment)
    hides = [entry.effective for entry in world.ledger if entry.event == "hide"]
    assert hides == [True, False, False, False]


def test_json_may_break_off(x: tweepy.Client, instagram: httpx.Client, world: World) -> None:
    world.add_fault(Fault("x", "malformed_json"))
    world.add_fault(Fault("instagram", "malformed_json"))

    with pytest.raises(requests.JSONDecodeError):
        x.get_me()
    answer = instagram.get("/me")

    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()


@pytest.mark.parametrize("variant", ["missing", "wrong_types"])
def test_one_item_of_a_page_may_be_broken_and_the_others_are_whole(
    x: tweepy.Client, youtube: Any, instagram: httpx.Client, world: World, variant: str
) -> None:
    x_post, video, medium = (world.publish(platform, "Hello") for platform in ("x", "youtube", "instagram"))
    for platform, post in (("x", x_post), ("youtube", video), ("instagram", medium)):
        # The page before has nothing to break: the fault waits for one that has.
        world.add_fault(Fault(platform, "broken_item", variant=variant, item=1))
        for n in range(3):
            world.comment(platform, post, f"comment {n}", handle="@nana_jo")
    x.get_me()

    pages = [
        x.get_users_mentions(SCHOOL_X_ID, user_auth=True)["data"],
        youtube.commentThreads().list(part="snippet", videoId=video).execute()["items"],
        instagram.get(f"/{medium}/comments").json()["data"],
    ]

    for first, broken, last in pages:
        assert ("id" in broken) is (variant == "wrong_types")
        assert not isinstance(broken.get("text", broken.get("snippet")), str | dict)
        assert isinstance(first["id"], str)
        assert isinstance(last["id"], str)


def test_a_revoked_token_is_refused_until_the_trouble_is_cleared(
    x: tweepy.Client, youtube: Any, instagram: httpx.Client, world: World
) -> None:
    for platform in ("x", "youtube", "instagram"):
        world.add_fault(Fault(platform, "token_revoked", times=None))

    for _ in range(2):
        with pytest.raises(tweepy.Unauthorized):
            x.get_me()
        with pytest.raises(RefreshError, match="invalid_grant"):
            youtube.channels().list(part="id", mine=True).execute()
        assert instagram.get("/me").json()["error"]["code"] == 190
    world.faults.clear()

    assert x.get_me()
    assert youtube.channels().list(part="id", mine=True).execute()
    assert instagram.get("/me").status_code == 200


def test_a_missing_permission_is_a_bare_refusal(
    x: tweepy.Client, youtube: Any, instagram: httpx.Client, world: World
) -> None:
    world.add_fault(Fault("x", "forbidden"))
    world.add_fault(Fault("youtube", "forbidden", path="/channels"))
    world.add_fault(Fault("instagram", "forbidden"))

    with pytest.raises(tweepy.Forbidden):
        x.get_me()
    with pytest.raises(HttpError) as caught:
        youtube.channels().list(part="id", mine=True).execute()

    assert caught.value.status_code == 403
    assert instagram.get("/me").json()["error"]["code"] == 10


def test_a_comment_is_deleted_just_before_the_action_arrives(
    x: tweepy.Client, youtube: Any, instagram: httpx.Client, world: World, x_comment: str, youtube_comment: str,
    instagram_comment: str,
) -> None:  # fmt: skip
    for platform in ("x", "youtube", "instagram"):
        world.add_fault(Fault(platform, "deleted_meanwhile"))
    x.get_me()  # reading does not set it off, and neither does an action on no comment
    x.mute(world.person("x", "@nana_jo").native_id)

    with pytest.raises(tweepy.NotFound):
        x.hide_reply(x_comment)
    with pytest.raises(HttpError) as caught:
        hold(youtube, youtube_comment)
    answer = instagram.post(f"/{instagram_comment}?hide=true")

    assert caught.value.error_details[0]["reason"] == "processingFailure"
    assert answer.json()["error"]["error_subcode"] == 33
    deleted = [entry.native_id for entry in world.ledger if entry.event == "deleted"]
    assert deleted == [x_comment, youtube_comment, instagram_comment]


def test_youtube_has_two_troubles_of_its_own(youtube: Any, world: World, youtube_comment: str) -> None:
    world.add_fault(Fault("youtube", "processing_failure"))
    world.add_fault(Fault("youtube", "quota_spent", path="/youtube/"))

    reasons = []
    for _ in range(2):
        with pytest.raises(HttpError) as caught:
            hold(youtube, youtube_comment)
        reasons.append(caught.value.error_details[0]["reason"])
    hold(youtube, youtube_comment)

    assert reasons == ["processingFailure", "quotaExceeded"]
    assert not world.is_public("youtube", youtube_comment)


def test_a_fault_keeps_to_its_path_its_count_and_those_it_spares(x: tweepy.Client, world: World) -> None:
    world.add_fault(Fault("x", "server_error", path="/mentions", after=1, times=2))
    outcomes = []
    for _ in range(4):
        x.get_me()
        try:
            x.get_users_mentions(SCHOOL_X_ID, user_auth=True)
            outcomes.append("answered")
        except tweepy.TwitterServerError:
            outcomes.append("failed")

    assert outcomes == ["answered", "failed", "failed", "answered"]


def test_calls_are_kept_with_what_became_of_them(sandbox: Sandbox, x: tweepy.Client) -> None:
    sandbox.world.add_fault(Fault("x", "cut_before"))
    with pytest.raises(requests.ConnectionError):
        x.get_me()
    x.get_me()

    assert [(call.path, call.status, call.fault) for call in sandbox.calls] == [
        ("/2/users/me", 0, "cut_before"),
        ("/2/users/me", 200, ""),
    ]


@pytest.mark.parametrize(
    ("platform", "kind"), [("x", "quota_spent"), ("youtube", "usage_cap"), ("myspace", "hang"), ("x", "sulking")]
)
def test_a_trouble_that_cannot_happen_is_refused(platform: str, kind: str) -> None:
    with pytest.raises(ValueError):
        Fault(platform, kind)
