"""Outcomes and paired effects from the recorder's tidy frames.

A run is (scenario, mode, draw, replicate). A scenario is compared with the baseline of the same mode, draw and
replicate, which shares all random draws that the policy does not touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import pandas as pd

from sim.analysis.pairs import UNIT, estimate
from sim.core.axes import BASELINE

RUN = ["scenario", "mode", *UNIT]
WORLD = "WORLD"


def plain(frame: pd.DataFrame, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Copy with text keys instead of categories, and only the columns asked for (those that exist)."""
    wanted = list(frame.columns) if columns is None else [c for c in columns if c in frame.columns]
    out = frame[wanted].copy()
    for name in wanted:
        if isinstance(out[name].dtype, pd.CategoricalDtype):
            out[name] = out[name].astype(object)
    return out


def keys(frame: pd.DataFrame) -> list[str]:
    """Columns that tell runs apart in this frame."""
    return [c for c in RUN if c in frame.columns]


def top1_column(place_year: pd.DataFrame) -> str:
    """Papers above the paired baseline's top-1 % threshold if recorded, else the papers in the run's own top 1 %."""
    name = "top1_at_baseline_threshold"
    return name if name in place_year.columns and place_year[name].notna().any() else "top1_whole"


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


def place_outcomes(place_year: pd.DataFrame) -> pd.DataFrame:
    """Outcomes by place and year, as the panels of `sim.plots.outcomes` name them.

    Returns
    -------
    Columns of the run, year, place, and: researchers, net_moves (a year), moves (in and out), net_rate (net moves per
    1,000 researchers), papers, international (share), top1 (papers), leaks_prevented, leaks.
    """
    frame = plain(place_year)
    out = frame[[*keys(frame), "year", "place"]].copy()
    out["researchers"] = frame["n_researchers"].astype(float)
    out["net_moves"] = frame["new_moves_in"].astype(float) - frame["new_moves_out"]
    out["moves"] = frame["new_moves_in"].astype(float) + frame["new_moves_out"]
    out["net_rate"] = 1000 * _share(out["net_moves"], out["researchers"])
    out["papers"] = frame["papers_whole"].astype(float)
    out["international"] = _share(frame["papers_international"], out["papers"])
    # A run of the baseline itself may leave the column of the scenario empty: there both thresholds are the same.
    out["top1"] = frame[top1_column(frame)].astype(float).fillna(frame["top1_whole"])
    out["leaks_prevented"] = frame["leaks_prevented"].astype(float)
    out["leaks"] = frame[[f"leaks_{w}" for w in ("reward", "deception", "coercion", "theft")]].sum(axis=1)
    return out


def world_outcomes(world_year: pd.DataFrame, place_year: pd.DataFrame) -> pd.DataFrame:
    """The same outcomes for the world; place is `WORLD`. Papers count once, moves are moves between places."""
    world = plain(world_year)
    run = [*keys(world), "year"]
    sums = place_outcomes(place_year).groupby(run, as_index=False)[["top1", "leaks_prevented"]].sum()
    out = world[run].copy()
    out["place"] = WORLD
    out["researchers"] = world["n_researchers"].astype(float)
    out["moves"] = world["new_moves"].astype(float)
    out["net_moves"], out["net_rate"] = 0.0, 0.0
    out["papers"] = world["papers"].astype(float)
    out["international"] = _share(world["papers_international"], out["papers"])
    out["leaks"] = world["leaks"].astype(float)
    return out.merge(sums, on=run, how="left")


def paired(frame: pd.DataFrame, values: Sequence[str], by: Sequence[str], percent: Iterable[str] = ()) -> pd.DataFrame:
    """Differences of each scenario run from its baseline run.

    Parameters
    ----------
    values : columns to difference; the result carries the difference under the same name.
    by : further keys, such as year and place.
    percent : those of `values` that become percent of the baseline's value instead.

    Returns
    -------
    Rows of the scenarios that have a baseline partner; columns of the run, `by`, `values`.
    """
    partner = [c for c in keys(frame) if c != "scenario"] + list(by)
    columns = ["scenario", *partner, *values]
    base = frame.loc[frame["scenario"] == BASELINE, [*partner, *values]]
    other = frame.loc[frame["scenario"] != BASELINE, columns]
    both = other.merge(base, on=partner, suffixes=("", "_base"), validate="many_to_one")
    out = both[["scenario", *partner]].copy()
    for name in values:
        reference = both[f"{name}_base"]
        difference = both[name] - reference
        out[name] = 100 * _share(difference, reference) if name in set(percent) else difference
    return out


def band(frame: pd.DataFrame, value: str, by: Sequence[str]) -> pd.DataFrame:
    """Mean, standard error and 90 % band of `value` over runs, as in the printed table (`estimate`).

    With several draws the replicates of one draw are averaged first: they share parameters.

    Returns
    -------
    Columns `by`, mean, se, lo, hi, n; lo and hi are the mean where a single run allows no band.
    """
    columns = [*by, "mean", "se", "lo", "hi", "n"]
    read = dict.fromkeys([*by, value, *(["draw"] if "draw" in frame.columns else [])])
    rows = frame[list(read)].dropna(subset=[value])  # text columns are slow to copy
    if "draw" in rows.columns and rows["draw"].nunique() > 1:
        rows = rows.groupby([*by, "draw"], as_index=False)[[value]].mean()
    found = [
        {**dict(zip(by, cell)), **asdict(estimate(part.to_numpy(dtype=float)))}
        for cell, part in rows.groupby(list(by))[value]
    ]
    out = pd.DataFrame(found, columns=columns)
    return out.fillna({"lo": out["mean"], "hi": out["mean"]})


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
