"""What each action does on X, and how a person does it in X's own app."""

from __future__ import annotations

from moderator.domain import Account, Action, ActionKind

EFFECTS = {
    ActionKind.HIDE: "hidden on X, but still readable behind a tap on 'View hidden replies'",
    ActionKind.RELEASE: "shown among the replies again",
    ActionKind.REMOVE: "only its author and X can delete a post; it is hidden and reported by hand",
    ActionKind.BLOCK: "by hand: its author can no longer reply to the school or mention it",
    ActionKind.UNBLOCK: "by hand: its author can reply to the school and mention it again",
    ActionKind.MUTE: "its author's posts no longer reach the school's own timeline and notifications; everyone else sees them",
    ActionKind.UNMUTE: "its author's posts reach the school's own timeline and notifications again",
}

# https://help.x.com/en/using-x/blocking-and-unblocking-accounts and https://help.x.com/en/using-x/x-hidden-replies
ON_THE_COMMENT = {
    ActionKind.HIDE: "open the comment, choose ··· and then 'Hide reply'",
    ActionKind.RELEASE: "open the post, choose 'View hidden replies', then ··· beside the comment and 'Unhide reply'",
    ActionKind.REMOVE: "open the comment, choose ···, then 'Hide reply', and ··· again, then 'Report post'; X decides on deleting",
}
ON_THE_PROFILE = {
    ActionKind.BLOCK: "open the author's profile, choose ···, then 'Block', and confirm",
    ActionKind.UNBLOCK: "open the author's profile and choose 'Blocked', then 'Unblock'",
    ActionKind.MUTE: "open the author's profile, choose ···, then 'Mute'",
    ActionKind.UNMUTE: "open the author's profile and choose the crossed-out loudspeaker to unmute",
}


def steps_for(action: Action, account: Account) -> tuple[str, str]:
    """Steps, and the address of the comment or of its author's profile."""
    comment, author = action.comment, action.comment.author
    first = f"Sign in to X as @{account.handle.lstrip('@')}, "
    if action.kind in ON_THE_COMMENT or not (author.native_id or author.handle):
        step = ON_THE_COMMENT.get(action.kind) or f"open the comment and {ON_THE_PROFILE[action.kind]}"
        return f"{first}{step}.", comment.url
    profile = (
        f"https://x.com/{author.handle.lstrip('@')}" if author.handle else f"https://x.com/i/user/{author.native_id}"
    )
    return f"{first}{ON_THE_PROFILE[action.kind]}.", profile
