"""Observers who count papers person by person, and the numba loops they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Block, Columns
from sim.core.kernels import njit
from sim.engines.papers import Papers
from sim.phases.publication import Output


@dataclass
class Counts:
    """Papers of the people of one field over some years, by row; of whoever sat in the row last.

    Attributes
    ----------
    uid : [rows]; place : [rows], where the person worked at the end; papers : [rows].
    joint : [rows, P], papers with an author in a place that was not the person's own.
    """

    uid: np.ndarray
    place: np.ndarray
    papers: np.ndarray
    joint: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Counts:
        """Nobody yet."""
        return cls(np.zeros(0, np.uint64), np.zeros(0, np.uint8), np.zeros(0, np.int32), np.zeros((0, n_places), "i4"))

    def follow(self, block: Block) -> None:
        """Make room for the rows of a block, and start anew where somebody else sits now."""
        new = block.n_rows - len(self.uid)
        self.uid = np.concatenate([self.uid, np.zeros(new, np.uint64)])
        self.papers = np.concatenate([self.papers, np.zeros(new, np.int32)])
        self.joint = np.concatenate([self.joint, np.zeros((new, self.joint.shape[1]), np.int32)])
        uid, self.place = block.uid[: block.n_rows], block.place[: block.n_rows].copy()
        others = self.uid != uid
        self.papers[others], self.joint[others] = 0, 0
        self.uid = uid.copy()


class ByPartner:
    """Observer: papers of everybody by partner place, from a first to a last year; one `Counts` a field."""

    def __init__(self, first: int, last: int, n_places: int, n_fields: int) -> None:
        self.first, self.last = first, last
        self.fields = [Counts.none(n_places) for _ in range(n_fields)]

    def __call__(self, year: int, columns: Columns, output: Output) -> None:
        """Add the papers of a year."""
        if self.first <= year <= self.last:
            for counts, block, papers in zip(self.fields, columns, output.papers):
                counts.follow(block)
                count_partners(papers, counts.papers, counts.joint)


class OutputOf:
    """Observer: papers and citations, in later years, of people who were there at some time.

    Parameters
    ----------
    uids : by field, uid by row; first, last : years that are summed.
    """

    def __init__(self, uids: Sequence[np.ndarray], place: int, first: int, last: int) -> None:
        self.uids, self.place, self.first, self.last = uids, place, first, last
        self.papers = [np.zeros(len(uid)) for uid in uids]
        self.citations = [np.zeros(len(uid)) for uid in uids]
        self.there = [np.zeros(len(uid), bool) for uid in uids]  # in research in `place` at the end of the last year

    def __call__(self, year: int, columns: Columns, output: Output) -> None:
        """Add a year."""
        if not self.first <= year <= self.last:
            return
        for f, (uid, block) in enumerate(zip(self.uids, columns)):
            same = block.uid[: len(uid)] == uid
            self.papers[f] += np.where(same, block.papers[: len(uid)], 0)
            self.citations[f] += np.where(same, block.citations[: len(uid)], 0.0)
            self.there[f] = same & (block.place[: len(uid)] == self.place)


@njit(cache=True)
def count_partners(papers: Papers, total: np.ndarray, joint: np.ndarray) -> None:
    """Add the papers of every author, and those with an author in each other place; each place counts once a paper.

    Parameters
    ----------
    total : [rows], joint : [rows, P], added to.
    """
    first, n_authors, authors, place = papers.first, papers.n_authors, papers.authors, papers.author_place
    for k in range(n_authors.shape[0]):
        start, n = first[k], n_authors[k]
        for m in range(start, start + n):
            i = authors[m]
            total[i] += 1
            for other in range(start, start + n):
                seen = place[other] == place[m]
                for before in range(start, other):
                    seen = seen or place[before] == place[other]
                if not seen:
                    joint[i, place[other]] += 1
