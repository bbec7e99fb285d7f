"""X's JSON of posts and users, read into our words.

In comes one decoded item at a time; out go `Comment`, `Post` and `Author`, or `Broken` with a reason that quotes nothing.
Both spellings are read: X's specification renamed tweets to posts (`note_tweet` -> `note_post`) in August 2026, while what
tweepy asks for keeps the older names. https://docs.x.com/x-api/fundamentals/data-dictionary (read 2026-11-22)
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from moderator.domain import Account, Author, Comment, Mention, Post, Visibility, comment_id
from moderator.platforms.base import Broken
from moderator.platforms.lenient import Count, Helpful

AT = "[@\N{FULLWIDTH COMMERCIAL AT}]"
NUMBER = re.compile("[0-9]{1,19}")
HANDLE = "[A-Za-z0-9_]"
LEADING_HANDLES = re.compile(rf"(?:{AT}{HANDLE}+\s+)*{AT}{HANDLE}+\s*")


def storable(text: str) -> str:
    """JSON may spell half a surrogate pair or a NUL, which no database takes."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("string_not_storable", "holds a NUL or half a surrogate pair")
    return text


String = Annotated[str, AfterValidator(storable)]
NativeId = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


class MentionEntity(BaseModel):
    start: int
    end: int
    username: String
    id: String = ""


class Entities(BaseModel):
    mentions: list[MentionEntity] = []


class Note(BaseModel):
    """The whole text of a long post, where `text` stops after 280 characters."""

    text: String
    entities: Annotated[Entities | None, Helpful] = None


class Reference(BaseModel):
    type: String
    id: String


class Metrics(BaseModel):
    reply_count: Count = None


class Attachments(BaseModel):
    media_keys: list[String] = []


class Item(BaseModel):
    """One post, by whomever."""

    id: NativeId
    text: String
    created_at: AwareDatetime
    author_id: String = ""
    conversation_id: String = ""
    in_reply_to_user_id: String = ""
    references: list[Reference] = Field([], validation_alias=AliasChoices("referenced_tweets", "referenced_posts"))
    note: Note | None = Field(None, validation_alias=AliasChoices("note_tweet", "note_post"))
    entities: Annotated[Entities | None, Helpful] = None
    display_text_range: Annotated[tuple[int, int] | None, Helpful] = None
    attachments: Annotated[Attachments | None, Helpful] = None
    public_metrics: Annotated[Metrics | None, Helpful] = None

    @property
    def root(self) -> str:
        """The post that the conversation began with; itself where it began one."""
        return self.conversation_id or self.id

    @property
    def is_reply(self) -> bool:
        return self.root != self.id or bool(self.referenced("replied_to") or self.in_reply_to_user_id)

    def referenced(self, kind: str) -> str:
        """The id it refers to as "replied_to", "quoted" or "retweeted"; empty where it does not."""
        return next((reference.id for reference in self.references if reference.type == kind), "")


class User(BaseModel):
    id: NativeId
    username: String
    name: String = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One item with X's own JSON for it."""

    item: Item
    raw: str


def read_items(data: Sequence[Any]) -> Iterator[Read | Broken]:
    """Each item of a page, in its order."""
    for each in data:
        # ASCII, so that whatever an unusable text holds can still be kept as evidence.
        raw = json.dumps(each)
        try:
            yield Read(Item.model_validate(each), raw)
        except ValidationError as error:
            yield Broken(why(error), native_id=id_of(each), raw=raw)


def id_of(item: Any) -> str:
    native_id = item.get("id") if isinstance(item, dict) else None
    return native_id if isinstance(native_id, str) and NUMBER.fullmatch(native_id) else ""


def why(error: ValidationError) -> str:
    """Which fields are wrong and how, without what stood in them."""
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'item'}: {each['type']}" for each in error.errors())


def author_from(raw: Any) -> Author | None:
    try:
        user = User.model_validate(raw)
    except ValidationError:
        return None
    return Author(user.id, f"@{user.username}", user.name)


def post_from(item: Item, handle: str, image_urls: Mapping[str, str] | None = None) -> Post:
    """One of the account's own posts."""
    metrics = item.public_metrics
    return Post(
        native_id=item.root,
        text=words_of(item).text,
        posted_at=item.created_at.astimezone(UTC),
        url=f"https://x.com/{handle}/status/{item.id}",
        comment_count=metrics.reply_count if metrics else None,
        image_urls=pictures_of(item, image_urls or {}),
    )


