"""Is a database whole, and what is in it: asked of the copy before it is encrypted, and again before one is put back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, inspect, select, table

from moderator.backups import BackupError
from moderator.store import audit, schema
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
    connection = tx.session.connection()
    names = sorted(set(inspect(connection).get_table_names()) - set(OUTSIDE))
    rows = {name: int(connection.scalar(select(func.count()).select_from(table(name))) or 0) for name in names}
    revision = schema.revision_of(connection)
    can_follow = revision == schema.revisions()[0]
    return Seen(revision, rows, str(follow(tx)) if can_follow else "")


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
    with database.connected("DEFERRED") as connection:
        bad = list(connection.exec_driver_sql("PRAGMA cipher_integrity_check"))
        bad += [row for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
    if bad:
        raise BackupError(
            f"{database.where} is damaged in {len(bad)} places. Nothing was kept or put back. Keep the file as it is, and "
            "put back the last good backup: moderator restore FILE --identity KEYFILE --replace"
        )
