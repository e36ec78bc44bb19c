"""Papers of one field in one year as arrays, and the teams that are planned for them (ODD 7.6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import person_key, unit
from sim.engines.pools import guide, invert

INTERNATIONAL = 16  # bit of a paper's flags, above the project bits


class Papers(NamedTuple):
    """Papers of one field in one year, in order of their leads; authorships in flat arrays, the lead first.

    `plan_papers` draws what is led; `publication.write_papers` fills in the authors, `impact.rate_papers` what a
    paper is worth. Paper k has the authorships ``first[k]`` to ``first[k] + n_authors[k]``; those up to
    ``first[k + 1]`` were planned and found nobody.

    Attributes
    ----------
    lead : int32 [papers], row of the lead.
    ordinal : uint8 [papers], number within the lead's year; with the lead's uid it names the paper.
    first : int64 [papers + 1], first authorship.
    n_authors : uint8 [papers], 0 of a paper that was not completed for want of partners.
    match : float32 [papers], mean match of the lead with the partners, in standard deviations.
    mu, mu_baseline : float32 [papers], mean of the log of citations, from the run's own readers and from those of the
        paired baseline.
    flags : uint8 [papers], project bits of the lead and `INTERNATIONAL`.
    authors : int32 [authorships], rows.
    talent_mean, talent_best : float32 [papers], of the ln talent of the authors.
    author_place, author_mark : uint8 and uint32 [authorships], place; match with the lead and tag of the uid
        (`sim.core.ties.mark_of`). Kept while they are at hand, so that later passes need not look at people at random.
    """

    lead: np.ndarray
    ordinal: np.ndarray
    first: np.ndarray
    n_authors: np.ndarray
    match: np.ndarray
    talent_mean: np.ndarray
    talent_best: np.ndarray
    mu: np.ndarray
    mu_baseline: np.ndarray
    flags: np.ndarray
    authors: np.ndarray
    author_place: np.ndarray
    author_mark: np.ndarray


class Losses(NamedTuple):
    """What refused slots and screening cost in one field and year, by the lead's place.

    Attributes
    ----------
    slots : [2, P], slots refused by rules and for fear; papers : [2, P], papers that were not completed, by the same;
        time that screening takes is a rule.
    sensitive : [P, P], sensitive projects that a place is kept from, since its people were refused, or the paper that
        they were on was not completed, and nobody else from there is on one that was. Each once, as exposure counts.
        On the diagonal those without any completed paper.
    screened : [P], expected projects that were screened, each by the share of its papers with a screened partner.
    """

    slots: np.ndarray
    papers: np.ndarray
    sensitive: np.ndarray
    screened: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Losses:
        """Nothing lost yet."""
        return cls(*(np.zeros(n) for n in ((2, n_places), (2, n_places), (n_places, n_places), n_places)))


def plan_papers(people: np.ndarray, n_leads: np.ndarray, team_cumulative: np.ndarray, key_team: np.uint64) -> Papers:
    """Papers that are led, with team sizes drawn; authors and worth are still to be filled in."""
    lead, ordinal, first = draw_teams(people, n_leads, team_cumulative, key_team)
    n, m = len(lead), int(first[-1])
    floats = [np.empty(n, np.float32) for _ in range(5)]  # match to mu_baseline
    of_authors = np.empty(m, np.int32), np.empty(m, np.uint8), np.empty(m, np.uint32)
    return Papers(*(lead, ordinal, first, np.empty(n, np.uint8), *floats, np.empty(n, np.uint8), *of_authors))


@njit(cache=True, nogil=True)
def draw_teams(
    people: np.ndarray, n_leads: np.ndarray, team_cumulative: np.ndarray, key_team: np.uint64
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`lead`, `ordinal` and `first` of `Papers`.

    Parameters
    ----------
    n_leads : uint16 [n_rows], papers led.
    team_cumulative : [1, MAX_TEAM], cumulative distribution of partners per paper.
    """
    n = 0
    for i in range(people.shape[0]):
        n += n_leads[i]
    guides = guide(team_cumulative)
    lead = np.empty(n, np.int32)
    ordinal = np.empty(n, np.uint8)
    first = np.zeros(n + 1, np.int64)
    k = 0
    for i in range(people.shape[0]):
        if n_leads[i] == 0:
            continue
        pkey = person_key(key_team, people[i].uid)
        for j in range(n_leads[i]):
            lead[k] = i
            ordinal[k] = j
            first[k + 1] = first[k] + 1 + invert(team_cumulative, guides, 0, unit(pkey, np.uint64(j)))
            k += 1
    return lead, ordinal, first
