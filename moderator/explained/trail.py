"""The audit trail as a file to take away: one event a line, JSON in ASCII, first to last. It holds no words of a comment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moderator.store.database import Database
from moderator.store.trail import Told, whole


def lines(database: Database, until: int) -> Iterator[bytes]:
    """The events up to the one with this number."""
    with database.reading() as tx:
        for told in whole(tx):
            if told.number > until:
                return
            yield json.dumps(as_facts(told), ensure_ascii=True, default=str).encode("ascii") + b"\n"


def as_facts(told: Told) -> dict[str, Any]:
    """An event for a script. `link` is what binds it to the one before it; `erased` where its facts are gone for good."""
    event = told.event
    return {
        "number": told.number,
        "at": event.at.isoformat(),
        "event": event.event,
        "actor": event.actor,
        "comment": event.comment_id,
        "account": event.account_id,
        "facts": dict(event.facts),
        "erased": told.erased,
        "link": told.link,
    }
