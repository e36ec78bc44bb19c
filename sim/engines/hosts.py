"""Choice of a place of entry: home or abroad, a group of like hosts, a host (ODD 7.3).

Everyone chooses at the base shares first. Where policy changes the probabilities of an origin, people are turned away
from alternatives that lose and go to those that gain, so that the changed shares are exact and as few people as
possible go elsewhere (a maximal coupling of both choices; docs/decisions/entry-nest.md).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import draw, person_key
from sim.engines.choice import InstitutionShares, choose, choose_institution

ROUNDING = 1e-12  # of probabilities: smaller differences are none


class Nest(NamedTuple):
    """Which hosts are alike, and how alike alternatives are at each level.

    Attributes
    ----------
    group : [P], group of like hosts of each place.
    groups : lambda between groups, in (0.2, 1]; like : lambda between hosts of a group, at most `groups`.
    """

    group: np.ndarray
    groups: float
    like: float


class EntryChoice(NamedTuple):
    """The year's choice of a place of entry in one field (O = P origins).

    Attributes
    ----------
    odds : [O], log odds of entering abroad; host : [O, P], shares of hosts among those abroad, at base.
    odds_now, host_now : the same with what policy changes this year; changed : [O], where it changes anything.
    barred : [O, P], share of those whom a host loses who were refused or delayed there.
    talent_abroad : log odds per standard deviation of ln talent, at unchanged mean.
    talent_sigma : standard deviation of ln talent.
    """

    odds: np.ndarray
    host: np.ndarray
    odds_now: np.ndarray
    host_now: np.ndarray
    changed: np.ndarray
    barred: np.ndarray
    talent_abroad: float
    talent_sigma: float


class EntryKeys(NamedTuple):
    """The year's keys of the streams that entrants draw from."""

    home: np.uint64
    host: np.uint64
    turned: np.uint64
    then: np.uint64
    barred: np.uint64
    institution: np.uint64


class Deterred(NamedTuple):
    """Expected entrants whom hosts lose to policy, by origin and host they do not enter [O, P], real persons.

    Attributes
    ----------
    home, like, other : those who enter at home, at a host of the same group, elsewhere.
    """

    home: np.ndarray
    like: np.ndarray
    other: np.ndarray


def base_odds(home_share: np.ndarray) -> np.ndarray:
    """Log odds of entering abroad from shares that enter at home [O]."""
    share = np.clip(home_share, 1e-9, 1.0 - 1e-9)
    return np.log((1.0 - share) / share)


def entry_choice(
    home_share: np.ndarray, abroad_share: np.ndarray, change: np.ndarray, home_change: np.ndarray, nest: Nest
) -> tuple[np.ndarray, np.ndarray]:
    """Log odds of entering abroad [G, O] and shares of hosts among those abroad [G, O, P]; 0 if all are closed.

    With ``V_od = like ln(base share) + change`` the nested logit has exactly the base shares where nothing changes,
    for any lambda. A host's weight is multiplied by ``(weight of its group / base share of it)^(like/groups - 1)``,
    so that the weights of a group add up to that of the group.

    Parameters
    ----------
    home_share : [O], abroad_share : [O, P] base shares.
    change : [G, O, P], change of utility of host d for origin o (``-inf``: closed); home_change : [O].
    """
    weight = abroad_share[None] * np.exp(change / nest.like)
    member = np.eye(int(nest.group.max()) + 1)[nest.group]  # [P, groups]
    now, base = weight @ member, (abroad_share @ member)[None]
    ratio = np.divide(now, base, out=np.ones_like(now), where=(base > 0.0) & (now > 0.0))
    weight = weight * (ratio ** (nest.like / nest.groups - 1.0))[:, :, nest.group]
    total = weight.sum(axis=-1)
    with np.errstate(divide="ignore"):
        inclusive = nest.groups * np.log(total)  # 0 where nothing changes
    odds = base_odds(home_share)[None, :] + inclusive - home_change[None, :]
    return odds, weight / np.where(total > 0.0, total, 1.0)[..., None]


def probabilities(odds: np.ndarray, host: np.ndarray) -> np.ndarray:
    """Probability of each place of entry [..., O, P], home on the diagonal, at mean talent."""
    abroad = 1.0 / (1.0 + np.exp(-odds))
    p: np.ndarray = abroad[..., None] * host
    at = np.arange(odds.shape[-1])
    p[..., at, at] = 1.0 - abroad
    return p


