"""The second wall between schools: PostgreSQL itself shows and takes only rows of the school that a transaction says it is for.

The first wall is the `school_id` in every statement. Where one forgets it, PostgreSQL's row-level security still gives
nothing away: a transaction that says no school sees no row. Superusers see past it, so a trust's user is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, text

SCHOOL = "moderator.school"
"""The setting that says whose rows a transaction is about; it ends with the transaction."""
POLICY = "own_school"
OUTSIDE: Mapping[str, str] = {
    "turns": "whose turn it is among all schools: ids, times and counts only",
    "app_uses": "what schools used up of a platform's app that they share: counts only",
}
"""Tables about all schools at once, each with why it may stand outside. Nobody's words or names are in them."""

_SAY = text(f"SELECT set_config('{SCHOOL}', :school, true)")
_INSIDE = text(
    "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polname IS NOT NULL FROM pg_class c "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school_id' AND NOT a.attisdropped "
    "LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = :policy "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname"
)


def say_school(connection: Connection, school_id: str) -> None:
    """The transaction that has just begun is about this school. SQLCipher, with its one school per file, needs no telling.

    One about no school, as of the turns alone, says nothing: it sees nothing behind the wall.
    """
    if school_id and connection.dialect.name == "postgresql":
        connection.execute(_SAY, {"school": school_id})


def raise_walls(connection: Connection) -> None:
    """Put every table with a school's rows behind the wall, for its owner too. What is behind it already stays so."""
    for name, enabled, forced, has_policy in _inside(connection):
        if not has_policy:
            connection.exec_driver_sql(
                f"CREATE POLICY {POLICY} ON \"{name}\" USING (school_id = current_setting('{SCHOOL}', true))"
            )
        if not enabled:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
        if not forced:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')


@contextmanager
def lowered_for_owner(connection: Connection) -> Iterator[None]:
    """Within, the owner of the tables sees the rows of every school, as a step from one version to the next must.

    Nobody else does, and nobody at all once the transaction is undone. At the end the walls stand, around new tables too.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    for name, _enabled, forced, _has_policy in _inside(connection):
        if forced:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
    yield
    raise_walls(connection)


def take_down(connection: Connection) -> None:
    """As it was before there were walls."""
    for name, _enabled, _forced, _has_policy in _inside(connection):
        connection.exec_driver_sql(f'DROP POLICY IF EXISTS {POLICY} ON "{name}"')
        connection.exec_driver_sql(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY')


def _inside(connection: Connection) -> list[tuple[str, bool, bool, bool]]:
    rows = connection.execute(_INSIDE, {"policy": POLICY})
    return [(name, enabled, forced, policy) for name, enabled, forced, policy in rows if name not in OUTSIDE]
