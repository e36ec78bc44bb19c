"""Figures, ``numbers.csv`` and the tables of ``README.md`` from the stores; never runs the model.

``python -m experiments.frontier.figures [--small] [--store FOLDER]``: FOLDER is the last line that the search printed.
With ``--small``, figures and numbers go into the store and the page is left alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from experiments.common.figures import draw
from experiments.common.numbers import read_numbers, write_numbers
from experiments.common.page import write_page
from experiments.frontier import page as tables
from experiments.frontier.numbers import Results, read, table
from experiments.frontier.outcomes import FILE, FIRST, HERE, OBJECTIVES
from sim.core.read import ConfigError
from sim.plots.labels import label_points
from sim.plots.style import GREY, INK, SERIES, page, signed_tick, styled
from sim.sweep.design_files import store_folder
from sim.sweep.spec import Spec, read_spec

MAP = colormaps["viridis_r"]
BAND = "where a further run would fall with a probability of 90 %"


def plane(found: Results, numbers: pd.DataFrame, settings: str) -> Figure:
    """Policies in the plane of research kept and hazard stopped: tried ones, the front by cost, named ones."""
    caption = (
        f"{settings} Means of {FIRST}–{found.about[0]['settings']['end']}, each run paired with the baseline of the "
        "same random draws. Small dots: policies that the search tried. Coloured: the best of them, run again with "
        "other random numbers; line: what is then still not beaten. Blue: named scenarios and mixtures written by "
        f"hand, with those random numbers too. Crosses: {BAND}, for {tables.SHOWN} points of the front only."
    )
    with styled():
        sheet = page("Promote against protect: the best the United States can have of both", "", caption, 3.9)
        ax = sheet.axes(0.5, 0.42, sheet.width - 1.35, 3.45)
        ax.axhline(0, color=GREY, lw=0.6, zorder=1)
        ax.axvline(0, color=GREY, lw=0.6, zorder=1)
        ax.plot(found.points["papers"], found.points["stopped"], ".", ms=3, color="#b0b0b0", zorder=1, rasterized=True)
        cells = numbers[numbers["group"].isin(["front", "named"])].set_index(["group", "name", "outcome"])
        shown = cells[cells.index.get_level_values("outcome").isin(OBJECTIVES)]
        for name, limit in zip(OBJECTIVES, (ax.set_xlim, ax.set_ylim)):
            ends = shown.xs(name, level="outcome")
            limit(*_limits([*ends["lo"], *ends["hi"], *found.points[name]]))
        _front(sheet.figure, ax, found, cells, (sheet.left + sheet.width - 0.75, sheet.bottom + 0.75))
        _named(ax, cells)
        ax.set_xlabel("Papers of the United States (fractional), change from the baseline")
        ax.set_ylabel("Of what would leak without the rule, protection stops, %")
        ax.xaxis.set_major_formatter(lambda value, _: f"{signed_tick(value)} %")
        ax.grid(True)
    return sheet.figure


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Limits of an axis that shows zero and all values."""
    lo, hi = min(0.0, np.nanmin(values)), max(0.0, np.nanmax(values))
    return lo - 0.05 * (hi - lo), hi + 0.05 * (hi - lo)


def _front(figure: Figure, ax: Axes, found: Results, cells: pd.DataFrame, corner: tuple[float, float]) -> None:
    """Points of the front with bands and what compliance costs as colour; steps through those that stayed on it."""
    names = [str(i + 1) for i in range(len(found.chosen))]
    part = cells.loc["front"]
    cost = np.array([part.loc[(n, "compliance"), "mean"] for n in names])
    crossed = tables.spread(names)
    norm = Normalize(0, max(cost.max(), 1.0))
    for name, musd in zip(names, cost):
        x, y = (part.loc[(name, outcome)] for outcome in OBJECTIVES)
        color = MAP(norm(musd))
        if name in crossed:
            ax.hlines(y["mean"], x["lo"], x["hi"], color=color, lw=0.9, alpha=0.7, zorder=2)
            ax.vlines(x["mean"], y["lo"], y["hi"], color=color, lw=0.9, alpha=0.7, zorder=2)
        ax.plot(x["mean"], y["mean"], "o", ms=4.5, mfc=color, mec=INK, mew=0.4, zorder=4)
    means = found.means.iloc[found.kept]
    ax.step(means["papers"], means["stopped"], where="post", color=INK, lw=0.8, zorder=3)
    width, height = figure.get_size_inches()
    bar = figure.add_axes((corner[0] / width, corner[1] / height, 0.12 / width, 2.4 / height))
    edges, colors = np.linspace(0, norm.vmax or 1.0, 65), np.linspace(0, 1, 64)[:, None]
    bar.pcolormesh([0, 1], edges, colors, cmap=MAP, rasterized=True)
    bar.set_xticks([])
    bar.yaxis.tick_right()
    bar.set_title("Compliance,\nM$ a year", fontsize=6.5, fontweight="normal")


