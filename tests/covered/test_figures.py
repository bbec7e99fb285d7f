"""A program of three rooms, measured as ours is: what no test reached is named, and an `except` that never caught is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.covered.figures import Measured, Share, measured, table

STORE = """\
def number(text):
    try:
        return int(text)
    except ValueError:
        return None
    except TypeError:  # nobody hands in anything but text
        return -1
"""
POLICY = """\
def grave(score, limit=0.5):
    if score > limit:
        return True
    return False
"""
SETTINGS = """\
[tool.coverage.run]
branch = true
source = ["school"]
relative_files = true
data_file = "data"
"""


def measure(folder: Path, program: str) -> Measured:
    for room, source in {"store": STORE, "policy": POLICY}.items():
        (folder / "school" / room).mkdir(parents=True)
        (folder / "school" / room / "room.py").write_text(source)
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "tests.py").write_text(
        "from school.store.room import number\nfrom school.policy.room import grave\n" + program
    )
    ours = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    for words in (["run", "tests.py"], ["json", "--quiet", "-o", "report.json"]):
        command = [sys.executable, "-m", "coverage", *words]
        subprocess.run(command, cwd=folder, env=ours | {"PYTHONPATH": str(folder)}, check=True, capture_output=True)
    return measured(json.loads((folder / "report.json").read_text()), folder)


def test_what_nobody_ran_is_named_by_its_line_and_its_branch(tmp_path: Path) -> None:
    found = measure(tmp_path, "number('7'), number('seven'), grave(0.9)\n")
    assert found.missing == ("school/store/room.py:6", "school/store/room.py:7")
    assert (found.handlers, found.unheard) == (2, ("school/store/room.py:6",))
    assert found.rooms == {"store": Share(5, 7), "policy": Share(4, 6)}
    assert not found.held
    assert "never caught: school/store/room.py:6" in table(found)


def test_a_room_is_whole_once_each_line_was_run_and_each_except_has_caught(tmp_path: Path) -> None:
    found = measure(tmp_path, "number('7'), number('seven'), number(None), grave(0.9), grave(0.1)\n")
    assert (found.missing, found.unheard) == ((), ())
    assert found.all.percent == 100.0
    assert found.held


@pytest.mark.parametrize(("reached", "held"), [(94, False), (95, True)])
def test_all_rooms_together_have_a_bar_of_their_own(reached: int, held: bool) -> None:
    found = Measured({"web": Share(reached, 100)}, missing=(), handlers=3, unheard=())
    assert found.held is held
    assert ("BROKEN" not in table(found)) is held
