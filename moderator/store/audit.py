"""What happened, written once and never changed: the database itself refuses both an update and a deletion.

Events hold ids, numbers and the words of rules and platforms; never a comment's words or a child's name. Each is bound to
the one before it (`store/chain.py`), so that whoever changes, removes or puts in a row with other means is found out.
Events are appended as the last thing of their transaction, all together: then the head of the chain, which only one writer
may hold, is held for a moment only, and nobody who holds it waits for anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from moderator.errors import StoreError
from moderator.store.chain import Event, Head, chained, head_seal, same
from moderator.store.database import Transaction
from moderator.store.tables import AuditEventRow, AuditHeadRow, storable

__all__ = ["ERASED", "Event", "append", "erase", "head", "trail", "write", "write_all"]

ERASED = "erased"
"""The event that says that the facts of a comment's earlier events were erased."""


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
    """Append events in the order given, when the transaction ends."""
    if events:
        tx.events += events
        tx.at_end(append)


def append(tx: Transaction) -> None:
    """Append now what waits for the end. Raises StoreError where the chain's key is missing or not the one it was written with."""
    if not tx.events:
        return
    before = _held(tx)
    entries = chained(tx.audit_key, tx.school_id, before, [_as_stored(event) for event in tx.events])
    tx.insert(
        AuditEventRow,
        [
            {
                "id": entry.number,
                "at": entry.event.at,
                "event": entry.event.event,
                "actor": entry.event.actor,
                "comment_id": entry.event.comment_id,
                "account_id": entry.event.account_id,
                "facts": dict(entry.event.facts),
                "salt": entry.salt,
                "commitment": entry.commitment,
                "link": entry.link,
            }
            for entry in entries
        ],
    )
    now = Head(entries[-1].number, entries[-1].link)
    seal = head_seal(tx.audit_key, tx.school_id, now)
    tx.change(AuditHeadRow, [{"school_id": tx.school_id, "events": now.events, "link": now.link, "seal": seal}])
    tx.events.clear()


def take_turn(tx: Transaction) -> None:
    """From here to the end of the transaction nobody else writes to the record: what is read now still holds at its end.

    To be asked for after the rows that are to be changed are held, never before: everybody ends in that order.
    """
    _held(tx)


def _held(tx: Transaction) -> Head:
    """The head of the chain, held until the transaction ends; made where there is none yet."""
    asked = tx.mine(AuditHeadRow).with_for_update()
    row = tx.first(asked)
    if row is None:
        nothing = {"events": 0, "link": "", "seal": head_seal(tx.audit_key, tx.school_id, Head())}
        tx.upsert(AuditHeadRow, nothing, {})
        (row,) = tx.all(asked)
    return _sealed(tx, row)


def _sealed(tx: Transaction, row: AuditHeadRow) -> Head:
    found = Head(row.events, row.link)
    if not same(row.seal, head_seal(tx.audit_key, tx.school_id, found)):
        raise StoreError(
            "The audit trail was not written with this key, or its head was changed by other means. Nothing was changed. "
            "Put back the file audit.key from your backup; then run: moderator verify-audit"
        )
    return found


def _as_stored(event: Event) -> Event:
    """The event in the words that a database gives back: what is sealed must be what is read again."""
    return Event(
        storable(event.event),
        event.at,
        storable(event.actor),
        storable(event.comment_id),
        storable(event.account_id),
        {name: storable(fact) if isinstance(fact, str) else fact for name, fact in event.facts.items()},
    )


def trail(tx: Transaction, comment_id: str) -> list[Event]:
    """All that happened to a comment, first to last."""
    append(tx)
    rows = tx.all(
        tx.mine(AuditEventRow).where(col(AuditEventRow.comment_id) == comment_id).order_by(col(AuditEventRow.id))
    )
    return [Event(row.event, row.at, row.actor, row.comment_id, row.account_id, row.facts) for row in rows]


def last_at(tx: Transaction, events: Sequence[str]) -> datetime | None:
    """When one of these last happened."""
    asked = tx.mine(AuditEventRow).where(col(AuditEventRow.event).in_(events))
    row = tx.first(asked.order_by(col(AuditEventRow.id).desc()))
    return None if row is None else row.at


def head(tx: Transaction) -> Head:
    """Where the chain ends now. Told outside this machine, it shows later whether the last events were taken away.

    Raises StoreError where the chain's key is missing or not the one it was written with.
    """
    append(tx)
    row = tx.first(tx.mine(AuditHeadRow))
    return Head() if row is None else _sealed(tx, row)


def erase(tx: Transaction, comment_id: str, at: datetime, *, actor: str, why: str = "") -> int:
    """Blank the facts of every event of a comment, for good; what happened, when and by whom stays, and so does the chain.

    Returns how many events had facts to lose. Audit: "erased". It is the one way in which facts may go: blanked by other
    means they are found out, since no "erased" follows them.
    """
    if not comment_id:
        raise ValueError("events about no comment hold nobody's words, and stay")
    append(tx)
    theirs = (col(AuditEventRow.school_id) == tx.school_id, col(AuditEventRow.comment_id) == comment_id)
    count = tx.run(update(AuditEventRow).where(*theirs, col(AuditEventRow.salt) != "").values(facts={}, salt=""))
    write(tx, ERASED, at, actor=actor, comment_id=comment_id, events=count, why=why)
    return count