def _named(ax: Axes, cells: pd.DataFrame) -> None:
    """Named scenarios with crosses and labels."""
    part = cells.loc["named"]
    names = list(dict.fromkeys(part.index.get_level_values(0)))
    x, y = (part.loc[[(name, outcome) for name in names]] for outcome in OBJECTIVES)
    ax.hlines(y["mean"], x["lo"], x["hi"], color=SERIES[0], lw=0.7, alpha=0.6, zorder=4)
    ax.vlines(x["mean"], y["lo"], y["hi"], color=SERIES[0], lw=0.7, alpha=0.6, zorder=4)
    ax.plot(x["mean"], y["mean"], "D", ms=4, color=SERIES[0], mec="white", mew=0.4, zorder=5)
    arms = []
    for group in ("named", "front"):
        across, up = (cells.loc[group].xs(outcome, level="outcome") for outcome in OBJECTIVES)
        for (_, p), (_, q) in zip(across.iterrows(), up.iterrows()):
            arms += [(v, q["mean"]) for v in np.linspace(p["lo"], p["hi"], 40)]
            arms += [(p["mean"], v) for v in np.linspace(q["lo"], q["hi"], 40)]
    label_points(
        ax, x["mean"].to_numpy(), y["mean"].to_numpy(), names, markers=3.0, colors=SERIES[0], blocked=np.array(arms)
    )


def policies(found: Results, settings: str, spec: Spec) -> Figure:
    """The front's policies as a strip: a row a lever, a column a point."""
    caption = (
        f"{settings} Columns: points of the front by hazard stopped (second evaluation). Colour: strength within "
        "the range that was searched, given at the right (line of support: logarithmic)."
    )
    with styled():
        sheet = page("What the best mixtures are made of", "", caption, 2.95)
        _strip(sheet.axes(1.75, 0.42, sheet.width - 3.35, 2.45), found, spec)
    return sheet.figure


def _strip(ax: Axes, found: Results, spec: Spec) -> None:
    assert spec.sample is not None
    ranges = {item.name: item for item in spec.sample.over}
    order = np.argsort(found.means["stopped"].to_numpy(), kind="stable")
    values = found.points.iloc[found.chosen[order]]
    unit = np.array([ranges[name].law.unit(values[name].to_numpy(float)) for name in found.levers])
    ax.imshow(unit, aspect="auto", cmap=colormaps["Blues"], vmin=0, vmax=1, interpolation="nearest")
    ax.set_yticks(range(len(found.levers)), [tables.LEVERS[name].partition(" (")[0] for name in found.levers])
    shown = np.unique(np.linspace(0, len(order) - 1, min(9, len(order))).round().astype(int))
    ax.set_xticks(shown, [f"{found.means['stopped'].iloc[order[i]]:.0f} %" for i in shown])
    ax.set_xlabel("Hazard stopped")
    ends = [f"{ranges[name].law.lo:g} … {ranges[name].law.hi:g}" for name in found.levers]
    units = [tables.LEVERS[name].partition(" (")[2].rstrip(")") for name in found.levers]
    for row, (end, unit_of) in enumerate(zip(ends, units)):
        if unit_of == "cases per 1,000":
            end = f"{1000 * ranges['investigations'].law.lo:g} … {1000 * ranges['investigations'].law.hi:g}"
        ax.text(1.02 * len(order) - 0.5, row, f"{end} {unit_of}", va="center", fontsize=6.5, color=GREY)
    ax.tick_params(length=0)


def said(found: Results) -> str:
    """What was run, for captions and tables."""
    search, again = found.about
    settings = search["settings"]
    return (
        f"Levers of the US from November 2018; {len(found.points)} policies with {search['replicates']} replicates, "
        f"then the {len(found.chosen)} of the front and {found.named['scenario'].nunique()} named scenarios with "
        f"{again['replicates']} others; one agent for {settings['scale']:,} researchers, {settings['start']}–"
        f"{settings['end']}, direct effects. Version {search['version']}, {str(search['started'])[:10]}."
    )


def write(spec: Spec, folder: Path, out: Path, readme: Path | None) -> list[Path]:
    """Write numbers, figures and, if given, the tables of the page."""
    assert spec.sample is not None
    found = read(folder)
    numbers = table(found)
    out.mkdir(parents=True, exist_ok=True)
    write_numbers(out, numbers)
    settings = said(found)
    if readme is not None:
        write_page(readme, tables.tables(read_numbers(out)), settings.rstrip("."))
    figures = {
        "front": partial(plane, found, numbers, settings),
        "policies": partial(policies, found, settings, spec),
    }
    return draw(out, figures)


def main(words: Sequence[str] | None = None) -> int:
    """Draw; the lines printed are the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--store", type=Path)
    args = parser.parse_args(words)
    spec = read_spec(FILE, small=args.small)
    folder = args.store or store_folder(spec, args.small)
    try:
        paths = write(spec, folder, folder if args.small else HERE, None if args.small else HERE / "README.md")
    except (ConfigError, FileNotFoundError) as error:
        print(f"error: {error}; run `python -m experiments.frontier.search` first", file=sys.stderr)
        return 1
    for path in paths:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
