"""Mails, rows and pastes as comments like any other: made here, in one form, with an id that is the same every time."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from moderator.domain import Account, Author, Comment, Post, Visibility, comment_id


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote at a place, and what came with it."""

    text: str
    author: str = ""  # as shown there; empty: nobody told
    where: str = ""  # the story, class or post it stands under, in words
    url: str = ""
    in_reply_to: str = ""  # native id of another


def digest_of(kind: str, *parts: str) -> str:
    """An id where a place gives none: the same for the same parts on every machine, and without any of their words."""
    packed = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return f"{kind}-{blake2b(packed, digest_size=12).hexdigest()}"


def comment_of(
    account: Account, native_id: str, written: Written, posted_at: datetime, source: Mapping[str, object], page: str
) -> Comment:
    """`source` says how it came, and is kept as evidence. Whether the public sees it, no such place can tell."""
    return Comment(
        id=comment_id(account, native_id),
        account_id=account.id,
        platform=account.platform,
        native_id=native_id,
        author=author_of(written.author),
        text=written.text,
        posted_at=posted_at,
        post_native_id=post_id(written.where) if written.where else "",
        parent_native_id=written.in_reply_to,
        visibility=Visibility.UNKNOWN,
        url=written.url or page,
        raw=json.dumps({**source, "author": written.author, "text": written.text}, ensure_ascii=False, default=str),
    )


def author_of(name: str) -> Author:
    """People are known there by their names alone, so two of the same name count as one author."""
    shown = " ".join(name.split())
    folded = plain(shown)
    return Author(f"name:{folded}", shown, shown) if folded else Author("", "", shown)


def post_of(where: str, url: str = "") -> Post:
    """What a comment stands under, as far as its mail or row tells: mostly a title."""
    return Post(post_id(where), where, url=url)


def post_id(where: str) -> str:
    return digest_of("post", plain(where))


def is_own(account: Account, author: str, own_names: tuple[str, ...] = ()) -> bool:
    """Whether the school itself wrote it, under the account's name or another that it said is its own."""
    return plain(author) != "" and plain(author) in map(plain, (account.handle, *own_names))


def plain(name: str) -> str:
    """A name as it is compared: small letters, one blank between words, no @ in front."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).removeprefix("@")


def pasted(
    account: Account, text: str, author: str, place: str, posted_at: datetime | None, by: str, *, now: datetime
) -> Comment:
    """What a person copied from a place into ours. `place` is where it stood, in words: "Class Story of Team 2".

    The same words by the same author at the same time are the same comment, however often they are pasted; without
    `posted_at` it counts as posted `now`, and the same words are the same comment at any time.
    """
    told = posted_at.isoformat() if posted_at else ""
    native_id = digest_of("paste", author.strip(), text.strip(), place.strip(), told)
    written = Written(text.strip(), author, place)
    return comment_of(account, native_id, written, posted_at or now, {"source": "paste", "by": by}, "")
