"""The nouns that travel through the house: frozen values, standard library only.

What crosses a border between two rooms is one of these; no vendor object, dict or database row does.
Times are aware UTC. Spans count characters of the original text, end exclusive. Scores run from 0.0 to 1.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

POLICY = "policy"
"""`Decision.decided_by` where no person decided."""

DISPLAY_NAME = "author_name"
TEXT = "text"
"""`Finding.field`: where the span lies."""


class Label(StrEnum):
    """What a comment can be found to hold. The words are those of the evaluation guide."""

    CHILD_NAMED = "child_named"
    PERSON_TAGGED = "person_tagged"
    CONTACT = "contact"
    INSULT = "insult"
    HATE = "hate"
    SEXUAL = "sexual"
    PROFANITY = "profanity"
    THREAT = "threat"
    SAFEGUARDING = "safeguarding"
    UNDERAGE = "underage"
    SPAM = "spam"
    IMPERSONATION = "impersonation"


class Ruling(StrEnum):
    """The answer for a comment, mildest first."""

    ALLOW = "allow"
    QUEUE = "queue"
    HIDE = "hide"
    REMOVE = "remove"

    @property
    def gravity(self) -> int:
        return list(Ruling).index(self)


class Mode(StrEnum):
    """How far the machine may go by itself."""

    SHADOW = "shadow"  # judges and records, acts on nothing
    QUEUE = "queue"  # hides nothing without a person
    AUTO = "auto"  # hides what policy says, at once


class Visibility(StrEnum):
    """What the public sees of a comment, as its platform last told."""

    PUBLIC = "public"
    HIDDEN = "hidden"
    GONE = "gone"  # deleted, by its author or the platform
    UNKNOWN = "unknown"  # the platform has no way to tell


class ActionKind(StrEnum):
    """What can be asked of a platform."""

    HIDE = "hide"
    RELEASE = "release"
    REMOVE = "remove"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MUTE = "mute"
    UNMUTE = "unmute"


class Result(StrEnum):
    """How an action ended."""

    DONE = "done"
    ALREADY = "already"  # it was so before we asked
    GONE = "gone"  # the comment no longer exists: nothing left to do


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


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a comment. Two comments are by the same author when `native_id` is the same and not empty."""

    native_id: str = ""  # empty: the platform does not say, as for a deleted channel
    handle: str = ""  # with its @, as people write it
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """Something the school published, under which comments stand."""

    native_id: str
    text: str
    posted_at: datetime | None = None
    url: str = ""
    comment_count: int | None = None  # as the platform counts


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


@dataclass(frozen=True, slots=True)
class Standing:
    """What an author did here before, as of now."""

    comments: int = 0
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one detector saw, measured and not judged."""

    label: Label
    score: float
    span: tuple[int, int] | None  # None: the comment as a whole
    detector: str
    version: str
    phrase: str = ""  # the original words under the span
    field: str = TEXT
    note: str = ""  # why, in a few words for a person: "roll name, known as"


@dataclass(frozen=True, slots=True)
class Case:
    """All that policy hears about one comment."""

    comment: Comment
    findings: tuple[Finding, ...] = ()
    context: Context = Context()
    standing: Standing = Standing()
    previous: Decision | None = None  # the latest decision on the comment, in whichever form
    not_judged: tuple[str, ...] = ()  # the detectors that failed, each with why

    def strongest(self, label: Label) -> Finding | None:
        """The finding of this label with the highest score, or None."""
        return max((f for f in self.findings if f.label == label), key=lambda f: f.score, default=None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's opinion of a case."""

    rule: str
    ruling: Ruling
    reason: str
    because: tuple[Finding, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one form of a comment, by policy or by a person. The latest one says what is wanted."""

    comment_id: str
    version: int  # of the comment
    ruling: Ruling
    decided_by: str  # POLICY or a person's name
    decided_at: datetime
    reasons: tuple[str, ...]
    mode: Mode = Mode.AUTO  # in force when it was made; nothing is ever done for a decision made in shadow
    urgent: bool = False
    labels: tuple[Label, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    author_action: ActionKind | None = None  # block, unblock, mute or unmute its author as well
    number: int = 0  # 1, 2, 3… on this comment; given by the store

    @property
    def id(self) -> str:
        return f"{self.comment_id}.{self.number}"

    @property
    def by_person(self) -> bool:
        return self.decided_by != POLICY


@dataclass(frozen=True, slots=True)
class Action:
    """One thing asked of a platform because of one decision. Its id is its once-only key."""

    kind: ActionKind
    comment: Comment
    decision_id: str
    attempt: int = 0  # how often it was begun before

    @property
    def id(self) -> str:
        return f"{self.decision_id}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a platform replied to an action."""

    action: Action
    done_at: datetime
    result: Result = Result.DONE
    detail: str = ""  # the platform's own words, without a comment's text


@dataclass(frozen=True, slots=True)
class Task:
    """Something only a person can do, with the steps and the place."""

    id: str  # of the action it stands for
    comment: Comment
    kind: ActionKind
    steps: str
    why: str
    url: str = ""
