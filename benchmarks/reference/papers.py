"""Projects and teams of researchers (ODD 7.5 and 7.6), one person at a time."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.reference.given import Given
from benchmarks.reference.keyed import Stream, draw, fold, lower, poisson, upper
from benchmarks.reference.pool import Pool
from benchmarks.reference.researcher import Researcher
from benchmarks.reference.ties import N_TIES, Tie, match_of
from sim.data.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 200  # papers led, and places offered on others' papers, a year of one agent
RECENT = 5  # years for which a recruit counts as recent
# draws of one place on a team; the halves of its key say whether a co-author is asked (upper) and where (lower)
SPLIT, LOOSE, ORIGIN, SAME, REFUSE, PARTNER, REFILL, OTHER, ELSEWHERE, PEOPLE, AGAIN = range(11)
PERSON, PERSON_ELSEWHERE = 16, 256
RULE, FEAR = range(2)  # why a place on a team was refused


class Found(NamedTuple):
    """Who fills a place on a team, and the match with the lead."""

    person: Researcher
    match: int


@dataclass(eq=False)
class Paper:
    """One paper: authors, the lead first; `ordinal` counts the lead's papers of the year.

    Attributes
    ----------
    openness : probability that a place on the team looks abroad.
    matches : of the partners with the lead, in 64ths of a standard deviation.
    harm : weight of refused places, by rule and by fear; kept_out : places whose people were refused.
    mu_z, mu : mean of ln z, and with readers; mu_baseline : with the readers of the paired baseline.
    """

    ordinal: int
    authors: list[Researcher]
    openness: float
    matches: list[int] = field(default_factory=list)
    harm: list[float] = field(default_factory=lambda: [0.0, 0.0])
    kept_out: set[int] = field(default_factory=set)
    international: bool = False
    mu_z: float = 0.0
    mu: float = 0.0
    mu_baseline: float = 0.0
    lead: Researcher = field(init=False)

    def __post_init__(self) -> None:
        self.lead = self.authors[0]


def plan_year(person: Researcher, g: Given) -> None:
    """Grant, papers to lead, places on others' papers, and type of the project."""
    p, a, uid, x = g.params.publication, person.place, person.uid, FIELDS[person.field]
    key = fold(g.key[Stream.PROJECT], uid)
    person.applied_for = upper(key) < p.apply_share * (1.0 - p.fear_apply * person.fear)
    person.funded = person.applied_for and lower(key) < g.success[a]
    mean = g.rate[a] * person.talent * (p.age_early, p.age_established, p.age_senior)[person.stage]
    mean *= 1.0 + p.funded_gain * (person.funded - p.apply_share * g.success[a])  # the mean over people stays
    mean *= 1.0 - p.fear_output * person.fear
    mean *= (1.0 - g.burden[a]) * (1.0 - g.burden_institution[person.institution])
    if person.moved_year and g.year - person.moved_year <= RECENT:
        mean *= g.recruits[a]
    person.n_leads = min(MOST, poisson(draw(g.key[Stream.LEADS], uid), mean))
    places = mean * (g.team_mean[person.field] - 1.0)
    person.n_slots = min(MOST, poisson(draw(g.key[Stream.PLACES_OFFERED], uid), places))
    person.basic = person.sensitive = False
    if person.n_leads:
        person.basic = draw(key, 0) < x.basic
        person.sensitive = draw(key, 1) < (x.dual_use_basic if person.basic else x.dual_use_applied)
        if person.basic and not person.sensitive and draw(key, 2) < g.military[a]:
            person.basic, person.sensitive = False, True  # directed to military ends


