from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from moderator.detectors.base import Detector
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import LABELS, WordListScorer
from moderator.domain import Comment, Context, Finding
from moderator.errors import ConfigError, DetectorError
from moderator.judge_file import judge_lines
from moderator.policy.limits import DEFAULT
from tests.commands import in_process
from tests.detectors.school import ROLL, SCHOOL

SCORER = WordListScorer()
DETECTORS = build_detectors(SCHOOL, ROLL, SCORER)


def judge(
    *lines: dict[str, Any], detectors: Sequence[Detector] = DETECTORS, scores: bool = False
) -> list[dict[str, Any]]:
    return list(judge_lines([json.dumps(line) for line in lines], detectors, SCORER, DEFAULT, SCHOOL, scores=scores))


def test_a_line_with_id_and_text_alone_is_judged() -> None:
    (judged,) = judge({"id": "1", "text": "What a lovely day"})
    assert judged == {"id": "1", "action": "allow", "urgent": False, "labels": [], "findings": [], "reasons": []}


def test_a_finding_tells_label_score_place_words_and_detector() -> None:
    (judged,) = judge({"id": "1", "text": "go Tobias Wrenfield"})
    assert judged["action"] == "hide"
    assert judged["labels"] == ["child_named"]
    assert judged["findings"][0] == {
        "label": "child_named",
        "score": 1.0,
        "start": 3,
        "end": 19,
        "text": "Tobias Wrenfield",
        "detector": "guarded_names",
    }
    assert json.loads(json.dumps(judged)) == judged


def test_leading_mentions_count_everywhere_but_on_x() -> None:
    line = {"text": "@HarbourLane @quayside_kath lovely"}
    judged = judge({**line, "id": "1", "platform": "x"}, {**line, "id": "2", "platform": "instagram"})
    assert [one["action"] for one in judged] == ["allow", "queue"]


def test_the_post_tells_whose_name_is_no_pupils() -> None:
    line = {"text": "Tobias Pike reads so well"}
    judged = judge({**line, "id": "1"}, {**line, "id": "2", "post": "Tobias Pike, who wrote it, came to read"})
    assert [one["action"] for one in judged] == ["queue", "allow"]


def test_scores_are_told_where_they_are_asked_for() -> None:
    (judged,) = judge({"id": "1", "text": "you idiot", "thread": ["hello", "no"]}, scores=True)
    assert tuple(judged["scores"]) == LABELS
    assert judged["scores"]["insult"] > 0.5


def test_empty_lines_are_passed_over_and_order_is_kept() -> None:
    lines = ['{"id": "b", "text": "hi"}', "", "  ", '{"id": "a", "text": ""}']
    judged = list(judge_lines(lines, DETECTORS, SCORER, DEFAULT, SCHOOL))
    assert [(one["id"], one["action"]) for one in judged] == [("b", "allow"), ("a", "queue")]


@pytest.mark.parametrize("bad", ["{not json", "[]", '{"id": "1"}', '{"text": "hi"}', '{"id": 1, "text": "hi"}', "null"])
def test_a_malformed_line_is_named_by_its_number_and_not_quoted(bad: str) -> None:
    with pytest.raises(ConfigError, match=r"^line 3: ") as raised:
        list(judge_lines(['{"id": "1", "text": "hi"}', "", bad], DETECTORS, SCORER, DEFAULT, SCHOOL))
    assert "hi" not in str(raised.value).replace("Each line is one JSON object", "").replace("this", "")


class Broken:
    name, version = "broken", "1"

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        raise DetectorError("no")


def test_a_comment_that_a_detector_cannot_read_goes_before_a_person() -> None:
    (judged,) = judge({"id": "1", "text": "hello"}, detectors=[Broken()])
    assert judged["action"] == "queue"
    (reason,) = judged["reasons"]
    assert reason.startswith(
        "not judged: broken: DetectorError; policy: “Employees should ensure that content is checked"
    )


def test_a_complaint_is_judged_as_one_and_is_no_label_of_an_answer() -> None:
    (judged,) = judge({"id": "1", "text": "Not good enough. Third winter without heating, what a fucking shambles"})
    assert (judged["action"], judged["labels"]) == ("queue", ["profanity"])
    assert {finding["label"] for finding in judged["findings"]} == {"profanity"}
    assert "criticism of the school is never hidden by a machine" in " ".join(judged["reasons"])


def test_a_line_is_judged_as_while_somebody_is_on_duty() -> None:
    (judged,) = judge({"id": "1", "text": "Tobias Pike reads so well"})
    assert judged["action"] == "queue"
    assert "nobody on duty" not in " ".join(judged["reasons"])


def test_a_school_in_a_folder_of_its_own_is_judged_for(tmp_path: Path) -> None:
    (tmp_path / "school.json").write_text('{"name": "Foxley Primary"}', encoding="utf-8")
    (tmp_path / "pupils.csv").write_text("first_name,last_name\nTobias,Wrenfield\n", encoding="utf-8")
    comments, out = tmp_path / "comments.jsonl", tmp_path / "judged.jsonl"
    comments.write_text('{"id": "1", "text": "go Tobias Wrenfield"}\n', encoding="utf-8")
    words = ["judge", "--school", tmp_path, "--comments", comments, "--out", out]
    done = in_process([*map(str, words), "--toxicity", "stand-in", "--reader", "off"])
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text(encoding="utf-8"))["labels"] == ["child_named"]
