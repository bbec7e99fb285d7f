"""What a platform will really do, and what it cannot take back, said before anything is asked of it."""

from __future__ import annotations

from datetime import datetime

from moderator.actions.plan import PLATFORM_NAMES as NAMES
from moderator.build import capabilities_of
from moderator.domain import ActionKind, Comment, Mode, Visibility
from moderator.platforms.base import Capabilities
from moderator.review import resting_on
from moderator.settings import Settings
from moderator.store.bans import UNDONE_BY, Means
from moderator.store.database import Transaction

SHADOW = (
    "Shadow mode: this is recorded, and nothing is done on any platform, now or later. "
    "Decide it again once the mode is another."
)


def effect_of(settings: Settings, comment: Comment, kind: ActionKind) -> str:
    """What this action does there, or why nothing will happen."""
    if settings.mode is Mode.SHADOW:
        return SHADOW
    can = capabilities_for(settings, comment)
    if can is None:
        return f"The account {comment.account_id} is no longer in the configuration: nothing can be done there."
    if kind is ActionKind.RELEASE and comment.visibility is Visibility.PUBLIC:
        return "It is in public sight already: nothing needs to be done."
    by_hand = "" if kind in can.actions else " This is done by hand: moderator tasks shows the steps."
    also = " The comment is hidden as well." if kind is ActionKind.BLOCK else ""
    return f"On {NAMES.get(comment.platform, comment.platform)}: {can.effects[kind].rstrip('.')}.{by_hand}{also}"


def end_of_ban(settings: Settings, comment: Comment, means: Means, until: datetime | None, policy_time: str) -> str:
    """How a ban will end there; `policy_time` is its end in the school's time."""
    can = capabilities_for(settings, comment)
    if can is None or settings.mode is Mode.SHADOW:
        return ""
    by_itself = UNDONE_BY[means] in can.actions
    if until is None:
        lifted = "by the program" if by_itself else "by hand"
        return f"It lasts until somebody lifts it: moderator author release {comment.id}. That is then done {lifted}."
    if by_itself:
        return f"It ends by itself on {policy_time}."
    return f"It ends on {policy_time}. Only a person can lift it there, and a task will say so on that day."


def what_ends_with(tx: Transaction, comment: Comment, kind: ActionKind, now: datetime) -> str:
    """What putting a comment back ends as well; "" where nothing rests on it."""
    if kind is not ActionKind.RELEASE or not resting_on(tx, comment, now):
        return ""
    return " The ban of its author that was made for it is lifted as well."


def capabilities_for(settings: Settings, comment: Comment) -> Capabilities | None:
    """What the comment's platform can do; None where its account is watched no more."""
    account = next((each for each in settings.accounts if each.account.id == comment.account_id), None)
    return None if account is None else capabilities_of(account.account.platform)
