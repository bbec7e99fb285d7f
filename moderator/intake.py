"""At the door: which comments of a page were not yet seen in this form, and where reading goes on.

Pure. A page and what is known of its comments go in; new ones and new forms of known ones come out, each with its version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from moderator.domain import Comment
from moderator.platforms.base import Start

COUNTED_FOR = timedelta(days=7)
"""How far back posts have their comments counted, to compare with what the platform counts."""


def receive(comments: Iterable[Comment], known: Mapping[str, Comment]) -> list[Comment]:
    """The comments not yet seen in this form, in their order; `known` holds the latest form by comment id.

    A comment may stand twice on a page: what the platform says last is how it is. An older form that a lagging server gives
    again, by when it was edited or, unedited, posted, is not new.
    """
    latest = {comment.id: comment for comment in comments}
    fresh = []
    for comment in latest.values():
        before = known.get(comment.id)
        if before is None:
            fresh.append(replace(comment, version=1))
        elif comment.form != before.form and not _is_older(comment, before.edited_at):
            fresh.append(replace(comment, version=before.version + 1))
    return fresh


def _is_older(comment: Comment, known: datetime | None) -> bool:
    """Whether it reads as it did before the edit we know of. A platform that tells no edits never says so."""
    return known is not None and (comment.edited_at or comment.posted_at) < known


def start_from(
    cursor: str | None,
    known_replies: Mapping[str, int],
    now: datetime,
    read_back: timedelta,
    last_read_at: datetime | None = None,
) -> Start:
    """Where a fetch begins: at the cursor, and at a first start no further back than `read_back`.

    After a long pause it goes back to where reading stopped, with a day to spare, however long ago that was.
    """
    since = now - read_back
    if last_read_at is not None:
        since = min(since, last_read_at - timedelta(days=1))
    return Start(cursor=cursor, since=since, known=known_replies)
