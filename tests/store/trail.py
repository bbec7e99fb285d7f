"""An audit trail of six events, and what somebody with the database's own tools can do to it."""

from __future__ import annotations

from sqlalchemy import text

from moderator.store import audit
from moderator.store.audit import Event
from moderator.store.chain import Head
from moderator.store.database import Database
from moderator.store.verify import Checked, verify
from moderator.store.walls import lowered_for_owner
from tests.store.made import MINUTE, NOON

__all__ = ["SIX", "Checked", "attack", "checked", "head"]

SIX = [
    Event("received", NOON, "youtube", "c1", "youtube", {"version": 1}),
    Event("decided", NOON + MINUTE, "policy", "c1", "youtube", {"number": 1, "ruling": "hide", "rules": "insult"}),
    Event("hidden", NOON + 2 * MINUTE, "moderator", "c1", "youtube", {"kind": "hide"}),
    Event("received", NOON + 3 * MINUTE, "youtube", "c2", "youtube", {"version": 1}),
    Event("decided", NOON + 4 * MINUTE, "Ms Okafor", "c2", "youtube", {"number": 1, "ruling": "allow"}),
    Event("account_paused", NOON + 5 * MINUTE, "moderator", "", "youtube", {"why": "login expired"}),
]
WITHOUT_TRIGGERS = {
    "sqlite": ("DROP TRIGGER audit_events_update", "DROP TRIGGER audit_events_delete"),
    "postgresql": (
        "DROP TRIGGER audit_events_stay ON audit_events",
        "DROP TRIGGER audit_events_blank_only ON audit_events",
    ),
}


def attack(database: Database, *statements: str) -> None:
    """What somebody does who has the database open and wants nobody to know."""
    with database.connected() as connection, connection.begin(), lowered_for_owner(connection):
        for statement in (*WITHOUT_TRIGGERS[database.dialect], *statements):
            connection.execute(text(statement))


def checked(database: Database, known: Head | None = None) -> Checked:
    with database.reading() as tx:
        return verify(tx, known)


def head(database: Database) -> Head:
    with database.reading() as tx:
        return audit.head(tx)
