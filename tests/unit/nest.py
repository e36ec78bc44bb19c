"""A nest of five places for tests of the choice of hosts: base shares, and probabilities by the engine."""

from __future__ import annotations

import numpy as np

from sim.engines.hosts import Nest, entry_choice, probabilities

GROUP = np.array([0, 1, 1, 0, 0])  # hosts 3 and 4 are like host 0
NEST = Nest(GROUP, 0.6, 0.4)


def shares(n: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Base shares: at home [O], and of each host among those abroad [O, P]."""
    rng = np.random.default_rng(8)
    abroad = rng.exponential(1.0, (n, n))
    np.fill_diagonal(abroad, 0.0)
    return rng.uniform(0.6, 0.95, n), abroad / abroad.sum(axis=1, keepdims=True)


def chosen(change: np.ndarray, nest: Nest = NEST, home_change: float = 0.0) -> np.ndarray:
    """Probabilities [O, P] after a change of utility [O, P] that is the same in all fields."""
    home, abroad = shares(len(change))
    return probabilities(*entry_choice(home, abroad, change[None], np.full(len(home), home_change), nest))[0]
