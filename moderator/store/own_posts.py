"""The school's own posts: who looked before they went out, and what was seen once they were out.

Of words and pictures only digests are kept here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from moderator.domain import Post
from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.packing import post_of
from moderator.store.tables import OwnPostCheckRow, OwnPostFindingRow, PostRow

CODE_LENGTH = 8
"""Letters of the digest that people read out to one another."""
FINE = "fine"
EDITED = "edited"
"""Who settled what a newer form of the post made needless."""
OF_PICTURES = "p-"
"""How the digest of a post's pictures begins, which that of its words does not."""
OWN_POST = "own_post"
"""Its kind among the tasks by hand. What stands against a post is kept here alone; the lists of tasks show it too."""


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


@dataclass(frozen=True, slots=True)
class OwnPostFinding:
    """What stands against one form of a post that is out. `remarks` are pairs of what, and the line of the policy."""

    account_id: str
    post: Post
    form: str
    looked_at: datetime
    answer: str
    remarks: tuple[tuple[str, str], ...]
    settled_at: datetime | None = None
    settled_by: str = ""

    @property
    def code(self) -> str:
        """Of this post in this form; the same words may stand in two posts."""
        both = hashlib.sha256(f"{self.post.native_id}\0{self.form}".encode("utf-8", "surrogatepass"))
        return f"{self.account_id}:{both.hexdigest()[:12]}"


def form_of_words(post: Post) -> str:
    """Digest of a post's words, in twelve hexadecimal digits; "" where there are none."""
    return hashlib.sha256(post.text.encode("utf-8", "surrogatepass")).hexdigest()[:12] if post.text else ""


def form_of_pictures(post: Post) -> str:
    """The same of where its pictures lie. They are looked at apart from words, since not every school has that done."""
    lies_at = "\n".join(post.image_urls).encode("utf-8", "surrogatepass")
    return f"{OF_PICTURES}{hashlib.sha256(lies_at).hexdigest()[:12]}" if post.image_urls else ""


def not_looked_at(
    tx: Transaction,
    since: datetime,
    limit: int,
    form_of: Callable[[Post], str] = form_of_words,
    of_accounts: Collection[str] | None = None,
) -> list[tuple[str, Post]]:
    """Account id and post: those published since then that were not looked at in the form they have, newest first."""
    at = func.coalesce(col(PostRow.posted_at), col(PostRow.first_seen_at))
    posts = [(row.account_id, post_of(row)) for row in tx.all(tx.mine(PostRow).where(at >= since).order_by(at.desc()))]
    known = {(row.account_id, row.native_id, row.form) for row in tx.all(tx.mine(OwnPostFindingRow))}
    forms = ((each, (each[0], each[1].native_id, form_of(each[1]))) for each in posts)
    asked = (each for each, form in forms if form[2] and form not in known)
    return list(islice((each for each in asked if of_accounts is None or each[0] in of_accounts), limit))


def keep(tx: Transaction, found: OwnPostFinding) -> None:
    """Keep what was seen in a post, once for each form; what its earlier forms waited for is settled by that.

    Audit: "own_post_found", where something stands against it.
    """
    key = {"account_id": found.account_id, "native_id": found.post.native_id}
    others = (row for row in tx.all(_of_post(tx, found)) if row.settled_at is None and row.form != found.form)
    earlier = [row for row in others if row.form.startswith(OF_PICTURES) is found.form.startswith(OF_PICTURES)]
    for old in earlier:
        changed = {**key, "school_id": tx.school_id, "form": old.form}
        tx.change(OwnPostFindingRow, [changed | {"settled_at": found.looked_at, "settled_by": EDITED}])
    row = {
        **key,
        "form": found.form,
        "looked_at": found.looked_at,
        "answer": found.answer,
        "remarks": [list(each) for each in found.remarks],
        "settled_by": "",
    }
    if tx.upsert(OwnPostFindingRow, row, {}) and found.remarks:
        facts = {"post": found.code, "answer": found.answer}
        audit.write_all(tx, [audit.Event("own_post_found", found.looked_at, "moderator", "", found.account_id, facts)])


def unsettled(tx: Transaction) -> list[OwnPostFinding]:
    """Posts against which something stands, and about which nobody has said that it is settled; the oldest first."""
    row = OwnPostFindingRow
    rows = tx.all(
        tx.mine(row).where(col(row.settled_at).is_(None), col(row.answer) != FINE).order_by(col(row.looked_at))
    )
    return [_finding(tx, each) for each in rows]


def settled(tx: Transaction, since: datetime, limit: int = 200) -> list[OwnPostFinding]:
    """Those that were settled since then, by a person or by an edit of the post; the latest first."""
    row = OwnPostFindingRow
    ended = tx.mine(row).where(col(row.settled_at) >= since, col(row.answer) != FINE)
    return [_finding(tx, each) for each in tx.all(ended.order_by(col(row.settled_at).desc()).limit(limit))]


def find_finding(tx: Transaction, code: str) -> OwnPostFinding | None:
    """What stands, or stood, against a post in one form, by its code."""
    row = OwnPostFindingRow
    rows = tx.all(tx.mine(row).where(col(row.account_id) == code.rpartition(":")[0], col(row.answer) != FINE))
    return next((found for found in (_finding(tx, each) for each in rows) if found.code == code), None)


def count_unsettled(tx: Transaction, at: datetime) -> int:
    """How many posts waited for the school at that moment."""
    row = OwnPostFindingRow
    still = or_(col(row.settled_at).is_(None), col(row.settled_at) > at)
    waited = (col(row.school_id) == tx.school_id, col(row.answer) != FINE, col(row.looked_at) <= at, still)
    return tx.first(select(func.count()).select_from(row).where(*waited)) or 0


def settle(tx: Transaction, found: OwnPostFinding, by: str, at: datetime) -> None:
    """Somebody says that it is settled: edited, taken down, or found to be right. Audit: "own_post_settled"."""
    key = {"school_id": tx.school_id, "account_id": found.account_id, "native_id": found.post.native_id}
    tx.change(OwnPostFindingRow, [key | {"form": found.form, "settled_at": at, "settled_by": by}])
    facts = {"post": found.code, "answer": found.answer}
    audit.write_all(tx, [audit.Event("own_post_settled", at, by, "", found.account_id, facts)])


def _of_post(tx: Transaction, found: OwnPostFinding) -> SelectOfScalar[OwnPostFindingRow]:
    return tx.mine(OwnPostFindingRow).where(
        col(OwnPostFindingRow.account_id) == found.account_id,
        col(OwnPostFindingRow.native_id) == found.post.native_id,
    )


def _finding(tx: Transaction, row: OwnPostFindingRow) -> OwnPostFinding:
    posts = tx.all(
        tx.mine(PostRow).where(col(PostRow.account_id) == row.account_id, col(PostRow.native_id) == row.native_id)
    )
    post = post_of(posts[0]) if posts else Post(row.native_id, "")
    remarks = tuple((what, line) for what, line in row.remarks)
    return OwnPostFinding(
        row.account_id, post, row.form, row.looked_at, row.answer, remarks, row.settled_at, row.settled_by
    )
