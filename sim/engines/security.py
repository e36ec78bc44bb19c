"""Leaks by four ways of influence, and the protection that stops them (ODD 7.8).

Pure functions of arrays. Axes: w way (reward, deception, coercion, theft), f field, a acting place, b place
towards which knowledge leaks, c third place. Everything is in real projects. No base rate of leaks is known (S1):
`SecurityParams.leak_rate` is swept and results are conditional on it. How large a share protection stops is not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.axes import WAYS
from sim.core.kernels import njit
from sim.core.randomness import Stream, base_key, poissons
from sim.engines.exposure import THEFT, Exposure
from sim.params import SecurityParams


def way_weights(params: SecurityParams, expected: np.ndarray) -> np.ndarray:
    """Weights of the ways [w], so that the ways' shares of the reference place's leaks are the prior.

    ``weight_w = share_w * sum(expected) / expected_w``: the mean hazard of its exposures is the leak rate. A way by
    which it is not exposed has no weight, and its share goes to the others.

    Parameters
    ----------
    expected : [w], threat-weighted exposures of a sensitive project of the reference place, `expected_exposure`.
    """
    shares = np.array([getattr(params, f"share_{way}") for way in WAYS]) * (expected > 0.0)
    total = shares.sum()
    if total == 0.0:
        return shares
    return np.divide(shares / total * expected.sum(), expected, out=np.zeros(len(WAYS)), where=expected > 0.0)


def expected_exposure(fitted: np.ndarray, threat: np.ndarray, undisclosed: float) -> np.ndarray:
    """Threat-weighted exposures of a sensitive project [w], from fitted exposures towards every place.

    Parameters
    ----------
    fitted : [4, b], per project: members tied to b by reward, share of projects with a partner in b, partners in b,
        members tied to b by coercion (``fitted_exposure.csv``).
    threat : [b], of b to the reference place.
    undisclosed : share of ties abroad that are not disclosed; projects with partners in b are taken to have equally
        many.
    """
    reward, partnered, partners, coercion = fitted
    each = np.divide(partners, partnered, out=np.ones_like(partners), where=partnered > 0.0)
    deception = partnered * (1.0 - (1.0 - undisclosed) ** each)
    theft = np.ones_like(reward)
    return np.array([reward, deception, coercion, theft]) @ threat


class Hazard(NamedTuple):
    """Leaks of an exposed project-year.

    Attributes
    ----------
    rate : [w], by way at full threat and without protection; threat : [a, b]; protection : [w, a, b], share of leaks
        from a to b that it stops, 0-1, researcher-weighted over institutions.
    """

    rate: np.ndarray
    threat: np.ndarray
    protection: np.ndarray


class Leaks(NamedTuple):
    """Expected leaks of one year [w, f, a, b], knowledge of a that reaches b, in real project-years.

    Attributes
    ----------
    leaked : what leaks. avoided_by_protection : would leak without the protection in force.
    avoided_by_lost_work : would leak from work that rules or fear have stopped.
    """

    leaked: np.ndarray
    avoided_by_protection: np.ndarray
    avoided_by_lost_work: np.ndarray

    def by_way(self) -> np.ndarray:
        """Leaks of each place by way [w, a]."""
        return self.leaked.sum(axis=(1, 3))

    def towards(self) -> np.ndarray:
        """Leaks of each place by the place that they reach [a, b]."""
        return self.leaked.sum(axis=(0, 1))

    def protected(self) -> tuple[np.ndarray, np.ndarray]:
        """What would leak of each place without protection, and the share of it that protection stops [a] each.

        The share is the same whatever the leak rate is, and null where nothing would leak.
        """
        stopped = self.avoided_by_protection.sum(axis=(0, 1, 3))
        total = self.leaked.sum(axis=(0, 1, 3)) + stopped
        return total, np.divide(stopped, total, out=np.full(len(total), np.nan), where=total > 0.0)


def leaks(exposure: Exposure, lost: np.ndarray, sensitive: np.ndarray, hazard: Hazard, scale: float = 1.0) -> Leaks:
    """Expected leaks: exposure × rate of the way × threat × (1 − protection).

    Knowledge of a reaches b directly and by way of members in third places; those leak under their own place's
    protection (see `third_places`). Protection is towards a place: screening of partners in b stops nothing that
    leaks to c.

    Parameters
    ----------
    exposure : of all fields, towards [w, f, a, b], partnered [f, a, b].
    lost : [w, f, a, b], exposure of projects that did not take place, or lost their partners in b.
    sensitive : [f, a], all sensitive project-years of a.
    scale : real projects in one of `exposure`, `lost` and `sensitive`.
    """
    found = Leaks(*(np.zeros(exposure.towards.shape) for _ in Leaks._fields))
    hazard = hazard._replace(rate=scale * hazard.rate, protection=np.clip(hazard.protection, 0.0, 1.0))
    feared = np.flatnonzero(hazard.threat.any(axis=0))  # few: by anybody
    _sum_leaks(exposure.towards, exposure.partnered, lost, sensitive, hazard, feared, found)
    return found


@njit(cache=True, nogil=True)
def _sum_leaks(
    exposure: np.ndarray,
    partnered: np.ndarray,
    lost: np.ndarray,
    sensitive: np.ndarray,
    hazard: Hazard,
    feared: np.ndarray,
    found: Leaks,
) -> None:
    """Leaks towards places that are a threat, `feared`; arguments as in `leaks`, `found` : out."""
    leaked, by_protection, by_lost_work = found.leaked, found.avoided_by_protection, found.avoided_by_lost_work
    rate, threat, protection = hazard.rate, hazard.threat, hazard.protection
    n_ways, n_fields, n_places = leaked.shape[:3]
    share = np.empty((n_places, n_ways, n_places))
    protected = np.empty((n_ways, n_places), np.bool_)  # most places protect nothing, which is quicker
    for w in range(n_ways):
        for a in range(n_places):
            protected[w, a] = protection[w, a].max() > 0.0
    through, stopped = np.empty((n_ways, n_places)), np.empty((n_ways, n_places))
    pooled = pooled_share(exposure, sensitive, feared)
    for f in range(n_fields):
        exposed_share(exposure[:, f], sensitive[f], pooled, feared, share)
        for a in range(n_places):
            threats = np.flatnonzero(threat[a])
            if len(threats) == 0:
                continue
            third_places(a, threats, partnered[f, a], share, protection, protected, through, stopped)
            for w in range(n_ways):
                for b in threats:
                    kept, at = protection[w, a, b], rate[w] * threat[a, b]
                    leaked[w, f, a, b] = at * (exposure[w, f, a, b] * (1.0 - kept) + through[w, b])
                    by_protection[w, f, a, b] = at * (exposure[w, f, a, b] * kept + stopped[w, b])
                    by_lost_work[w, f, a, b] = at * lost[w, f, a, b] * (1.0 - kept)


@njit(cache=True, nogil=True)
def pooled_share(exposure: np.ndarray, sensitive: np.ndarray, feared: np.ndarray) -> np.ndarray:
    """Share of c's sensitive projects, over fields, that are exposed towards b by each way [c, w, b].

    With one more project, that has the share of the world: a place without any is no place without exposure.

    Parameters
    ----------
    exposure : [w, f, c, b]; sensitive : [f, c]; feared : places b that are looked at, 0 towards others.
    """
    n_ways, n_fields, n_places = exposure.shape[:3]
    pooled, world, total = np.zeros((n_places, n_ways, n_places)), np.zeros((n_ways, n_places)), 0.0
    for f in range(n_fields):
        for c in range(n_places):
            total += sensitive[f, c]
            for w in range(n_ways):
                for b in feared:
                    pooled[c, w, b] += exposure[w, f, c, b]
                    world[w, b] += exposure[w, f, c, b]
    for c in range(n_places):
        number = 1.0
        for f in range(n_fields):
            number += sensitive[f, c]
        for w in range(n_ways):
            for b in feared:
                pooled[c, w, b] = (pooled[c, w, b] + world[w, b] / max(total, 1.0)) / number
    return pooled


@njit(cache=True, nogil=True)
def exposed_share(
    exposure: np.ndarray, sensitive: np.ndarray, pooled: np.ndarray, feared: np.ndarray, share: np.ndarray
) -> None:
    """Share of c's sensitive projects of one field that are exposed towards b by each way.

    With one more project, that has the share over fields. In coarse worlds many places have no sensitive project in a
    field and year; without it, nothing would leak by way of their members (docs/decisions/one-person-in-scale.md).

    Parameters
    ----------
    exposure : [w, c, b]; sensitive : [c]; pooled : of `pooled_share`; feared : places b that are looked at.
    share : [c, w, b], out, at most 1; 0 towards c itself.
    """
    n_ways, n_places = exposure.shape[:2]
    for c in range(n_places):
        for w in range(n_ways):
            for b in feared:
                share[c, w, b] = min((exposure[w, c, b] + pooled[c, w, b]) / (sensitive[c] + 1.0), 1.0)
            share[c, w, c] = 0.0


@njit(cache=True, nogil=True)
def third_places(
    a: int,
    threats: np.ndarray,
    joint: np.ndarray,
    share: np.ndarray,
    protection: np.ndarray,
    protected: np.ndarray,
    through: np.ndarray,
    stopped: np.ndarray,
) -> None:
    """Exposure of a's sensitive projects in one field by way of members in third places, under their protection.

    By reward, deception and coercion of these members: a project is open to theft wherever its members are, and
    counted so already.

    Parameters
    ----------
    a : the acting place; threats : places b that are looked at; joint : [c], its sensitive projects with members in c.
    share : [c, w, b], of `exposed_share`; b's own share in a project (c = b) is direct exposure and 0 here.
    protection : [w, c, b]; protected : [w, c], false where c has no protection towards anybody.
    through, stopped : [w, b], out, exposure left open by c's protection, and exposure that it stops.
    """
    through[:] = 0.0
    stopped[:] = 0.0
    for c in range(joint.shape[0]):
        if c == a or joint[c] == 0.0:
            continue
        for w in range(THEFT):
            if not protected[w, c]:
                for b in threats:
                    through[w, b] += joint[c] * share[c, w, b]
            else:
                for b in threats:
                    exposed = joint[c] * share[c, w, b]
                    kept = exposed * protection[w, c, b]
                    through[w, b] += exposed - kept
                    stopped[w, b] += kept


def incidents(expected: np.ndarray, seed: int, replicate: int, year: int) -> np.ndarray:
    """Real leaks by pair: Poisson counts keyed by the pair, shape of `expected` [a, b] (int64)."""
    key, cells = base_key(seed, replicate, Stream.LEAKS, year), 2 * np.arange(expected.size, dtype=np.uint64)
    return poissons(key, cells, np.ascontiguousarray(expected, np.float64).ravel()).reshape(expected.shape)
