"""Phases 6 and 7: projects, teams and papers of each field, then what the papers are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.axes import WAYS
from sim.core.columns import Columns
from sim.core.randomness import Stream
from sim.engines import impact, partners, pools, projects, publication, spectrum
from sim.phases.setting import (
    FIELD_BASIC,
    FIELD_DUAL_USE,
    FIELD_INTERNATIONAL,
    FIELD_SHARE,
    FIELD_TEAM,
    Setting,
    YearContext,
)


@dataclass
class FieldPapers:
    """Papers of one field in one year: a row a paper, authors in one flat array.

    Attributes
    ----------
    lead : [n] row of the lead; ordinal : [n] number within the lead's year; first : [n + 1] into `authors`.
    n_authors : [n]; authors : rows, the lead first; mu : [n] mean of ln z; flags : [n] project bits and
    `sim.engines.impact.INTERNATIONAL`.
    project, n_leads : by row of the block.
    """

    lead: np.ndarray
    ordinal: np.ndarray
    first: np.ndarray
    n_authors: np.ndarray
    authors: np.ndarray
    project: np.ndarray
    n_leads: np.ndarray
    mu: np.ndarray
    flags: np.ndarray


@dataclass(frozen=True)
class Output:
    """Results of the year's research, in agents' units (multiply by `scale` for real papers).

    Attributes
    ----------
    papers : by field.
    by_place : [F, len(BY_PLACE), P] counts named by `spectrum.BY_PLACE`.
    together : [F, P, P], joint papers, a < b; projects : [F, 5, P] (see `impact.count_projects`).
    exposed : [4 ways, F, P, P]; lost : [4 ways, F, P, P], sensitive projects.
    z1 : [F], thresholds of the top 1 %; citations : [citing, cited]; received : [P].
    papers_by_institution : [I], papers by the institution of the lead.
    n_authorships : authors over all papers; n_papers; n_international; impact_sum : over papers, each once.
    """

    papers: list[FieldPapers]
    by_place: np.ndarray
    together: np.ndarray
    projects: np.ndarray
    exposed: np.ndarray
    lost: np.ndarray
    z1: np.ndarray
    citations: np.ndarray
    received: np.ndarray
    papers_by_institution: np.ndarray
    n_authorships: int
    n_papers: int
    n_international: int
    impact_sum: float

    def place(self, name: str) -> np.ndarray:
        """One count by place, summed over fields [P]."""
        return self.by_place[:, spectrum.BY_PLACE.index(name)].sum(axis=0)

    def field(self, name: str) -> np.ndarray:
        """One count by field and place [F, P]."""
        return self.by_place[:, spectrum.BY_PLACE.index(name)]


def team_means(setting: Setting, year: int) -> np.ndarray:
    """Mean authors per paper by field [6]: target C7 for the world, fields relative to it."""
    p = setting.params.publication
    world = p.team_2000 * np.exp(p.team_growth * (year - 2000))
    relative = FIELD_TEAM / (FIELD_TEAM * FIELD_SHARE).sum()
    return np.clip(world * relative, 1.3, 14.0)


def both_sides(friction: np.ndarray) -> np.ndarray:
    """Share refused by the rules of either side [F, K, P, P], from each side's own [K, F, P, P]."""
    own = np.ascontiguousarray(friction.transpose(1, 0, 2, 3))
    return 1.0 - (1.0 - own) * (1.0 - own.transpose(0, 1, 3, 2)) if own.any() else own


