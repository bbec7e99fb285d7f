"""What share of a labelled set the house got right, by kind of comment and by label.

harm recall          of comments that must not be left alone: share queued or hidden
<label> recall       the same, of those that carry the label
wrongly hidden       of comments that must be left alone: share hidden        wrongly queued    share queued
too soft             of comments that must be hidden: share merely queued
urgent recall        of urgent comments: share called urgent                  urgent precision  the other way round
child span recall    of children's names: share touched by a finding of child_named
accepted             of all comments: share whose ruling is one of those accepted
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from moderator.domain import OF_THE_WHOLE, Label, Ruling
from moderator.evaluation.curves import (
    Calibration,
    Curve,
    average_precision,
    calibration,
    precision_recall,
)
from moderator.evaluation.judging import Judged

GUIDE_LABELS = tuple(label for label in Label if label not in OF_THE_WHOLE)
"""What a labelled set can hold against a comment."""
NOTHING = "nothing"
"""In the confusion: no label wanted, or none said."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0.0-1.0 to four places; None of nothing."""
        return round(self.part / self.whole, 4) if self.whole else None


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label over a set. The curve is over all comments; the calibration over those with a finding of the label."""

    label: Label
    carried: int  # comments that carry the label
    said: int  # comments of which the house says it
    both: int
    curve: Curve
    average_precision: float | None
    calibration: Calibration


def figures(judged: Sequence[Judged]) -> dict[str, Share]:
    """The shares told above, in that order, labels by their alphabet."""
    harm = [one for one in judged if one.is_harm]
    benign = [one for one in judged if one.is_benign]
    hide_only = [one for one in judged if one.wanted.accept == {"hide"}]
    spans = [touched for one in judged for _span, touched in one.child_spans()]
    both_urgent = sum(one.urgent and one.wanted.urgent for one in judged)
    return {
        "accepted": _share(one.is_accepted for one in judged),
        "harm recall": _noticed(harm),
        **{f"{label} recall": _noticed(carrying) for label, carrying in _by_label(harm).items()},
        "wrongly hidden": _share(one.action is Ruling.HIDE for one in benign),
        "wrongly queued": _share(one.action is Ruling.QUEUE for one in benign),
        "too soft": _share(one.action is Ruling.QUEUE for one in hide_only),
        "urgent recall": Share(both_urgent, sum(one.wanted.urgent for one in judged)),
        "urgent precision": Share(both_urgent, sum(one.urgent for one in judged)),
        "child span recall": _share(spans),
    }


def _share(hits: Iterable[bool]) -> Share:
    counted = list(hits)
    return Share(sum(counted), len(counted))


def _noticed(judged: Sequence[Judged]) -> Share:
    return _share(one.action is not Ruling.ALLOW for one in judged)


def _by_label(judged: Sequence[Judged]) -> Mapping[Label, list[Judged]]:
    """A comment counts once for each time that its line names the label."""
    present = sorted({label for one in judged for label in one.wanted.labels})
    return {label: [one for one in judged for each in one.wanted.labels if each is label] for label in present}


def label_figures(judged: Sequence[Judged]) -> tuple[LabelFigures, ...]:
    """For each label that is wanted, said or found at all."""
    rows = (_label(label, judged) for label in GUIDE_LABELS)
    return tuple(row for row in rows if row.carried or row.said or row.calibration.count)


def _label(label: Label, judged: Sequence[Judged]) -> LabelFigures:
    truth = [label in one.wanted.labels for one in judged]
    scores = [one.score(label) for one in judged]
    said = [label in one.labels for one in judged]
    return LabelFigures(
        label,
        sum(truth),
        sum(said),
        sum(both and wanted for both, wanted in zip(said, truth, strict=True)),
        precision_recall(truth, scores),
        average_precision(truth, scores),
        calibration(*_where_found(truth, scores)),
    )


def _where_found(truth: Sequence[bool], scores: Sequence[float]) -> tuple[list[bool], list[float]]:
    """Without a finding there is no score that could be right or wrong."""
    found = [(wanted, score) for wanted, score in zip(truth, scores, strict=True) if score > 0.0]
    return [wanted for wanted, _score in found], [score for _wanted, score in found]


def pooled_calibration(judged: Sequence[Judged]) -> Calibration:
    """All labels together: each comment's strongest finding of each label."""
    pairs = [(label in one.wanted.labels, one.score(label)) for label in GUIDE_LABELS for one in judged]
    return calibration(*_where_found([wanted for wanted, _ in pairs], [score for _, score in pairs]))


def confusion(judged: Sequence[Judged]) -> dict[tuple[str, str], int]:
    """(wanted, said) -> comments. A wanted label that was said stands on the diagonal; one that was not, under every label
    that was said wrongly, or under "nothing". A comment without labels is wanted to be "nothing"."""
    cells: dict[tuple[str, str], int] = {}
    for one in judged:
        wanted = [label.value for label in dict.fromkeys(one.wanted.labels)] or [NOTHING]
        said = {label.value for label in one.labels}
        wrongly = sorted(said - set(wanted)) or [NOTHING]
        for label in wanted:
            for cell in [label] if label in said else wrongly:
                cells[label, cell] = cells.get((label, cell), 0) + 1
    return cells
