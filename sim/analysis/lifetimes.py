"""Papers of people over years and durations of their ties, followed from year to year in the columns of one run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from sim.core.columns import N_TIES, Columns
from sim.core.kernels import njit
from sim.core.ties import STEPS, tie_mark, tie_row
from sim.data.clock import FIRST_YEAR

COUNTED_FROM = 1998  # first of the years whose papers of a person are added up
TIES_FROM = (1990, 2005)  # ties that began in these years: followed for twelve years at least


@njit(cache=True)
def follow_ties(
    memory: int,
    uid: np.ndarray,
    ties: np.ndarray,
    holder: np.ndarray,
    known: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    ended: np.ndarray,
) -> None:
    """Compare the ties of a block with those of the year before.

    Parameters
    ----------
    uid, ties : of this year; memory : of a year, in 64ths of a standard deviation.
    holder : [n_rows], uid whose ties are followed; known : [n_rows, N_TIES], who they are to (0 = nobody).
    first, last : [n_rows, N_TIES], years since 1980 of the first and the last joint paper.
    ended : [years, years], number of ties that ended, by year of the first paper and years between first and last.
    """
    fresh = np.zeros(N_TIES, np.uint64)
    since, until = np.zeros(N_TIES, np.int64), np.zeros(N_TIES, np.int64)
    for i in range(len(uid)):
        same = holder[i] == uid[i]
        for k in range(N_TIES):
            tie = ties[i, k]
            fresh[k] = since[k] = until[k] = 0
            if tie == np.uint64(0) or uid[i] == np.uint64(0):
                continue
            fresh[k] = (np.uint64(tie_row(tie) + 1) << np.uint64(32)) | np.uint64(tie_mark(tie, memory))
            since[k] = until[k] = np.int64(tie & np.uint64(127))
            for old in range(N_TIES):
                if same and known[i, old] == fresh[k]:
                    since[k] = first[i, old]
                    known[i, old] = 0
        for k in range(N_TIES):
            if known[i, k] != np.uint64(0):
                ended[first[i, k], last[i, k] - first[i, k]] += 1
            known[i, k], first[i, k], last[i, k] = fresh[k], since[k], until[k]
        holder[i] = uid[i]


@dataclass
class Followed:
    """One field's people: papers so far and ties so far, by row."""

    papers_of: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    papers: np.ndarray = field(default_factory=lambda: np.zeros(0))
    holder: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    known: np.ndarray = field(default_factory=lambda: np.zeros((0, N_TIES), np.uint64))
    first: np.ndarray = field(default_factory=lambda: np.zeros((0, N_TIES), np.int64))
    last: np.ndarray = field(default_factory=lambda: np.zeros((0, N_TIES), np.int64))

    def grow(self, n_rows: int) -> None:
        """Room for more rows."""
        for name in ("papers_of", "papers", "holder", "known", "first", "last"):
            array = getattr(self, name)
            if len(array) < n_rows:
                empty = np.zeros((n_rows - len(array), *array.shape[1:]), array.dtype)
                setattr(self, name, np.concatenate([array, empty]))


class Lifetimes:
    """What became of people and ties of one run; call `follow` after every year and `end` after the last.

    Attributes
    ----------
    papers : papers of each person with any, from 1998 to the last year.
    ended : [T, T], remembered ties by year of the first joint paper and years between first and last.
    """

    def __init__(self, tie_memory: float, last: int) -> None:
        self.last = last
        self.memory = round(STEPS * tie_memory)
        self.fields: list[Followed] = []
        self.finished: list[np.ndarray] = []
        self.ended = np.zeros((last - FIRST_YEAR + 1,) * 2, np.int64)

    def follow(self, year: int, columns: Columns) -> None:
        """Take in a year that was lived."""
        self.fields = self.fields or [Followed() for _ in columns]
        for seen, block in zip(self.fields, columns):
            n = block.n_rows  # columns have room for more
            seen.grow(n)
            uid = block.uid[:n].copy()
            if COUNTED_FROM <= year <= self.last:
                other = seen.papers_of != uid
                self.finished.append(seen.papers[other & (seen.papers > 0)])
                seen.papers = np.where(other, 0.0, seen.papers) + np.where(uid != 0, block.papers[:n], 0)
                seen.papers_of = uid
            ties = block.ties[:n]
            follow_ties(self.memory, uid, ties, seen.holder, seen.known, seen.first, seen.last, self.ended)

    def end(self) -> None:
        """Count who and what is still there."""
        for seen in self.fields:
            self.finished.append(seen.papers[seen.papers > 0])
            live = seen.known != 0
            np.add.at(self.ended, (seen.first[live], seen.last[live] - seen.first[live]), 1)

    @property
    def papers(self) -> np.ndarray:
        """Papers of each person with any."""
        return np.concatenate([*self.finished, np.zeros(0)])


def gini(mu: np.ndarray, sigma: float, draws: int = 15) -> float:
    """Gini coefficient of citations of papers with ``ln c = mu + sigma * luck``, luck at the middles of equal parts.

    Parameters
    ----------
    mu : [papers]; draws : parts of the distribution of luck.
    """
    luck = ndtri((np.arange(draws) + 0.5) / draws)
    cited = np.sort(np.exp(np.asarray(mu, float)[:, None] + sigma * luck[None, :]).ravel())
    n = len(cited)
    return float(2.0 * (np.arange(1, n + 1) @ cited) / (n * cited.sum()) - (n + 1.0) / n) if n else float("nan")


def lotka(papers: np.ndarray, least: int = 10) -> float:
    """Exponent of the tail of papers a person: maximum likelihood above `least` (Clauset, Shalizi & Newman 2009)."""
    tail = papers[papers >= least]
    return float(1.0 + len(tail) / np.log(tail / (least - 0.5)).sum()) if len(tail) else float("nan")


def top_tenth(papers: np.ndarray) -> float:
    """Share of papers that the most productive tenth of people have."""
    most = np.sort(papers)[::-1]
    return float(most[: max(len(most) // 10, 1)].sum() / most.sum()) if len(most) else float("nan")


def lasting(ended: np.ndarray, years: int) -> float:
    """Share of ties that span so many calendar years or more, first and last joint paper included."""
    began = ended[TIES_FROM[0] - FIRST_YEAR : TIES_FROM[1] - FIRST_YEAR + 1].sum(axis=0)
    return float(began[years - 1 :].sum() / max(began.sum(), 1))
