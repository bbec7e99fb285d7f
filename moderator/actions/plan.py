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
ENDS_A_BAN = (ActionKind.UNBLOCK, ActionKind.UNMUTE)
"""What policy itself may ask for about an author: to take back what a person limited in time."""


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


def wanted_kinds(
    decision: Decision, comment: Comment, last_done: ActionKind | None, may_be_hidden: bool = False
) -> list[ActionKind]:
    """The kinds of action that would make the platform agree with the decision, in the order they should leave.

    `may_be_hidden`: a hide of ours may have got through though nothing confirms it; a person's word puts it back for sure.
    """
    if not decision.by_person and decision.author_action in ENDS_A_BAN:
        return [decision.author_action]  # About the author alone; what was decided on the comment stands.
    kinds: list[ActionKind] = []
    hidden = is_out_of_sight(comment, last_done)
    if decision.ruling in (Ruling.HIDE, Ruling.REMOVE) and not hidden:
        kinds.append(ActionKind.HIDE)
    if decision.by_person:
        if decision.ruling is Ruling.REMOVE and comment.visibility is not Visibility.GONE:
            kinds.append(ActionKind.REMOVE)
        allowed = decision.ruling is Ruling.ALLOW and decision.author_action is not ActionKind.MUTE
        if allowed and (may_be_hidden or (hidden and comment.visibility is not Visibility.GONE)):
            # Only a person puts back: what the platform's own filter holds is not released by a machine either. A mute
            # copies the ruling it found, and says nothing of the comment.
            kinds.append(ActionKind.RELEASE)
        if decision.author_action is not None:
            kinds.append(decision.author_action)
    return kinds


def asks_nothing(decision: Decision) -> bool:
    """Whether nothing is to be done whatever was done before: policy's first word on a comment, that it stays where it is."""
    first = decision.number == 1 and not decision.by_person and decision.author_action is None
    return first and decision.ruling in (Ruling.ALLOW, Ruling.QUEUE)


def plan(
    decision: Decision,
    comment: Comment,
    last_done: ActionKind | None,
    platform: Platform,
    may_be_hidden: bool = False,
    owed: Sequence[Action] = (),
) -> Plan:
    """The actions the platform can carry out, and a task by hand for each it cannot; `owed` is what earlier decisions left."""
    actions: list[Action] = []
    tasks: list[Task] = []
    can = platform.capabilities.actions
    kinds = wanted_kinds(decision, comment, last_done, may_be_hidden)
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
