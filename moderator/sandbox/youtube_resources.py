"""Threads, comments, videos and channels in YouTube's JSON, and the shape of its errors.

Made after the discovery document that google-api-python-client ships.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

from moderator.sandbox.messages import Answer, Json, Refusal, Request
from moderator.sandbox.state import OpenAccount, Person, PostedComment, PublishedPost, Status, seen
from moderator.sandbox.world import World

INLINED_REPLIES = 5
_LINK = re.compile(r"https?://[^\s<>\"]+")
_STATUS = {
    Status.PUBLIC: "published",
    Status.HIDDEN: "heldForReview",
    Status.SPAM: "likelySpam",
    Status.REJECTED: "rejected",
}


class Resources:
    """Makes JSON of what stands in the world; `image_link` signs the link of a comment's picture."""

    def __init__(self, world: World, image_link: Callable[[PostedComment], str]) -> None:
        self._world, self._image_link = world, image_link

    def thread(
        self, top: PostedComment, request: Request, status: Status, viewer: OpenAccount, *, by_id: bool = False
    ) -> Json:
        """A top comment with the oldest five of its replies that have the status listed; newer ones need comments.list."""
        parts = request.many("part")
        public = [reply for reply in self._world.replies(top) if seen(reply)]
        replies = [reply for reply in self._world.replies(top) if reply.status == status]
        snippet: Json = {
            "channelId": _channel_id(top),
            "videoId": _video_id(top),
            "topLevelComment": self.comment(top, request, viewer, by_id=by_id, parts=["snippet"]),
            "canReply": True,
            "totalReplyCount": len(public),
            "isPublic": seen(top),
        }
        thread: Json = {"snippet": snippet}
        if replies:
            inlined = [
                self.comment(r, request, viewer, parts=["snippet"], by_id=by_id) for r in replies[:INLINED_REPLIES]
            ]
            thread["replies"] = {"comments": inlined}
        return _resource("commentThread", top.native_id, thread, parts)

    def comment(
        self,
        comment: PostedComment,
        request: Request,
        viewer: OpenAccount,
        *,
        by_id: bool = False,
        parts: list[str] | None = None,
    ) -> Json:
        """One comment. Its moderation status is for the channel's owner, and left out of what was asked for by id."""
        plain = request.one("textFormat", "html") == "plainText"
        author = comment.author
        snippet: Json = {
            "channelId": _channel_id(comment),
            "videoId": _video_id(comment),
            "textDisplay": comment.text if plain else _html(comment.text),
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 0,
            "publishedAt": time(comment.at),
            "updatedAt": time(comment.updated_at),
            **_author(author),
        }
        if author is viewer:
            snippet["textOriginal"] = comment.text
        if comment.parent:
            snippet["parentId"] = comment.parent.native_id
        if comment.image_url:
            snippet["imageUrl"] = self._image_link(comment)
        if not by_id and _channel_id(comment) == viewer.native_id:
            snippet["moderationStatus"] = _STATUS[comment.status]
        return _resource("comment", comment.native_id, {"snippet": snippet}, parts or request.many("part"))

    def video(self, video: PublishedPost, request: Request) -> Json:
        """The comment count, replies included, is left out where comments are off."""
        public = [comment for comment in self._world.comments_under(video) if seen(comment)]
        count = {} if video.made_for_kids else {"commentCount": str(len(public))}
        body: Json = {
            "snippet": {**_snippet(video), "liveBroadcastContent": "none", "categoryId": "27"},
            "statistics": {"viewCount": "120", "likeCount": "4", "favoriteCount": "0", **count},
            "status": {"madeForKids": video.made_for_kids, "privacyStatus": "public", "uploadStatus": "processed"},
        }
        return _resource("video", video.native_id, body, request.many("part"))

    def channel(self, channel: OpenAccount, request: Request) -> Json:
        uploads = "UU" + channel.native_id[2:]
        body: Json = {
            "snippet": {
                "title": channel.display_name,
                "description": "",
                "customUrl": f"@{channel.handle.lower()}",
                "publishedAt": "2015-03-04T10:00:00Z",
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads}},
            "statistics": {"viewCount": "0", "videoCount": str(len(self._world.posts_of(channel)))},
        }
        return _resource("channel", channel.native_id, body, request.many("part"))

    def playlist_item(self, video: PublishedPost, request: Request) -> Json:
        playlist = "UU" + video.account.native_id[2:]
        body: Json = {
            "snippet": {
                **_snippet(video),
                "playlistId": playlist,
                "resourceId": {"kind": "youtube#video", "videoId": video.native_id},
            },
            "contentDetails": {"videoId": video.native_id, "videoPublishedAt": time(video.at)},
        }
        native_id = hashlib.blake2b(f"{playlist} {video.native_id}".encode(), digest_size=24).hexdigest()
        return _resource("playlistItem", f"UU{native_id}", body, request.many("part"))


def refused(code: int, reason: str, message: str, location: str = "", *, domain: str = "", status: str = "") -> Refusal:
    """An error as Google's APIs shape it."""
    domain = domain or ("global" if code == 401 else "youtube.comment")
    where = {"location": location, "locationType": "header" if code == 401 else "parameter"} if location else {}
    error: Json = {
        "code": code,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason, **where}],
    }
    if status:
        error["status"] = status
    return Refusal(Answer(code, {"error": error}, content_type="application/json; charset=UTF-8"))


def etag(body: object) -> str:
    return hashlib.blake2b(json.dumps(body, sort_keys=True).encode(), digest_size=20).hexdigest()


def time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _resource(kind: str, native_id: str, parts: Json, wanted: list[str]) -> Json:
    chosen = {name: part for name, part in parts.items() if name in wanted}
    return {"kind": f"youtube#{kind}", "etag": etag(chosen), "id": native_id, **chosen}


def _author(author: Person) -> Json:
    """Nothing at all where the author's channel was deleted."""
    if not author.native_id:
        return {}
    return {
        "authorDisplayName": f"@{author.handle}",
        "authorChannelId": {"value": author.native_id},
        "authorChannelUrl": f"http://www.youtube.com/@{author.handle}",
        "authorProfileImageUrl": "https://yt3.ggpht.com/ytc/default=s48-c-k-c0x00ffffff-no-rj",
    }


def _snippet(video: PublishedPost) -> Json:
    """What a video and its place in a playlist have in common."""
    return {
        "channelId": video.account.native_id,
        "channelTitle": video.account.display_name,
        "publishedAt": time(video.at),
        "title": video.text.partition("\n")[0][:100],
        "description": video.text,
    }


def _channel_id(comment: PostedComment) -> str:
    return comment.post.account.native_id if comment.post else ""


def _video_id(comment: PostedComment) -> str:
    return comment.post.native_id if comment.post else ""


def _html(text: str) -> str:
    """As YouTube shows it by default: escaped, links clickable, lines broken by <br>."""
    escaped, at = "", 0
    for link in _LINK.finditer(text):
        target = html.escape(link[0])
        escaped += _escape(text[at : link.start()]) + f'<a href="{target}">{target}</a>'
        at = link.end()
    return (escaped + _escape(text[at:])).replace("\n", "<br>")


def _escape(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#39;")
