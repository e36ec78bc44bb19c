"""The plane of promoting and protecting: science gained or lost against what is protected, a point per scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots import effects
from sim.plots.labels import label_points
from sim.plots.style import GREY, INK, MODE_LINES, MODE_NAMES, SERIES, page, short, signed_tick, styled

ROW = 2.55  # inches
COLUMNS = (("papers", "Papers"), ("top1", "Top-1 % papers"))
SHADE = "#eef4ee"


@dataclass(frozen=True)
class Spread:
    """Mean over runs and 90 % band (both ends at the mean for a single run)."""

    mean: float
    lo: float
    hi: float


@dataclass(frozen=True)
class Point:
    """One scenario and mode in the plane; yearly means of scenario minus baseline.

    Parameters
    ----------
    papers, top1 : in % of the baseline.
    papers_number : papers, a year. protected : of the hazard of the issuer's sensitive projects, percentage points.
    """

    scenario: str
    mode: str
    title: str
    papers: Spread
    top1: Spread
    papers_number: Spread
    protected: Spread

    @property
    def name(self) -> str:
        """Title and mode in words."""
        return f"{self.title} ({MODE_NAMES.get(self.mode, self.mode)})"


def plane_points(
    outcomes: pd.DataFrame,
    issuers: pd.DataFrame,
    years: tuple[int, int],
    titles: Mapping[str, str] = MappingProxyType({}),
) -> list[Point]:
    """Points of all scenarios, direct effects first.

    Parameters
    ----------
    outcomes : of `effects.world_outcomes` or `effects.place_outcomes`, for papers; several places are added up.
    issuers : of `effects.place_outcomes`, of the one place whose projects are protected: leaks of several never add.
    years : first and last year of the means, inclusive.
    titles : of the scenarios by name.
    """
    run = effects.keys(outcomes)
    sums = _sums(outcomes, run, ["papers", "top1"], years)
    sums["papers_number"] = sums["papers"] / (years[1] - years[0] + 1)
    hazard = _sums(issuers, run, ["hazard", "leaks"], years)
    hazard["protected"] = 100 * (1.0 - hazard["leaks"] / hazard["hazard"].where(hazard["hazard"] > 0))
    both = sums.merge(hazard[[*run, "protected"]], on=run)
    names = ("papers", "top1", "papers_number", "protected")
    change = effects.paired(both, names, [], percent=("papers", "top1"))
    found = []
    for scenario, mode in effects.series_of(change, all_modes=True):
        part = change[(change["scenario"] == scenario) & (change["mode"] == mode)]
        found.append(Point(scenario, mode, titles.get(scenario, scenario), *(_spread(part, name) for name in names)))
    return found


def _sums(outcomes: pd.DataFrame, run: list[str], names: list[str], years: tuple[int, int]) -> pd.DataFrame:
    """Sums by run over the years."""
    return outcomes[outcomes["year"].between(*years)].groupby(run, as_index=False)[names].sum()


def _spread(part: pd.DataFrame, name: str) -> Spread:
    row = effects.band(part, name, ["scenario"])
    return Spread(*(float(row[column].iloc[0]) if len(row) else float("nan") for column in ("mean", "lo", "hi")))


def _limits(spreads: Sequence[Spread]) -> tuple[float, float]:
    """Axis limits that hold the crosses and the origin, with room for labels."""
    a, b = min(0.0, *(s.lo for s in spreads)), max(0.0, *(s.hi for s in spreads))
    if b - a < 1e-6:  # nothing changes: an axis around zero, with numbers that can be read
        a, b = -0.1, 0.1
    span = b - a
    return a - 0.16 * span, b + 0.16 * span


def _panel(ax: Axes, points: Sequence[Point], column: str, colors: Mapping[str, str]) -> None:
    """Crosses and labels of one panel; x in % of the baseline, y in percentage points."""
    across: list[Spread] = [getattr(point, column) for point in points]
    ax.set(xlim=_limits(across), ylim=_limits([p.protected for p in points]))
    ax.axhline(0, color=GREY, lw=0.7, zorder=1)
    ax.axvline(0, color=GREY, lw=0.7, zorder=1)
    ax.fill_between([0, ax.get_xlim()[1]], 0, ax.get_ylim()[1], color=SHADE, lw=0, zorder=0)
    ax.plot(0, 0, "+", ms=6, color=INK, mew=1.0, zorder=4)
    for point, x in zip(points, across):
        color = colors[point.scenario]
        line = MODE_LINES.get(point.mode, "-")
        ax.hlines(point.protected.mean, x.lo, x.hi, color=color, lw=1.0, ls=line, zorder=2)
        ax.vlines(x.mean, point.protected.lo, point.protected.hi, color=color, lw=1.0, ls=line, zorder=2)
        inside = "white" if point.mode == "reactive" else color
        ax.plot(x.mean, point.protected.mean, "o", ms=6, mfc=inside, mec=color, mew=1.3, zorder=3)
    ax.grid(True)
    ax.locator_params(nbins=5)
    ax.xaxis.set_major_formatter(lambda value, _position: f"{signed_tick(value)} %")
    ax.yaxis.set_major_formatter(signed_tick)
    label_points(
        ax,
        np.array([0.0, *(x.mean for x in across)]),
        np.array([0.0, *(point.protected.mean for point in points)]),
        ["baseline", *_texts(points)],
        markers=3.5,
        colors=[INK, *(colors[point.scenario] for point in points)],
        blocked=np.vstack([_crosses(points, across), _zero_lines(ax)]),
    )


def _crosses(points: Sequence[Point], across: Sequence[Spread]) -> np.ndarray:
    """Positions along the arms of the crosses [m, 2], to keep labels off them."""
    arms = []
    for point, x in zip(points, across):
        arms += [(a, point.protected.mean) for a in np.linspace(x.lo, x.hi, 60)]
        arms += [(x.mean, b) for b in np.linspace(point.protected.lo, point.protected.hi, 60)]
    return np.array(arms)


def _zero_lines(ax: Axes) -> np.ndarray:
    """Positions along the two zero lines [m, 2]."""
    x, y = np.linspace(*ax.get_xlim(), 90), np.linspace(*ax.get_ylim(), 60)
    return np.vstack([np.column_stack([x, 0 * x]), np.column_stack([0 * y, y])])


def _texts(points: Sequence[Point]) -> list[str]:
    """What tells points apart: the mode of a single scenario, the title of several, or both."""
    scenarios, modes = {p.scenario for p in points}, [MODE_NAMES.get(p.mode, p.mode) for p in points]
    if len(scenarios) == 1:
        return modes
    if len(scenarios) == len(points):
        return [p.title for p in points]
    return [f"{p.title}, {mode.removesuffix(' effects')}" for p, mode in zip(points, modes)]


def price_notes(points: Sequence[Point]) -> str:
    """Sentence for the notes: papers lost per point protected where both are clear; empty if nowhere."""
    priced = [p for p in points if p.papers_number.hi < 0 < p.protected.lo]
    prices = "; ".join(f"{p.name} {short(-p.papers_number.mean / p.protected.mean)}" for p in priced)
    return f"Papers of the world lost a year for each percentage point protected: {prices}." if prices else ""


def promote_protect(
    panels: Sequence[tuple[str, Sequence[Point]]],
    *,
    title: str = "Promote and protect: science gained or lost against what is protected",
    subtitle: str = "",
    caption: str = "",
) -> Figure:
    """Rows of two planes (papers, top-1 % papers), one row for each group of places.

    Parameters
    ----------
    panels : (name of the group, its `plane_points`), such as the world and the issuer of the policy.
    """
    scenarios = list(dict.fromkeys(p.scenario for _, points in panels for p in points))
    colors = {s: SERIES[i % len(SERIES)] for i, s in enumerate(scenarios)}
    with styled():
        sheet = page(title, subtitle, caption, ROW * len(panels))
        width = sheet.width / 2
        for r, (group, points) in enumerate(panels):
            bottom = sheet.height - (r + 1) * ROW + 0.42
            for c, (column, words) in enumerate(COLUMNS):
                ax = sheet.axes(c * width + 0.55, bottom, width - 0.65, ROW - 0.42 - 0.28)
                _panel(ax, points, column, colors)
                ax.set_title(f"{group}: {words.lower() if group else words}")
                ax.set_xlabel(f"{words}, change from the baseline")
                if c == 0:
                    ax.set_ylabel("Protected: share of possible leaks\nat the issuer stopped, points")
    return sheet.figure
