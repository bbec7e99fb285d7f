"""The page of promises names what proves them: each test and long run on it is there, and each long run is on it."""

from __future__ import annotations

import re

from tests.conftest import REPOSITORY
from tests.soak.parts import names

PAGE = (REPOSITORY / "docs" / "promises.md").read_text(encoding="utf-8")


def test_what_proves_a_promise_is_there() -> None:
    named = set(re.findall(r"`(tests/\S+?\.py)`", PAGE))
    assert len(named) > 20
    assert [path for path in sorted(named) if not (REPOSITORY / path).is_file()] == []


def test_every_long_run_proves_a_promise() -> None:
    assert [name for name in names() if f"`tests/soak/{name}.py`" not in PAGE] == []


def test_every_promise_has_something_that_proves_it() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert [row[0] for row in rows if len(row) != 4 or not (row[2] or row[3])] == []
