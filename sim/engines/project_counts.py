"""Projects by place (ODD 7.5); to whom sensitive ones are exposed is counted in `sim.engines.exposure`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.axes import NONE
from sim.core.kernels import njit
from sim.engines.papers import INTERNATIONAL, Papers
from sim.engines.projects import APPLIED_FOR, FUNDED, SENSITIVE, Projects

COMPLETED = 2 * INTERNATIONAL  # bit beside a paper's flags: at least one of the lead's papers found its authors


class ProjectCounts(NamedTuple):
    """Projects of one field in one year by place of the lead (agents).

    Attributes
    ----------
    applications, funded : [P], people who applied for a grant, and got one.
    funded_published, funded_international : [P], funded projects with a paper, of these with a co-author abroad.
    sensitive : [P], sensitive projects with a paper.
    """

    applications: np.ndarray
    funded: np.ndarray
    funded_published: np.ndarray
    funded_international: np.ndarray
    sensitive: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> ProjectCounts:
        """Nothing counted yet."""
        return cls(*(np.zeros(n_places) for _ in cls._fields))


@njit(cache=True, nogil=True)
def count_projects(people: np.ndarray, projects: Projects, papers: Papers, counts: ProjectCounts) -> None:
    """Applications, and projects that led to a paper, by place; `counts` : out.

    People and projects are counted by place and bits, one sum each and none behind a branch.
    """
    bits, lead, flags = projects.bits, papers.lead, papers.flags
    n_places, n_papers = counts.applications.shape[0], lead.shape[0]
    planned = np.zeros((int(NONE) + 1, INTERNATIONAL), np.int64)  # free rows have no place and no bits
    published = np.zeros((n_places, 2 * COMPLETED), np.int64)
    for i in range(people.shape[0]):
        planned[people[i].place, bits[i]] += 1
    place, found = np.uint8(0), np.uint8(0)  # of the papers of one lead so far
    for k in range(n_papers):
        found |= flags[k]
        if papers.n_authors[k] > 0:
            place = papers.author_place[papers.first[k]]
            found |= np.uint8(COMPLETED)
        last = k + 1 == n_papers or lead[k + 1] != lead[k]
        published[place, found] += np.int64(last)
        place, found = np.uint8(0) if last else place, np.uint8(0) if last else found
    for a in range(n_places):
        for b in range(INTERNATIONAL):
            counts.applications[a] += planned[a, b] if b & APPLIED_FOR else 0
            counts.funded[a] += planned[a, b] if b & FUNDED else 0
        for b in range(COMPLETED, 2 * COMPLETED):
            counts.sensitive[a] += published[a, b] if b & SENSITIVE else 0
            counts.funded_published[a] += published[a, b] if b & FUNDED else 0
            counts.funded_international[a] += published[a, b] if b & FUNDED and b & INTERNATIONAL else 0
