"""The school's own posts before they go out: the right answer on each, with the line of policy it rests on."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from moderator.by_hand.own_post import CHECKED, Answer, check_post
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import WordListScorer
from tests.cases import FOLDER
from tests.conftest import NOON
from tests.detectors.school import ROLL, SCHOOL

WITH_CONSENT = Roll([replace(pupil, photo_consent=pupil.last_name != "Quill") for pupil in ROLL.pupils])
DETECTORS = build_detectors(SCHOOL, WITH_CONSENT, WordListScorer())
CASES = tomllib.loads((FOLDER / "own_posts.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_each_post_gets_the_right_answer_with_its_line(case: dict[str, str]) -> None:
    found = check_post(case["text"], DETECTORS, SCHOOL, WITH_CONSENT, NOON)
    assert found.answer == case["answer"], found
    assert (found.answer is Answer.FINE) is (found.remarks == ())
    assert any(remark.line.startswith(case.get("line", "")) for remark in found.remarks) or not found.remarks, found
    assert all(remark.phrase in case["text"] for remark in found.remarks)


def test_what_could_not_be_read_is_looked_at_by_a_person() -> None:
    [remark] = check_post("a very long post. " * 2_000, DETECTORS, SCHOOL, WITH_CONSENT, NOON).remarks
    assert (remark.answer, remark.line) == (Answer.LOOK_TWICE, CHECKED)
