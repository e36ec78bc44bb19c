"""Figures and tables of sensitivity: ``python -m experiments.sensitivity.figures [--small] [--store FOLDER]``.

Reads the stores of ``sweep.yaml`` (screening) and of ``sensitivity_sobol.yaml`` through `sim.analysis.load`; runs
nothing. With ``--store`` the second store is looked for beside the first: ``FOLDER/../../sensitivity_sobol/sweep``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import draw
from experiments.common.numbers import read_numbers, write_numbers
from experiments.common.page import markdown, write_page
from experiments.common.store import open_store
from experiments.sensitivity.numbers import UNITS, Design, design_of, numbers_of, strongest
from sim.analysis.text import number
from sim.plots.style import GREY, PALE, SERIES, Page, page, styled

HERE = Path(__file__).parent
SECOND = "sensitivity_sobol"
FITTED = ("params.security.chi", "params.entry.hostility")
LINE = 0.135  # inches a parameter
LEFT = 1.95  # inches of names
PANELS = {
    "researchers": "Researchers, %",
    "papers": "Papers, %",
    "international share": "Int. share, pts",
    "leaks": "Leaks, %",
    "leaks prevented": "Prevented, %",
}
WHAT = (
    "Effects on the US of restrictive against the same world without it: researchers in the last year, the rest over "
    "the years from 2018 on; in % of the baseline (prevented: of the baseline's leaks), so that the leak rate does not "
    "matter by definition; international share in percentage points."
)


def named(parameter: str) -> str:
    """Name without its group, marked if the parameter is fitted."""
    return parameter.removeprefix("params.") + (" (fitted)" if parameter in FITTED else "")


def part(numbers: pd.DataFrame, design: str, outcome: str, index: str) -> pd.DataFrame:
    """Lines of one index, by parameter."""
    keep = (numbers["design"] == design) & (numbers["outcome"] == outcome) & (numbers["index"] == index)
    return numbers[keep].set_index("parameter")


def coded(parameter: str) -> str:
    """The same for a table: the name as code."""
    name, *mark = named(parameter).split(" ")
    return " ".join([f"`{name}`", *mark])


def _panels(sheet: Page, rows: Sequence[str], foot: float, head: float, titles: Iterable[str]) -> list[Axes]:
    """One panel an outcome, names on the left."""
    n = len(PANELS)
    width = (sheet.width - LEFT - 0.05) / n
    found = []
    for k, words in enumerate(titles):
        ax = sheet.axes(LEFT + k * width, foot, width - 0.13, sheet.height - foot - head)
        for row in range(0, len(rows), 2):
            ax.axhspan(row - 0.5, row + 0.5, color="#f4f4f4", lw=0, zorder=0)
        ax.set_ylim(-0.7, len(rows) - 0.3)
        ax.set_yticks(range(len(rows)), [named(p) for p in reversed(rows)] if k == 0 else [], fontsize=6.3)
        ax.tick_params(axis="y", length=0)
        ax.grid(True, axis="x", color=PALE, lw=0.4)
        ax.set_title(words, fontsize=7)
        found.append(ax)
    return found


def screening(numbers: pd.DataFrame, design: Design, about: str) -> Figure:
    """Mean absolute elementary effects with their intervals and noise, a panel an outcome."""
    order = list(strongest(numbers)["parameter"])
    title = "Screening: which unknown parameters move the effect of restrictive"
    lead = f"Elementary effects of {len(order)} parameters, {design.blocks} trajectories; {about}."
    caption = (
        "Dots: mean absolute change of the effect when the parameter crosses its range (mu*), lines: 90 % interval "
        "(bootstrap over trajectories). Grey bars: mu* that chance alone would give a parameter without effect, by the "
        "differences between replicates. Hollow: within that noise (F test, 1 %). Sorted by the largest share of an "
        f"outcome's strongest parameter that is above noise. {WHAT}{_lost(design)}"
    )
    with styled():
        sheet = page(title, lead, caption, LINE * len(order) + 0.55)
        for ax, outcome in zip(_panels(sheet, order, 0.25, 0.2, PANELS.values()), PANELS):
            rows = part(numbers, "morris", outcome, "mu_star").loc[order]
            y = len(order) - 1 - np.arange(len(order))
            ax.barh(y, rows["noise"].fillna(0), height=0.8, color="#c9c9c9", lw=0, zorder=1)
            ax.hlines(y, rows["lo"].clip(lower=0), rows["hi"], color=SERIES[0], lw=0.9, alpha=0.7, zorder=2)
            _points(ax, rows["value"], y, rows["resolved"].astype(bool), SERIES[0], "o")
            ax.set_xlim(0, 1.08 * float(rows[["value", "hi"]].max().max()) or 1.0)
            ax.locator_params(axis="x", nbins=3)
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    return sheet.figure


def _points(ax: Axes, x: pd.Series, y: np.ndarray, clear: pd.Series, color: str, marker: str) -> None:
    for dots, face in ((clear.to_numpy(), color), (~clear.to_numpy(), "white")):
        ax.plot(x.to_numpy()[dots], y[dots], marker, ms=3.2, mfc=face, mec=color, mew=0.8, zorder=3)


def shares(numbers: pd.DataFrame, design: Design, about: str) -> Figure:
    """First-order and total Sobol indices with intervals and noise."""
    order = [str(item["name"]) for item in design.sample["over"]]  # type: ignore[attr-defined]
    title = "Shares of the variance of the effect of restrictive, by parameter"
    lead = f"Sobol indices of {len(order)} parameters, {design.blocks} base samples; {about}."
    caption = (
        "Dots: first-order index (what the parameter explains alone), diamonds: total index (with all interactions); "
        "lines: 90 % intervals (bootstrap over base samples). Grey bars: total index that chance alone gives a "
        "parameter without effect. Hollow: the total index's interval does not lie above that noise, or the design "
        "hardly moves the parameter. Intervals that reach beyond 0 or 1 are cut; where they overlap, the order is not "
        f"resolved. {WHAT}{_lost(design)}"
    )
    with styled():
        sheet = page(title, lead, caption, 1.7 * LINE * len(order) + 0.9)
        titles = [words.partition(",")[0] for words in PANELS.values()]  # shares have no unit
        axes = _panels(sheet, order, 0.4, 0.4, titles)
        axes[len(axes) // 2].set_xlabel("share of the variance of the effect")
        for ax, outcome in zip(axes, PANELS):
            y = len(order) - 1 - np.arange(len(order))
            total = part(numbers, design.method, outcome, "total").loc[order]
            clear = total["resolved"].astype(bool)
            ax.barh(y, total["noise"].fillna(0), height=0.85, color="#c9c9c9", lw=0, zorder=1)
            for index, shift, color, marker in (("first", 0.17, SERIES[0], "o"), ("total", -0.17, SERIES[1], "D")):
                rows = part(numbers, design.method, outcome, index).loc[order]
                ax.hlines(y + shift, rows["lo"], rows["hi"], color=color, lw=0.9, alpha=0.7, zorder=2)
                _points(ax, rows["value"], y + shift, clear, color, marker)
            ax.axvline(0, color=GREY, lw=0.6, zorder=1)
            ax.set_xlim(-0.12, 1.05)
            ax.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        handles = [axes[0].plot([], [], m, ms=3.5, color=c)[0] for m, c in (("o", SERIES[0]), ("D", SERIES[1]))]
        sheet.legend(handles, ["first-order index", "total index"])
    return sheet.figure


def _lost(design: Design) -> str:
    """What of the design is missing."""
    text = f" {design.lost} incomplete trajectories or base samples are left out." if design.lost else ""
    if design.twice < design.blocks:
        text += (
            f" Indices by the first replicate; noise by the {design.twice} base samples that have all their replicates."
        )
    return text


def screening_table(numbers: pd.DataFrame) -> str:
    """A line a parameter: mu (signed) and mu* by outcome; in brackets what is within noise."""
    ranked = strongest(numbers)
    rows = []
    for parameter, score in zip(ranked["parameter"], ranked["score"]):
        line = [coded(parameter), f"{score:.2f}"]
        for outcome in PANELS:
            star = part(numbers, "morris", outcome, "mu_star").loc[parameter]
            mu = part(numbers, "morris", outcome, "mu").loc[parameter, "value"]
            size = "<0.01" if 0 < star["value"] < 0.01 else f"{star['value']:.3g}"
            line.append(f"{size} ({mu:+.3g})".replace("-", "−") if star["resolved"] else f"[{size}]")
        rows.append(line)
    return markdown(["parameter", "score", *(f"{o} ({UNITS[o]})" for o in PANELS)], rows)


def shares_table(numbers: pd.DataFrame, method: str = "saltelli") -> str:
    """A line a parameter: first-order and total index with half-widths; a line of sums and of noise."""
    parameters = list(part(numbers, method, "papers", "total").index)
    rows = []
    for parameter in parameters:
        line = [coded(parameter)]
        for outcome in PANELS:
            first, total = (part(numbers, method, outcome, index).loc[parameter] for index in ("first", "total"))
            text = f"{_index(first)}; {_index(total)}"
            line.append(text if total["resolved"] else f"[{text}]")
        rows.append(line)
    sums = ["sum of first-order indices"]
    for outcome in PANELS:
        sums.append(number(float(part(numbers, method, outcome, "first")["value"].sum()), 2))
    return markdown(["parameter", *PANELS], [*rows, sums])


def _index(row: pd.Series) -> str:
    return f"{number(row['value'], 2)} ± {number((row['hi'] - row['lo']) / 2, 2)}"


def spread_table(numbers: pd.DataFrame) -> str:
    """A line an outcome and design: the effect over the points, and the noise beside it."""
    rows = []
    for design in dict.fromkeys(numbers["design"]):
        for outcome, unit in UNITS.items():
            indices = ("effect", "extremes", "sd between points", "sd between replicates", "share of noise")
            effect, extremes, points, replicates, noise = (part(numbers, design, outcome, i).iloc[0] for i in indices)
            ends = [number(float(row[end]), 1) for row in (effect, extremes) for end in ("lo", "hi")]
            line = [f"{outcome} ({unit}), {design}", f"{number(float(effect['value']), 1)} ({ends[0]} … {ends[1]})"]
            line += [f"{ends[2]} … {ends[3]}", *(f"{row['value']:.2f}" for row in (points, replicates))]
            rows.append([*line, f"{100 * noise['value']:.1f} %"])
    head = ["outcome, design", "effect: mean (5–95 % of points)", "all points", "sd between points"]
    return markdown([*head, "sd between replicates", "variance that is noise"], rows)


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Write numbers, figures and the page's tables; returns what was written."""
    opened = open_store(HERE, words)
    both = [opened, opened.beside(SECOND)]
    designs = [design_of(one.frames) for one in both]
    file = write_numbers(opened.folder, pd.concat([numbers_of(design) for design in designs]))
    numbers = read_numbers(opened.folder)  # as every reader gets them
    about = [one.run_sentence() for one in both]
    figures = {
        "screening": partial(screening, numbers, designs[0], about[0]),
        "shares": partial(shares, numbers, designs[1], about[1]),
    }
    if opened.page is not None:
        settings = [one.settings() for one in both]
        write_page(opened.page, {"spread": spread_table(numbers)}, "; ".join(settings))
        screened = {"screening": screening_table(numbers)}
        write_page(opened.page, screened, f"{designs[0].blocks} trajectories; {settings[0]}")
        write_page(opened.page, {"shares": shares_table(numbers)}, f"{designs[1].blocks} base samples; {settings[1]}")
    return [file, *draw(opened.folder, figures)]


if __name__ == "__main__":
    for path in main():
        print(path)
