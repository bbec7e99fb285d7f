"""The queue as somebody sees it: how much waits, the first cases in a list, one of them as a card, and what was just decided.

Read from the store as of one moment; nothing is changed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.domain import Comment
from moderator.platforms.street import shown_name
from moderator.store import comments, hearings, queue
from moderator.store.database import Transaction
from moderator.store.decisions import Queued
from moderator.store.queue import Counts
from moderator.web.access import Visitor
from moderator.web.cards import Card, card_of
from moderator.web.pages import in_words
from moderator.web.site import Site
from moderator.web.telling import joined
from moderator.web.words import plain

LISTED = 20
"""Cases in the list beside the card: more than anybody looks at once."""
LATELY = timedelta(hours=1)
"""An account read longer ago than this is not called watched."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the list."""

    id: str
    words: str
    platform: str
    urgent: bool
    since: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class Tray:
    """All that the queue's page shows. `at` is when it was read."""

    counts: Counts
    takes: str
    rows: tuple[Row, ...]
    card: Card | None
    next_id: str
    previous_id: str
    watched: tuple[str, ...]
    late: tuple[str, ...]
    at: datetime
    revealed: bool = False


def tray_of(
    tx: Transaction,
    site: Site,
    visitor: Visitor,
    now: datetime,
    *,
    chosen: Comment | None = None,
    among: Sequence[Queued] | None = None,
    revealed: bool = False,
    whole: bool = False,
) -> Tray:
    """The queue with one case open: the chosen one, or the first. `among` are the cases to list in the queue's place."""
    viewer = queue.viewer_of(visitor.user, now)
    counts = queue.counts(tx, viewer)
    listed = list(queue.waiting(tx, viewer, LISTED) if among is None else among)
    comment = chosen or (listed[0].comment if listed else None)
    card = card_of(tx, site, visitor, comment, now, revealed=revealed, whole=whole) if comment else None
    ids = [each.comment.id for each in listed]
    at = ids.index(comment.id) if comment and comment.id in ids else -1
    watched, late = ((), ()) if card else coverage(tx, site, now)
    return Tray(
        counts=counts,
        takes=takes(counts.waiting, queue.pace(tx)) if counts.waiting else "",
        rows=_rows(tx, listed, comment),
        card=card,
        next_id=ids[at + 1] if at + 1 < len(ids) else "",
        previous_id=ids[at - 1] if at > 0 else "",
        watched=watched,
        late=late,
        at=now,
        revealed=revealed,
    )


def _rows(tx: Transaction, listed: Sequence[Queued], here: Comment | None) -> tuple[Row, ...]:
    found = hearings.findings_of(tx, [each.comment.id for each in listed]) if listed else {}
    return tuple(
        Row(
            each.comment.id,
            plain(each.comment.text, found.get((each.comment.id, each.comment.version), ()), 60) or "No words",
            shown_name(each.comment.platform),
            each.decision.urgent,
            each.since,
            here is not None and each.comment.id == here.id,
        )
        for each in listed
    )


def takes(count: int, pace: timedelta) -> str:
    """How long so many decisions take, roughly: "about 2 min"."""
    minutes = max(1, math.ceil(count * pace.total_seconds() / 60))
    if minutes < 90:
        return f"about {minutes} min"
    return f"about {round(minutes / 60)} hours"


def coverage(tx: Transaction, site: Site, now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """In sentences, when the accounts were last read, and which were not read lately."""
    last: dict[str, datetime] = {}
    for state in comments.feed_states(tx):
        if state.last_ok_at is not None:
            last[state.account_id] = max(state.last_ok_at, last.get(state.account_id, state.last_ok_at))
    fresh: dict[str, datetime] = {}
    late = []
    for each in site.settings.accounts:
        name, at = shown_name(each.account.platform), last.get(each.account.id)
        if at is None:
            late.append(f"{name} ({each.account.handle}) has not been read yet.")
        elif now - at > LATELY:
            late.append(f"{name} ({each.account.handle}) was last read {in_words(site, at)}.")
        else:
            fresh[name] = min(at, fresh.get(name, at))
    if not fresh:
        return (), tuple(late)
    was = "was" if len(fresh) == 1 else "were"
    return (f"{joined(fresh)} {was} last read {ago(now - min(fresh.values()))}.",), tuple(late)


def ago(length: timedelta) -> str:
    """ "just now", "3 minutes ago"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
