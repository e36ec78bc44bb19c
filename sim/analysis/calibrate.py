"""Fit rates of places to outcomes up to the last year of data; `sim.analysis.refit` writes the fitted tables.

Each round runs from 1980 to that year once with the current tables, compares with data, and corrects: exit rates by the
mean personal factor, moves by a three-way fit of the flows on the exposure of people, output by fractional papers,
home weights by international shares, affinities of pairs by the shape of joint works of the last five years, place
quality by PPtop1 %, foreign entrants by the foreign-born shares of 2011. Nothing later and no effect of any policy is
used (ODD 8). Corrections are damped and smoothed over years, so that the noise of one run is not fitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import savgol_filter

from sim.analysis.stays import Stays
from sim.analysis.targets import international_targets, papers_targets, quality_targets, stay_targets
from sim.config.schema import Config
from sim.data.clock import FIRST_YEAR, FLOWS_FROM, PAPERS_FROM
from sim.data.fitted import Fitted
from sim.data.inputs import Inputs
from sim.data.tables import WorldData
from sim.phases.careers import mean_exit_factor
from sim.phases.mobility import mean_move_factor
from sim.phases.setting import YearContext
from sim.world import World

BORDERS = (-7.0, 18.0)  # bounds of the log of home weights
PAIRS = 1.5  # bound of the log of factors on affinity
EARLY = (0.4, 4.0)  # bounds of factors on going home early: above, all who go are the few who just came


@dataclass
class Seen:
    """What one calibration run shows, by year from 1980 to the last one of data.

    Attributes
    ----------
    exit_factor : [T, P], mean personal factor of the exit hazard.
    exposure : [T, P, P], sum of micro factors by place and destination, real persons.
    people : [T, P], people at risk of moving; papers, international, whole, top1 : [T, P], real papers.
    world_share : [T, 1], international share of the world's papers; joint : [T, P, P], joint papers, symmetric.
    foreign : [T, P], share of researchers of foreign origin.
    stays : of entrants in the United States, by origin.
    agent : real people for whom an agent stands.
    """

    exit_factor: np.ndarray
    exposure: np.ndarray
    people: np.ndarray
    papers: np.ndarray
    whole: np.ndarray
    international: np.ndarray
    top1: np.ndarray
    world_share: np.ndarray
    foreign: np.ndarray
    stays: Stays
    joint: np.ndarray
    agent: float

    @classmethod
    def empty(cls, years: int, n_places: int, agent: float) -> Seen:
        """Zero arrays."""
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(cls.__dataclass_fields__, (years, n_places))
        shapes |= dict.fromkeys(("exposure", "joint"), (years, n_places, n_places)) | {"world_share": (years, 1)}
        del shapes["agent"], shapes["stays"]
        zeros = {name: np.zeros(shape) for name, shape in shapes.items()}
        return cls(**zeros, stays=Stays.none(n_places), agent=agent)


class WatchedWorld(World):
    """World that sums the personal factors before careers and mobility act on them."""

    seen: Seen

    def on_phase(self, phase: str, ctx: YearContext) -> None:
        """Sum exit factors before careers, and move exposures before mobility."""
        t, setting = ctx.year - FIRST_YEAR, self.setting
        if phase == "careers":
            self.seen.exit_factor[t] = mean_exit_factor(setting, ctx.year, self.columns)
            self.seen.stays.see(ctx.year, setting.data, self.columns)
            return
        for block in self.columns:
            people = np.bincount(block.place[block.alive()], minlength=setting.data.n_places)
            self.seen.people[t] += people * setting.scale
        self.seen.exposure[t] = mean_move_factor(setting, ctx, self.columns) * self.seen.people[t][:, None]


def simulate(cfg: Config, data: WorldData, fitted: Fitted, replicate: int) -> Seen:
    """One run to the last year of data with the given tables."""
    world = WatchedWorld(cfg, replicate, inputs=Inputs(data, fitted))
    world.seen = Seen.empty(data.n_years, data.n_places, world.setting.scale)
    for result in world.run(until=data.end):
        t, place, total = result.year - FIRST_YEAR, result.tables["place_year"], result.tables["world_year"]
        pairs = result.tables["copub_year"]
        a, b = pairs["place_a"], pairs["place_b"]
        np.add.at(world.seen.joint[t], (np.append(a, b), np.append(b, a)), np.tile(pairs["papers_whole"], 2))
        world.seen.world_share[t] = total["papers_international"] / total["papers"]
        world.seen.papers[t] = place["papers_fractional"]
        world.seen.whole[t] = place["papers_whole"]
        world.seen.international[t] = place["papers_international"]
        world.seen.top1[t] = place["top1_fractional"]
        world.seen.foreign[t] = place["n_foreign_origin"] / np.maximum(place["n_researchers"], 1.0)
    return world.seen


def smooth(series: np.ndarray, window: int = 5) -> np.ndarray:
    """Local linear fit over years (Savitzky-Golay), so that trends keep their slope at both ends; applied twice.

    Once would turn the sign of some waves of about three years, and rounds of calibration would make these grow.
    """
    return savgol_filter(savgol_filter(series, window, 1, axis=0), window, 1, axis=0)


def fit_flows(flows: np.ndarray, exposure: np.ndarray, rounds: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three-way fit of ``flows[t, c, d] ~ a[t, c] b[t, d] s[c, d] exposure[t, c, d]`` by proportional scaling.

    The maximum of the Poisson likelihood; margins are exact at convergence. Pairs weigh recent years more
    (half-life five years), since the last years are what the projection stands on.

    Returns
    -------
    a, b : [T, P]; s : [P, P].
    """
    years, n = flows.shape[0], flows.shape[1]
    a, b, s = np.ones((years, n)), np.ones((years, n)), np.ones((n, n)) - np.eye(n)
    weight = 0.5 ** ((years - 1 - np.arange(years)) / 5.0)
    total = np.tensordot(weight, flows, 1)
    for _ in range(rounds):
        b = flows.sum(axis=1) / np.maximum(np.einsum("tc,cd,tcd->td", a, s, exposure), 1e-12)
        a = flows.sum(axis=2) / np.maximum(np.einsum("td,cd,tcd->tc", b, s, exposure), 1e-12)
        s = total / np.maximum(np.einsum("t,tc,td,tcd->cd", weight, a, b, exposure), 1e-12)
        np.fill_diagonal(s, 0.0)
    # margins last, so that they are exact and the pair residual is what gives
    for _ in range(rounds):
        b = flows.sum(axis=1) / np.maximum(np.einsum("tc,cd,tcd->td", a, s, exposure), 1e-12)
        a = flows.sum(axis=2) / np.maximum(np.einsum("td,cd,tcd->tc", b, s, exposure), 1e-12)
    return a, b, s


