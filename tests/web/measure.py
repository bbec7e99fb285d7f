"""How fast the queue's page is, with few and with very many comments stored. Run by hand: python -m tests.web.measure

Prints, for each size, the median and the 95th percentile of a whole request over the loopback address, what it took of the
processor with the browser's part, the bytes of the page and how many questions it asked the store. Exits 1 where a bar is
missed. It wants a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import event, text

from moderator.store.database import Database, Transaction
from moderator.store.tables import AuthorRow, CommentRow, CommentVersionRow, DecisionRow, FindingRow, PostRow, Row
from moderator.web.pages import style
from tests.web.office import Office, open_office
from tests.web.queue_made import an_insult

SMALL, LARGE = (1_000, 500), (1_000_000, 10_000)
"""Comments stored, and how many of them wait."""
AUTHORS, POSTS, URGENT = 20_000, 2_000, 5
REQUESTS = 200
P95_MS, TIMES, PAGE_BYTES = 60.0, 1.5, 25 * 1024
ID = "'youtube-' || printf('%012d', n.i)"


def fill(office: Office, stored: int, waiting: int) -> None:
    """Copy one case so many times, each with an id, an author, a post and a time of its own."""
    first = an_insult(office)
    with office.database.transaction() as tx:
        copy(tx, AuthorRow, "t.native_id = 'u-pat'", min(stored, AUTHORS), {"native_id": "'u-' || n.i"})
        copy(tx, PostRow, "t.native_id = 'p1'", min(stored, POSTS), {"native_id": "'p-' || n.i"})
        at = "strftime('%Y-%m-%d %H:%M:%f000', t.decided_at, '-' || n.i || ' seconds')"
        every = stored // waiting
        copies = {
            "id": ID,
            "native_id": "'n-' || n.i",
            "author_native_id": f"'u-' || (1 + n.i % {AUTHORS})",
            "post_native_id": f"'p-' || (1 + n.i % {POSTS})",
            "posted_at": at,
            "decided_at": at,
            "urgent": f"n.i <= {URGENT * every} AND n.i % {every} = 0",
            "act_due": "0",
            "judge_due": "0",
            "struck_at": "NULL",
            "waiting_since": f"CASE WHEN n.i % {every} = 0 THEN {at} END",
        }
        of_first = f"'{first.id}'"
        copy(tx, CommentRow, f"t.id = {of_first}", stored, copies)
        copy(tx, CommentVersionRow, f"t.comment_id = {of_first}", stored, {"comment_id": ID})
        copy(tx, DecisionRow, f"t.comment_id = {of_first}", stored, {"comment_id": ID})
        waits = f"t.comment_id = {of_first} AND n.i % {every} = 0"
        copy(tx, FindingRow, waits, stored, {"id": "NULL", "comment_id": ID})
    with closing(office.database.engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # As it is some seconds after so much came in.


def copy(tx: Transaction, table: type[Row], which: str, count: int, change: Mapping[str, str]) -> None:
    columns = [column.name for column in table.__table__.columns]  # type: ignore[attr-defined]
    values = ", ".join(change.get(name, f"t.{name}") for name in columns)
    name = table.__tablename__
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    tx.session.connection().execute(
        text(f"INSERT INTO {name} ({', '.join(columns)}) {numbers} SELECT {values} FROM n, {name} t WHERE {which}")
    )


def measure(stored: int, waiting: int) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds; prints them, with what the page weighs."""
    with tempfile.TemporaryDirectory() as folder, open_office(Path(folder)) as office:
        began = perf_counter()
        fill(office, stored, waiting)
        filled = perf_counter() - began
        office.client.timeout = 60
        desk = office.sign_in()
        asked = count_questions(office.database)
        page = desk.get("/triage")
        assert page.status_code == 200, page.text
        questions = len(asked)
        took, worked = [], process_time()
        for _ in range(REQUESTS):
            began = perf_counter()
            desk.get("/triage")
            took.append(1000 * (perf_counter() - began))
        worked = 1000 * (process_time() - worked) / REQUESTS
    took.sort()
    median, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    size = len(page.content) - len(style())  # The style is the same in every page, and is counted in tests.web.slow.
    print(
        f"{stored:>9,} stored, {waiting:>6,} waiting: median {median:5.1f} ms, p95 {p95:5.1f} ms, "
        f"{worked:.1f} ms of the processor, {size:,} bytes beside the style, {questions} questions (filled in {filled:.0f} s)",
        flush=True,
    )
    if size > PAGE_BYTES:
        print(f"the page is larger than {PAGE_BYTES:,} bytes")
    return median, p95


def count_questions(database: Database) -> list[str]:
    asked: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    return asked


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--stored", type=int, default=LARGE[0])
    parser.add_argument("--waiting", type=int, default=LARGE[1])
    given = parser.parse_args()
    few, many = measure(*SMALL), measure(given.stored, given.waiting)
    slower = many[0] / few[0]
    print(f"{slower:.2f} times the time with {SMALL[0]:,}")
    return 0 if many[1] <= P95_MS and slower <= TIMES else 1


if __name__ == "__main__":
    sys.exit(main())
