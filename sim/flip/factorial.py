"""Two-level designs in which every run tells of every number."""

from __future__ import annotations

from itertools import count

import numpy as np

SEED = 2017  # of the order of the columns


def signs(numbers: int, blocks: int) -> np.ndarray:
    """Designs of Plackett & Burman (1946), each followed by its mirror image (foldover).

    Columns of a block are orthogonal, so that numbers do not blur each other; with the mirror image, neither do
    interactions of two numbers. Each further pair of blocks orders the columns anew.

    Returns
    -------
    [blocks * runs, numbers], -1 or 1; a block has the next ``q + 1`` runs for a prime ``q = 3 mod 4``.
    """
    square = _paley(numbers)
    pairs = [square[:, np.random.default_rng([SEED, pair]).permutation(square.shape[1])] for pair in range(blocks)]
    return np.concatenate([pairs[block // 2] * (-1) ** block for block in range(blocks)])[:, :numbers]


def _paley(columns: int) -> np.ndarray:
    """Matrix [q + 1, q] of -1 and 1 with orthogonal columns of sum 0 (Paley 1933)."""
    q = next(q for q in count(max(3, columns)) if q % 4 == 3 and all(q % d for d in range(2, int(q**0.5) + 1)))
    squares = np.isin(np.arange(q), np.arange(1, q) ** 2 % q)
    first = np.where(squares, 1, -1)
    core = first[(np.arange(q)[:, None] + np.arange(q)) % q]
    return np.vstack([core, np.ones(q, dtype=int)])
