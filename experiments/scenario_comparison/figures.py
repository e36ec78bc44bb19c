"""Figures and tables: ``python -m experiments.scenario_comparison.figures [--small] [--store FOLDER]``.

Reads the store of ``sweep.yaml`` through `sim.analysis.load`; runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import draw
from experiments.common.numbers import read_numbers, write_numbers
from experiments.common.page import estimated, markdown, same_everywhere, write_page
from experiments.common.store import open_store
from experiments.scenario_comparison.numbers import FIRST, OLD_YEARS, numbers_of
from sim.plots.captions import mode_sentence
from sim.plots.style import GREY, INK, MODE_NAMES, PALE, SERIES, page, signed_tick, styled, text_width

HERE = Path(__file__).parent
BAND = "where a further replicate would fall with a probability of 90 %"
LINE = 0.135  # inches a scenario
Panel = tuple[str, str, str, str]  # area, outcome, unit, words
ISSUERS: tuple[Panel, ...] = (
    ("issuers", "researchers", "% of those at the end", "Researchers|at the end, %"),
    ("issuers", "papers", "%", "Papers,|%"),
    ("issuers", "international share", "% points", "International|share, points"),
    ("issuers", "top-1 % papers", "%", "Top-1 % papers,|%"),
    ("issuers", "protected", "% points", "Hazard|protected, points"),
    ("issuers", "compliance", "M$ a year", "Compliance,|M$ a year"),
)
WORLD: tuple[Panel, ...] = (
    ("world", "researchers", "% of those at the end", "Researchers|at the end, %"),
    ("world", "papers", "%", "Papers,|%"),
    ("world", "international share", "% points", "International|share, points"),
)
BOTH = (ISSUERS[0], ISSUERS[1], WORLD[1], WORLD[2], ISSUERS[4])
SHORT = (
    "Issuers'|researchers, %",
    "Issuers'|papers, %",
    "World's|papers, %",
    "World's international|share, points",
    "Issuers' hazard|protected, points",
)
TABLE = (*ISSUERS, WORLD[1], WORLD[2], ("world", "top-1 % papers", "%", "Top-1 % papers,|%"))
WINDOW = (
    f"Yearly means from {FIRST} on (a star: over the {OLD_YEARS} years from the first measure on, as it lies earlier); "
    "researchers at the end of these years. Protected: share of the hazard of the issuers' sensitive projects that "
    "protection stops, at any leak rate."
)
TOP = "Top-1 %: papers above the paired baseline's threshold, in fractions by place."


def _words(panel: Panel) -> str:
    """Words of a panel within a line of text."""
    return (panel[3][0].lower() + panel[3][1:]).replace("|", " ")


def order_of(numbers: pd.DataFrame) -> list[str]:
    """Scenarios from the largest loss of the issuers' researchers to the largest gain; direct effects."""
    rows = at(numbers, ISSUERS[0], "scripted")
    old = rows["first"] < FIRST
    return list(pd.concat([rows[~old].sort_values("mean"), rows[old].sort_values("mean")])["scenario"])


def at(numbers: pd.DataFrame, panel: Panel, mode: str) -> pd.DataFrame:
    """Lines of one panel and mode."""
    area, outcome, unit, _ = panel
    keep = (numbers["area"] == area) & (numbers["outcome"] == outcome) & (numbers["unit"] == unit)
    return numbers[keep & (numbers["mode"] == mode)]


def labels_of(numbers: pd.DataFrame, order: Sequence[str]) -> list[str]:
    """Names with a star for those that begin early."""
    first = dict(zip(numbers["scenario"], numbers["first"]))
    return [f"{name} *" if first[name] < FIRST else name for name in order]


def comparison(numbers: pd.DataFrame, about: str) -> Figure:
    """Direct effects: dots and bands of all scenarios, issuers above, world below."""
    order = order_of(numbers)
    title = "What every scenario changes against the same world without the policy"
    lead = f"Upper panels: the places that issue the policy; lower panels: the world. Direct effects; {about}."
    caption = (
        f"Dots: mean of the paired differences, hollow where it is within two standard errors of zero; lines: {BAND}. "
        "Sorted by the issuers' researchers. Each panel has its own axis, linear between the dotted lines and "
        f"logarithmic beyond them. {WINDOW} {TOP}"
    )
    height = LINE * len(order) + 0.68
    with styled():
        sheet = page(title, lead, caption, 2 * height)
        for r, panels in enumerate((ISSUERS, WORLD)):
            for k, ax in enumerate(_axes(sheet, (1 - r) * height + 0.28, height - 0.68, len(panels))):
                _dots(ax, {0.0: at(numbers, panels[k], "scripted")}, order, [SERIES[r]])
                _dress(ax, panels[k][3], labels_of(numbers, order) if k == 0 else None, len(order))
    return sheet.figure


