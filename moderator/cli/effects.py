"""What a platform will really do, as a command says it."""

from __future__ import annotations

from datetime import datetime

from moderator.actions import effects
from moderator.build import capabilities_for
from moderator.domain import ActionKind, Comment
from moderator.review import what_ends_with
from moderator.settings import Settings
from moderator.store.bans import Means

__all__ = ["capabilities_for", "effect_of", "end_of_ban", "what_ends_with"]


def effect_of(settings: Settings, comment: Comment, kind: ActionKind) -> str:
    """What this action does there, or why nothing will happen."""
    return effects.effect_of(capabilities_for(settings, comment), settings.mode, comment, kind)


def end_of_ban(settings: Settings, comment: Comment, means: Means, until: datetime | None, policy_time: str) -> str:
    """How a ban will end there; `policy_time` is its end in the school's time."""
    can = capabilities_for(settings, comment)
    told = "" if until is None else policy_time
    return effects.end_of_ban(can, settings.mode, means, told, f"moderator author release {comment.id}")
