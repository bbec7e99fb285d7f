"""The page for the safeguarding lead as a file: made whole, and written down as handed out. For the command and for the page."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from moderator.domain import ActionKind, Comment
from moderator.evidence_pack import handover, handover_page
from moderator.evidence_pack.case_file import CaseFile
from moderator.platforms.base import Capabilities
from moderator.settings import Settings
from moderator.store import audit
from moderator.store.database import Database, Transaction
from moderator.store.verify import Checked, verify


def check_record(database: Database) -> Checked:
    """Read the audit chain again, for the page to tell what that said.

    Before the transaction that writes: a long chain takes seconds, in which nobody else could write.
    """
    with database.reading() as tx:
        return verify(tx)


def make(
    tx: Transaction,
    case: CaseFile,
    settings: Settings,
    by: str,
    now: datetime,
    checked: Checked,
    program: str,
    can: Capabilities | None,
) -> bytes:
    """The page, UTF-8; that it was handed out is written down. `can` is what the comment's platform can do, None where its
    account is watched no more. Audit: "handover_exported"."""
    means = can.effects.get(ActionKind.HIDE, "") if can else ""
    handed = handover.gather(tx, case, settings, by, now, checked, means)
    page = handover_page.page(handed, program).encode("utf-8")
    audit.write_all(tx, [event(case.comment, now, by, page)])
    return page


def event(comment: Comment, at: datetime, by: str, page: bytes) -> audit.Event:
    facts = {"sha256": sha256(page).hexdigest()}
    return audit.Event("handover_exported", at, by, comment.id, comment.account_id, facts)
