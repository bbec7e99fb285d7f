"""What is wanted minus what is done, within what the platform can: decisions become actions, or tasks by hand.

Pure. A decision and the comment as it stands go in, a `Plan` comes out; nothing is asked of a platform here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moderator.domain import Action, ActionKind, Comment, Decision, Ruling, Task, TaskKind, Visibility, make_action
from moderator.platforms.base import Platform
from moderator.platforms.street import shown_name

IN_WORDS = {
    ActionKind.HIDE: "hide a comment",
    ActionKind.RELEASE: "show a hidden comment again",
    ActionKind.REMOVE: "remove a comment",
    ActionKind.BLOCK: "block an author",
    ActionKind.UNBLOCK: "unblock an author",
    ActionKind.MUTE: "mute an author",
    ActionKind.UNMUTE: "unmute an author",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What closes the gap between a decision and the platform."""

    actions: tuple[Action, ...] = ()
    tasks: tuple[Task, ...] = ()


def is_out_of_sight(comment: Comment, last_done: ActionKind | None) -> bool:
    """Whether the public no longer sees it. Where the platform cannot tell, what we did last stands in."""
    if comment.visibility is Visibility.UNKNOWN:
        return last_done in (ActionKind.HIDE, ActionKind.REMOVE)
    return comment.visibility in (Visibility.HIDDEN, Visibility.GONE)


@dataclass(frozen=True, slots=True)
class Stands:
    """How a comment stands when it is planned what to do about it."""

    last_done: ActionKind | None = None  # of hide, release and remove
    may_be_hidden: bool = False  # a hide of ours may have got through, though nothing confirms it
    hide_taken_back: bool = False  # whoever's hide put it out of sight, or may have, took that back
    about_author: bool = False  # the decision is about the author alone: what was decided on the comment stands


def wanted_kinds(decision: Decision, comment: Comment, stands: Stands) -> list[ActionKind]:
    """The kinds of action that would make the platform agree with the decision, in the order they should leave."""
    about_author = [] if decision.author_action is None else [decision.author_action]
    if stands.about_author:
        return about_author
    kinds: list[ActionKind] = []
    hidden = is_out_of_sight(comment, stands.last_done)
    if decision.ruling in (Ruling.HIDE, Ruling.REMOVE) and not hidden:
        kinds.append(ActionKind.HIDE)
    if decision.by_person:
        if decision.ruling is Ruling.REMOVE and comment.visibility is not Visibility.GONE:
            kinds.append(ActionKind.REMOVE)
        # A person's word puts back for sure what may be out of sight.
        out = stands.may_be_hidden or (hidden and comment.visibility is not Visibility.GONE)
        if out and puts_back(decision, comment, stands):
            kinds.append(ActionKind.RELEASE)
        kinds += about_author
    return kinds


def puts_back(decision: Decision, comment: Comment, stands: Stands) -> bool:
    """Whether a person wants the comment to be seen: only they put back, what the platform's own filter holds as well.

    A mute says nothing of the comment. Who takes a hide back wants it where it was, unless it was edited and not read since.
    """
    if decision.takes_back and decision.ruling is Ruling.QUEUE:
        return stands.hide_taken_back and decision.version == comment.version
    return decision.ruling is Ruling.ALLOW and decision.author_action is not ActionKind.MUTE


def asks_nothing(decision: Decision) -> bool:
    """Whether nothing is to be done whatever was done before: policy's first word on a comment, that it stays where it is."""
    first = decision.number == 1 and not decision.by_person and decision.author_action is None
    return first and decision.ruling in (Ruling.ALLOW, Ruling.QUEUE)


def plan(
    decision: Decision,
    comment: Comment,
    stands: Stands,
    platform: Platform,
    owed: Sequence[Action] = (),
) -> Plan:
    """The actions the platform can carry out, and a task by hand for each it cannot; `owed` is what earlier decisions left."""
    actions: list[Action] = []
    tasks: list[Task] = []
    can = platform.capabilities.actions
    kinds = wanted_kinds(decision, comment, stands)
    for action in (*(make_action(kind, comment, decision.id, decision.person) for kind in kinds), *owed):
        if action.kind in can:
            actions.append(action)
        else:
            tasks.append(task_by_hand(action, platform, why_by_hand(platform, action.kind)))
    if ActionKind.REMOVE in {action.kind for action in actions}:
        # A removal hides as well; asking for both would cost twice.
        actions = [action for action in actions if action.kind is not ActionKind.HIDE]
    if TaskKind.REMOVE in {task.kind for task in tasks}:  # So for a person.
        tasks = [task for task in tasks if task.kind is not TaskKind.HIDE]
    return Plan(tuple(actions), tuple(tasks))


def why_by_hand(platform: Platform, kind: ActionKind) -> str:
    name = shown_name(platform.name)
    if not platform.capabilities.actions:
        return f"{name} has no API: only a person can {IN_WORDS[kind]} there"
    return f"{name} has no way to {IN_WORDS[kind]} through its API"


def task_by_hand(action: Action, platform: Platform, why: str) -> Task:
    """The same wish, for a person in the platform's own app."""
    steps, url = platform.by_hand(action)
    return Task(action.id, action.comment, TaskKind(action.kind), steps, why, url)
