"""Effects of the restrictive scenario by point of Morris's design, and their indices, as lines of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.common.numbers import share
from experiments.common.store import amounts
from sim.analysis.outcomes import OUTCOMES
from sim.analysis.sensitivity import morris_indices, noise_share, problem_of, ranking, unit_of
from sim.core.axes import BASELINE
from sim.store.frames import Frames

PLACE = "USA"
UNITS: Mapping[str, str] = {
    "researchers": "%",
    "papers": "%",
    "world papers": "%",
    "share protected": "% points",
}
COLUMNS = "outcome unit parameter index value lo hi noise p resolved".split()
_KEYS = ["scenario", "draw", "replicate"]
_PROTECTED = OUTCOMES["protected"]
_AMOUNTS = ["papers_fractional", *_PROTECTED.columns]


@dataclass(frozen=True)
class Design:
    """Effects at every point of a design.

    Attributes
    ----------
    values : by outcome [points, replicates]; unit : [points, parameters] in the unit cube.
    draws : [points, parameters], the values themselves; lost : trajectories left out since runs of theirs are missing.
    """

    sample: Mapping[str, object]
    unit: np.ndarray
    draws: pd.DataFrame
    values: Mapping[str, np.ndarray]
    lost: int

    @property
    def trajectories(self) -> int:
        return len(self.unit) // (self.unit.shape[1] + 1)


def effects_of(frames: Frames) -> pd.DataFrame:
    """Effects of the scenario: columns draw, replicate, and those of `UNITS`.

    Researchers of the place in the last year; its papers, the world's papers and the share protected over all years.
    """
    here = [("place", "==", PLACE)]
    rows = amounts(frames.read("place_year", [*_KEYS, "year", "n_researchers", *_AMOUNTS], here), _AMOUNTS)
    world = amounts(frames.read("world_year", [*_KEYS, "year", "papers"]), ["papers"])
    table = rows.groupby(_KEYS)[_AMOUNTS].sum()
    table["last"] = rows[rows["year"] == rows["year"].max()].set_index(_KEYS)["n_researchers"].astype(float)
    table["world"] = world.groupby(_KEYS)["papers"].sum()
    base = table.loc[BASELINE]
    here_ = table.loc[next(name for name in table.index.unique("scenario") if name != BASELINE)]
    change = (here_ - base).dropna()
    base = base.loc[change.index]
    out = pd.DataFrame(index=change.index)
    for outcome, column in (("researchers", "last"), ("papers", "papers_fractional"), ("world papers", "world")):
        out[outcome] = 100 * share(change[column], base[column])
    out["share protected"] = 100 * (_PROTECTED.of(here_.loc[change.index]) - _PROTECTED.of(base))
    return out.reset_index()


def design_of(frames: Frames) -> Design:
    """Effects in the order of the design; trajectories that are not complete are left out."""
    sample, draws = frames.manifest["sample"], frames["draws"].sort_values("draw")
    found = effects_of(frames)
    replicates = range(frames.manifest["replicates"])
    values = {
        outcome: found.pivot(index="draw", columns="replicate", values=outcome)
        .reindex(index=draws["draw"], columns=replicates)
        .to_numpy(dtype=float)
        for outcome in UNITS
    }
    block = len(sample["over"]) + 1
    there = np.isfinite(np.stack(list(values.values()))).all(axis=(0, 2)).reshape(-1, block).all(axis=1)
    keep = np.repeat(there, block)
    kept = {outcome: array[keep] for outcome, array in values.items()}
    names = [item["name"] for item in sample["over"]]
    return Design(sample, unit_of(draws, sample)[keep], draws[names][keep], kept, int((~there).sum()))


def numbers_of(design: Design) -> pd.DataFrame:
    """Indices of every outcome, its mean by level of each parameter, and its spread beside its noise; `COLUMNS`."""
    found = []
    for outcome, unit in UNITS.items():
        values = design.values[outcome]
        for line in [*_indices(design, values), *_levels(design, values), *_spread(values)]:
            found.append({"outcome": outcome, "unit": unit, **line})
    return pd.DataFrame(found, columns=COLUMNS)


def _indices(design: Design, values: np.ndarray) -> list[dict[str, object]]:
    levels = int(str(design.sample["levels"]))
    table = morris_indices(problem_of(design.sample), design.unit, values, levels, pooled=True)
    lines: list[dict[str, object]] = []
    for row in table.to_dict("records"):
        head = {"parameter": row["parameter"]}
        measured = {name: row[name] for name in ("lo", "hi", "noise", "p", "resolved")}
        lines += [{**head, "index": "mu_star", "value": row["mu_star"], **measured}]
        lines += [{**head, "index": name, "value": row[name]} for name in ("mu", "sigma")]
    return lines


def _levels(design: Design, values: np.ndarray) -> list[dict[str, object]]:
    """Mean effect over the points at each value of a parameter, the others as the design has them."""
    means, lines = values.mean(axis=1), []
    for name in design.draws:
        column = design.draws[name].to_numpy(dtype=float)
        for level in np.unique(column.round(12)):
            there = means[np.isclose(column, level, rtol=1e-9, atol=1e-12)]
            se = there.std(ddof=1) / np.sqrt(len(there)) if len(there) > 1 else np.nan
            lines.append(
                {"parameter": name, "index": f"at {level:.6g}", "value": there.mean(), "lo": there.mean() - 2 * se,
                 "hi": there.mean() + 2 * se}
            )  # fmt: skip
    return lines


def _spread(values: np.ndarray) -> list[dict[str, object]]:
    """Mean and 90 % of the points' effects; share of points with a loss; what chance makes of the spread."""
    means = values.mean(axis=1)
    lo, hi = np.quantile(means, [0.05, 0.95])
    sd = np.sqrt(values.var(axis=1, ddof=1).mean()) if values.shape[1] > 1 else np.nan
    return [
        {"parameter": "", "index": "effect", "value": means.mean(), "lo": lo, "hi": hi},
        {"parameter": "", "index": "extremes", "lo": means.min(), "hi": means.max()},
        {"parameter": "", "index": "points below zero", "value": 100 * float((means < 0).mean())},
        {"parameter": "", "index": "sd between replicates", "value": sd},
        {"parameter": "", "index": "share of noise", "value": noise_share(values)},
    ]


def strongest(numbers: pd.DataFrame) -> pd.DataFrame:
    """Parameters by their largest share of an outcome's strongest effect; columns parameter, score."""
    rows = numbers[numbers["index"] == "mu_star"]
    tables = [
        part[["parameter", "value", "resolved"]].rename(columns={"value": "mu_star"}).astype({"resolved": bool})
        for _, part in rows.groupby("outcome", sort=False)
    ]
    return ranking(tables)
