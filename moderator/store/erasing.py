"""What an erasure takes away beside words: what still waited in an old backup, and the author's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlmodel import col, tuple_

from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.progress import State
from moderator.store.retained import UNFINISHED
from moderator.store.tables import (
    AccountRow,
    ActionRow,
    AlertCaseRow,
    AuthorLinkRow,
    AuthorNameRow,
    AuthorNoteRow,
    AuthorRow,
    BanRow,
    CommentRow,
    CommentVersionRow,
    TaskRow,
)
from moderator.store.tasks import SUPERSEDED

AT_ONCE = 500


def hold_still(tx: Transaction) -> None:
    """From here to the end of the transaction no page is stored and nothing is decided: what is held now is all there is.

    On SQLCipher a transaction has that by itself. On PostgreSQL whoever is storing a page holds its account, and whoever
    decides, and so copies a thread into evidence, holds the comment: each is waited for, in the order in which they wait.
    """
    tx.all(tx.mine(AccountRow).order_by(col(AccountRow.id)).with_for_update())
    if tx.dialect == "postgresql":
        tx.session.connection().execute(text(f"LOCK TABLE {CommentRow.__tablename__} IN EXCLUSIVE MODE"))
    audit.take_turn(tx)


def written_before(tx: Transaction, comment_ids: Sequence[str], at: datetime) -> list[CommentRow]:
    """Those of the comments that were written by then, and not edited since."""
    found: list[CommentRow] = []
    for start in range(0, len(comment_ids), AT_ONCE):
        some = list(comment_ids[start : start + AT_ONCE])
        form = CommentVersionRow
        edited = select(col(form.comment_id)).where(col(form.comment_id).in_(some)).group_by(col(form.comment_id))
        later = set(tx.session.connection().scalars(edited.having(func.max(form.edited_at) > at)))
        rows = tx.all(tx.mine(CommentRow).where(col(CommentRow.id).in_(some), col(CommentRow.posted_at) <= at))
        found += [row for row in rows if row.id not in later]
    return found


def settle(tx: Transaction, comment_ids: Sequence[str], at: datetime) -> None:
    """Nothing waits for anybody any more on these comments, as it may in a backup from before they were decided."""
    ids = list(comment_ids)
    done = {"judge_due": False, "act_due": False, "waiting_since": None, "follow_up_at": None}
    tx.run(update(CommentRow).where(col(CommentRow.id).in_(ids)).values(done))
    unsent = (col(ActionRow.comment_id).in_(ids), col(ActionRow.state).in_(UNFINISHED))
    tx.run(update(ActionRow).where(*unsent).values(state=State.SUPERSEDED.value))
    undone = (col(TaskRow.comment_id).in_(ids), col(TaskRow.closed_at).is_(None))
    tx.run(update(TaskRow).where(*undone).values(closed_at=at, closed_by=SUPERSEDED))
    unseen = (col(AlertCaseRow.comment_id).in_(ids), col(AlertCaseRow.opened_at).is_(None))
    tx.run(update(AlertCaseRow).where(*unseen).values(opened_at=at, opened_by=SUPERSEDED))
    in_force = (col(BanRow.comment_id).in_(ids), col(BanRow.ended_at).is_(None))
    tx.run(update(BanRow).where(*in_force).values(ended_at=at, ended_by=SUPERSEDED))


def forget_authors(tx: Transaction, keys: Sequence[AuthorKey]) -> None:
    """Names, notes and links of authors of whom no comment has its words; where one has, as one written since, all stay."""
    for platform, native_id in keys:
        theirs = (col(CommentRow.platform) == platform, col(CommentRow.author_native_id) == native_id)
        if tx.first(tx.mine(CommentRow).where(*theirs)) is not None:
            continue
        for table in (AuthorNoteRow, AuthorLinkRow, AuthorNameRow):
            key = tuple_(col(table.platform), col(table.author_native_id))
            tx.run(delete(table).where(col(table.school_id) == tx.school_id, key == (platform, native_id)))
        known = (col(AuthorRow.platform) == platform, col(AuthorRow.native_id) == native_id)
        tx.run(delete(AuthorRow).where(col(AuthorRow.school_id) == tx.school_id, *known))
