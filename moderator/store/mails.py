"""The outbox: letters to people at the school, each kept until it was taken or given up.

A letter is put here once for its key and recipient, however often and by however many processes it is put. Whoever sends it
takes it first; who ends in between leaves it to be tried again, which may be a second time, with the same Message-ID.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select

from moderator.store.database import Transaction
from moderator.store.tables import MailRow

TAKEN_FOR = timedelta(minutes=10)
"""How long a letter belongs to the one who took it; sending lasts no longer, as each step of it has its time limit."""

ASKED_FOR = timedelta(weeks=8)
"""How long after a letter ended somebody may ask whether it was put here: as long, its mark is kept. Nobody asks for longer."""


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter to one person, complete.

    `key` names what it tells, as "weekly 2026-W47"; `recipient` is a bare address; `body` is RFC 5322 with CRLF, and its
    Message-ID is `message_id`. Trying begins at `not_before`, and ends with the first failure after `give_up_at`.
    """

    key: str
    kind: str
    recipient: str
    message_id: str
    body: bytes
    not_before: datetime
    give_up_at: datetime
    attempts: int = 0  # so far


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a letter."""

    key: str
    kind: str
    recipient: str
    message_id: str
    state: MailState
    attempts: int
    put_at: datetime
    not_before: datetime  # of the next try, while it waits
    ended_at: datetime | None  # sent or given up
    last_error: str


def put(tx: Transaction, mail: Mail) -> bool:
    """Lay a letter in the outbox; False where one with its key and recipient lay there already, which stays as it is."""
    row = {
        "key": mail.key,
        "recipient": mail.recipient,
        "kind": mail.kind,
        "message_id": mail.message_id,
        "body": mail.body,
        "state": MailState.WAITING.value,
        "attempts": 0,
        "put_at": mail.not_before,
        "not_before": mail.not_before,
        "give_up_at": mail.give_up_at,
        "tried_at": None,
        "ended_at": None,
        "last_error": "",
    }
    return tx.upsert(MailRow, row, {}) == 1


def has(tx: Transaction, key: str, recipient: str) -> bool:
    """Whether such a letter was put here, whatever became of it."""
    return tx.first(tx.mine(MailRow).where(col(MailRow.key) == key, col(MailRow.recipient) == recipient)) is not None


def keys(tx: Transaction, kind: str, recipient: str) -> list[str]:
    """Of every letter of a kind that was ever put here for somebody."""
    theirs = (col(MailRow.kind) == kind, col(MailRow.recipient) == recipient)
    return tx.all(select(MailRow.key).where(col(MailRow.school_id) == tx.school_id, *theirs))


def due(tx: Transaction, now: datetime, kind: str | None = None) -> list[Mail]:
    """What may be tried now, longest waiting first; of one kind, or of all."""
    asked = tx.mine(MailRow).where(col(MailRow.state) == MailState.WAITING, col(MailRow.not_before) <= now)
    if kind is not None:
        asked = asked.where(col(MailRow.kind) == kind)
    return [_mail_of(row) for row in tx.all(asked.order_by(col(MailRow.not_before), col(MailRow.key)))]


def count_waiting(tx: Transaction) -> int:
    """Letters that are still to go out."""
    waiting = (col(MailRow.school_id) == tx.school_id, col(MailRow.state) == MailState.WAITING.value)
    return tx.first(select(func.count()).select_from(MailRow).where(*waiting)) or 0


def take(tx: Transaction, mail: Mail, now: datetime) -> bool:
    """Take a due letter to send it; False where somebody else took it meanwhile. Counts as an attempt."""
    change = {"attempts": MailRow.attempts + 1, "tried_at": now, "not_before": now + TAKEN_FOR}
    statement = update(MailRow).where(*_this(tx, mail), col(MailRow.not_before) <= now).values(change)
    return tx.run(statement) == 1


def sent(tx: Transaction, mail: Mail, at: datetime) -> None:
    """The server took it. Its words are needed no longer and are not kept."""
    _end(tx, mail, state=MailState.SENT.value, ended_at=at, body=b"", last_error="")


def failed(tx: Transaction, mail: Mail, next_try_at: datetime, why: str) -> None:
    _end(tx, mail, not_before=next_try_at, last_error=why)


def given_up(tx: Transaction, mail: Mail, at: datetime, why: str) -> None:
    """Nobody tries it any more; its words stay."""
    _end(tx, mail, state=MailState.GIVEN_UP.value, ended_at=at, last_error=why)


def listed(tx: Transaction, kind: str | None = None, most: int = 50) -> list[Posted]:
    """The latest letters, newest first, with what became of them."""
    asked = tx.mine(MailRow)
    if kind is not None:
        asked = asked.where(col(MailRow.kind) == kind)
    newest = asked.order_by(col(MailRow.put_at).desc(), col(MailRow.key).desc(), col(MailRow.recipient)).limit(most)
    return [_posted_of(row) for row in tx.all(newest)]


def _end(tx: Transaction, mail: Mail, **change: object) -> None:
    tx.run(update(MailRow).where(*_this(tx, mail)).values(change))


def _this(tx: Transaction, mail: Mail) -> tuple[ColumnElement[bool], ...]:
    return (
        col(MailRow.school_id) == tx.school_id,
        col(MailRow.key) == mail.key,
        col(MailRow.recipient) == mail.recipient,
        col(MailRow.state) == MailState.WAITING.value,
    )


def _mail_of(row: MailRow) -> Mail:
    return Mail(
        *(row.key, row.kind, row.recipient, row.message_id, bytes(row.body)),
        *(row.not_before, row.give_up_at, row.attempts),
    )


def _posted_of(row: MailRow) -> Posted:
    return Posted(
        *(row.key, row.kind, row.recipient, row.message_id, MailState(row.state), row.attempts),
        *(row.put_at, row.not_before, row.ended_at, row.last_error),
    )
