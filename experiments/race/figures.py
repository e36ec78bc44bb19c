"""Figures, numbers and tables of the race: ``python -m experiments.race.figures [--small] [--store FOLDER]``.

Reads the stores of ``sweep.yaml``, ``race_ends.yaml`` and ``race_reactive.yaml``; runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.common.figures import finish
from experiments.common.numbers import at, read_numbers
from experiments.common.page import ANSWER, cell, markdown, write_page
from experiments.common.store import open_store
from experiments.race.answer import ALONE, CODES, PAPERS, PRICE, RESEARCHERS, answer
from experiments.race.governments import ACCOUNT, EACH_YEAR, GOVERNMENTS, LARGEST_AREA
from experiments.race.numbers import ELSEWHERE, RACERS, WORLD, numbers_of
from sim.data.tables import load_world_data
from sim.plots.captions import short_names
from sim.plots.style import GREY, INK, PALE, SERIES, page, styled

HERE = Path(__file__).parent
NEW = "_new_money"
ARMS = {  # of one country: colour, and where its line stands in numbers.csv
    "alone, out of grants": (SERIES[0], "{alone}", RACERS),
    "alone, new money": (SERIES[4], "{alone}" + NEW, RACERS),
    "all at once, out of grants": (SERIES[1], "everybody", "{code}"),
    "all at once, new money": (SERIES[5], "everybody" + NEW, "{code}"),
}
ALL = {  # of the world
    "everybody": "recruiting, out of grants",
    "everybody" + NEW: "recruiting, new money",
    "everybody_grants": "new money as grants",
}
NAMED = ("USA", "CHN", "DEU", "GBR", "POL", "PAK", "IRN", "UKR", "IND", "MYS", "JPN")


def race(numbers: pd.DataFrame, about: str) -> Figure:
    """Researchers and papers of three systems alone and in the race; papers of the world."""
    caption = (
        "Against the same world without the package; papers are yearly means by authors' shares. Whiskers: chance, two "
        "standard errors."
    )
    alone = [name for name in ALONE if len(_of(numbers, RESEARCHERS, name, RACERS))]
    with styled():
        sheet = page(
            "Recruiting alone, in a race, and with new money",
            f"One package of recruiting from November 2018 on, by one system or by all large ones at once. {about}.",
            caption,
            2.75,
        )
        width = (sheet.width - 0.75) / 3
        axes = [sheet.axes(0.75 + k * width, 0.35, width - (0.15 if k < 2 else 0.05), 1.95) for k in range(3)]
        for ax, outcome, title in zip(axes, (RESEARCHERS, PAPERS), ("Researchers in 2035, %", "Papers, %")):
            _countries(ax, numbers, outcome, alone)
            ax.set_title(title)
        axes[1].set_yticklabels([])
        sheet.legend(*axes[0].get_legend_handles_labels())
        _world(axes[2], numbers)
    return sheet.figure


def _countries(ax: Axes, numbers: pd.DataFrame, outcome: str, alone: Sequence[str]) -> None:
    for j, (label, (color, scenario, area)) in enumerate(ARMS.items()):
        for i, name in enumerate(alone):
            found = _of(numbers, outcome, scenario.format(alone=name), area.format(code=CODES[name]))
            _mark(ax, found, -i - 0.18 * (j - 1.5), color, label if i == 0 else None)
    ax.set_yticks([-i for i in range(len(alone))], [ALONE[name].removeprefix("the ") for name in alone])
    ax.axvline(0, color=GREY, lw=0.6)
    ax.grid(True, axis="x")


def _world(ax: Axes, numbers: pd.DataFrame) -> None:
    for i, (scenario, words) in enumerate(ALL.items()):
        _mark(ax, _of(numbers, PAPERS, scenario, WORLD), -i, INK, None)
        ax.annotate(words, (0.02, -i + 0.14), xycoords=("axes fraction", "data"), fontsize=7, color=INK)
    ax.set_ylim(-len(ALL) + 0.5, 0.6)
    ax.set_yticks([])
    ax.axvline(0, color=GREY, lw=0.6)
    ax.grid(True, axis="x")
    ax.set_title("World's papers, all at once, %")


def _mark(ax: Axes, found: pd.DataFrame, y: float, color: str, label: str | None) -> None:
    if len(found):
        mean, se = (float(found[name].iloc[0]) for name in ("mean", "se"))
        ax.errorbar(mean, y, xerr=2 * np.nan_to_num(se), fmt="o", color=color, ms=4, lw=1, label=label)


def _of(numbers: pd.DataFrame, outcome: str, scenario: str, area: str) -> pd.DataFrame:
    return at(numbers, outcome, sweep="sweep", scenario=scenario, area=area, unit="%")


def governments(numbers: pd.DataFrame, about: str) -> Figure:
    """Moves of shares of researchers in a race of governments, over who gained people before."""
    names = short_names(load_world_data("full"))
    rows = at(numbers, "share of researchers", sweep="reactive", case=EACH_YEAR).set_index("area")
    account = at(numbers, ACCOUNT, sweep="reactive", case=EACH_YEAR).set_index("area")["mean"]
    with styled():
        sheet = page(
            "When all governments race, who gains, and who gained before",
            "Change of a system's share of researchers by 2035 when the money for promotion is used up everywhere. "
            f"{about}.",
            "The 40 largest systems; people: entrants and movers from abroad minus those who go abroad. Whiskers: "
            "chance, two standard errors.",
            2.9,
        )
        ax = sheet.axes(0.5, 0.4, sheet.width - 0.6, 2.4)
        x, y = account[rows.index], rows["mean"]
        ax.errorbar(x, y, yerr=2 * rows["se"], fmt="o", color=SERIES[0], ecolor=PALE, ms=3.5, lw=1)
        for code in NAMED:
            if code in rows.index:
                ax.annotate(names[code], (x[code], y[code]), xytext=(5, 3), textcoords="offset points", fontsize=7)
        ax.axhline(0, color=GREY, lw=0.6)
        ax.set_xlabel("People gained a year from abroad, 2015-17, per 100 researchers")
        ax.set_ylabel("Share of researchers, % change")
        ax.grid(True)
    return sheet.figure


def tables(numbers: pd.DataFrame) -> Mapping[str, str]:
    """The sentences and the table of the first sweep."""
    return {ANSWER: answer(numbers), "costs": costs(numbers)}


def beside(numbers: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Tables of the other sweeps: name of the table by sweep, and the table."""
    return {"race_ends": ("ends", ends(numbers)), "race_reactive": ("governments", reacting(numbers))}


