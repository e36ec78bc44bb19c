"""Tidy frames of a command, and paired differences between its scenarios and the baseline.

A *unit* is a (draw, replicate): baseline and scenario of one unit share parameters and every random number that the
policy does not touch, so that their difference is the policy's effect in that world.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

BASELINE = "baseline"
UNIT = ["draw", "replicate"]
LEVEL = 0.90
Value = str | tuple[str, str]


class Frames(Mapping[str, pd.DataFrame]):
    """Tables of a command by name (``place_year`` …); each is read when first asked for and then kept.

    Parameters
    ----------
    names : names of the tables.
    read : gives one table as Arrow, with the given columns and row filters.
    folder : where they lie, None in memory.
    """

    def __init__(self, names: Sequence[str], read: Callable[..., pa.Table], folder: Path | None = None) -> None:
        self._names, self._read, self.folder = tuple(names), read, folder
        self._kept: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(f"no table {name!r}; there are {', '.join(self._names)}")
        if name not in self._kept:
            self._kept[name] = self.read(name)
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def read(
        self, name: str, columns: Sequence[str] | None = None, filters: Sequence[tuple[str, str, Any]] | None = None
    ) -> pd.DataFrame:
        """Part of a table, not kept.

        Parameters
        ----------
        columns : columns to read, all by default.
        filters : conditions such as ``("year", ">=", 2018)``, all of which hold.
        """
        # Names: history and runs carry equal lists, which pandas wants to see once. `table` is nobody else's,
        # and columns are given up one by one, so that a large table is not in memory twice.
        return (
            self._read(name, columns=columns, filters=filters)
            .unify_dictionaries()
            .to_pandas(split_blocks=True, self_destruct=True)
        )

    @property
    def manifest(self) -> dict[str, Any]:
        """Manifest of the command, or what the store says of its sweep; empty in memory."""
        if self.folder is None:
            return {}
        file = next(self.folder / name for name in ("sweep.json", "manifest.json") if (self.folder / name).is_file())
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return manifest

    def __repr__(self) -> str:
        return f"Frames({', '.join(self._names)})"


def load(folder: str | Path) -> Frames:
    """Frames of a finished command's folder; nothing is read yet."""
    import pyarrow.parquet as pq

    folder = Path(folder)
    names = sorted(path.stem for path in folder.glob("*.parquet"))
    if not names:
        raise FileNotFoundError(f"no tables in {folder}: the folder of a finished command holds place_year.parquet")

    def read(name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        return pq.read_table(folder / f"{name}.parquet", columns=columns, filters=filters and list(filters))

    return Frames(names, read, folder)


def in_memory(names: Sequence[str], make: Callable[[str], pa.Table]) -> Frames:
    """Frames over Arrow tables that `make` puts together when asked for."""
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    def read(name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        table = make(name)
        if filters:
            table = ds.dataset(table).to_table(filter=pq.filters_to_expression(list(filters)))
        return table.select(columns) if columns else table

    return Frames(names, read)


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
