"""What a policy gives and takes, run by run, from the tables of a store; and where the stores are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.outcomes import LEAKS, add
from sim.analysis.pairs import paired_units
from sim.store.frames import Frames

HERE = Path(__file__).parent
FILE, NAMED_FILE = HERE / "sweep.yaml", HERE / "named.yaml"
ISSUER, FIRST = "USA", 2019  # levers act from November 2018 on; 2019 is the first full year
OBJECTIVES = ("papers", "stopped")
WORST = (-4.0, 0.0)  # of the hypervolume: 4 % of papers lost, nothing stopped
# Name: (column, as % of its level in the baseline, as % of the baseline's hazard, or a year).
OUTCOMES = {
    "papers": ("papers_fractional", "%"),
    "researchers": ("n_researchers", "%"),
    "stopped": ("leaks_avoided", "% of hazard"),
    "less": ("leaks_fewer", "% of hazard"),
    "compliance": ("compliance_musd", "a year"),
    "promotion": ("recruitment_musd", "a year"),
}
_COLUMNS = ["scenario", "mode", "draw", "replicate", "year", "papers_fractional", "n_researchers",
            "leaks_unprotected", *LEAKS, "compliance_musd", "recruitment_musd"]  # fmt: skip


def outcomes(frames: Frames) -> pd.DataFrame:
    """Paired outcomes of every run at the issuer, means from `FIRST` on.

    Returns
    -------
    scenario, draw, replicate, and the names of `OUTCOMES`: papers (fractional) and researchers in % of the paired
    baseline; what protection stops, and what no longer happens for whatever reason, in % of the baseline's hazard, at
    any leak rate; million US$ of compliance and promotion, a year.
    """
    frame = frames.read("place_year", _COLUMNS, [("year", ">=", FIRST), ("place", "==", ISSUER)])
    frame = add(frame.astype(dict.fromkeys((*LEAKS, "leaks_unprotected"), float)), ["leaks", "leaks_avoided"])
    frame["leaks_fewer"] = -frame["leaks"]
    years = frame["year"].nunique()
    hazard = -paired_units(frame, "leaks_fewer")["reference"] / 100
    key = ["scenario", "draw", "replicate"]
    found: pd.DataFrame | None = None
    for name, (column, unit) in OUTCOMES.items():
        units = paired_units(frame, column)
        over = {"%": units["reference"] / 100, "% of hazard": hazard, "a year": float(years)}[unit]
        units[name] = units["effect"] / over
        found = units[[*key, name]] if found is None else found.merge(units[[*key, name]], on=key)
    assert found is not None
    return found


def by_draw(runs: pd.DataFrame, scenario: str) -> np.ndarray:
    """Objectives [draws, replicates, 2] of one scenario, draws in their order."""
    part = runs[runs["scenario"] == scenario].sort_values(["draw", "replicate"])
    n = part["draw"].nunique()
    return part[list(OBJECTIVES)].to_numpy(float).reshape(n, -1, len(OBJECTIVES))
