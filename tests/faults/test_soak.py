"""The long runs' stories, told in seconds: each module's quick form reaches its bars."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.soak.__main__ import as_html, as_markdown, is_held
from tests.soak.figures import Figure, table
from tests.soak.parts import Part, measure, names

SEED = 1
HERE = ("disk", "held_and_damaged", "database_restarts", "many_daemons", "clocks", "month")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", HERE)
def test_the_quick_form_of_a_long_run_reaches_its_bars(name: str) -> None:
    part = measure(name, SEED, quick=True)
    print(f"seed {SEED}\n{table(part.figures)}")
    assert is_held([part]), f"seed {SEED}\n{table(part.figures)}"


def test_the_command_measures_in_another_process_and_writes_the_page(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "tests.soak", "--quick", "--only", "power_cuts", "--folder", str(tmp_path)]
    ended = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    print(ended.stdout, ended.stderr)
    assert ended.returncode == 0
    assert "Every bar was reached." in ended.stdout
    assert "| power cuts | 30 |" in (tmp_path / "figures.md").read_text(encoding="utf-8")


def test_the_page_names_every_figure_and_what_was_not_reached() -> None:
    parts = [
        Part("clock", "Steps <of> the clock.", [Figure("steps", 5, "5", True), Figure("lost", 1, "0", False)], 2.0)
    ]
    assert not is_held(parts)
    assert "| lost | 1 | 0 | BROKEN |" in as_markdown("seed 1", parts)
    page = as_html("seed 1", parts)
    assert "<td>BROKEN</td>" in page
    assert "Steps &lt;of&gt; the clock." in page


def test_every_long_run_is_found_by_its_name() -> None:
    assert {*HERE, "power_cuts"} <= set(names())
