"""Who takes which step when, and why: the decisions of reactive governments in one run of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.core.axes import BASELINE
from sim.plots.policy_lines import Period
from sim.plots.style import GREY, INK, PALE, SERIES, page, styled, text_width

LANES = 36  # that a page has room for
LANE, APART, HEAD, FOOT, LEFT = 0.135, 0.06, 0.26, 0.2, 0.95  # inches
SIZE, TRIANGLE = 6.0, 0.06  # points of words beside marks, inches of half a mark
COLOURS = {"protect": SERIES[0], "restrict": SERIES[1], "promote": SERIES[2]}
STEP = ["year", "place", "ladder", "target", "rung_before", "rung_after"]
TRIGGERS = {
    "restriction_received": "restricted by others",
    "allies_protect": "allies protect",
    "allies_restrict": "allies restrict",
    "salience": "public cases",
    "cost": "cost of rules",
    "talent_account": "loses talent",
    "recruiting_received": "others recruit",
    "people_available": "people available",
    "chance": "chance",
}
CAPTION = (
    "One roll of the dice: in another run other governments step in other years. A triangle stands in the year in "
    "which a step takes effect."
)
NOTES = (
    "Steps have probabilities of a few per cent a year: the figure shows what reactions look like, not who will react.",
    "Words beside a triangle: the rung that is reached, 0 to 3, or whom a step restricts, and what pressed most for it "
    "(“chance” if nothing did).",
    "Governments with most steps of their own come first, then the larger ones.",
)


class Mark(NamedTuple):
    """A step as it is drawn: year, ladder, up or down, whether the baseline has it too, its words."""

    year: float
    ladder: str
    up: bool
    shared: bool
    words: str


def marks_of(decisions: pd.DataFrame, names: Mapping[str, str]) -> dict[str, list[Mark]]:
    """Steps of a scenario by place: those with most steps that the baseline lacks first, then in the order of `names`.

    Parameters
    ----------
    decisions : table `decisions` of a scenario and its baseline, of one mode, draw and replicate.
    names : place names by code, in the order of size.
    """
    taken = decisions[decisions["rung_before"] != decisions["rung_after"]]  # a demand that is refused is no step
    usual = set(taken.loc[taken["scenario"] == BASELINE, STEP].itertuples(index=False, name=None))
    found: dict[str, list[Mark]] = {}
    for _, row in taken[taken["scenario"] != BASELINE].sort_values(["effective_year", "ladder"]).iterrows():
        shared, up = tuple(row[STEP]) in usual, bool(row["rung_after"] > row["rung_before"])
        mark = Mark(float(row["effective_year"]), row["ladder"], up, shared, _words(row, names))
        found.setdefault(row["place"], []).append(mark)
    order = {place: k for k, place in enumerate(names)}

    def first(place: str) -> tuple[int, int]:
        return -sum(not mark.shared for mark in found[place]), order.get(place, len(order))

    return {place: found[place] for place in sorted(found, key=first)}


def _words(row: pd.Series, names: Mapping[str, str]) -> str:
    """Whom a step restricts or which rung it reaches, and why it is taken."""
    target = str(row["target"])
    condition = row["ladder"] == "protect" and row["trigger"] == "allies_restrict"
    why = "ally's condition" if condition else TRIGGERS.get(row["trigger"], str(row["trigger"]))
    what = f"→ {names.get(target, target)}" if target else f"to {row['rung_after']}"
    return f"{what}: {why}"


def lanes(marks: Sequence[Mark], inch: float, right: float) -> Iterator[tuple[int, bool, Mark]]:
    """Lane of each mark, so that no words run into others, and whether its words stand left of it.

    Parameters
    ----------
    inch : inches a year; right : last year of the axis.
    """
    taken: list[list[tuple[float, float]]] = []
    for mark in marks:
        width = (TRIANGLE + text_width(mark.words, SIZE) + 0.05) / inch
        left = mark.year + width > right
        half = TRIANGLE / inch
        span = (mark.year - width, mark.year + half) if left else (mark.year - half, mark.year + width)
        lane = next((k for k, row in enumerate(taken) if all(span[1] < a or b < span[0] for a, b in row)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append(span)
        yield lane, left, mark


def decision_figure(
    marks: Mapping[str, Sequence[Mark]],
    names: Mapping[str, str],
    imposed: Sequence[Period],
    years: tuple[int, int],
    title: str,
    subtitle: str,
) -> Figure:
    """A row a government with a triangle a step; above them, what the scenario imposes.

    Parameters
    ----------
    marks : of `marks_of`; as many governments are shown as the page has room for.
    imposed : policies of the scenario; years : first and last of the axis.
    """
    with styled():
        inch = (page("", "", "", 1.0).width - LEFT) / (years[1] - years[0] + 1.0)
        rows, used = [], len(imposed)
        for place, steps in marks.items():
            placed = list(lanes(steps, inch, years[1] + 0.5))
            n = 1 + max(lane for lane, _, _ in placed)
            if used + n > LANES:
                break
            rows.append((place, n, placed))
            used += n
        left_out = len(marks) - len(rows)
        more = f" {left_out} more governments take steps." if left_out else ""
        height = LANE * used + APART * (len(rows) + 1)
        sheet = page(title, subtitle, f"{CAPTION}{more}", HEAD + height + FOOT)
        sheet.legend(*_keys())
        axes = sheet.axes(LEFT, FOOT, sheet.width - LEFT, height)
        axes.set_xlim(years[0] - 0.5, years[1] + 0.5)
        axes.set_ylim(height, 0.0)
        y = _imposed(axes, imposed, years)
        for place, n, placed in rows:
            axes.axhline(y - APART / 2, color=PALE, lw=0.4)
            for lane, left, mark in placed:
                _draw(axes, mark, y + LANE * (lane + 0.5), left, inch)
            axes.text(years[0] - 0.6, y + LANE / 2, names.get(place, place), ha="right", va="center_baseline")
            y += LANE * n + APART
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(9, integer=True))
    return sheet.figure


def _imposed(axes: Axes, imposed: Sequence[Period], years: tuple[int, int]) -> float:
    """Bars of imposed policies at the top; where the governments begin, inches from there."""
    for k, period in enumerate(imposed):
        begin, end = max(period.begin, years[0] - 0.5), min(period.end, years[1] + 0.5)
        axes.barh(LANE * (k + 0.5), end - begin, 0.85 * LANE, left=begin, color=PALE, lw=0)
        axes.text(begin + 0.1, LANE * (k + 0.5), period.title, va="center_baseline", size=SIZE)
    if imposed:
        axes.text(years[0] - 0.6, LANE / 2, "imposed", ha="right", va="center_baseline", color=GREY, style="italic")
    return LANE * len(imposed) + APART


def _draw(axes: Axes, mark: Mark, y: float, left: bool, inch: float) -> None:
    colour = COLOURS[mark.ladder]
    axes.scatter(
        mark.year, y, 17, marker="^" if mark.up else "v", facecolors="white" if mark.shared else colour,
        edgecolors=colour, linewidths=0.7, zorder=3,
    )  # fmt: skip
    at = mark.year + (-1 if left else 1) * (TRIANGLE + 0.02) / inch
    tone = GREY if mark.shared else INK
    axes.text(at, y, mark.words, size=SIZE, color=tone, ha="right" if left else "left", va="center_baseline")


def _keys() -> tuple[list[Line2D], list[str]]:
    def key(marker: str, colour: str, face: str) -> Line2D:
        return Line2D([], [], ls="", marker=marker, ms=4.5, mec=colour, mfc=face, mew=0.7)

    keys = {name: key("s", colour, colour) for name, colour in COLOURS.items()}
    keys |= {"a step up": key("^", INK, INK), "down": key("v", INK, INK), "in the baseline too": key("^", INK, "white")}
    return list(keys.values()), list(keys)
