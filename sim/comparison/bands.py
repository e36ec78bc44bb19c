"""Chance and assumptions apart: what replicates of the same draw, and what draws, make of a difference.

Replicates of one draw share its parameters and differ by chance; draws differ by both. The spread by chance is pooled
over all draws that have two replicates or more, as it hardly depends on the draw.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.pairs import LEVEL, estimate

DOCUMENTED = 0  # the draw that has the documented values
COLUMNS = ("central", "chance", "chance_lo", "chance_hi", "lo", "hi")
ENOUGH = 18  # draws beside the documented values from which a 90 % band lies between order statistics


def banded(units: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Central value, error by chance, and range over chance and assumptions.

    Parameters
    ----------
    units : one row a unit and cell: *by, draw, replicate, reference, effect.
    by : columns of a cell, scenario and mode among them.

    Returns
    -------
    One row a cell: *by, ``reference`` (level), ``central`` (mean effect at the documented values), ``chance`` (its
    standard error by chance), ``chance_lo, chance_hi`` (its 90 % confidence interval by chance), ``lo, hi`` (range over
    the draws, chance included: 90 % of them, or all where there are fewer than `ENOUGH`; NaN without draws),
    ``n_draws``; then the same of the effect in per cent of the reference, ``pct…``.
    """
    units = units.reset_index(drop=True)
    cells = units.groupby([*by], sort=False, observed=True, dropna=False)
    cell, draw = cells.ngroup(), units["draw"]
    found = cells[[*by]].head(1).reset_index(drop=True)
    found["reference"] = _by_cell(units["reference"][draw == DOCUMENTED].groupby(cell).mean(), len(found))
    share = 100 * (units["effect"] / units["reference"].where(units["reference"] != 0))
    for prefix, values in (("", units["effect"]), ("pct", share)):
        bands = _bands(values, cell, draw, len(found))
        for name in COLUMNS:
            joined = name if not prefix else prefix if name == "central" else f"{prefix}_{name}"
            found[joined] = bands[name].to_numpy()
        if not prefix:
            found["n_draws"] = _by_cell(draw.groupby(cell).nunique() - 1, len(found)).astype(int)
    return found


def _by_cell(values: pd.Series, n: int) -> np.ndarray:
    """Values of all n cells in order, NaN where there is none."""
    return values.reindex(range(n)).to_numpy()


def _bands(values: pd.Series, cell: pd.Series, draw: pd.Series, n: int) -> pd.DataFrame:
    """`COLUMNS` of all n cells; a cell that the documented values do not list has no central value."""
    from scipy.special import stdtrit

    groups = values.groupby([cell, draw]).agg(["mean", "count", "var"])
    means = groups["mean"].unstack().reindex(range(n))
    more = (groups["count"] - 1).clip(lower=0)
    known = _by_cell(more.groupby(level=0).sum(), n)
    squares = _by_cell((groups["var"] * more).groupby(level=0).sum(), n)
    empty = pd.Series(np.nan, index=means.index)
    central = means.get(DOCUMENTED, empty)
    times = groups["count"].unstack().reindex(range(n)).get(DOCUMENTED, empty)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = pd.Series(np.sqrt(squares / known) / np.sqrt(times), index=means.index).where((known > 0) & (times > 0))
    reach = pd.Series(stdtrit(np.maximum(known, 1), 0.5 + LEVEL / 2), index=means.index) * se
    ends = pd.DataFrame([_spread(row) for row in means.to_numpy(dtype=float)], columns=["lo", "hi"])
    return pd.DataFrame(
        {"central": central, "chance": se, "chance_lo": central - reach, "chance_hi": central + reach, **ends}
    )


def _spread(values: np.ndarray) -> tuple[float, float]:
    """Range of the draws' effects, the documented one among them."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    if len(values) <= ENOUGH:
        return float(values.min()), float(values.max())
    found = estimate(values)
    return found.lo, found.hi
