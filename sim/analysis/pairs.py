"""Paired differences between scenarios and the baseline, and estimates of their mean.

A *run* is (scenario, mode, draw, replicate); a *unit* is its (draw, replicate). Baseline and scenario of one unit and
mode share parameters and every random number that the policy does not touch, so that their difference is the policy's
effect in that world. Replicates of one draw share its parameters and are no facts of their own where there are several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd

from sim.core.axes import BASELINE
from sim.core.gone import gone_columns

UNIT = ["draw", "replicate"]
RUN = ["scenario", "mode", *UNIT]
LEVEL = 0.90
ESTIMATE = ["mean", "se", "lo", "hi", "n"]
Value = str | tuple[str, str]


@dataclass(frozen=True)
class Estimate:
    """Mean effect, its standard error, and the band in which another replicate falls with probability `LEVEL`."""

    mean: float
    se: float
    lo: float
    hi: float
    n: int


def estimate(effects: np.ndarray, level: float = LEVEL) -> Estimate:
    """Mean, standard error and quantile band of the effects of independent units.

    The band holds a further unit with probability `level`. From 2/(1 - level) - 1 units on (19 for 90 %) it lies
    between order statistics, whatever the law of the effects: rank p(n + 1) splits off p on average. Fewer units
    have no such ranks; there the band is Student's for a further normal draw, mean ± t s sqrt(1 + 1/n).

    Parameters
    ----------
    effects : [n], NaN where a unit has no value.
    level : probability of the band.

    Returns
    -------
    Estimate with NaN for what n does not allow (the band and standard error need two units).
    """
    effects = effects[np.isfinite(effects)]
    n, nan = len(effects), float("nan")
    if n < 2:
        return Estimate(float(effects[0]) if n else nan, nan, nan, nan, n)
    mean, sd = float(effects.mean()), float(effects.std(ddof=1))
    tail = (1.0 - level) / 2.0
    if tail * (n + 1) >= 1.0 - 1e-9:
        lo, hi = np.quantile(effects, [tail, 1.0 - tail], method="weibull")
    else:
        from scipy.special import stdtrit  # not scipy.stats, which is slow to import

        reach = float(stdtrit(n - 1, 1.0 - tail)) * sd * np.sqrt(1.0 + 1.0 / n)
        lo, hi = mean - reach, mean + reach
    return Estimate(mean, sd / np.sqrt(n), float(lo), float(hi), n)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Names as text instead of categories: tables with different lists of names can be compared."""
    names = [name for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(names, object))


def name_of(value: Value) -> str:
    """Name of a value: the column, or part/whole."""
    return value if isinstance(value, str) else "/".join(value)


def levels(
    frame: pd.DataFrame,
    value: Value,
    by: Sequence[str] = (),
    *,
    missing: float = 0.0,
    within: Sequence[str] = (),
) -> pd.DataFrame:
    """Sums, or ratios of sums, by run and cell: columns scenario, mode, draw, replicate, *by, level.

    Parameters
    ----------
    value : column to sum within each run and cell of `by`, or (part, whole) for the ratio of two sums.
    missing : sum of a cell that a run does not list (tables list cells > 0 only); what is listed as NaN stays so.
    within : columns of a run; a run has all cells that any run with the same values there lists. All runs by default.
    """
    columns = [value] if isinstance(value, str) else list(value)
    found = sums(frame, columns, by, missing=missing, within=within)
    part = found[columns[0]].astype(float)
    if len(columns) == 2:
        whole = found[columns[1]].astype(float)
        part = part / whole.where(whole != 0)
    return found[[*RUN, *by]].assign(level=part)


def sums(
    frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str], *, missing: float, within: Sequence[str] = ()
) -> pd.DataFrame:
    """Sums of columns by run and cell: columns scenario, mode, draw, replicate, *by, *columns; as in `levels`."""
    keys = [*RUN, *by]
    if missing_columns := [name for name in [*keys, *columns] if name not in frame.columns]:
        said = gone_columns(missing_columns)
        raise KeyError(
            said or f"no column {', '.join(missing_columns)}; there are {', '.join(map(str, frame.columns))}"
        )
    found = plain(frame.groupby(keys, observed=True, sort=False)[[*columns]].sum(min_count=1).reset_index())
    if by:
        cells = found[[*within, *by]].drop_duplicates().sort_values([*by], kind="stable")
        runs = found[RUN].drop_duplicates()
        full = runs.merge(cells, on=list(within)) if within else runs.merge(cells, how="cross")
        found = full.merge(found, on=keys, how="left", indicator="listed")
        found.loc[found["listed"] == "left_only", [*columns]] = missing
    return found[[*keys, *columns]]


def paired_levels(
    frame: pd.DataFrame,
    value: Value,
    by: Sequence[str] = (),
    *,
    reference: str = BASELINE,
    missing: float = 0.0,
    within: Sequence[str] = (),
) -> pd.DataFrame:
    """Levels of every scenario beside those of the reference: scenario, mode, draw, replicate, *by, reference, level.

    Runs without partner are left out. Parameters as in `levels`.
    """
    found = levels(frame, value, by, missing=missing, within=within)
    both = _paired(found, {"level": "reference"}, by, reference)
    return both[[*RUN, *by, "reference", "level"]]


