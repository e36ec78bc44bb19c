"""Joint papers by pair of places against the two years that NSF gives and the shape that OpenAlex gives."""

from __future__ import annotations

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, history, joint_papers
from sim.analysis import fit
from sim.data.clock import FIRST_YEAR
from sim.data.tables import load_world_data

NAMES = ("sum 1996", "log correlation 1996", "sum 2003", "log correlation 2003", "log correlation 2015-17")
_YEARS = (1995, 1996, 1997, 2002, 2003, 2004, 2015, 2016, 2017)  # that `sim.analysis.fit.pairs` looks at


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Joint papers of pairs in the years that are compared."""
    years, n = history(scale, replicate, changes).years, load_world_data("full").n_places
    joint = np.array([joint_papers(years, n, year, year) for year in _YEARS])
    return {"joint": joint, "replicates": np.array(1), "scale": np.array(scale)}


def numbers(sums: Sums) -> dict[str, float]:
    """Sums over NSF's, and correlations of logs over pairs of 200 works or more (`sim.analysis.fit.pairs`)."""
    replicates = int(sums["replicates"])
    data = load_world_data("full")
    joint = np.zeros((data.n_years, *sums["joint"].shape[1:]))
    joint[np.array(_YEARS) - FIRST_YEAR] = sums["joint"] / replicates
    agent = float(sums["scale"]) / replicates**2  # the scale was added up too
    means = fit.Means({}, {}, np.zeros(0), np.zeros(0), joint, agent)
    return {name: float(line.simulated) for name, line in zip(NAMES, fit.pairs(means, data))}
