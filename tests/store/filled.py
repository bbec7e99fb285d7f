"""A store in which much has happened and little waits, put there by the row: the pipeline would take minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from moderator.store.database import Database, Transaction
from moderator.store.tables import AwareUtc, Row, Words
from tests.store.made import NOON

AT_ONCE = 1_000
WAITS = 40
"""How many of each school's comments wait to be judged, planned for, and looked at by a person."""


def plain(table: str) -> dict[str, Any]:
    """A row with nothing said in it."""
    kinds: tuple[tuple[Any, Any], ...] = ((Words, ""), (sa.JSON, []), (sa.Boolean, False), (sa.Integer, 0))
    found: dict[str, Any] = {}
    for column in Row.metadata.tables[table].columns:
        made = next((made for kind, made in kinds if isinstance(column.type, kind)), 0.0)
        needed = NOON if isinstance(column.type, AwareUtc) else made
        found[column.name] = None if column.nullable else needed
    return found


def fill(database: Database, many: int) -> None:
    """`many` comments of one account, a minute apart, each with a post of its own, a decision, a finding and an action done."""
    school = database.school_id
    with database.transaction() as tx:
        put(tx, "accounts", [{"id": "youtube", "platform": "youtube"}])
        put(tx, "feeds", [{"account_id": "youtube", "name": name} for name in ("comments", "sweep")])
    for start in range(0, many, AT_ONCE):
        numbers = range(start, min(many, start + AT_ONCE))
        with database.transaction() as tx:
            put(tx, "posts", ({"account_id": "youtube", "native_id": f"p{n}"} for n in numbers))
            put(tx, "comments", (comment(school, n, many) for n in numbers))
            put(
                tx,
                "comment_versions",
                ({"comment_id": f"{school}-{n}", "version": 1, "text": "w" * 80} for n in numbers),
            )
            decided = (
                {"comment_id": f"{school}-{n}", "number": 1, "version": 1, "ruling": "hide", "mode": "auto"}
                for n in numbers
            )
            put(tx, "decisions", decided)
            put(tx, "findings", ({"comment_id": f"{school}-{n}", "version": 1, "label": "insult"} for n in numbers))
            put(tx, "actions", (action(school, n, many) for n in numbers))


def put(tx: Transaction, table: str, rows: Iterator[Mapping[str, Any]] | list[dict[str, Any]]) -> None:
    """Rows of this school; what they do not say is plain, and what the database numbers it numbers."""
    base = plain(table) | {"school_id": tx.school_id}
    if table in ("findings", "outcomes"):
        del base["id"]
    tx.session.connection().execute(sa.insert(Row.metadata.tables[table]), [{**base, **row} for row in rows])


def comment(school: str, number: int, many: int) -> dict[str, Any]:
    left = many - number
    said: dict[str, Any] = {
        "id": f"{school}-{number}",
        "account_id": "youtube",
        "platform": "youtube",
        "native_id": f"c{number}",
        "post_native_id": f"p{number}",
        "parent_native_id": f"c{number - 1}" if number % 10 else "",
        "author_native_id": f"u{number % 500}",
        "posted_at": NOON - timedelta(minutes=left),
        "first_seen_at": NOON - timedelta(minutes=left),
        "version": 1,
        "visibility": "public",
        "decision_number": 1,
        "ruling": "hide",
        "decided_at": NOON - timedelta(minutes=left),
    }
    kind, waits = left % 3, left <= 3 * WAITS
    said |= {"judge_due": waits and kind == 0, "act_due": waits and kind == 1}
    return said | ({"waiting_since": NOON, "urgent": left % 4 == 0} if waits and kind == 2 else {})


def action(school: str, number: int, many: int) -> dict[str, Any]:
    waits = many - number <= WAITS
    return {
        "id": f"a-{school}-{number}",
        "account_id": "youtube",
        "comment_id": f"{school}-{number}",
        "decision_number": 1,
        "kind": "hide",
        "state": "waiting" if waits else "done",
        "attempts": 0 if waits else 1,
        "done_at": None if waits else NOON,
    }
