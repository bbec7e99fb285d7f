"""Alerts: which urgent cases call for a person, how often they were told, and who opened them.

Everything here is done while holding the school's watch, so that two daemons, or one that starts again, tell nothing twice.
A case is open until a person decides on its comment or says that the alert was seen; an edit or a deletion does not open it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from moderator.domain import POLICY
from moderator.store import audit
from moderator.store.audit import Event
from moderator.store.database import Transaction
from moderator.store.decisions import EVER
from moderator.store.latest import is_latest_decision
from moderator.store.tables import AlertCaseRow, AlertRow, AlertWatchRow, CommentRow, DecisionRow

OPEN, OPENED = "open", "opened"
ACTOR = "moderator"


@dataclass(frozen=True, slots=True)
class Alert:
    """One call for a person; `cases` that nobody has opened yet, out of all that it is about."""

    number: int
    began_at: datetime
    step: int  # how often it was told
    next_step_at: datetime
    cases: int
    untold_since: datetime | None  # a case came to it after it was last told
    opened_at: datetime | None = None
    opened_by: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the house remembers of its own rounds."""

    last_digest: str
    pinged_at: datetime | None


def hold_watch(tx: Transaction) -> Watch:
    """Keep every other process from looking what is due until the transaction ends."""
    asked = tx.mine(AlertWatchRow).with_for_update()
    row = tx.first(asked)
    if row is None:
        tx.upsert(AlertWatchRow, {"last_digest": "", "pinged_at": None}, {})
        (row,) = tx.all(asked)
    return Watch(row.last_digest, row.pinged_at)


def digest_done(tx: Transaction, slot: str) -> None:
    tx.change(AlertWatchRow, [{"school_id": tx.school_id, "last_digest": slot}])


def pinged(tx: Transaction, at: datetime) -> None:
    tx.change(AlertWatchRow, [{"school_id": tx.school_id, "pinged_at": at}])


def raise_new(tx: Transaction, now: datetime, bundle: timedelta) -> list[Alert]:
    """Raise an alert for what policy found urgent and no person has decided on; returns those it made.

    What comes within `bundle` of an open alert joins it. A form of a comment calls once, and not while an earlier form of it
    is unopened. Audit: "alert_raised".
    """
    fresh = _uncalled(tx)
    if not fresh:
        return []
    newest = tx.first(_open(tx).order_by(col(AlertRow.number).desc()))
    joins = newest is not None and newest.began_at <= now < newest.began_at + bundle
    number = newest.number if newest is not None and joins else _next_number(tx)
    if not joins:
        opening = {"number": number, "state": OPEN, "began_at": now, "step": 0, "next_step_at": now}
        tx.insert(AlertRow, [opening | {"opened_at": None, "opened_by": ""}])
    case = {"alert_number": number, "raised_at": now, "told_at": None, "opened_at": None, "opened_by": ""}
    tx.insert(
        AlertCaseRow,
        [case | {"comment_id": c.id, "version": c.version, "decision_number": c.decision_number} for c in fresh],
    )
    told = [Event("alert_raised", now, ACTOR, c.id, c.account_id, {"alert": number}) for c in fresh]
    audit.write_all(tx, told)
    return [] if joins else [Alert(number, now, 0, now, len(fresh), now)]


def _uncalled(tx: Transaction) -> list[CommentRow]:
    """Comments that wait and are urgent in policy's latest word, of which no alert is about this form or is still open."""
    case = AlertCaseRow
    known = exists().where(
        col(case.comment_id) == CommentRow.id,
        (col(case.version) == CommentRow.version) | col(case.opened_at).is_(None),
    )
    asked = (
        select(CommentRow)
        .join(DecisionRow, is_latest_decision())
        .where(col(CommentRow.school_id) == tx.school_id, col(CommentRow.waiting_since) >= EVER)
        .where(col(CommentRow.urgent).is_(True), col(DecisionRow.decided_by) == POLICY, ~known)
    )
    return tx.all(asked.order_by(col(CommentRow.waiting_since), col(CommentRow.id)))


def _next_number(tx: Transaction) -> int:
    asked = select(func.max(AlertRow.number)).where(col(AlertRow.school_id) == tx.school_id)
    return (tx.all(asked)[0] or 0) + 1


