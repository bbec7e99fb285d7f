"""Carries out actions on comments, up to 50 in a call.

One bad id can fail a whole call (YT-Spammer-Purge issues 16 and 406), and one error means many things, so that a
refused batch is looked at before it is halved. `apply` answers, it never raises.
https://developers.google.com/youtube/v3/docs/comments/setModerationStatus (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderator.domain import Action, ActionKind, Comment, Outcome, Result, Visibility
from moderator.errors import Gone, PlatformError, Refused, Unavailable
from moderator.platforms.sharing import Purpose
from moderator.platforms.youtube.client import Client
from moderator.platforms.youtube.errors import Forbidden, Missing, NotProcessed
from moderator.platforms.youtube.places import Look

STATUS = {
    ActionKind.HIDE: "heldForReview",
    ActionKind.RELEASE: "published",
    ActionKind.REMOVE: "rejected",
    ActionKind.BLOCK: "rejected",
}
ALREADY_WHEN = {ActionKind.HIDE: Visibility.HIDDEN, ActionKind.RELEASE: Visibility.PUBLIC}
Answer = Result | PlatformError
ABOUT_ONE = (NotProcessed, Forbidden, Missing)
"""What may be the fault of one id in a batch."""


@dataclass(frozen=True, slots=True)
class Moderation:
    """The acting half of the adapter, for one channel."""

    client: Client
    channel_id: str
    purpose: Purpose = Purpose.ACT

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        """One answer per action, in their order. Actions of one kind, 50 comments at most."""
        if not actions:
            return []
        kind = actions[0].kind
        if kind not in STATUS:
            return [Refused(f"YouTube's API cannot {kind}; a person does it in YouTube Studio.") for _ in actions]
        comments = {action.comment.native_id: action.comment for action in actions}
        answers = self._settle(kind, comments, now)
        return [_answer(action, answers[action.comment.native_id], now) for action in actions]

    def _settle(self, kind: ActionKind, comments: dict[str, Comment], now: datetime) -> dict[str, Answer]:
        error = self._try(kind, list(comments), now)
        if not isinstance(error, ABOUT_ONE):
            return dict.fromkeys(comments, error or Result.DONE)
        if len(comments) == 1 and isinstance(error, Missing):
            return dict.fromkeys(comments, error)
        answers = self._explained(kind, comments.values(), now)
        rest = [native_id for native_id in comments if native_id not in answers]
        if len(rest) == 1 and len(comments) == 1:
            return {rest[0]: error}
        return answers | self._halve(kind, rest, now, refused=not answers)

    def _explained(self, kind: ActionKind, comments: Iterable[Comment], now: datetime) -> dict[str, Answer]:
        """The answer for each comment whose place alone explains why it was refused."""
        try:
            places = Look(self.client, self.channel_id, now).at(comments)
        except PlatformError:
            return {}  # No place is known, so that every one is tried by itself.
        answers: dict[str, Answer] = {}
        for native_id, place in places.items():
            if place is ALREADY_WHEN.get(kind):
                answers[native_id] = Result.ALREADY
            elif place is Visibility.GONE and kind is ActionKind.RELEASE:
                # A removed comment stands in no listing either, and it was a person who asked to see it again.
                answers[native_id] = Refused("Removed for good or deleted: YouTube does not put such a comment back.")
            elif place is Visibility.GONE:
                answers[native_id] = Gone("The comment is not on YouTube any more.")
        return answers

    def _halve(self, kind: ActionKind, ids: list[str], now: datetime, *, refused: bool) -> dict[str, Answer]:
        """Halves a batch until the bad ones stand alone; `refused` where the batch as it is was tried already.

        A call costs 50 units whether it succeeds or not, and in an outage (there was one of four days) every call
        fails: so no more are made than finding one bad id among all takes, and the others wait for the next attempt.
        """
        answers: dict[str, Answer] = {}
        calls_left = 2 * len(ids).bit_length() + 1
        waiting = _halves(ids) if refused else [ids] if ids else []
        while waiting:
            part = waiting.pop()
            if calls_left == 0:
                answers |= dict.fromkeys(part, Unavailable("YouTube refused others of its batch; it is tried again."))
                continue
            calls_left -= 1
            error = self._try(kind, part, now)
            if isinstance(error, ABOUT_ONE) and len(part) > 1:
                waiting += _halves(part)
                continue
            answers |= dict.fromkeys(part, error or Result.DONE)
            if error and not isinstance(error, ABOUT_ONE):
                answers |= {untried: _untried(error) for left in waiting for untried in left}
                break
        return answers

    def _try(self, kind: ActionKind, ids: list[str], now: datetime) -> PlatformError | None:
        try:
            self.client.moderate(ids, STATUS[kind], kind is ActionKind.BLOCK, self.purpose, now)
        except PlatformError as error:
            return error
        return None


def _halves(ids: list[str]) -> list[list[str]]:
    return [ids[len(ids) // 2 :], ids[: len(ids) // 2]]


def _answer(action: Action, answer: Answer, now: datetime) -> Outcome | PlatformError:
    if isinstance(answer, Gone) and action.kind is ActionKind.BLOCK:
        # Its author is still there: nothing left to do would be untrue.
        return Refused("The comment is gone, and YouTube blocks an author only through a comment. Block by hand.")
    if isinstance(answer, PlatformError):
        return answer
    return Outcome(action, now, answer, detail=f"moderationStatus {STATUS[action.kind]}")


def _untried(error: PlatformError) -> PlatformError:
    """The same for a comment that the failing call did not carry: that one has surely not been done."""
    return Unavailable(str(error)) if isinstance(error, Unavailable) else error
