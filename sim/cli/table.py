"""The table that a command prints, by `rich`: one column of effects and bands a mode."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from sim.analysis.text import FEW, GOVERNMENTS, decimals, error, few, in_agents, number
from sim.core.axes import MODES

FEW_RUNS = 3  # replicates whose spread is hardly known
EFFECTS = {"scripted": "direct effect", "reactive": "total effect"}


def show(table: pd.DataFrame, title: str, notes: Sequence[str] = (), console: Console | None = None) -> None:
    """Print the result of `sim.analysis.summary.effects`; one table a mode where the terminal is too narrow for both.

    Parameters
    ----------
    notes : further lines below the table.
    """
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.width = 140
    modes = [mode for mode in MODES if mode in set(table["mode"])]
    paired = bool(table["reference"].notna().any())
    groups = [modes] if console.width >= 50 + 36 * len(modes) else [[mode] for mode in modes]
    for group in groups:
        console.print(_rich_table(table, title, group, paired))
    effect = "Effects: scenario minus baseline, replicate by replicate. " if paired else ""
    band = "± one standard error of the mean; another replicate falls into the band with 90 % probability."
    if paired and any(map(few, table["agents"])):
        notes = (
            f"Effects of fewer than {FEW} agents, or of their papers or projects, are given in agents; use a smaller "
            "scale.",
            *notes,
        )
    if paired and len(modes) > 1:
        notes = (
            "Baselines are those of scripted governments; total effects are against a baseline in which governments "
            "react too. –: not told in this mode.",
            *notes,
        )
    if 1 < table["n"].max() <= FEW_RUNS:
        notes = (
            f"{table['n'].max():.0f} replicates say little of their spread: where they agree, ± 0 may be chance.",
            *notes,
        )
    for note in (effect + band, *notes):
        console.print(f"[dim]{note}[/dim]")


def _rich_table(table: pd.DataFrame, title: str, modes: Sequence[str], paired: bool) -> Table:
    out = Table(title=title, title_justify="left", title_style="bold", header_style="", pad_edge=False, box=None)
    out.add_column("", no_wrap=True)
    names = EFFECTS if paired else GOVERNMENTS
    if paired:
        out.add_column("baseline", justify="right")
    for mode in modes:
        out.add_column(names[mode] + " ± s.e.", justify="right")
        out.add_column("90 % band", justify="right")
    rows = {(row["area"], row["outcome"], row["mode"]): row for _, row in table.iterrows()}
    area = None
    for this, outcome in dict.fromkeys(zip(table["area"], table["outcome"])):
        if this != area:
            out.add_row(f"[bold]{this}[/bold]")
            area = this
        found = [rows.get((this, outcome, mode)) for mode in modes]
        out.add_row("  " + outcome, *_cells(found, paired))
    return out


def _cells(found: Sequence[pd.Series | None], paired: bool) -> list[str]:
    cells: list[str] = []
    for i, row in enumerate(found):
        if row is None:
            cells += ["–"] * (3 if paired and i == 0 else 2)
            continue
        mean, se, lo, hi, reference = (float(row[name]) for name in ("mean", "se", "lo", "hi", "reference"))
        digits, sign = decimals(se, mean), "+" if paired else ""
        if paired and i == 0:
            # No more digits than the effect has, and no fraction of a thousand.
            cells.append(number(reference, min(max(digits, 0), max(decimals(0.0, reference) + 1, 0))))
        if paired and few(float(row["agents"])):
            cells += [in_agents(math.copysign(float(row["agents"]), mean)), "–"]
            continue
        cells.append(number(mean, digits, sign) + error(se, mean))
        cells.append("–" if math.isnan(lo) else f"{number(lo, digits, sign)} … {number(hi, digits, sign)}")
    return cells