def settle_decided(tx: Transaction, now: datetime) -> list[Alert]:
    """Open the cases on which a person has decided since; returns the alerts of which no case is unopened any more.

    An erasure closes cases too, as after a restore: an alert that is about nothing would ring for ever.
    """
    case, decision = AlertCaseRow, DecisionRow
    rows = tx.all(
        select(case, decision)
        .join(decision, col(decision.comment_id) == case.comment_id)
        .where(col(case.school_id) == tx.school_id, col(case.opened_at).is_(None))
        .where(col(decision.decided_by) != POLICY, col(decision.number) > case.decision_number)
        .order_by(col(decision.number).desc())
    )
    for found, decided in rows:  # The first decision by a person is the last to be written, and stays.
        this = (col(case.comment_id) == found.comment_id, col(case.version) == found.version)
        tx.run(update(case).where(*this).values(opened_at=decided.decided_at, opened_by=decided.decided_by))
    done = {row.number for row in tx.all(_open(tx))} - {number for number, _, _ in _unopened(tx)}
    for number in sorted(done):
        mine = (d for f, d in rows if f.alert_number == number)
        last = max(mine, key=lambda d: d.decided_at, default=None)
        _end(tx, number, last.decided_by if last else ACTOR, now)
    return _alerts(tx, tx.mine(AlertRow).where(col(AlertRow.number).in_(done))) if done else []


def seen(tx: Transaction, number: int, by: str, at: datetime) -> bool:
    """Somebody says that they look after it: it is told no more. False where it is not open. Audit: "alert_seen"."""
    hold_watch(tx)
    if not _end(tx, number, by, at):
        return False
    case = AlertCaseRow
    theirs = (col(case.school_id) == tx.school_id, col(case.alert_number) == number)
    tx.run(update(case).where(*theirs, col(case.opened_at).is_(None)).values(opened_at=at, opened_by=by))
    audit.write(tx, "alert_seen", at, actor=by, alert=number)
    return True


def _end(tx: Transaction, number: int, by: str, at: datetime) -> bool:
    this = (*_mine(tx), col(AlertRow.number) == number, col(AlertRow.state) == OPEN)
    return tx.run(update(AlertRow).where(*this).values(state=OPENED, opened_at=at, opened_by=by)) == 1


def told(tx: Transaction, alert: Alert, now: datetime, next_step_at: datetime | None, to: Sequence[str]) -> bool:
    """The alert was told, as its next step or, without `next_step_at`, for what came to it; False where somebody else did.

    Audit: "alert_told", with whom it went to as roles.
    """
    step = alert.step if next_step_at is None else alert.step + 1
    this = (*_mine(tx), col(AlertRow.number) == alert.number, col(AlertRow.step) == alert.step)
    change = {"step": step, "next_step_at": next_step_at or alert.next_step_at}
    if tx.run(update(AlertRow).where(*this, col(AlertRow.state) == OPEN).values(change)) != 1:
        return False
    case = AlertCaseRow
    theirs = (col(case.school_id) == tx.school_id, col(case.alert_number) == alert.number)
    tx.run(update(case).where(*theirs, col(case.told_at).is_(None)).values(told_at=now))
    audit.write(tx, "alert_told", now, actor=ACTOR, alert=alert.number, step=step, to=",".join(to))
    return True


def open_alerts(tx: Transaction) -> list[Alert]:
    """Those that nobody has opened, oldest first."""
    return _alerts(tx, _open(tx))


def _alerts(tx: Transaction, asked: SelectOfScalar[AlertRow]) -> list[Alert]:
    unopened = {number: (count, since) for number, count, since in _unopened(tx)}
    return [
        Alert(
            *(row.number, row.began_at, row.step, row.next_step_at),
            *unopened.get(row.number, (0, None)),
            row.opened_at,
            row.opened_by,
        )
        for row in sorted(tx.all(asked), key=lambda row: row.number)
    ]


def count_unopened(tx: Transaction) -> int:
    """How many urgent cases nobody has opened."""
    asked = select(func.count()).select_from(AlertCaseRow)
    return tx.all(asked.where(col(AlertCaseRow.school_id) == tx.school_id, col(AlertCaseRow.opened_at).is_(None)))[0]


def _unopened(tx: Transaction) -> list[tuple[int, int, datetime | None]]:
    """By alert: its number, its unopened cases, and since when one of them was not told."""
    case = AlertCaseRow
    rows = tx.all(tx.mine(case).where(col(case.opened_at).is_(None)).order_by(col(case.alert_number)))
    counted: dict[int, tuple[int, datetime | None]] = {}
    for row in rows:
        count, since = counted.get(row.alert_number, (0, None))
        waits = [when for when in (since, None if row.told_at else row.raised_at) if when]
        counted[row.alert_number] = (count + 1, min(waits, default=None))
    return [(number, *values) for number, values in counted.items()]


def _open(tx: Transaction) -> SelectOfScalar[AlertRow]:
    return tx.mine(AlertRow).where(col(AlertRow.state) == OPEN)


def _mine(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    return (col(AlertRow.school_id) == tx.school_id,)
