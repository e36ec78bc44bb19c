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
    share = 100 * (units["effect"] / units["reference"].where(units["reference"] != 0))
    both = units.assign(_pct=share)
    rows = []
    for cell, part in both.groupby([*by], sort=False, observed=True, dropna=False):
        documented = part.loc[part["draw"] == DOCUMENTED, "reference"]
        row = dict(zip(by, cell)) | {"reference": float(documented.mean())}
        row |= dict(zip(COLUMNS, _band(part, "effect"))) | {"n_draws": int(part["draw"].nunique()) - 1}
        row |= dict(zip((f"pct{'' if name == 'central' else '_' + name}" for name in COLUMNS), _band(part, "_pct")))
        rows.append(row)
    return pd.DataFrame(rows)


def _band(part: pd.DataFrame, value: str) -> tuple[float, ...]:
    from scipy.special import stdtrit

    groups = part.groupby("draw")[value]
    means, counts, squares = groups.mean(), groups.count(), groups.var(ddof=1)
    nan = float("nan")
    central = float(means.get(DOCUMENTED, nan))
    known = int((counts - 1).clip(lower=0).sum())
    if known:
        sd = np.sqrt(float((squares * (counts - 1)).sum()) / known)
        se = float(sd / np.sqrt(counts[DOCUMENTED]))
        reach = float(stdtrit(known, 0.5 + LEVEL / 2)) * se
        chance = (se, central - reach, central + reach)
    else:
        chance = (nan, nan, nan)
    return (central, *chance, *_spread(means))


def _spread(means: pd.Series) -> tuple[float, float]:
    """Range of the draws' effects, the documented one among them."""
    values = means.to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    if len(values) <= ENOUGH:
        return float(values.min()), float(values.max())
    found = estimate(values)
    return found.lo, found.hi