def pictures_of(item: Item, image_urls: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses of an item's pictures, of a film that of its still, in their order."""
    keys = item.attachments.media_keys if item.attachments else []
    return tuple(image_urls[key] for key in keys if key in image_urls)


def comment_from(read: Read, account: Account, author: Author, image_urls: Mapping[str, str]) -> Comment:
    item, words = read.item, words_of(read.item)
    answered = item.referenced("replied_to")
    return Comment(
        id=comment_id(account, item.id),
        account_id=account.id,
        platform=account.platform,
        native_id=item.id,
        author=author,
        text=words.text,
        posted_at=item.created_at.astimezone(UTC),
        post_native_id=item.root,
        parent_native_id="" if answered == item.root else answered,
        reply_prefix=words.prefix,
        mentions=words.mentions,
        image_urls=pictures_of(item, image_urls),
        visibility=Visibility.UNKNOWN,  # No field of X's says whether a reply is hidden.
        url=f"https://x.com/{author.handle.lstrip('@') or 'i'}/status/{item.id}",
        raw=read.raw,
    )


@dataclass(frozen=True, slots=True)
class Words:
    """A text as people see it, with what X says of it in characters of that text."""

    text: str
    prefix: int
    mentions: tuple[Mention, ...]


def words_of(item: Item) -> Words:
    """The whole text, its leading reply mentions told apart from those that the author wrote.

    X counts characters in the text before `&amp;` becomes `&`, so everything is cut there first, and every range is
    checked against the text: https://github.com/Twitter4J/Twitter4J/issues/349
    """
    raw, entities = (item.note.text, item.note.entities or item.entities) if item.note else (item.text, item.entities)
    mentions = list(found_mentions(raw, entities.mentions if entities else []))
    prefix = prefix_end(raw, mentions, item.display_text_range) if item.is_reply else 0
    cuts = sorted({0, prefix, len(raw), *(m.start for m in mentions), *(m.end for m in mentions)})
    parts = [html.unescape(raw[start:end]) for start, end in pairwise(cuts)]
    place = dict(zip(cuts, running_total(map(len, parts)), strict=True))
    return Words(
        text="".join(parts),
        prefix=place[prefix],
        mentions=tuple(Mention(m.username, place[m.start], place[m.end], m.id) for m in mentions),
    )


def running_total(lengths: Iterator[int]) -> list[int]:
    totals = [0]
    for length in lengths:
        totals.append(totals[-1] + length)
    return totals


def found_mentions(raw: str, entities: Sequence[MentionEntity]) -> Iterator[MentionEntity]:
    """The mentions where they really stand, in the order of the text; one that is nowhere in it is left out.

    Some of X's answers count UTF-16 units instead of characters (https://github.com/Twitter4J/Twitter4J/issues/263), so
    a range that does not hold its own handle is looked for.
    """
    searched = 0
    for entity in sorted(entities, key=lambda entity: entity.start):
        handle = re.compile(rf"{AT}{re.escape(entity.username)}(?!{HANDLE})", re.IGNORECASE)
        hit = handle.match(raw, max(0, entity.start)) or handle.search(raw, searched)
        if hit is not None and hit.start() >= searched:
            searched = hit.end()
            yield MentionEntity(start=hit.start(), end=hit.end(), username=entity.username, id=entity.id)


def prefix_end(raw: str, mentions: Sequence[MentionEntity], shown: tuple[int, int] | None) -> int:
    """Where a reply's own words begin: after the mentions that X put in front, and the space behind them.

    X tells by `display_text_range`, which is now and then off by one. It is believed only so far as whole leading
    mentions go; without a usable one all mentions at the very start count as X's.
    """
    told = shown[0] if shown and 0 <= shown[0] <= len(raw) else None
    end = 0
    for mention in mentions:
        if raw[end : mention.start].strip() or (told is not None and mention.end > told + 1):
            break
        end = mention.end
    if not mentions and told and LEADING_HANDLES.fullmatch(raw[:told]):
        end = told  # X tells where the words begin, but not whom the start mentions.
    return end + len(raw[end:]) - len(raw[end:].lstrip()) if end else 0
