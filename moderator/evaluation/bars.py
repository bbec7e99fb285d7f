"""What the figures have to reach: the bars as data, and each figure held against its bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from moderator.evaluation.figures import Share
from moderator.evaluation.public_figures import Comparison, PublicFigures


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure must be at least `floor`, or at most it; `goal` is what it should be."""

    figure: str
    direction: Literal["≥", "≤"]
    floor: float
    goal: float

    def met(self, value: float, mark: float) -> bool:
        # Half a thousandth of a thousandth: what adding up shares in another order may change.
        return value >= mark - 5e-7 if self.direction == "≥" else value <= mark + 5e-7


SET_BARS = (
    Bar("child_named recall", "≥", 0.93, 0.97),
    Bar("child span recall", "≥", 0.88, 0.93),
    Bar("harm recall", "≥", 0.88, 0.95),
    Bar("wrongly hidden", "≤", 0.015, 0.01),
    Bar("wrongly queued", "≤", 0.10, 0.06),
    Bar("too soft", "≤", 0.20, 0.12),
    Bar("urgent recall", "≥", 0.80, 0.92),
    Bar("urgent precision", "≥", 0.65, 0.75),
)
JIGSAW = Bar("six labels: mean ROC-AUC", "≥", 0.970, 0.970)
HATECHECK = Bar("HateCheck: accuracy", "≥", 0.75, 0.75)
SPELLING = Bar("HateCheck: recall in disguised spelling", "≥", 0.80, 0.80)
NOISYHATE = Bar("NoisyHate: recall lost to disguise", "≤", 0.03, 0.03)
MADLIBS = Bar("madlibs: lowest subgroup ROC-AUC", "≥", 0.93, 0.93)
NAMES = Bar("names: gap between origins in false alarms", "≤", 0.01, 0.01)
COMPARED = Bar("against the other model: widest ROC-AUC difference of a label", "≤", 0.003, 0.003)
COMPARED_MEAN = Bar("against the other model: mean ROC-AUC difference", "≤", 0.003, 0.003)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure against its bar; `value` is None where there was nothing to measure, which meets and misses nothing."""

    where: str
    bar: Bar
    value: float | None
    note: str = ""

    @property
    def meets_floor(self) -> bool | None:
        return None if self.value is None else self.bar.met(self.value, self.bar.floor)

    @property
    def meets_goal(self) -> bool | None:
        return None if self.value is None else self.bar.met(self.value, self.bar.goal)


def set_lines(where: str, figures: Mapping[str, Share]) -> Iterator[Line]:
    for bar in SET_BARS:
        share = figures.get(bar.figure, Share(0, 0))
        yield Line(where, bar, share.value, f"{share.part} of {share.whole}")


def public_lines(measured: PublicFigures) -> Iterator[Line]:
    where, lowest, twins = "public sets", measured.lowest_subgroup, measured.noisyhate
    yield Line(where, JIGSAW, measured.jigsaw.mean, f"{measured.jigsaw.texts} texts")
    yield Line(where, HATECHECK, measured.hatecheck.accuracy, f"hate from {measured.limits.hate}")
    yield Line(where, SPELLING, measured.hatecheck.spelling_recall)
    yield Line(where, NOISYHATE, twins.lost, f"{twins.clean_recall:.3f} to {twins.disguised_recall:.3f}")
    yield Line(where, MADLIBS, lowest[1] if lowest else None, lowest[0] if lowest else "")
    yield Line(where, NAMES, measured.names.gap, f"{measured.names.names} names")


def comparison_lines(compared: Comparison) -> Iterator[Line]:
    yield Line("comparison", COMPARED, compared.widest, compared.other_name)
    yield Line("comparison", COMPARED_MEAN, compared.mean, compared.other_name)
