"""Paired effects draw by draw: what `sim.analysis.pairs.paired_difference` gives over draws, here for each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.pairs import LEVEL, Value, name_of
from sim.core.axes import BASELINE

RUN = ["scenario", "mode", "draw", "replicate"]


def paired_by_draw(
    frame: pd.DataFrame,
    value: Value | Sequence[Value],
    by: Sequence[str] = (),
    *,
    keep: Sequence[str] = (),
    reference: str = BASELINE,
    level: float = LEVEL,
    missing: float = 0.0,
) -> pd.DataFrame:
    """Effect of every scenario under every draw, paired with the reference replicate by replicate.

    Parameters
    ----------
    frame : tidy frame with the columns scenario, mode, draw, replicate.
    value : column to sum within each run and cell of `by`, or (part, whole) for the ratio of two sums; or several.
    by : columns that make the cells, such as ``["year", "place"]``.
    keep : columns that are constant within a draw (axes of the design), to be carried along.
    missing : sum of a cell that a run does not list.

    Returns
    -------
    One row a value, scenario, mode, draw and cell: ``value, scenario, mode, draw, *keep, *by, reference`` (mean level
    of the reference), ``mean, se, lo, hi, n`` over replicates. The band is Student's for a further normal replicate,
    mean ± t s sqrt(1 + 1/n): replicates of one draw are few.
    """
    values = [value] if isinstance(value, (str, tuple)) else list(value)
    parts = [_one(frame, one, list(by), reference, level, missing) for one in values]
    found = pd.concat(parts, ignore_index=True)
    keep = [name for name in keep if name not in by]
    if keep:
        axes = frame[["draw", *keep]].drop_duplicates("draw")
        found = found.merge(axes, on="draw", how="left")
        head = ["value", "scenario", "mode", "draw", *keep]
        found = found[[*head, *(name for name in found.columns if name not in head)]]
    return found


def paired_units(
    frame: pd.DataFrame,
    value: Value,
    by: Sequence[str] = (),
    *,
    reference: str = BASELINE,
    missing: float = 0.0,
) -> pd.DataFrame:
    """Effects unit by unit: columns scenario, mode, draw, replicate, *by, reference (its level), effect."""
    cells = list(by)
    levels = _levels(frame, value, cells, missing)
    base = levels[levels["scenario"] == reference].drop(columns="scenario").rename(columns={"level": "reference"})
    both = levels[levels["scenario"] != reference].merge(base, on=["mode", "draw", "replicate", *cells], how="inner")
    both["effect"] = both["level"] - both["reference"]
    return both.drop(columns="level")


def _one(
    frame: pd.DataFrame, value: Value, by: list[str], reference: str, level: float, missing: float
) -> pd.DataFrame:
    from scipy.special import stdtrit

    both = paired_units(frame, value, by, reference=reference, missing=missing)
    groups = both.groupby(["scenario", "mode", "draw", *by], observed=True, sort=False)
    found = groups.agg(
        reference=("reference", "mean"), mean=("effect", "mean"), sd=("effect", "std"), n=("effect", "count")
    ).reset_index()
    n = found["n"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2) * found["sd"] * np.sqrt(1 + 1 / n)
        found["se"] = found["sd"] / np.sqrt(n)
    found["lo"], found["hi"] = found["mean"] - reach, found["mean"] + reach
    found.insert(0, "value", name_of(value))
    return found[["value", "scenario", "mode", "draw", *by, "reference", "mean", "se", "lo", "hi", "n"]]


def _levels(frame: pd.DataFrame, value: Value, by: list[str], missing: float) -> pd.DataFrame:
    """Sum, or ratio of sums, by run and cell; every run has all cells that any run of its draw lists."""
    columns = [value] if isinstance(value, str) else list(value)
    plain = frame[[*RUN, *by, *columns]].copy()
    for name in [*RUN, *by]:
        if isinstance(plain[name].dtype, pd.CategoricalDtype):
            plain[name] = plain[name].astype(object)
    sums = plain.groupby([*RUN, *by], sort=False)[columns].sum(min_count=1).reset_index()
    if by:
        cells = sums[["draw", *by]].drop_duplicates()
        full = sums[RUN].drop_duplicates().merge(cells, on="draw")
        sums = full.merge(sums, on=[*RUN, *by], how="left", indicator="listed")
        sums.loc[sums["listed"] == "left_only", columns] = missing  # what is listed as undefined stays so
    if len(columns) == 1:
        sums["level"] = sums[columns[0]].astype(float)
    else:
        whole = sums[columns[1]].astype(float)
        sums["level"] = sums[columns[0]].astype(float) / whole.where(whole != 0)
    return sums[[*RUN, *by, "level"]]
