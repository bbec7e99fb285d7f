"""What is read: the school, its posts, and what others write under them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from moderator.domain.kinds import (
    Visibility,
)


def _digest(*parts: str) -> str:
    packed = "\x00".join(parts).encode("utf-8", "surrogatepass")
    # 60 bits in 12 letters: short enough to type, and one chance in a million of a clash among a million comments.
    number = int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest()) >> 4
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    return "".join(letters[(number >> shift) & 31] for shift in range(55, -1, -5))


def comment_id(account: Account, native_id: str) -> str:
    """Our id of a comment: the same for the same comment on every machine and in every run."""
    return f"{account.platform}-{_digest(account.school_id, account.id, native_id)}"


@dataclass(frozen=True, slots=True)
class School:
    """The school whose pages are watched, and who may be named or mentioned there."""

    id: str
    name: str
    official_accounts: Mapping[str, str] = field(default_factory=dict)  # platform -> handle
    allowed_accounts: tuple[str, ...] = ()  # handles that may be mentioned
    staff: tuple[str, ...] = ()  # as people write them: "Mrs Hughes", "Mr P"
    public_figures: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pupil:
    """One row of the roll: only what matching needs."""

    first_name: str
    last_name: str = ""
    known_as: str = ""
    class_name: str = ""
    photo_consent: bool | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One of the school's own accounts on a platform."""

    id: str  # ours, from the configuration: "x", "youtube-sports"
    platform: str
    handle: str
    native_id: str = ""
    school_id: str = "school"


def plain_handle(handle: str) -> str:
    """A handle as it is compared: without its @, and capitals make no difference."""
    return handle.lstrip("@").casefold()


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a comment. Two comments are by the same author when `native_id` is the same and not empty."""

    native_id: str = ""  # empty: the platform does not say, as for a deleted channel
    handle: str = ""  # with its @, as people write it
    display_name: str = ""

    @property
    def is_named(self) -> bool:
        """Whether the platform told by what name they go."""
        return bool(self.handle or self.display_name)


@dataclass(frozen=True, slots=True)
class Post:
    """Something the school published, under which comments stand."""

    native_id: str
    text: str
    posted_at: datetime | None = None
    url: str = ""
    comment_count: int | None = None  # as the platform counts
    image_urls: tuple[str, ...] = ()  # of its pictures, where the platform tells them


@dataclass(frozen=True, slots=True)
class Mention:
    """A handle that the platform itself marks as a mention in the text."""

    handle: str  # without the @, which the span covers
    start: int
    end: int
    native_id: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """One form of one comment. An edit is the same comment (`id`) in another form (`form`)."""

    id: str
    account_id: str
    platform: str
    native_id: str
    author: Author
    text: str  # exactly as the platform delivers it, plain text
    posted_at: datetime
    post_native_id: str = ""
    parent_native_id: str = ""  # the comment it answers, where it answers one
    version: int = 1  # counted by intake, one for each form seen
    edited_at: datetime | None = None
    reply_prefix: int = 0  # characters at the start that the platform put there (X: leading reply mentions)
    mentions: tuple[Mention, ...] = ()  # those of the whole text, the prefix included
    image_urls: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    url: str = ""
    raw: str = ""  # the platform's own JSON for it: evidence, never parsed again

    @property
    def form(self) -> str:
        """Digest of what a reader sees; it changes when the comment was edited."""
        return _digest(self.text, *self.image_urls)


@dataclass(frozen=True, slots=True)
class Context:
    """What a comment is read together with."""

    post: Post | None = None
    thread: tuple[Comment, ...] = ()  # the comments it answers, oldest first
