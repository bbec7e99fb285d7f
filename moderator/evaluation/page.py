"""The report as one page that needs nothing else: words, tables and plots, by day and by night, on a telephone too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from moderator.domain import Label
from moderator.evaluation import plots
from moderator.evaluation.bars import MADLIBS, NAMES
from moderator.evaluation.figures import NOTHING
from moderator.evaluation.mistakes import by_kind
from moderator.evaluation.public_figures import Comparison, PublicFigures
from moderator.evaluation.report import Report, SetReport
from moderator.evidence_pack.page import visible

TEMPLATE = "page.html.j2"


@dataclass(frozen=True, slots=True)
class Plot:
    """One drawing: what it shows, in words for whoever cannot see it, and the SVG itself."""

    title: str
    said: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Matrix:
    """The confusion as a table: `rows` of (wanted, [(comments, depth of colour 0.0-1.0, on the diagonal)])."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, float, bool], ...]], ...]


def page(report: Report, made_at: datetime) -> str:
    """The whole HTML page. Whatever others wrote is escaped, and marks that cannot be seen are shown by their number."""
    rooms = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rooms.filters |= {"visible": visible, "number": number}
    whole = report.whole
    return rooms.get_template(TEMPLATE).render(
        report=report,
        made_at=made_at,
        whole=whole,
        kinds=by_kind(whole.mistakes) if whole else {},
        label_plots=tuple(label_plots(whole)) if whole else (),
        matrix=matrix(whole) if whole else None,
        public_plots=tuple(public_plots(report.public)) if report.public else (),
        comparison_rows=comparison_rows(report.comparison) if report.comparison else (),
    )


def number(value: float | None, places: int = 3) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def label_plots(measured: SetReport) -> Iterator[Plot]:
    """Reliability of all labels together, then for each label its precision–recall curve and its reliability."""
    if measured.pooled.bins:
        said = f"Expected calibration error {number(measured.pooled.error)}; findings: {measured.pooled.count}."
        yield Plot("all labels: reliability", said, Markup(plots.reliability_plot("all", measured.pooled)))  # noqa: S704
    for row in measured.labels:
        if row.curve.recall:
            said = f"Average precision {number(row.average_precision)}; comments that carry it: {row.carried}."
            yield Plot(f"{row.label}: precision and recall", said, Markup(plots.precision_recall_plot(row)))  # noqa: S704
        if row.calibration.bins:
            said = f"Expected calibration error {number(row.calibration.error)}; findings: {row.calibration.count}."
            drawn = plots.reliability_plot(row.label, row.calibration)
            yield Plot(f"{row.label}: reliability", said, Markup(drawn))  # noqa: S704  Our own drawing.


def matrix(measured: SetReport) -> Matrix:
    named = {name for pair in measured.confusion for name in pair}
    order = tuple(name for name in (*(str(label) for label in Label), NOTHING) if name in named)
    rows = tuple((wanted, tuple(_cells(measured, wanted, order))) for wanted in order)
    return Matrix(order, tuple(row for row in rows if any(count for count, _depth, _right in row[1])))


def _cells(measured: SetReport, wanted: str, order: tuple[str, ...]) -> Iterator[tuple[int, float, bool]]:
    counts = [measured.confusion.get((wanted, said), 0) for said in order]
    most = max(counts, default=0) or 1
    for said, count in zip(order, counts, strict=True):
        yield count, round(count / most, 2), said == wanted


def public_plots(measured: PublicFigures) -> Iterator[Plot]:
    by_term = measured.madlibs.items()
    yield Plot(
        "madlibs: ROC-AUC by term",
        f"Subgroup, BPSN and BNSP area for each of {len(measured.madlibs)} terms; the dotted line is the bar.",
        Markup(  # noqa: S704
            plots.bars_plot(
                "madlibs",
                {
                    "subgroup": [(term, row.subgroup) for term, row in by_term],
                    "BPSN": [(term, row.bpsn) for term, row in by_term],
                    "BNSP": [(term, row.bnsp) for term, row in by_term],
                },
                low=0.4,
                high=1.01,
                mark=MADLIBS.floor,
            )
        ),
    )
    hate = [(name, row.share) for name, row in measured.hatecheck.by_functionality.items()]
    drawn = plots.bars_plot("hatecheck", {"accuracy": hate}, low=-0.02, high=1.02)
    yield Plot("HateCheck: accuracy by function", f"{len(hate)} functions.", Markup(drawn))  # noqa: S704
    names = [(origin.replace("_", " "), row.share) for origin, row in measured.names.by_origin.items()]
    highest = max([NAMES.floor, *(share for _origin, share in names)])
    drawn = plots.bars_plot("names", {"false alarms": names}, low=-highest * 0.05, high=highest * 1.1, mark=NAMES.floor)
    said = "Share of neutral sentences that would count as toxic or hate; the dotted line is the widest gap allowed."
    yield Plot("names: false alarms by origin", said, Markup(drawn))  # noqa: S704


def comparison_rows(compared: Comparison) -> tuple[tuple[str, float, float, float], ...]:
    """(label, ours, the other's, the difference)."""
    return tuple(
        (label, compared.ours.auc[label], compared.other.auc[label], difference)
        for label, difference in compared.by_label.items()
    )
