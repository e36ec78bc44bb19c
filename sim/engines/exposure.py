"""To whom sensitive projects are exposed by each of four ways (ODD 7.8).

A project is what a lead works on in a year: its members are the authors of its completed papers. Each way has an
exposure of its own:

- reward: a member in the lead's place with a second affiliation in b;
- deception: partners in b whose ties are undisclosed, as the expectation ``1 - (1 - undisclosed) ** partners``;
- coercion: a member of origin b with an active tie to b: a second affiliation there, a co-author there whose last joint
  paper is recent, or a partner in b on the project; never origin alone;
- theft: every project, whoever is on it.

A project counts once a way towards each place. Exposures of different ways are never added.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.axes import NONE, WAYS
from sim.core.kernels import njit
from sim.core.ties import place_of, tie_year
from sim.engines.papers import Papers
from sim.engines.projects import SENSITIVE

REWARD, DECEPTION, COERCION, THEFT = range(len(WAYS))  # in the order of WAYS
MOST_PARTNERS = 512  # of one project that are told apart


class ExposureRules(NamedTuple):
    """What counts as exposure.

    Attributes
    ----------
    threat : [P, P], threat of b to a; exposure by any way towards any threat is counted once a project.
    undisclosed : share of ties abroad that are not disclosed.
    active_from : year since which a joint paper makes a co-author tie an active one.
    """

    threat: np.ndarray
    undisclosed: float
    active_from: float


class Exposure(NamedTuple):
    """Sensitive projects of one field and year by the lead's place a, in agents.

    Attributes
    ----------
    towards : [4 ways, P a, P b], exposed towards b, threat or not; 0 towards a itself.
    once : [4 ways, P a], exposed towards any threat.
    partnered : [P a, P b], with a partner in b; partners : [P a, P b], such partners, each once a project.
    """

    towards: np.ndarray
    once: np.ndarray
    partnered: np.ndarray
    partners: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Exposure:
        """Nothing counted yet."""
        pair = (n_places, n_places)
        ways = len(WAYS)
        return cls(np.zeros((ways, *pair)), np.zeros((ways, n_places)), np.zeros(pair), np.zeros(pair))


@njit(cache=True, nogil=True)
def count_exposure(
    people: np.ndarray, ties: np.ndarray, papers: Papers, rules: ExposureRules, exposure: Exposure
) -> None:
    """Exposure of the sensitive projects of one field.

    Parameters
    ----------
    ties : after this year's papers, which makes every member's tie to the lead one of this year.
    papers : rated, so that flags hold the project's bits. exposure : out, added to.
    """
    lead, flags = papers.lead, papers.flags
    n_places, n_papers = exposure.once.shape[1], lead.shape[0]
    partners, marks = np.zeros(n_places, np.int64), np.empty(MOST_PARTNERS, np.uint32)
    tied = np.zeros((2, n_places), np.bool_)  # to whom members of the project are, by reward and by coercion
    last = np.int64(0)  # a plain 0 would compile `count_partners` once more, for the number 0
    while last < n_papers:
        first = last
        while last < n_papers and lead[last] == lead[first]:
            last += 1
        if not flags[first] & SENSITIVE:
            continue
        a = np.int64(people[lead[first]].place)
        if count_partners(a, first, last, papers, partners, marks):
            for k in range(first, last):
                look_at_members(a, k, people, ties, papers, partners, rules.active_from, tied)
            add_project(a, partners, tied, rules, exposure)


@njit(cache=True, nogil=True)
def count_partners(a: int, first: int, last: int, papers: Papers, partners: np.ndarray, marks: np.ndarray) -> bool:
    """Partners of a project by place, each person once; false if none of its papers was completed.

    Two of the people whom an agent stands for have different marks, and one person has the same on all papers.

    Parameters
    ----------
    first, last : of the project's papers. partners : [P], out. marks : buffer.
    """
    completed = False
    n = 0
    for k in range(first, last):
        completed = completed or papers.n_authors[k] > 0
        for m in range(papers.first[k] + 1, papers.first[k] + papers.n_authors[k]):
            b, mark = papers.author_place[m], papers.author_mark[m]
            if b == a:
                continue
            known = False
            for j in range(n):
                known = known or marks[j] == mark
            if not known:
                partners[b] += 1
                if n < marks.shape[0]:
                    marks[n] = mark
                    n += 1
    return completed


@njit(cache=True, nogil=True)
def look_at_members(
    a: int,
    k: int,
    people: np.ndarray,
    ties: np.ndarray,
    papers: Papers,
    partners: np.ndarray,
    active_from: float,
    tied: np.ndarray,
) -> None:
    """Note to which places members of one paper who work in a are tied: by a second affiliation, and by their origin.

    Parameters
    ----------
    partners : [P], of the project. tied : [2, P], out.
    """
    for m in range(papers.first[k], papers.first[k] + papers.n_authors[k]):
        if papers.author_place[m] != a:
            continue
        i = papers.authors[m]
        dual, origin = people[i].dual, people[i].origin
        if dual not in (NONE, np.uint8(a)):
            tied[0, dual] = True
        if origin != a and not tied[1, origin]:
            active = dual == origin or partners[origin] > 0
            for t in range(ties.shape[1]):
                if not active and tie_year(ties[i, t]) >= active_from:
                    active = place_of(people, ties[i, t]) == origin
            tied[1, origin] = active


@njit(cache=True, nogil=True)
def add_project(a: int, partners: np.ndarray, tied: np.ndarray, rules: ExposureRules, exposure: Exposure) -> None:
    """Add one project, and clear `partners` and `tied` for the next."""
    towards, once, threat = exposure.towards, exposure.once, rules.threat
    in_threats = 0
    rewarded, coerced, threatened = False, False, False
    for b in range(partners.shape[0]):
        threatens = threat[a, b] > 0.0
        threatened = threatened or threatens
        if b != a:
            towards[THEFT, a, b] += 1.0
        if partners[b] > 0:
            towards[DECEPTION, a, b] += 1.0 - (1.0 - rules.undisclosed) ** partners[b]
            exposure.partnered[a, b] += 1.0
            exposure.partners[a, b] += partners[b]
            in_threats += partners[b] if threatens else 0
            partners[b] = 0
        if tied[0, b]:
            towards[REWARD, a, b] += 1.0
            rewarded = rewarded or threatens
            tied[0, b] = False
        if tied[1, b]:
            towards[COERCION, a, b] += 1.0
            coerced = coerced or threatens
            tied[1, b] = False
    once[REWARD, a] += 1.0 if rewarded else 0.0
    once[DECEPTION, a] += 1.0 - (1.0 - rules.undisclosed) ** in_threats
    once[COERCION, a] += 1.0 if coerced else 0.0
    once[THEFT, a] += 1.0 if threatened else 0.0
