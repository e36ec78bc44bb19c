"""Phase 7, field by field: what papers are worth, who is credited, and what projects they came from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.columns import Rows
from sim.core.randomness import Stream
from sim.engines import impact, reading, spectrum
from sim.engines.exposure import Exposure, ExposureRules, count_exposure
from sim.engines.impact import Worth
from sim.engines.papers import Papers
from sim.engines.project_counts import ProjectCounts, count_projects
from sim.engines.projects import Projects
from sim.engines.reading import Readers
from sim.engines.spectrum import PaperCounts, PlaceCounts, Spectrum, Thresholds
from sim.phases.setting import Setting, YearContext

TOP1, TOP3, TOP10 = 0.01, 0.03, 0.10  # shares of a field's papers


class Counted(NamedTuple):
    """Counts of one field (agents).

    Attributes
    ----------
    by_place : [P] each; projects : [P] each.
    joint : [P, P], joint papers, a < b.
    z_pair, z_more : [P, P], see `sim.engines.reading.attention`.
    exposure : of sensitive projects.
    top1 : threshold of the top 1 % in ln c.
    world : [4], each paper once: papers, international ones, their countries, z.
    """

    by_place: PlaceCounts
    projects: ProjectCounts
    joint: np.ndarray
    z_pair: np.ndarray
    z_more: np.ndarray
    exposure: Exposure
    top1: float
    world: np.ndarray


class Audience(NamedTuple):
    """Readers of the year: the run's own, and the paired baseline's."""

    own: Readers
    baseline: Readers


def audience(setting: Setting, ctx: YearContext) -> Audience:
    """Who reads papers of the year."""
    p = setting.params.impact
    own = Readers.of(ctx.macro.readers, reading.known_to(ctx.access, p.reading_abroad, p.reading_floor))
    if ctx.baseline is None:
        return Audience(own, own)
    return Audience(own, Readers.of(ctx.baseline.readers, ctx.baseline.known))


def luck(setting: Setting) -> float:
    """Standard deviation of luck in ln z."""
    return float(np.sqrt(setting.params.impact.sigma2))


def worth(setting: Setting, ctx: YearContext, f: int, paired: bool) -> Worth:
    """What papers of a field are worth in the year; `paired` as in `Worth`."""
    p = setting.params.impact
    place = p.place_quality * ctx.inputs.quality + p.access * ctx.frontier[f]
    exponent = p.ces_exponent if p.team_quality == "ces" else 0.0
    return Worth(
        place=place,
        place_power=np.exp(exponent * place),
        exponent=exponent,
        talent_mean=p.talent_mean,
        talent_best=p.talent_best,
        team=p.team,
        match=p.match,
        reputation=p.reputation,
        sigma=luck(setting),
        paired=paired,
        border_share=np.array(setting.data.internal_border_share, np.float64),
    )


def thresholds(setting: Setting, ctx: YearContext, f: int, papers: Spectrum) -> Thresholds:
    """Thresholds of a field's top papers; where feedback is frozen, the baseline's top 1 % counts as top."""
    top1, top3, top10 = (papers.threshold(share) for share in (TOP1, TOP3, TOP10))
    baseline = top1 if ctx.baseline is None else float(ctx.baseline.z1[f])
    return Thresholds(baseline if setting.params.feedback == "frozen" else top1, top3, top10, baseline)


def count(
    setting: Setting,
    ctx: YearContext,
    rows: Rows,
    f: int,
    projects: Projects,
    papers: Papers,
    readers: Audience,
) -> Counted:
    """Rate the papers of a field and count them by place and pair."""
    n_places = setting.data.n_places
    counts, of_projects = PaperCounts.none(n_places), ProjectCounts.none(n_places)
    exposure = Exposure.none(n_places)
    key = setting.key(Stream.REST_COUNTRY, ctx.year)
    worth_of = worth(setting, ctx, f, readers.own is not readers.baseline)
    impact.rate_papers(rows.people, rows.output, projects, papers, worth_of, readers.own, readers.baseline, key, counts)
    of_field = Spectrum.of(counts.by_bin, luck(setting))
    top = thresholds(setting, ctx, f, of_field)
    by_place = spectrum.sum_by_place(of_field, counts, top)
    count_projects(rows.people, projects, papers, of_projects)
    count_exposure(rows.people, rows.ties, papers, exposure_rules(setting, ctx.year), exposure)
    return Counted(by_place, of_projects, counts.joint, counts.z_pair, counts.z_more, exposure, top.top1, counts.world)


def exposure_rules(setting: Setting, year: int) -> ExposureRules:
    """What counts as exposure in a year."""
    security = setting.params.security
    return ExposureRules(setting.threat, security.undisclosed, year - security.active_years)


def credit(setting: Setting, ctx: YearContext, rows: Rows, papers: Papers, top1: float) -> None:
    """Output columns of the year; `top1` : threshold of the field's top 1 % in ln c."""
    sigma = luck(setting)
    impact.credit_authors(
        rows.people, rows.output, papers, sigma, spectrum.shares_above(top1, sigma),
        setting.params.impact.discount, setting.key(Stream.QUALITY, ctx.year),
    )  # fmt: skip