def next_tables(data: WorldData, fitted: Fitted, seen: Seen, damping: float) -> Fitted:
    """Tables corrected by what a run showed."""
    first = FLOWS_FROM - FIRST_YEAR
    out_share = data.flows.sum(axis=2) / np.maximum(seen.people[first:], 1.0)
    hazard = data.flows * (-np.log1p(-np.minimum(out_share, 0.5)) / np.maximum(out_share, 1e-12))[:, :, None]
    a, b, s = fit_flows(hazard, seen.exposure[first:])
    before = np.ones((first, 1))
    return replace(
        fitted,
        exit_norm=np.maximum(seen.exit_factor, 0.05),
        move_origin=np.concatenate([before * a[:3].mean(axis=0), a]),
        move_destination=np.concatenate([before * b[:3].mean(axis=0), b]),
        move_pair=s,
        move_rate=a[-1][:, None] * b[-1][None, :] * s * seen.exposure[-1] / np.maximum(seen.people[-1], 1.0)[:, None],
        home_early=home_early(data, fitted, seen, damping),
        affinity=affinities(data, fitted, seen),
        output=fitted.output * correction(papers_targets(data), seen.papers, damping),
        home_weight=home_weights(data, fitted, seen, damping),
        quality=qualities(data, fitted, seen, damping),
        entry_odds=entry_odds(data, fitted, seen, damping),
    )


def correction(target: np.ndarray, seen: np.ndarray, damping: float) -> np.ndarray:
    """Damped, smoothed factor target / seen [T, P], then the world's own total by year exactly."""
    ratio = np.where((target > 0) & (seen > 0), target / np.maximum(seen, 1e-9), 1.0)
    factor = np.exp(damping * smooth(np.log(np.clip(ratio, 0.2, 5.0)), 3))
    world = target.sum(axis=1) / np.maximum((seen * factor).sum(axis=1), 1e-9)
    return factor * world[:, None]


def home_weights(data: WorldData, fitted: Fitted, seen: Seen, damping: float) -> np.ndarray:
    """Home weights moved by the log odds between simulated and target international shares.

    The sources of places and of the world disagree a little: the mean over places goes some of the way to the world's,
    and most of it before 1996, when few places have data.
    """

    def gap(share: np.ndarray, target: np.ndarray) -> np.ndarray:
        share, target = np.clip(share, 0.005, 0.98), np.clip(target, 0.005, 0.98)
        return np.log(share / (1 - share)) - np.log(target / (1 - target))

    step = gap(seen.international / np.maximum(seen.whole, 1e-9), international_targets(data))
    weight = seen.whole / np.maximum(seen.whole.sum(axis=1, keepdims=True), 1e-9)
    world = gap(seen.world_share, data.intl_share_world[:, None])
    known = np.arange(data.n_years)[:, None] >= PAPERS_FROM - FIRST_YEAR
    step = step + np.where(known, 0.4, 0.8) * (world - (weight * step).sum(axis=1, keepdims=True))
    # the border between two places goes by both weights, so what all do alike has its full effect, and one's own half
    common = (weight * step).sum(axis=1, keepdims=True)
    step = common + 1.6 * (step - common)
    step = damping * smooth(np.clip(step, -1.5, 1.5))  # the steps are smoothed, not the weights: those may bend
    return np.exp(np.clip(np.log(fitted.home_weight) + step, *BORDERS))


