"""Keyed random numbers in plain Python integers: what sim/core/randomness.py documents, written again.

``mix`` is the finaliser of SplitMix64; a key takes in one more part by ``mix(key ^ part * ODD)``; a number of a
person is made from (key of stream and year, uid[, alternative]).
"""

from __future__ import annotations

from enum import IntEnum
from math import exp, floor, log, sqrt
from statistics import NormalDist

_ALL = (1 << 64) - 1
_ODD = 0xD1342543DE82EF95
_START = 0x243F6A8885A308D3
_TO_UNIT = 2.0**-53
quantile = NormalDist().inv_cdf  # exact to the last digits; the engine's approximation has 1e-9
NORMALS = [round(64 * quantile((k + 0.5) / 4096)) for k in range(4096)]  # standard normal in whole 64ths, by 12 bits


class Stream(IntEnum):
    """Numbers of the streams that people draw from."""

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
    DUAL = 23
    REST_COUNTRY = 30
    OPENNESS = 33
    MATCH = 34
    ENTRY_TURNED = 40
    ENTRY_THEN = 41
    ENTRY_BARRED = 42
    ENTRY_RETRY = 43
    POST_LAPSE = 44


def mix(word: int) -> int:
    """64-bit finaliser of SplitMix64."""
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & _ALL
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & _ALL
    return word ^ (word >> 31)


def fold(key: int, part: int) -> int:
    """Key with one more part taken in."""
    word = key ^ (part * _ODD & _ALL)
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & _ALL
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & _ALL
    return word ^ (word >> 31)


def stream_key(seed: int, replicate: int, stream: Stream, year: int) -> int:
    """Key of a stream in a year; year 0 for what is fixed over life."""
    key = _START
    for part in (seed, replicate, int(stream), year):
        key = fold(key, part)
    return key


def draw(key: int, part: int) -> float:
    """Uniform number in (0, 1) of a key and one part: a person, or an alternative of a person's key."""
    return ((fold(key, part) >> 11) + 0.5) * _TO_UNIT


def upper(word: int) -> float:
    """Uniform number in (0, 1) from the upper half of a key that has been folded; `lower` is another one."""
    return ((word >> 32) + 0.5) * 2.0**-32


def lower(word: int) -> float:
    """Uniform number in (0, 1) from the lower half of a key that has been folded."""
    return ((word & 0xFFFFFFFF) + 0.5) * 2.0**-32


def uniform(key: int, uid: int, alternative: int) -> float:
    """Uniform number in (0, 1) of a key, a person and an alternative."""
    return draw(fold(key, uid), alternative)


def gumbel(key: int, alternative: int) -> float:
    """Standard Gumbel number of a person's key and an alternative."""
    return -log(-log(draw(key, alternative)))


def normal(key: int, uid: int, alternative: int) -> float:
    """Standard normal number of a key, a person and an alternative."""
    return quantile(uniform(key, uid, alternative))


def poisson(u: float, mean: float) -> int:
    """Poisson quantile of one uniform number; above a mean of 60 the normal approximation with its skewness."""
    if mean <= 0.0:
        return 0
    if mean >= 60.0:
        z = quantile(u)
        return max(0, floor(mean + z * sqrt(mean) + (z * z - 1.0) / 6.0 + 0.5))
    mass = below = exp(-mean)
    number = 0
    while u > below and number < 400:
        number += 1
        mass *= mean / number
        below += mass
    return number
