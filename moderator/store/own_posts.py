"""Who looked at a post of the school's own before it went out. Its words and pictures are not kept, only their digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col

from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import OwnPostCheckRow

CODE_LENGTH = 8
"""Letters of the digest that people read out to one another."""


@dataclass(frozen=True, slots=True)
class OwnPostCheck:
    """One post in one form. `answer` is what the program advised; `why` what the second person says against that."""

    digest: str
    asked_at: datetime
    asked_by: str
    answer: str
    pictures: int
    signed_at: datetime | None = None
    signed_by: str = ""
    why: str = ""

    @property
    def code(self) -> str:
        return self.digest[:CODE_LENGTH]


def ask(tx: Transaction, check: OwnPostCheck) -> OwnPostCheck:
    """Keep that somebody asks for a second pair of eyes; asked again for the same post, it stays as it was asked first.

    Audit: "own_post_checked".
    """
    known = find(tx, check.digest)
    if known:
        return known[0]
    row = {
        "digest": check.digest,
        "asked_at": check.asked_at,
        "asked_by": check.asked_by,
        "answer": check.answer,
        "pictures": check.pictures,
        "signed_by": "",
        "why": "",
    }
    tx.insert(OwnPostCheckRow, [row])
    by, post = check.asked_by, check.code
    audit.write(
        tx, "own_post_checked", check.asked_at, actor=by, post=post, answer=check.answer, pictures=check.pictures
    )
    return check


def sign(tx: Transaction, check: OwnPostCheck, by: str, why: str, at: datetime) -> OwnPostCheck:
    """Keep that a second person looked. Audit: "own_post_signed", with the whole digest and without the words of `why`."""
    tx.change(
        OwnPostCheckRow,
        [{"school_id": tx.school_id, "digest": check.digest, "signed_at": at, "signed_by": by, "why": why}],
    )
    post = check.digest
    audit.write(tx, "own_post_signed", at, actor=by, post=post, answer=check.answer, pictures=check.pictures)
    return find(tx, check.digest)[0]


def find(tx: Transaction, beginning: str) -> list[OwnPostCheck]:
    """Those whose digest begins so."""
    asked = tx.mine(OwnPostCheckRow).where(col(OwnPostCheckRow.digest).startswith(beginning, autoescape=True))
    return [_check(row) for row in tx.all(asked.order_by(col(OwnPostCheckRow.asked_at)))]


def latest(tx: Transaction, since: datetime) -> list[OwnPostCheck]:
    """Those asked for since then, the newest first."""
    asked = tx.mine(OwnPostCheckRow).where(col(OwnPostCheckRow.asked_at) >= since)
    return [_check(row) for row in tx.all(asked.order_by(col(OwnPostCheckRow.asked_at).desc()))]


def _check(row: OwnPostCheckRow) -> OwnPostCheck:
    return OwnPostCheck(
        row.digest, row.asked_at, row.asked_by, row.answer, row.pictures, row.signed_at, row.signed_by, row.why
    )