def research(setting: Setting, ctx: YearContext, columns: Columns, trust_ratio: np.ndarray) -> Output:
    """Write the papers of the year, rate them, and credit authors.

    Parameters
    ----------
    trust_ratio : [P, P], trust relative to 2013-17 (1 in the history).
    """
    friction = both_sides(ctx.channels.friction)
    teams = team_means(setting, ctx.year)
    weight = partner_weights(setting, ctx, trust_ratio)
    burden = 1.0 - (1.0 - ctx.channels.burden_place) * (1.0 - screening_burden(setting, ctx))
    sigma = np.sqrt(setting.params.impact.sigma2)
    n_agents = len(columns)

    def work(f: int) -> tuple[FieldPapers, Counted]:
        papers, noted, lost = write(setting, ctx, columns, f, teams[f], friction[f], burden[f], weight)
        return papers, count(setting, ctx, columns, f, papers, noted, sigma, lost)

    papers, counted = zip(*setting.each_field(work, n_agents))
    by_place, together, of_projects, exposed, lost_slots, z1, n_international = (np.stack(x) for x in zip(*counted))
    # partners' absence loses what partners would have leaked by: deception and theft
    lost = np.zeros((len(WAYS), *lost_slots.shape))
    lost[1] = lost[3] = lost_slots
    z = by_place[:, spectrum.BY_PLACE.index("z_fractional")].sum(axis=0)
    references = setting.params.impact.citations_mean * by_place[:, 1].sum(axis=0)
    citations = impact.citation_flows(z, references, ctx.access, setting.params.impact.home_bias)
    received = citations.sum(axis=0) / np.maximum(z, 1e-12)
    setting.each_field(lambda f: credit(setting, ctx, columns, f, papers[f], sigma, z1[f], received), n_agents)
    n_institutions = len(setting.institutions.place)
    leads = [b.institution[p.lead] for b, p in zip(columns, papers)]
    return Output(
        papers=list(papers),
        by_place=by_place,
        together=together,
        projects=of_projects,
        exposed=exposed.transpose(1, 0, 2, 3),
        lost=lost,
        z1=z1,
        citations=citations,
        received=received,
        papers_by_institution=np.bincount(np.concatenate(leads), minlength=n_institutions).astype(float),
        n_authorships=sum(int(p.n_authors.sum()) for p in papers),
        n_papers=sum(len(p.lead) for p in papers),
        n_international=int(n_international.sum()),
        impact_sum=float(z.sum()),
    )


