"""Tables of ``README.md`` from the numbers: each stands between ``<!-- table NAME -->`` and ``<!-- end -->``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.common.page import NONE, estimated, markdown
from sim.analysis.text import number

SHOWN = 7  # points of the front in its table
HEADS = {
    "papers": "papers (%)",
    "researchers": "researchers (%)",
    "prevented": "leaks prevented (a year)",
    "share": "leaks prevented (% of the baseline's)",
    "fewer": "leaks fewer (a year)",
    "compliance": "compliance (M$ a year)",
    "recruitment": "recruitment (M$ a year)",
    "papers behind the front": "papers behind the front (points)",
    "prevented behind the front": "leaks prevented behind the front (a year)",
}
LEVERS = {
    "refusal": "visas refused, CHN (share)",
    "investigations": "investigations (cases per 1,000)",
    "precision": "precision (share)",
    "disclosure": "disclosure (share)",
    "elements": "four elements (share)",
    "threshold": "threshold (M$ a year)",
    "screening": "screening, sensitive (share)",
    "openness": "visa openness (log utility)",
    "recruiting": "recruiting (places per 1,000)",
}


def tables(numbers: pd.DataFrame) -> dict[str, str]:
    """Markdown tables by name: named scenarios, points along the front, and how the front shrank."""
    return {
        "named": _named(numbers),
        "front": _front(numbers),
        "levers": _levers(numbers),
        "corners": _corners(numbers),
        "shrunk": _shrunk(numbers),
    }


def _named(numbers: pd.DataFrame) -> str:
    part = numbers[numbers["group"] == "named"]
    shown = [name for name in HEADS if name not in ("researchers", "share")]
    return _rows("scenario", part, list(dict.fromkeys(part["name"])), shown)


def _front(numbers: pd.DataFrame) -> str:
    part = numbers[numbers["group"] == "front"]
    return _rows("point", part, along(part), [name for name in HEADS if "behind" not in name])


def _corners(numbers: pd.DataFrame) -> str:
    part = numbers[numbers["group"] == "corner"]
    return _rows("in full", part, list(dict.fromkeys(part["name"])), ["papers", "prevented", "fewer", "compliance"])


def _levers(numbers: pd.DataFrame) -> str:
    part = numbers[numbers["group"] == "front"]
    cells = part.set_index(["name", "outcome"])["mean"]
    levers = [lever for lever in LEVERS if lever in set(part["outcome"])]
    lines = []
    for name in along(part):
        values = [cells[name, lever] * (1000 if lever == "investigations" else 1) for lever in levers]
        lines.append([name, *(number(v, 0 if v >= 20 else 2) for v in values)])
    return markdown(["point", *(LEVERS[lever] for lever in levers)], lines)


def along(part: pd.DataFrame) -> list[str]:
    """Names of some points along the front, both ends among them."""
    return spread(list(dict.fromkeys(part["name"])))


def spread(names: Sequence[str]) -> list[str]:
    """At most `SHOWN` of the names, evenly spread, first and last among them."""
    places = np.unique(np.linspace(0, len(names) - 1, min(SHOWN, len(names))).round().astype(int))
    return [names[i] for i in places]


def _shrunk(numbers: pd.DataFrame) -> str:
    part = numbers[numbers["group"] == "progress"]
    volumes = part[part["outcome"] == "hypervolume"]
    names = {"again": "the last front, run again"}
    lines = [[names.get(r.name, f"{r.name} points"), number(r.mean, 2)] for r in volumes.itertuples(index=False)]  # type: ignore[arg-type]
    rest = part[part["outcome"] != "hypervolume"]
    text = "; ".join(f"{r.outcome}: {_cell(r)}" for r in rest.itertuples())
    return f"{markdown(['front of', 'hypervolume (% of papers × % of leaks)'], lines)}\n\n{text}."


def _rows(first: str, part: pd.DataFrame, names: Sequence[str], outcomes: Sequence[str]) -> str:
    cells = {(row.name, row.outcome): _cell(row) for row in part.itertuples(index=False)}
    return markdown([first, *(HEADS[o] for o in outcomes)], [[n, *(cells[n, o] for o in outcomes)] for n in names])


def _cell(row: object) -> str:
    mean, se, lo, hi = (float(getattr(row, name)) for name in ("mean", "se", "lo", "hi"))
    if not math.isfinite(mean):
        return NONE
    if not math.isfinite(se) or se < 1e-6 * abs(mean) or hi == lo:  # costs of rules are the same in every replicate
        return number(mean, 0 if abs(mean) >= 100 or mean == 0 else 1)
    return estimated(mean, se, lo, hi)
