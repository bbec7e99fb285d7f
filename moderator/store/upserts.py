"""The statement that puts a row in, or changes the one that is there: put together once for each form it is asked in.

It is written with every reading of every feed, and takes longer to put together than to carry out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from moderator.store.tables import Row

CHANGED = "new_"
"""What a changed column's parameter begins with."""


def upsert_of(
    table: type[Row], dialect: str, row: Mapping[str, Any], change: Mapping[str, Any]
) -> tuple[Insert, dict[str, Any]]:
    """The statement and its parameters. A change may be worked out by the database itself, as a count is."""
    counted = {name: value for name, value in change.items() if isinstance(value, ClauseElement)}
    given = dict(row) | {f"{CHANGED}{name}": value for name, value in change.items() if name not in counted}
    if counted:
        return _made(table, dialect, tuple(row), tuple(change), counted), given
    return _kept(table, dialect, tuple(row), tuple(change)), given


@cache
def _kept(table: type[Row], dialect: str, columns: tuple[str, ...], changed: tuple[str, ...]) -> Insert:
    return _made(table, dialect, columns, changed, {})


def _made(
    table: type[Row], dialect: str, columns: tuple[str, ...], changed: tuple[str, ...], counted: Mapping[str, Any]
) -> Insert:
    keys = [column.name for column in table.__table__.primary_key]  # type: ignore[attr-defined]
    kind = postgresql if dialect == "postgresql" else sqlite
    statement = kind.insert(table).values({name: bindparam(name) for name in columns})
    if changed:
        change = {name: counted.get(name, bindparam(f"{CHANGED}{name}")) for name in changed}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=change)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    # Without being asked, SQLAlchemy does not keep the count of what psycopg inserted.
    kept: Insert = statement.execution_options(preserve_rowcount=True)
    return kept
