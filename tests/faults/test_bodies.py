"""Three hundred bodies that no vendor would send: the item is set aside, its neighbours are read, and nothing falls over."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import select

from moderator.store.tables import BrokenItemRow
from tests.faults.bodies import cases, open_room

SEED = 8


def test_a_hostile_item_is_set_aside_and_the_rest_of_its_page_is_read(tmp_path: Path) -> None:
    with open_room(tmp_path) as school:
        came = cases(school, SEED, range(100))
        print(
            f"seed {SEED}: {came.cases} bodies, {came.set_aside} set aside, {came.unanswered} no page at all, {dict(came.kinds)}"
        )
        assert came.broken == []
        assert came.cases == 300
        assert came.set_aside > 50
        with school.database.reading() as tx:
            rows = tx.all(select(BrokenItemRow))
        assert rows
        assert all(row.digest and row.reason for row in rows)


def test_what_a_long_run_once_fell_over_is_set_aside(tmp_path: Path) -> None:
    """An id of a NUL alone, which came twice, and a count that no database holds."""
    with open_room(tmp_path) as school:
        assert cases(school, 1, (272, 386, 754, 775)).broken == []
