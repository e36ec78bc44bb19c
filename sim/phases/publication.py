"""Phases 6 and 7: projects, teams and papers of each field, then what the papers are worth (`sim.phases.impact`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.core.axes import WAYS
from sim.core.columns import Columns, Rows
from sim.core.randomness import Stream
from sim.engines import partners, pools, projects, publication, reading, remembering
from sim.engines.exposure import DECEPTION, THEFT, Exposure
from sim.engines.papers import Losses, Papers, plan_papers
from sim.engines.project_counts import ProjectCounts
from sim.engines.projects import ProjectKeys, ProjectRates, Projects
from sim.engines.reading import Readers
from sim.engines.spectrum import PlaceCounts
from sim.engines.teams import PartnerKeys, PartnerRules
from sim.phases.impact import Counted, audience, count, credit
from sim.phases.setting import (
    Setting,
    YearContext,
)
from sim.phases.terms import Terms, partner_rules, project_rates, terms_of


@dataclass(frozen=True)
class Output:
    """Results of the year's research, in agents' units (multiply by `scale` for real papers).

    Attributes
    ----------
    papers : by field.
    by_field : papers by field and place, [F, P] each; by_place : the same summed over fields, [P] each.
    projects : [F, P] each.
    joint : [F, P, P], joint papers, a < b.
    exposure : of sensitive projects, towards [4 ways, F, P, P], once [4 ways, F, P], partnered and partners [F, P, P].
    lost : [4 ways, F, P, P], exposure of sensitive projects that rules or fear prevented, or kept from their partners.
    screened : [P], projects that were screened, expected, each by the share of its papers.
    slots_refused, papers_lost : [2, P], slots refused, and papers not completed for want of partners, by rules and
        by fear, at the lead's place.
    z1 : [F], thresholds of the top 1 %; citations : [citing, cited]; readers : of the year; attention : [P], sum of z K
        that the readers of a place met.
    papers_by_institution : [I], papers by the institution of the lead.
    n_authorships : authors over all papers; n_papers; n_international, and their n_countries; impact_sum : over papers,
        each once.
    """

    papers: list[Papers]
    by_field: PlaceCounts
    by_place: PlaceCounts
    projects: ProjectCounts
    joint: np.ndarray
    exposure: Exposure
    lost: np.ndarray
    screened: np.ndarray
    slots_refused: np.ndarray
    papers_lost: np.ndarray
    z1: np.ndarray
    citations: np.ndarray
    attention: np.ndarray
    readers: Readers
    papers_by_institution: np.ndarray
    n_authorships: int
    n_papers: int
    n_international: int
    n_countries: int
    impact_sum: float

    @cached_property
    def joint_papers(self) -> np.ndarray:
        """Joint papers of all fields, symmetric [P, P]."""
        joint: np.ndarray = self.joint.sum(axis=0)
        return joint + joint.T


class Written(NamedTuple):
    """Projects and papers of one field, and what refused slots cost."""

    projects: Projects
    papers: Papers
    losses: Losses


def research(setting: Setting, ctx: YearContext, columns: Columns, trust_ratio: np.ndarray) -> Output:
    """Write the papers of the year, rate them, and credit authors.

    Parameters
    ----------
    trust_ratio : [P, P], trust relative to the paired baseline's (1 in it).
    """
    terms, readers = terms_of(setting, ctx, trust_ratio), audience(setting, ctx)
    n_institutions = len(setting.institutions.place)
    rows, n_agents = [block.rows for block in columns], len(columns)

    def work(f: int) -> tuple[Papers, Losses, Counted, np.ndarray]:
        projects, papers, losses = write(setting, ctx, rows[f], f, terms)
        counted = count(setting, ctx, rows[f], f, projects, papers, readers)
        leads = rows[f].people["institution"][papers.lead[papers.n_authors > 0]]
        return papers, losses, counted, np.bincount(leads, minlength=n_institutions)

    papers, losses, counted, led = zip(*setting.each_field(work, n_agents))
    setting.each_field(lambda f: credit(setting, ctx, rows[f], papers[f], counted[f].top1), n_agents)
    by_field = PlaceCounts(*by_name([c.by_place for c in counted]))
    n_papers, n_international, n_countries, impact = np.sum([c.world for c in counted], axis=0)
    pairs, more = sum(c.z_pair for c in counted), sum(c.z_more for c in counted)
    attention = reading.attention(pairs, more, readers.own.known)
    return Output(
        papers=list(papers),
        by_field=by_field,
        by_place=PlaceCounts(*np.array(by_field).sum(axis=1)),
        projects=ProjectCounts(*by_name([c.projects for c in counted])),
        joint=np.stack([c.joint for c in counted]),
        exposure=exposure_of([c.exposure for c in counted]),
        lost=lost_exposure(losses, setting.params.security.undisclosed),
        screened=np.sum([of_field.screened for of_field in losses], axis=0),
        slots_refused=np.sum([of_field.slots for of_field in losses], axis=0),
        papers_lost=np.sum([of_field.papers for of_field in losses], axis=0),
        z1=np.array([c.top1 for c in counted]),
        citations=readers.own.weight[:, None] * attention,
        attention=attention.sum(axis=1),
        readers=readers.own,
        papers_by_institution=np.sum(led, axis=0).astype(float),
        n_authorships=sum(int(p.n_authors.sum()) for p in papers),
        n_papers=int(n_papers),
        n_international=int(n_international),
        n_countries=int(n_countries),
        impact_sum=float(impact),
    )


def exposure_of(fields: Sequence[Exposure]) -> Exposure:
    """Exposure of all fields, from each field's own."""
    by_way = (np.stack([getattr(of, name) for of in fields], axis=1) for name in ("towards", "once"))
    return Exposure(*by_way, *(np.stack([getattr(of, name) for of in fields]) for name in ("partnered", "partners")))


