"""Effects of the restrictive scenario by point of a design, and their sensitivity indices, as lines of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.common.numbers import share
from experiments.common.store import amounts
from sim.analysis.outcomes import add, columns, value
from sim.analysis.sensitivity import (
    STEP,
    morris_indices,
    noise_share,
    problem_of,
    ranking,
    saltelli_steps,
    sobol_indices,
    unit_of,
)
from sim.core.axes import BASELINE
from sim.store.frames import Frames

PLACE = "USA"
UNITS: Mapping[str, str] = {
    "researchers": "%",
    "papers": "%",
    "international share": "% points",
    "leaks": "%",
    "leaks prevented": "% of the baseline's leaks",
}
COLUMNS = "design outcome unit parameter index value lo hi noise p resolved".split()
STRONGEST = 10  # parameters that go from screening into the second design
_AMOUNTS = columns(
    "place_year", ["n_researchers", "papers_fractional", "international_share", "leaks_avoided", "leaks"]
)


@dataclass(frozen=True)
class Design:
    """Effects at every point of a design.

    Attributes
    ----------
    values : by outcome [points, replicates]; unit : [points, parameters] in the unit cube.
    block : points that make one trajectory or base sample; lost : blocks left out since runs of theirs are missing;
    twice : blocks that have all replicates.
    """

    sample: Mapping[str, object]
    unit: np.ndarray
    values: Mapping[str, np.ndarray]
    block: int
    lost: int
    twice: int

    @property
    def method(self) -> str:
        return str(self.sample["method"])

    @property
    def blocks(self) -> int:
        return len(self.unit) // self.block


def effects_of(frames: Frames) -> pd.DataFrame:
    """Effects of the scenario on the place, by draw and replicate: columns draw, replicate, and those of `UNITS`.

    Researchers in the last year; papers, shares and leaks over all years that were kept.
    """
    keys = ["scenario", "draw", "replicate"]
    rows = frames.read("place_year", [*keys, "year", *_AMOUNTS], [("place", "==", PLACE)])
    rows = add(amounts(rows, _AMOUNTS), ["leaks", "leaks_avoided"])
    table = rows.groupby(keys)[[*_AMOUNTS, "leaks", "leaks_avoided"]].sum()
    table["last"] = rows[rows["year"] == rows["year"].max()].set_index(keys)["n_researchers"]
    base = table.loc[BASELINE]
    scenario = next(name for name in table.index.unique("scenario") if name != BASELINE)
    here = table.loc[scenario].reindex(base.index)
    change = here - base
    out = pd.DataFrame(index=base.index)
    out["researchers"] = 100 * share(change["last"], base["last"])
    out["papers"] = 100 * share(change["papers_fractional"], base["papers_fractional"])
    shares = [value(totals, "international_share") for totals in (here, base)]
    out["international share"] = 100 * (shares[0] - shares[1])
    out["leaks"] = 100 * share(change["leaks"], base["leaks"])
    out["leaks prevented"] = 100 * share(change["leaks_avoided"], base["leaks"])
    return out.reset_index()


def design_of(frames: Frames) -> Design:
    """Effects in the order of the design; trajectories and base samples that are not complete are left out.

    A base sample is complete with its first replicate: the others then serve for the noise.
    """
    sample, draws = frames.manifest["sample"], frames["draws"].sort_values("draw")
    k = len(sample["over"])
    block = k + 1 if sample["method"] == "morris" else (2 * k + 2 if sample["second_order"] else k + 2)
    found = effects_of(frames)
    replicates = range(frames.manifest["replicates"])
    values = {
        outcome: found.pivot(index="draw", columns="replicate", values=outcome)
        .reindex(index=draws["draw"], columns=replicates)
        .to_numpy(dtype=float)
        for outcome in UNITS
    }
    there = np.isfinite(np.stack(list(values.values()))).all(axis=0).reshape(-1, block, len(replicates))
    every = there.all(axis=(1, 2))
    whole = every if sample["method"] == "morris" else there[:, :, 0].all(axis=1)
    keep = np.repeat(whole, block)
    kept = {outcome: array[keep] for outcome, array in values.items()}
    return Design(sample, unit_of(draws, sample)[keep], kept, block, int((~whole).sum()), int(every.sum()))


def numbers_of(design: Design) -> pd.DataFrame:
    """Indices of every outcome, and how its effect spreads over the design beside its noise; columns `COLUMNS`."""
    found = []
    for outcome, unit in UNITS.items():
        lines = _indices(design, outcome) + _spread(design.values[outcome])
        head = {"design": design.method, "outcome": outcome, "unit": unit}
        found += [{**head, **line} for line in lines]
    return pd.DataFrame(found, columns=COLUMNS)


def _indices(design: Design, outcome: str) -> list[dict[str, object]]:
    problem, values = problem_of(design.sample), design.values[outcome]
    if design.method == "morris":
        table = morris_indices(problem, design.unit, values, int(str(design.sample["levels"])))
        names = {"mu_star": ("lo", "hi"), "mu": None, "sigma": None}
    else:
        second_order = bool(design.sample["second_order"])
        table = sobol_indices(problem, values, second_order)
        table["resolved"] &= saltelli_steps(design.unit, second_order) >= STEP
        names = {"first": ("first_lo", "first_hi"), "total": ("total_lo", "total_hi"), "total_clean": None}
    lines = []
    for row in table.to_dict("records"):
        for name, ends in names.items():
            line = {"parameter": row["parameter"], "index": name, "value": row[name]}
            if ends:
                line |= {"lo": row[ends[0]], "hi": row[ends[1]]}
            if name in ("mu_star", "total"):
                line |= {"noise": row["noise"], "p": row.get("p", np.nan), "resolved": row["resolved"]}
            lines.append(line)
    return lines


def _spread(values: np.ndarray) -> list[dict[str, object]]:
    """Mean and 90 % of the points' effects; standard deviation between replicates at a point; what noise explains."""
    means = values[:, np.isfinite(values).all(axis=0)].mean(axis=1)
    lo, hi = np.quantile(means, [0.05, 0.95])
    several = values[np.isfinite(values).all(axis=1)]
    sd = np.sqrt(several.var(axis=1, ddof=1).mean()) if values.shape[1] > 1 and len(several) else np.nan
    lines: list[dict[str, object]] = [
        {"parameter": "", "index": "effect", "value": means.mean(), "lo": lo, "hi": hi},
        {"parameter": "", "index": "extremes", "lo": means.min(), "hi": means.max()},
        {"parameter": "", "index": "sd between points", "value": means.std(ddof=1)},
        {"parameter": "", "index": "sd between replicates", "value": sd},
        {"parameter": "", "index": "share of noise", "value": noise_share(values)},
    ]
    return lines


def strongest(numbers: pd.DataFrame) -> pd.DataFrame:
    """Parameters of the screening by their largest share of an outcome's strongest effect; columns parameter, score."""
    rows = numbers[(numbers["design"] == "morris") & (numbers["index"] == "mu_star")]
    tables = [
        part[["parameter", "value", "resolved"]].rename(columns={"value": "mu_star"}).astype({"resolved": bool})
        for _, part in rows.groupby("outcome", sort=False)
    ]
    return ranking(tables)
