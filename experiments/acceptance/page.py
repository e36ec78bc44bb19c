"""The table of experiments with a known answer in ``docs/systems.md``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from experiments.acceptance.kinds import Bar, Experiment, Mutation
from experiments.acceptance.pooled import Found
from experiments.common.page import estimated

START, END = "<!-- acceptance -->", "<!-- end -->"
HEAD = """\
## Experiments with a known answer

Written by `python -m experiments.acceptance.run`: {settings}. Each must come out inside its bars, and must
leave one of them when a mechanism that it needs is taken out. Numbers are of all replicates together, ± the standard
error of the jackknife over them. Bars and mutations: [tables](../experiments/acceptance/table.py); tests run at
the scale and with the replicates named there.

| experiment | must come out | came out | printed, no bar | without a mechanism | label | tests | source |
|---|---|---|---|---|---|---|---|
"""
TESTS = "acceptance/test_known_answers.py"


def row(experiment: Experiment, found: Mapping[str, Found], without: Mapping[Mutation, Mapping[str, Found]]) -> str:
    """One row: what must come out, what did, and what comes out without each mechanism."""
    bars = {bar.outcome: bar for bar in experiment.bars}
    cells = (
        *stated(experiment),
        "<br>".join(
            f"{name} {_number(found[name])}: {'met' if bar.met(found[name].mean) else '**missed**'}"
            for name, bar in bars.items()
        ),
        "<br>".join(f"{name} {_number(value)}" for name, value in found.items() if name not in bars),
        "<br>".join(_without(mutation, bars, numbers) for mutation, numbers in without.items()),
        experiment.label,
        f"`{TESTS}`",
        experiment.source,
    )
    return f"| {' | '.join(cells)} |"


def stated(experiment: Experiment) -> tuple[str, str]:
    """Cells that follow from the table alone and stand first: name and question; bars."""
    name = f"[{experiment.name}](../experiments/acceptance/{experiment.file}): {experiment.what}"
    return name, "<br>".join(f"{bar.outcome} {bar.words}" for bar in experiment.bars)


def _number(found: Found) -> str:
    return estimated(found.mean, found.se)


def _without(mutation: Mutation, bars: Mapping[str, Bar], numbers: Mapping[str, Found]) -> str:
    told = ", ".join(f"{name} {_number(numbers[name])}" for name in mutation.outcomes if name in bars)
    return f"{mutation.name}: {told}{'' if fails(mutation, bars, numbers) else ' (**not seen**)'}"


def fails(mutation: Mutation, bars: Mapping[str, Bar], numbers: Mapping[str, Found]) -> bool:
    """True if one of the outcomes of a mutation leaves its bar."""
    return any(not bars[name].met(numbers[name].mean) for name in mutation.outcomes)


def placed(page: str, rows: Iterator[str], settings: str) -> str:
    """The page with the table replaced, or added at its end."""
    block = f"{START}\n{HEAD.format(settings=settings)}" + "\n".join(rows) + f"\n{END}\n"
    text, n = re.subn(rf"{START}.*?{END}\n", lambda _: block, page, flags=re.DOTALL)
    return text if n else f"{page.rstrip()}\n\n{block}"


def kept(page: str) -> str:
    """The table as it stands in a page, to be kept when the rest is written anew; empty if there is none."""
    found = re.search(rf"\n{START}.*?{END}\n", page, flags=re.DOTALL)
    return found.group(0) if found else ""
