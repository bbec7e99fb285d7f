"""How much of an app that schools share may still be used: by whom, for what, and when."""

from __future__ import annotations

import pytest

from moderator.platforms.sharing import Purpose
from moderator.policy.sharing import SLOWEST, Grant

APP = Grant(limit=10_000, schools=8, reserve_percent=20, severe_percent=5)


def test_sweeps_stop_first_then_reading_then_acting_and_the_rest_is_for_what_is_urgent() -> None:
    assert [APP.bound(purpose) for purpose in Purpose] == [7_000, 8_000, 9_500, 10_000]


def test_a_sweep_leaves_no_less_than_reading_does() -> None:
    careful = Grant(limit=100, schools=1, reserve_percent=50)
    assert careful.bound(Purpose.SWEEP) == careful.bound(Purpose.READ) == 50


@pytest.mark.parametrize(("passed", "free"), [(0.0, 1_000), (0.5, 4_500), (1.0, 8_000)])
def test_with_the_day_more_of_what_nobody_used_becomes_free(passed: float, free: int) -> None:
    assert APP.share(Purpose.READ) == 1_000
    assert APP.free_of_others(Purpose.READ, passed) == free


@pytest.mark.parametrize(
    ("used", "by_school", "passed", "slowing", "why"),
    [
        (0, 0, 0.0, 1.0, "nothing is used"),
        (4_000, 500, 0.5, 1.0, "half of the day, half of the reading"),
        (6_000, 500, 0.5, 1.0, "all together are fast, this school is not"),
        (4_000, 900, 0.5, 1.0, "this school is fast, all together are not"),
        (6_000, 750, 0.5, 2.0, "half of what the rest of the day needs is left"),
        (8_000, 1_000, 0.5, SLOWEST, "nothing is left"),
        (8_000, 1_000, 1.0, 1.0, "a new day begins"),
    ],
)
def test_reading_grows_slower_before_it_stops(
    used: int, by_school: int, passed: float, slowing: float, why: str
) -> None:
    assert APP.slowing(used, by_school, passed) == pytest.approx(slowing), why
