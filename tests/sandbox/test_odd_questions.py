"""What no adapter asks, and vendors answer all the same: cursors that are none, searches nobody can read, odd bodies."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import tweepy
from googleapiclient.errors import HttpError

from moderator.sandbox.server import Sandbox
from moderator.sandbox.state import OpenAccount
from moderator.sandbox.world import World


def test_a_cursor_of_instagram_that_is_none_is_refused(instagram: httpx.Client, world: World) -> None:
    medium = world.publish("instagram", "Cake sale")
    answer = instagram.get(f"/{medium}/comments", params={"after": "no cursor"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_a_page_token_of_youtube_that_is_none_is_refused(youtube: Any, channel: OpenAccount) -> None:
    asked = youtube.commentThreads().list(
        part="snippet", allThreadsRelatedToChannelId=channel.native_id, pageToken="no token"
    )
    with pytest.raises(HttpError) as caught:
        asked.execute()
    assert caught.value.error_details[0]["reason"] == "invalidPageToken"


def test_a_search_of_x_that_nobody_can_read_is_refused(x: tweepy.Client) -> None:
    with pytest.raises(tweepy.BadRequest, match="cannot be understood"):
        x.search_recent_tweets("(conversation_id:1", user_auth=True)


def test_a_body_that_is_no_json_counts_as_empty(sandbox: Sandbox) -> None:
    secrets = sandbox.credentials("x", kind="oauth2")
    headers = {"Authorization": f"Bearer {secrets['access_token']}"}
    answer = httpx.put(f"{sandbox.x_base}/2/tweets/1/hidden", content=b"no JSON", headers=headers)
    assert answer.status_code == 400


class Stumbling(Sandbox):
    """One with a mistake of its own."""

    def answer(self, *asked: Any) -> Any:
        raise RuntimeError("a mistake of the sandbox's own")


def test_a_mistake_of_the_sandboxs_own_is_told_to_whoever_asked(capfd: pytest.CaptureFixture[str]) -> None:
    with Stumbling() as sandbox:
        answer = httpx.get(f"{sandbox.x_base}/2/users/me")
    assert answer.status_code == 500
    assert "a mistake of the sandbox's own" in answer.text
    assert "a mistake of the sandbox's own" in capfd.readouterr().err
