"""Recipients who asked for a rest from one kind of letter, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col

from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import MailPauseRow


@dataclass(frozen=True, slots=True)
class Pause:
    """No letter of this kind goes to this address before `until`."""

    address: str
    kind: str
    paused_at: datetime
    paused_by: str
    until: datetime


LATELY = timedelta(weeks=5)
"""A pause that ended later than that ago and the one after it count as one: nobody gets what they missed in the first."""


def pause(tx: Transaction, given: Pause) -> None:
    """From now on; what was asked before gives way. Audit: "letters_paused"."""
    before = _latest(tx, given.address, given.kind)
    lately = before is not None and before.until > given.paused_at - LATELY
    since = min(before.paused_at, given.paused_at) if before is not None and lately else given.paused_at
    row = {"paused_at": since, "paused_by": given.paused_by, "until": given.until}
    tx.upsert(MailPauseRow, {"address": given.address, "kind": given.kind} | row, row)
    facts = {"kind": given.kind, "until": given.until.date().isoformat()}
    audit.write(tx, "letters_paused", given.paused_at, actor=given.paused_by, **facts)


def resume(tx: Transaction, address: str, kind: str, by: str, at: datetime) -> bool:
    """Letters go there again; False where they did before. Audit: "letters_resumed"."""
    latest = _latest(tx, address, kind)
    if latest is None or latest.until <= at:
        return False
    tx.change(MailPauseRow, [{"school_id": tx.school_id, "address": address, "kind": kind, "until": at}])
    audit.write(tx, "letters_resumed", at, actor=by, kind=kind)
    return True


def in_force(tx: Transaction, now: datetime) -> list[Pause]:
    """Those that hold now, by address."""
    asked = tx.mine(MailPauseRow).where(col(MailPauseRow.until) > now).order_by(col(MailPauseRow.address))
    return [Pause(row.address, row.kind, row.paused_at, row.paused_by, row.until) for row in tx.all(asked)]


def covers(tx: Transaction, address: str, kind: str, at: datetime) -> bool:
    """Whether that time lies within the latest pause of this recipient, over or not."""
    latest = _latest(tx, address, kind)
    return latest is not None and latest.paused_at <= at < latest.until


def _latest(tx: Transaction, address: str, kind: str) -> Pause | None:
    theirs = (col(MailPauseRow.address) == address, col(MailPauseRow.kind) == kind)
    row = tx.first(tx.mine(MailPauseRow).where(*theirs))
    return None if row is None else Pause(row.address, row.kind, row.paused_at, row.paused_by, row.until)
