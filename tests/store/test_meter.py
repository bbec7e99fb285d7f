from __future__ import annotations

from moderator.platforms.base import Meter
from moderator.store.database import Database
from moderator.store.meter import StoreMeter
from tests.store.conftest import Reopen


def test_what_is_used_up_is_counted_by_account_counter_and_period_across_restarts(reopen: Reopen) -> None:
    meter: Meter = StoreMeter(reopen(), "youtube")
    assert meter.total("units", "2026-11-16") == 0
    meter.add("units", "2026-11-16", 50)
    meter.add("units", "2026-11-16", 1)
    meter.add("units", "2026-11-17", 3)
    meter.add("reads", "2026-11-16", 7)
    StoreMeter(reopen(), "x").add("units", "2026-11-16", 1000)
    assert StoreMeter(reopen(), "youtube").total("units", "2026-11-16") == 51


def test_what_is_reserved_never_goes_beyond_the_limit(database: Database) -> None:
    meter = StoreMeter(database, "youtube")
    taken = [meter.reserve("units", "2026-11-16", 50, at_most=120) for _ in range(3)]
    assert taken == [True, True, False]
    assert meter.reserve("units", "2026-11-16", 20, at_most=120)
    assert meter.total("units", "2026-11-16") == 120


def test_a_month_in_millionths_of_a_dollar_fits(database: Database) -> None:
    meter = StoreMeter(database, "x")
    meter.add("microdollars", "2026-11", 5_000_000_000)
    meter.add("microdollars", "2026-11", 5_000_000_000)
    assert meter.total("microdollars", "2026-11") == 10_000_000_000
