"""The figures on labelled sets, by hand and against the workshop's own arithmetic; mistakes and confusion."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.domain import Label
from moderator.errors import ConfigError
from moderator.evaluation.figures import (
    GUIDE_LABELS,
    NOTHING,
    Share,
    confusion,
    figures,
    label_figures,
    pooled_calibration,
)
from moderator.evaluation.judging import judged
from moderator.evaluation.labelled import Labelled, evenly, read_set
from moderator.evaluation.mistakes import Kind, by_kind, mistakes
from tests.evaluation.made import finding, one, write_set

CHILD = {"text": "go Ava", "labels": ["child_named"], "spans": [{"text": "Ava", "type": "child_name"}]}
JUDGED = (
    one({}, {}),
    one({}, {"action": "queue", "labels": ["insult"], "findings": [finding("insult", 0.6)]}),
    one({}, {"action": "hide"}),
    one({**CHILD, "accept": ["hide"]}, {"action": "queue", "findings": [finding("child_named", 0.9, 3, 6)]}),
    one({**CHILD, "accept": ["hide", "queue"]}, {"action": "hide", "findings": [finding("child_named", 0.7, 0, 3)]}),
    one({"labels": ["threat"], "accept": ["hide"], "urgent": True}, {"action": "hide", "urgent": True}),
    one({"labels": ["threat", "insult"], "accept": ["hide"], "urgent": True}, {}),
    one({"labels": ["safeguarding"], "accept": ["queue"]}, {"action": "hide", "urgent": True}),
)


def test_each_figure_is_a_share_of_the_comments_it_is_about() -> None:
    assert figures(JUDGED) == {
        "accepted": Share(3, 8),
        "harm recall": Share(4, 5),
        "child_named recall": Share(2, 2),
        "insult recall": Share(0, 1),
        "safeguarding recall": Share(1, 1),
        "threat recall": Share(1, 2),
        "wrongly hidden": Share(1, 3),
        "wrongly queued": Share(1, 3),
        "too soft": Share(1, 3),
        "urgent recall": Share(1, 2),
        "urgent precision": Share(1, 2),
        "child span recall": Share(1, 2),
    }


def test_of_no_comments_there_is_no_share() -> None:
    assert {share.value for share in figures(()).values()} == {None}
    assert Share(1, 3).value == 0.3333


def test_mistakes_are_told_by_kind_gravest_first() -> None:
    found = mistakes("fox", JUDGED)
    assert found[0].kinds == (Kind.NOT_TOLD, Kind.MISSED)
    assert by_kind(found) == {
        Kind.NOT_TOLD: 1,
        Kind.MISSED: 1,
        Kind.HIDDEN: 1,
        Kind.TOO_SOFT: 1,
        Kind.QUEUED: 1,
        Kind.TOO_HARD: 1,
        Kind.NAME: 1,
        Kind.ALARM: 1,
    }


def test_a_mistake_shows_what_was_found_and_what_was_marked() -> None:
    held = {**finding("child_named", 0.9, 0, 5), "text": "go Av"}
    elsewhere = {**finding("impersonation", 0.9, 0, 2), "text": "Mr"}  # In the display name, not in the text.
    wrong = one({**CHILD, "accept": ["hide"]}, {"action": "queue", "findings": [held, elsewhere]})
    (mistake,) = mistakes("fox", [wrong])
    assert [(piece.text, piece.found, piece.wanted) for piece in mistake.pieces] == [
        ("go ", True, False),
        ("Av", True, True),
        ("a", False, True),
    ]


def test_the_confusion_says_what_was_taken_for_what() -> None:
    rows = (
        one({"labels": ["threat", "insult"], "accept": ["hide"]}, {"labels": ["insult", "hate"]}),
        one({"labels": ["threat"], "accept": ["hide"]}, {}),
        one({}, {"labels": ["spam"]}),
        one({}, {}),
    )
    assert confusion(rows) == {
        ("threat", "hate"): 1,
        ("insult", "insult"): 1,
        ("threat", NOTHING): 1,
        (NOTHING, "spam"): 1,
        (NOTHING, NOTHING): 1,
    }


def test_a_label_is_measured_by_its_strongest_finding() -> None:
    rows = (
        one(
            {"labels": ["insult"]}, {"labels": ["insult"], "findings": [finding("insult", 0.3), finding("insult", 0.9)]}
        ),
        one({"labels": ["insult"]}, {}),
        one({}, {"labels": ["insult"], "findings": [finding("insult", 0.5)]}),
    )
    (row,) = label_figures(rows)
    assert (row.label, row.carried, row.said, row.both) == (Label.INSULT, 2, 2, 1)
    assert row.curve.limits == (0.9, 0.5, 0.0)
    assert row.average_precision == pytest.approx(0.5 + 0.5 * 2 / 3)
    # Only what was found is right or wrong; 0.9 was right, 0.5 was not.
    assert row.calibration.error == pytest.approx((0.1 + 0.5) / 2)
    assert pooled_calibration(rows) == row.calibration


# ---- The same figures as the workshop's own ----

TEXTS = st.sampled_from(("go Ava and Ava", "Ava", "nobody here", "", "lovely Tom with Ava"))
SPANS = st.lists(
    st.fixed_dictionaries(
        {"text": st.sampled_from(("Ava", "Tom", "absent")), "type": st.sampled_from(("child_name", "adult_name"))}
    ),
    max_size=3,
)
LABELS = st.lists(st.sampled_from([str(label) for label in GUIDE_LABELS]), max_size=3)
PLACES = st.one_of(
    st.just((None, None)), st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda at: (at[0], sum(at)))
)
FINDINGS = st.lists(
    st.tuples(st.sampled_from(("child_named", "insult")), PLACES).map(lambda one: finding(one[0], 0.8, *one[1])),
    max_size=3,
)
WANTED = st.fixed_dictionaries(
    {
        "text": TEXTS,
        "labels": LABELS,
        "accept": st.lists(st.sampled_from(("allow", "queue", "hide")), min_size=1, max_size=3),
        "urgent": st.booleans(),
        "spans": SPANS,
    }
)
ANSWERS = st.fixed_dictionaries(
    {
        "action": st.sampled_from(("allow", "queue", "hide")),
        "urgent": st.booleans(),
        "labels": LABELS,
        "findings": FINDINGS,
    }
)


@pytest.fixture(scope="session")
def workshop(shared_dir: Path) -> ModuleType:
    """The arithmetic that the evaluation comments come with."""
    spec = importlib.util.spec_from_file_location("workshop_score", shared_dir / "eval" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.needs_shared
@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(WANTED, ANSWERS), min_size=1, max_size=12))
def test_the_figures_equal_those_of_the_workshop(
    workshop: ModuleType, pairs: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    comments = [{"id": str(number), **wanted} for number, (wanted, _answer) in enumerate(pairs)]
    predictions = [{"id": str(number), **answer} for number, (_wanted, answer) in enumerate(pairs)]
    expected, _counts, errors = workshop.score(comments, predictions)
    rows = [judged(Labelled.model_validate(c), p) for c, p in zip(comments, predictions, strict=True)]
    assert {"comments": len(rows)} | {name: share.value for name, share in figures(rows).items()} == expected
    assert sum(not row.is_accepted for row in rows) == len(errors)


# ---- Reading a set ----


def test_a_set_is_read_in_its_order_and_a_part_of_it_is_spread_evenly(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "fox")
    whole, part = read_set(folder), read_set(folder, limit=3)
    assert [comment.id for comment in whole.comments] == [f"fox-{number}" for number in range(1, 8)]
    assert [comment.id for comment in part.comments] == ["fox-1", "fox-3", "fox-5"]
    assert len(part.lines) == 3
    assert evenly((1, 2), 5) == (1, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "1", "text": "Ava", "labels": ["rude"], "accept": ["hide"]}', "line 1: labels.0"),
        ('{"id": "1", "text": "Ava", "labels": [], "accept": []}', "line 1: accept"),
        ("{Ava", "line 1: it is not JSON"),
        ('{"id": "1", "text": "Ava", "labels": [], "accept": ["hide"]}\n' * 2, "two comments have the id '1'"),
    ],
)
def test_a_faulty_line_is_named_and_not_quoted(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "comments.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as raised:
        read_set(tmp_path)
    assert "Ava" not in str(raised.value)


def test_a_folder_without_comments_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_set(tmp_path)
