"""Whom the evidence on others' comments quotes: the words above a comment are kept with it, also when their own time is over.

Read, never changed. A comment's own words and its author's rows go at their time; the evidence of an answer stays as long as the
answer, and so a person may be held nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import col

from moderator.domain import Comment, Finding, plain_handle
from moderator.store import evidence
from moderator.store.authors import Known
from moderator.store.database import Transaction
from moderator.store.evidence import Answered
from moderator.store.links import AuthorKey
from moderator.store.packing import finding_of
from moderator.store.tables import CommentRow, EvidenceRow, FindingRow


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said, in the evidence on another's comment that answered it."""

    in_evidence_on: str  # id of a comment
    account_id: str
    platform: str
    said: Answered

    @property
    def author(self) -> AuthorKey:
        return self.platform, self.said.author.native_id

    @property
    def comment(self) -> tuple[str, str]:
        return self.account_id, self.said.native_id

    @property
    def known(self) -> Known:
        return Known(self.platform, self.said.author, self.said.posted_at)


def named(tx: Transaction, text: str) -> list[Known]:
    """Whom a person may mean by a handle, with or without its @, or by the platform's id, among all who are quoted."""
    platform, colon, name = text.partition(":")
    name = name if colon else text
    handle = plain_handle(name)

    def is_meant(quote: Quote) -> bool:
        who = quote.said.author
        return who.native_id == name or plain_handle(who.handle) == handle

    found = _where(tx, is_meant) if handle else []
    return list({quote.author: quote.known for quote in found if platform == quote.platform or not colon}.values())


def author_of(tx: Transaction, comment: Comment) -> Known | None:
    """Who wrote a comment of which only others' evidence still tells."""
    found = _where(tx, lambda quote: quote.comment == (comment.account_id, comment.native_id))
    return found[0].known if found else None


def by_authors(tx: Transaction, authors: Sequence[AuthorKey]) -> list[Quote]:
    """What is quoted of them."""
    return _where(tx, lambda quote: quote.author in authors)


def of_comment(tx: Transaction, comment_id: str) -> list[Quote]:
    """What is quoted of a comment, by our id."""
    row = tx.first(tx.mine(CommentRow).where(col(CommentRow.id) == comment_id))
    return _where(tx, lambda quote: row is not None and quote.comment == (row.account_id, row.native_id))


def findings(tx: Transaction, quote: Quote) -> list[Finding]:
    """What the detectors saw in any form of the comment: where, as far as that still stands, and nobody's words."""
    account_id, native_id = quote.comment
    whose = col(CommentRow.account_id) == account_id, col(CommentRow.native_id) == native_id
    asked = tx.mine(FindingRow).join(CommentRow, col(CommentRow.id) == FindingRow.comment_id).where(*whose)
    return [finding_of(row) for row in tx.all(asked.order_by(col(FindingRow.id)))]


def threads(tx: Transaction) -> Iterator[tuple[EvidenceRow, str, str]]:
    """Every kept thread with something in it, with the account and platform it is from."""
    with_evidence = tx.mine(CommentRow).join(EvidenceRow, col(EvidenceRow.comment_id) == CommentRow.id)
    places = {row.id: (row.account_id, row.platform) for row in tx.all(with_evidence)}
    for row in tx.all(tx.mine(EvidenceRow)):
        if row.thread:
            yield row, *places[row.comment_id]


def _where(tx: Transaction, is_meant: Callable[[Quote], bool]) -> list[Quote]:
    """Oldest words first; what was taken out of a thread is nobody's any more."""
    every = (
        Quote(row.comment_id, account_id, platform, said)
        for row, account_id, platform in threads(tx)
        for said in evidence.thread_of(row.thread)
    )
    found = [quote for quote in every if quote.said.author.native_id and is_meant(quote)]
    return sorted(found, key=lambda quote: quote.said.posted_at)
