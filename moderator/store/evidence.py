"""What a comment was before anything was done about it: kept with the decision, in one transaction, and never changed.

Words, author, addresses, times, what it answered, and the platform's own reply. Never pictures, nor their addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from moderator.domain import Author, Comment, Context, Decision, Ruling
from moderator.store import audit, comments
from moderator.store.database import Transaction
from moderator.store.latest import ours
from moderator.store.packing import Columns, comment_of
from moderator.store.tables import CommentRow, CommentVersionRow, EvidenceRow, storable

SCHOOL_TIME = "Europe/London"
"""Local times are told in this zone: the policy this was built for is an English school's."""
ASKED_FOR = "asked for"
NOT_KEPT = "(address of a picture, not kept)"
OF_PICTURES = re.compile("image|photo|picture|media|thumbnail|avatar|video", re.IGNORECASE)

Form = tuple[str, int]  # comment id, version


@dataclass(frozen=True, slots=True)
class Answered:
    """A comment that the one in question answers."""

    native_id: str
    author: Author
    text: str
    posted_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One form of a comment as it stood. Times are aware UTC; `local` tells them as the school's clocks did."""

    comment_id: str
    version: int
    captured_at: datetime
    why: str  # the ruling that asked for it, or "asked for"
    text: str
    author: Author
    url: str
    posted_at: datetime
    edited_at: datetime | None
    seen_at: datetime  # when this form was first read
    time_zone: str
    post_text: str
    post_url: str
    thread: tuple[Answered, ...]  # oldest first
    raw: str  # the platform's own reply
    digest: str = ""  # as stored

    def local(self, when: datetime) -> datetime:
        return when.astimezone(ZoneInfo(self.time_zone))

    @property
    def is_unchanged(self) -> bool:
        """Whether it still is what was captured."""
        return self.digest == digest_of(self)


def is_wanted(decision: Decision) -> bool:
    """Whether something will be done or asked because of a decision, so that what it was about must be kept."""
    return decision.ruling is not Ruling.ALLOW or decision.author_action is not None


def capture_all(tx: Transaction, decisions: Sequence[Decision]) -> dict[Form, str]:
    """Keep what these decisions are about, each form of a comment once; returns the digest of each by form."""
    wanted = {(each.comment_id, each.version): each for each in decisions if is_wanted(each)}
    return _capture(tx, {form: (each.ruling.value, each.decided_at) for form, each in wanted.items()})


def capture(tx: Transaction, comment: Comment, at: datetime, actor: str) -> str:
    """Keep a comment because somebody asks for it; returns its digest. Audit: "evidence_captured", unless it was before."""
    form = (comment.id, comment.version)
    before = _known(tx, [form])
    if form in before:
        return before[form]
    digest = _capture(tx, {form: (ASKED_FOR, at)})[form]
    about = {"comment_id": comment.id, "account_id": comment.account_id}
    audit.write(tx, "evidence_captured", at, actor=actor, version=comment.version, evidence=digest, **about)
    return digest


def load(tx: Transaction, comment_id: str) -> list[Evidence]:
    """What was kept of a comment, first form to last."""
    asked = tx.mine(EvidenceRow).where(col(EvidenceRow.comment_id) == comment_id)
    return [_evidence_of(row) for row in tx.all(asked.order_by(col(EvidenceRow.version)))]


def replace_thread(tx: Transaction, row: EvidenceRow, thread: Sequence[Columns]) -> str:
    """Other people's words above the comment are no longer what they were; returns the new digest."""
    now = _evidence_of(row, thread)
    digest = digest_of(now)
    change = {"thread": list(thread), "digest": digest}
    tx.change(EvidenceRow, [{"comment_id": row.comment_id, "version": row.version} | change])
    return digest


def digest_of(evidence: Evidence) -> str:
    """SHA-256 over everything that was kept, in hexadecimal."""
    return _digest(_pack(evidence))


def _digest(columns: Columns) -> str:
    return sha256(json.dumps(columns, sort_keys=True, default=utc_text).encode("ascii")).hexdigest()


def without_pictures(raw: str, image_urls: Iterable[str] = ()) -> str:
    """A platform's JSON without addresses of pictures and videos; letter for letter where it holds none."""
    for url in image_urls:
        for written in {url, json.dumps(url)[1:-1], json.dumps(url)[1:-1].replace("/", "\\/")}:
            raw = raw.replace(written, NOT_KEPT)
    if not OF_PICTURES.search(raw):
        return raw
    try:
        told = json.loads(raw)
    except ValueError:
        return raw
    cleared = _cleared(told, False)
    return raw if cleared == told else storable(json.dumps(cleared, ensure_ascii=False))


