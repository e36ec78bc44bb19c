"""Phase 8: leaks, investigations, fear, trust and the cost of rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.core.columns import Columns
from sim.engines import counting
from sim.engines.compliance import Compliance, by_group, compliance, first_year_cost
from sim.engines.counting import HeadCounts
from sim.engines.enforcement import Cases, Suspects, cases
from sim.engines.exposure import THEFT
from sim.engines.security import Hazard, Leaks, incidents, leaks
from sim.phases.publication import Output
from sim.phases.setting import Setting, YearContext
from sim.phases.terms import screening_time


@dataclass(frozen=True)
class SecurityResult:
    """What was leaked, prevented, investigated and spent; real counts.

    Attributes
    ----------
    incidents : [a, b], leaks drawn; protection : [w, a, b]; cost : [i], first-year cost of the rules in force.
    looked_at : [a], people tied to a state on whose account a investigates.
    """

    leaks: Leaks
    incidents: np.ndarray
    cases: Cases
    protection: np.ndarray
    compliance: Compliance
    cost: np.ndarray
    looked_at: np.ndarray


def count_people(setting: Setting, ctx: YearContext, columns: Columns) -> HeadCounts:
    """Count everyone at the end of the year; the exposed only where cases or fear make them matter."""
    n_places, n_institutions = setting.data.n_places, len(setting.institutions.place)
    felt = (ctx.hostility > 0.0).any(axis=1) | (ctx.hostility_tie > 0.0).any(axis=1)
    watched = np.flatnonzero(felt | (ctx.channels.case_rate > 0.0).any(axis=1))
    active_from = ctx.year - setting.params.security.active_years

    def work(f: int) -> HeadCounts:
        people, ties, _ = columns.blocks[f].rows
        counts = HeadCounts.zeros(n_places, n_institutions, watched)
        counting.count_people(people, ties, setting.threat, active_from, counts)
        return counts

    return HeadCounts.of_fields(setting.each_field(work, columns.n_rows))


def protection(setting: Setting, ctx: YearContext) -> np.ndarray:
    """Share of leaks from a to b prevented, by way [w, a, b]; institutions weighted by their researchers."""
    inst, ch = setting.institutions, ctx.channels
    mean = np.zeros(ch.protection_place.shape[:2])
    for w in np.flatnonzero(ch.protection_institution.any(axis=1)):
        mean[w] = by_group(ch.protection_institution[w] * inst.weight, inst.place, setting.data.n_places)
    return 1.0 - (1.0 - ch.protection_place) * (1.0 - mean[:, :, None])


def secure(
    setting: Setting, ctx: YearContext, people: HeadCounts, output: Output, cost_before: np.ndarray, known: np.ndarray
) -> SecurityResult:
    """Leaks by way, the year's cases, and the cost of the rules in force.

    Parameters
    ----------
    cost_before : [i], of last year. known : [a, t], breaches that earlier cases found.
    """
    scale, params = setting.scale, setting.params
    protected = protection(setting, ctx)
    hazard = Hazard(params.security.leak_rate * setting.way_weights, setting.threat, protected)
    leaked = leaks(output.exposure, output.lost, output.projects.sensitive, hazard, scale)
    drawn = incidents(leaked.towards(), setting.seed, setting.replicate, ctx.year)
    inst = setting.institutions
    reviews = output.screened * scale * screening_time(params.compliance)  # [P], person-years
    cost = first_year_cost(ctx.channels.cost_fixed_musd, ctx.channels.cost_share, inst.federal_musd)
    spent = compliance(
        cost, cost_before, ctx.channels.burden_institution, ctx.channels.burden_place, inst.place,
        people.by_institution * scale, params.compliance,
    )  # fmt: skip
    spent = replace(spent, researcher_years=spent.researcher_years + reviews[inst.place] * inst.weight)
    looked_at = (people.number_tied * (ctx.channels.case_rate > 0.0)).sum(axis=1) * scale
    opened = investigate(setting, ctx, people, leaked, known)
    return SecurityResult(leaked, drawn, opened, protected, spent, cost, looked_at)


def investigate(setting: Setting, ctx: YearContext, people: HeadCounts, leaked: Leaks, known: np.ndarray) -> Cases:
    """The year's cases."""
    if not ctx.channels.case_rate.any():
        return Cases.none(setting.data.n_places)
    return cases(
        ctx.channels.case_rate, ctx.channels.precision, suspects(people, leaked, known, setting.scale),
        setting.params.security, setting.seed, setting.replicate, ctx.year,
    )  # fmt: skip


def suspects(people: HeadCounts, leaked: Leaks, known: np.ndarray, scale: float) -> Suspects:
    """Whom the year's investigations may be about, in real persons."""
    leakers = leaked.leaked[:THEFT].sum(axis=(0, 1))
    established = people.cells[:, :, 1] + people.cells[:, :, 2]
    return Suspects(people.tied * scale, established.T * scale, known, leakers, people.watched)
