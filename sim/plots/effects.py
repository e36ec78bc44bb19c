"""Outcomes and paired effects as the figures draw them, from the recorder's tidy frames."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from sim.analysis import outcomes, pairs
from sim.analysis.outcomes import WORLD
from sim.analysis.pairs import RUN
from sim.core.axes import BASELINE

BAND_RUNS = 3  # fewer runs say too little of their spread for a band
# What is drawn of places: the names of the figures, and those of the outcomes.
PLACE = {
    "researchers": "n_researchers",
    "net_moves": "net_moves",
    "moves": "moves",
    "net_rate": "net_move_rate",
    "papers": "papers_whole",
    "international": "international_share",
    "top1": "top1",
    "protected": "protected",
    "hazard": "leaks_unprotected",
    "leaks": "leaks",
    "cases": "new_cases",
}
WORLD_OUTCOMES = {
    "researchers": "n_researchers",
    "moves": "new_moves",
    "papers": "papers",
    "international": "international_share_world",
}


def keys(frame: pd.DataFrame) -> list[str]:
    """Columns that tell runs apart in this frame."""
    return [c for c in RUN if c in frame.columns]


def place_outcomes(place_year: pd.DataFrame, names: Collection[str] = tuple(PLACE)) -> pd.DataFrame:
    """Outcomes by place and year under some names of `PLACE`: columns of the run, year, place, and these."""
    frame = pairs.plain(place_year)
    found = {name: outcomes.value(frame, PLACE[name]) for name in names}
    if "net_rate" in found:
        found["net_rate"] = 1000 * found["net_rate"]
    return frame[[*keys(frame), "year", "place"]].assign(**found)


def world_outcomes(world_year: pd.DataFrame, place_year: pd.DataFrame) -> pd.DataFrame:
    """The same outcomes for the world, but for protection, which is a place's; place is `WORLD`.

    Papers count once, moves are moves between places.
    """
    world = pairs.plain(world_year)
    run = [*keys(world), "year"]
    sums = place_outcomes(place_year, ("top1", "cases")).groupby(run, as_index=False)[["top1", "cases"]].sum()
    found = {name: outcomes.value(world, outcome) for name, outcome in WORLD_OUTCOMES.items()}
    own = world[run].assign(place=WORLD, net_moves=0.0, net_rate=0.0, **found)
    return own.merge(sums, on=run, how="left")


def paired(frame: pd.DataFrame, values: Sequence[str], by: Sequence[str], percent: Iterable[str] = ()) -> pd.DataFrame:
    """Differences of each scenario run from its baseline run.

    Parameters
    ----------
    values : columns to difference; the result carries the difference under the same name.
    by : further keys, such as year and place, that name a row of a run.
    percent : those of `values` that become percent of the baseline's value instead.

    Returns
    -------
    Rows of the scenarios that have a baseline partner; columns of the run, `by`, `values`.
    """
    both = pairs.paired_sums(frame, values, by)
    found = {}
    for name in values:
        reference = both[pairs.beside(name)]
        difference = both[name].astype(float) - reference
        found[name] = 100 * (difference / reference.where(reference > 0)) if name in set(percent) else difference
    return both[[*RUN, *by]].assign(**found)


def band(frame: pd.DataFrame, value: str, by: Sequence[str]) -> pd.DataFrame:
    """Mean, standard error and 90 % band of `value` over runs, as in the printed table (`pairs.bands`).

    Returns
    -------
    Columns `by`, mean, se, lo, hi, n; lo and hi are the mean where fewer than `BAND_RUNS` runs allow no band. Cells
    without any value are left out.
    """
    out = pairs.bands(frame.dropna(subset=[value]), value, by)
    enough = out["n"] >= BAND_RUNS
    return out.assign(lo=out["lo"].where(enough, out["mean"]), hi=out["hi"].where(enough, out["mean"]))


def series_of(frame: pd.DataFrame, all_modes: bool = False) -> list[tuple[str, str]]:
    """(scenario, mode) pairs to draw apart from the baseline.

    One scenario (or `all_modes`): all modes, direct effects first. Several: direct effects only (the headline).
    """
    found = frame.loc[frame["scenario"] != BASELINE, ["scenario", "mode"]].drop_duplicates()
    pairs = [(str(s), str(m)) for s, m in found.itertuples(index=False)]
    if not all_modes and len({s for s, _ in pairs}) > 1 and any(m == "scripted" for _, m in pairs):
        pairs = [p for p in pairs if p[1] == "scripted"]
    return sorted(pairs, key=lambda p: (p[0], p[1] != "scripted"))


def headline_mode(frame: pd.DataFrame) -> str:
    """`scripted` (direct effects) if the frame has it, else the mode it has."""
    modes = [str(m) for m in frame["mode"].unique()]
    return "scripted" if "scripted" in modes else modes[0]
