"""Passes over people and papers for the panel: who is a member, and what members do with others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import normal, uniform
from sim.core.ties import tie_row
from sim.engines.papers import Papers

OVERSAMPLING = 2.0  # of those from or entering the places that the panel looks at most closely


class WithOthers(NamedTuple):
    """What members of a field do with others in a year.

    Attributes
    ----------
    papers, citations : [partners, n], with authors in the partner place.
    at_baseline : [n], citations of all papers as drawn from the baseline's readers.
    talent, number : [n], sum of the talents of co-authors, and their number, over papers.
    moved : [n], recent co-authors who moved to another place this year and now work elsewhere than the person.
    """

    papers: np.ndarray
    citations: np.ndarray
    at_baseline: np.ndarray
    talent: np.ndarray
    number: np.ndarray
    moved: np.ndarray

    @classmethod
    def nothing(cls, partners: int, n: int) -> WithOthers:
        """Nobody met anybody yet."""
        citations, papers, at_baseline = (np.zeros(size, np.float32) for size in ((partners, n), (partners, n), n))
        return cls(papers, citations, at_baseline, np.zeros(n), np.zeros(n), np.zeros(n, np.uint8))


@njit(cache=True, nogil=True)
def chosen(
    rows: np.ndarray, people: np.ndarray, oversampled: np.ndarray, share: float, key: np.uint64
) -> tuple[np.ndarray, np.ndarray]:
    """Members among the rows, and the share of people like them who are members."""
    chosen, shares = np.empty(rows.shape[0], np.int64), np.empty(rows.shape[0])
    n = 0
    for i in rows:
        person = people[i]
        twice = oversampled[person.origin] or oversampled[person.entry_place]
        own = min(1.0, share * (OVERSAMPLING if twice else 1.0))
        if uniform(key, person.uid, np.uint64(0)) < own:
            chosen[n], shares[n] = i, own
            n += 1
    return chosen[:n], shares[:n]


class Marks(NamedTuple):
    """Members among the rows of a field, one bit each, so that a look at a row stays within the nearest cache.

    Attributes
    ----------
    bits : uint64 [words], 64 rows each; before : int64 [words], members in the words before.
    """

    bits: np.ndarray
    before: np.ndarray


@njit(cache=True, nogil=True)
def marks(rows: np.ndarray, n_rows: int) -> Marks:
    """Mark the given rows of a field of `n_rows`."""
    n_words = (n_rows >> 6) + 1
    bits, before = np.zeros(n_words, np.uint64), np.zeros(n_words, np.int64)
    for i in rows:
        bits[i >> 6] |= np.uint64(1) << np.uint64(i & 63)
        before[i >> 6] += 1
    total = 0
    for w in range(n_words):
        total, before[w] = total + before[w], total
    return Marks(bits, before)


@njit(cache=True, inline="always")
def _number(marks: Marks, row: int) -> int:
    """Number of a row among the marked ones, -1 if it is not marked."""
    word, bit = marks.bits[row >> 6], np.uint64(1) << np.uint64(row & 63)
    if word & bit == np.uint64(0):
        return -1
    x = word & (bit - np.uint64(1))  # members before it in the word, counted by halves
    x -= (x >> np.uint64(1)) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return marks.before[row >> 6] + np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def sum_others(
    marks: Marks,
    partners: np.ndarray,
    people: np.ndarray,
    papers: Papers,
    sigma: float,
    key: np.uint64,
    others: WithOthers,
) -> None:
    """Papers and citations with partner places, citations at the baseline, and talent of co-authors, in the panel.

    Parameters
    ----------
    marks : of members; partners : places counted apart.
    sigma : of ln z; key : of the paper's luck.
    others : out, added to.
    """
    first, n_authors, authors, place = papers.first, papers.n_authors, papers.authors, papers.author_place
    n_with, cited_with, at_baseline, talent, number = others[:5]
    there = np.zeros(partners.shape[0], np.bool_)  # authors of the paper in each partner place
    for k in range(papers.lead.shape[0]):
        start, n = first[k], n_authors[k]
        total, cited, cited_at_baseline = -1.0, 0.0, 0.0  # worked out at the first author in the panel
        for m in range(start, start + n):
            at = _number(marks, authors[m])
            if at < 0:
                continue
            if total < 0.0:
                luck = sigma * normal(key, people[papers.lead[k]].uid, np.uint64(papers.ordinal[k]))
                cited = cited_at_baseline = np.exp(papers.mu[k] + luck)
                if papers.mu_baseline[k] != papers.mu[k]:
                    cited_at_baseline = np.exp(papers.mu_baseline[k] + luck)
                total = 0.0
                there[:] = False
                for other in range(start, start + n):
                    total += people[authors[other]].talent
                    for q in range(partners.shape[0]):
                        there[q] |= place[other] == partners[q]
            at_baseline[at] += cited_at_baseline
            talent[at] += total - people[authors[m]].talent
            number[at] += n - 1
            for q in range(partners.shape[0]):
                if there[q] and place[m] != partners[q]:
                    n_with[q, at] += 1.0
                    cited_with[q, at] += cited


@njit(cache=True, nogil=True)
def moved_ties(year: int, rows: np.ndarray, people: np.ndarray, ties: np.ndarray, number: np.ndarray) -> None:
    """Recent co-authors who moved to another place this year and now work elsewhere than the person, added up."""
    for k in range(rows.shape[0]):
        i = rows[k]
        for t in range(ties.shape[1]):
            j = tie_row(ties[i, t])
            if j >= 0 and people[j].moved_year == year and people[j].place != people[i].place:
                number[k] += 1
