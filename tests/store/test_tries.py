"""How often something may be tried: counted in the store, within windows of time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from moderator.store import tries
from moderator.store.database import Database
from moderator.store.tables import TryRow
from moderator.store.tries import TooMany
from tests.conftest import NOON

MINUTE = timedelta(minutes=1)


def attempt(database: Database, what: str = "sign_in 192.0.2.7", at: timedelta = timedelta()) -> None:
    with database.transaction() as tx:
        tries.allow(tx, what, 5, MINUTE, NOON + at)


def test_the_sixth_try_within_a_minute_waits_for_the_next_minute(database: Database) -> None:
    for second in range(5):
        attempt(database, at=timedelta(seconds=second))

    with pytest.raises(TooMany) as refused:
        attempt(database, at=timedelta(seconds=30))
    assert refused.value.retry_at == NOON + MINUTE

    attempt(database, at=MINUTE)


def test_whoever_waits_through_it_is_not_put_off_any_longer_by_trying(database: Database) -> None:
    for _ in range(5):
        attempt(database)
    for second in range(50):
        with pytest.raises(TooMany):
            attempt(database, at=timedelta(seconds=second))

    attempt(database, at=MINUTE)


def test_tries_made_at_once_are_all_counted(database: Database) -> None:
    def allowed(_number: int) -> bool:
        try:
            attempt(database)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(allowed, range(20))) == 5


def test_each_thing_is_counted_by_itself(database: Database) -> None:
    for _ in range(5):
        attempt(database)

    attempt(database, "sign_in 192.0.2.8")
    with pytest.raises(TooMany):
        attempt(database)


def test_what_is_a_day_old_is_not_kept(database: Database) -> None:
    attempt(database)
    attempt(database, at=timedelta(days=2))

    with database.reading() as tx:
        assert len(tx.all(tx.mine(TryRow))) == 1