def direct_and_total(numbers: pd.DataFrame, about: str) -> Figure:
    """Direct beside total effects."""
    order, modes = order_of(numbers), list(dict.fromkeys(numbers["mode"]))
    title = "Direct and total effects: does it matter that governments react?"
    lead = f"Issuers: the places that issue the policy. {about[0].upper()}{about[1:]}."
    caption = (
        f"{mode_sentence(modes)} Dots: mean of the paired differences, hollow where it is within two standard errors "
        f"of zero; lines: {BAND}. Axes linear between the dotted lines and logarithmic beyond them. {WINDOW}"
    )
    height = 1.35 * LINE * len(order) + 0.88
    with styled():
        sheet = page(title, lead, caption, height)
        for k, ax in enumerate(_axes(sheet, 0.28, height - 0.88, len(BOTH))):
            shifts = dict(zip((-0.17, 0.17), (at(numbers, BOTH[k], mode) for mode in modes)))
            _dots(ax, shifts, order, SERIES)
            _dress(ax, SHORT[k], labels_of(numbers, order) if k == 0 else None, len(order))
        handles = [ax.plot([], [], "o", ms=3.5, color=color)[0] for color, _ in zip(SERIES, modes)]
        sheet.legend(handles, [MODE_NAMES[mode] for mode in modes])
    return sheet.figure


def _axes(sheet: Any, bottom: float, height: float, n: int) -> list[Axes]:
    left, gap = 1.32, 0.2
    width = (sheet.width - left - 0.05) / n
    return [sheet.axes(left + k * width, bottom, width - gap, height) for k in range(n)]


def _dots(ax: Axes, groups: Mapping[float, pd.DataFrame], order: Sequence[str], colors: Sequence[str]) -> None:
    """Dots and bands, one group of lines a shift; the axis is scaled to the bands."""
    reach = []
    for (shift, rows), color in zip(groups.items(), colors):
        part = rows.set_index("scenario").loc[list(order)]
        y = len(order) - 1 - np.arange(len(order)) - shift
        mean, se, lo, hi = (part[name].to_numpy(dtype=float) for name in ("mean", "se", "lo", "hi"))
        ax.hlines(y, lo, hi, color=color, lw=0.9, alpha=0.65)
        clear = np.abs(mean) > 2 * np.nan_to_num(se)
        for dots, face in ((clear, color), (~clear, "white")):
            ax.plot(mean[dots], y[dots], "o", ms=3.2, mfc=face, mec=color, mew=0.8, zorder=3)
        reach += [np.nan_to_num(np.column_stack([lo, mean, hi]))]
    _scale(ax, np.vstack(reach))


def _scale(ax: Axes, reach: np.ndarray) -> None:
    """Symmetric logarithmic axis whose linear part holds the smaller half of the scenarios."""
    size = np.sort(np.abs(reach).max(axis=1))
    low, high = min(float(reach.min()), 0.0), max(float(reach.max()), 0.0)
    inner = float(np.median(size[size > 0])) if (size > 0).any() else 1.0
    inner = _round_below(inner)
    if size[-1] <= 4 * inner:
        pad = 0.06 * max(high - low, 1e-12)
        ax.set_xlim(low - pad, high + pad)
        ax.locator_params(axis="x", nbins=4)
    else:
        ax.set_xscale("symlog", linthresh=inner, linscale=1.0)
        ax.set_xlim(low * 1.35 if low < 0 else -0.12 * inner, high * 1.35 if high > 0 else 0.12 * inner)
        outer = [np.sign(end) * _round_below(abs(end)) for end in (low, high) if abs(end) > inner]
        tens = [np.sign(end) * 10.0 ** np.floor(np.log10(abs(end))) for end in outer]
        inside = [side for side in (-inner, inner) if low < side < high]
        ax.set_xticks(sorted(_apart(ax, [0.0, *outer, *inside, *(t for t in tens if abs(t) > inner)])))
        ax.set_xticks([], minor=True)
        for side in (-inner, inner):
            if low < side < high:
                ax.axvline(side, color=GREY, lw=0.5, ls=":", zorder=1)
    ax.xaxis.set_major_formatter(signed_tick)


