"""The plots of the page, as SVG in the colours of whatever page holds them: lines and words take `currentColor`.

Drawn by matplotlib without a display. Each is about as wide as a telephone, so that nothing has to shrink.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moderator.evaluation.curves import Calibration
from moderator.evaluation.figures import LabelFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK = "#010203"
"""Stands for the page's own colour until the SVG is written; no plot uses it otherwise."""
_LINE, _SECOND, _THIRD = "#2b7fc4", "#d0662a", "#5a9a3c"  # Readable on white and on near-black.
_WIDE_IN, _HIGH_IN, _ROW_IN = 3.2, 2.6, 0.2
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # Words stay words: they can be read aloud, searched and scaled.
    "svg.hashsalt": "moderator",  # The same figures give the same file.
    "text.parse_math": False,
    "font.size": 8,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_ID = re.compile(r'(\bid="|url\(#|href="#)')
Bars = Mapping[str, Sequence[tuple[str, float | None]]]
"""Series -> (row, value), the same rows in each."""


def precision_recall_plot(row: LabelFigures) -> str:
    def draw(axes: Axes) -> None:
        recall, precision = (0.0, *row.curve.recall), (*row.curve.precision[:1], *row.curve.precision)
        axes.step(recall, precision, where="pre", color=_LINE)
        if row.said and row.carried:
            axes.plot(row.both / row.carried, row.both / row.said, "o", color=_SECOND, label="as the policy stands")
            axes.legend(loc="lower left")
        _unit_square(axes, "recall", "precision")

    return _svg(f"pr-{row.label}", draw)


def reliability_plot(name: str, measured: Calibration) -> str:
    def draw(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), linestyle=":", linewidth=0.8, color=_INK)
        most = max((each.count for each in measured.bins), default=1)
        sizes = [12 + 80 * each.count / most for each in measured.bins]
        said, right = [each.said for each in measured.bins], [each.right for each in measured.bins]
        axes.plot(said, right, color=_LINE, linewidth=1)
        axes.scatter(said, right, s=sizes, color=_LINE)
        _unit_square(axes, "score", "right")

    return _svg(f"reliability-{name}", draw)


def bars_plot(name: str, series: Bars, *, low: float = 0.0, high: float = 1.0, mark: float | None = None) -> str:
    """A row for each value, the first on top, with a line at `mark`."""
    rows = [row for row, _value in next(iter(series.values()))]

    def draw(axes: Axes) -> None:
        marks = ("o", "s", "^")
        for (label, values), colour, shape in zip(series.items(), (_LINE, _SECOND, _THIRD), marks, strict=False):
            known = [(value, at) for at, (_row, value) in enumerate(values) if value is not None]
            axes.plot(
                [value for value, _at in known], [at for _value, at in known], shape, color=colour, label=label, ms=4
            )
        axes.set_yticks(range(len(rows)), rows)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(low, high)
        axes.grid(axis="both", color=_INK, alpha=0.12)
        if mark is not None:
            axes.axvline(mark, color=_INK, linewidth=0.8, linestyle=":")
        if len(series) > 1:
            axes.legend(loc="lower center", bbox_to_anchor=(0.3, 1.0), ncols=len(series))

    return _svg(f"bars-{name}", draw, high_in=0.9 + _ROW_IN * len(rows))


def _unit_square(axes: Axes, across: str, up: str) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.05)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(color=_INK, alpha=0.12)


def _svg(name: str, draw: Callable[[Axes], None], *, high_in: float = _HIGH_IN) -> str:
    """The drawing as one <svg> element. Many share a page, so each puts its name before its ids."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDE_IN, high_in), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = drawn.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    own = re.sub(r"[^a-z0-9]+", "-", name.lower())
    return _ID.sub(rf"\1{own}-", svg.replace(_INK, "currentColor"))