def costs(numbers: pd.DataFrame) -> str:
    """What recruiting costs and whom it takes."""
    columns = {
        "bill, % of academic money": ("bill", "% of academic money"),
        "of it leaves research, %": ("leaves research", "% of the bill"),
        "researchers gained": (RESEARCHERS, "number"),
        "M$ each": (PRICE, "M$ each"),
        "lost elsewhere, % of the gain": ("lost elsewhere", "% of the gain"),
        "would have come anyway, %": ("would have come anyway", "% of arrivals"),
    }
    rows = [
        [
            words,
            *(_cell(numbers, *column, sweep="sweep", scenario=scenario, area=RACERS) for column in columns.values()),
        ]
        for scenario, words in {**ALONE, "everybody": "all at once"}.items()
    ]
    return markdown(["out of grants", *columns], rows)


def ends(numbers: pd.DataFrame) -> str:
    """Results at both ends of what they rest on."""
    columns = {
        "researchers, US alone, %": (RESEARCHERS, "united_states", RACERS),
        "researchers, US in the race, %": (RESEARCHERS, "everybody", "USA"),
        "papers elsewhere, US alone, %": (PAPERS, "united_states", ELSEWHERE),
        "papers of the world, race, %": (PAPERS, "everybody", WORLD),
    }
    cases = dict.fromkeys(numbers[numbers["sweep"] == "ends"]["case"])
    rows = [
        [
            case,
            *(
                _cell(numbers, outcome, "%", sweep="ends", case=case, scenario=s, area=a)
                for outcome, s, a in columns.values()
            ),
        ]
        for case in cases
    ]
    return markdown(["case", *columns], rows)


def reacting(numbers: pd.DataFrame) -> str:
    """Races of governments by hazards."""
    part = numbers[(numbers["scenario"] == GOVERNMENTS) & (numbers["area"] == LARGEST_AREA)]
    cases = list(dict.fromkeys(part["case"]))
    rows = [
        [f"{outcome} ({unit})", *(_cell(part, outcome, unit, case=case) for case in cases)]
        for outcome, unit in part[["outcome", "unit"]].drop_duplicates().itertuples(index=False)
    ]
    return markdown(["steps of governments", *cases], rows)


def _cell(numbers: pd.DataFrame, outcome: str, unit: str, **case: object) -> str:
    """Mean ± standard error, without the band."""
    return cell(next(at(numbers, outcome, unit=unit, **case).itertuples(), None)).partition(" (")[0]


def main(words: Sequence[str] | None = None) -> list[Path]:
    """Numbers, sentences, tables and figures from the stores."""
    opened = open_store(HERE, words)
    numbers = numbers_of(opened)
    reactive = opened.beside("race_reactive").settings()
    drawn = {"race": partial(race, numbers, opened.settings()), "governments": partial(governments, numbers, reactive)}
    written = finish(opened, numbers, tables, drawn)
    if opened.page is not None:
        for sweep, (name, table) in beside(read_numbers(opened.folder)).items():
            write_page(opened.page, {name: table}, opened.beside(sweep).settings())
    return written


if __name__ == "__main__":
    for path in main():
        print(path)
