"""Lasting pairs of authors: how long they last, and whether what they write together is cited more."""

from __future__ import annotations

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, history
from sim.core.columns import Columns
from sim.core.kernels import njit
from sim.core.ties import match_in
from sim.phases.publication import Output

FIRST, RATED, LAST = 1995, 2013, 2017  # pairs are followed from the first year on; papers rated in the last five
SUPER = 5  # joint papers that make a super tie
STARTED_BY = 2007  # durations are of pairs that started by then, so that ten years can be seen
DURATIONS = (2, 5, 10)


class Pairs:
    """Observer: every pair of lead and partner by paper, and what the paper is worth.

    A pair is named by both uids and the match, so that two of the people that one agent stands for are two.
    """

    def __init__(self) -> None:
        self.pair: list[np.ndarray] = []
        self.paper: list[np.ndarray] = []
        self.year: list[np.ndarray] = []
        self.lead: list[np.ndarray] = []  # of papers, as are the next two
        self.worth: list[np.ndarray] = []
        self.match: list[np.ndarray] = []
        self.authors: list[np.ndarray] = []
        self.n_papers = 0

    def __call__(self, year: int, columns: Columns, output: Output) -> None:
        """Add the papers of a year."""
        if year < FIRST:
            return
        for block, papers in zip(columns, output.papers):
            done = np.flatnonzero(papers.n_authors > 0)
            n = papers.n_authors[done].astype(np.int64)
            slot = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
            at = np.repeat(papers.first[done], n) + slot
            partner = slot > 0
            lead = block.uid[papers.lead[done]]
            one, other = np.repeat(lead, n)[partner], block.uid[papers.authors[at[partner]]]
            self.pair.append(name_of(one, other, matches(papers.author_mark[at[partner]])))
            self.paper.append((self.n_papers + np.repeat(np.arange(len(done)), n))[partner])
            self.year.append(np.full(partner.sum(), year, np.int16))
            self.lead.append(lead)
            self.worth.append(papers.mu[done])
            self.match.append(papers.match[done])
            self.authors.append(n)
            self.n_papers += len(done)


@njit(cache=True)
def matches(marks: np.ndarray) -> np.ndarray:
    """Match of every mark, in 64ths of a standard deviation."""
    found = np.empty(len(marks), np.int64)
    for k in range(len(marks)):
        found[k] = match_in(marks[k])
    return found


def name_of(one: np.ndarray, other: np.ndarray, match: np.ndarray) -> np.ndarray:
    """One word for two people and their match, whoever leads (uint64)."""
    word = np.minimum(one, other) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(29))) + np.maximum(one, other)
    word = word * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(32))) + match.astype(np.uint64)
    return np.asarray(word * np.uint64(0x94D049BB133111EB), np.uint64)


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Counts of pairs by duration, and sums of the regression of ln citations on super ties within leads."""
    seen = Pairs()
    history(scale, replicate, changes, seen)
    return sums_of(seen)


def sums_of(seen: Pairs) -> Sums:
    """The same from what an observer saw."""
    pair, paper, year = (np.concatenate(values) for values in (seen.pair, seen.paper, seen.year))
    _, index, number = np.unique(pair, return_inverse=True, return_counts=True)
    first = np.full(len(number), LAST, np.int16)
    last = np.zeros(len(number), np.int16)
    np.minimum.at(first, index, year)
    np.maximum.at(last, index, year)
    old = first <= STARTED_BY
    span = (last - first)[old]
    is_super = np.zeros(seen.n_papers, bool)
    rated = np.zeros(seen.n_papers, bool)
    is_super[paper[number[index] >= SUPER]] = True
    rated[paper[year >= RATED]] = True  # papers of one author have no pair and are left out
    lead, worth, match, authors = (
        np.concatenate(values)[rated] for values in (seen.lead, seen.worth, seen.match, seen.authors)
    )
    _, who = np.unique(lead, return_inverse=True)
    terms = np.stack([is_super[rated], np.log(authors), worth, match]).astype(float)
    within = np.array([t - (np.bincount(who, t) / np.bincount(who))[who] for t in terms])
    return {
        "pairs": np.array([old.sum(), *((span >= d).sum() for d in DURATIONS)], float),
        "super": np.array([(number >= SUPER).sum(), len(number), is_super[rated].sum(), rated.sum()], float),
        "products": within @ within.T,
    }


def numbers(sums: Sums) -> dict[str, float]:
    """Gain in citations per cent; shares of pairs in per cent."""
    products, pairs = sums["products"], sums["pairs"]
    xx, xy, xm = products[:2, :2], products[:2, 2], products[:2, 3]
    gain, match = (np.linalg.solve(xx, y)[0] for y in (xy, xm))
    supers, of_pairs, papers, of_papers = sums["super"]
    return {
        "citations with a super tie": float(100.0 * (np.exp(gain) - 1.0)),
        "mean match with a super tie": float(match),
        "super ties among ties": float(100.0 * supers / of_pairs),
        "papers with a super tie": float(100.0 * papers / of_papers),
        **{f"ties of {d} years": float(100.0 * pairs[k + 1] / pairs[0]) for k, d in enumerate(DURATIONS)},
    }
