"""Where pushes go, and the messages that are on their way by push or another service.

A message is put here once for its key, channel and place. Whoever sends it takes it first; one that was taken and never
ended counts as lost, so that a letter goes in its place rather than nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from sqlalchemy import ColumnElement, update
from sqlmodel import col

from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import AlertAddressRow, AlertSendRow, PushSubscriptionRow

TAKEN_FOR = timedelta(seconds=45)
"""How long a message belongs to the one who took it; sending lasts no longer."""


class Channel(StrEnum):
    PUSH = "push"
    SERVICE = "service"


class SendState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser that takes pushes, as the browser itself described it, and whose it is."""

    endpoint: str
    p256dh: str  # its public key, base64url of 65 bytes
    auth: str  # base64url of 16 bytes
    person: str
    role: str
    confirmed_at: datetime | None = None
    dropped_at: datetime | None = None

    @property
    def id(self) -> str:
        return blake2b(self.endpoint.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Send:
    """One message to one place."""

    key: str
    channel: Channel
    address: str
    role: str
    severity: str
    urgent: int
    waiting: int
    due_at: datetime
    attempts: int = 0  # begun so far
    state: SendState = SendState.DUE
    detail: str = ""


def subscribe(tx: Transaction, given: Subscription, at: datetime) -> None:
    """Send pushes there from now on; one that was known or dropped begins anew, unconfirmed. Audit: "push_subscribed"."""
    row = {"endpoint": given.endpoint, "p256dh": given.p256dh, "auth": given.auth, "person": given.person}
    row |= {"role": given.role}
    fresh = row | {"added_at": at, "confirmed_at": None, "dropped_at": None}
    tx.upsert(PushSubscriptionRow, {"id": given.id} | fresh, fresh)
    audit.write(tx, "push_subscribed", at, actor=given.person, subscription=given.id, role=given.role)


def confirm(tx: Transaction, endpoint: str, at: datetime) -> bool:
    """Its owner tapped the test: pushes arrive there. False where it is not known. Audit: "push_confirmed"."""
    found = next((each for each in subscriptions(tx) if each.endpoint == endpoint), None)
    if found is None:
        return False
    tx.change(PushSubscriptionRow, [{"school_id": tx.school_id, "id": found.id, "confirmed_at": at}])
    audit.write(tx, "push_confirmed", at, actor=found.person, subscription=found.id)
    return True


def drop(tx: Transaction, subscription_id: str, at: datetime, by: str = "moderator") -> bool:
    """Its push service says that it is gone, or its owner wants no more. False where it was dropped before.

    Audit: "push_dropped".
    """
    this = (col(PushSubscriptionRow.school_id) == tx.school_id, col(PushSubscriptionRow.id) == subscription_id)
    change = update(PushSubscriptionRow).where(*this, col(PushSubscriptionRow.dropped_at).is_(None))
    if tx.run(change.values(dropped_at=at)) != 1:
        return False
    audit.write(tx, "push_dropped", at, actor=by, subscription=subscription_id)
    return True


def subscriptions(tx: Transaction, *, dropped: bool = False) -> list[Subscription]:
    """Those that are in use, or with `dropped` all that ever were, in the order in which they were added."""
    asked = tx.mine(PushSubscriptionRow)
    if not dropped:
        asked = asked.where(col(PushSubscriptionRow.dropped_at).is_(None))
    rows = tx.all(asked.order_by(col(PushSubscriptionRow.added_at), col(PushSubscriptionRow.id)))
    return [Subscription(r.endpoint, r.p256dh, r.auth, r.person, r.role, r.confirmed_at, r.dropped_at) for r in rows]


def confirm_address(tx: Transaction, address: str, at: datetime) -> None:
    """Its owner has shown that a letter arrived."""
    tx.upsert(AlertAddressRow, {"address": address, "confirmed_at": at}, {"confirmed_at": at})


def confirmed_addresses(tx: Transaction) -> dict[str, datetime]:
    return {row.address: row.confirmed_at for row in tx.all(tx.mine(AlertAddressRow))}


def put(tx: Transaction, send: Send) -> bool:
    """Lay a message out to be sent; False where one with its key, channel and place lay there already."""
    row = {
        "key": send.key,
        "channel": send.channel.value,
        "address": send.address,
        "role": send.role,
        "severity": send.severity,
        "urgent": send.urgent,
        "waiting": send.waiting,
        "state": SendState.DUE.value,
        "due_at": send.due_at,
        "next_at": send.due_at,
        "attempts": 0,
        "ended_at": None,
        "detail": "",
    }
    return tx.upsert(AlertSendRow, row, {}) == 1


def take_due(tx: Transaction, now: datetime) -> list[Send]:
    """Take what may be tried now; nobody else is given it. Counts as an attempt."""
    asked = tx.mine(AlertSendRow).where(col(AlertSendRow.state) == SendState.DUE, col(AlertSendRow.next_at) <= now)
    due = [_send_of(row) for row in tx.all(asked.order_by(col(AlertSendRow.due_at), col(AlertSendRow.key)))]
    change = {
        "state": SendState.SENDING.value,
        "attempts": AlertSendRow.attempts + 1,
        "next_at": now + TAKEN_FOR,
    }
    taken = (update(AlertSendRow).where(*_this(tx, send, SendState.DUE)).values(change) for send in due)
    return [send for send, statement in zip(due, taken, strict=True) if tx.run(statement) == 1]


def lost(tx: Transaction, now: datetime) -> list[Send]:
    """What was taken and never ended, as after a crash: it is not tried again, since it may have arrived."""
    asked = tx.mine(AlertSendRow).where(col(AlertSendRow.state) == SendState.SENDING, col(AlertSendRow.next_at) <= now)
    return [send for send in map(_send_of, tx.all(asked)) if end(tx, send, SendState.FAILED, now, "not ended in time")]


def end(tx: Transaction, send: Send, state: SendState, at: datetime, detail: str) -> bool:
    """It arrived at its service, or never will. False where it was ended by somebody else."""
    change = {"state": state.value, "ended_at": at, "detail": detail}
    return tx.run(update(AlertSendRow).where(*_this(tx, send, SendState.SENDING)).values(change)) == 1


def again(tx: Transaction, send: Send, next_at: datetime, detail: str) -> bool:
    """It is tried again at that time."""
    change = {"state": SendState.DUE.value, "next_at": next_at, "detail": detail}
    return tx.run(update(AlertSendRow).where(*_this(tx, send, SendState.SENDING)).values(change)) == 1


def sends(tx: Transaction, key: str = "") -> list[Send]:
    """What became of the messages with a key, or of the latest hundred."""
    asked = tx.mine(AlertSendRow).order_by(col(AlertSendRow.due_at).desc(), col(AlertSendRow.key)).limit(100)
    return [_send_of(row) for row in tx.all(asked.where(col(AlertSendRow.key) == key) if key else asked)]


def _this(tx: Transaction, send: Send, state: SendState) -> tuple[ColumnElement[bool], ...]:
    return (
        col(AlertSendRow.school_id) == tx.school_id,
        col(AlertSendRow.key) == send.key,
        col(AlertSendRow.channel) == send.channel.value,
        col(AlertSendRow.address) == send.address,
        col(AlertSendRow.state) == state.value,
    )


def _send_of(row: AlertSendRow) -> Send:
    return Send(
        *(row.key, Channel(row.channel), row.address, row.role, row.severity, row.urgent, row.waiting, row.due_at),
        *(row.attempts, SendState(row.state), row.detail),
    )
