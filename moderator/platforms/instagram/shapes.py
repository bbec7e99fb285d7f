"""Instagram's JSON on one side, our nouns on the other.

In: one answer of an edge ({"data": [...], "paging": {...}}), already decoded. Out: posts and comments, and the items that
could not be understood, each set aside by itself with its reason. No request is made here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from moderator.domain import Account, Author, Comment, Post, Visibility, comment_id, plain_handle
from moderator.platforms.base import Broken
from moderator.platforms.lenient import Count

# https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments and
# https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment (read 2026-11-22).
# Whatever is not asked for by name does not come, `hidden` and `from` least of all.
MEDIA_FIELDS = "id,caption,timestamp,permalink,comments_count"
REPLY_FIELDS = "id,text,timestamp,username,from,hidden,parent_id"
COMMENT_FIELDS = f"{REPLY_FIELDS},replies{{{REPLY_FIELDS}}}"
FULL_PAGE = 50  # "maximum of 50 comments per query"


def _without_half_pairs(value: Any) -> Any:
    """Half a surrogate pair is no letter and cannot be stored; it must not keep its comment from being judged."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


Words = Annotated[str, BeforeValidator(_without_half_pairs)]
NativeId = Annotated[str, Field(pattern=r"^[\w-]+$")]


class Lenient(BaseModel):
    """Ids are strings of digits; a number instead of one is understood too."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class _From(Lenient):
    id: Words = ""
    username: Words = ""


class _Comment(Lenient):
    id: NativeId
    timestamp: AwareDatetime
    text: Words | None = None  # a comment can be a picture only
    username: Words | None = None
    author: _From | None = Field(None, alias="from")
    hidden: bool | None = None
    parent_id: Words | None = None


class _Media(Lenient):
    id: NativeId
    timestamp: AwareDatetime
    caption: Words | None = None
    permalink: Words | None = None
    comments_count: Count = None


@dataclass(slots=True)
class Part:
    """What one answer held, replies beside the comments they came inside of."""

    comments: list[Comment] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    items: int = 0  # on the page itself, replies not counted
    after: str = ""  # cursor of the page that follows; empty: none does
    more_replies: list[tuple[str, str]] = field(default_factory=list)  # comment, cursor of its next replies


def posts_in(answer: Mapping[str, Any]) -> tuple[list[Post], list[Broken], str]:
    """The posts of a media edge, what could not be understood, and the cursor of the next page."""
    posts, broken = [], []
    for item in items_in(answer):
        try:
            media = _Media.model_validate(item)
        except ValidationError as error:
            broken.append(_set_aside("post", item, error))
            continue
        text, url = media.caption or "", media.permalink or ""
        posts.append(Post(media.id, text, media.timestamp, url, media.comments_count))
    return posts, broken, _next_cursor(answer)


def comments_in(answer: Mapping[str, Any], account: Account, post: Post, parent: str = "") -> Part:
    """The comments of a comments or replies edge, with the replies inlined in each. `parent`: whose replies these are."""
    part = Part(after=_next_cursor(answer))
    for item in items_in(answer):
        part.items += 1
        native_id = _read_one(item, account, post, parent, part)
        replies = item.get("replies") if isinstance(item, dict) else None
        if isinstance(replies, dict) and native_id and not parent:  # replies to replies stand beside them
            inner = comments_in(replies, account, post, parent=native_id)
            part.comments += inner.comments
            part.broken += inner.broken
            part.more_replies += [(native_id, inner.after)] if inner.after else []
    return part


def is_ours(author: Author, account: Account) -> bool:
    """By id or by username: from.id is scoped to our app and need not be the id that the account goes by elsewhere."""
    same_id = author.native_id != "" and author.native_id == account.native_id
    handle = plain_handle(author.handle)
    return same_id or (handle != "" and handle == plain_handle(account.handle))


def items_in(answer: Mapping[str, Any]) -> list[Any]:
    data = answer.get("data")
    return data if isinstance(data, list) else []


def _read_one(item: Any, account: Account, post: Post, parent: str, part: Part) -> str:
    """Put one item where it belongs; its native id is returned where one can be made out."""
    try:
        shape = _Comment.model_validate(item)
    except ValidationError as error:
        part.broken.append(_set_aside("comment", item, error))
        return part.broken[-1].native_id
    part.comments.append(_comment(shape, item, account, post, parent))
    return shape.id


def _comment(shape: _Comment, item: Any, account: Account, post: Post, parent: str) -> Comment:
    author = shape.author or _From()
    username = author.username or shape.username or ""
    hidden = {True: Visibility.HIDDEN, False: Visibility.PUBLIC, None: Visibility.UNKNOWN}[shape.hidden]
    return Comment(
        id=comment_id(account, shape.id),
        account_id=account.id,
        platform=account.platform,
        native_id=shape.id,
        author=Author(native_id=author.id, handle=f"@{username}" if username else ""),
        text=shape.text or "",
        posted_at=shape.timestamp,
        post_native_id=post.native_id,
        parent_native_id=shape.parent_id or parent,
        visibility=hidden,
        url=post.url,  # Instagram gives no address of a single comment.
        raw=_raw({key: value for key, value in item.items() if key != "replies"}),
    )


def _next_cursor(answer: Mapping[str, Any]) -> str:
    """The cursor of the next page, never its address: `paging.next` holds the access token and names its own host.

    Graph leaves `next` out on the last page; a full page without it is asked on all the same, since an empty page costs
    one call and a lost comment costs more.
    """
    paging = answer.get("paging")
    paging = paging if isinstance(paging, dict) else {}
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    following = paging.get("next")
    if isinstance(after, str) and (following or len(items_in(answer)) >= FULL_PAGE):
        return after
    if isinstance(following, str):
        return parse_qs(urlsplit(following).query).get("after", [""])[0]
    return ""


def _set_aside(noun: str, item: Any, error: ValidationError) -> Broken:
    """The reason tells fields and kinds of fault, not the words that stood there."""
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in error.errors())
    native_id = item.get("id") if isinstance(item, dict) else None
    native_id = _without_half_pairs(native_id) if isinstance(native_id, str) else ""
    return Broken(f"{noun} not understood ({faults})", native_id, _raw(item))


def _raw(item: Any) -> str:
    try:
        return json.dumps(item)  # ASCII only, so that half pairs and NULs stay harmless escapes
    except RecursionError:
        return ""
