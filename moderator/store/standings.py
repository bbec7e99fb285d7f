"""How authors stand: what they did here before, their strikes and their bans, as of a given time.

Nothing is counted up. A strike is a comment that rules call an offence and that its latest decision keeps out of sight, so
that an overturned decision voids its strike by itself, and time alone ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import col, select

from moderator.domain import Ban, Comment, Mode, Ruling, Standing, Strike
from moderator.policy.strikes import Strikes
from moderator.store import bans
from moderator.store.database import Transaction
from moderator.store.latest import is_latest_decision
from moderator.store.links import AuthorKey, groups
from moderator.store.tables import CommentRow, DecisionRow

HIDDEN = (Ruling.HIDE.value, Ruling.REMOVE.value)


def key_of(comment: Comment) -> AuthorKey:
    return comment.platform, comment.author.native_id


def standing(tx: Transaction, comment: Comment, now: datetime, strikes: Strikes) -> Standing:
    return standings(tx, [comment], now, strikes)[comment.id]


def standings(tx: Transaction, comments: Sequence[Comment], now: datetime, strikes: Strikes) -> dict[str, Standing]:
    """By comment id, what its author did here besides that comment, on any of the school's accounts and as anyone linked.

    `hidden` counts the comments whose latest decision is to hide or remove. Strikes are those not expired, confirmed by a
    person or not; none is counted for a decision made in shadow, since nothing was hidden. An author whom the platform does
    not identify has done nothing we know of.
    """
    people = _people(tx, {key_of(comment) for comment in comments if comment.author.native_id}, now, strikes.count_for)
    own = _stored_rulings(tx, [comment.id for comment in comments])
    return {comment.id: _without(people.get(key_of(comment)), comment.id, own.get(comment.id)) for comment in comments}


def standing_of(tx: Transaction, key: AuthorKey, now: datetime, strikes: Strikes) -> Standing:
    """All that an author did here, as anyone linked."""
    return _people(tx, {key}, now, strikes.count_for)[key]


def struck(tx: Transaction, now: datetime, strikes: Strikes) -> dict[tuple[AuthorKey, ...], Standing]:
    """Everybody with a strike that is not expired: the accounts of that person, and how they stand."""
    found = _strikes(tx, None, now, strikes.count_for)
    accounts = groups(tx, found)
    people = _people(tx, found, now, strikes.count_for)
    return {accounts[key]: people[key] for key in sorted(found)}


def _people(
    tx: Transaction, keys: Iterable[AuthorKey], now: datetime, count_for: timedelta
) -> dict[AuthorKey, Standing]:
    """By author, the standing of the person, with all accounts of theirs."""
    accounts = groups(tx, keys)
    every = {key for group in accounts.values() for key in group}
    if not every:
        return {}
    totals = _totals(tx, every)
    struck = _strikes(tx, every, now, count_for)
    banned = bans.in_force(tx, every, now)
    return {key: _standing(group, totals, struck, banned) for key, group in accounts.items()}


def _standing(
    group: Sequence[AuthorKey],
    totals: Mapping[AuthorKey, tuple[int, int]],
    struck: Mapping[AuthorKey, Sequence[Strike]],
    banned: Mapping[AuthorKey, Sequence[Ban]],
) -> Standing:
    return Standing(
        comments=sum(totals.get(key, (0, 0))[0] for key in group),
        hidden=sum(totals.get(key, (0, 0))[1] for key in group),
        strikes=tuple(sorted((s for key in group for s in struck.get(key, ())), key=lambda s: (s.at, s.comment_id))),
        bans=tuple(sorted((ban for key in group for ban in banned.get(key, ())), key=lambda ban: (ban.at, ban.id))),
    )


def _author_in(keys: Iterable[AuthorKey]) -> ColumnElement[bool]:
    # A list of ids for each platform is one walk along the index; of pairs PostgreSQL makes one walk for each.
    of: dict[str, list[str]] = {}
    for platform, native_id in sorted(keys):
        of.setdefault(platform, []).append(native_id)
    return or_(
        *(and_(col(CommentRow.platform) == name, col(CommentRow.author_native_id).in_(ids)) for name, ids in of.items())
    )


def _totals(tx: Transaction, keys: Iterable[AuthorKey]) -> dict[AuthorKey, tuple[int, int]]:
    """By author, how many comments there are, and how many of them are hidden or removed."""
    author = (col(CommentRow.platform), col(CommentRow.author_native_id))
    hidden = func.sum(case((col(CommentRow.ruling).in_(HIDDEN), 1), else_=0))
    rows = tx.all(
        select(*author, func.count(), hidden)
        .where(col(CommentRow.school_id) == tx.school_id, _author_in(keys))
        .group_by(*author)
    )
    return {(platform, native_id): (count, int(hidden)) for platform, native_id, count, hidden in rows}


def _strikes(
    tx: Transaction, keys: Iterable[AuthorKey] | None, now: datetime, count_for: timedelta
) -> dict[AuthorKey, list[Strike]]:
    """By author, the strikes that are not expired, oldest first; of everybody where no authors are given."""
    counts = [
        col(CommentRow.school_id) == tx.school_id,
        col(CommentRow.struck_at) > now - count_for,
        col(CommentRow.struck_at) <= now,
        col(CommentRow.ruling).in_(HIDDEN),
        col(CommentRow.author_native_id) != "",
        col(DecisionRow.mode) != Mode.SHADOW.value,
    ]
    if keys is not None:
        counts.append(_author_in(keys))
    asked = select(CommentRow).join(DecisionRow, is_latest_decision()).where(*counts)
    found: dict[AuthorKey, list[Strike]] = {}
    for row in tx.all(asked.order_by(col(CommentRow.struck_at), col(CommentRow.id))):
        struck_at = cast(datetime, row.struck_at)  # Only such were asked for.
        strike = Strike(row.id, struck_at, struck_at + count_for, row.reviewed)
        found.setdefault((row.platform, row.author_native_id), []).append(strike)
    return found


def _stored_rulings(tx: Transaction, comment_ids: Sequence[str]) -> dict[str, str]:
    return dict(tx.all(select(CommentRow.id, CommentRow.ruling).where(col(CommentRow.id).in_(comment_ids))))


def _without(whole: Standing | None, comment_id: str, own_ruling: str | None) -> Standing:
    """The standing less the comment itself; `own_ruling` is None where it is not stored."""
    if whole is None:
        return Standing()
    return Standing(
        comments=whole.comments - (own_ruling is not None),
        hidden=whole.hidden - (own_ruling in HIDDEN),
        strikes=tuple(strike for strike in whole.strikes if strike.comment_id != comment_id),
        bans=whole.bans,
    )
