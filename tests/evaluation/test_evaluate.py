"""`moderator evaluate` through the door, on a set and on public sets that the test writes, and the page it saves."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from moderator.detectors.toxicity import LABELS
from moderator.evaluation.bars import Bar, Line
from tests.commands import in_process
from tests.detectors.tiny_models import write_onnx
from tests.evaluation.made import COMMENTS, write_public, write_set

VOID = {"meta", "br"}
NO_WORDS = ("Tobias", "T.-the-rocket", "brook", "07700", "pathetic")


class Page(HTMLParser):
    """Every element opened and closed in order, and what the page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.sources: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        held = dict(attrs)
        self.ids += [held["id"] or ""] if "id" in held else []
        self.sources += [held[key] or "" for key in ("src", "href", "xlink:href") if key in held]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


LISTS = ("--toxicity", "stand-in", "--reader", "off")
"""Lists and patterns: what they miss in the set is known, whatever the models learn."""


def evaluate(*words: str | Path | float) -> Any:
    return in_process(["evaluate", *LISTS, *map(str, words)])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What one whole run printed, and where it saved."""
    room = tmp_path_factory.mktemp("evaluate")
    done = evaluate(
        *("--set", write_set(room / "fox"), "--set", write_set(room / "owl", COMMENTS[:3])),
        *("--public", write_public(room / "public"), "--compare", "stand-in"),
        *("--out", room / "out", "--limit", 40, "--threads", 2),
    )
    assert done.exit_code == 0, done.output
    return done.stdout, room / "out"


def test_every_bar_is_printed_with_whether_it_is_met(run: tuple[str, Path]) -> None:
    lines = {" ".join(line.split()) for line in run[0].splitlines()}
    assert "child_named recall 0.5000 floor ≥ 0.93 ✗ goal ≥ 0.97 ✗ 1 of 2" in lines
    assert "child_named recall 1.0000 floor ≥ 0.93 ✓ goal ≥ 0.97 ✓ 1 of 1" in lines
    assert "urgent recall 0.0000 floor ≥ 0.8 ✗ goal ≥ 0.92 ✗ 0 of 1" in lines
    assert "urgent recall – floor ≥ 0.8 – goal ≥ 0.92 – 0 of 0" in lines
    assert "child_named recall 0.6667 floor ≥ 0.93 ✗ goal ≥ 0.97 ✗ 2 of 3" in lines  # Both sets as one.
    # A word list knows "idiot" as toxic and as an insult, and knows nothing of four labels.
    assert any(line.startswith("six labels: mean ROC-AUC 0.6667 floor ≥ 0.97 ✗") for line in lines)
    assert any(line.startswith("against the other model: mean ROC-AUC difference 0.0000") for line in lines)
    assert not any(word in run[0] for word in NO_WORDS)


def test_the_figures_are_saved_without_a_comments_words(run: tuple[str, Path]) -> None:
    text = (run[1] / "figures.json").read_text(encoding="utf-8")
    saved = json.loads(text)
    assert set(saved["sets"]) == {"fox", "owl", "all sets"}
    assert saved["sets"]["all sets"]["comments"] == 10
    assert saved["sets"]["fox"]["figures"]["child_named recall"] == 0.5
    missed = {one["id"]: one["kinds"] for one in saved["sets"]["fox"]["mistaken"]}
    assert missed["fox-6"] == ["urgent, not told", "missed"]
    assert missed["fox-5"] == ["missed", "name not found"]
    assert saved["public"]["names"]["names"] > 30
    assert saved["comparison"]["widest"] == 0.0
    assert not any(word in text for word in NO_WORDS)


def test_the_page_opens_and_needs_nothing_else(run: tuple[str, Path]) -> None:
    text = (run[1] / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert text.startswith("<!DOCTYPE html>")
    assert all(source.startswith("#") for source in page.sources)
    assert "script" not in page.tags
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in text


def test_the_page_holds_its_plots_each_with_ids_of_its_own(run: tuple[str, Path]) -> None:
    text = (run[1] / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    titles = ("all labels: reliability", "child_named: precision and recall", "madlibs: ROC-AUC by term")
    assert all(f'role="img" aria-label="{title}' in text for title in titles)
    assert page.tags.count("svg") == page.tags.count("figure") > 6
    assert len(page.ids) == len(set(page.ids))
    # Words and lines take the colour of the page, which by night is light.
    assert "currentColor" in text
    assert "#010203" not in text


def test_words_of_comments_are_shown_escaped_under_a_warning(run: tuple[str, Path]) -> None:
    text = (run[1] / "report.html").read_text(encoding="utf-8")
    assert "were <strong>invented</strong>" in text[: text.index("<h2>")]
    assert "&lt;b&gt;flew&lt;/b&gt; ‹U+202E›home‹U+202C›" in text
    assert "<u>T.-the-rocket</u>" in text
    assert "who won the &lt;i&gt;race&lt;/i&gt;?" in text
    assert not any(word in text[: text.index("<h2>Errors")] for word in NO_WORDS)


def test_a_missed_floor_ends_with_1_only_where_that_is_asked_for(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "fox")
    assert evaluate("--set", folder, "--out", tmp_path / "out").exit_code == 0
    done = evaluate("--set", folder, "--out", tmp_path / "out", "--strict", "--json")
    assert done.exit_code == 1
    missed = {line["figure"] for line in json.loads(done.stdout)["bars"] if line["meets_floor"] is False}
    assert {"child_named recall", "harm recall", "urgent recall"} <= missed
    good = write_set(tmp_path / "good", COMMENTS[:3])
    assert evaluate("--set", good, "--out", tmp_path / "out", "--strict").exit_code == 0


def test_from_which_score_a_text_is_toxic_can_be_said(tmp_path: Path) -> None:
    """From 0.0 on all are, from 1.0 on none is: what is right the one way is wrong the other."""
    public = write_public(tmp_path / "public")

    def accuracy(limit: float) -> float:
        words = ("--public", public, "--toxicity-limit", limit, "--hate-limit", limit, "--out", tmp_path / "out")
        figures = json.loads(evaluate(*words, "--json").stdout)
        return float(next(line["value"] for line in figures["bars"] if line["figure"] == "HateCheck: accuracy"))

    assert accuracy(0.0) + accuracy(1.0) == pytest.approx(1.0)


def test_a_model_is_held_against_the_one_it_was_made_from(tmp_path: Path) -> None:
    public = write_public(tmp_path / "public", nasty="vile")
    ours = write_onnx(tmp_path / "int8", LABELS, {"vile": [2.0] * 6})
    before = write_onnx(tmp_path / "fp32", LABELS, {"vile": [2.0] * 5 + [-2.0]})
    done = evaluate(
        *("--public", public, "--toxicity", f"onnx:{ours}", "--compare", f"onnx:{before}"),
        *("--limit", 20, "--threads", 2, "--out", tmp_path / "out", "--json"),
    )
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["made_with"]["reader of toxicity"] == "tiny 7"
    assert figures["public"]["jigsaw"]["mean"] == 1.0
    assert figures["comparison"]["by_label"] == {**dict.fromkeys(LABELS[:5], 0.0), "identity_attack": 1.0}
    assert figures["comparison"]["widest"] == 1.0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "None of their texts is shown here" in page
    assert "<td>identity_attack</td><td>1.0000</td><td>0.0000</td><td>+1.0000</td>" in page


def test_nothing_to_measure_and_nothing_to_compare_on_are_told(tmp_path: Path) -> None:
    assert "nothing to measure" in evaluate().output
    folder = write_set(tmp_path / "fox")
    done = evaluate("--set", folder, "--compare", "stand-in", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("direction", "value", "floor", "goal"),
    [
        ("≥", 0.9, True, True),
        ("≥", 0.85, True, False),
        ("≥", 0.79, False, False),
        ("≥", None, None, None),
        ("≥", 0.1 + 0.7, True, False),  # 0.7999999999999999
    ],
)
def test_a_bar_has_a_floor_and_a_goal(direction: Any, value: float | None, floor: bool, goal: bool) -> None:
    line = Line("here", Bar("figure", direction, 0.8, 0.9), value)
    assert (line.meets_floor, line.meets_goal) == (floor, goal)


def test_a_bar_can_be_a_ceiling() -> None:
    bar = Bar("figure", "≤", 0.02, 0.01)
    assert [Line("here", bar, value).meets_floor for value in (0.02, 0.03)] == [True, False]
    assert [Line("here", bar, value).meets_goal for value in (0.01, 0.02)] == [True, False]
