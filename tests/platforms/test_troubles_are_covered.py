"""The list of known troubles, held against the names of the tests."""

from __future__ import annotations

import re

from tests.conftest import REPOSITORY


def test_every_known_trouble_has_a_test_and_stands_in_the_list() -> None:
    listed = re.findall(r"^\| (\d+) \|", (REPOSITORY / "docs/platform-troubles.md").read_text(encoding="utf-8"), re.M)
    tested: set[int] = set()
    for path in (REPOSITORY / "tests/platforms").glob("test_*.py"):
        for numbers in re.findall(r"def test_trouble_(\d+(?:_and_\d+)*)_", path.read_text(encoding="utf-8")):
            tested |= {int(number) for number in numbers.split("_and_")}
    assert [int(number) for number in listed] == list(range(1, 29))
    assert tested == set(range(1, 29))