def lost_exposure(losses: Sequence[Losses], undisclosed: float) -> np.ndarray:
    """Exposure that lost work would have brought [4 ways, F, a, b].

    Partners who were kept away would have deceived with the share of ties that are not disclosed; projects that were
    not completed would have been open to theft. Whom members of these were tied to is not known.
    """
    kept_out = np.array([of_field.sensitive for of_field in losses])
    lost = np.zeros((len(WAYS), *kept_out.shape))
    if not kept_out.any():
        return lost
    others = ~np.eye(kept_out.shape[1], dtype=bool)
    lost[DECEPTION] = undisclosed * kept_out * others
    lost[THEFT] = np.einsum("faa->fa", kept_out)[:, :, None] * others
    return lost


def by_name(fields: Sequence[tuple[np.ndarray, ...]]) -> np.ndarray:
    """Counts of all fields [count, F, P], from each field's own [P] in the same order."""
    return np.ascontiguousarray(np.array(fields).transpose(1, 0, 2))


def write(setting: Setting, ctx: YearContext, rows: Rows, f: int, terms: Terms) -> Written:
    """Projects, papers and ties of one field."""

    def key(stream: Stream, year: int = ctx.year) -> np.uint64:
        return setting.key(stream, year)

    sizes = partners.team_distribution(float(terms.team[f]), setting.params.publication.team_tail)
    rates, rules = project_rates(setting, ctx, f, terms), partner_rules(setting, ctx, f, terms)
    written = write_papers(ctx.year, rows, rates, sizes, rules, key)
    remembering.update_ties(ctx.year, rules.memory, rows.ties, written.papers)
    return written


def write_papers(
    year: int,
    rows: Rows,
    rates: ProjectRates,
    sizes: np.ndarray,
    rules: PartnerRules,
    key: Callable[..., np.uint64],
) -> Written:
    """Projects and papers of one field, kernel after kernel.

    Parameters
    ----------
    sizes : [1, MAX_TEAM], cumulative distribution of partners per paper.
    key : of a stream, in the year or in the one given (0: for life).
    """
    people, ties, n_places = rows.people, rows.ties, len(rules.threat)
    planned, losses = Projects.none(len(people)), Losses.none(n_places)
    keys = ProjectKeys(key(Stream.PROJECT), key(Stream.PLACES_OFFERED), key(Stream.LEADS))
    projects.plan_projects(year, people, rates, keys, planned)
    pool = pools.build_pools(people, planned.n_slots, key(Stream.POOL), n_places)
    papers = plan_papers(people, planned.n_leads, sizes, key(Stream.TEAM))
    of_slots = PartnerKeys(
        key(Stream.PARTNER_PERSON), key(Stream.OPENNESS), key(Stream.OPENNESS, 0), key(Stream.MATCH, 0)
    )
    places = people["place"].copy()  # close together in memory: ties are looked up in it
    publication.write_papers(people, places, ties, planned, papers, pool, rules, of_slots, losses)
    return Written(planned, papers, losses)
