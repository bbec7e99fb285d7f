"""The models that come with the program, on labelled comments that they were not trained on: no figure below its floor.

The sets lie beside the repository, in ../shared/eval; without them these tests skip, and say so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from moderator.build import BUILT_IN, build_reader, build_scorer
from moderator.cli.judge import school_and_detectors
from moderator.evaluation.bars import SET_BARS, Bar, set_lines
from moderator.evaluation.figures import figures
from moderator.evaluation.judging import Judged, judge_set
from moderator.evaluation.labelled import read_set
from moderator.judge_file import judge_lines
from moderator.settings import read_policy
from tests.conftest import LOUD, REPOSITORY

DEV = REPOSITORY.parent / "shared" / "eval" / "dev"


@pytest.fixture(scope="module")
def judged() -> tuple[Judged, ...]:
    if not DEV.is_dir():
        pytest.skip(f"{LOUD}: {DEV} is not there: how well comments are read was NOT tested")
    scorer, labelled = build_scorer(BUILT_IN, Path()), read_set(DEV, None)
    school, detectors = school_and_detectors(DEV, scorer, build_reader(BUILT_IN))
    policy = read_policy(REPOSITORY / "config" / "policy.toml")
    return judge_set(labelled, lambda lines: list(judge_lines(lines, detectors, scorer, policy, school)), 1)


@pytest.mark.parametrize("bar", SET_BARS, ids=lambda bar: bar.figure)
def test_no_figure_is_below_its_floor(judged: tuple[Judged, ...], bar: Bar) -> None:
    (line,) = (line for line in set_lines("dev", figures(judged)) if line.bar == bar)
    assert line.meets_floor, f"{line.value} ({line.note}), floor {bar.floor}"