def deterred(people: np.ndarray, before: np.ndarray, after: np.ndarray, group: np.ndarray) -> Deterred:
    """Where those go whom hosts lose: expectations at mean talent, free of the noise of few agents.

    Parameters
    ----------
    people : [G, O], entrants, real persons.
    before : [O, P], after : [G, O, P], probabilities of places of entry; group : [P], of like hosts.
    """
    fall, gain = (np.where(by > ROUNDING, by, 0.0) for by in (before - after, after - before))
    at = np.arange(len(before))
    fall[:, at, at] = 0.0
    total = gain.sum(axis=-1, keepdims=True)
    gain = np.divide(gain, total, out=np.zeros_like(gain), where=total > 0.0)
    home = gain[:, at, at]
    gain[:, at, at] = 0.0
    like = gain @ (group[:, None] == group[None, :])  # a host that loses gains nothing itself
    lost = people[:, :, None] * fall
    to_home, to_like = (lost * home[:, :, None]).sum(axis=0), (lost * like).sum(axis=0)
    return Deterred(to_home, to_like, np.maximum(lost.sum(axis=0) - to_home - to_like, 0.0))


@njit(cache=True, inline="always")
def divert(
    uid: np.uint64,
    home: np.int64,
    chosen: np.int64,
    odds: tuple[float, float],
    host: np.ndarray,
    host_now: np.ndarray,
    key_turned: np.uint64,
    key_then: np.uint64,
    gain: np.ndarray,
) -> np.int64:
    """Place of entry under changed probabilities of someone who chose a place at the old ones.

    They leave an alternative that loses with the probability that makes its share exact, for one that gains, in
    proportion to the gains.

    Parameters
    ----------
    odds : personal log odds of entering abroad, before and now; host, host_now : [P], shares of hosts abroad.
    gain : [P], scratch.
    """
    abroad, abroad_now = 1.0 / (1.0 + np.exp(-odds[0])), 1.0 / (1.0 + np.exp(-odds[1]))
    if chosen == home:
        p, p_now = 1.0 - abroad, 1.0 - abroad_now
    else:
        p, p_now = abroad * host[chosen], abroad_now * host_now[chosen]
    found = chosen
    if p_now < p and draw(key_turned, uid) * p >= p_now:
        for d in range(host.shape[0]):
            gain[d] = max(abroad_now * host_now[d] - abroad * host[d], 0.0)
        gain[home] = max(abroad - abroad_now, 0.0)
        best = choose(gain, np.uint64(person_key(key_then, uid)))
        found = np.int64(best) if best >= 0 else chosen
    return found


@njit(cache=True, nogil=True)
def choose_entry(
    rows: np.ndarray,
    people: np.ndarray,
    choice: EntryChoice,
    institutions: InstitutionShares,
    keys: EntryKeys,
    number: np.ndarray,
    waiting: np.ndarray,
) -> None:
    """Place of entry and institution of each entrant of a field.

    Parameters
    ----------
    rows : of the entrants, whose place, entry_place, institution and awaited host are written.
    number : [O, P], out, agents by origin and place of entry, added to.
    waiting : [O, P], out, agents who stay at home and wait for a host that refused or delayed them, added to.
    """
    odds, host, odds_now, host_now = choice.odds, choice.host, choice.odds_now, choice.host_now
    changed, barred, talent_abroad, sigma = choice.changed, choice.barred, choice.talent_abroad, choice.talent_sigma
    first, cumulative = institutions
    shift = 0.5 * talent_abroad * talent_abroad
    gain = np.empty(host.shape[1])
    for r in rows:
        person = people[r]
        o = np.int64(person.origin)
        z = np.log(person.talent) / sigma + 0.5 * sigma
        log_odds = odds[o] + talent_abroad * z - shift
        a = o
        if draw(keys.home, person.uid) * (1.0 + np.exp(-log_odds)) < 1.0:
            best = choose(host[o], np.uint64(person_key(keys.host, person.uid)))
            a = np.int64(best) if best >= 0 else a
        if changed[o]:
            both = (log_odds, odds_now[o] + talent_abroad * z - shift)
            b = divert(person.uid, o, a, both, host[o], host_now[o], keys.turned, keys.then, gain)
            if a != o and b == o and draw(keys.barred, person.uid) < barred[o, a]:
                person.awaits = a
                waiting[o, a] += 1
            a = b
        person.place = a
        person.entry_place = a
        person.institution = choose_institution(person.uid, a, first, cumulative, keys.institution)
        number[o, a] += 1
