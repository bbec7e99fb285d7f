"""Takes away what was written and by whom, and leaves an empty skeleton: that something was read, decided and done, and when.

The skeleton is what the weekly figures and the audit chain are counted from, so that a week that is over never changes.
Nothing is chosen here; whoever calls has looked that nothing of it waits or is on hold.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col

from moderator.store import audit, evidence, quoted
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.packing import FORGOTTEN, Columns
from moderator.store.tables import (
    ActionRow,
    BanRow,
    CaseRow,
    CommentRow,
    CommentVersionRow,
    DecisionRow,
    EvidenceRow,
    FindingRow,
    LadderStepRow,
    OutcomeRow,
    PassedRow,
    ProposalRow,
    PutOffRow,
    TaskRow,
)
from moderator.store.tombstones import Why

AT_ONCE = 200
TAKEN_OUT = "(erased at its author's wish)"


BLANKED: tuple[tuple[type[Any], Columns], ...] = (
    (
        CommentVersionRow,
        {"text": "", "raw": "", "author_handle": "", "author_display_name": "", "reply_prefix": 0}
        | {"image_urls": [], "mentions": []},
    ),
    (FindingRow, {"phrase": "", "note": "", "reference": None}),
    (ActionRow, {"last_error": ""}),
    (TaskRow, {"steps": "", "why": "", "url": "", "message": ""}),
    (
        BanRow,
        {"author_native_id": FORGOTTEN, "author_handle": "", "author_display_name": "", "why": "", "ended_why": ""},
    ),
    (CaseRow, {"why": ""}),
    (PassedRow, {"why": ""}),
    (ProposalRow, {"why": ""}),
)
"""What is taken out of the rows about a comment; the rows stay."""
DROPPED: tuple[type[Any], ...] = (EvidenceRow, LadderStepRow, PutOffRow)
"""Rows about a comment that say nothing more without its words or its author."""


def clear(tx: Transaction, comment_ids: Sequence[str], at: datetime, why: Why) -> None:
    """Take away the words of these comments, in each of their forms, and their authors.

    A form cleared by retention still has its digest, so that the same words read again change nothing and an edit is judged
    anew; an erased one has not.
    """
    for start in range(0, len(comment_ids), AT_ONCE):
        _clear(tx, comment_ids[start : start + AT_ONCE], at, why)


def _clear(tx: Transaction, ids: Sequence[str], at: datetime, why: Why) -> None:
    for table, blank in BLANKED:
        tx.run(update(table).where(table.comment_id.in_(ids)).values(blank))
    for table in DROPPED:
        tx.run(delete(table).where(table.comment_id.in_(ids)))
    if why is Why.ERASED:
        tx.run(update(CommentVersionRow).where(col(CommentVersionRow.comment_id).in_(ids)).values(form=""))
        tx.run(delete(FindingRow).where(col(FindingRow.comment_id).in_(ids)))
    actions = [row.id for row in tx.all(tx.mine(ActionRow).where(col(ActionRow.comment_id).in_(ids)))]
    tx.run(update(OutcomeRow).where(col(OutcomeRow.action_id).in_(actions)).values(detail=""))
    _clear_reasons(tx, ids)
    gone = {"words_gone_at": at, "words_gone_why": why.value, "url": "", "author_native_id": FORGOTTEN}
    tx.run(update(CommentRow).where(col(CommentRow.id).in_(ids)).values(gone))


def _clear_reasons(tx: Transaction, ids: Sequence[str]) -> None:
    """Which rules spoke stays, and how grave; in which words they did may quote the comment."""
    rows = tx.all(tx.mine(DecisionRow).where(col(DecisionRow.comment_id).in_(ids)))
    bare: list[Columns] = [
        {
            "comment_id": row.comment_id,
            "number": row.number,
            "reasons": [],
            "verdicts": [verdict | {"reason": "", "because": []} for verdict in row.verdicts],
        }
        for row in rows
    ]
    tx.change(DecisionRow, bare)


def take_out_of_threads(
    tx: Transaction,
    native_ids: Set[tuple[str, str]],
    authors: Set[AuthorKey],
    at: datetime,
    actor: str,
    spared: Set[str],
) -> int:
    """Take an erased person's words out of the evidence on others' comments that answered them; returns in how many.

    `native_ids` are pairs of account and the platform's id; what is kept of the comments `spared`, by our id, stays whole.
    The evidence gets a new digest. Audit: "evidence_redacted", with both digests.
    """
    count = 0
    for row, account_id, platform in quoted.threads(tx):
        if row.comment_id in spared:
            continue
        thread = [
            _without_words(up)
            if (account_id, up["native_id"]) in native_ids or (platform, up["author"]["native_id"]) in authors
            else up
            for up in row.thread
        ]
        if thread != row.thread:
            was, digest = row.digest, evidence.replace_thread(tx, row, thread)
            facts: dict[str, str | int] = {"version": row.version, "was": was, "evidence": digest}
            audit.write_all(tx, [audit.Event("evidence_redacted", at, actor, row.comment_id, account_id, facts)])
            count += 1
    return count


def _without_words(up: Columns) -> Columns:
    nobody = {"native_id": "", "handle": "", "display_name": ""}
    return up | {"author": nobody, "text": TAKEN_OUT, "url": ""}
