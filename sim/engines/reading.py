"""Who reads what: a paper is cited from every place, most from those where its authors work (ODD 7.7).

Readers of place a cite a paper in proportion to its z and to how well it is known to them: fully if one of its authors
works there, else by the best-reached of its places, ``K = h (f + (1 - f) access[a, b])``. What a place cites in all is
in proportion to its own papers. So a paper draws ``c = z R``, ``R = sum_a w_a max_b K[a, b]`` over its places b, with
``w_a`` the citations that place a gives over the sum of z K that it met last year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit

UNREAD = 1e-300  # R of papers that nobody reads (after a year without any papers), so that ln R is a number


class Readers(NamedTuple):
    """Readers of one year.

    Attributes
    ----------
    weight : [P], w of readers.
    known : [P cited, P citing], K.
    two : [P, P], ln R of a paper of two places; of one on the diagonal.
    """

    weight: np.ndarray
    known: np.ndarray
    two: np.ndarray

    @classmethod
    def of(cls, weight: np.ndarray, known: np.ndarray) -> Readers:
        """Readers by weight [P] and K [P cited, P citing]."""
        two = np.log(np.maximum(reached_by_two(weight, known), UNREAD))
        return cls(weight, known, two)


def known_to(access: np.ndarray, abroad: float, floor: float) -> np.ndarray:
    """K [P cited, P citing] by access [P citing, P cited]; nobody abroad is known better than at home.

    Parameters
    ----------
    abroad : K at an access of one half (C15); floor : share f of a paper's reach that needs no access.
    """
    known = abroad / (floor + (1.0 - floor) * 0.5) * (floor + (1.0 - floor) * access.T)
    known = np.ascontiguousarray(np.minimum(known, 1.0))
    np.fill_diagonal(known, 1.0)
    return known


@njit(cache=True)
def reached_by_two(weight: np.ndarray, known: np.ndarray) -> np.ndarray:
    """R of papers of two places [P, P]; of one on the diagonal."""
    n = weight.shape[0]
    out = np.empty((n, n))
    for b in range(n):
        for c in range(b + 1):
            total = 0.0
            for a in range(n):
                total += weight[a] * max(known[b, a], known[c, a])
            out[b, c] = out[c, b] = total
    return out


@njit(cache=True)
def attention(z_pair: np.ndarray, z_more: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Sum of z K over papers [citing, cited], by shares of their authors: citations before weights of the readers.

    Parameters
    ----------
    z_pair : [P, P], z of papers with authors in b and c alone, by the share of those in b (of b alone: the diagonal).
    z_more : [P cited, P citing], ``z max K`` of papers of three places or more, by shares of authors.
    """
    n = known.shape[0]
    out = np.zeros((n, n))
    for b in range(n):
        for a in range(n):
            out[a, b] = z_more[b, a]
        for c in range(n):
            if z_pair[b, c] > 0.0:
                for a in range(n):
                    out[a, b] += z_pair[b, c] * max(known[b, a], known[c, a])
    return out
