"""Every random number of the model: a hash of what the number is for, never of the order of calls.

A draw is keyed by (seed, replicate, stream, year, uid[, alternative]). `base_key` folds the first four
into one word once a year; kernels fold in uid and alternative. Every part is multiplied by an odd constant,
joined by exclusive or and mixed by the finaliser of SplitMix64 (Steele, Lea & Flood 2014,
doi:10.1145/2714064.2660195), never added, so that seed 1 of replicate 0 shares nothing with seed 0 of
replicate 1. docs/randomness.md has the tests.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np

from sim.core.kernels import njit

_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_ODD = np.uint64(0xD1342543DE82EF95)
_S30, _S27, _S31, _S11, _S32 = (np.uint64(n) for n in (30, 27, 31, 11, 32))
_LOW32 = np.uint64(0xFFFFFFFF)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53
_TO_HALF = 1.0 / 4294967296.0  # 2**-32
_INVERSE = 1.0 / np.maximum(np.arange(401.0), 1.0)  # to multiply is quicker than to divide
EXACT_BELOW = 60.0  # mean of a Poisson number from which its quantile is approximated
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 6.93145751953125e-1, 1.42860682030941723212e-6
_ROUND = 1.5 * 2.0**52  # added to a number, it leaves the nearest whole one in the lowest bits
_TAIL = 0.02425  # on both sides of a normal distribution, where its quantile has a form of its own
_BIAS, _EXPONENT = np.int64(1023), np.int64(52)


class Stream(IntEnum):
    """Names of the streams; a number once given is never given to another purpose."""

    TALENT = 1
    EXIT = 2
    PERMANENT = 3
    COHORT = 4
    ENTRY_HOME = 5
    ENTRY_HOST = 6
    INSTITUTION = 7
    MOVE = 8
    DESTINATION = 9
    CAP = 10
    PLACES_OFFERED = 11
    LEADS = 12
    TEAM = 13
    PARTNER_PERSON = 16
    QUALITY = 19
    PROJECT = 20
    POOL = 21
    INITIAL = 22
    DUAL = 23
    LEAKS = 24
    CASES = 25
    PANEL = 26
    GOVERNMENT = 29
    REST_COUNTRY = 30
    STOCK = 32
    OPENNESS = 33
    MATCH = 34
    ENTRY_TURNED = 40
    ENTRY_THEN = 41
    ENTRY_BARRED = 42
    ENTRY_RETRY = 43
    POST_LAPSE = 44


@njit(cache=True, inline="always")
def mix(x: np.uint64) -> np.uint64:
    """SplitMix64 finaliser: uint64 -> uint64, a bijection."""
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


@njit(cache=True, inline="always")
def fold(key: np.uint64, value: np.uint64) -> np.uint64:
    """Key with one more part mixed in; both uint64."""
    return mix(key ^ (value * _ODD))


@njit(cache=True, inline="always")
def to_unit(word: np.uint64) -> float:
    """Uniform number in (0, 1) from the upper 53 bits of a hashed word."""
    return (np.float64(word >> _S11) + 0.5) * _TO_UNIT


@njit(cache=True, inline="always")
def upper(word: np.uint64) -> float:
    """Uniform number in (0, 1) from the upper 32 bits of a hashed word; independent of `lower`."""
    return (np.float64(word >> _S32) + 0.5) * _TO_HALF


@njit(cache=True, inline="always")
def lower(word: np.uint64) -> float:
    """Uniform number in (0, 1) from the lower 32 bits of a hashed word."""
    return (np.float64(word & _LOW32) + 0.5) * _TO_HALF


@njit(cache=True, inline="always")
def draw(key: np.uint64, uid: np.uint64) -> float:
    """Uniform number in (0, 1) of (key, uid): the one number a person has in a stream and year."""
    return to_unit(fold(key, uid))


@njit(cache=True, inline="always")
def uniform(key: np.uint64, uid: np.uint64, alt: np.uint64) -> float:
    """Uniform number in (0, 1) of (key, uid, alternative), all uint64; 53 bits."""
    return to_unit(fold(fold(key, uid), alt))


@njit(cache=True, inline="always")
def person_key(key: np.uint64, uid: np.uint64) -> np.uint64:
    """Key of one person in one stream and year, from which `unit` draws many alternatives cheaply."""
    return fold(key, uid)


@njit(cache=True, inline="always")
def unit(pkey: np.uint64, alt: np.uint64) -> float:
    """Uniform number in (0, 1) of a person key and an alternative; same as `uniform`."""
    return to_unit(fold(pkey, alt))


@njit(cache=True, inline="always")
def gumbel(pkey: np.uint64, alt: np.uint64) -> float:
    """Standard Gumbel number of a person key and an alternative."""
    return -np.log(-np.log(unit(pkey, alt)))


@njit(cache=True)
def normal_quantile(u: float) -> float:
    """Inverse normal distribution (Acklam's rational approximation, relative error < 1.2e-9)."""
    if u < _TAIL:
        return _tail(np.sqrt(-2.0 * np.log(u)))
    if u > 1.0 - _TAIL:
        return -_tail(np.sqrt(-2.0 * np.log(1.0 - u)))
    return _middle(u)


@njit(cache=True, error_model="numpy")
def normal_each(u: np.ndarray, found: np.ndarray) -> None:
    """`normal_quantile` of many numbers [n], into `found`: first as if all were between the tails, which is vectors."""
    for i in range(u.shape[0]):
        found[i] = _middle(u[i])
    for i in range(u.shape[0]):
        if u[i] < _TAIL or u[i] > 1.0 - _TAIL:
            found[i] = normal_quantile(u[i])


@njit(cache=True, inline="always")
def _middle(u: float) -> float:
    q = u - 0.5
    r = q * q
    a = (
        (((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r
        - 3.066479806614716e1
    ) * r + 2.506628277459239
    b = (
        (((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r
        - 1.328068155288572e1
    ) * r + 1.0
    return a * q / b


@njit(cache=True)
def _tail(q: float) -> float:
    c = (
        (((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q
        + 4.374664141464968
    ) * q + 2.938163982698783
    d = (((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0
    return c / d


@njit(cache=True)
def normal(key: np.uint64, uid: np.uint64, alt: np.uint64) -> float:
    """Standard normal number of (key, uid, alternative), by inversion."""
    return normal_quantile(uniform(key, uid, alt))


@njit(cache=True, inline="always")
def exp_minus(x: float) -> float:
    """``exp(-x)`` for x from 0 to 700, within two units in the last place, the same on every machine.

    In plain arithmetic (the rational approximation of Cephes, Moshier 1989), so that loops over it become vectors.
    """
    shifted = _ROUND - _LOG2_E * x
    n = shifted - _ROUND
    power = np.int64(np.int64(np.float64(shifted).view(np.int64) + _BIAS) << _EXPONENT).view(np.float64)  # 2 ** n
    r = -x - n * _LN2_HIGH - n * _LN2_LOW
    rr = r * r
    p = r * ((1.26177193074810590878e-4 * rr + 3.02994407707441961300e-2) * rr + 1.0)
    q = ((3.00198505138664455042e-6 * rr + 2.52448340349684104192e-3) * rr + 2.27265548208155028766e-1) * rr + 2.0
    return (1.0 + 2.0 * p / (q - p)) * power


@njit(cache=True)
def poisson_from(u: float, mean: float) -> int:
    """Poisson quantile of one uniform number: monotone in `mean`, so that paired runs stay coupled.

    Exact inversion below `EXACT_BELOW`, the rounded normal approximation with Cornish-Fisher term above.
    """
    if mean <= 0.0:
        return 0
    if mean < EXACT_BELOW:
        # the first four probabilities at once: a loop would end at an unforeseeable step for nearly everybody
        p0 = exp_minus(mean)
        p1 = p0 * mean
        p2 = p1 * mean * 0.5
        p = p2 * mean * _INVERSE[3]
        total = p0 + p1 + p2 + p
        if u <= total:
            return (1 if u > p0 else 0) + (1 if u > p0 + p1 else 0) + (1 if u > p0 + p1 + p2 else 0)
        k = 3
        while u > total and k < 400:
            k += 1
            p *= mean * _INVERSE[k]
            total += p
        return k
    z = normal_quantile(u)
    return max(0, int(np.floor(mean + z * np.sqrt(mean) + (z * z - 1.0) / 6.0 + 0.5)))


@njit(cache=True, error_model="numpy")  # a division that may not fail, else no vectors
def poisson_each(u: np.ndarray, mean: np.ndarray, factor: float, most: int, found: np.ndarray) -> None:
    """Numbers of `poisson_from` with ``mean * factor``, at most `most`, into `found`: many at once, for small means.

    Seven probabilities, added up in its order, decide for nearly everybody, in a loop that becomes vectors.

    Parameters
    ----------
    u, mean : [n]; most : at least 7; found : integers [n], out.
    """
    for i in range(u.shape[0]):
        m = min(max(mean[i] * factor, 0.0), EXACT_BELOW)
        p = exp_minus(m)
        total, count = p, 1 if u[i] > p else 0
        p = p * m
        total += p
        count += 1 if u[i] > total else 0
        p = p * m * 0.5
        total += p
        count += 1 if u[i] > total else 0
        p = p * m * _INVERSE[3]
        total += p
        count += 1 if u[i] > total else 0
        for k in range(4, 7):
            p *= m * _INVERSE[k]
            total += p
            count += 1 if u[i] > total else 0
        found[i] = count
    for i in range(u.shape[0]):
        if found[i] == 7:
            found[i] = min(poisson_from(u[i], mean[i] * factor), most)


@lru_cache(maxsize=4096)
def base_key(seed: int, replicate: int, stream: Stream, year: int) -> np.uint64:
    """Key of one stream in one year of one replicate.

    Parameters
    ----------
    seed, replicate : non-negative integers; their pair names the random world.
    year : calendar year, or 0 for what is fixed over life (talent).
    """
    key = np.uint64(0x243F6A8885A308D3)  # first digits of pi
    for part in (seed, replicate, int(stream), year):
        key = np.uint64(fold(key, np.uint64(part)))
    return key


@njit(cache=True)
def uniforms(key: np.uint64, uids: np.ndarray, alt: np.uint64) -> np.ndarray:
    """Uniform numbers of many uids; shape of `uids`."""
    out = np.empty(uids.shape[0])
    for i in range(uids.shape[0]):
        out[i] = uniform(key, uids[i], alt)
    return out


@njit(cache=True)
def poissons(key: np.uint64, uids: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Poisson counts of many keyed cells with the given means (int64)."""
    out = np.empty(uids.shape[0], dtype=np.int64)
    for i in range(uids.shape[0]):
        out[i] = poisson_from(uniform(key, uids[i], np.uint64(0)), means[i])
    return out


def keyed_round(key: np.uint64, values: np.ndarray) -> np.ndarray:
    """Round up or down at random with the right mean; cell j of the flat array always has the same number.

    A larger value never rounds to less, so that raising a cap only adds.
    """
    flat = np.ascontiguousarray(values, dtype=np.float64).ravel()
    u = uniforms(key, np.arange(flat.size, dtype=np.uint64), np.uint64(0))
    return np.floor(flat + u).astype(np.int64).reshape(values.shape)
