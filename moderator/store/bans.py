"""Who is kept out, by whom, until when and why. A ban is made and lifted together with the decision that carries it out.

The ban is our decision, the block or mute the platform's means; what reaches the platform leaves through that decision like
everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import or_
from sqlmodel import col, tuple_

from moderator.domain import ActionKind, Author, Ban, Decision, Mode, Person, Ruling
from moderator.errors import StoreError
from moderator.store import audit, decisions
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.tables import BanRow, CommentRow

Means = Literal[ActionKind.BLOCK, ActionKind.MUTE]
UNDONE_BY: dict[ActionKind, ActionKind] = {
    ActionKind.BLOCK: ActionKind.UNBLOCK,
    ActionKind.MUTE: ActionKind.UNMUTE,
}


def ban(
    tx: Transaction, ban: Ban, decision: Decision, *, after: int | None = None, act_from: datetime | None = None
) -> Ban:
    """Keep a ban and the decision that carries it out; returns it with its id, which is the decision's.

    A ban of the same author by the same means gives way to this one. `after` and `act_from` are those of
    `decisions.record`, which may raise Stale. Raises StoreError where the platform does not say who the author is, and
    ValueError where ban and decision do not belong together. Audit: "decided", "banned"; "ban_ended" for the one that
    gives way.
    """
    if decision.author_action is not ban.means or decision.decided_by != ban.by.name:
        raise ValueError("a ban is made with the decision of the same person to block or to mute")
    if decision.comment_id != ban.comment_id:
        raise ValueError("the evidence of a ban is the comment that its decision is about")
    if not ban.author.native_id:
        raise StoreError("The platform does not say who wrote this comment, so nobody can be banned for it.")
    recorded = decisions.record(tx, decision, after=after, act_from=act_from)
    made = replace(ban, id=recorded.id, ended_at=None, ended_by="")
    key = (ban.platform, ban.author.native_id)
    for older in in_force(tx, [key], ban.at).get(key, ()):
        if older.means is ban.means:
            end(tx, older, ban.by.name, ban.at, f"another ban takes its place: {made.id}")
    tx.insert(BanRow, [_pack(made, recorded.number, _account_of(tx, ban.comment_id))])
    facts = {"ban": made.id, "means": made.means.value, "until": "" if made.until is None else made.until.isoformat()}
    _tell(tx, "banned", made, made.by.name, made.at, facts)
    return made


def lift(
    tx: Transaction,
    ban_id: str,
    by: Person,
    at: datetime,
    why: str,
    mode: Mode = Mode.AUTO,
    act_from: datetime | None = None,
) -> Decision:
    """A person lifts a ban in force, with the decision that undoes its means. Audit: "decided", "ban_ended".

    Nothing leaves before `act_from`, where that is given. Raises StoreError where there is no such ban, or it ended before.
    """
    found = find(tx, ban_id)
    if found is None or found.ended_at is not None:
        raise StoreError(f"No ban {ban_id} is in force. Nothing was changed.")
    decision = decisions.record(tx, ending(tx, found, by.name, at, why, mode), act_from=act_from)
    end(tx, found, by.name, at, why)
    return decision


def ending(tx: Transaction, ban: Ban, by: str, at: datetime, why: str, mode: Mode) -> Decision:
    """The decision that undoes a ban's means and leaves its comment as it was decided last."""
    before = decisions.latest(tx, ban.comment_id)
    return Decision(
        comment_id=ban.comment_id,
        version=before.version if before else 1,
        ruling=before.ruling if before else Ruling.ALLOW,
        decided_by=by,
        decided_at=at,
        # Whoever reads the comment in the queue still reads why it is there.
        reasons=tuple(reason for reason in (why, *(before.reasons if before else ())) if reason),
        mode=mode,
        urgent=before.urgent if before else False,
        labels=before.labels if before else (),
        author_action=UNDONE_BY[ban.means],
    )


