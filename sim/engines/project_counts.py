"""Projects by place, and to whom sensitive ones are exposed (ODD 7.5 and 7.8)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.columns import NONE
from sim.core.kernels import njit
from sim.engines.papers import INTERNATIONAL, Papers
from sim.engines.projects import APPLIED_FOR, FUNDED, SENSITIVE, Projects
from sim.engines.security import COERCION, DECEPTION, REWARD, THEFT


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
def count_projects(
    people: np.ndarray, projects: Projects, papers: Papers, counts: ProjectCounts, exposed: np.ndarray
) -> None:
    """Applications and funded projects by place, and exposure of sensitive projects by way.

    Parameters
    ----------
    counts : out.
    exposed : [4 ways, P, P], out: sensitive projects of place a exposed to place b by each way: members in a with a
        second affiliation in b (reward), partners in b (deception, theft), members in a whose origin is b (coercion).
        A project counts once towards a place by each way. What leaks through members in third places is
        `sim.engines.security.third_places`.
    """
    lead, first, n_authors, authors = papers.lead, papers.first, papers.n_authors, papers.authors
    flags, bits = papers.flags, projects.bits
    applications, funded, sensitive = counts.applications, counts.funded, counts.sensitive
    funded_published, funded_international = counts.funded_published, counts.funded_international
    for i in range(people.shape[0]):
        if people[i].uid != 0:
            applications[people[i].place] += 1.0 if bits[i] & APPLIED_FOR else 0.0
            funded[people[i].place] += 1.0 if bits[i] & FUNDED else 0.0
    k = 0
    n_papers = lead.shape[0]
    seen = np.full(exposed.shape[:2], -1, np.int64)  # last project counted by each way towards each place
    while k < n_papers:
        i = lead[k]
        a = people[i].place
        abroad, completed = False, False
        last = k
        while last < n_papers and lead[last] == i:
            abroad = abroad or (flags[last] & INTERNATIONAL) != 0
            completed = completed or n_authors[last] > 0
            if bits[i] & SENSITIVE:
                for m in range(first[last], first[last] + n_authors[last]):
                    member = people[authors[m]]
                    if member.place != a:
                        if seen[DECEPTION, member.place] != i:
                            seen[DECEPTION, member.place] = i
                            exposed[DECEPTION, a, member.place] += 1.0
                            exposed[THEFT, a, member.place] += 1.0
                        continue
                    if member.origin != a and seen[COERCION, member.origin] != i:
                        seen[COERCION, member.origin] = i
                        exposed[COERCION, a, member.origin] += 1.0
                    if member.dual != NONE and member.dual != a and seen[REWARD, member.dual] != i:
                        seen[REWARD, member.dual] = i
                        exposed[REWARD, a, member.dual] += 1.0
            last += 1
        sensitive[a] += 1.0 if completed and bits[i] & SENSITIVE else 0.0
        if completed and bits[i] & FUNDED:
            funded_published[a] += 1.0
            funded_international[a] += 1.0 if abroad else 0.0
        k = last
