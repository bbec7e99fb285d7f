"""Decisions on all comments, newest first: what was decided, by whom, on what, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_
from sqlmodel import col, select, tuple_

from moderator.domain import POLICY, Comment, Decision, Ruling
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.packing import comment_of, decision_of
from moderator.store.tables import CommentRow, CommentVersionRow, DecisionRow

WORDS_OF = timedelta(days=90)
"""How far back words are searched where nobody says since when."""
WORDS_IN = 5_000
"""In how many decisions words, and rules, are searched: the newest that fit all else."""

Place = tuple[datetime, str, int]
"""Where a page ended: time, comment and number of its last decision."""


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, with the comment in the form it was about."""

    decision: Decision
    comment: Comment
    is_latest: bool = True  # no other came after it
    is_to_be_sent: bool = False  # the latest, and nothing was asked of the platform for it yet

    @property
    def place(self) -> Place:
        return self.decision.decided_at, self.decision.comment_id, self.decision.number


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are asked for. What is empty asks for nothing in particular."""

    platform: str = ""
    ruling: Ruling | None = None
    by: str = ""  # a person's name, as it stands in the record
    by_person: bool | None = None  # True: by people; False: by policy
    rule: str = ""  # a rule that spoke
    since: datetime | None = None
    until: datetime | None = None  # not included
    author: str = ""  # a handle, with or without its @, a display name or the platform's id
    author_key: AuthorKey | None = None
    words: str = ""  # each of them stands somewhere in the comment

    @property
    def reads_within(self) -> bool:
        """Whether rows must be read to know, so that only so many are."""
        return bool(self.words.split() or self.rule)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looked through, so that nobody takes "nothing found" for "nothing there"."""

    decisions: int
    since: datetime | None  # None: since ever
    all_of_them: bool  # False: there were more than WORDS_IN, and the older ones were not looked at


def made(tx: Transaction, wanted: Wanted | None = None, limit: int = 50, before: Place | None = None) -> list[Made]:
    """Decisions, newest first; those older than `before`, where a page goes on. Words and rules as `searched` says."""
    wanted = wanted or Wanted()
    where = list(_where(tx, wanted))
    if wanted.reads_within:
        newest = _newest(where)
        where = [tuple_(*KEY).in_(select(newest.c.comment_id, newest.c.number)), *_within(wanted)]
    if before is not None:
        where.append(tuple_(*ORDER) < before)
    rows = tx.all(
        select(DecisionRow, CommentRow, CommentVersionRow)
        .join(CommentRow, col(CommentRow.id) == DecisionRow.comment_id)
        .join(CommentVersionRow, _is_its_form())
        .where(col(DecisionRow.school_id) == tx.school_id, *where)
        .order_by(*(column.desc() for column in ORDER))
        .limit(limit)
    )
    return [_made(*row) for row in rows]


def _made(decision: DecisionRow, row: CommentRow, form: CommentVersionRow) -> Made:
    is_latest = decision.number == row.decision_number
    return Made(decision_of(decision), comment_of(row, form), is_latest, is_latest and row.act_due)


def searched(tx: Transaction, wanted: Wanted) -> Searched | None:
    """What `made` looks through for words or a rule; None where it need not read any."""
    if not wanted.reads_within:
        return None
    count = tx.all(select(func.count()).select_from(_newest(list(_where(tx, wanted)))))[0]
    return Searched(count, wanted.since, count < WORDS_IN)


def with_words_since(wanted: Wanted, now: datetime) -> Wanted:
    """The same; words are searched in the last 90 days where nobody says since when."""
    return replace(wanted, since=now - WORDS_OF) if wanted.words.split() and wanted.since is None else wanted


ORDER = (col(DecisionRow.decided_at), col(DecisionRow.comment_id), col(DecisionRow.number))
KEY = (col(DecisionRow.comment_id), col(DecisionRow.number))


def _newest(where: list[ColumnElement[bool]]) -> Any:
    return (
        select(DecisionRow.comment_id, DecisionRow.number)
        .join(CommentRow, col(CommentRow.id) == DecisionRow.comment_id)
        .join(CommentVersionRow, _is_its_form())
        .where(*where)
        .order_by(*(column.desc() for column in ORDER))
        .limit(WORDS_IN)
        .subquery()
    )


def _where(tx: Transaction, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """All that is asked for but words and rules."""
    yield col(DecisionRow.school_id) == tx.school_id
    if wanted.since is not None:
        yield col(DecisionRow.decided_at) >= wanted.since
    if wanted.until is not None:
        yield col(DecisionRow.decided_at) < wanted.until
    if wanted.ruling is not None:
        yield col(DecisionRow.ruling) == wanted.ruling.value
    if wanted.platform:
        yield col(CommentRow.platform) == wanted.platform
    if wanted.by:
        yield func.lower(col(DecisionRow.decided_by)) == wanted.by.strip().lower()
    if wanted.by_person is not None:
        policy = col(DecisionRow.decided_by) == POLICY
        yield ~policy if wanted.by_person else policy
    yield from _by_author(wanted)


def _within(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for word in wanted.words.split():
        yield col(CommentVersionRow.text).icontains(word, autoescape=True)
    if wanted.rule:
        yield cast(col(DecisionRow.verdicts), Text).contains(f'"rule": "{wanted.rule}"', autoescape=True)


def _is_its_form() -> ColumnElement[bool]:
    of_comment = col(CommentVersionRow.comment_id) == DecisionRow.comment_id
    return of_comment & (col(CommentVersionRow.version) == DecisionRow.version)


def _by_author(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.author_key is not None:
        platform, native_id = wanted.author_key
        yield and_(col(CommentRow.platform) == platform, col(CommentRow.author_native_id) == native_id)
    name = wanted.author.strip().lower().lstrip("@")
    if name:
        handle = func.lower(col(CommentVersionRow.author_handle)).in_((name, f"@{name}"))
        shown = func.lower(col(CommentVersionRow.author_display_name)) == name
        yield or_(handle, shown, col(CommentRow.author_native_id) == wanted.author.strip())
