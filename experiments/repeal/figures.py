"""Figures, numbers and tables of the repeal: ``python -m experiments.repeal.figures [--small] [--store FOLDER]``.

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
from matplotlib.figure import Figure

from experiments.common.figures import BAND, finish
from experiments.common.numbers import at
from experiments.common.page import UNCLEAR, cell, markdown
from experiments.common.store import open_store
from experiments.repeal.numbers import DRAWN, LAST, numbers_of
from sim.plots.style import GREY, INK, SERIES, page, styled

HERE = Path(__file__).parent
ALONE, PACKAGE = "enforcement", "crackdown"
USUAL: dict[str, Any] = {"precision": 0.27, "spill": 0.06}
PANELS = {
    "fear": "Fearful people of Chinese origin in the US, %",
    "entrants": "Chinese entrants to the US, % change",
    "joint papers": "Joint papers of the US and China, % change",
    "researchers": "Researchers in the US, % change",
}
HIGH = 1.95
RULES = {ALONE: "Investigations alone", PACKAGE: "Investigations, visa refusals, bans and reviews"}


def _years(numbers: pd.DataFrame, outcome: str, **case: object) -> pd.DataFrame:
    """Yearly lines of an outcome, by year."""
    found = numbers[numbers["outcome"].str.fullmatch(rf"{outcome}, \d{{4}}")]
    for name, value in case.items():
        found = found[found[name] == value]
    return found.assign(year=found["outcome"].str[-4:].astype(int)).sort_values("year")


def after_repeal(numbers: pd.DataFrame, about: str) -> Figure:
    """Fear and losses by year, a line a decay of fear."""
    title = "Fear and its losses after the repeal, by how fast fear decays"
    lead = f"Investigations alone in the US, precision 0.27, November 2018 to December 2021 (grey); {about}."
    caption = (
        f"Against the paired baseline; spill-over 0.06 a year. {BAND} Decay and spill-over are unknown. "
        "Dashed: the same rule when cases frighten nobody (chi = 0)."
    )
    part = numbers[(numbers["scenario"] == ALONE) & (numbers["precision"] == 0.27)]
    decays = sorted(part[(part["spill"] == 0.06) & (part["chi"] > 0)]["decay"].unique())
    with styled():
        sheet = page(title, lead, caption, 2 * HIGH + 0.6)
        width = sheet.width / 2
        for k, (outcome, words) in enumerate(PANELS.items()):
            ax = sheet.axes(k % 2 * width + 0.4, (1 - k // 2) * (HIGH + 0.22) + 0.2, width - 0.5, HIGH - 0.3)
            for decay, color in zip(decays, SERIES):
                rows = _years(part, outcome, decay=decay, spill=0.06)
                rows = rows[rows["chi"] > 0]
                ax.fill_between(rows["year"], rows["lo"], rows["hi"], color=color, alpha=0.1, lw=0)
                ax.plot(rows["year"], rows["mean"], color=color, lw=1.4, label=f"decay {decay:g}")
            rule = _years(part[part["chi"] == 0], outcome)
            if outcome != "fear":  # with chi at 0 people are not afraid at all
                ax.plot(rule["year"], rule["mean"], color=INK, lw=1, ls=(0, (3, 2)), label="chi = 0")
                handles = ax.get_legend_handles_labels()
            ax.axvspan(2018.85, LAST + 1, color=GREY, alpha=0.12, lw=0)
            ax.axhline(0, color=GREY, lw=0.6)
            ax.set_title(words)
            ax.set_xlim(rows["year"].min(), rows["year"].max())
            ax.grid(True)
        sheet.legend(*handles)
    return sheet.figure


def half_lives(numbers: pd.DataFrame, about: str) -> Figure:
    """Years until half of the largest loss is made up, over decay, a line a precision."""
    title = "How long until half of the largest loss is made up"
    lead = f"Years after the repeal, investigations alone, over the unknown decay of fear; {about}."
    last = int(numbers["outcome"].str.extract(r", (\d{4})$")[0].dropna().astype(int).max())
    top = last - LAST + 2.0
    caption = (
        "Mean course over replicates, smoothed over three years; bars: 90 % of resamples of the replicates. "
        f"Arrows: not by {last}. Missing: the loss is not clear of zero. Dotted: half-life of the level of fear h by "
        "decay alone. Spill-over 0.06 a year."
    )
    precisions = sorted(numbers["precision"].unique())
    with styled():
        sheet = page(title, lead, caption, 2 * HIGH + 0.75)
        width = sheet.width / 2
        for k, (outcome, words) in enumerate(PANELS.items()):
            ax = sheet.axes(k % 2 * width + 0.4, (1 - k // 2) * (HIGH + 0.28) + 0.32, width - 0.5, HIGH - 0.3)
            found = at(numbers, f"{outcome}, half made up", scenario=ALONE, spill=0.06).sort_values("decay")
            found = found[(found["chi"] > 0) & found["mean"].notna()]
            for j, (precision, color) in enumerate(zip(precisions, SERIES)):
                rows = found[found["precision"] == precision]
                x = rows["decay"] * 1.04 ** (j - 1)
                mean = rows["mean"].where(np.isfinite(rows["mean"]))  # no mark where half is not made up
                ax.vlines(x, rows["lo"].clip(upper=top - 1), rows["hi"].clip(upper=top - 1), color=color, lw=1)
                ax.plot(x, mean, "-o", color=color, ms=3.5, lw=1, label=f"precision {precision:g}")
                over = rows["hi"] > top - 1
                ax.plot(x[over], [top - 1] * int(over.sum()), "^", color=color, ms=4.5, ls="")
            decay = np.geomspace(0.05, 0.8, 60)
            ax.plot(decay, np.log(2) / -np.log1p(-decay), color=GREY, lw=1, ls=":", label="h by decay alone")
            ax.set_xscale("log")
            ax.set_xticks([0.05, 0.1, 0.2, 0.4, 0.8], ["0.05", "0.1", "0.2", "0.4", "0.8"])
            ax.set_xticks([], minor=True)
            ax.set_xlabel("Decay of fear, share a year")
            ax.set_ylim(0, top)
            ax.set_title(words.split(",")[0])
            ax.grid(True)
            handles = ax.get_legend_handles_labels()
        sheet.legend(*handles)
    return sheet.figure


def rule_and_fear(numbers: pd.DataFrame, about: str) -> Figure:
    """What the rules do and what fear adds, by precision."""
    title = "What the rules do by themselves, and what fear adds"
    lead = f"{RULES[PACKAGE]}, November 2018 to December 2021 (grey); {about}."
    caption = (
        "Rules: change against the paired baseline when cases frighten nobody (chi = 0). Fear: what comes on top with "
        f"chi at its fitted value, decay 0.2 and spill-over 0.06 a year. Line: both. {BAND}"
    )
    part = numbers[(numbers["scenario"] == PACKAGE) & (numbers["decay"] == DRAWN[0]) & (numbers["spill"] == DRAWN[1])]
    part = part[part["chi"] > 0]
    precisions = sorted(part["precision"].unique())
    with styled():
        sheet = page(title, lead, caption, 3 * HIGH + 0.25)
        width = sheet.width / len(precisions)
        for j, outcome in enumerate(("entrants", "joint papers", "researchers")):
            shared = None
            for k, precision in enumerate(precisions):
                bottom = (2 - j) * HIGH + 0.2
                ax = sheet.axes(k * width + 0.38, bottom, width - 0.46, HIGH - 0.62, sharey=shared)
                shared = shared or ax
                rows = part[part["precision"] == precision]
                both = _years(rows, outcome)
                rule, fear = _years(rows, f"{outcome}, rules alone"), _years(rows, f"{outcome}, fear adds")
                year = both["year"].to_numpy()
                low = rule["mean"].to_numpy()
                ax.fill_between(year, 0, low, color=SERIES[4], lw=0, label="rules by themselves")
                ax.fill_between(
                    year, low, low + fear["mean"].to_numpy(), color=SERIES[1], lw=0, alpha=0.75, label="fear"
                )
                ax.plot(year, both["mean"], color=INK, lw=1, label="both")
                ax.fill_between(year, both["lo"], both["hi"], color=INK, alpha=0.12, lw=0)
                ax.axvspan(2018.85, LAST + 1, color=GREY, alpha=0.12, lw=0)
                ax.axhline(0, color=GREY, lw=0.6)
                ax.set_xlim(year.min(), year.max())
                ax.grid(True)
                ax.set_title((PANELS[outcome] + "\n" if k == 0 else "\n") + f"precision {precision:g}")
                handles = ax.get_legend_handles_labels()
        sheet.legend(*handles)
    return sheet.figure


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """Tables of the page by name."""
    last = max(int(name[-4:]) for name in numbers["outcome"] if name[-4:].isdigit())
    found = {}
    usual = numbers[(numbers["chi"] > 0) & (numbers["spill"] == 0.06)]
    for name, suffix in (("half", "half made up"), ("peak", "largest loss")):
        lines = []
        decays = sorted(usual["decay"].unique())
        for scenario in RULES:
            for outcome in PANELS:
                for precision in sorted(usual["precision"].unique()):
                    rows = at(usual, f"{outcome}, {suffix}", scenario=scenario, precision=precision)
                    by = {row.decay: row for row in rows.itertuples()}
                    lines.append(
                        [
                            f"{scenario}, {outcome}, precision {precision:g}",
                            *(_years_text(by.get(d), last) for d in decays),
                        ]
                    )
        found[name] = markdown(["years after the repeal", *(f"decay {d:g}" for d in decays)], lines)
    base = numbers[(numbers["scenario"] == ALONE) & (numbers["precision"] == 0.27) & (numbers["chi"] > 0)]
    cases = [(d, s) for d, s in base[["decay", "spill"]].drop_duplicates().itertuples(index=False)]
    lines = []
    for outcome in (f"{o}, left in {y}" for o in PANELS for y in (2023, 2026, 2030, 2035, 2050)):
        rows = {(row.decay, row.spill): row for row in at(base, outcome).itertuples()}
        if rows:
            lines.append([outcome, *(cell(rows.get(case)) for case in cases)])
    found["left"] = markdown(["% of 2021", *(f"decay {d:g}, spill {s:g}" for d, s in cases)], lines)
    lines = []
    for outcome in PANELS:
        by_case = {(row.decay, row.spill): row for row in at(base, f"{outcome}, half made up").itertuples()}
        lines.append([outcome, *(_years_text(by_case.get(case), last) for case in cases)])
    found["spill"] = markdown(["years after the repeal", *(f"decay {d:g}, spill {s:g}" for d, s in cases)], lines)
    alone = numbers[(numbers["chi"] == 0) & (numbers["scenario"] == PACKAGE)]
    precisions = sorted(alone["precision"].unique())
    lines = []
    for outcome in ("entrants", "joint papers", "researchers", "papers"):
        by_precision = {row.precision: row for row in at(alone, f"{outcome}, half made up").itertuples()}
        lines.append([outcome, *(_years_text(by_precision.get(precision), last) for precision in precisions)])
    found["rules"] = markdown(["years after the repeal", *(f"precision {p:g}" for p in precisions)], lines)
    lines = []
    for scenario in RULES:
        for outcome in ("entrants", "joint papers", "researchers", "papers"):
            part = at(numbers, f"{outcome}, fear's share", scenario=scenario, spill=0.06)
            for precision in sorted(part["precision"].unique()):
                by = {row.decay: row for row in part[part["precision"] == precision].itertuples()}
                lines.append(
                    [f"{scenario}, {outcome}, precision {precision:g}", *(cell(by.get(d)) for d in sorted(by))]
                )
    found["share"] = markdown(["fear's share, %", *(f"decay {d:g}" for d in sorted(usual["decay"].unique()))], lines)
    return found


def _years_text(row: Any, last: int) -> str:
    """Years with their band, "after YEAR" where the loss is not made up."""
    if row is None or math.isnan(row.mean):
        return UNCLEAR
    texts = [f"{value:.1f}" if math.isfinite(value) else f"after {last}" for value in (row.mean, row.lo, row.hi)]
    return f"{texts[0]} ({texts[1]} … {texts[2]})"


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Numbers, tables and figures from the store."""
    opened = open_store(HERE, words)
    numbers, about = numbers_of(opened), opened.run_sentence()
    draw = {"after_repeal": after_repeal, "half_lives": half_lives, "rule_and_fear": rule_and_fear}
    figures = {name: partial(function, numbers, about) for name, function in draw.items()}
    return finish(opened, numbers, tables, figures)


if __name__ == "__main__":
    for path in main():
        print(path)
