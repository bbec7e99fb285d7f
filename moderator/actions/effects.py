"""What a platform will really do, and what it cannot take back, said before anything is asked of it.

Pure. What a platform can do comes in as its `Capabilities`, None where its account is watched no more; sentences go out.
"""

from __future__ import annotations

from moderator.domain import ActionKind, Comment, Mode, Visibility
from moderator.platforms.base import Capabilities
from moderator.platforms.street import shown_name
from moderator.store.bans import UNDONE_BY, Means

SHADOW = (
    "Shadow mode: this is recorded, and nothing is done on any platform, now or later. "
    "Decide it again once the mode is another."
)
BY_COMMAND = "This is done by hand: moderator tasks shows the steps."


def effect_of(
    can: Capabilities | None, mode: Mode, comment: Comment, kind: ActionKind, by_hand: str = BY_COMMAND
) -> str:
    """What this action does there, or why nothing will happen. `by_hand` says where a person finds the steps."""
    if mode is Mode.SHADOW:
        return SHADOW
    if can is None:
        return f"The account {comment.account_id} is no longer in the configuration: nothing can be done there."
    if kind is ActionKind.RELEASE and comment.visibility is Visibility.PUBLIC:
        return "It is in public sight already: nothing needs to be done."
    hand = "" if kind in can.actions else f" {by_hand}"
    also = " The comment is hidden as well." if kind is ActionKind.BLOCK else ""
    return f"On {shown_name(comment.platform)}: {can.effects[kind].rstrip('.')}.{hand}{also}"


def end_of_ban(can: Capabilities | None, mode: Mode, means: Means, until: str, how_to_lift: str) -> str:
    """How a ban will end there; `until` is its end in the school's time, "" for one that somebody lifts by `how_to_lift`."""
    if can is None or mode is Mode.SHADOW:
        return ""
    by_itself = UNDONE_BY[means] in can.actions
    if not until:
        lifted = "by the program" if by_itself else "by hand"
        return f"It lasts until somebody lifts it: {how_to_lift}. That is then done {lifted}."
    if by_itself:
        return f"It ends by itself on {until}."
    return f"It ends on {until}. Only a person can lift it there, and a task will say so on that day."
