"""What research of a year goes by: rates of projects and rules of partners, from parameters, inputs and channels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.ties import STEPS
from sim.engines import partners, pools, teams
from sim.engines.budget import share_students
from sim.engines.projects import ProjectRates
from sim.engines.teams import PartnerRules
from sim.params import ComplianceParams
from sim.phases.setting import (
    FIELD_BASIC,
    FIELD_DUAL_USE,
    FIELD_INTERNATIONAL,
    FIELD_SHARE,
    FIELD_TEAM,
    Setting,
    YearContext,
)


class Terms(NamedTuple):
    """What research of the year goes by in all fields.

    Attributes
    ----------
    team : [F], mean authors per paper.
    output, recruits : [P] each, see `output_rates`; success : [P], share of applications funded.
    openness : [F, P, CELLS], of papers (`partners.openness_cells`).
    friction : [F, K, P, P], share of slots refused by the rules of either side; screened : [F, K, P, P], of projects.
    foreign : [P, P], distribution of partner places abroad by the lead's place, and guides : of it.
    origin_link : [P], factor on partners by origin: a compatriot is asked, who works there or does not.
    """

    team: np.ndarray
    output: np.ndarray
    recruits: np.ndarray
    success: np.ndarray
    openness: np.ndarray
    friction: np.ndarray
    screened: np.ndarray
    foreign: np.ndarray
    guides: np.ndarray
    origin_link: np.ndarray


def terms_of(setting: Setting, ctx: YearContext, trust_ratio: np.ndarray) -> Terms:
    """Terms of the year; `trust_ratio` : [P, P], trust relative to the paired baseline's (1 in it)."""
    weight = partner_weights(setting, ctx, trust_ratio)
    foreign = partners.foreign_distribution(weight)
    output, recruits = output_rates(setting, ctx)
    admitted = partners.admitted(ctx.inputs.home_weight, ctx.macro.size)
    return Terms(
        team=team_means(setting, ctx.year),
        output=output,
        recruits=recruits,
        success=np.clip(setting.params.publication.success * np.exp(ctx.ln_funding), 0.02, 0.95),
        openness=openness(weight, setting.params.collaboration.openness_spread),
        friction=both_sides(ctx.channels.friction),
        screened=np.ascontiguousarray(ctx.channels.screened.swapaxes(0, 1)),
        foreign=foreign,
        guides=pools.guide(foreign),
        origin_link=setting.params.collaboration.origin * ctx.macro.at_origin * admitted,
    )


def team_means(setting: Setting, year: int) -> np.ndarray:
    """Mean authors per paper by field [6]: C7 for the world, fading growth after the data; fields relative to it."""
    p, end = setting.params.publication, setting.data.end
    later = sum(p.team_fade**n for n in range(1, year - end + 1))
    world = p.team_2000 * np.exp(p.team_growth * (min(year, end) - 2000 + later))
    relative = FIELD_TEAM / (FIELD_TEAM * FIELD_SHARE).sum()
    return np.clip(world * relative, 1.3, 14.0)


def openness(weight: np.ndarray, spread: float) -> np.ndarray:
    """Openness of papers by field, place and cell [F, P, CELLS], from the weights of partner places [P, P]."""
    abroad = np.concatenate([partners.share_abroad(weight, propensity) for propensity in FIELD_INTERNATIONAL])
    return partners.openness_cells(abroad, spread).reshape(len(FIELD_INTERNATIONAL), len(weight), -1)


def both_sides(friction: np.ndarray) -> np.ndarray:
    """Share refused by the rules of either side [F, K, P, P], from each side's own [K, F, P, P]."""
    own = np.ascontiguousarray(friction.transpose(1, 0, 2, 3))
    return 1.0 - (1.0 - own) * (1.0 - own.transpose(0, 1, 3, 2)) if own.any() else own


def output_rates(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Papers led by a person with talent 1 [P], and the factor on recent recruits [P].

    Both follow research money with the same lag; students given to recruits are taken from others in the place.
    """
    p, floor = setting.params.publication, setting.params.money.floor
    recruits, others = share_students(ctx.channels.students_to_recruits, ctx.recruits, floor)
    rate = ctx.inputs.output * np.exp(p.funding * ctx.ln_funding) * np.exp(p.students_output * others)
    return rate, np.exp(p.funding * ctx.ln_recruits) * np.exp(p.students_output * (recruits - others))


def screening_time(rules: ComplianceParams) -> float:
    """Share of a year that the review of a project takes its lead."""
    return float(min(rules.hour_share * rules.screening_time, 1.0))


def partner_weights(setting: Setting, ctx: YearContext, trust_ratio: np.ndarray) -> np.ndarray:
    """Weights of partner places of the year [P lead, P partner]."""
    c = setting.params.collaboration
    joint = c.joint_funding * ctx.channels.joint
    return partners.partner_weights(
        ctx.inputs.affinity, ctx.macro.size, ctx.inputs.home_weight, c.size, trust_ratio, c.trust, joint
    )


def project_rates(setting: Setting, ctx: YearContext, f: int, terms: Terms) -> ProjectRates:
    """What output and projects of a field go by in the year."""
    p, ch = setting.params.publication, ctx.channels
    return ProjectRates(
        output=terms.output,
        recruits=terms.recruits,
        stage=np.array([p.age_early, p.age_established, p.age_senior]),
        burden_place=ch.burden_place,
        burden_institution=ch.burden_institution,
        success=terms.success,
        military=ch.military,
        dual_use=FIELD_DUAL_USE[f],
        basic_share=float(FIELD_BASIC[f]),
        partners=float(terms.team[f]) - 1.0,
        apply_share=p.apply_share,
        funded_gain=p.funded_gain,
        fear_output=p.fear_output,
        fear_apply=p.fear_apply,
    )


def partner_rules(setting: Setting, ctx: YearContext, f: int, terms: Terms) -> PartnerRules:
    """What the choice of partners of a field goes by in the year."""
    c = setting.params.collaboration
    return PartnerRules(
        foreign=terms.foreign,
        guides=terms.guides,
        openness=terms.openness[f],
        friction=terms.friction[f],
        screened=terms.screened[f],
        screening=screening_time(setting.params.compliance),
        threat=setting.threat,
        ranks=teams.rank_shares(c.repeat_preference),
        memory=round(STEPS * c.tie_memory),
        personal=c.openness_personal,
        repeat=c.repeat,
        looseness=c.looseness,
        origin_link=terms.origin_link,
        fear=c.fear,
        refill=c.refill,
        lost=c.lost_partner,
        replaced=c.replaced_partner,
        same=1.0 / setting.scale,
    )
