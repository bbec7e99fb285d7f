"""A comment that a person copied from a place without an API: the one way in for the command line and the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moderator.domain import Comment, Person
from moderator.errors import ModeratorError
from moderator.platforms.base import Page
from moderator.platforms.byhand.comments import pasted, post_of
from moderator.settings import AccountSettings, Settings
from moderator.store import audit, comments
from moderator.store.database import Transaction

FEED = "paste"
LONGEST_TEXT = 20_000  # characters
LONGEST_NAME = 200


class NotPasted(ModeratorError):
    """It cannot be taken in as it is; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """A comment, and whether it is new: the same words pasted again are the same comment."""

    comment: Comment
    fresh: bool


def places(settings: Settings) -> tuple[AccountSettings, ...]:
    """Where something can be pasted from: the accounts at places without an API, in the order of the file."""
    return tuple(each for each in settings.accounts if each.by_hand)


def paste(
    tx: Transaction,
    place: AccountSettings,
    who: Person,
    text: str,
    *,
    author: str = "",
    where: str = "",
    posted_at: datetime | None = None,
    at: datetime,
) -> Pasted:
    """Take in what somebody copied. It is judged with the next comments, like any other. Audit: "received", "pasted".

    `author` is the name shown there, "" where it is not known; `where` the post or story it stands under, in words;
    `posted_at` aware, None where it is not known. Raises NotPasted.
    """
    comment = to_paste(place, who, text, author=author, where=where, posted_at=posted_at, at=at)
    posts = (post_of(where),) if where.strip() else ()
    fresh = comments.receive(tx, place.account, FEED, Page((comment,), posts), at)
    if not fresh:
        return Pasted(comments.load(tx, comment.id) or comment, fresh=False)
    account_id = place.account.id
    audit.write(tx, "pasted", at, actor=who.name, comment_id=comment.id, account_id=account_id)
    return Pasted(fresh[0], fresh=True)


def to_paste(
    place: AccountSettings,
    who: Person,
    text: str,
    *,
    author: str = "",
    where: str = "",
    posted_at: datetime | None = None,
    at: datetime,
) -> Comment:
    """The comment that would be taken in; nothing is recorded. Raises NotPasted."""
    if not place.by_hand:
        raise NotPasted(f"{place.account.id} is read through its API: what stands there comes in by itself.")
    if not text.strip():
        raise NotPasted("There is no text. Copy the words of the comment, and paste them again.")
    if len(text) > LONGEST_TEXT or len(author) > LONGEST_NAME or len(where) > LONGEST_NAME:
        raise NotPasted(
            f"It is too long: {LONGEST_TEXT:,} characters of text at most, {LONGEST_NAME} of a name or a place."
        )
    if posted_at is not None and not datetime(2000, 1, 1, tzinfo=UTC) <= posted_at <= at + timedelta(days=1):
        raise NotPasted("The time lies in the future, or before the year 2000. Leave it out if you do not know it.")
    return pasted(place.account, text, author, where.strip(), posted_at, who.name, now=at)
