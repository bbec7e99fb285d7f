"""What is seen and decided: people and their standing, findings, verdicts, decisions."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from moderator.domain.kinds import (
    POLICY,
    TEXT,
    ActionKind,
    Label,
    Mode,
    RuleState,
    Ruling,
    TaskKind,
)
from moderator.domain.reading import Author, Comment, Context


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers for a decision with a name."""

    name: str

    def __post_init__(self) -> None:
        if not self.name.strip() or self.name == POLICY:
            raise ValueError("a person has a name, and it is not the machine's")


@dataclass(frozen=True, slots=True)
class Strike:
    """One counted offence of an author: a comment out of sight for what it says, until it is overturned or too old."""

    comment_id: str
    at: datetime
    expires_at: datetime
    confirmed: bool  # a person hid it or agreed that it stays hidden


@dataclass(frozen=True, slots=True)
class Ban:
    """A person's decision that an author stays out for a time; `means` is how the platform does that."""

    id: str
    platform: str
    author: Author
    means: Literal[ActionKind.BLOCK, ActionKind.MUTE]
    by: Person
    at: datetime
    until: datetime | None  # None: until somebody lifts it
    why: str
    comment_id: str  # the evidence
    ended_at: datetime | None = None
    ended_by: str = ""  # a person's name, or POLICY when it ran out


@dataclass(frozen=True, slots=True)
class Standing:
    """What an author did here before, as of now; accounts that a person linked count as one author."""

    comments: int = 0
    hidden: int = 0
    strikes: tuple[Strike, ...] = ()  # not expired, oldest first
    bans: tuple[Ban, ...] = ()  # in force


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
    reference: str = dataclasses.field(default="", repr=False, compare=False)
    """Which pupil on the roll it is, as digits that say nothing to anybody who does not hold the roll's key; "" where it is none
    or may be several. It goes into the store, which counts by it, and never comes out again."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that policy hears about one comment."""

    comment: Comment
    findings: tuple[Finding, ...] = ()
    context: Context = field(default_factory=Context)
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
    state: RuleState = RuleState.LIVE
    strike: bool = False  # counts against the author where the comment stays out of sight
    follow_up: TaskKind | None = None  # what a person is asked to do about it where the comment stays out of sight
    caps: tuple[Label, ...] = ()  # what rests on these labels alone is ruled no graver than this verdict


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
    verdicts: tuple[Verdict, ...] = ()  # of live and of shadow rules
    author_action: ActionKind | None = (
        None  # block, unblock, mute or unmute its author as well; only a person asks for it
    )
    policy_version: str = ""  # of the policy that policy decided by
    number: int = 0  # 1, 2, 3… on this comment; given by the store
    takes_back: bool = False  # the person's decision before it does not count, and the comment waits for a person again

    @property
    def id(self) -> str:
        return f"{self.comment_id}.{self.number}"

    @property
    def by_person(self) -> bool:
        return self.decided_by != POLICY

    @property
    def person(self) -> Person | None:
        return Person(self.decided_by) if self.by_person else None
