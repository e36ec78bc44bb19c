"""Chance and assumptions apart: what replicates of the same draw, and what draws, make of a difference.

Replicates of one draw share its parameters and differ by chance; draws differ by both. The spread by chance is pooled
over all draws that have two replicates or more, as it hardly depends on the draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.typing import SeriesGroupBy

from sim.analysis.pairs import LEVEL, estimate

DOCUMENTED = 0  # the draw that has the documented values
COLUMNS = ("central", "chance", "chance_lo", "chance_hi", "lo", "hi")
PERCENT = ("pct", *(f"pct_{name}" for name in COLUMNS[1:]))
ENOUGH = 18  # draws beside the documented values from which a 90 % band lies between order statistics


def banded(units: pd.DataFrame, by: Sequence[str], relative: bool = False) -> pd.DataFrame:
    """Central value, error by chance, and range over chance and assumptions.

    Parameters
    ----------
    units : one row a unit and cell: *by, draw, replicate, reference, effect.
    by : columns of a cell, scenario and mode among them.
    relative : the effect grows with the level of the reference, which differs by draw: errors and ranges are taken in
        per cent and told of the documented level. Cells whose reference is not above 0 in all units are left as they
        are.

    Returns
    -------
    One row a cell: *by, ``reference`` (level), ``central`` (mean effect at the documented values), ``chance`` (its
    standard error by chance), ``chance_lo, chance_hi`` (its 90 % confidence interval by chance), ``lo, hi`` (range over
    the draws, chance included: 90 % of them, or all where there are fewer than `ENOUGH`; NaN without draws),
    ``n_draws``; then the same of the effect in per cent of the reference, ``pct…``.
    """
    if units.empty:
        return pd.DataFrame(columns=[*by, "reference", *COLUMNS, "n_draws", *PERCENT])
    cell = units.groupby([*by], sort=False, observed=True, dropna=False).ngroup().rename("cell")
    cells, percent = [cell, units["draw"]], 100 * units["effect"] / units["reference"].where(units["reference"] != 0)
    documented = units["reference"].where(units["draw"] == DOCUMENTED).groupby(cell).mean()
    own, shares = _bands(units["effect"].groupby(cells), COLUMNS), _bands(percent.groupby(cells), PERCENT)
    if relative:
        positive = units["reference"].gt(0).groupby(cell).all()
        for name, share in list(zip(COLUMNS, PERCENT))[1:]:
            told = shares[share] * documented / 100
            own[name] = own[name].where(~positive | told.isna(), told)
    parts = [
        units.loc[~cell.duplicated(), [*by]].reset_index(drop=True),
        documented,
        own,
        (units["draw"].groupby(cell).nunique() - 1).rename("n_draws"),
        shares,
    ]
    return pd.concat(parts, axis=1)


def departure(units: pd.DataFrame, value: str, by: Sequence[str]) -> pd.DataFrame:
    """How far total effects depart from direct ones: a row a cell of `by`, ``difference`` and whether it is ``clear``.

    Clear: Student's 95 % interval over draws that have both modes does not hold 0. Replicates of one draw are averaged
    first, as they are no facts of their own.

    Parameters
    ----------
    units : *by, mode, draw, replicate and `value`.
    """
    from scipy.special import stdtrit

    key = [*by, "draw", "replicate"]
    wide = units.pivot_table(index=key, columns="mode", values=value, observed=True).dropna()
    if not {"scripted", "reactive"} <= set(wide.columns):
        return pd.DataFrame(columns=[*by, "difference", "clear"])
    gap = (wide["reactive"] - wide["scripted"]).groupby([*by, "draw"], observed=True).mean()
    found = gap.groupby([*by], observed=True).agg(["mean", "std", "count"]).reset_index()
    n = found["count"].to_numpy(float)
    reach = stdtrit(np.maximum(n - 1, 1), 0.975) * found["std"] / np.sqrt(n)
    clear = (n > 1) & (found["mean"].abs() > reach)
    return found[[*by]].assign(difference=found["mean"], clear=clear)


def _bands(runs: SeriesGroupBy, names: Sequence[str]) -> pd.DataFrame:
    """What `COLUMNS` names, a row a cell, of the values of replicates by cell and draw."""
    from scipy.special import stdtrit

    means, counts, squares = (table.unstack("draw") for table in (runs.mean(), runs.count(), runs.var(ddof=1)))
    nan = pd.Series(math.nan, index=means.index)
    central, n = (table.get(DOCUMENTED, nan).to_numpy(dtype=float) for table in (means, counts))
    counts = counts.fillna(0)
    known = (counts - 1).clip(lower=0).to_numpy().sum(axis=1)
    pooled = (squares * (counts - 1)).sum(axis=1).to_numpy() / np.where(known > 0, known, math.nan)
    se = np.sqrt(pooled / np.where(n > 0, n, math.nan))
    reach = stdtrit(np.maximum(known, 1), 0.5 + LEVEL / 2) * se
    ends = np.array([_spread(row) for row in means.to_numpy(dtype=float)]).reshape(-1, 2)
    return pd.DataFrame(np.column_stack((central, se, central - reach, central + reach, ends)), columns=list(names))


def _spread(values: np.ndarray) -> tuple[float, float]:
    """Range of the draws' effects, the documented one among them."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return math.nan, math.nan
    if len(values) <= ENOUGH:
        return float(values.min()), float(values.max())
    found = estimate(values)
    return found.lo, found.hi