def _cleared(value: Any, of_picture: bool) -> Any:
    """The value less each address that stands, however deep, under a name which speaks of pictures."""
    if isinstance(value, Mapping):
        return {name: _cleared(each, of_picture or bool(OF_PICTURES.search(name))) for name, each in value.items()}
    if isinstance(value, list):
        return [_cleared(each, of_picture) for each in value]
    return NOT_KEPT if of_picture and isinstance(value, str) and "://" in value else value


def _capture(tx: Transaction, wanted: Mapping[Form, tuple[str, datetime]]) -> dict[Form, str]:
    """Keep what is not kept yet, each form with why and when; returns the digests of all of them."""
    digests = _known(tx, wanted)
    found = _forms(tx, wanted.keys() - digests.keys())
    contexts = comments.contexts(tx, [comment for comment, _ in found])
    rows = []
    for comment, seen_at in found:
        form = (comment.id, comment.version)
        columns = _pack(_evidence(comment, seen_at, contexts[comment.id], *wanted[form]))
        digests[form] = _digest(columns)
        rows.append(columns | {"digest": digests[form]})
    tx.insert(EvidenceRow, rows)
    return digests


def _known(tx: Transaction, forms: Iterable[Form]) -> dict[Form, str]:
    asked = set(forms)
    ids = sorted({comment_id for comment_id, _ in asked})
    columns = (col(EvidenceRow.comment_id), col(EvidenceRow.version), col(EvidenceRow.digest))
    rows = tx.all(select(*columns).where(col(EvidenceRow.comment_id).in_(ids))) if ids else []
    return {(comment_id, version): digest for comment_id, version, digest in rows if (comment_id, version) in asked}


def _forms(tx: Transaction, forms: Set[Form]) -> list[tuple[Comment, datetime]]:
    """These forms of comments, each with when it was first read."""
    if not forms:
        return []
    ids = sorted({comment_id for comment_id, _ in forms})
    rows = tx.all(
        select(CommentRow, CommentVersionRow)
        .join(CommentVersionRow, col(CommentVersionRow.comment_id) == CommentRow.id)
        .where(ours(tx), col(CommentRow.id).in_(ids))
    )
    return [(comment_of(row, form), form.seen_at) for row, form in rows if (row.id, form.version) in forms]


def _evidence(comment: Comment, seen_at: datetime, context: Context, why: str, at: datetime) -> Evidence:
    post = context.post
    return Evidence(
        comment_id=comment.id,
        version=comment.version,
        captured_at=at,
        why=why,
        text=comment.text,
        author=comment.author,
        url=comment.url,
        posted_at=comment.posted_at,
        edited_at=comment.edited_at,
        seen_at=seen_at,
        time_zone=SCHOOL_TIME,
        post_text="" if post is None else post.text,
        post_url="" if post is None else post.url,
        thread=tuple(Answered(up.native_id, up.author, up.text, up.posted_at, up.url) for up in context.thread),
        raw=without_pictures(comment.raw, comment.image_urls),
    )


def _pack(evidence: Evidence) -> Columns:
    columns = {name: getattr(evidence, name) for name in PLAIN}
    author = evidence.author
    return columns | {
        "author_native_id": author.native_id,
        "author_handle": author.handle,
        "author_display_name": author.display_name,
        "thread": [asdict(answered) | {"posted_at": utc_text(answered.posted_at)} for answered in evidence.thread],
    }


def _evidence_of(row: EvidenceRow, thread: Sequence[Columns] | None = None) -> Evidence:
    return Evidence(
        **{name: getattr(row, name) for name in PLAIN},
        author=Author(row.author_native_id, row.author_handle, row.author_display_name),
        thread=thread_of(row.thread if thread is None else thread),
        digest=row.digest,
    )


def thread_of(stored: Sequence[Columns]) -> tuple[Answered, ...]:
    """The comments above one, from the form in which a row holds them."""
    return tuple(
        Answered(**up | {"author": Author(**up["author"]), "posted_at": datetime.fromisoformat(up["posted_at"])})
        for up in stored
    )


PLAIN = (
    *("comment_id", "version", "captured_at", "why", "text", "url", "posted_at", "edited_at", "seen_at"),
    *("time_zone", "post_text", "post_url", "raw"),
)
"""What a row and a value call by the same name."""


def utc_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
