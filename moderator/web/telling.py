"""What was decided and what came of it, in the words of a page. Values in, sentences out; no score is told here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderator.domain import POLICY, ActionKind, Comment, Decision, Mode, Result, Ruling, Visibility
from moderator.platforms.base import Capabilities
from moderator.platforms.street import shown_name
from moderator.policy.why import all_of, sentence, without_figures
from moderator.store.actions import ActionState, State
from moderator.store.history import Made

Local = Callable[[datetime | None], str]
"""A time in words, as `pages.in_words` tells it."""

THE_PROGRAM = "The program"
DECIDED = {
    Ruling.ALLOW: "Keep visible",
    Ruling.QUEUE: "Ask a person",
    Ruling.HIDE: "Hide",
    Ruling.REMOVE: "Remove for good",
}
ALSO = {
    ActionKind.BLOCK: "block the author",
    ActionKind.UNBLOCK: "unblock the author",
    ActionKind.MUTE: "mute the author",
    ActionKind.UNMUTE: "unmute the author",
}
CHIP = {Ruling.ALLOW: "visible", Ruling.QUEUE: "waiting", Ruling.HIDE: "hidden", Ruling.REMOVE: "hidden"}
IN_SIGHT = {
    Visibility.PUBLIC: ("Everybody can see it", "visible"),
    Visibility.HIDDEN: ("Hidden", "hidden"),
    Visibility.GONE: ("Gone from the platform", "plain"),
    Visibility.UNKNOWN: ("The platform does not say who can see it", "note"),
}
DONE = {
    ActionKind.HIDE: "Hidden",
    ActionKind.RELEASE: "Shown again",
    ActionKind.REMOVE: "Removed for good",
    ActionKind.BLOCK: "Author blocked",
    ActionKind.UNBLOCK: "Author not blocked any more",
    ActionKind.MUTE: "Author muted",
    ActionKind.UNMUTE: "Author not muted any more",
}
TO_DO = {
    ActionKind.HIDE: "hide it",
    ActionKind.RELEASE: "show it again",
    ActionKind.REMOVE: "remove it",
    ActionKind.BLOCK: "block its author",
    ActionKind.UNBLOCK: "unblock its author",
    ActionKind.MUTE: "mute its author",
    ActionKind.UNMUTE: "unmute its author",
}
SEEN_AS = {
    ActionKind.HIDE: (Visibility.HIDDEN, Visibility.GONE),
    ActionKind.REMOVE: (Visibility.GONE, Visibility.HIDDEN),
    ActionKind.RELEASE: (Visibility.PUBLIC,),
}
"""What a platform shows where an action holds."""
DRAWN = {ActionKind.RELEASE: "visible", ActionKind.HIDE: "hidden", ActionKind.REMOVE: "hidden"}
GRAVEST = ("plain", "note", "done", "visible", "hidden", "waiting", "warning")
"""The kinds of what was done, what matters most last."""


@dataclass(frozen=True, slots=True)
class Told:
    """A short fact for a page, and the drawing beside it."""

    text: str
    kind: str = "plain"


def who(decision: Decision) -> str:
    return THE_PROGRAM if decision.decided_by == POLICY else decision.decided_by


def what(decision: Decision) -> Told:
    """The decision in a few words: "Hide, and block the author"."""
    if decision.takes_back:
        return Told("Taken back", "note")
    also = f", and {ALSO[decision.author_action]}" if decision.author_action in ALSO else ""
    return Told(f"{DECIDED[decision.ruling]}{also}", CHIP[decision.ruling])


def why(decision: Decision) -> list[str]:
    """A person's own reasons, or what policy thinks it saw."""
    if decision.takes_back:
        return []
    if decision.by_person:
        return [reason for reason in decision.reasons if reason]
    plain = (sentence(without_figures(reason)) for reason in decision.reasons)
    return all_of(decision.verdicts) or [reason for reason in dict.fromkeys(plain) if reason]


def outcome(
    made: Made,
    done: Sequence[ActionState],
    can: Capabilities | None,
    local: Local,
) -> Told:
    """What came of one decision; `done` are the actions it asked for."""
    decision, comment = made.decision, made.comment
    if decision.mode is Mode.SHADOW:
        return Told("Only written down: the program was trying out", "note")
    counted = [of_action(state, local, can) for state in done if state.state is not State.SUPERSEDED]
    if counted:
        return max(counted, key=lambda told: GRAVEST.index(told.kind))
    if done:
        return Told("Not sent: somebody decided anew before", "note")
    if made.is_latest and decision.ruling is Ruling.QUEUE:
        return Told("Waits for somebody to decide", "waiting")
    if made.is_to_be_sent and _changes_something(decision, comment):
        return Told(f"Sending to {shown_name(comment.platform)}…", "waiting")
    if comment.visibility is Visibility.GONE:
        return Told("Nothing left to do: it is gone")
    return Told("Nothing had to be done")


def _changes_something(decision: Decision, comment: Comment) -> bool:
    is_public = comment.visibility in (Visibility.PUBLIC, Visibility.UNKNOWN)
    wants_public = decision.ruling is Ruling.ALLOW
    return decision.author_action is not None or is_public is not wants_public


def of_action(state: ActionState, local: Local, can: Capabilities | None = None) -> Told:
    """How one action stands: "Hidden 09:15 on Instagram ✓". Nothing is called done before the platform says so, and only
    what was read back gets its tick. `can`: what the platform can tell, where that is known."""
    kind, place = state.action.kind, shown_name(state.action.comment.platform)
    match state.state:
        case State.DONE:
            return _of_done(state, f"{DONE[kind]} {local(state.done_at)}", place, local, can)
        case State.SUPERSEDED:
            return Told("Not sent: somebody decided anew before", "note")
        case State.REFUSED:
            return Told(f"{place} would not {TO_DO[kind]}; the steps by hand stand under Tasks", "warning")
        case State.BY_HAND:
            return Told(f"Somebody has to {TO_DO[kind]} by hand: see Tasks", "waiting")
    if state.attempts > 1 or state.last_error or state.state is State.UNKNOWN:
        return Told(f"{place} has not confirmed; we keep trying to {TO_DO[kind]}", "waiting")
    return Told(f"Sending to {place}…", "waiting")


def _of_done(state: ActionState, said: str, place: str, local: Local, can: Capabilities | None) -> Told:
    kind, seen = state.action.kind, state.verified_visibility
    drawn, shows = DRAWN.get(kind, "done"), SEEN_AS.get(kind)
    if state.result is None:
        return Told(f"{said} by hand on {place}, somebody said", drawn)
    if state.result is Result.GONE:
        return Told(f"It was gone from {place} already")
    if shows is None:
        return Told(f"{said} on {place}", drawn)
    if seen is None or seen is Visibility.UNKNOWN:
        no_way = can is not None and not can.reads_visibility
        return Told(f"{said} on {place} ({place} has no way to check)" if no_way else f"{said} on {place}", drawn)
    if seen in shows:
        return Told(f"{said} on {place} ✓", drawn)
    return Told(f"{said}, but {place} shows otherwise since {local(state.verified_at)}", "warning")


def joined(words: Iterable[str]) -> str:
    """ "one, two and three"."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last
