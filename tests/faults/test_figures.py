"""The page of figures says what was reached and what was not, to a person and to a script."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import REPOSITORY
from tests.soak.figures import Figure, table

PROGRAM = """
from tests.soak.figures import Figure, command
command("made up", lambda seed, quick: [Figure("lost", 0 if quick else seed, "0", quick or seed == 0)])
"""


def test_a_figure_stands_beside_its_bar_and_says_whether_it_was_reached() -> None:
    told = table([Figure("calls lost", 0, "0", True), Figure("slowest call, s", 31.234, "at most 30", False)])
    assert told.splitlines() == [
        "calls lost           0  0           held",
        "slowest call, s  31.23  at most 30  BROKEN",
    ]


def test_a_bar_that_was_not_reached_is_heard_by_scripts() -> None:
    def ended(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    code, told = ended("--seed", "7")
    assert (code, told.splitlines()[0]) == (1, "made up, seed 7")
    assert ended("--quick")[0] == 0