def end(tx: Transaction, ban: Ban, by: str, at: datetime, why: str) -> None:
    """The ban is over, whatever the platform still has to be told. Audit: "ban_ended"."""
    tx.change(BanRow, [{"id": ban.id, "ended_at": at, "ended_by": by, "ended_why": why}])
    _tell(tx, "ban_ended", ban, by, at, {"ban": ban.id, "means": ban.means.value})


def in_force(tx: Transaction, keys: Iterable[AuthorKey], now: datetime) -> dict[AuthorKey, list[Ban]]:
    """By author, the bans in force, oldest first. Authors without one are left out."""
    author = tuple_(col(BanRow.platform), col(BanRow.author_native_id))
    still = (col(BanRow.ended_at).is_(None), or_(col(BanRow.until).is_(None), col(BanRow.until) > now))
    rows = tx.all(
        tx.mine(BanRow).where(author.in_(sorted(set(keys))), *still).order_by(col(BanRow.banned_at), col(BanRow.id))
    )
    found: dict[AuthorKey, list[Ban]] = {}
    for row in rows:
        found.setdefault((row.platform, row.author_native_id), []).append(ban_of(row))
    return found


def of_authors(tx: Transaction, keys: Sequence[AuthorKey]) -> list[Ban]:
    """Every ban there ever was on these authors, newest first."""
    author = tuple_(col(BanRow.platform), col(BanRow.author_native_id))
    rows = tx.mine(BanRow).where(author.in_(sorted(keys)))
    return [ban_of(row) for row in tx.all(rows.order_by(col(BanRow.banned_at).desc(), col(BanRow.id).desc()))]


def expired(tx: Transaction, now: datetime, account_id: str | None = None) -> list[Ban]:
    """The bans that ran out and were not ended yet, longest over first."""
    over = tx.mine(BanRow).where(col(BanRow.ended_at).is_(None), col(BanRow.until) <= now)
    if account_id is not None:
        over = over.where(col(BanRow.account_id) == account_id)
    return [ban_of(row) for row in tx.all(over.order_by(col(BanRow.until), col(BanRow.id)))]


def find(tx: Transaction, ban_id: str) -> Ban | None:
    row = tx.first(tx.mine(BanRow).where(col(BanRow.id) == ban_id))
    return None if row is None else ban_of(row)


def made_with(tx: Transaction, ban: Ban) -> Decision | None:
    """The decision that carried the ban out."""
    return next((each for each in decisions.history(tx, ban.comment_id) if each.id == ban.id), None)


def ban_of(row: BanRow) -> Ban:
    return Ban(
        id=row.id,
        platform=row.platform,
        author=Author(row.author_native_id, row.author_handle, row.author_display_name),
        means=ActionKind.BLOCK if row.means == ActionKind.BLOCK else ActionKind.MUTE,
        by=Person(row.banned_by),
        at=row.banned_at,
        until=row.until,
        why=row.why,
        comment_id=row.comment_id,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _pack(ban: Ban, decision_number: int, account_id: str) -> dict[str, object]:
    return {
        "id": ban.id,
        "account_id": account_id,
        "platform": ban.platform,
        "author_native_id": ban.author.native_id,
        "author_handle": ban.author.handle,
        "author_display_name": ban.author.display_name,
        "comment_id": ban.comment_id,
        "decision_number": decision_number,
        "means": ban.means.value,
        "banned_by": ban.by.name,
        "banned_at": ban.at,
        "until": ban.until,
        "why": ban.why,
        "ended_at": None,
        "ended_by": "",
        "ended_why": "",
    }


def _account_of(tx: Transaction, comment_id: str) -> str:
    rows = tx.all(tx.mine(CommentRow).where(col(CommentRow.id) == comment_id))
    return rows[0].account_id


def _tell(tx: Transaction, event: str, ban: Ban, actor: str, at: datetime, facts: dict[str, str]) -> None:
    account_id = _account_of(tx, ban.comment_id)
    audit.write(tx, event, at, actor=actor, comment_id=ban.comment_id, account_id=account_id, **facts)
