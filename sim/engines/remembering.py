"""Who remembers whom: the lead and the partners of each paper of a year (ODD 7.6)."""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.ties import tie_word, with_tag
from sim.core.vectors import remember
from sim.engines.papers import Papers


@njit(cache=True, nogil=True)
def update_ties(year: int, memory: int, ties: np.ndarray, papers: Papers) -> None:
    """Lead and partners of each paper remember each other; the order of papers does not matter."""
    first, n_authors, authors, author_mark = papers.first, papers.n_authors, papers.authors, papers.author_mark
    for k in range(n_authors.shape[0]):
        i = authors[first[k]]
        tag = author_mark[first[k]]
        for m in range(first[k] + 1, first[k] + n_authors[k]):
            ahead = m + AHEAD
            if ahead < authors.shape[0]:
                prefetch(ties, authors[ahead])
            j, mark = authors[m], author_mark[m]
            if j == i:  # another of the people whom the lead's agent stands for: no tie, since they move together
                continue
            remember(ties, i, tie_word(j, mark, year, memory), memory)
            remember(ties, j, tie_word(i, with_tag(mark, tag), year, memory), memory)
