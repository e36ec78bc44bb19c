"""The reference model: Mesa's agents, and a year of theirs in the order of the engine's year."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

import mesa

from benchmarks.reference import exposure, impact, papers, ties
from benchmarks.reference.given import Constants, Given
from benchmarks.reference.keyed import Stream, uniform
from benchmarks.reference.papers import Paper
from benchmarks.reference.pool import Pool
from benchmarks.reference.researcher import Researcher, entrant
from sim.data.fields import N_FIELDS


@dataclass
class Year:
    """What happened in a year: those who left, entered and moved, papers by field, and who cited whom.

    `exposed` : sensitive projects by way, see `exposure.exposure`.
    `top_baseline` : [F], papers that the paired baseline's readers would put at the top, once for each place.
    """

    left: list[Researcher]
    entered: list[Researcher]
    moved: list[Researcher]
    papers: list[list[Paper]]
    citations: impact.Citations
    top_baseline: list[float]
    exposed: tuple[exposure.Exposed, exposure.Exposed]


class Reference(mesa.Model):
    """Researchers as Mesa agents.

    Parameters
    ----------
    constants : of the run.
    """

    def __init__(self, constants: Constants) -> None:
        super().__init__(rng=0)  # Mesa's own generators are never drawn from
        self.constants = constants

    @property
    def researchers(self) -> mesa.agent.AgentSet:
        """Everyone in research."""
        return self.agents_by_type[Researcher]

    def live_a_year(self, given: Given) -> Year:
        """One year of everybody."""
        people = self.researchers
        people.do("feel", given)
        if given.exit_norm is None:
            given.exit_norm = self._mean_exit_factors(given)
        people.do("age", given)
        left = list(people.select(lambda person: person.leaving))
        for person in left:
            person.leave()
        self.researchers.do("forget")
        entered = self._enter(given)
        people = self.researchers
        people.do("consider_moving", given)
        moved = people.select(lambda person: person.going is not None)
        moved.do("move", given)
        second = people.select(lambda person: person.awaits is not None)
        second.set("going", None).do("try_again", given)
        second = second.select(lambda person: person.going is not None)
        second.do("move", given)
        return Year(left, entered, [*moved, *second], *self._publish(given))

    def _mean_exit_factors(self, given: Given) -> list[float]:
        """Mean personal factor on exits of the people of each place, before this year's posts; 1 where nobody is."""
        factors: list[list[float]] = [[] for _ in range(given.n_places)]
        for person in self.researchers:
            factors[person.place].append(person.exit_factor(given))
        return [sum(of) / len(of) if of else 1.0 for of in factors]

    def _enter(self, given: Given) -> list[Researcher]:
        """The cohort of each field and origin; cumulative people are rounded with one fixed number a cell."""
        key, entered = self.constants.key(Stream.COHORT, 0), []
        for f in range(N_FIELDS):
            for o in range(given.n_places):
                u = uniform(key, f * given.n_places + o, 0)
                before, after = (
                    floor(people[f][o] / self.constants.scale + u)
                    for people in (given.cohort_before, given.cohort_after)
                )
                entered += [entrant(self, given, f, o, ordinal) for ordinal in range(after - before)]
        return entered

    def _publish(
        self, given: Given
    ) -> tuple[list[list[Paper]], impact.Citations, list[float], tuple[exposure.Exposed, exposure.Exposed]]:
        """Projects, teams, ties, citations, credit and exposure."""
        people = self.researchers
        people.do(papers.plan_year, given)
        pools = self._pools(people, given)
        written: list[list[Paper]] = [[] for _ in range(N_FIELDS)]
        for person in people:
            if person.n_leads:
                written[person.field].extend(papers.write(person, given, pools[person.field]))
        everything = [paper for of_field in written for paper in of_field]
        for paper in everything:
            ties.meet(paper, given.year)
            impact.rate(paper, given)
        people.do(ties.remember, given)
        sigma = sqrt(given.params.impact.sigma2)
        own = [impact.top_level(of_field, sigma) for of_field in written]
        z1, z1_baseline = given.z1 or own, given.z1_baseline or own
        people.do(impact.start_year, given.params.impact.discount)
        for paper in everything:
            impact.credit(paper, given, sigma, z1[paper.lead.field])
        top = [impact.top_at_baseline(of_field, sigma, z1_baseline[f]) for f, of_field in enumerate(written)]
        return written, impact.cite(everything, given, sigma), top, exposure.exposure(everything, given)

    @staticmethod
    def _pools(people: mesa.agent.AgentSet, given: Given) -> list[list[Pool]]:
        """Pools by field and place, from the places that everyone offers on others' papers."""
        pools = [[Pool() for _ in range(given.n_places)] for _ in range(N_FIELDS)]
        key = given.key[Stream.POOL]
        for person in people:
            pools[person.field][person.place].add(person, key, person.n_slots)
        for of_field in pools:
            for pool in of_field:
                if pool.slots:
                    pool.close()
        return pools