def paired_sums(frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """Sums of several columns, and those of the baseline under the name `beside` each; rows as of `paired_levels`."""
    return _paired(sums(frame, columns, by, missing=0.0), {name: beside(name) for name in columns}, by, BASELINE)


def beside(column: str) -> str:
    """Name of a column's sum in the baseline."""
    return f"{column}, {BASELINE}"


def _paired(found: pd.DataFrame, names: Mapping[str, str], by: Sequence[str], reference: str) -> pd.DataFrame:
    """Rows of every scenario with columns of the reference's row under other names."""
    base = found[found["scenario"] == reference].drop(columns="scenario").rename(columns=dict(names))
    return found[found["scenario"] != reference].merge(base, on=["mode", *UNIT, *by], how="inner")


def paired_units(
    frame: pd.DataFrame,
    value: Value,
    by: Sequence[str] = (),
    *,
    reference: str = BASELINE,
    missing: float = 0.0,
) -> pd.DataFrame:
    """Effects unit by unit: columns scenario, mode, draw, replicate, *by, reference (its level), effect.

    The cells of a run are those that any run of its draw lists.
    """
    both = paired_levels(frame, value, by, reference=reference, missing=missing, within=["draw"])
    return both.assign(effect=both["level"] - both["reference"]).drop(columns="level")


def over_draws(frame: pd.DataFrame, values: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """With several draws the mean over replicates of each draw and cell of `by`; with one, the frame itself."""
    if "draw" not in frame.columns or frame["draw"].nunique() <= 1:
        return frame
    return frame.groupby([*by, "draw"], as_index=False, sort=False)[[*values]].mean()


def bands(
    frame: pd.DataFrame, value: str, by: Sequence[str], *, level: float = LEVEL, sort: bool = True
) -> pd.DataFrame:
    """`estimate` of a column over independent units, cell by cell: columns *by, mean, se, lo, hi, n."""
    rows = over_draws(frame, [value], by)
    found = [
        (*cell, *astuple(estimate(part.to_numpy(dtype=float), level)))
        for cell, part in rows.groupby([*by], sort=sort)[value]
    ]
    return pd.DataFrame(found, columns=[*by, *ESTIMATE])


def paired_difference(
    frame: pd.DataFrame,
    value: Value | Sequence[Value],
    by: Sequence[str] = (),
    *,
    reference: str = BASELINE,
    level: float = LEVEL,
    missing: float = 0.0,
) -> pd.DataFrame:
    """Effect of every scenario on sums or ratios of columns, paired with the reference unit by unit.

    Parameters
    ----------
    frame : tidy frame with the columns scenario, mode, draw, replicate.
    value : column to sum within each unit and cell of `by`, or (part, whole) for the ratio of two sums; or several.
    by : columns that make the cells, such as ``["year", "place"]``.
    reference : scenario to compare with.
    level : probability of the band.
    missing : sum of a cell that a run does not list (tables list cells > 0 only).

    Returns
    -------
    One row a value, scenario, mode and cell: ``value, scenario, mode, *by, reference`` (mean level of the reference),
    ``mean, se, lo, hi, n`` of the difference (see `estimate`). With several draws, replicates of one draw are averaged
    first: they share parameters and are not independent of each other.
    """
    values = [value] if isinstance(value, (str, tuple)) else list(value)
    cells = ["scenario", "mode", *by]
    parts = []
    for one in values:
        both = paired_levels(frame, one, by, reference=reference, missing=missing)
        both["effect"] = both["level"] - both["reference"]
        found = bands(both, "effect", cells, level=level, sort=False)
        base = over_draws(both, ["reference"], cells).groupby(cells, sort=False)["reference"].mean()
        found.insert(len(cells), "reference", base.to_numpy())
        found.insert(0, "value", name_of(one))
        parts.append(found)
    return pd.concat(parts, ignore_index=True)


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
    keep : columns that are constant within a draw (axes of the design), to be carried along; others as in
        `paired_difference`.

    Returns
    -------
    One row a value, scenario, mode, draw and cell: ``value, scenario, mode, draw, *keep, *by, reference`` (mean level
    of the reference), ``mean, se, lo, hi, n`` over replicates. The band is Student's for a further normal replicate,
    mean ± t s sqrt(1 + 1/n): replicates of one draw are few.
    """
    from scipy.special import stdtrit

    values = [value] if isinstance(value, (str, tuple)) else list(value)
    cells = ["scenario", "mode", "draw", *by]
    parts = []
    for one in values:
        both = paired_units(frame, one, by, reference=reference, missing=missing)
        found = (
            both.groupby(cells, observed=True, sort=False)
            .agg(reference=("reference", "mean"), mean=("effect", "mean"), se=("effect", "std"), n=("effect", "count"))
            .reset_index()
        )
        n = found["n"].to_numpy(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2) * found["se"] * np.sqrt(1 + 1 / n)
            found["se"] = found["se"] / np.sqrt(n)
        found["lo"], found["hi"] = found["mean"] - reach, found["mean"] + reach
        found.insert(0, "value", name_of(one))
        parts.append(found[["value", *cells, "reference", *ESTIMATE]])
    found = pd.concat(parts, ignore_index=True)
    keep = [name for name in keep if name not in by]
    if not keep:
        return found
    found = found.merge(frame[["draw", *keep]].drop_duplicates("draw"), on="draw", how="left")
    return found[["value", *cells[:3], *keep, *by, "reference", *ESTIMATE]]
