"""The two answers to a case and what each would do there: left everybody sees the comment, right nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moderator.actions.effects import effect_of
from moderator.actions.plan import is_out_of_sight
from moderator.domain import ActionKind, Comment, Decision, Mode, Ruling, Visibility
from moderator.platforms.base import Capabilities
from moderator.platforms.street import shown_name
from moderator.store.actions import ActionState, State
from moderator.store.progress import ON_COMMENT
from moderator.web.site import Site

BY_HAND = "Somebody does this by hand; the steps will stand under Tasks."
LINE = 75
"""Characters of what a button does that fit under its name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the two answers: left everybody sees the comment, right nobody does."""

    ruling: Ruling
    label: str
    effect: str


def out_of_sight(comment: Comment, latest: Decision, done: Sequence[ActionState]) -> tuple[bool, bool]:
    """Whether the public does not see it, and whether that is wanted and on its way."""
    last = [each for each in done if each.state is State.DONE and each.action.kind in ON_COMMENT and each.done_at]
    kinds = [each.action.kind for each in sorted(last, key=lambda each: (each.done_at or each.due_at, each.due_at))]
    out = is_out_of_sight(comment, kinds[-1] if kinds else None)
    wanted = latest.ruling.gravity >= Ruling.HIDE.gravity and latest.mode is not Mode.SHADOW
    return out, wanted and not out


def in_sight(comment: Comment, out: bool, coming: bool) -> str:
    if comment.visibility is Visibility.GONE:
        return "It is gone: deleted by its author or the platform."
    if out:
        return "It is out of public sight now."
    return "It is being hidden." if coming else "Everybody can see it now."


def left(site: Site, comment: Comment, can: Capabilities | None, out: bool, coming: bool) -> Choice:
    if out:
        return Choice(Ruling.ALLOW, "Show again", _effect(site, comment, can, ActionKind.RELEASE))
    if coming:
        return Choice(Ruling.ALLOW, "Keep visible", "Hiding it is stopped, or undone.")
    return Choice(Ruling.ALLOW, "Keep visible", "Everybody goes on seeing it.")


def right(site: Site, comment: Comment, can: Capabilities | None, out: bool, coming: bool) -> Choice:
    if out:
        return Choice(Ruling.HIDE, "Keep hidden", "It stays out of sight. Nothing more is sent.")
    return Choice(Ruling.HIDE, "Keep hidden" if coming else "Hide", _effect(site, comment, can, ActionKind.HIDE))


def _effect(site: Site, comment: Comment, can: Capabilities | None, kind: ActionKind) -> str:
    """What the platform will do, in few words: "Instagram: hidden from everyone but its author."."""
    where = shown_name(comment.platform)
    if can is None or site.settings.mode is Mode.SHADOW:
        return effect_of(can, site.settings.mode, comment, kind)
    told = can.effects[kind].partition(". ")[0].rstrip(".")
    if len(told) > LINE:
        told = told.partition(", and ")[0]
    hand = "" if kind in can.actions else f" {BY_HAND}"
    return f"{where}: {told[:1].lower()}{told[1:].replace(': ', ', ')}.{hand}"
