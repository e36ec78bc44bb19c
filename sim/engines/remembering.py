"""Who remembers whom: the lead and the partners of each paper of a year (ODD 7.6)."""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.ties import tie_word, with_tag, with_tie
from sim.engines.papers import Papers


@njit(cache=True, nogil=True)
def update_ties(year: int, memory: int, ties: np.ndarray, papers: Papers) -> None:
    """Lead and partners of each paper remember each other; the order of papers does not matter."""
    first, n_authors, authors, author_mark = papers.first, papers.n_authors, papers.authors, papers.author_mark
    for k in range(n_authors.shape[0]):
        i = authors[first[k]]
        tag = author_mark[first[k]]
        tie0, tie1, tie2, tie3 = ties[i, 0], ties[i, 1], ties[i, 2], ties[i, 3]
        for m in range(first[k] + 1, first[k] + n_authors[k]):
            ahead = m + AHEAD
            if ahead < authors.shape[0]:
                prefetch(ties, authors[ahead])
            j, mark = authors[m], author_mark[m]
            if j == i:  # another of the people whom the lead's agent stands for: no tie, since they move together
                continue
            tie0, tie1, tie2, tie3 = with_tie(tie0, tie1, tie2, tie3, tie_word(j, mark, year, memory), memory)
            own = tie_word(i, with_tag(mark, tag), year, memory)
            ties[j, 0], ties[j, 1], ties[j, 2], ties[j, 3] = with_tie(
                ties[j, 0], ties[j, 1], ties[j, 2], ties[j, 3], own, memory
            )
        ties[i, 0], ties[i, 1], ties[i, 2], ties[i, 3] = tie0, tie1, tie2, tie3
