"""Phase 8: leaks, investigations, fear, trust and the cost of rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.core.columns import Columns
from sim.engines import counting
from sim.engines.compliance import Compliance, by_group, compliance, first_year_cost
from sim.engines.security import Cases, Leaks, cases, incidents, leaks
from sim.phases.publication import Output
from sim.phases.setting import FIELD_SHARE, Setting, YearContext


@dataclass(frozen=True)
class People:
    """Head counts at the end of the year, in agents.

    Attributes
    ----------
    cells : [origin, place, stage]; came_from : [place, previous place]; by_institution : [I].
    n_permanent : [P]; fear_sum : [origin, place].
    exposed : [place, origin], with ties to a threat; tied : [place, other place], with ties to the other, of any
        origin. Both are 0 in places without cases or fear.
    """

    cells: np.ndarray
    came_from: np.ndarray
    by_institution: np.ndarray
    n_permanent: np.ndarray
    fear_sum: np.ndarray
    exposed: np.ndarray
    tied: np.ndarray

    @cached_property
    def stock(self) -> np.ndarray:
        """Researchers of all stages [origin, place]."""
        return self.cells[:, :, 0] + self.cells[:, :, 1] + self.cells[:, :, 2]  # several times faster than `sum`


@dataclass(frozen=True)
class Safety:
    """What was leaked, prevented, investigated and spent; real counts."""

    leaks: Leaks
    incidents: np.ndarray
    cases: Cases
    protection: np.ndarray
    compliance: Compliance
    cost: np.ndarray


def count_people(setting: Setting, ctx: YearContext, columns: Columns) -> People:
    """Count everyone at the end of the year; the exposed only where cases or fear make them matter."""
    n_places, n_institutions = setting.data.n_places, len(setting.institutions.place)
    watched = (ctx.hostility > 0.0).any(axis=1) | (ctx.channels.case_rate > 0.0).any(axis=1)

    def work(f: int) -> tuple[np.ndarray, ...]:
        b = columns.blocks[f]
        counts = counting.empty_counts(n_places, n_institutions)
        names = "uid origin place institution stage permanent fear prev_place dual ties"
        counting.count_people(*b.used(*names.split()), setting.threat, watched, *counts)
        return counts

    found = setting.each_field(work, columns.n_rows)
    return People(*(sum(parts[1:], parts[0].copy()) for parts in zip(*found)))


def protection(setting: Setting, ctx: YearContext) -> np.ndarray:
    """Share of leaks from a to b prevented, by way [w, a, b]; institutions weighted by their researchers."""
    inst, ch = setting.institutions, ctx.channels
    mean = np.zeros(ch.protection_place.shape[:2])
    for w in np.flatnonzero(ch.protection_institution.any(axis=1)):
        mean[w] = by_group(ch.protection_institution[w] * inst.weight, inst.place, setting.data.n_places)
    return 1.0 - (1.0 - ch.protection_place) * (1.0 - mean[:, :, None])


def secure(setting: Setting, ctx: YearContext, people: People, output: Output, cost_before: np.ndarray) -> Safety:
    """Leaks by way, the year's cases, and the cost of the rules in force."""
    scale, params = setting.scale, setting.params
    protected = protection(setting, ctx)
    leaked = leaks(
        output.exposed, output.lost, output.projects.sensitive, setting.threat, protected, params.security, scale
    )
    found = cases(
        ctx.channels.case_rate, ctx.channels.precision, people.tied * scale, people.exposed * scale,
        setting.seed, setting.replicate, ctx.year,
    )  # fmt: skip
    drawn = incidents(leaked.towards, setting.seed, setting.replicate, ctx.year)
    inst = setting.institutions
    screening = (FIELD_SHARE[:, None] * output.screening).sum(axis=0)
    burden_place = 1.0 - (1.0 - ctx.channels.burden_place) * (1.0 - screening)
    cost = first_year_cost(ctx.channels.cost_fixed_musd, ctx.channels.cost_share, inst.federal_musd)
    spent = compliance(
        cost, cost_before, ctx.channels.burden_institution, burden_place, inst.place,
        people.by_institution * scale, params.compliance,
    )  # fmt: skip
    return Safety(leaked, drawn, found, protected, spent, cost)
