"""How alike hosts are to students, by level of the nest, from flows of students to 2017 (docs/decisions/like-hosts.md).

With Δ_d the change of utility of host d over a period, in a nested logit the students of origin o at d grow by

``ln growth_od = c_o + x_d + (ρ − 1) L_og + (λ − 1) M_o``,  x_d = Δ_d / λ_h, ρ = λ_h / λ,
``L_og = ln Σ_{e in g} (share of e in g) exp(x_e)``,  ``M_o = ln Σ_g (share of g) exp(ρ L_og)``,

where c_o is the growth of the origin's cohort. Origins differ in the shares of like hosts, so that host effects shift
them differently. *ρ*: regress growth on L_og with effects of origin and host in every period. *λ*: an origin's students
abroad in all grow by c_o + λ M_o; regress on M_o with effects of the period, which takes what moves c_o not to be
related to M_o. Host effects come from one random half of the origins and are used for the other half, so that noise of
a cell is never on both sides; the mean is taken over `SPLITS` halvings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.data.build.like_hosts import host_groups
from sim.data.build.sources import Sources

LEAST = 30  # students of a cell, harmonic mean of both years; below, growth is noise
COVERAGE = 0.25  # log growth of a host's total a year from which its coverage has changed rather than its students
OUTLIER = 1.0  # log growth of a cell beyond which it is left out
FRAGMENT = 0.05  # host-years below this share of the largest total are fragments (as in `entry`)
NOISE = 0.01  # variance of ln growth of a cell beyond that of counting
SPLITS = 20
OECD_FROM, LAST = 2013, 2017  # all origins; before, UNESCO's ten largest of each host


@dataclass(frozen=True)
class Period:
    """Students [O, D] before and after, NaN where unknown; usable [D]: hosts whose coverage has not changed."""

    before: np.ndarray
    after: np.ndarray
    usable: np.ndarray

    def cells(self) -> tuple[np.ndarray, np.ndarray]:
        """Log growth [O, D] (0 where it is not used) and its weight."""
        with np.errstate(divide="ignore", invalid="ignore"):
            growth = np.log(self.after / self.before)
            number = 2.0 / (1.0 / self.before + 1.0 / self.after)
        used = self.usable & (number >= LEAST) & (np.abs(growth) < OUTLIER)  # NaN compares false
        return np.where(used, growth, 0.0), np.where(used, number / (1.0 + NOISE * np.nan_to_num(number)), 0.0)


@dataclass(frozen=True)
class Estimate:
    """A lambda, or a ratio of two, with its 90 % sampling interval (bootstrap over origins)."""

    value: float
    low: float
    high: float


def effects(values: np.ndarray, weight: np.ndarray, rounds: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Weighted effects of rows and columns by alternating means; 0 where a row or column has no weight."""
    row, column = np.zeros(values.shape[0]), np.zeros(values.shape[1])
    by_row, by_column = np.maximum(weight.sum(axis=1), 1e-300), np.maximum(weight.sum(axis=0), 1e-300)
    for _ in range(rounds):
        row = (weight * (values - column)).sum(axis=1) / by_row
        column = (weight * (values - row[:, None])).sum(axis=0) / by_column
    return row, column


