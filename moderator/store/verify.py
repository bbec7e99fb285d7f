"""Reads the whole audit chain again and names the first event that is not as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from moderator.store.audit import ERASED, append
from moderator.store.chain import Event, Head, commitment, head_seal, link, same
from moderator.store.database import Transaction
from moderator.store.tables import AuditEventRow, AuditHeadRow, CommentRow

AT_ONCE = 1_000
COLUMNS = (
    *("id", "at", "event", "actor", "comment_id", "account_id"),
    *("facts", "salt", "commitment", "link"),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at the whole chain says. `bent` is the number of the first event that does not fit."""

    events: int  # that fit, from the first one on
    head: Head
    bent: int | None = None
    why: str = ""  # empty: the chain is whole

    @property
    def whole(self) -> bool:
        return not self.why


class _Bent(Exception):
    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number, self.why = number, why


@dataclass
class _Walk:
    """How far the chain was followed, and which erasures were met."""

    at: Head = field(default_factory=Head)
    blanked: list[tuple[int, str]] = field(default_factory=list)  # number and comment of events without facts
    erased: dict[str, int] = field(default_factory=dict)  # comment -> number of the last "erased" about it


def verify(tx: Transaction, known: Head | None = None) -> Checked:
    """Follow the chain from its first event to its head. Raises StoreError where the chain's key is missing.

    `known` is a head told earlier, in a log or a mail: the chain must still run through it. Without one, somebody who put
    back the end of the chain from an old copy of this database would not be noticed.
    """
    append(tx)
    walk = _Walk()
    try:
        for row in _rows(tx, walk):
            _follow(tx, walk, row)
            if known is not None and walk.at.events == known.events and not same(walk.at.link, known.link):
                raise _Bent(known.events, f"event {known.events} is another one than when its head was told")
        _compare_head(tx, walk.at, known)
        _compare_erasures(walk)
    except _Bent as bent:
        return Checked(min(walk.at.events, bent.number - 1), walk.at, bent.number, bent.why)
    return Checked(walk.at.events, walk.at)


def _rows(tx: Transaction, walk: _Walk) -> Iterator[Any]:
    """Every event of the school, by number, a batch at a time."""
    columns = (getattr(AuditEventRow, name) for name in COLUMNS)
    everything = select(*columns).where(col(AuditEventRow.school_id) == tx.school_id).order_by(col(AuditEventRow.id))
    here, limit = everything, AT_ONCE
    while True:
        try:
            batch = tx.all(here.limit(limit))
        except (TypeError, ValueError):
            # A time or facts that were never ours cannot be read at all: go singly, up to that one.
            if limit == 1:
                number = walk.at.events + 1
                raise _Bent(number, f"event {number} holds what moderator never wrote") from None
            limit = 1
            continue
        yield from batch
        if len(batch) < limit:
            return
        here = everything.where(col(AuditEventRow.id) > batch[-1].id)


def _follow(tx: Transaction, walk: _Walk, row: Any) -> None:
    """Take one step along the chain. Raises _Bent where the row is not the next event as it was written."""
    number = walk.at.events + 1
    if row.id != number:
        is_later = isinstance(row.id, int) and row.id > number
        raise _Bent(number, f"event {number} is missing" if is_later else f"a row was put in before event {number}")
    try:
        why = _misfit(tx, walk.at, row)
    except (TypeError, ValueError, AttributeError):
        why = "holds what moderator never wrote"
    if why:
        hint = "" if number > 1 else ", or audit.key is not the key it was written with"
        raise _Bent(number, f"event {number} {why}{hint}")
    if not row.salt:
        walk.blanked.append((number, row.comment_id))
    if row.event == ERASED:
        walk.erased[row.comment_id] = number
    walk.at = Head(number, row.link)


def _misfit(tx: Transaction, before: Head, row: Any) -> str:
    """What is wrong with a row; empty: nothing."""
    if not row.salt and row.facts:
        return "has lost its salt"
    if row.salt and not same(commitment(tx.audit_key, row.salt, row.facts), row.commitment):
        return "has other facts than those that were written"
    event = Event(row.event, row.at, row.actor, row.comment_id, row.account_id)
    if not same(link(tx.audit_key, before.link, row.commitment, tx.school_id, row.id, event), row.link):
        return "is not as it was written, or does not follow on the one before it"
    return ""


def _compare_head(tx: Transaction, reached: Head, known: Head | None) -> None:
    """The chain must end where its head says, and no sooner than where it ended when that was told."""
    following = reached.events + 1
    row = tx.first(tx.mine(AuditHeadRow))
    if row is None:
        if reached.events or tx.first(tx.mine(CommentRow)) is not None:
            raise _Bent(following, f"the head of the chain is missing, and whatever came after event {reached.events}")
    elif not same(row.seal, head_seal(tx.audit_key, tx.school_id, Head(row.events, row.link))):
        raise _Bent(following, f"the head of the chain, after event {reached.events}, is not as it was written")
    elif row.events > reached.events:
        raise _Bent(following, f"event {following} is missing, and all after it up to event {row.events}")
    elif (row.events, row.link) != (reached.events, reached.link):
        raise _Bent(row.events + 1, f"event {row.events + 1} stands after the head of the chain")
    if known is not None and known.events > reached.events:
        raise _Bent(following, f"event {following} is missing: there were {known.events} when the head was told")


def _compare_erasures(walk: _Walk) -> None:
    """Facts may be blank only where an "erased" about the same comment follows."""
    for number, comment_id in walk.blanked:
        if walk.erased.get(comment_id, 0) < number:
            raise _Bent(number, f"event {number} has lost its facts, and nobody wrote down that they were erased")
