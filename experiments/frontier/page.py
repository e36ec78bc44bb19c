"""Tables of ``README.md`` from the numbers: each stands between ``<!-- table NAME -->`` and ``<!-- end -->``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.common.page import ANSWER, NONE, estimated, markdown
from experiments.frontier.answer import answer
from experiments.frontier.outcomes import OBJECTIVES
from sim.analysis.text import number

SHOWN = 7  # points of the front in its table
HEADS = {
    "papers": "papers (%)",
    "stopped": "stopped, of what would leak without the rule (%)",
    "less": "no longer leaks, for any reason (%)",
    "compliance": "compliance (M$ a year)",
    "promotion": "promotion (M$ a year)",
    "papers behind the front": "papers behind the front (points)",
}
LEVERS = {
    "refusal": "visas refused, China (share)",
    "investigations": "investigations (cases per 1,000)",
    "precision": "of them by risk (share)",
    "disclosure": "disclosure (share)",
    "elements": "four elements (share)",
    "threshold": "line of support (M$ a year)",
    "screening": "screening, sensitive (share)",
    "openness": "visa openness (log utility)",
    "recruiting": "recruiting (places per 1,000)",
}


def tables(numbers: pd.DataFrame) -> dict[str, str]:
    """The sentences, and Markdown tables by name: named scenarios and points along the front."""
    return {
        ANSWER: answer(numbers),
        "named": _named(numbers),
        "levers": _levers(numbers),
    }


def _named(numbers: pd.DataFrame) -> str:
    part = numbers[numbers["group"] == "named"]
    return _rows("scenario", part, list(dict.fromkeys(part["name"])), list(HEADS))


def _levers(numbers: pd.DataFrame) -> str:
    part = numbers[numbers["group"] == "front"]
    cells = part.set_index(["name", "outcome"])["mean"]
    levers = [lever for lever in LEVERS if lever in set(part["outcome"])]
    lines = []
    rows = {(row.name, row.outcome): _cell(row) for row in part.itertuples(index=False)}
    for name in along(part):
        values = [cells[name, lever] * (1000 if lever == "investigations" else 1) for lever in levers]
        gains = (rows[name, outcome] for outcome in OBJECTIVES)
        lines.append([name, *gains, *(number(v, 0 if v >= 20 else 2) for v in values)])
    return markdown(["point", *(HEADS[o] for o in OBJECTIVES), *(LEVERS[lever] for lever in levers)], lines)


def along(part: pd.DataFrame) -> list[str]:
    """Names of some points along the front, both ends among them."""
    return spread(list(dict.fromkeys(part["name"])))


def spread(names: Sequence[str]) -> list[str]:
    """At most `SHOWN` of the names, evenly spread, first and last among them."""
    places = np.unique(np.linspace(0, len(names) - 1, min(SHOWN, len(names))).round().astype(int))
    return [names[i] for i in places]


def _rows(first: str, part: pd.DataFrame, names: Sequence[str], outcomes: Sequence[str]) -> str:
    cells = {(row.name, row.outcome): _cell(row) for row in part.itertuples(index=False)}
    return markdown([first, *(HEADS[o] for o in outcomes)], [[n, *(cells[n, o] for o in outcomes)] for n in names])


def _cell(row: object) -> str:
    """Mean ± standard error, without the band."""
    mean, se, hi, lo = (float(getattr(row, name)) for name in ("mean", "se", "hi", "lo"))
    if not math.isfinite(mean):
        return NONE
    if not math.isfinite(se) or se < 1e-6 * abs(mean) or hi == lo:  # costs of rules are the same in every replicate
        return number(mean, 0 if abs(mean) >= 100 or mean == 0 else 1)
    return estimated(mean, se)