def without_effects(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Values less the effects of rows and columns."""
    row, column = effects(values, weight)
    return values - row[:, None] - column


def inclusive(share: np.ndarray, x: np.ndarray, member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """L_og [O, groups], 0 for a group without a share, and shares of groups [O, groups] (not normalised)."""
    of_group = share @ member
    raised = (share * np.exp(x)) @ member
    return np.log(np.divide(raised, of_group, out=np.ones_like(raised), where=of_group > 0.0)), of_group


Parts = tuple[np.ndarray, np.ndarray]  # numerator and denominator of a slope, by origin [O]


def within_groups(period: Period, share: np.ndarray, member: np.ndarray, half: np.ndarray) -> Parts:
    """Parts of the slope on L_og, from host effects of one half of the origins and growth of the other.

    Parameters
    ----------
    share : [O, D], students in all years; member : [D, groups], 1 for the group of a host; half : [O] bool.
    """
    growth, weight = period.cells()
    x = effects(growth[half], weight[half])[1]
    known = weight[half].sum(axis=0) > 0.0
    level = inclusive(share * known, x, member)[0] @ member.T  # [O, D]
    weight = weight * known * ~half[:, None]
    left, right = without_effects(level, weight), without_effects(growth, weight)
    return (weight * left * right).sum(axis=1), (weight * left**2).sum(axis=1)


def between_groups(period: Period, share: np.ndarray, member: np.ndarray, half: np.ndarray, ratio: float) -> Parts:
    """Parts of the slope of an origin's growth abroad on M_o; `ratio` : rho. Otherwise as `within_groups`.

    Host effects hold ``(ρ − 1) L_g`` of their group, at the mean of origins, which is taken out again.
    """
    growth, weight = period.cells()
    x = effects(growth[half], weight[half])[1]
    known = weight[half].sum(axis=0) > 0.0
    level, of_group = inclusive(share * known, x, member)
    mean = (of_group * level).sum(axis=0) / np.maximum(of_group.sum(axis=0), 1e-300)
    within = of_group / np.maximum(of_group.sum(axis=1, keepdims=True), 1e-300)
    reach = (within * (ratio * level + (1.0 - ratio) * mean)).sum(axis=1)
    seen = share * (weight > 0.0) * known
    before, after = seen.sum(axis=1), (seen * np.exp(growth)).sum(axis=1)
    enough = ~half & (before > 0.6 * share.sum(axis=1)) & (before >= 10 * LEAST)
    heavy = np.where(enough, before / (1.0 + NOISE * before), 0.0)
    grown = np.log(np.divide(after, before, out=np.ones_like(after), where=enough))
    total = max(heavy.sum(), 1e-300)
    reach, grown = reach - heavy @ reach / total, grown - heavy @ grown / total
    return heavy * reach * grown, heavy * reach**2


def slope(parts: Sequence[Parts], at: float, seed: int = 0, draws: int = 2000) -> Estimate:
    """`at` plus a slope from the sum of its parts, with a bootstrap over origins."""
    numerator, denominator = (np.sum(part, axis=0) for part in zip(*parts))
    times = np.random.default_rng(seed).multinomial(len(numerator), np.full(len(numerator), 1 / len(numerator)), draws)
    drawn = (times @ numerator) / np.maximum(times @ denominator, 1e-300)
    low, high = np.quantile(drawn, (0.05, 0.95))
    return Estimate(at + float(numerator.sum() / denominator.sum()), at + float(low), at + float(high))


def estimate_ratio(periods: Sequence[Period], share: np.ndarray, group: np.ndarray, splits: int = SPLITS) -> Estimate:
    """Rho = lambda of like hosts over lambda of groups; `group` : [D], of each host."""
    rng, member = np.random.default_rng(0), np.eye(int(group.max()) + 1)[group]
    halves = [rng.random(len(share)) < 0.5 for _ in range(splits)]
    return slope([within_groups(p, share, member, half) for half in halves for p in periods], at=1.0)


def estimate_groups(
    periods: Sequence[Period], share: np.ndarray, group: np.ndarray, ratio: float, splits: int = SPLITS
) -> Estimate:
    """Lambda of groups, given rho."""
    rng, member = np.random.default_rng(0), np.eye(int(group.max()) + 1)[group]
    halves = [rng.random(len(share)) < 0.5 for _ in range(splits)]
    return slope([between_groups(p, share, member, half, ratio) for half in halves for p in periods], at=0.0)


# --- the data -----------------------------------------------------------------------------------------------
def student_periods(sources: Sources) -> tuple[list[Period], list[Period], np.ndarray, list[str]]:
    """Periods of a year of UNESCO (1998-2013) and the OECD (2013-17), students in all years [O, D], and hosts.

    Origins are those of the OECD's table; hosts its hosts, for which alone shares are known. Nobody is abroad at home.
    """
    oecd = sources.table("students_phd/oecd_bilateral_tertiary_students_2013_2017.csv")
    uis = sources.table("students_phd/uis_top10_origins_by_destination_1998_2017.csv")
    hosts, origins = sorted(oecd.iso_dest.unique()), sorted(oecd.iso_origin.unique())
    home = np.array(origins)[:, None] == np.array(hosts)[None, :]

    def years(frame: pd.DataFrame, value: str, totals: pd.DataFrame, first: int, last: int) -> list[Period]:
        table = {year: square(frame[frame.year == year], value, origins, hosts) for year in range(first, last + 1)}
        usable = np.abs(np.diff(np.log(totals.loc[first:last].to_numpy()), axis=0)) < COVERAGE  # NaN compares false
        tables = [np.where(home, np.nan, table[year]) for year in range(first, last + 1)]
        return [Period(*both, known) for both, known in zip(pairwise(tables), usable)]

    late = by_host(oecd, "students", hosts)
    early = by_host(uis, "value_lumped", hosts)
    early = early.where(early >= FRAGMENT * early.max())
    oecd_periods = years(oecd, "students", late, OECD_FROM, LAST)
    uis_periods = years(uis[uis.iso_origin.isin(origins)], "value_lumped", early, 1998, OECD_FROM)
    every = [square(oecd[oecd.year == year], "students", origins, hosts) for year in range(OECD_FROM, LAST + 1)]
    share = np.nansum(every, axis=0) / np.maximum(np.isfinite(every).sum(axis=0), 1)
    return uis_periods, oecd_periods, np.where(home, 0.0, share), hosts


def by_host(frame: pd.DataFrame, value: str, hosts: list[str]) -> pd.DataFrame:
    """Students of all origins [year x host]."""
    return frame[frame.iso_dest.isin(hosts)].pivot_table(index="year", columns="iso_dest", values=value, aggfunc="sum")[
        hosts
    ]


def square(frame: pd.DataFrame, value: str, origins: list[str], hosts: list[str]) -> np.ndarray:
    """One year's students [O, D], NaN where there is no row."""
    wide = frame.pivot_table(index="iso_origin", columns="iso_dest", values=value, aggfunc="sum")
    return wide.reindex(index=origins, columns=hosts).to_numpy(float)


@cache
def estimates(sources: Sources) -> dict[str, Estimate]:
    """Ratio of lambdas from both sources, and apart; lambda of groups from the OECD, which alone has all origins."""
    early, late, share, hosts = student_periods(sources)
    group = np.unique(host_groups(sources, hosts).to_numpy(str), return_inverse=True)[1]
    found = {
        "lambda_like_ratio": estimate_ratio([*early, *late], share, group),
        "lambda_like_ratio_1998_2013": estimate_ratio(early, share, group),
        "lambda_like_ratio_2013_2017": estimate_ratio(late, share, group),
    }
    return found | {
        "lambda_groups": estimate_groups(late, share, group, found["lambda_like_ratio"].value),
    }


def dissimilarity_constants(sources: Sources) -> dict[str, float]:
    """The estimates as constants: value, and the ends of the 90 % sampling interval."""
    found: dict[str, float] = {}
    for name, one in estimates(sources).items():
        found |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
    return found