def affinities(data: WorldData, fitted: Fitted, seen: Seen) -> np.ndarray:
    """Factors on affinity [P, P] moved towards the shape of joint works of five years, less for pairs of few works.

    Only who works with whom is fitted here. How much a place works with others is what home weights are for: the
    factors of a place have geometric mean 1, weighted by its joint works.
    """
    joint, works = seen.joint[-5:].sum(axis=0), data.works_of_five
    target = works * joint.sum() / works.sum()
    few = 2.0 * seen.agent  # joint papers of two agents, so that a pair that never met in the run counts too
    # levels of places come out before small pairs are weighted down, which would drift from the others otherwise
    gap = np.clip(without_levels(np.log((target + few) / (joint + few)), works), -1.5, 1.5)
    # a pair whose joint papers answer weakly to its factor would have it grow from round to round
    factor = np.clip(0.85 * np.log(fitted.affinity) + 0.7 * works / (works + 60.0) * gap, -PAIRS, PAIRS)
    return np.exp(without_levels(factor, works))


def without_levels(logs: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Symmetric [P, P] less effects of both places, so that every place has weighted mean 0; diagonal 0.

    The effects solve ``sum_b weight_ab (logs_ab - r_a - r_b) = 0``.
    """
    logs = logs * (1.0 - np.eye(len(logs)))
    level = np.linalg.solve(np.diag(weight.sum(axis=1)) + weight, (weight * logs).sum(axis=1))
    out: np.ndarray = (logs - (level[:, None] + level[None, :])) * (1.0 - np.eye(len(logs)))
    return out


def qualities(data: WorldData, fitted: Fitted, seen: Seen, damping: float) -> np.ndarray:
    """Place quality moved towards the share of papers in the world's top 1 % (fractional)."""
    share = seen.top1 / np.maximum(seen.papers, 1e-9)
    target = quality_targets(data)
    gap = np.log((target + 3e-4) / (share + 3e-4))
    # d ln P(top 1 %) / d mu = phi / (0.01 sigma) = 2.67 / sigma at the threshold
    step = damping * np.sqrt(1.2) / 2.67 * smooth(np.clip(gap, -1.5, 1.5))
    quality = np.clip(fitted.quality + step, -3.0, 3.0)
    weight = seen.papers / np.maximum(seen.papers.sum(axis=1, keepdims=True), 1e-9)
    return quality - (quality * weight).sum(axis=1, keepdims=True)


def entry_odds(data: WorldData, fitted: Fitted, seen: Seen, damping: float) -> np.ndarray:
    """Odds of foreign entrants moved towards the foreign-born shares of 2011 where they are known (M14)."""
    factor = np.ones(data.n_places)
    around = slice(min(2010, data.end) - FIRST_YEAR, 2013 - FIRST_YEAR)
    for iso3, target in data.globsci.items():
        if iso3 in data.iso3:
            share = float(seen.foreign[around, data.iso3.index(iso3)].mean())
            factor[data.iso3.index(iso3)] = (target / (1 - target) * (1 - share) / max(share, 1e-3)) ** damping
    return np.clip(fitted.entry_odds * factor, 0.05, 10.0)


def home_early(data: WorldData, fitted: Fitted, seen: Seen, damping: float) -> np.ndarray:
    """Factors on going home after study abroad moved towards stays by origin (`stay_targets`), less for few people.

    Stays fall by who goes home and who goes on elsewhere; only going home answers to the factor.
    """
    stays, number = seen.stays, np.maximum(seen.stays.number, 1.0)
    gone = np.maximum(stays.at_home + stays.elsewhere, 0.5)
    hazard = -np.log(np.clip(stays.there / number, 0.02, 0.99))
    home = np.maximum(hazard * stays.at_home / gone, 0.01)
    wanted = np.maximum(-np.log(stay_targets(data)) - hazard * stays.elsewhere / gone, 0.02)
    weight = number / (number + 30.0)  # of a factor that rests on so many agents; the others stay by their income
    step = damping * weight * np.clip(np.log(wanted / home), -1.0, 1.0)
    return np.clip(fitted.home_early * np.exp(step), *EARLY)


def rounds(cfg: Config, data: WorldData, n_rounds: int) -> Iterator[tuple[Fitted, Seen]]:
    """Calibrate from flat values, yielding the tables after each round and what the run before showed."""
    fitted = Fitted.start(data)
    for k in range(n_rounds):
        seen = simulate(cfg, data, fitted, replicate=1000 + k)  # replicates no user meets
        fitted = next_tables(data, fitted, seen, damping=0.9 if k < n_rounds // 2 else 0.6)
        yield fitted, seen


def on_bounds(fitted: Fitted) -> dict[str, int]:
    """Place-years of home weights, and pairs of places, that stand on the bounds of the fit."""
    borders, factors = np.log(fitted.home_weight), np.abs(np.log(fitted.affinity))
    return {
        "home weights": int(((borders <= BORDERS[0] + 0.01) | (borders >= BORDERS[1] - 0.01)).sum()),
        "factors on affinity": int((factors >= PAIRS - 0.01).sum() // 2),
    }
