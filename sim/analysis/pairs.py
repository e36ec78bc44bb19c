"""Tidy frames of a command, and paired differences between its scenarios and the baseline.

A *unit* is a (draw, replicate): baseline and scenario of one unit share parameters and every random number that the
policy does not touch, so that their difference is the policy's effect in that world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.core.axes import BASELINE

UNIT = ["draw", "replicate"]
LEVEL = 0.90
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
    parts = [_paired_one(frame, one, list(by), reference, level, missing) for one in values]
    return pd.concat(parts, ignore_index=True)


def name_of(value: Value) -> str:
    """Name of a value: the column, or part/whole."""
    return value if isinstance(value, str) else "/".join(value)


def _paired_one(
    frame: pd.DataFrame, value: Value, by: list[str], reference: str, level: float, missing: float
) -> pd.DataFrame:
    found = unit_values(frame, value, by, missing)
    rows: list[tuple[Any, ...]] = []
    for (scenario, mode), runs in found.items():
        base = found.get((reference, mode))
        if scenario == reference or base is None:
            continue
        shared = [unit for unit in runs.units if unit in set(base.units)]
        there, here = base.of(shared), runs.of(shared)
        levels, effects = _per_draw(there, shared), _per_draw(here - there, shared)
        for cell, level_there, effect in zip(runs.cells, _mean(levels), effects.T):
            rows.append((name_of(value), scenario, mode, *cell, level_there, *astuple(estimate(effect, level))))
    return pd.DataFrame(rows, columns=["value", "scenario", "mode", *by, "reference", "mean", "se", "lo", "hi", "n"])


@dataclass(frozen=True)
class UnitValues:
    """Values of one scenario and mode: `array` [units, cells]; units are (draw, replicate), cells rows of `by`."""

    units: list[tuple[int, int]]
    cells: list[tuple[Any, ...]]
    array: np.ndarray

    def of(self, units: Sequence[tuple[int, int]]) -> np.ndarray:
        """Rows of the given units."""
        return self.array[[self.units.index(unit) for unit in units]]


def unit_values(
    frame: pd.DataFrame, value: Value, by: Sequence[str] = (), missing: float = 0.0
) -> dict[tuple[str, str], UnitValues]:
    """Sums, or ratios of sums, by unit and cell, for every (scenario, mode); all have the same cells.

    A cell that a run does not list has the sum `missing`; a ratio of nothing to nothing is NaN.
    """
    columns = [value] if isinstance(value, str) else list(value)
    keys = ["scenario", "mode", *UNIT, *by]
    sums = frame.groupby(keys, observed=True)[columns].sum(min_count=1).astype(float).reset_index()
    for key in keys:  # names as plain objects: tables with different lists of names can be compared
        if isinstance(sums[key].dtype, pd.CategoricalDtype):
            sums[key] = sums[key].astype(object)
    cells = sums[list(by)].drop_duplicates().sort_values(list(by)) if by else pd.DataFrame(index=[0])
    out = {}
    for (scenario, mode), rows in sums.groupby(["scenario", "mode"], sort=False):
        units = rows[UNIT].drop_duplicates().sort_values(UNIT)
        full = pd.MultiIndex.from_frame(units.merge(cells, how="cross"))
        listed = rows.set_index([*UNIT, *by])[columns].reindex(full, fill_value=missing)
        arrays = [listed[column].to_numpy().reshape(len(units), len(cells)) for column in columns]
        with np.errstate(divide="ignore", invalid="ignore"):
            array = arrays[0] if len(arrays) == 1 else np.where(arrays[1] != 0, arrays[0] / arrays[1], np.nan)
        named = [(int(draw), int(replicate)) for draw, replicate in units.itertuples(index=False)]
        out[(str(scenario), str(mode))] = UnitValues(named, list(cells.itertuples(index=False, name=None)), array)
    return out


def _per_draw(array: np.ndarray, units: Sequence[tuple[int, int]]) -> np.ndarray:
    """With several draws the mean over replicates of each draw [draws, cells]; with one, the replicates themselves."""
    draws = np.array([draw for draw, _ in units])
    names = np.unique(draws)
    return array if len(names) <= 1 else np.array([_mean(array[draws == name]) for name in names])


def _mean(array: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is finite; NaN without warning where nothing is."""
    finite = np.isfinite(array)
    n = finite.sum(axis=0)
    return np.where(n > 0, np.where(finite, array, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)
