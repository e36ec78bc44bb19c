"""Projects, teams and ties of researchers (ODD 7.5 and 7.6), one person at a time."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING

from benchmarks.reference.given import Given
from benchmarks.reference.keyed import Stream, draw, fold, lower, poisson, upper
from benchmarks.reference.pool import Pool
from benchmarks.reference.researcher import N_TIES, Researcher
from sim.data.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 200  # authorships a year of one agent
RECENT = 5  # years for which a recruit counts as recent
# draws of one place on a team; the halves of its key say whether a co-author is asked (upper) and where (lower)
TIE, ORIGIN, SAME, REFUSE, PARTNER, REFILL, OTHER, AGAIN = range(8)
PERSON, PERSON_ELSEWHERE = 16, 256


@dataclass(eq=False)
class Paper:
    """One paper: authors, the lead first; `ordinal` counts the lead's papers of the year."""

    ordinal: int
    authors: list[Researcher]
    international: bool = False
    mu: float = 0.0
    lead: Researcher = field(init=False)

    def __post_init__(self) -> None:
        self.lead = self.authors[0]


@lru_cache(maxsize=4096)
def binomial(n: int, share: float) -> list[float]:
    """Cumulative distribution of successes among n."""
    mass = [comb(n, k) * share**k * (1.0 - share) ** (n - k) for k in range(n + 1)]
    return [sum(mass[: k + 1]) for k in range(n)] + [1.0]


def plan_year(person: Researcher, g: Given) -> None:
    """Grant, number of authorships, papers to lead, and type of the project."""
    p, a, uid, x = g.params.publication, person.place, person.uid, FIELDS[person.field]
    key = fold(g.key[Stream.PROJECT], uid)
    person.applied_for = upper(key) < p.apply_share * (1.0 - p.fear_apply * person.fear)
    person.funded = person.applied_for and lower(key) < g.success[a]
    mean = g.rate[a] * person.talent * (p.age_early, p.age_established, p.age_senior)[person.stage]
    mean *= 1.0 + p.funded_gain * (person.funded - p.apply_share * g.success[a])  # the mean over people stays
    mean *= 1.0 - p.fear_output * person.fear
    mean *= (1.0 - g.burden[person.field][a]) * (1.0 - g.burden_institution[person.institution])
    if person.moved_year and g.year - person.moved_year <= RECENT:
        mean *= g.recruits[a]
    person.n_slots = min(MOST, poisson(draw(g.key[Stream.AUTHORSHIPS], uid), mean))
    led = binomial(person.n_slots, 1.0 / g.team_mean[person.field])
    person.n_leads = bisect_left(led, draw(g.key[Stream.LEADS], uid))
    person.basic = person.sensitive = False
    if person.n_leads:
        person.basic = draw(key, 0) < x.basic
        person.sensitive = draw(key, 1) < (x.dual_use_basic if person.basic else x.dual_use_applied)
        if person.basic and not person.sensitive and draw(key, 2) < g.military[a]:
            person.basic, person.sensitive = False, True  # directed to military ends


def write(person: Researcher, g: Given, pools: list[Pool]) -> Iterator[Paper]:
    """Papers that a person leads this year; `pools` of the field by place."""
    own, sizes = fold(g.key[Stream.PARTNER_PERSON], person.uid), fold(g.key[Stream.TEAM], person.uid)
    for ordinal in range(person.n_leads):
        key = fold(own, ordinal)
        team = [person]
        for slot in range(1, 1 + bisect_left(g.teams[person.field], draw(sizes, ordinal))):
            partner = find_partner(person, g, pools, fold(key, slot), team)
            if partner is not None:
                team.append(partner)
        yield Paper(ordinal, team)


def find_partner(lead: Researcher, g: Given, pools: list[Pool], key: int, team: list[Researcher]) -> Researcher | None:
    """Who fills one place on a team: a past co-author, else a person of some place; refused places may be refilled."""
    c, same, a = g.params.collaboration, g.constants.same, lead.place
    partner = past_coauthor(lead, key, team, same) if upper(key) < c.repeat else None
    b = partner.place if partner is not None else partner_place(lead, g, pools, key)
    friction = g.friction[(0 if lead.basic else 1) + (2 if lead.sensitive else 0)][lead.field][a]
    refused = draw(key, REFUSE) < 1.0 - (1.0 - friction[b]) * (1.0 - fearful(lead, b, g))
    if not refused:
        if partner is None:
            partner = pools[b].draw(key, PERSON, team, same)
        refused = partner is not None and draw(key, PARTNER) < fearful(partner, a, g)
    if not refused:
        return partner
    if lead.sensitive:
        at = lead.field, a, b
        g.lost[at] = g.lost.get(at, 0.0) + 1.0 / lead.n_leads
    if draw(key, REFILL) >= c.refill:
        return None
    other = bisect_left(g.partners[lead.field][a], draw(key, OTHER))
    if other == b or friction[other] > 0.0:
        other = a
    return pools[other].draw(key, PERSON_ELSEWHERE, team, same)


def past_coauthor(lead: Researcher, key: int, team: list[Researcher], same: float) -> Researcher | None:
    """One of the lead's remembered co-authors, if that memory holds somebody who can join."""
    at = int(draw(key, TIE) * N_TIES)
    person = lead.ties[at] if at < len(lead.ties) else None
    if person is None or not person.active:
        return None
    if person in team and not (same < 1.0 and draw(key, SAME) >= same):
        return None
    return person


def partner_place(lead: Researcher, g: Given, pools: list[Pool], key: int) -> int:
    """Place to look for a partner in: the lead's origin, or one drawn by affinity that has somebody."""
    if lead.origin != lead.place and draw(key, ORIGIN) < g.params.collaboration.origin:
        return lead.origin
    shares = g.partners[lead.field][lead.place]
    place = bisect_left(shares, lower(key))
    for attempt in range(1, 4):
        if pools[place].cells:
            break
        place = bisect_left(shares, draw(key, AGAIN + attempt))
    return place


def fearful(person: Researcher, towards: int, g: Given) -> float:
    """Probability that a person refuses, out of fear, to work with another place."""
    if person.place == towards:
        return 0.0
    return g.params.collaboration.fear * person.fear * g.constants.threat[person.place][towards]


def meet(paper: Paper) -> None:
    """Lead and partners get to know each other; partners do not among themselves."""
    for partner in paper.authors[1:]:
        paper.lead.met.add(partner)
        partner.met.add(paper.lead)


def remember(person: Researcher, odd: int) -> None:
    """Keep this year's co-authors, in an order of the year, then older ones: four in all."""
    if person.met:
        new = sorted(person.met, key=lambda other: other.tag * odd & (1 << 26) - 1, reverse=True)
        person.ties = [*new, *(old for old in person.ties if old not in person.met)][:N_TIES]
        person.met.clear()
