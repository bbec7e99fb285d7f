"""Each trouble on a platform while others befall its neighbours: nothing is lost or doubled, and soon after all is drained.

All pairs of troubles on every platform are told by `python -m tests.soak.pairs`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.school import PLATFORMS, FaultySchool, open_school
from tests.faults.story import endures
from tests.faults.trouble import TROUBLES, Trouble


def rows() -> list[dict[str, list[Trouble]]]:
    """Each trouble once, on a platform that knows it, three to a story; every third account is left in peace."""
    left: list[Trouble] = list(TROUBLES.values())
    made: list[dict[str, list[Trouble]]] = []
    while left:
        row: dict[str, list[Trouble]] = {}
        for name in PLATFORMS[: 3 if len(made) % 3 else 2]:
            for trouble in left:
                if name in trouble.only:
                    row[name] = [trouble]
                    left.remove(trouble)
                    break
        made.append(row)
    return made


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultySchool]:
    with open_school(tmp_path_factory.mktemp("stories")) as opened:
        yield opened


@pytest.mark.parametrize(
    "troubles", rows(), ids=lambda row: ", ".join(f"{name} {each[0].name}" for name, each in row.items())
)
def test_after_any_trouble_all_is_drained_and_nothing_was_done_twice(
    school: FaultySchool, troubles: dict[str, list[Trouble]]
) -> None:
    assert endures(school, troubles) == []


def test_two_troubles_in_a_row_are_no_worse_than_one(school: FaultySchool) -> None:
    pairs = {
        "x": [TROUBLES["done, and the answer lost"], TROUBLES["too many calls, until then"]],
        "youtube": [TROUBLES["cut in the middle"], TROUBLES["processing failure"]],
        "instagram": [TROUBLES["JSON that breaks off"], TROUBLES["nobody listens"]],
    }
    assert endures(school, pairs) == []
