"""Nested Latin hypercube: more points refine a design and leave the first ones as they are."""

from __future__ import annotations

import numpy as np

FIRST = 5  # points of the first Latin hypercube; each further one has twice as many


def nested_lhs(n: int, dimensions: int, seed: int = 0) -> np.ndarray:
    """First `n` points of a sequence whose first 5, 10, 20, 40 … points are each a Latin hypercube.

    When the number of points doubles, each stratum splits into two, of which one holds the point that is there; the
    new points take the others in random order (Sallaberry, Helton & Hora 2008, doi:10.1016/j.ress.2007.05.003, for
    uncorrelated parameters). A point is the same whatever `n`, and a column whatever `dimensions`.

    Returns
    -------
    [n, dimensions], numbers in 0-1.
    """
    columns = [_column(n, np.random.default_rng([seed, j])) for j in range(dimensions)]
    return np.column_stack(columns) if columns else np.empty((n, 0))


def _column(n: int, rng: np.random.Generator) -> np.ndarray:
    points = _within(rng.permutation(FIRST), FIRST, rng)
    while len(points) < n:
        strata = 2 * len(points)
        taken = np.floor(points * strata).astype(int)
        free = np.setdiff1d(np.arange(strata), taken)
        points = np.concatenate([points, _within(rng.permutation(free), strata, rng)])
    return points[:n]


def _within(strata: np.ndarray, of: int, rng: np.random.Generator) -> np.ndarray:
    """One point at random in each of these strata, never on an edge, where rounding could move it to the next."""
    return np.asarray((strata + np.clip(rng.random(len(strata)), 1e-6, 1.0 - 1e-6)) / of)
