"""The things that stand in the street: people, accounts, posts and comments as they are now, and lines of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Where a comment stands with its platform."""

    PUBLIC = "public"
    HIDDEN = "hidden"  # YouTube: held for review
    SPAM = "spam"  # YouTube: likely spam
    REJECTED = "rejected"  # YouTube only, for good


@dataclass(eq=False)
class Person:
    """Somebody with an account on a platform."""

    platform: str
    native_id: str
    handle: str  # without @; empty: the account was deleted
    display_name: str


@dataclass(eq=False)
class OpenAccount(Person):
    """An account of the school's."""

    muted: dict[str, Person] = field(default_factory=dict)  # by native id
    blocked: dict[str, Person] = field(default_factory=dict)
    banned: dict[str, Person] = field(default_factory=dict)


@dataclass(eq=False)
class PublishedPost:
    """A post, video or medium of the school's."""

    native_id: str
    account: OpenAccount
    text: str
    at: datetime
    made_for_kids: bool = False  # YouTube: takes no comments
    number: int = 0  # the how-manieth the sandbox saw
    all_comments: list[PostedComment] = field(default_factory=list)  # at every level, deleted ones too

    @property
    def order(self) -> str:
        """Sorts by time, and what came at one time as it came."""
        return f"{self.at.timestamp():020.6f} {self.number:09d}"


@dataclass(eq=False)
class PostedComment:
    """A comment as it stands now. `post` is None for what mentions the school elsewhere (X only)."""

    native_id: str
    platform: str
    author: Person
    text: str  # as written
    at: datetime
    updated_at: datetime
    post: PublishedPost | None = None
    parent: PostedComment | None = None
    prefix: tuple[str, ...] = ()  # X: the handles put before the text of a reply
    image_url: str = ""
    status: Status = Status.PUBLIC
    deleted: bool = False
    number: int = 0  # the how-manieth the sandbox saw
    all_replies: list[PostedComment] = field(default_factory=list)  # those directly below, deleted ones too

    @property
    def order(self) -> str:
        """Sorts by time, and what came at one time as it came."""
        return f"{self.at.timestamp():020.6f} {self.number:09d}"

    @property
    def root(self) -> PostedComment:
        """The comment directly under the post that this one stands below; itself, if it is that."""
        return self if self.parent is None else self.parent.root


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `effective` is False where it changed nothing, such as a second hide."""

    number: int
    at: datetime
    platform: str
    event: str
    native_id: str
    effective: bool
    detail: str


def seen(comment: PostedComment) -> bool:
    """Whether the public sees it: it stands, and on YouTube and Instagram so does the comment it answers."""
    if comment.deleted or comment.status != Status.PUBLIC:
        return False
    return comment.platform == "x" or comment.parent is None or seen(comment.parent)
