"""What happened, written once and never changed: the database itself refuses both an update and a deletion.

Events hold ids, numbers and the words of rules and platforms; never a comment's words or a child's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col

from moderator.store.database import Transaction
from moderator.store.tables import AuditEventRow


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the trail. `actor` is who did it: a person, "policy", "moderator" or a platform's name."""

    event: str
    at: datetime
    actor: str
    comment_id: str = ""
    account_id: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


def write(
    tx: Transaction,
    event: str,
    at: datetime,
    *,
    actor: str,
    comment_id: str = "",
    account_id: str = "",
    **facts: str | int,
) -> None:
    write_all(tx, [Event(event, at, actor, comment_id, account_id, facts)])


def write_all(tx: Transaction, events: Sequence[Event]) -> None:
    """Append events in the order given."""
    tx.insert(
        AuditEventRow,
        [
            {
                "event": event.event,
                "at": event.at,
                "actor": event.actor,
                "comment_id": event.comment_id,
                "account_id": event.account_id,
                "facts": dict(event.facts),
            }
            for event in events
        ],
    )


def trail(tx: Transaction, comment_id: str) -> list[Event]:
    """All that happened to a comment, first to last."""
    rows = tx.all(
        tx.mine(AuditEventRow).where(col(AuditEventRow.comment_id) == comment_id).order_by(col(AuditEventRow.id))
    )
    return [Event(row.event, row.at, row.actor, row.comment_id, row.account_id, row.facts) for row in rows]
