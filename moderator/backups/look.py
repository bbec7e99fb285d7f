"""Is a database whole, and what is in it: asked of the copy before it is encrypted, and again before one is put back."""

from __future__ import annotations

from dataclasses import dataclass

from moderator.backups import BackupError
from moderator.store import audit, schema, whole
from moderator.store.chain import Head
from moderator.store.database import Database, Transaction
from moderator.store.verify import verify
from moderator.store.walls import OUTSIDE


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in a database. `audit_head` is empty where there is no chain, or one that this program cannot read yet."""

    revision: str
    rows: dict[str, int]
    audit_head: str


def look(tx: Transaction) -> Seen:
    """Count all rows that are the school's and follow the audit trail. Raises BackupError where the trail was changed."""
    revision = schema.revision_of(tx.session.connection())
    can_follow = revision == schema.revisions()[0]
    return Seen(revision, whole.row_counts(tx, OUTSIDE), str(follow(tx)) if can_follow else "")


def follow(tx: Transaction, known: Head | None = None) -> Head:
    """Where the audit trail ends, every event on the way being as it was written. Raises BackupError."""
    checked = verify(tx, known)
    if not checked.whole:
        raise BackupError(
            f"The audit trail was changed: {checked.why}. Nothing was kept or put back. See: moderator verify-audit"
        )
    return audit.head(tx)


def refuse_damaged(database: Database) -> None:
    """Read every page of an SQLCipher file. Raises BackupError where one is not as it was written."""
    bad = whole.bad_pages(database)
    if bad:
        raise BackupError(
            f"{database.where} is damaged in {bad} places. Nothing was kept or put back. Keep the file as it is, and "
            "put back the last good backup: moderator restore FILE --identity KEYFILE --replace"
        )
