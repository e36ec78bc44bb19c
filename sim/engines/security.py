"""Security: who is a threat to whom, leaks by four ways, investigations, and the fear they spread.

Pure functions of arrays. Axes: w way (reward, deception, coercion, theft), f field, a acting place, b place
towards which knowledge leaks, o origin, c third place. Everything is in real projects, persons and cases.
No base rate of leaks is known (S1): `SecurityParams.leak_rate` is swept and results are conditional on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.axes import WAYS
from sim.core.kernels import njit
from sim.core.randomness import Stream, base_key, poissons
from sim.params import SecurityParams

REWARD, DECEPTION, COERCION, THEFT = range(len(WAYS))  # in the order of WAYS


def way_shares(params: SecurityParams) -> np.ndarray:
    """Shares of the leak rate by way [w]; sum 1."""
    shares = np.array([getattr(params, f"share_{way}") for way in WAYS])
    return shares / shares.sum()


class Leaks(NamedTuple):
    """Expected leaks of one year, in real project-years.

    Attributes
    ----------
    leaked : [w, f, a], knowledge of a that reaches places that are a threat to it by way w.
    towards : [a, b], the same by place b that it reaches.
    prevented : [w, a], would have leaked without the protection in force.
    avoided : [w, a], would have leaked from activity that rules or fear have stopped.
    """

    leaked: np.ndarray
    towards: np.ndarray
    prevented: np.ndarray
    avoided: np.ndarray

    def by_way(self) -> np.ndarray:
        """Leaks of each place by way [w, a]."""
        return self.leaked.sum(axis=1)


def leaks(
    exposure: np.ndarray,
    exposure_lost: np.ndarray,
    sensitive: np.ndarray,
    threat: np.ndarray,
    protection: np.ndarray,
    params: SecurityParams,
    scale: float = 1.0,
) -> Leaks:
    """Expected leaks: exposure × leak rate × share of the way × threat × (1 − protection).

    Knowledge of a reaches b directly and by way of members in third places; those leak under their own place's
    protection (see `third_places`). Protection is towards a place: screening of partners in b stops nothing that
    leaks to c.

    Parameters
    ----------
    exposure : [w, f, a, b], sensitive project-years of a with a member, partner or host tied to b.
    exposure_lost : [w, f, a, b], the same for activity that did not take place.
    sensitive : [f, a], all sensitive project-years of a.
    threat : [a, b].
    protection : [w, a, b], share of leaks from a to b prevented, 0-1, researcher-weighted over institutions.
    scale : real projects in one of `exposure`, `exposure_lost` and `sensitive`.
    """
    n_ways, n_fields, n_places = exposure.shape[:3]
    found = Leaks(
        leaked=np.zeros((n_ways, n_fields, n_places)),
        towards=np.zeros((n_places, n_places)),
        prevented=np.zeros((n_ways, n_places)),
        avoided=np.zeros((n_ways, n_places)),
    )
    rate = scale * params.leak_rate * way_shares(params)
    _sum_leaks(exposure, exposure_lost, sensitive, threat, np.clip(protection, 0.0, 1.0), rate, found)
    return found


@njit(cache=True, nogil=True)
def _sum_leaks(
    exposure: np.ndarray,
    lost: np.ndarray,
    sensitive: np.ndarray,
    threat: np.ndarray,
    protection: np.ndarray,
    rate: np.ndarray,
    found: Leaks,
) -> None:
    """Leaks summed over the axes that nobody reads; the large arrays [w, f, a, b] are never built.

    Parameters
    ----------
    exposure, lost, sensitive, threat, protection : as in `leaks`.
    rate : [w], leaks of an exposed project-year by each way at full threat; found : out.
    """
    leaked, towards, prevented, avoided = found.leaked, found.towards, found.prevented, found.avoided
    n_ways, n_fields, n_places = leaked.shape
    share = np.empty((n_places, n_ways, n_places))
    protected = np.empty((n_ways, n_places), np.bool_)  # most places protect nothing, which is quicker
    for w in range(n_ways):
        for a in range(n_places):
            protected[w, a] = protection[w, a].max() > 0.0
    through, stopped = np.empty((n_ways, n_places)), np.empty((n_ways, n_places))
    pooled = pooled_share(exposure, sensitive)
    for f in range(n_fields):
        exposed_share(exposure[:, f], sensitive[f], pooled, share)
        for a in range(n_places):
            third_places(a, exposure[DECEPTION, f, a], share, protection, protected, through, stopped)
            for w in range(n_ways):
                for b in range(n_places):
                    if threat[a, b] == 0.0:
                        continue
                    kept = protection[w, a, b]
                    hazard = rate[w] * threat[a, b]
                    leak = hazard * (exposure[w, f, a, b] * (1.0 - kept) + through[w, b])
                    leaked[w, f, a] += leak
                    towards[a, b] += leak
                    prevented[w, a] += hazard * (exposure[w, f, a, b] * kept + stopped[w, b])
                    avoided[w, a] += hazard * lost[w, f, a, b] * (1.0 - kept)


@njit(cache=True, nogil=True)
def pooled_share(exposure: np.ndarray, sensitive: np.ndarray) -> np.ndarray:
    """Share of c's sensitive projects, over fields, that are exposed towards b by each way [c, w, b].

    With one more project, that has the share of the world: a place without any is no place without exposure.

    Parameters
    ----------
    exposure : [w, f, c, b]; sensitive : [f, c].
    """
    n_ways, n_fields, n_places = exposure.shape[:3]
    pooled, world, total = np.zeros((n_places, n_ways, n_places)), np.zeros((n_ways, n_places)), 0.0
    for f in range(n_fields):
        for c in range(n_places):
            total += sensitive[f, c]
            for w in range(n_ways):
                for b in range(n_places):
                    pooled[c, w, b] += exposure[w, f, c, b]
                    world[w, b] += exposure[w, f, c, b]
    for c in range(n_places):
        number = 1.0
        for f in range(n_fields):
            number += sensitive[f, c]
        for w in range(n_ways):
            for b in range(n_places):
                pooled[c, w, b] = (pooled[c, w, b] + world[w, b] / max(total, 1.0)) / number
    return pooled


@njit(cache=True, nogil=True)
def exposed_share(exposure: np.ndarray, sensitive: np.ndarray, pooled: np.ndarray, share: np.ndarray) -> None:
    """Share of c's sensitive projects of one field that are exposed towards b by each way.

    With one more project, that has the share over fields. In coarse worlds many places have no sensitive project in a
    field and year; without it, nothing would leak by way of their members (docs/decisions/one-person-in-scale.md).

    Parameters
    ----------
    exposure : [w, c, b]; sensitive : [c]; pooled : of `pooled_share`.
    share : [c, w, b], out, at most 1; 0 towards c itself.
    """
    n_ways, n_places = exposure.shape[:2]
    for c in range(n_places):
        for w in range(n_ways):
            for b in range(n_places):
                share[c, w, b] = min((exposure[w, c, b] + pooled[c, w, b]) / (sensitive[c] + 1.0), 1.0)
            share[c, w, c] = 0.0


@njit(cache=True, nogil=True)
def third_places(
    a: int,
    joint: np.ndarray,
    share: np.ndarray,
    protection: np.ndarray,
    protected: np.ndarray,
    through: np.ndarray,
    stopped: np.ndarray,
) -> None:
    """Exposure of a's sensitive projects in one field by way of members in third places, under their protection.

    Parameters
    ----------
    a : the acting place; joint : [c], its sensitive projects with members in c.
    share : [c, w, b], of `exposed_share`; b's own share in a project (c = b) is direct exposure and 0 here.
    protection : [w, c, b]; protected : [w, c], false where c has no protection towards anybody.
    through, stopped : [w, b], out, exposure left open by c's protection, and exposure that it stops.
    """
    through[:] = 0.0
    stopped[:] = 0.0
    for c in range(joint.shape[0]):
        if c == a or joint[c] == 0.0:
            continue
        for w in range(through.shape[0]):
            if not protected[w, c]:
                for b in range(joint.shape[0]):
                    through[w, b] += joint[c] * share[c, w, b]
            else:
                for b in range(joint.shape[0]):
                    exposed = joint[c] * share[c, w, b]
                    kept = exposed * protection[w, c, b]
                    through[w, b] += exposed - kept
                    stopped[w, b] += kept


def incidents(expected: np.ndarray, seed: int, replicate: int, year: int) -> np.ndarray:
    """Real leaks by pair: Poisson counts keyed by the pair, shape of `expected` [a, b] (int64)."""
    return _draw(expected, base_key(seed, replicate, Stream.LEAKS, year), 0)


@dataclass(frozen=True)
class Cases:
    """Investigations opened in one year, real counts.

    Attributes
    ----------
    by_risk : [a, o], aimed at exposed people whatever their origin o.
    by_profile : [a, o], fallen on people of origin o for their origin; these are the false cases.
    """

    by_risk: np.ndarray
    by_profile: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """All cases [a, o]."""
        return self.by_risk + self.by_profile


def cases(
    case_rate: np.ndarray,
    precision: np.ndarray,
    tied: np.ndarray,
    exposed: np.ndarray,
    seed: int,
    replicate: int,
    year: int,
) -> Cases:
    """Draw the year's cases: a share `precision` follows risk, the rest the profile of the policy.

    How many are opened goes by who has ties to the state in question, of whatever origin: that is the population
    of P16. On whom they fall goes by risk or by origin.

    Parameters
    ----------
    case_rate : [a, o], investigations on account of state o per researcher-year tied to it (`Channels.case_rate`).
    precision : [a, o], share aimed by risk.
    tied : [a, o], real researchers in a with a tie or second affiliation in o.
    exposed : [a, o], real researchers of origin o in a with a tie or second affiliation in a place that is a threat.
    """
    expected = case_rate * tied
    total = exposed.sum(axis=1, keepdims=True)
    by_risk = np.divide(exposed, total, out=np.zeros(expected.shape), where=total > 0)
    by_risk = by_risk * (expected * precision).sum(axis=1)[:, None]
    by_profile = expected * (1.0 - precision)
    key = base_key(seed, replicate, Stream.CASES, year)
    return Cases(_draw(by_risk, key, 0), _draw(by_profile, key, 1))


def _draw(expected: np.ndarray, key: np.uint64, kind: int) -> np.ndarray:
    cells = np.arange(expected.size, dtype=np.uint64) * np.uint64(2) + np.uint64(kind)
    means = np.ascontiguousarray(expected, dtype=np.float64).ravel()
    return poissons(key, cells, means).reshape(expected.shape)


def update_fear(
    h: np.ndarray, found: Cases, tied: np.ndarray, exposed: np.ndarray, params: SecurityParams
) -> np.ndarray:
    """Fear level of the next year, h[a, o] >= 0.

    ``h ← (1−δ) [(1−s) h + s · mean h of the others in the place] + χ · profile cases per tied researcher``, the
    others weighted by their exposed people: one hears from those who work on the same ties. Risk-aimed cases
    frighten nobody who has done nothing; that is what precision buys. Decay and spill-over are unknown and swept;
    spilling over moves fear and makes none, so that without cases it dies out over the whole sweep.

    Parameters
    ----------
    h : [a, o], level at the start of the year.
    found : the year's cases (real counts; a rate per head does not depend on the scale of the run).
    tied : [a, o], real researchers in a, of whatever origin, with ties to o: those whom χ counts by (P16).
    exposed : [a, o], real researchers of origin o in a with ties to a threat.
    """
    rate = found.by_profile / np.maximum(tied, 1.0)
    weighted, total = h * exposed, exposed.sum(axis=1, keepdims=True)
    others = total - exposed
    spill = np.divide(weighted.sum(axis=1, keepdims=True) - weighted, others, out=np.zeros(h.shape), where=others > 0)
    has_others = others > 0
    shared = np.where(has_others, (1.0 - params.fear_spill) * h + params.fear_spill * np.maximum(spill, 0.0), h)
    level = (1.0 - params.fear_decay) * shared + params.chi * rate
    return np.minimum(level, params.fear_max)


def fear_share(h: np.ndarray, nearness: np.ndarray | float = 1.0) -> np.ndarray:
    """Share of the full chill, ``f = 1 − exp(−h · nearness)``, 0-1; also the share of people who are fearful."""
    return -np.expm1(-np.maximum(h, 0.0) * nearness)
