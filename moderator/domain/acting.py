"""What is asked of platforms and of people, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from moderator.domain.judging import Person
from moderator.domain.kinds import (
    ActionKind,
    FinalKind,
    Result,
    ReversibleKind,
    TaskKind,
)
from moderator.domain.reading import Comment


@dataclass(frozen=True, slots=True)
class ReversibleAction:
    """One thing asked of a platform because of one decision, which can be taken back. Its id is its once-only key."""

    kind: ReversibleKind
    comment: Comment
    decision_id: str
    attempt: int = 0  # how often it was begun before
    urgent: bool = field(default=False, compare=False)

    @property
    def id(self) -> str:
        return f"{self.decision_id}:{self.kind}"


@dataclass(frozen=True, slots=True)
class FinalAction:
    """One thing asked of a platform that may not be taken back: there is none without the person who asked for it."""

    kind: FinalKind
    comment: Comment
    decision_id: str
    asked_by: Person
    attempt: int = 0
    urgent: bool = field(default=False, compare=False)

    @property
    def id(self) -> str:
        return f"{self.decision_id}:{self.kind}"


Action = ReversibleAction | FinalAction


def make_action(
    kind: ActionKind,
    comment: Comment,
    decision_id: str,
    asked_by: Person | None,
    attempt: int = 0,
    *,
    urgent: bool = False,
) -> Action:
    """The action of this kind. Raises ValueError for a final one that nobody asked for."""
    match kind:
        case ActionKind.REMOVE | ActionKind.BLOCK:
            if asked_by is None:
                raise ValueError(f"only a person asks for {kind}")
            return FinalAction(kind, comment, decision_id, asked_by, attempt, urgent)
        case _:
            return ReversibleAction(kind, comment, decision_id, attempt, urgent)


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

    id: str  # of the action it stands for, or made of what it is about
    comment: Comment
    kind: TaskKind
    steps: str
    why: str
    url: str = ""
    message: str = ""  # ready to be sent, where it is about a word to somebody
