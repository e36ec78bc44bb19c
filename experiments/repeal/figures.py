"""Figure, numbers and sentences of the repeal: ``python -m experiments.repeal.figures [--small] [--store FOLDER]``.

Reads the store of ``sweep.yaml`` through `sim.analysis.load`; runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import finish
from experiments.common.numbers import at
from experiments.common.page import told
from experiments.common.store import open_store
from experiments.repeal.numbers import FEAR, LAST, numbers_of
from sim.plots.style import GREY, INK, SERIES, page, styled

HERE = Path(__file__).parent
ALONE, PACKAGE = "enforcement", "crackdown"
USUAL: Mapping[str, Any] = {"by_risk": 0, "decay": 0.2, "spill": 0.06, "chi": 84, "others": 0.36}
PANELS = {
    "fear": "Fearful researchers of Chinese origin, %",
    "entrants": "Chinese entrants to research, % change",
    "joint papers": "Joint papers with China, % change",
    "researchers": "Researchers, % change",
}
HIGH = 1.95


def rows_of(numbers: pd.DataFrame, scenario: str, outcome: str, **differs: Any) -> pd.DataFrame:
    """Lines of one outcome at the usual values but those named."""
    return at(numbers, outcome, scenario=scenario, **{**USUAL, **differs})


def line(numbers: pd.DataFrame, scenario: str, outcome: str, **differs: Any) -> Any:
    """The one such line."""
    return next(rows_of(numbers, scenario, outcome, **differs).itertuples())


def _course(numbers: pd.DataFrame, scenario: str, outcome: str, **differs: Any) -> pd.DataFrame:
    """Yearly lines of an outcome, by year."""
    part = numbers[numbers["outcome"].str.fullmatch(rf"{outcome}, \d{{4}}")]
    for name, value in {**USUAL, **differs, "scenario": scenario}.items():
        part = part[part[name] == value]
    return part.assign(year=part["outcome"].str[-4:].astype(int)).sort_values("year")


def decays_of(numbers: pd.DataFrame) -> list[float]:
    """Decays of fear that were run, slowest first."""
    return sorted(numbers["decay"].unique())


def after_repeal(numbers: pd.DataFrame, about: str) -> Figure:
    """Fear and losses by year, a line a decay of fear; dashed, the rules without any fear."""
    title = "Rules end at once, fear fades, and the missing people stay missing"
    lead = (
        "United States: investigations by profile, visa refusals, bans and reviews towards China, November 2018 to "
        f"December 2021 (grey), then repealed. Against the same world without them; {about}."
    )
    caption = (
        "Colours: how much fear fades in a year, unknown, over its documented range. Dashed: the same rules if cases "
        "frightened nobody. Bands: two standard errors either way."
    )
    with styled():
        sheet = page(title, lead, caption, 2 * HIGH + 0.6)
        width = sheet.width / 2
        for k, (outcome, words) in enumerate(PANELS.items()):
            ax = sheet.axes(k % 2 * width + 0.4, (1 - k // 2) * (HIGH + 0.22) + 0.2, width - 0.5, HIGH - 0.3)
            for decay, color in zip(decays_of(numbers), SERIES):
                _banded(ax, _course(numbers, PACKAGE, outcome, decay=decay), color, f"{100 * decay:g} % a year")
            rule = _course(numbers, PACKAGE, outcome, chi=0)
            if outcome != "fear":  # where nobody is frightened there is none
                ax.plot(rule["year"], rule["mean"], color=INK, lw=1.2, ls=(0, (3, 2)), label="nobody frightened")
                handles = ax.get_legend_handles_labels()
            ax.axvspan(LAST - 2.15, LAST + 1, color=GREY, alpha=0.12, lw=0)
            ax.axhline(0, color=GREY, lw=0.6)
            ax.set_title(words)
            ax.set_xlim(rule["year"].min(), rule["year"].max())
            ax.set_xticks(range(2020, int(rule["year"].max()) + 1, 5))
            ax.grid(True)
        sheet.legend(*handles)
    return sheet.figure


def _banded(ax: Axes, rows: pd.DataFrame, color: str, label: str) -> None:
    mean, reach = rows["mean"], 2 * rows["se"]
    ax.fill_between(rows["year"], mean - reach, mean + reach, color=color, alpha=0.15, lw=0)
    ax.plot(rows["year"], mean, color=color, lw=1.4, label=label)


def years_text(row: Any, last: int, band: bool = False) -> str:
    """Years, on request with the band of resamples, or that the loss was not made up by the last year."""
    if math.isnan(row.mean):
        return "a time not clear of noise"
    texts = [f"{value:.1f}" if math.isfinite(value) else "longer" for value in (row.mean, row.lo, row.hi)]
    if not math.isfinite(row.mean):
        return f"more than {last - LAST} years"
    return f"{texts[0]} years" + (f" ({texts[1]} to {texts[2]})" if band and texts[1] != texts[2] else "")


def answer(numbers: pd.DataFrame) -> str:
    """The answer of the page."""
    last, usual = last_year(numbers), USUAL["decay"]
    slow, *_, fast = decays_of(numbers)

    def half(outcome: str, decay: float) -> str:
        row = line(numbers, PACKAGE, f"{outcome}, half made up", decay=decay)
        return years_text(row, last, band=decay == usual)

    def ends(outcome: str) -> str:
        return f"{half(outcome, fast).removesuffix(' years')} or {half(outcome, slow)}"

    people = {d: _size(line(numbers, PACKAGE, f"researchers, {last}", decay=d)) for d in (slow, usual, fast)}
    rules = _size(line(numbers, PACKAGE, f"researchers, {last}", chi=0))
    by_risk = _size(line(numbers, PACKAGE, f"researchers, {last}", by_risk=1))
    after, share = (line(numbers, PACKAGE, f"researchers, {words}") for words in ("after the repeal", "fear's share"))
    return (
        f"If a fifth of people's fear fades in a year, half of it is gone {half('fear', usual)} after the repeal. Half "
        f"of the missing Chinese entrants are back after {half('entrants', usual)}, half of the missing joint papers "
        f"after {half('joint papers', usual)}. But nobody knows how fast fear fades: with {100 * fast:g} or "
        f"{100 * slow:g} % a year it takes {ends('fear')} for fear, {ends('entrants')} for entrants, and "
        f"{ends('joint papers')} for joint papers. "
        f"The people who did not come stay missing: {told(after.mean, after.se)} % of all researcher-years lost "
        f"to {last} are lost after the repeal. In {last} the United States still has {people[usual]} % fewer "
        f"researchers than without the measures ({people[fast]} and {people[slow]} % at the ends of that range). "
        f"Most of it is fear and not rule: fear makes {told(share.mean, share.se)} % of the researcher-years lost. "
        f"The same rules with nobody frightened would leave {rules} % fewer researchers in {last}, and the same "
        f"number of investigations aimed by risk instead of by origin {by_risk} %."
    )


def _size(row: Any) -> str:
    """Loss with its standard error."""
    return told(-row.mean, row.se)


def last_year(numbers: pd.DataFrame) -> int:
    """Last year of the runs."""
    return int(numbers["outcome"].str.extract(r", (\d{4})$")[0].dropna().astype(int).max())


ENDS: Mapping[str, Mapping[str, Any]] = {
    "as above": {},
    "fear fades by 2 % a year": {"decay": 0.02},
    "fear fades by 5 % a year": {"decay": 0.05},
    "fear fades by 80 % a year": {"decay": 0.8},
    "fear does not spill over to other origins": {"spill": 0},
    "a fifth of it spills over in a year": {"spill": 0.2},
    "a case frightens half as much": {"chi": 42},
    "a case frightens twice as much": {"chi": 168},
    "others with the same ties are not afraid": {"others": 0},
    "cases go by risk": {"by_risk": 1},
}


def sure(numbers: pd.DataFrame) -> str:
    """What ends of ranges leave of the answer, one at a time, and what the rest says."""
    last, lines = last_year(numbers), []
    for words, end in ENDS.items():
        if not len(rows_of(numbers, PACKAGE, f"researchers, {last}", **end)):
            continue  # a small sweep has not all of them
        halves = [
            years_text(line(numbers, PACKAGE, f"{outcome}, half made up", **end), last)
            for outcome in ("fear", "entrants", "joint papers")
        ]
        people = line(numbers, PACKAGE, f"researchers, {last}", **end)
        share = line(numbers, PACKAGE, "researchers, fear's share", **end)
        lines.append(
            f"- {words}: {halves[0]}, {halves[1]}, {halves[2]}; {_size(people)} %; {told(share.mean, share.se)} %"
        )
    return "\n".join(lines)


def beside(numbers: pd.DataFrame) -> str:
    """Investigations alone, and fear of others."""
    last = last_year(numbers)
    alone, nobody = (line(numbers, ALONE, f"researchers, {last}", **case) for case in ({}, {"chi": 0}))
    rules = line(numbers, PACKAGE, "researchers, half made up", chi=0)
    ours, others = (line(numbers, PACKAGE, f"{outcome}, {LAST + 1}") for outcome in FEAR)
    half = years_text(line(numbers, PACKAGE, "fear of others, half made up"), last)
    return (
        f"Investigations without the rest of the package leave {_size(alone)} % fewer researchers in {last}, and "
        f"{_size(nobody)} % where nobody is frightened. Rules that frighten nobody have half of their loss of "
        f"researchers made up after {years_text(rules, last)}. In {LAST + 1}, {told(ours.mean, ours.se)} % of the "
        f"researchers of Chinese origin and {told(others.mean, others.se)} % of all others are afraid; of the "
        f"others' fear half is gone after {half}, since it goes on spilling over."
    )


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """Generated parts of the page by name."""
    return {"answer": answer(numbers), "sure": sure(numbers), "beside": beside(numbers)}


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Numbers, sentences and the figure from the store."""
    opened = open_store(HERE, words)
    numbers = numbers_of(opened)
    return finish(opened, numbers, tables, {"after_repeal": partial(after_repeal, numbers, opened.run_sentence())})


if __name__ == "__main__":
    for path in main():
        print(path)
