"""What it costs to let go of a month of comments, and what to ask for one: python -m tests.store.measure_partitions [ROWS]

On PostgreSQL, for comments with one form each, over 24 months: one table as the house has it, and one cut into months. In the
plain one a month's words are cleared by an update, as retention does, and its rows deleted, for comparison; of the other a month
is dropped. Then how long it takes to find a comment by the platform's id, which no month is known for. Also what a transaction
costs more since it begins with its school.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection, text

from moderator.store.database import Database
from tests.postgres import server

ROWS = 1_000_000
MONTHS = 24
COLUMNS = "id text NOT NULL, school_id text NOT NULL, native_id text NOT NULL, posted_at timestamptz NOT NULL, words text NOT NULL"
FILL = """
    INSERT INTO {table} SELECT 'c-' || n, 'school-' || n % 1000, 'n' || n,
        timestamptz '2024-01-01' + make_interval(months => (n % {months})::int, hours => (n % 600)::int), repeat('w', 80)
    FROM generate_series(1, {rows}) AS n
"""
OLDEST = "posted_at >= '2024-01-01' AND posted_at < '2024-02-01'"
FIND = "SELECT id FROM {table} WHERE school_id = 'school-7' AND native_id = :native"


def took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def make(connection: Connection, rows: int) -> None:
    connection.execute(text(f"CREATE TABLE whole ({COLUMNS}, PRIMARY KEY (id), UNIQUE (school_id, native_id))"))
    # A unique key over a table in parts must hold what it is cut by: that a comment comes once holds within its month only.
    cut = "PRIMARY KEY (id, posted_at), UNIQUE (school_id, native_id, posted_at)"
    connection.execute(text(f"CREATE TABLE cut ({COLUMNS}, {cut}) PARTITION BY RANGE (posted_at)"))
    for month in range(MONTHS):
        begin = f"2024-01-01'::date + interval '{month} months"
        first, after = (
            connection.scalar(text(f"SELECT ('{begin}' + interval '{step} months')::date")) for step in (0, 1)
        )
        connection.execute(
            text(f"CREATE TABLE cut_{month} PARTITION OF cut FOR VALUES FROM ('{first}') TO ('{after}')")
        )
    for table in ("whole", "cut"):
        connection.execute(text(FILL.format(table=table, months=MONTHS, rows=rows)))


def found_in(connection: Connection, table: str) -> float:
    """The middle of 200 look-ups by the platform's id, in milliseconds."""
    ask = text(FIND.format(table=table))

    def find(number: int) -> None:
        connection.execute(ask, {"native": f"n{7 + 1000 * number}"}).all()

    return 1000 * statistics.median(took(partial(find, number)) for number in range(200))


def begins(database: Database, times: int = 400) -> tuple[float, float]:
    """A transaction that asks one thing, in milliseconds: with its school told first, and without."""

    def told() -> None:
        with database.transaction() as tx:
            tx.session.connection().execute(text("SELECT 1"))

    def untold() -> None:
        with database.connected() as connection, connection.begin():
            connection.execute(text("SELECT 1"))

    return tuple(1000 * statistics.median(took(each) for _ in range(times)) for each in (told, untold))  # type: ignore[return-value]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with server() as postgresql, postgresql.fresh() as url:
        database = Database.open(url)
        with database.connected() as connection, connection.begin():
            make(connection, rows)
        database.close()
        with database.connected() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM ANALYZE whole"))
            connection.execute(text("VACUUM ANALYZE cut"))
            whole, cut = found_in(connection, "whole"), found_in(connection, "cut")
            print(f"find one by its native id: whole {whole:.2f} ms, cut {cut:.2f} ms")
            clear = text(f"UPDATE whole SET words = '' WHERE {OLDEST}")
            print(f"clear a month's words: {took(lambda: connection.execute(clear)):.2f} s")
            delete = text(f"DELETE FROM whole WHERE {OLDEST}")
            print(f"delete a month: {took(lambda: connection.execute(delete)):.2f} s")
            print(f"vacuum after it: {took(lambda: connection.execute(text('VACUUM whole'))):.2f} s")
            print(f"drop a month: {took(lambda: connection.execute(text('DROP TABLE cut_0'))):.3f} s")
        told, untold = begins(database)
        print(f"a transaction: {told:.2f} ms with its school told, {untold:.2f} ms without")
        database.close()


if __name__ == "__main__":
    main()
