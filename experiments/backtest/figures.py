"""The figure: how far off model and rivals are, relative to the better of last value and log-linear trend."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.backtest.errors import BEHIND, GRAVITY, MODEL, RULES, cells, origins
from experiments.backtest.outcomes import OUTCOMES
from sim.plots.style import GREY, INK, PALE, SERIES, page, save, styled

ROW = 0.34  # inches an outcome
MARKS = ("o", "s", "D", "^")  # by origin
WORSE = "#b0b0b0"
LEFT = 2.55  # inches for the names


def relative(errors: pd.DataFrame) -> dict[tuple[str, int], dict[str, float]]:
    """Errors over those of the better rule, by outcome and origin, then method."""
    found: dict[tuple[str, int], dict[str, float]] = {}
    for (outcome, origin, horizon, method), error in cells(errors).items():
        if horizon == 0:
            found.setdefault((outcome, origin), {})[method] = error
    better = {case: min(own[rule] for rule in RULES) for case, own in found.items()}
    return {case: {method: error / better[case] for method, error in own.items()} for case, own in found.items()}


def drawn(errors: pd.DataFrame, settings: str) -> Figure:
    """One row an outcome, one mark an origin; left of the line the model is nearer than the better rule."""
    table, known = relative(errors), origins(errors)
    caption = (
        "Errors are means over the years after each origin. Grey: the worse of last value and log-linear trend, whose "
        "better one is at 1; shaded: up to 10 % further off."
    )
    with styled():
        sheet = page(
            "The whole model against years it has not seen",
            f"Left of the line the model errs less than the better of last value and log-linear trend. {settings}.",
            caption,
            ROW * len(OUTCOMES) + 0.7,
        )
        ax = sheet.axes(LEFT, 0.36, sheet.width - LEFT - 0.15, ROW * len(OUTCOMES))
        _rows(ax, table, known)
        colours = {"model": SERIES[0], "gravity": SERIES[1], "worse rule": WORSE}
        keys = [Line2D([], [], ls="", ms=5, marker="o", color=colour) for colour in colours.values()]
        keys += [Line2D([], [], ls="", ms=5, marker=mark, color=INK, mfc="none") for mark, _ in zip(MARKS, known)]
        sheet.legend(keys, [*colours, *(f"fitted to {origin}" for origin in known)])
    return sheet.figure


def _rows(ax: Axes, table: dict[tuple[str, int], dict[str, float]], known: list[int]) -> None:
    """Marks of all outcomes, from the top."""
    ax.axvspan(1.0, BEHIND, color=PALE, lw=0, zorder=0)
    ax.axvline(1.0, color=GREY, lw=0.8, zorder=1)
    apart = 0.26 / max(len(known) - 1, 1)
    for k, outcome in enumerate(OUTCOMES):
        for i, origin in enumerate(known):
            if (line := table.get((outcome.name, origin))) is None:
                continue
            y = k + (i - (len(known) - 1) / 2) * apart
            worse = max(line[rule] for rule in RULES)
            for value, color in ((worse, WORSE), (line.get(GRAVITY), SERIES[1]), (line[MODEL], SERIES[0])):
                if value is not None:
                    ax.plot(value, y, MARKS[i], color=color, ms=5, mew=0.6, mec="white", zorder=3)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel("error / error of the better rule (logarithmic)")
    ax.set_yticks(range(len(OUTCOMES)), [outcome.words for outcome in OUTCOMES])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(OUTCOMES) - 0.5, -0.5)
    ax.grid(axis="x")


def draw(errors: pd.DataFrame, settings: str, folder: Path) -> list[Path]:
    """Write the figure into the folder's ``figures``."""
    return save(drawn(errors, settings), folder / "figures", "errors")
