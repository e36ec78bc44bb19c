"""Numbers of an experiment from sums over replicates, with the standard error that leaving one out gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

Sums = dict[str, np.ndarray]  # counts of one replicate, which may be added up over replicates
Numbers = Callable[[Sums], dict[str, float]]


class Found(NamedTuple):
    """A number and its standard error over replicates (NaN for one replicate)."""

    mean: float
    se: float


def added(runs: Sequence[Sums]) -> Sums:
    """Sums over replicates."""
    return {name: np.sum([run[name] for run in runs], axis=0) for name in runs[0]}


def pooled(runs: Sequence[Sums], numbers: Numbers) -> dict[str, Found]:
    """Numbers of all replicates together; errors by the jackknife, since most are ratios, ranks or slopes."""
    n, whole = len(runs), numbers(added(runs))
    if n < 2:
        return {name: Found(value, float("nan")) for name, value in whole.items()}
    left = [numbers(added([*runs[:r], *runs[r + 1 :]])) for r in range(n)]
    errors = {name: float(np.sqrt((n - 1) * np.var([found[name] for found in left]))) for name in whole}
    return {name: Found(value, errors[name]) for name, value in whole.items()}
