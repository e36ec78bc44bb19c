"""Figures of the four questions from ``numbers.csv``: ``python -m experiments.questions.figures [FOLDER]``.

Reads what ``run.py`` wrote and never runs the model; PNG and SVG go into ``figures/`` beside the numbers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import draw
from experiments.common.numbers import read_numbers
from sim.plots.style import GREY, INK, SERIES, page, styled

HERE = Path(__file__).parent
BAND = "Points and lines: means over paired replicates; bars and shades: 90 % band for another replicate."
ROWS = 2.35  # inches
FLOOR = 2.0  # lower end of the logarithmic axis, thousand people


def cells(numbers: pd.DataFrame, question: int, outcome: str) -> pd.DataFrame:
    """Rows of one outcome, by case."""
    found = numbers[(numbers["question"] == question) & (numbers["outcome"] == outcome)]
    return found.set_index("case")


def precision_or_severity(numbers: pd.DataFrame, settings: str) -> Figure:
    """Question 1: two panels against precision, a line a rate."""
    title = "Precision against severity: what investigations cost and what they prevent"
    lead = f"Investigations of Chinese-origin researchers in the US from November 2018, varied; {settings}."
    caption = f"Researchers lost: in the US at the end of 2035. Leaks at the leak rate 0.003, an assumption. {BAND}"
    rates = {0.00165: "half the rate", 0.0033: "rate 0.0033", 0.0066: "twice the rate"}
    precisions = (0.1, 0.27, 0.5, 0.9)
    with styled():
        sheet = page(title, lead, caption, ROWS + 0.25)
        panels = (
            ("researchers lost", "Researchers lost, thousand", 1e-3, False),
            ("leaks prevented by protection", "Leaks prevented a year", 1.0, False),
            ("researchers lost per leak prevented", "Thousand lost per leak", 1e-3, True),
        )
        width = sheet.width / len(panels)
        for k, (outcome, words, unit, log) in enumerate(panels):
            ax = sheet.axes(k * width + 0.42, 0.4, width - 0.52, ROWS - 0.6)
            table = cells(numbers, 1, outcome)
            for (rate, name), color in zip(rates.items(), SERIES):
                part = table.loc[[f"rate {rate:g}, precision {p:g}" for p in precisions]]
                mean, lo, hi = (unit * part[c] for c in ("mean", "lo", "hi"))
                ax.fill_between(precisions, lo.clip(lower=FLOOR if log else None), hi, color=color, alpha=0.16, lw=0)
                ax.plot(precisions, mean, "o-", ms=3.5, lw=1.3, color=color, label=name)
            ax.set_title(words)
            ax.set_xlabel("Precision (share aimed by risk)")
            ax.set_xlim(0, 1)
            if log:
                ax.set_yscale("log")
                ax.set_ylim(FLOOR, None)
                ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            else:
                ax.set_ylim(0, None)
            ax.grid(True)
            handles = ax.get_legend_handles_labels()
        sheet.legend(*handles)
    return sheet.figure


SIZES = {"small": "under 15 M$", "medium": "15–50 M$", "large": "50–250 M$", "very_large": "250 M$ and more"}
THRESHOLDS = (0, 10, 25, 50, 100, 250)


def thresholds(numbers: pd.DataFrame, settings: str) -> Figure:
    """Question 2: cost by support, total cost by class, leaks prevented, against the threshold."""
    title = "Who pays for the four elements, by threshold of federal support"
    lead = f"Cybersecurity, travel security, both trainings at US institutions above a threshold; {settings}."
    caption = (
        "In force from July 2026. Cost of a class over the support of all its institutions, covered or not; cost of "
        f"an institution is an input (fixed and variable part). Size classes by federal research support a year. {BAND}"
    )
    x = range(len(THRESHOLDS))
    with styled():
        sheet = page(title, lead, caption, ROWS + 0.25)
        width = sheet.width / 3
        axes = [sheet.axes(k * width + 0.42, 0.4, width - 0.52, ROWS - 0.6) for k in range(3)]
        below = pd.Series(0.0, index=x)
        for (size, words), color in zip(SIZES.items(), SERIES):
            cost = _by_threshold(numbers, f"cost, {size}")
            share = _by_threshold(numbers, f"cost by support, {size}")
            axes[0].plot(x, share["mean"].where(share["mean"] > 0), "o-", ms=3.5, lw=1.3, color=color, label=words)
            axes[1].bar(x, cost["mean"], bottom=below, color=color, width=0.7)
            below = below + cost["mean"].to_numpy()
        prevented = _by_threshold(numbers, "leaks prevented by protection")
        _points(axes[2], x, prevented)
        axes[0].set_yscale("log")
        axes[0].yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        for ax, words in zip(axes, ("Cost, $ per 1,000 $ of support", "Cost, M$ a year", "Leaks prevented a year")):
            ax.set_title(words)
            ax.set_xticks(list(x), [f"{t:g}" for t in THRESHOLDS])
            ax.set_xlabel("Threshold, M$ a year")
            ax.grid(True, axis="y")
        axes[2].set_ylim(0, None)
        sheet.legend(*axes[0].get_legend_handles_labels())
    return sheet.figure


def _by_threshold(numbers: pd.DataFrame, outcome: str) -> pd.DataFrame:
    return cells(numbers, 2, outcome).loc[[f"threshold {t}" for t in THRESHOLDS]].reset_index()


def _points(ax: Axes, x: range, table: pd.DataFrame) -> None:
    ax.vlines(list(x), table["lo"], table["hi"], color=INK, lw=1)
    ax.plot(list(x), table["mean"], "o-", ms=3.5, lw=1.3, color=INK)


OUTCOMES = (
    "fear of the named origin",
    "entrants of the named origin",
    "joint papers",
    "researchers",
)
PANELS = ("Fear of Chinese-origin people", "Chinese entrants", "Joint papers, US and China", "US researchers")
DECAYS = (0.05, 0.2, 0.5, 0.8)
SHADED = 0.2  # the default decay, the only one whose band is drawn


def repeal(numbers: pd.DataFrame, settings: str) -> Figure:
    """Question 3: share of the loss of 2021 that is left, a line a decay of fear."""
    title = "After the repeal of February 2022: how much of the yearly loss is left"
    lead = f"Investigations by profile and hostile words in the US, November 2018 to February 2022; {settings}."
    caption = (
        "100 % is the change of 2021 against the paired baseline. Spill-over 0.06 a year. Lines: means over paired "
        f"replicates; shade: 90 % band for another replicate at a decay of {SHADED:g}. "
        "Lines and bands that leave a panel go on beyond it (all numbers in README.md)."
    )
    years = range(2022, 2036)
    with styled():
        sheet = page(title, lead, caption, 2 * ROWS + 0.2)
        width = sheet.width / 2
        for k, (outcome, words) in enumerate(zip(OUTCOMES, PANELS)):
            bottom = (1 - k // 2) * ROWS + 0.3
            ax = sheet.axes(k % 2 * width + 0.42, bottom, width - 0.55, ROWS - 0.62)
            for decay, color in zip(DECAYS, SERIES):
                table = [cells(numbers, 3, f"{outcome}, left in {year}") for year in years]
                part = pd.DataFrame([t.loc[f"decay {decay:g}, spill 0.06", ["mean", "lo", "hi"]] for t in table])
                mean, lo, hi = (part[c].astype(float) for c in ("mean", "lo", "hi"))
                if decay == SHADED:
                    ax.fill_between(years, lo, hi, color=color, alpha=0.14, lw=0)
                ax.plot(years, mean, lw=1.4, color=color, label=f"decay {decay:g} a year")
            ax.axhline(100, color=GREY, lw=0.7, ls=(0, (3, 2)))
            ax.axhline(0, color=GREY, lw=0.7)
            ax.set_title(f"{words}, % of 2021")
            ax.set_xlim(2022, 2035)
            top = {"researchers": 350}.get(outcome, 200)
            ax.set_ylim(-50, top)
            ax.grid(True)
            handles = ax.get_legend_handles_labels()
        sheet.legend(*handles)
    return sheet.figure


WHERE = {
    "at home": "China",
    "english": "GBR, CAN, AUS",
    "asia": "JPN, KOR, SGP, HKG",
    "europe": "DEU, FRA",
    "in other places": "other places",
    "no longer in research": "no research",
}
GROUPS = {"english": ("GBR", "CAN", "AUS"), "asia": ("JPN", "KOR", "SGP", "HKG"), "europe": ("DEU", "FRA")}
CASES = ("refused", "deterred", "refused, lambda 0.2", "refused, lambda 1", "refused, theta 0", "refused, theta 1")


def kept_out(numbers: pd.DataFrame, settings: str) -> Figure:
    """Question 4: stacked bars of where people are who are not with the issuer."""
    title = "Where people of Chinese origin are who are kept out of the US"
    lead = (
        f"Half of entrants and movers refused, or deterred by hostile words (h = 0.7), from November 2018; {settings}."
    )
    caption = (
        "Per cent of those lost to the US, means over paired replicates (bands in README.md). Researchers: at the end "
        "of 2035; entrants: 2018-2035 together. lambda: how close hosts are to each other against home "
        "(entry.dissimilarity, 0.6); theta: share of barred moves that is stopped (mobility.spread, 0.5). "
        "Shares below zero are left out, so that the others add up to more than 100."
    )
    with styled():
        sheet = page(title, lead, caption, ROWS + 0.35)
        width = (sheet.width - 1.1) / 2
        for k, what in enumerate(("entrants", "researchers")):
            ax = sheet.axes(1.15 + k * width, 0.3, width - 0.15, ROWS - 0.45)
            for row, case in enumerate(reversed(CASES)):
                left = 0.0
                for (where, words), color in zip(WHERE.items(), (*SERIES[:5], "#999999")):
                    names = [f"in {place}" for place in GROUPS.get(where, ())] or [where]
                    share = sum(_share(numbers, case, what, name) for name in names)
                    ax.barh(row, max(share, 0.0), left=left, color=color, height=0.7, label=words if row == 0 else None)
                    left += max(share, 0.0)
            ax.set_title("Entrants, %" if what == "entrants" else "Researchers, %")
            ax.set_yticks(range(len(CASES)), list(reversed(CASES)) if k == 0 else [])
            ax.set_xlim(0, 112)
            ax.grid(True, axis="x")
            handles = ax.get_legend_handles_labels()
        sheet.legend(*handles)
    return sheet.figure


def _share(numbers: pd.DataFrame, case: str, what: str, where: str) -> float:
    table = cells(numbers, 4, f"{what}, share {where}")
    return float(table.loc[case, "mean"]) if case in table.index else 0.0


FIGURES: dict[str, Callable[[pd.DataFrame, str], Figure]] = {
    "precision_or_severity": precision_or_severity,
    "thresholds": thresholds,
    "repeal": repeal,
    "kept_out": kept_out,
}


def main(folder: Path = HERE) -> list[Path]:
    """Draw every figure whose question is in the numbers."""
    numbers = read_numbers(folder)
    settings = (folder / "settings.txt").read_text(encoding="utf-8").partition(";")[0].strip()
    asked = {
        name: partial(figure, numbers, settings)
        for question, (name, figure) in enumerate(FIGURES.items(), start=1)
        if (numbers["question"] == question).any()
    }
    return draw(folder, asked)


if __name__ == "__main__":
    for path in main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(path)
