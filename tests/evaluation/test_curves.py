"""Areas and calibration: by hand, by counting every pair, and whatever the order of the rows."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.evaluation.curves import average_precision, calibration, precision_recall, roc_auc

# Few different scores, so that many tie.
ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from((0.0, 0.1, 0.25, 0.5, 0.7, 0.9, 1.0))), min_size=1, max_size=40
)
quick = settings(max_examples=60, deadline=None)


def parted(rows: list[tuple[bool, float]]) -> tuple[list[bool], list[float]]:
    return [truth for truth, _score in rows], [score for _truth, score in rows]


@pytest.mark.parametrize(
    ("truth", "scores", "auc", "precision"),
    [
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75, 5 / 6),
        ([0, 1], [0.2, 0.7], 1.0, 1.0),
        ([1, 0], [0.2, 0.7], 0.0, 0.5),
        ([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5], 0.5, 0.5),
        ([1, 0, 0], [0.9, 0.9, 0.1], 0.75, 0.5),
        ([0, 0], [0.1, 0.2], None, None),
        ([1, 1], [0.1, 0.2], None, 1.0),
        ([], [], None, None),
    ],
)
def test_areas_worked_out_by_hand(
    truth: list[int], scores: list[float], auc: float | None, precision: float | None
) -> None:
    assert roc_auc(truth, scores) == pytest.approx(auc)
    assert average_precision(truth, scores) == pytest.approx(precision)


@quick
@given(ROWS)
def test_the_area_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[bool, float]]) -> None:
    wanted = [score for truth, score in rows if truth]
    rest = [score for truth, score in rows if not truth]
    pairs = [1.0 if high > low else 0.5 if high == low else 0.0 for high, low in product(wanted, rest)]
    assert roc_auc(*parted(rows)) == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


@quick
@given(ROWS)
def test_average_precision_goes_down_one_limit_after_the_other(rows: list[tuple[bool, float]]) -> None:
    total, area, before = sum(truth for truth, _score in rows), 0.0, 0.0
    for limit in sorted({score for _truth, score in rows}, reverse=True):
        above = [truth for truth, score in rows if score >= limit]
        recall = sum(above) / total if total else 0.0
        area, before = area + (recall - before) * sum(above) / len(above), recall
    assert average_precision(*parted(rows)) == (pytest.approx(area) if total else None)


@quick
@given(ROWS)
def test_neither_depends_on_the_order_of_the_rows(rows: list[tuple[bool, float]]) -> None:
    turned = rows[::-1]
    assert roc_auc(*parted(rows)) == pytest.approx(roc_auc(*parted(turned)))
    assert average_precision(*parted(rows)) == pytest.approx(average_precision(*parted(turned)))
    assert precision_recall(*parted(rows)) == precision_recall(*parted(turned))


@quick
@given(ROWS)
def test_only_the_order_of_scores_counts_for_an_area(rows: list[tuple[bool, float]]) -> None:
    squashed = [(truth, score**3 / 2) for truth, score in rows]
    assert roc_auc(*parted(rows)) == pytest.approx(roc_auc(*parted(squashed)))
    turned_over = roc_auc([not truth for truth, _score in rows], parted(rows)[1])
    area = roc_auc(*parted(rows))
    assert turned_over == (None if area is None else pytest.approx(1 - area))


def test_calibration_worked_out_by_hand() -> None:
    measured = calibration([True, True, False, True], [0.8, 0.8, 0.8, 1.0])
    upper, last = measured.bins
    assert (upper.low, upper.high, upper.count) == (0.8, 0.9, 3)
    assert [upper.said, upper.right] == pytest.approx([0.8, 2 / 3])
    assert (last.count, last.said, last.right) == (1, 1.0, 1.0)
    assert measured.error == pytest.approx(0.75 * (0.8 - 2 / 3))


def test_scores_that_are_right_as_often_as_they_say_have_no_error() -> None:
    truth = [True] * 8 + [False] * 2
    assert calibration(truth, [0.8] * 10).error == pytest.approx(0.0)
    assert calibration([], []).error is None


@quick
@given(ROWS)
def test_every_score_stands_in_one_bin_and_the_error_is_a_share(rows: list[tuple[bool, float]]) -> None:
    measured = calibration(*parted(rows))
    assert measured.count == len(rows)
    assert measured.error is not None
    assert 0.0 <= measured.error <= 1.0
    assert all(each.low - 1e-9 <= each.said <= each.high + 1e-9 for each in measured.bins)


def test_rows_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        roc_auc([True], [0.1, 0.2])
