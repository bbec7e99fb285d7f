"""What each place is called, whose mails tell of its comments, and how a person does there what no API can.

Nothing is done at these places by the program: every effect here is what a person brings about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderator.domain import Account, Action, ActionKind
from moderator.platforms.base import Capabilities
from moderator.platforms.street import shown_name

CLASS_DOJO, SEESAW = shown_name("classdojo"), shown_name("seesaw")
KIND = "byhand"
"""How a place is marked in the settings, where it is neither Class Dojo nor Seesaw."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place where people comment and only people can moderate."""

    name: str  # as its users call it
    page: str  # where a person begins; empty: we know of none
    senders: tuple[str, ...]  # domains its notifications come from
    effects: Mapping[ActionKind, str]
    steps: Mapping[ActionKind, str]


_DELETED = "a person deletes it there for good, since {name} cannot hide a comment; its words are kept here"
_NOT_BACK = (
    "what was deleted there cannot be put back; what waits for approval there can be approved, and an author can be asked to "
    "write it again"
)
_ANYWHERE = {
    ActionKind.HIDE: f"by hand: {_DELETED}",
    ActionKind.RELEASE: f"by hand: {_NOT_BACK}",
    ActionKind.REMOVE: f"by hand: {_DELETED}",
    ActionKind.BLOCK: "by hand: its author is taken out of the class or group, or blocked where {name} allows it",
    ActionKind.UNBLOCK: "by hand: its author is let in again",
    ActionKind.MUTE: "by hand: comments are switched off, or have to be approved first",
    ActionKind.UNMUTE: "by hand: comments are switched on again",
}
_STEPS_ANYWHERE = {
    ActionKind.HIDE: "Find the comment and delete or hide it.",
    ActionKind.RELEASE: "If the comment is hidden or waits there, show it again. If it was deleted, ask its author to write it "
    "again.",
    ActionKind.REMOVE: "Find the comment and delete it.",
    ActionKind.BLOCK: "Open the list of members, find its author, and take them out or block them.",
    ActionKind.UNBLOCK: "Open the list of members and let its author in again.",
    ActionKind.MUTE: "Open the settings and switch comments off, or let them be approved first.",
    ActionKind.UNMUTE: "Open the settings and switch comments on again.",
}
# https://help.classdojo.com articles 360028921992 (delete a comment, switch comments off) and 4413208601357 (report and block
# in Chats), read 2026-11-15. Where a button stands was not tried on a real account.
_CLASS_DOJO = {
    ActionKind.HIDE: "Open the story, find the comment, tap the three dots beside it and choose Delete. School leaders and the "
    "class's own teacher can do this.",
    ActionKind.RELEASE: "Class Dojo cannot bring back a deleted comment. If it was wrong to delete it, tell its author so, and "
    "that they may write it again.",
    ActionKind.REMOVE: "Open the story, find the comment, tap the three dots beside it and choose Delete. This cannot be taken "
    "back.",
    ActionKind.BLOCK: "Open the class, then its families, find the author and disconnect them. In Chats they can be reported or "
    "blocked with the three dots.",
    ActionKind.UNBLOCK: "Open the class, then its families, and invite the author again.",
    ActionKind.MUTE: "Nobody can be muted alone. Open School settings and switch off Enable comments, or do so in the Class Story.",
    ActionKind.UNMUTE: "Open School settings and switch on Enable comments, or do so for the Class Story.",
}
# https://help.seesaw.me articles 205676565, 4403040931981 and 5542752191117, read 2026-11-15. As above, not tried.
_SEESAW = {
    ActionKind.HIDE: "Open the post, find the comment, tap the three dots beside it and choose Delete. If it still waits under "
    "Needs approval, choose Delete there.",
    ActionKind.RELEASE: "If the comment waits under Needs approval, approve it. If it was deleted, tell its author that they may "
    "write it again.",
    ActionKind.REMOVE: "Open the post, find the comment, tap the three dots beside it and choose Delete. That is for good.",
    ActionKind.BLOCK: "Open the class settings, then Manage families, find the author and remove them.",
    ActionKind.UNBLOCK: "Open the class settings, then Manage families, and invite the author again.",
    ActionKind.MUTE: "Nobody can be muted alone. Open the class settings and switch on New comments require approval.",
    ActionKind.UNMUTE: "Open the class settings and switch off New comments require approval, if the school no longer wants it.",
}


def _effects(name: str) -> dict[ActionKind, str]:
    return {kind: words.format(name=name) for kind, words in _ANYWHERE.items()}


PLACES: Mapping[str, Place] = {
    "classdojo": Place(
        CLASS_DOJO, "https://teach.classdojo.com/", ("classdojo.com",), _effects(CLASS_DOJO), _CLASS_DOJO
    ),
    "seesaw": Place(SEESAW, "https://app.seesaw.me/", ("seesaw.me",), _effects(SEESAW), _SEESAW),
}


def place_of(platform: str) -> Place:
    """A place we know of, or one that is told of in general words under its own name."""
    known = PLACES.get(platform)
    return known or Place(platform, "", (), _effects(platform), _STEPS_ANYWHERE)


def name_of(platform: str) -> str:
    return place_of(platform).name


def capabilities_of(platform: str) -> Capabilities:
    """What the program itself can do there, which is nothing, and what each action by hand brings about."""
    return Capabilities(actions={}, effects=place_of(platform).effects, reads_visibility=False)


def steps(action: Action, account: Account, page: str = "") -> tuple[str, str]:
    """Steps for a person who is signed in as staff, and the address to start from; "" where none is known."""
    place, comment = place_of(account.platform), action.comment
    who = f"by {comment.author.display_name}" if comment.author.display_name else "whose author is not known"
    found = f"The comment {who} was posted on {comment.posted_at:%d %B %H:%M} UTC."
    told = f"Sign in to {place.name} as staff. {place.steps[action.kind]} {found}"
    return told, comment.url or page or place.page
