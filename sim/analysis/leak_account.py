"""Where leaks went: prevented by protection, avoided by lost activity, avoided by absence; the account closes.

A run counts what it sees: leaks, leaks that protection prevented, and leaks that refused or shunned partners would have
brought. It cannot count activity that never came up for refusal: people who went elsewhere or left, second affiliations
ended, ties never formed, hours lost. Only the paired baseline shows these, so that absence is what is left over in

    leaks(baseline) − leaks(scenario) = Δ prevented + Δ avoided by lost activity + avoided by absence

and is negative where a policy brings more people or ties than there would have been. Leaks through members in third
places who were refused, and through members at home of papers that were not completed, are in it too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.outcomes import ABSENCE, COUNTED, LEAKS, add
from sim.analysis.pairs import paired_difference

ROUNDING = 1e-6  # of sums of columns that are kept in single precision, relative


def leak_account(place_year: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """The account of every scenario against its paired baseline, summed over the rows of each cell.

    Parameters
    ----------
    place_year : rows of the table `place_year` of the years and places asked for.
    by : columns that make the cells, such as ``["place"]``.

    Returns
    -------
    Columns of `paired_difference`; values ``leaks_fewer`` (baseline minus scenario), which the others add up to:
    ``leaks_prevented``, ``leaks_avoided_by_lost_activity`` and ``leaks_avoided_by_absence``.
    """
    leaks = place_year[list(LEAKS)].astype(float).sum(axis=1)
    frame = add(place_year, [ABSENCE]).assign(leaks_fewer=-leaks)
    found = paired_difference(frame, ["leaks_fewer", *COUNTED, ABSENCE], by)
    return clear_absence(found, found["value"] == ABSENCE)


def clear_absence(effects: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Paired effects without the level of absence, which means nothing, and without the rounding of its sums.

    Parameters
    ----------
    effects : columns reference, mean, se, lo, hi; rows : which of them are about absence.
    """
    cleared, numbers = effects.copy(), ["mean", "se", "lo", "hi"]
    size = cleared.loc[rows, "reference"].abs()
    for name in numbers:
        values = cleared.loc[rows, name]
        cleared.loc[rows, name] = values.where(~(values.abs() < ROUNDING * size), 0.0)
    cleared.loc[rows, "reference"] = np.nan
    return cleared
