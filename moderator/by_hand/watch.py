"""A watch over what the school itself has posted: looked at like a post before it goes out, and never acted on by a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from moderator.by_hand.own_pictures import check_pictures_that_are_out
from moderator.by_hand.own_post import PostCheck, check_post
from moderator.detectors.base import Detector
from moderator.detectors.roll import Roll
from moderator.domain import Person, Post, School
from moderator.errors import ModeratorError
from moderator.pictures.of_comments import CommentPictures
from moderator.store import own_posts
from moderator.store.database import Database, Transaction
from moderator.store.own_posts import OwnPostFinding

LOOKED_BACK = timedelta(days=30)
AT_ONCE = 20
STEPS = "Open the post. Take out what breaks the policy, or delete the post; if it may stay as it is, leave it. Then tick this off."
"""What a person is asked to do about a post that is out."""


class NoSuchPost(ModeratorError):
    """No post of the school's waits under this code."""


def look_at_own_posts(
    database: Database, detectors: Sequence[Detector], school: School, roll: Roll, now: datetime
) -> list[OwnPostFinding]:
    """Look at the words of posts not yet looked at in the form they have; returns those against which something stands.

    Each form is looked at once, whatever restarts in between.
    """
    with database.reading() as tx:
        waiting = own_posts.not_looked_at(tx, now - LOOKED_BACK, AT_ONCE)
    found = []
    for account_id, post in waiting:
        checked = check_post(post.text, detectors, school, roll, now)
        found.append(_found(account_id, post, own_posts.form_of_words(post), checked, now))
    return _kept(database, found)


def look_at_pictures_of_own_posts(
    database: Database,
    pictures: CommentPictures,
    platforms: Mapping[str, str],
    detectors: Sequence[Detector],
    school: School,
    roll: Roll,
    now: datetime,
    limit: int = 1,
) -> list[OwnPostFinding]:
    """Look at the pictures of so many posts not yet looked at; returns those looked at, fine or not.

    `platforms` tells the platform of each account. Each picture is looked at once: what could not be fetched waits for a person.
    """
    there = {account_id: name for account_id, name in platforms.items() if name in pictures.platforms}
    with database.reading() as tx:
        waiting = own_posts.not_looked_at(tx, now - LOOKED_BACK, limit, own_posts.form_of_pictures, there)
    found = []
    for account_id, post in waiting:
        checked = check_pictures_that_are_out(post, there[account_id], pictures, detectors, school, roll)
        found.append(_found(account_id, post, own_posts.form_of_pictures(post), checked, now))
    _kept(database, found)
    return found


def _found(account_id: str, post: Post, form: str, checked: PostCheck, now: datetime) -> OwnPostFinding:
    remarks = tuple(dict.fromkeys((each.what, each.line) for each in checked.remarks))
    return OwnPostFinding(account_id, post, form, now, checked.answer.value, remarks)


def _kept(database: Database, found: Sequence[OwnPostFinding]) -> list[OwnPostFinding]:
    """Those against which something stands."""
    if found:
        with database.transaction() as tx:
            for each in found:
                own_posts.keep(tx, each)
    return [each for each in found if each.remarks]


def settle_own_post(tx: Transaction, code: str, who: Person, at: datetime) -> OwnPostFinding:
    """A person says that it is settled; said twice, it stays as it was. Returns it as it stands. Raises NoSuchPost."""
    found = own_posts.find_finding(tx, code)
    if found is None:
        raise NoSuchPost(f"No post of the school's own waits under {code!r}. Those that do: moderator own-posts")
    if found.settled_at is not None:
        return found
    own_posts.settle(tx, found, who.name, at)
    return replace(found, settled_at=at, settled_by=who.name)


def in_one_line(found: OwnPostFinding) -> str:
    """ "Our own post of 12 May: this is a pupil's name." """
    when = f" of {found.post.posted_at:%-d %B}" if found.post.posted_at else ""
    return f"Our own post{when}: {'; '.join(what for what, _ in found.remarks)}."


def why_told(found: OwnPostFinding) -> str:
    """What stands against the post, each with its line: "This is a pupil's name. The policy: “Posts must not …”" """
    return " ".join(f"{what[:1].upper()}{what[1:]}. The policy: “{line}”" for what, line in found.remarks)


def how_settled(found: OwnPostFinding) -> str:
    """How it stands, in words that claim no more than is known: "open", "said to be done by Mrs Example" …"""
    if found.settled_at is None:
        return "open"
    return "seen to be edited" if found.settled_by == own_posts.EDITED else f"said to be done by {found.settled_by}"
