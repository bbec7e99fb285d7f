"""What is left once words are gone: authors of whom nothing is held, posts nobody writes under, marks of letters and sign-ins.

Each function says of one thing how many there are that nothing speaks for keeping, or takes them away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, Update, delete, exists, func, or_, select, update
from sqlmodel import col

from moderator.store.database import Transaction
from moderator.store.mails import ASKED_FOR
from moderator.store.tables import (
    AlertSendRow,
    AuthorLinkRow,
    AuthorNameRow,
    AuthorNoteRow,
    AuthorRow,
    BanRow,
    BrokenItemRow,
    ChallengeRow,
    CommentRow,
    DataComplaintRow,
    HoldRow,
    InviteRow,
    MailRow,
    PostRow,
    PushSubscriptionRow,
    SessionRow,
    TryRow,
)

Where = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that is taken away: how it is called, after which of the two times, and where it stands."""

    name: str
    keeps: str  # clean or actioned: the class whose time it is kept for
    table: type[Any]
    where: Callable[[datetime], Where]
    blank: dict[str, Any] | None = None  # None: the rows go; else these columns are emptied
    at_least: timedelta = timedelta()  # however short the time of its class is


def count(tx: Transaction, leftover: Leftover, now: datetime, kept_for: timedelta) -> int:
    """How many there are that are older than they are kept for."""
    before = now - max(kept_for, leftover.at_least)
    asked = select(func.count()).select_from(leftover.table).where(*_mine(tx, leftover, before))
    return int(tx.session.connection().execute(asked).scalar_one())


def take_away(tx: Transaction, leftover: Leftover, now: datetime, kept_for: timedelta) -> int:
    """Take them away; returns how many there were."""
    which = _mine(tx, leftover, now - max(kept_for, leftover.at_least))
    statement: Delete | Update = delete(leftover.table).where(*which)
    if leftover.blank is not None:
        statement = update(leftover.table).where(*which).values(leftover.blank)
    return tx.run(statement)


def _mine(tx: Transaction, leftover: Leftover, before: datetime) -> Where:
    return leftover.table.school_id == tx.school_id, *leftover.where(before)


def _same(table: Any, platform: Any, native_id: Any, *where: Any) -> ColumnElement[bool]:
    same = (table.platform == platform, table.author_native_id == native_id)
    return exists().where(*same, *where)


def _unknown(platform: Any, native_id: Any) -> Where:
    """Nothing that this author wrote is held, nor a ban in force or a hold."""
    return (
        ~_same(CommentRow, platform, native_id),
        ~_same(BanRow, platform, native_id, col(BanRow.ended_at).is_(None)),
        ~_same(HoldRow, platform, native_id, col(HoldRow.released_at).is_(None)),
    )


def _notes(before: datetime) -> Where:
    note = AuthorNoteRow
    return col(note.noted_at) < before, *_unknown(note.platform, note.author_native_id)


def _links(before: datetime) -> Where:
    link = AuthorLinkRow
    return col(link.linked_at) < before, *_unknown(link.platform, link.author_native_id)


def _authors(before: datetime) -> Where:
    author = AuthorRow
    return (
        col(author.first_seen_at) < before,
        *_unknown(author.platform, author.native_id),
        ~_same(AuthorNoteRow, author.platform, author.native_id),
    )


def _names(before: datetime) -> Where:
    name = AuthorNameRow
    return (
        col(name.first_seen_at) < before,
        *_unknown(name.platform, name.author_native_id),
        ~_same(AuthorNoteRow, name.platform, name.author_native_id),
    )


def _posts(before: datetime) -> Where:
    under = exists().where(
        col(CommentRow.school_id) == PostRow.school_id,
        col(CommentRow.account_id) == PostRow.account_id,
        col(CommentRow.post_native_id) == PostRow.native_id,
        col(CommentRow.words_gone_at).is_(None),
    )
    at = func.coalesce(col(PostRow.posted_at), col(PostRow.first_seen_at))
    return col(PostRow.text) != "", at < before, col(PostRow.first_seen_at) < before, ~under


def _older(*columns: Any) -> Callable[[datetime], Where]:
    """One of these times, where it is set, lies before."""
    return lambda before: (or_(*(col(column) < before for column in columns)),)


def _full(words: Any, at: Any) -> Callable[[datetime], Where]:
    """There are words, of a time before."""
    return lambda before: (col(words) != "", col(at) < before)


COMPLAINT = dict.fromkeys(("complainant", "about", "answer"), "")
LEFTOVERS: tuple[Leftover, ...] = (
    Leftover("notes on authors", "actioned", AuthorNoteRow, _notes),
    Leftover("links between accounts", "actioned", AuthorLinkRow, _links),
    Leftover("names of authors", "clean", AuthorNameRow, _names),  # Before the authors that they point at.
    Leftover("authors", "clean", AuthorRow, _authors),
    Leftover("words of own posts", "clean", PostRow, _posts, {"text": "", "image_urls": []}),
    Leftover("items set aside", "clean", BrokenItemRow, _full(BrokenItemRow.raw, BrokenItemRow.seen_at), {"raw": ""}),
    Leftover(
        "answered complaints",
        "actioned",
        DataComplaintRow,
        _full(DataComplaintRow.about, DataComplaintRow.answered_at),
        COMPLAINT,
    ),
    Leftover("released holds", "actioned", HoldRow, _older(HoldRow.released_at)),
    # Whoever makes letters asks by their marks which were sent: one that is gone too early goes out again.
    Leftover("marks of letters", "actioned", MailRow, _older(MailRow.ended_at), at_least=ASKED_FOR),
    Leftover("marks of alerts", "actioned", AlertSendRow, _older(AlertSendRow.ended_at)),
    Leftover("phones that left", "clean", PushSubscriptionRow, _older(PushSubscriptionRow.dropped_at)),
    Leftover("ended sign-ins", "clean", SessionRow, _older(SessionRow.ended_at, SessionRow.seen_at)),
    Leftover("tries to sign in", "clean", TryRow, _older(TryRow.began_at)),
    Leftover("challenges", "clean", ChallengeRow, _older(ChallengeRow.expires_at)),
    Leftover("invitations", "clean", InviteRow, _older(InviteRow.expires_at)),
)
"""In this order: what comes first may be what keeps something that comes later."""