def output_rates(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Authorships of a person with talent 1 [P], and the factor on recent recruits [P]."""
    p, ch = setting.params.publication, ctx.channels
    rate = ctx.inputs.output * np.exp(p.funding * ctx.ln_funding)
    recruits = ch.programme_grant * ch.funding_recruits**p.funding * np.exp(p.students_output * ch.students_to_recruits)
    return rate, recruits


def screening_burden(setting: Setting, ctx: YearContext) -> np.ndarray:
    """Share of research time that screening of projects takes [F, P]."""
    basic, dual = FIELD_BASIC[:, None], FIELD_DUAL_USE
    shares = np.concatenate([basic * (1 - dual[:, :1]), (1 - basic) * (1 - dual[:, 1:]), basic * dual[:, :1],
                             (1 - basic) * dual[:, 1:]], axis=1)  # [F, K] in the order of KINDS  # fmt: skip
    screened = np.einsum("fk,kfa->fa", shares, ctx.channels.screened)
    rules = setting.params.compliance
    return np.minimum(rules.hour_share * rules.screening_time * screened, 1.0)


def partner_weights(setting: Setting, ctx: YearContext, trust_ratio: np.ndarray) -> np.ndarray:
    """Weights of partner places of the year [P lead, P partner]."""
    c = setting.params.collaboration
    joint = c.joint_funding * ctx.channels.joint
    return partners.partner_weights(
        setting.data.affinity, ctx.macro.size, ctx.inputs.home_weight, c.size, trust_ratio, c.trust, joint
    )


def write(
    setting: Setting,
    ctx: YearContext,
    columns: Columns,
    f: int,
    team: float,
    friction: np.ndarray,
    burden: np.ndarray,
    weight: np.ndarray,
) -> tuple[FieldPapers, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Projects, teams and ties of one field; place and talent of authors; refused sensitive slots [P, P] (projects)."""
    b, p, c = columns.blocks[f], setting.params.publication, setting.params.collaboration
    ch, n_places = ctx.channels, setting.data.n_places
    uid, place = b.used("uid", "place")
    project, n_leads = np.zeros(b.n_rows, np.uint8), np.zeros(b.n_rows, np.uint16)
    n_slots = np.zeros(b.n_rows, np.uint16)
    rate, recruits = output_rates(setting, ctx)
    success = np.clip(p.success * np.exp(ctx.ln_funding), 0.02, 0.95)
    projects.plan_projects(
        *b.used("uid", "place", "institution", "stage", "talent", "fear", "moved_year"), ctx.year,
        rate, np.array([p.age_early, p.age_established, p.age_senior]), burden, ch.burden_institution,
        p.fear_output, recruits, success, p.apply_share, p.fear_apply, p.funded_gain,
        1.0 / team, FIELD_BASIC[f], FIELD_DUAL_USE[f], ch.military,
        *(setting.key(s, ctx.year) for s in (Stream.PROJECT, Stream.AUTHORSHIPS, Stream.LEADS)),
        project, n_slots, n_leads,
    )  # fmt: skip
    pool = pools.build_pools(uid, place, n_slots, setting.key(Stream.POOL, ctx.year), n_places)
    cumulative = partners.partner_distribution(weight, FIELD_INTERNATIONAL[f])
    sizes = partners.team_distribution(float(team), p.team_tail)
    lead, ordinal, first = publication.plan_papers(uid, n_leads, sizes, setting.key(Stream.TEAM, ctx.year))
    authors, n_authors = np.empty(int(first[-1]), np.int32), np.empty(len(lead), np.uint8)
    noted = np.empty(len(authors), np.uint8), np.empty(len(authors), np.float32), np.empty(len(authors), np.uint32)
    lost = np.zeros((n_places, n_places))
    key_partner = setting.key(Stream.PARTNER_PERSON, ctx.year)
    publication.name_candidates(
        *b.used("uid", "origin", "place", "ties"), lead, ordinal, first,
        pool, cumulative, c.repeat, c.origin, key_partner, authors,
    )  # fmt: skip
    publication.write_papers(
        *b.used("uid", "origin", "place", "talent", "fear", "ties"), project, n_leads, lead, ordinal, first,
        pool, cumulative, friction, setting.threat, c.repeat, c.origin, c.fear, c.refill,
        1.0 / setting.scale, key_partner, authors, n_authors, *noted, lost,
    )  # fmt: skip
    tie_key = setting.key(Stream.TIE, ctx.year)
    publication.update_ties(ctx.year, *b.used("ties"), first, n_authors, authors, noted[2], tie_key)
    mu, flags = np.empty(len(lead), np.float32), np.empty(len(lead), np.uint8)
    return FieldPapers(lead, ordinal, first, n_authors, authors, project, n_leads, mu, flags), noted[:2], lost


class Counted(NamedTuple):
    """Counts of one field: see `Output`; `n_international` papers, each once."""

    by_place: np.ndarray
    together: np.ndarray
    projects: np.ndarray
    exposed: np.ndarray
    lost: np.ndarray
    z1: float
    n_international: int


def count(
    setting: Setting,
    ctx: YearContext,
    columns: Columns,
    f: int,
    papers: FieldPapers,
    noted: tuple[np.ndarray, np.ndarray],
    sigma: float,
    lost: np.ndarray,
) -> Counted:
    """Rate the papers of a field and count them by place and pair."""
    b, i, n_places = columns.blocks[f], setting.params.impact, setting.data.n_places
    counts = np.zeros((n_places, spectrum.N_BINS, 3))
    plain, together = np.zeros((4, n_places)), np.zeros((n_places, n_places))
    impact.rate_papers(
        *b.used("uid", "reputation"), papers.project, papers.lead, papers.ordinal, papers.first,
        papers.n_authors, *noted, setting.data.internal_border_share, i.place_quality * ctx.inputs.quality,
        i.access * ctx.frontier[f], i.place_best, i.talent_mean, i.talent_best, i.team, i.reputation,
        setting.key(Stream.REST_COUNTRY, ctx.year), papers.mu, papers.flags,
        counts, plain, together,
    )  # fmt: skip
    of_field = spectrum.Spectrum.of(counts, sigma)
    z1, z3, z10 = (of_field.threshold(share) for share in (0.01, 0.03, 0.10))
    fixed = z1 if ctx.z1_baseline is None else float(ctx.z1_baseline[f])
    if setting.params.feedback == "frozen":
        z1 = fixed
    by_place = spectrum.sum_by_place(of_field, counts, plain, (z1, z3, z10, fixed))
    of_projects, exposed = np.zeros((5, n_places)), np.zeros((len(WAYS), n_places, n_places))
    impact.count_projects(
        *b.used("uid", "origin", "place", "dual"), papers.project, papers.n_leads, papers.lead, papers.first,
        papers.n_authors, papers.authors, papers.flags, of_projects, exposed,
    )  # fmt: skip
    n_international = int(np.count_nonzero(papers.flags & impact.INTERNATIONAL))
    return Counted(by_place, together, of_projects, exposed, lost, z1, n_international)


def credit(
    setting: Setting,
    ctx: YearContext,
    columns: Columns,
    f: int,
    papers: FieldPapers,
    sigma: float,
    z1: float,
    received: np.ndarray,
) -> None:
    """Author columns of the year."""
    names = "reputation papers papers_international papers_basic citations top1"
    impact.credit_authors(
        *columns.blocks[f].used("uid", "place"), papers.lead, papers.ordinal, papers.first, papers.n_authors,
        papers.authors, papers.mu, papers.flags, sigma, spectrum.shares_above(z1, sigma), received,
        setting.params.impact.discount,
        setting.key(Stream.QUALITY, ctx.year), *columns.blocks[f].used(*names.split()),
    )  # fmt: skip
