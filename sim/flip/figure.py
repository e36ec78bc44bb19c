"""The effect along the range of each number that matters, with the value at which the answer turns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from sim.flip.carry import NAME, Finding, Found
from sim.flip.text import question_of
from sim.plots.style import GREY, INK, PALE, SERIES, page, save, signed_tick, styled, wrapped
from sim.policy.words import short_title

UNITS = {"%": "per cent", "% points": "percentage points"}
BODY, BELOW, ABOVE, KEYS, BETWEEN, LEFT = 2.4, 0.42, 0.5, 0.2, 0.18, 0.5  # inches
APART = 0.12  # of the range, between labels of the axis


def write_figure(found: Found) -> list[Path]:
    """Draw ``flip`` into the folder of the answer; returns the files, none if no number matters clearly."""
    asked = found.asked
    if not found.findings:
        return []
    titles = [short_title(asked.question.titles.get(label, label)) for label in asked.scenarios]
    keys = KEYS if len(titles) > 1 else 0.0
    with styled():
        sheet = page(
            f"{question_of(asked)}?",
            f"Effect in {UNITS.get(found.unit, found.unit)}, over the range of each of the "
            "numbers that move it most; all others as documented.",
            "Dots: means of runs; shaded: two standard errors by chance. Dashed: the documented value. "
            f"Cross: where the answer turns. {' '.join(filter(None, (found.told, found.resolution)))}",
            BODY + keys,
        )
        n = len(found.findings)
        width = (sheet.width - LEFT - BETWEEN * (n - 1)) / n
        values = [value for finding in found.findings for line in finding.effects.values() for value in line]
        lo, hi = min(*values, 0.0) - 2 * found.error, max(*values, 0.0) + 2 * found.error
        for i, finding in enumerate(found.findings):
            box = (LEFT + i * (width + BETWEEN), BELOW, width, BODY - BELOW - ABOVE)
            axes = sheet.axes(*box)
            axes.set_ylim(lo - 0.06 * (hi - lo), hi + 0.06 * (hi - lo))
            _panel(axes, finding, found.error)
            axes.set_title("\n".join(wrapped(finding.line.item.words, 8, width, "bold")), pad=16)
            axes.text(0.0, 1.03, finding.turn.verdict, transform=axes.transAxes, size=7, color=GREY, va="bottom")
            axes.set_xlabel("\n".join(wrapped(finding.line.item.unit, 6.5, width)), size=6.5)
            axes.yaxis.set_major_formatter(signed_tick)
            axes.tick_params(axis="y", labelleft=i == 0)
        if len(titles) > 1:
            colours = (SERIES[k % len(SERIES)] for k in range(len(titles)))
            sheet.legend([Line2D([], [], color=colour) for colour in colours], titles)
        return save(sheet.figure, found.folder, NAME)


def _panel(axes: Axes, finding: Finding, error: float) -> None:
    x = finding.line.values
    axes.axhline(0, color=GREY, lw=0.8, zorder=1)
    axes.axvline(finding.documented, color=INK, lw=0.8, ls=(0, (4, 2)), zorder=1)
    for i, effects in enumerate(finding.effects.values()):
        colour = SERIES[i % len(SERIES)]
        band = [e - 2 * error for e in effects], [e + 2 * error for e in effects]
        axes.fill_between(x, *band, color=colour, alpha=0.15, lw=0)
        axes.plot(x, effects, "o-", color=colour, ms=3.2, lw=1.2, zorder=3)
    if finding.turn.at is not None and finding.turn.resolved:
        y = _between(finding)
        axes.plot([finding.turn.at], [y], "X", color=INK, mec="white", ms=8, zorder=4)
    if finding.line.item.law.name == "log-uniform":
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    ticks = _ticks(finding)
    axes.set_xticks(ticks, [f"{value:.2g}" for value in ticks])
    axes.set_facecolor("none")
    axes.grid(True, axis="y", color=PALE, alpha=0.5)


def _ticks(finding: Finding) -> list[float]:
    """Ends of the range and the documented value, but for ends that it stands next to."""
    scale, here = finding.line.item.law.between_ends(), finding.documented
    at = float(scale.unit(np.array(here)))
    return [here, *(end for u, end in ((0.0, scale.lo), (1.0, scale.hi)) if abs(at - u) > APART)]


def _between(finding: Finding) -> float:
    """Height of the turn: 0 of a sign; where the two lines meet of an order."""
    assert finding.turn.at is not None
    names = finding.turn.margin.names
    if len(names) == 1:
        return 0.0
    scale = finding.line.item.law.between_ends()
    x = scale.unit(np.array(finding.line.values))
    return float(np.interp(scale.unit(np.array(finding.turn.at)), x, finding.effects[names[0]]))
