"""Comments of each day as a small picture: mid tones on nothing, so that it can be read on white and on black."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from moderator.reports.weekly import Day

INK, READ, HIDDEN = "#757575", "#3d7fb5", "#c8571f"
"""Each has a contrast of at least 4:1 to white and to black alike."""
WIDTH_IN, HEIGHT_IN, DOTS_PER_IN = 5.6, 2.6, 200
"""1120 by 520 dots, shown at half of that, and on a narrow phone at a quarter: hence the large letters."""
LETTERS_PT = 12.5
SMALLEST_TOP = 4


def chart_png(days: Sequence[Day]) -> bytes:
    """A PNG with a bar for each day: what was read, and beside it what was hidden, each with its number."""
    # Loaded here, since it takes a second and most commands draw nothing; without pyplot, which keeps figures for ever.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DOTS_PER_IN, facecolor="none")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.01, 0.14, 0.98, 0.74), facecolor="none")
    _bars(axes, days)
    _frame(axes, days)
    drawn = BytesIO()
    figure.savefig(drawn, format="png", transparent=True, metadata={"Software": None})
    return _fewer_colours(drawn.getvalue())


def _bars(axes: Any, days: Sequence[Day]) -> None:
    for shift, colour, label, counts in (
        (-0.2, READ, "read", [day.read for day in days]),
        (0.2, HIDDEN, "hidden", [day.hidden for day in days]),
    ):
        places = [place + shift for place in range(len(days))]
        axes.bar(places, counts, width=0.38, color=colour, label=label)
        for place, count in zip(places, counts, strict=True):
            axes.annotate(
                f"{count:,}",
                (place, count),
                (0, 2),
                textcoords="offset points",
                ha="center",
                color=INK,
                fontsize=LETTERS_PT,
            )


def _frame(axes: Any, days: Sequence[Day]) -> None:
    axes.set_ylim(0, 1.25 * max(SMALLEST_TOP, *(max(day.read, day.hidden) for day in days)))
    axes.set_xlim(-0.5, len(days) - 0.5)
    axes.set_xticks(range(len(days)), [f"{day.day:%a} {day.day.day}" for day in days], color=INK, fontsize=LETTERS_PT)
    axes.set_yticks([])
    axes.tick_params(length=0)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(INK)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2, frameon=False, fontsize=LETTERS_PT, labelcolor=INK
    )


def _fewer_colours(png: bytes) -> bytes:
    """The same picture in 64 colours: a third of the bytes."""
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        small = BytesIO()
        picture.quantize(64, method=Image.Quantize.FASTOCTREE).save(small, format="png", optimize=True)
    return small.getvalue()
