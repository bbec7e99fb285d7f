"""The words with one meaning: labels, rulings, modes, kinds of action and of task."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

POLICY = "policy"
"""`Decision.decided_by` where no person decided."""


DISPLAY_NAME = "author_name"


TEXT = "text"
"""`Finding.field`: where the span lies."""


class Label(StrEnum):
    """What a comment can be found to hold, and below these what is said of it as a whole."""

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
    COMPLAINT = "complaint"  # criticism of the school: nothing against its author
    HARM = "harm"  # not to be left alone, for whichever of the reasons above
    GRAVE = "grave"  # so bad or so telling that nobody should have to see it first
    RISK = "risk"  # a child, a parent or an employee may be at risk now


OF_THE_WHOLE = frozenset({Label.COMPLAINT, Label.HARM, Label.GRAVE, Label.RISK})
"""Labels that name no offence: they are left out where a comment's offences are listed."""


class Ruling(StrEnum):
    """The answer for a comment, mildest first."""

    ALLOW = "allow"
    QUEUE = "queue"
    HIDE = "hide"
    REMOVE = "remove"

    @property
    def gravity(self) -> int:
        return _GRAVITY[self]


_GRAVITY = {ruling: place for place, ruling in enumerate(Ruling)}


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


ReversibleKind = Literal[ActionKind.HIDE, ActionKind.RELEASE, ActionKind.UNBLOCK, ActionKind.MUTE, ActionKind.UNMUTE]


FinalKind = Literal[ActionKind.REMOVE, ActionKind.BLOCK]
"""What some platform cannot take back: only a person asks for it, and the types say so."""


class RuleState(StrEnum):
    """How much a rule may say."""

    DRAFT = "draft"  # written down, not run
    SHADOW = "shadow"  # run and counted beside the others, decides nothing
    LIVE = "live"


class TaskKind(StrEnum):
    """What a person is asked to do: an action that no API can carry out, or something between people."""

    HIDE = "hide"
    RELEASE = "release"
    REMOVE = "remove"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MUTE = "mute"
    UNMUTE = "unmute"
    ASK_FAMILY = "ask_family"  # a kind word to who named a child with love, and a look whether it was edited
    PROPOSE_BAN = "propose_ban"  # an author has offended often enough for a person to think about a ban
    END_BAN = "end_ban"  # a ban has run out that only a person can lift on the platform


class Result(StrEnum):
    """How an action ended."""

    DONE = "done"
    ALREADY = "already"  # it was so before we asked
    GONE = "gone"  # the comment no longer exists: nothing left to do