# --- teams --------------------------------------------------------------------------------------------------
def write(person: Researcher, g: Given, pools: list[Pool]) -> Iterator[Paper]:
    """Papers that a person leads this year and completes; `pools` of the field by place."""
    own, sizes = fold(g.key[Stream.PARTNER_PERSON], person.uid), fold(g.key[Stream.TEAM], person.uid)
    kept_out: set[int] = set()
    there, finished = {person.place}, False
    for ordinal in range(person.n_leads):
        key = fold(own, ordinal)
        paper = Paper(ordinal, [person], openness_of(person, ordinal, g))
        for slot in range(1, 1 + bisect_left(g.teams[person.field], draw(sizes, ordinal))):
            fill(paper, g, pools, fold(key, slot))
        kept_out |= paper.kept_out
        places = {author.place for author in paper.authors}
        if completed(paper, key, g):
            finished = True
            there |= places
            yield paper
        else:
            kept_out |= places
            book(paper, g)
    for place in kept_out - there if person.sensitive else ():
        project = person.field, person.place, place
        g.lost[project] = g.lost.get(project, 0.0) + 1.0
    if person.sensitive and not finished:
        g.ended[person.field, person.place] = g.ended.get((person.field, person.place), 0.0) + 1.0


def book(paper: Paper, g: Given) -> None:
    """Book a paper that was not completed to rule and fear, by their hazards; the time of a review is a rule."""
    hazard = -log(1.0 - g.params.collaboration.lost_partner)
    hazards = [weight * hazard for weight in paper.harm]
    hazards[RULE] -= log(1.0 - review_time(paper, g))
    for why, part in enumerate(hazards):
        at = why, paper.lead.place
        g.unwritten[at] = g.unwritten.get(at, 0.0) + part / sum(hazards)


def review_time(paper: Paper, g: Given) -> float:
    """Share of the lead's time for a paper that the review of its partners takes: once, however many are screened."""
    lead, rules = paper.lead, g.params.compliance
    by_partner = g.screened[kind_of(lead)][lead.field][lead.place]
    share: float = max((by_partner[author.place] for author in paper.authors[1:]), default=0.0)
    return min(rules.hour_share * rules.screening_time, 1.0) * share


def openness_of(lead: Researcher, ordinal: int, g: Given) -> float:
    """How open a paper is: by a number of the lead's own for life, or of this paper."""
    word = fold(fold(g.key[Stream.OPENNESS], lead.uid), ordinal)
    personal = upper(word) < g.params.collaboration.openness_personal
    u = draw(g.constants.key(Stream.OPENNESS, 0), lead.uid) if personal else lower(word)
    cells: list[float] = g.openness[lead.field][lead.place]
    return cells[int(u * len(cells))]


def completed(paper: Paper, key: int, g: Given) -> bool:
    """Whether a paper comes about in spite of refused partners and reviews: one more can only end it."""
    kept: float = (1.0 - g.params.collaboration.lost_partner) ** sum(paper.harm)
    return draw(key, 0) < kept * (1.0 - review_time(paper, g))


def fill(paper: Paper, g: Given, pools: list[Pool], key: int) -> None:
    """Fill one place on a team: a tie, else a person of some place; refused places may be refilled."""
    c, lead = g.params.collaboration, paper.lead
    split = fold(key, SPLIT)
    abroad = upper(split) < paper.openness
    found = past_coauthor(paper, key, abroad, lower(split), g) if upper(key) < c.repeat else None
    b = found.person.place if found is not None else partner_place(lead, abroad, g, pools, key)
    u, rules, fear = draw(key, REFUSE), friction(lead, b, g), fearful(lead, b, g)
    refused = RULE if u < rules else FEAR if u < 1.0 - (1.0 - rules) * (1.0 - fear) else None
    if refused is None:
        if found is None:
            found = newcomer(paper, pools, b, key, PERSON, g)
        if found is not None and draw(key, PARTNER) < fearful(found.person, lead.place, g):
            refused = FEAR
    if refused is not None:
        at = refused, lead.place
        g.refused[at] = g.refused.get(at, 0.0) + 1.0
        paper.kept_out.add(b)
        found = replacement(paper, b, g, pools, key) if draw(key, REFILL) < c.refill else None
        paper.harm[refused] += 1.0 if found is None else c.replaced_partner
    if found is not None:
        paper.authors.append(found.person)
        paper.matches.append(found.match)


