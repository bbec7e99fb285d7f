"""What each action really does on Instagram, and how a person does it in Instagram's own app."""

from __future__ import annotations

from moderator.domain import Account, Action, ActionKind

EFFECTS = {
    ActionKind.HIDE: "hidden from everyone but its author",
    ActionKind.RELEASE: "shown to everyone again",
    ActionKind.REMOVE: "deleted for good, with the replies to it",
    ActionKind.BLOCK: "its author can no longer find the school's account or comment there",
    ActionKind.UNBLOCK: "its author can find the account and comment again",
    ActionKind.MUTE: "restricted: its author's new comments are seen by nobody else until the school approves them",
    ActionKind.UNMUTE: "no longer restricted: its author's new comments are seen by everyone",
}

_ON_COMMENT = {
    ActionKind.HIDE: "Press and hold the comment, then choose Hide comment.",
    ActionKind.RELEASE: "Open View hidden comments below the post, press and hold the comment, then choose Unhide.",
    ActionKind.REMOVE: "Press and hold the comment, then choose the bin. This cannot be taken back.",
}
_ON_AUTHOR = {
    ActionKind.BLOCK: "Tap the three dots, then Block, and choose the account and any others they may have.",
    ActionKind.UNBLOCK: "Tap Unblock.",
    ActionKind.MUTE: "Tap the three dots, then Restrict.",
    ActionKind.UNMUTE: "Tap the three dots, then Unrestrict.",
}


def steps(action: Action, account: Account) -> tuple[str, str]:
    """Steps for a person logged in as the school, and the address to start from."""
    login = f"Log in to Instagram as {account.handle}."
    comment, handle = action.comment, action.comment.author.handle
    who = f"by {handle}" if handle else f"posted at {comment.posted_at:%d %B %H:%M} UTC"
    if action.kind in _ON_COMMENT:
        return f"{login} Open the post and find the comment {who}. {_ON_COMMENT[action.kind]}", comment.url
    if not handle:
        return f"{login} Open the post and tap the comment's author. {_ON_AUTHOR[action.kind]}", comment.url
    page = f"https://www.instagram.com/{handle.lstrip('@')}/"
    return f"{login} Open the page of {handle}. {_ON_AUTHOR[action.kind]}", page
