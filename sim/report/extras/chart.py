"""The scenarios on one linear axis, outcome by outcome, large enough to be read from the back of a room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.plots.style import GREY, INK, SERIES, signed_tick, styled, wrapped
from sim.report.model import Panel
from sim.report.words import Effect

SIZE = 11.0  # points
LABELS = 1.55  # inches for the names of outcomes
STEP = 0.8  # of the distance of two outcomes: room for their scenarios


def chart(panels: Sequence[Panel], width: float, height: float) -> bytes:
    """A PNG: a dot an outcome and scenario, thick its range by chance, thin its range over chance and assumptions.

    Scenarios have the colours of `SERIES` in their order.

    Parameters
    ----------
    panels : an outcome each, with a row a scenario, in per cent.
    width, height : inches.
    """
    with styled():
        figure = Figure(figsize=(width, height), dpi=200, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((LABELS / width, 0.75 / height, 1 - (LABELS + 0.15) / width, 1 - 0.83 / height))
        axes.axvline(0.0, color=GREY, linewidth=1.0)
        for i, panel in enumerate(panels):
            for j, row in enumerate(panel.rows):
                y = i + STEP * ((j + 0.5) / len(panel.rows) - 0.5)
                _draw(axes, y, row.relative, SERIES[j % len(SERIES)])
        axes.set_ylim(len(panels) - 0.5, -0.5)
        names = ["\n".join(wrapped(panel.title, SIZE, LABELS - 0.15)) for panel in panels]
        axes.set_yticks(range(len(panels)), names, fontsize=SIZE, color=INK)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=SIZE - 1)
        axes.locator_params(axis="x", nbins=5)
        axes.xaxis.set_major_formatter(signed_tick)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        drawn = any(row.relative.drawn for panel in panels for row in panel.rows)
        lines = "thick: chance; thin: chance and assumptions" if drawn else "lines: chance alone"
        axes.set_xlabel("change from the reference, %", fontsize=SIZE)
        figure.text(0.5, 0.1 / height, lines, fontsize=SIZE - 1, color=GREY, ha="center")
        file = BytesIO()
        figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _draw(axes: Axes, y: float, effect: Effect, colour: str) -> None:
    if not effect.known:
        return
    for lo, hi, line in ((effect.lo, effect.hi, 1.6), (effect.chance_lo, effect.chance_hi, 5.0)):
        if math.isfinite(hi - lo):
            axes.plot((lo, hi), (y, y), color=colour, linewidth=line, solid_capstyle="butt", alpha=0.85)
    axes.plot(effect.central, y, "o", color=colour, markersize=7, markeredgecolor="white")