def tie_at(ties: list[Tie], u: float, preference: float) -> Tie | None:
    """The one of these ties that a number names, by rank of value: those of high value more often."""
    rank = sum(u >= (r / N_TIES) ** (1.0 / preference) for r in range(1, N_TIES))
    return ties[rank] if rank < len(ties) else None


def past_coauthor(paper: Paper, key: int, abroad: bool, u: float, g: Given) -> Found | None:
    """One of the lead's ties on the side of the border that is looked at, or of all, who can join."""
    c, same, ties = g.params.collaboration, g.constants.same, paper.lead.ties
    if abroad or draw(key, LOOSE) >= c.looseness:
        ties = [tie for tie in ties if (tie.person.place != paper.lead.place) == abroad]
    tie = tie_at(ties, u, c.repeat_preference)
    if tie is None:
        return None
    if tie.person in paper.authors and not (same < 1.0 and draw(key, SAME) >= same):
        return None
    return Found(tie.person, tie.match)


def partner_place(lead: Researcher, abroad: bool, g: Given, pools: list[Pool], key: int) -> int:
    """Place to look for a new partner in: the lead's origin, home, or one abroad that has somebody."""
    here = lead.place
    if lead.origin != here and draw(key, ORIGIN) < g.origin_link[lead.origin]:
        return lead.origin
    if not abroad:
        return here
    place = bisect_left(g.foreign[here], lower(key))
    for attempt in range(1, 4):
        if pools[place].cells:
            break
        place = bisect_left(g.foreign[here], draw(key, AGAIN + attempt))
    return place


def newcomer(paper: Paper, pools: list[Pool], place: int, key: int, first: int, g: Given) -> Found | None:
    """A person of a place; at home, for want of others, another of the people whom the lead's agent stands for."""
    same, lead = g.constants.same, paper.lead
    person = pools[place].draw(key, first, paper.authors, same)
    if person is None and place == lead.place and same < 1.0:
        person = lead
    return None if person is None else Found(person, match_of(lead, person, fold(key, PEOPLE), g))


def replacement(paper: Paper, refused: int, g: Given, pools: list[Pool], key: int) -> Found | None:
    """Who comes instead of a refused partner: a tie elsewhere, else a person abroad where no rule stands, or home."""
    lead = paper.lead
    tie = tie_elsewhere(paper, refused, g, fold(key, OTHER))
    if tie is not None:
        return Found(tie.person, tie.match)
    word, place = fold(key, ELSEWHERE), lead.place
    if upper(word) < paper.openness:
        place = bisect_left(g.foreign[lead.place], lower(word))
    if place == refused or friction(lead, place, g) > 0.0:
        place = lead.place
    return newcomer(paper, pools, place, key, PERSON_ELSEWHERE, g)


def tie_elsewhere(paper: Paper, refused: int, g: Given, word: int) -> Tie | None:
    """One of the lead's ties who is free to come: not on the team, in another place, under no rule."""
    c, lead = g.params.collaboration, paper.lead
    tie = tie_at(lead.ties, lower(word), c.repeat_preference) if upper(word) < c.repeat else None
    if tie is None or tie.person in paper.authors or tie.person.place == refused:
        return None
    return tie if friction(lead, tie.person.place, g) == 0.0 else None


def friction(lead: Researcher, place: int, g: Given) -> float:
    """Probability that rules of either side refuse a partner in a place to the lead's project."""
    refused: float = g.friction[kind_of(lead)][lead.field][lead.place][place]
    return refused


def kind_of(lead: Researcher) -> int:
    """Kind of a lead's project: open basic, open applied, sensitive basic, sensitive applied."""
    return (0 if lead.basic else 1) + (2 if lead.sensitive else 0)


def fearful(person: Researcher, towards: int, g: Given) -> float:
    """Probability that a person refuses, out of fear, to work with another place."""
    if person.place == towards:
        return 0.0
    return g.params.collaboration.fear * person.fear * g.constants.threat[person.place][towards]
