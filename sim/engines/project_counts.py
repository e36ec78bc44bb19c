"""Projects by place (ODD 7.5); to whom sensitive ones are exposed is counted in `sim.engines.exposure`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.engines.papers import INTERNATIONAL, Papers
from sim.engines.projects import APPLIED_FOR, FUNDED, SENSITIVE, Projects


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
    """Applications, and projects that led to a paper, by place; `counts` : out."""
    lead, n_authors, flags, bits = papers.lead, papers.n_authors, papers.flags, projects.bits
    applications, funded, sensitive = counts.applications, counts.funded, counts.sensitive
    funded_published, funded_international = counts.funded_published, counts.funded_international
    for i in range(people.shape[0]):
        if people[i].uid != 0:
            applications[people[i].place] += 1.0 if bits[i] & APPLIED_FOR else 0.0
            funded[people[i].place] += 1.0 if bits[i] & FUNDED else 0.0
    k = 0
    while k < lead.shape[0]:
        i = lead[k]
        a = people[i].place
        abroad, completed = False, False
        while k < lead.shape[0] and lead[k] == i:
            abroad = abroad or (flags[k] & INTERNATIONAL) != 0
            completed = completed or n_authors[k] > 0
            k += 1
        sensitive[a] += 1.0 if completed and bits[i] & SENSITIVE else 0.0
        if completed and bits[i] & FUNDED:
            funded_published[a] += 1.0
            funded_international[a] += 1.0 if abroad else 0.0
