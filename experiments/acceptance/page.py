"""Answer, figure and page of the experiments with a known answer: ``python -m experiments.acceptance.page``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.acceptance.kinds import Bar, Experiment, Mutation
from experiments.acceptance.pooled import Found
from experiments.acceptance.table import EXPERIMENTS
from experiments.common.figures import draw
from experiments.common.numbers import read_numbers
from experiments.common.page import ANSWER, NONE, estimated, markdown, write_finding, write_page
from sim.plots.style import GREY, SERIES, joined, page, styled

HERE = Path(__file__).parent
Measured = Mapping[str, Mapping[str, Found]]  # mutation (empty: as it stands) -> outcome -> number
MET, MISSED = SERIES[2], SERIES[1]
ROW, LEFT = 0.2, 2.45  # inches


def fails(mutation: Mutation, bars: Mapping[str, Bar], numbers: Mapping[str, Found]) -> bool:
    """True if one of the outcomes of a mutation leaves its bar."""
    return any(not bars[name].met(numbers[name].mean) for name in mutation.outcomes)


def read(folder: Path) -> pd.DataFrame | None:
    """Numbers of a folder, None if there are none."""
    return read_numbers(folder) if (folder / "numbers.csv").exists() else None


def measured(numbers: pd.DataFrame) -> Mapping[str, Measured]:
    """Numbers by experiment."""
    found: dict[str, dict[str, dict[str, Found]]] = {}
    for row in numbers.to_dict("records"):
        own = found.setdefault(row["experiment"], {}).setdefault(row["without"], {})
        own[row["outcome"]] = Found(row["mean"], row["se"])
    return found


def bars_of(experiment: Experiment, found: Measured) -> Iterator[tuple[Bar, bool]]:
    """Bars, and whether each is met."""
    for bar in experiment.bars:
        yield bar, bar.met(found[""][bar.outcome].mean)


def seen(experiment: Experiment, found: Measured) -> Iterator[tuple[Mutation, bool]]:
    """Mutations, and whether the experiment fails under each, as it must."""
    bars = {bar.outcome: bar for bar in experiment.bars}
    for mutation in experiment.mutations:
        yield mutation, fails(mutation, bars, found[mutation.name])


def answer(numbers: pd.DataFrame) -> str:
    """Three sentences."""
    found = measured(numbers)
    chosen = [e for e in EXPERIMENTS if e.name in found and e.bars]
    bars = [(e, bar, met) for e in chosen for bar, met in bars_of(e, found[e.name])]
    lost = [(e, mutation, fails) for e in chosen for mutation, fails in seen(e, found[e.name])]
    missed = [
        f"“{bar.outcome}” of *{e.name}* ({estimated(*found[e.name][''][bar.outcome])}, must be {_words(bar)})"
        for e, bar, met in bars
        if not met
    ]
    waiting = len([e for e in EXPERIMENTS if e.name not in found])
    unseen = [f"“{mutation.name}” in *{e.name}*" for e, mutation, fails in lost if not fails]
    return (
        f"In {len(chosen)} experiments with a known answer the model meets {len(bars) - len(missed)} "
        f"of {len(bars)} bars{f' ({waiting} more experiments wait to be measured)' if waiting else ''}. It misses "
        f"{joined(missed) or 'none'}. The bars are no mere formality: with a mechanism taken out on which an "
        f"experiment rests, it fails in {len(lost) - len(unseen)} of {len(lost)} cases, as it must"
        f"{f', and does not in {joined(unseen)}' if unseen else ''}."
    )


def finding(numbers: pd.DataFrame) -> str:
    """The answer in a sentence."""
    found = measured(numbers)
    chosen = [e for e in EXPERIMENTS if e.name in found]
    met = [done for e in chosen for _, done in bars_of(e, found[e.name])]
    lost = [done for e in chosen for _, done in seen(e, found[e.name])]
    return (
        f"{sum(met)} of {len(met)} bars are met, and {sum(lost)} of {len(lost)} times an experiment fails when a "
        "mechanism that it needs is taken out."
    )


def _words(bar: Bar) -> str:
    return bar.words.replace("-", "−")


def table(numbers: pd.DataFrame) -> str:
    """A row an experiment."""
    found = measured(numbers)
    lines = []
    for experiment in EXPERIMENTS:
        cells = [NONE, NONE, "**not measured yet**"]
        if (own := found.get(experiment.name)) is not None:
            met, without = list(bars_of(experiment, own)), list(seen(experiment, own))
            rows = numbers[numbers["experiment"] == experiment.name]
            runs = f"{rows['replicates'].iloc[0]} × 1:{rows['scale'].iloc[0]:,}, {rows['made'].iloc[0]}"
            cells = [_count(met), _count(without), runs]
        lines.append([*stated(experiment), *cells])
    return markdown(["experiment", "label", "source", "bars met", "fails without", "runs"], lines)


def _count(pairs: list[tuple[Bar, bool]] | list[tuple[Mutation, bool]]) -> str:
    good = sum(done for _, done in pairs)
    text = f"{good} of {len(pairs)}"
    return NONE if not pairs else text if good == len(pairs) else f"**{text}**"


def stated(experiment: Experiment) -> tuple[str, str, str]:
    """Cells that follow from the experiment alone and stand first."""
    return f"[{experiment.name}]({experiment.file}): {experiment.what}", experiment.label, experiment.source


def figure(numbers: pd.DataFrame) -> Figure:
    """A row an experiment, a mark a bar, a mark a mutation."""
    found = measured(numbers)
    chosen = [e for e in EXPERIMENTS if e.name in found and e.bars]
    most = max(len(e.bars) for e in chosen)
    made = joined(sorted(set(numbers["made"])))
    caption = (
        "A bar is a range that a number must lie in. Without: a mechanism that the experiment needs is taken out, and "
        "one of its bars must be missed."
    )
    with styled():
        sheet = page(
            "Experiments with a known answer", f"{made[:1].upper()}{made[1:]}.", caption, ROW * len(chosen) + 0.6
        )
        ax = sheet.axes(LEFT, 0.05, sheet.width - LEFT - 0.1, ROW * len(chosen))
        for y, experiment in enumerate(chosen):
            met = [done for _, done in bars_of(experiment, found[experiment.name])]
            without = [done for _, done in seen(experiment, found[experiment.name])]
            _marks(ax, y, 0.5, met, "s")
            _marks(ax, y, most + 1.5, without, "o")
        ax.set_yticks(range(len(chosen)), [e.name for e in chosen])
        ax.set(xlim=(0, most + 2.0 + max(len(e.mutations) for e in chosen)), ylim=(len(chosen) - 0.5, -0.5))
        ax.set_xticks([])
        ax.tick_params(axis="y", length=0)
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.grid(axis="y")
        keys = [("s", MET), ("s", MISSED), ("o", MET), ("o", MISSED)]
        handles = [Line2D([], [], ls="", marker=mark, color=colour, ms=6) for mark, colour in keys]
        sheet.legend(handles, ["bar met", "bar missed", "fails without, as it must", "does not fail without"])
    return sheet.figure


def _marks(ax: Axes, y: int, first: float, done: list[bool], mark: str) -> None:
    for x, good in enumerate(done):
        ax.plot(first + x, y, mark, color=MET if good else MISSED, ms=6, mec=GREY, mew=0.3)


def blocks(numbers: pd.DataFrame) -> dict[str, str]:
    """What the page has from the numbers, by place."""
    return {ANSWER: answer(numbers), "experiments": table(numbers)}


def write(folder: Path = HERE) -> list[Path]:
    """Figure and, here, the page anew from the numbers; returns what was written."""
    numbers = read_numbers(folder)
    if folder == HERE:
        made = f"{joined(sorted(set(numbers['made'])))}; runs are replicates × scale"
        write_finding(HERE, finding(numbers))
        write_page(HERE / "README.md", blocks(numbers), made[:1].upper() + made[1:])
    return draw(folder, {"bars": partial(figure, numbers)})


if __name__ == "__main__":
    for path in write():
        print(path)
