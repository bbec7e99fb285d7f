"""Every answer of the sandbox's YouTube fits the discovery document that googleapiclient ships."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from moderator.sandbox.server import Sandbox


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """The document's schemas, closed to names they do not list."""
    document = files("googleapiclient") / "discovery_cache" / "documents" / "youtube.v3.json"
    loaded: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))["schemas"]
    return {name: _closed(schema) for name, schema in loaded.items()}


def check(schemas: dict[str, Any], name: str, body: object) -> None:
    whole = {"$ref": f"#/$defs/{name}", "$defs": schemas}
    jsonschema.Draft202012Validator(whole).validate(body)


@pytest.fixture
def video(sandbox: Sandbox) -> str:
    """A video with every kind of comment."""
    world = sandbox.world
    video = world.publish("youtube", "Assembly")
    top = world.comment("youtube", video, "lovely", handle="@mum", image_url="cat.gif")
    for n in range(7):
        world.comment("youtube", video, f"reply {n}", handle="@dad", reply_to=top)
    world.comment("youtube", video, "who am I", handle="")
    world.comment("youtube", video, "thank you", handle="@valewoodprimary")
    world.comment("youtube", video, "hm", handle="@gran", held=True)
    world.comment("youtube", video, "buy", handle="@bot", likely_spam=True)
    return video


@pytest.mark.parametrize("status", ["published", "heldForReview", "likelySpam"])
@pytest.mark.parametrize("text", ["html", "plainText"])
def test_comment_threads(youtube: Any, schemas: dict[str, Any], video: str, status: str, text: str) -> None:
    asked = {"part": "id,snippet,replies", "videoId": video, "moderationStatus": status, "textFormat": text}
    answer = youtube.commentThreads().list(**asked, maxResults=1).execute()

    assert answer["items"]
    check(schemas, "CommentThreadListResponse", answer)


def test_comments(youtube: Any, schemas: dict[str, Any], video: str) -> None:
    (thread,) = youtube.commentThreads().list(part="id", videoId=video, searchTerms="lovely").execute()["items"]
    listed = youtube.comments().list(part="id,snippet", parentId=thread["id"], maxResults=3).execute()
    by_id = youtube.comments().list(part="snippet", id=thread["id"]).execute()

    assert len(listed["items"]) == 3
    assert "nextPageToken" in listed
    check(schemas, "CommentListResponse", listed)
    check(schemas, "CommentListResponse", by_id)


def test_videos_channels_and_playlists(youtube: Any, schemas: dict[str, Any], video: str) -> None:
    channels = youtube.channels().list(part="id,snippet,contentDetails,statistics", mine=True).execute()
    uploads = channels["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"]
    videos = youtube.videos().list(part="id,snippet,statistics,status", id=video).execute()
    items = youtube.playlistItems().list(part="id,snippet,contentDetails", playlistId=uploads).execute()

    assert len(items["items"]) == 1
    check(schemas, "ChannelListResponse", channels)
    check(schemas, "VideoListResponse", videos)
    check(schemas, "PlaylistItemListResponse", items)


@pytest.mark.parametrize(
    "slip",
    [
        {"items": [{"idd": "a"}]},
        {"items": [{"snippet": {"likeCount": "7"}}]},
        {"items": [{"snippet": {"moderationStatus": "held"}}]},
    ],
)
def test_the_check_itself_sees_a_slip(schemas: dict[str, Any], slip: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(schemas, "CommentListResponse", slip)


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    # "format" and "id" mean something else to JSON Schema than to Google.
    closed = {name: _closed(inner) for name, inner in part.items() if name not in ("id", "format") or "type" in inner}
    if isinstance(part.get("$ref"), str):
        return {"$ref": f"#/$defs/{part['$ref']}"}
    if part.get("type") == "object" and "properties" in part:
        closed["additionalProperties"] = False
    return closed
