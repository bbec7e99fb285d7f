"""Everything measured in one run, and the same as plain values for JSON: figures, counts and ids, never a comment's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from moderator.evaluation.bars import Line, comparison_lines, public_lines, set_lines
from moderator.evaluation.curves import Calibration, Curve
from moderator.evaluation.figures import (
    LabelFigures,
    Share,
    confusion,
    figures,
    label_figures,
    pooled_calibration,
)
from moderator.evaluation.judging import Judged
from moderator.evaluation.labelled import evenly
from moderator.evaluation.mistakes import Mistake, by_kind, mistakes
from moderator.evaluation.public_figures import Comparison, PublicFigures

_POINTS = 200
TOGETHER = "all sets"


@dataclass(frozen=True, slots=True)
class SetReport:
    """One labelled set, or several as one."""

    name: str
    comments: int
    figures: Mapping[str, Share]
    labels: tuple[LabelFigures, ...]
    pooled: Calibration
    confusion: Mapping[tuple[str, str], int]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`made_with` says by which reader, policy and program. `whole` is all sets as one, or None where there is none."""

    made_with: Mapping[str, str]
    sets: tuple[SetReport, ...] = ()
    whole: SetReport | None = None
    public: PublicFigures | None = None
    comparison: Comparison | None = None

    @property
    def told(self) -> tuple[SetReport, ...]:
        """Each set, and where there are several all of them as one."""
        together = (self.whole,) if self.whole is not None and len(self.sets) > 1 else ()
        return (*self.sets, *together)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every figure that has a bar."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[Line]:
        for each in self.told:
            yield from set_lines(each.name, each.figures)
        if self.public is not None:
            yield from public_lines(self.public)
        if self.comparison is not None:
            yield from comparison_lines(self.comparison)

    @property
    def misses_a_floor(self) -> bool:
        return any(line.meets_floor is False for line in self.lines)


def report_on(
    made_with: Mapping[str, str],
    judged: Mapping[str, Sequence[Judged]],
    public: PublicFigures | None = None,
    comparison: Comparison | None = None,
) -> Report:
    """`judged` by the name of the set."""
    sets = tuple(_set_report(name, rows, mistakes(name, rows)) for name, rows in judged.items())
    wrong = tuple(mistake for each in sets for mistake in each.mistakes)
    together = [one for rows in judged.values() for one in rows]
    whole = sets[0] if len(sets) == 1 else _set_report(TOGETHER, together, wrong) if sets else None
    return Report(made_with, sets, whole, public, comparison)


def _set_report(name: str, rows: Sequence[Judged], wrong: tuple[Mistake, ...]) -> SetReport:
    return SetReport(
        name, len(rows), figures(rows), label_figures(rows), pooled_calibration(rows), confusion(rows), wrong
    )


def as_json(report: Report) -> dict[str, Any]:
    """Ready for `json.dumps`. Shares are told as part, whole and value; curves at up to 200 points."""
    return {
        "made_with": dict(report.made_with),
        "bars": [_line(line) for line in report.lines],
        "sets": {each.name: _set(each) for each in report.told},
        "public": None if report.public is None else _public(report.public),
        "comparison": None if report.comparison is None else _comparison(report.comparison),
    }


def _line(line: Line) -> dict[str, Any]:
    told = {"where": line.where, **asdict(line.bar), "value": _rounded(line.value), "note": line.note}
    return {**told, "meets_floor": line.meets_floor, "meets_goal": line.meets_goal}


def _set(each: SetReport) -> dict[str, Any]:
    return {
        "comments": each.comments,
        "figures": {name: share.value for name, share in each.figures.items()},
        "counts": {name: {"part": share.part, "whole": share.whole} for name, share in each.figures.items()},
        "labels": {str(row.label): _label(row) for row in each.labels},
        "calibration": _calibration(each.pooled),
        "confusion": [{"wanted": w, "said": s, "comments": n} for (w, s), n in sorted(each.confusion.items())],
        "mistakes": {str(kind): count for kind, count in by_kind(each.mistakes).items()},
        "mistaken": [_mistake(mistake) for mistake in each.mistakes],
    }


def _label(row: LabelFigures) -> dict[str, Any]:
    return {
        "carried": row.carried,
        "said": row.said,
        "both": row.both,
        "average_precision": _rounded(row.average_precision),
        "curve": _curve(row.curve),
        "calibration": _calibration(row.calibration),
    }


def _curve(curve: Curve) -> list[dict[str, float | None]]:
    points = list(zip(curve.limits, curve.precision, curve.recall, strict=True))
    return [
        {"limit": _rounded(limit), "precision": _rounded(precision), "recall": _rounded(recall)}
        for limit, precision, recall in evenly(points, _POINTS)
    ]


def _calibration(measured: Calibration) -> dict[str, Any]:
    return {
        "expected_calibration_error": _rounded(measured.error),
        "bins": [{key: _rounded(value) for key, value in asdict(each).items()} for each in measured.bins],
    }


def _mistake(mistake: Mistake) -> dict[str, Any]:
    one = mistake.judged
    return {
        "set": mistake.set_name,
        "id": one.wanted.id,
        "kinds": [str(kind) for kind in mistake.kinds],
        "action": str(one.action),
        "accept": sorted(one.wanted.accept),
        "labels": sorted(one.wanted.labels),
        "said": sorted(one.labels),
        "spans": [
            {"label": str(found.label), "start": found.start, "end": found.end, "score": _rounded(found.score)}
            for found in one.findings
        ],
    }


def _public(measured: PublicFigures) -> dict[str, Any]:
    told = _values(asdict(measured))
    told["jigsaw"]["mean"] = _rounded(measured.jigsaw.mean)
    told["noisyhate"]["lost"] = _rounded(measured.noisyhate.lost)
    told["names"]["gap"] = _rounded(measured.names.gap)
    lowest = measured.lowest_subgroup
    told["lowest_subgroup"] = None if lowest is None else {"term": lowest[0], "auc": _rounded(lowest[1])}
    return told


def _comparison(compared: Comparison) -> dict[str, Any]:
    told = _values(asdict(compared))
    return {**told, **_values({"by_label": compared.by_label, "widest": compared.widest, "mean": compared.mean})}


def _values(held: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _values(value) if isinstance(value, Mapping) else _rounded(value) for key, value in held.items()}


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
