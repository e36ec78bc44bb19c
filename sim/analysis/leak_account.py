"""Where a place's leaks went: avoided by protection, by lost work, by absence; the account closes.

A run counts what it sees: leaks, leaks that protection stopped, and leaks that refused or shunned partners would have
brought. It cannot count activity that never came up for refusal: people who went elsewhere or left, second affiliations
ended, ties never formed, hours lost. Only the paired baseline shows these, so that absence is what is left over in

    leaks(baseline) − leaks(scenario) = Δ avoided by protection + Δ avoided by lost work + avoided by absence

and is negative where a policy brings more people or ties than there would have been. Leaks through members in third
places who were refused, and through members at home of papers that were not completed, are in it too. All of it is
conditional on the leak rate, and of one place: leaks are never added up over places.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.pairs import paired_difference

ABSENCE = "avoided_by_absence"
COUNTED = ("avoided_by_protection", "avoided_by_lost_work")
ROUNDING = 1e-6  # of sums of columns that are kept in single precision, relative


def leak_account(exposure_year: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """The account of every scenario against its paired baseline, by place.

    Parameters
    ----------
    exposure_year : rows of the table `exposure_year` of the years and places asked for.
    by : further columns that make the cells, such as ``["way"]``.

    Returns
    -------
    Columns of `paired_difference`; values ``leaks_fewer`` (baseline minus scenario), which the others add up to:
    ``avoided_by_protection``, ``avoided_by_lost_work`` and ``avoided_by_absence``.
    """
    numbers = exposure_year[["leaks", *COUNTED]].astype(float)
    fewer = -numbers["leaks"]
    rest = fewer - numbers[list(COUNTED)].sum(axis=1)
    frame = exposure_year.assign(leaks_fewer=fewer, **{ABSENCE: rest})
    found = paired_difference(frame, ["leaks_fewer", *COUNTED, ABSENCE], ["place", *by])
    absence, cells = found["value"] == ABSENCE, [c for c in found.columns if c in ("scenario", "mode", "place", *by)]
    leaks = found[found["value"] == "leaks_fewer"].set_index(cells)["reference"].abs()
    size = leaks.reindex(found.loc[absence].set_index(cells).index).to_numpy(float)
    for name in ("mean", "se", "lo", "hi"):
        values = found.loc[absence, name]
        found.loc[absence, name] = values.where(~(values.abs() < ROUNDING * size), 0.0)
    found.loc[absence, "reference"] = np.nan  # the level means nothing
    return found
