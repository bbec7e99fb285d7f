"""Users, media and comments in the Graph API's JSON, and its field lists with expansion: "id,replies{id,text}"."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from moderator.sandbox.messages import Answer, Json, Refusal
from moderator.sandbox.state import OpenAccount, PostedComment, PublishedPost, Status, seen
from moderator.sandbox.world import World

_NAME = re.compile(r"\s*([a-z_]+)(?:\.[a-z]+\([^)]*\))*\s*")


class Nodes:
    """Makes JSON of what stands in the world; gives the fields asked for, or the documented default ones."""

    def __init__(self, world: World) -> None:
        self._world = world

    @staticmethod
    def scoped_id(account: OpenAccount) -> str:
        """The id of the account for this app alone, beside the one all apps know (`user_id`)."""
        return str(int.from_bytes(hashlib.blake2b(account.native_id.encode(), digest_size=6).digest()) + 10**16)

    def user(self, account: OpenAccount, fields: Mapping[str, str]) -> Json:
        whole: Json = {
            "id": self.scoped_id(account),
            "user_id": account.native_id,
            "username": account.handle,
            "name": account.display_name,
            "account_type": "BUSINESS",
            "media_count": len(self._world.posts_of(account)),
        }
        return _chosen(whole, fields, default=("id",))

    def medium(self, post: PublishedPost, fields: Mapping[str, str]) -> Json:
        """`comments_count` counts what is public, replies included; whether the real one does is not documented."""
        public = [comment for comment in self._world.comments_under(post) if seen(comment)]
        whole: Json = {
            "id": post.native_id,
            "caption": post.text,
            "timestamp": time(post.at),
            "permalink": f"https://www.instagram.com/p/{shortcode(post.native_id)}/",
            "media_type": "IMAGE",
            "media_product_type": "FEED",
            "is_comment_enabled": True,
            "comments_count": len(public),
            "like_count": 0,
            "username": post.account.handle,
            "owner": {"id": post.account.native_id},
        }
        return _chosen(whole, fields, default=("id",))

    def comment(self, comment: PostedComment, fields: Mapping[str, str]) -> Json:
        author = comment.author
        whole: Json = {
            "id": comment.native_id,
            "text": comment.text,
            "timestamp": time(comment.at),
            "username": author.handle,
            "from": {"id": author.native_id, "username": author.handle},
            "hidden": comment.status == Status.HIDDEN,
            "like_count": 0,
            "media": {"id": comment.post.native_id if comment.post else ""},
        }
        if comment.parent:
            whole["parent_id"] = comment.parent.native_id
        if "replies" in fields:
            inner = parse_fields(fields["replies"])
            shown = [reply for reply in self._world.replies(comment) if reply.status == Status.PUBLIC]
            if shown:
                whole["replies"] = {"data": [self.comment(reply, inner) for reply in shown]}
        return _chosen(whole, fields, default=("id", "text", "timestamp"))


def parse_fields(text: str) -> dict[str, str]:
    """The names in a field list, each with what stands in its braces. Raises Refusal as Graph does."""
    fields: dict[str, str] = {}
    at = 0
    while at < len(text):
        name = _NAME.match(text, at)
        if name is None:
            raise syntax_error(text[at:])
        at, inner = name.end(), ""
        if text[at : at + 1] == "{":
            end = _closing(text, at)
            inner, at = text[at + 1 : end], end + 1
        fields[name[1]] = inner
        if text[at : at + 1] not in ("", ","):
            raise syntax_error(text[at:])
        at += 1
    return fields


def syntax_error(rest: str) -> Refusal:
    message = f"Syntax error \"Expected end of string instead of '{rest[:1]}'.\" at the fields parameter"
    return Refusal(
        Answer(400, {"error": {"message": message, "type": "OAuthException", "code": 2500, "fbtrace_id": "A0"}})
    )


def time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


def shortcode(native_id: str) -> str:
    return hashlib.blake2b(native_id.encode(), digest_size=6).hexdigest()[:11]


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise syntax_error("{")


def _chosen(whole: Json, fields: Mapping[str, str], default: tuple[str, ...]) -> Json:
    """The id always comes; a field that is not known, or empty, does not."""
    wanted = {"id", *(fields or default)}
    return {name: value for name, value in whole.items() if name in wanted}