def _round_below(value: float) -> float:
    """The largest of 1, 2, 5, 10, 20 … that is not above a positive value."""
    step = 10.0 ** np.floor(np.log10(value))
    return float(max(m * step for m in (1, 2, 5) if m * step <= value * 1.0001))


def _apart(ax: Axes, ticks: Sequence[float]) -> list[float]:
    """Those ticks, the first ones first, whose labels do not run into each other."""
    kept: list[tuple[float, float, float]] = []  # tick, centre and half width of its label in inches
    dpi = ax.figure.get_dpi()
    for tick in dict.fromkeys(ticks):
        x = float(ax.transData.transform((tick, 0))[0]) / dpi
        half = text_width(signed_tick(tick), 6) / 2 + 0.012
        if all(abs(x - other) > half + width for _, other, width in kept):
            kept.append((tick, x, half))
    return [tick for tick, _, _ in kept]


def _dress(ax: Axes, words: str, names: Sequence[str] | None, n: int) -> None:
    ax.axvline(0, color=INK, lw=0.7, zorder=1)
    for row in range(0, n, 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f4f4f4", lw=0, zorder=0)
    ax.set_ylim(-0.7, n - 0.3)
    ax.set_yticks(range(n), list(reversed(names)) if names else [])
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=6)
    ax.spines["left"].set_visible(False)
    ax.grid(True, axis="x", color=PALE, lw=0.4)
    ax.set_title(words.replace("|", "\n"), fontsize=7)


def table(numbers: pd.DataFrame, mode: str, panels: Sequence[Panel]) -> str:
    """Markdown table: a line a scenario, a column an outcome."""
    order = order_of(numbers)
    cells = []
    for panel in panels:
        rows = at(numbers, panel, mode).set_index("scenario").reindex(order)  # – where numbers have no such outcome
        cells.append([_signed(*rows.loc[name, ["mean", "se", "lo", "hi"]].astype(float)) for name in order])
    head = ["scenario", *(f"{panel[0]}: {_words(panel)}" for panel in panels)]
    return markdown(head, list(zip(labels_of(numbers, order), *cells)))


def _signed(mean: float, se: float, lo: float = math.nan, hi: float = math.nan) -> str:
    """Cell of the tables; a number that is the same in every replicate stands alone."""
    return estimated(mean, sign="+") if same_everywhere(mean, se) else estimated(mean, se, lo, hi, sign="+")


def reactions(numbers: pd.DataFrame) -> str:
    """Table of total beside direct effects: issuers' researchers and protection, world's papers and open share."""
    order, panels = order_of(numbers), (BOTH[0], BOTH[2], BOTH[3], BOTH[4])
    rows = []
    for name, label in zip(order, labels_of(numbers, order)):
        line = [label]
        for panel in panels:
            for mode in ("scripted", "reactive"):
                found = at(numbers, panel, mode).set_index("scenario").reindex(order).loc[name]
                line.append(_signed(found["mean"], found["se"]))
        rows.append(line)
    head = [f"{p[0]}: {_words(p)}; {mode}" for p in panels for mode in ("direct", "total")]
    return markdown(["scenario", *head], rows)


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Write numbers, figures and the page's tables; returns what was written."""
    opened = open_store(HERE, words)
    file = write_numbers(opened.folder, numbers_of(opened.frames))
    numbers, about = read_numbers(opened.folder), opened.run_sentence()  # as every reader gets them
    figures = {"comparison": partial(comparison, numbers, about)}
    if set(numbers["mode"]) == {"scripted", "reactive"}:
        figures["direct_and_total"] = partial(direct_and_total, numbers, about)
    if opened.page is not None:
        tables = {"direct": table(numbers, "scripted", TABLE), "total": reactions(numbers)}
        write_page(opened.page, tables, opened.settings())
    return [file, *draw(opened.folder, figures)]


if __name__ == "__main__":
    for path in main():
        print(path)
