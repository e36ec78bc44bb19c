"""Which institutions a threshold in money covers: in the United States by their money, elsewhere by the same share.

The threshold is a rule of the United States in federal money, and support elsewhere is only imputed from the same
money a researcher, so that it would cover too few large institutions of small systems. There it covers the
largest ones that hold the share of institutions' weight which those above the threshold hold in the United States.
"""

from __future__ import annotations

import numpy as np

from sim.data.tables import WorldData

BY_MONEY = "USA"
ROUNDING = 1e-9  # of a sum of weights


def covered(data: WorldData, support: np.ndarray, place: int, threshold_musd: float) -> np.ndarray:
    """Indices of a place's institutions under a rule with a threshold, ascending.

    Parameters
    ----------
    support : [i], federal research money that thresholds look at, million $ a year.
    threshold_musd : 0 covers all.
    """
    here = _of(data, place)
    if threshold_musd <= 0.0 or data.iso3[place] == BY_MONEY:
        return here[support[here] >= threshold_musd]
    share = share_covered(data, support, threshold_musd)
    largest = here[np.argsort(-support[here], kind="stable")]
    weight = np.cumsum(data.institution_weight[largest])
    n = int(np.searchsorted(weight, share * weight[-1] - ROUNDING)) + 1 if len(here) and share > 0.0 else 0
    return np.sort(largest[:n])


def share_covered(data: WorldData, support: np.ndarray, threshold_musd: float) -> float:
    """Share of institutions' weight above a threshold in the United States, which every world has."""
    here = _of(data, data.iso3.index(BY_MONEY))
    weight = data.institution_weight[here]
    return float(weight[support[here] >= threshold_musd].sum() / weight.sum())


def _of(data: WorldData, place: int) -> np.ndarray:
    first, last = np.searchsorted(data.institution_place, [place, place + 1])  # sorted by place
    return np.arange(first, last)
