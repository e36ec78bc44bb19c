"""Families of keyed words as the model consumes them, for its own generator and for broken ones.

A `Generator` folds parts into a key and finishes the word that is used; a family calls nothing else, so that the same
battery can run on a generator that must fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.randomness import Stream, fold, mix
from sim.engines.entry import make_uids

Fold = Callable[[np.ndarray, np.ndarray], np.ndarray]
PI = np.uint64(0x243F6A8885A308D3)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
ODD, M1 = np.uint64(0xD1342543DE82EF95), np.uint64(0xBF58476D1CE4E5B9)
ALTERNATIVES = 52


def words(values: object) -> np.ndarray:
    """Array of 64-bit words."""
    return np.atleast_1d(np.asarray(values)).astype(np.uint64)


@dataclass(frozen=True)
class Generator:
    """How a part is folded into a key, and what is done to the word before it is used."""

    fold: Fold
    finish: Callable[[np.ndarray], np.ndarray] = lambda x: x

    def chain(self, *parts: object) -> np.ndarray:
        """Finished word of a key made of parts; scalars or arrays of one shape."""
        key = np.full(np.broadcast_shapes(*(words(p).shape for p in parts)), PI)
        for part in parts:
            key = self.fold(key, np.broadcast_to(words(part), key.shape).copy())
        return self.finish(key)


def real_uids(n: int, origins: int = 5, years: int = 10) -> np.ndarray:
    """Uids as the model makes them: origins side by side, years one after the other, then the next ordinal."""
    i = np.arange(n)
    return make_uids(i % origins, 1990 + i // origins % years, i // (origins * years) % 3, i // (origins * years * 3))


# --- families -----------------------------------------------------------------------------------------------
def uids(g: Generator, n: int) -> np.ndarray:
    """People of five origins, ten years and three fields under one key."""
    return g.chain(0, 0, Stream.EXIT, 1990, real_uids(n))


def ordinals(g: Generator, n: int) -> np.ndarray:
    """Neighbours of one cohort: only the low 32 bits of the uid vary."""
    i = np.arange(n)
    return g.chain(0, 0, Stream.EXIT, 1990, make_uids(0 * i, 1990 + 0 * i, 1, i))


def cohorts(g: Generator, n: int) -> np.ndarray:
    """First person of every origin (200), year (up to 200) and field: only the upper bits of the uid vary."""
    i = np.arange(n)
    head = make_uids(i // 600, 1900 + i // 3 % 200, 0, 0 * i)
    return g.chain(0, 0, Stream.EXIT, 1990, head | words(i % 3) << np.uint64(32))


def years(g: Generator, n: int) -> np.ndarray:
    """Twenty people, the years of each one after the other."""
    i, span = np.arange(n), -(-n // 20)
    return g.chain(0, 0, Stream.EXIT, i % span, real_uids(20)[i // span])


def streams(g: Generator, n: int) -> np.ndarray:
    """All streams of a person, year by year."""
    i, known = np.arange(n), np.array(list(Stream), dtype=np.int64)
    return g.chain(0, 0, known[i % len(known)], i // len(known), real_uids(1)[0])


def seeds(g: Generator, n: int) -> np.ndarray:
    """One person in one year under seed after seed."""
    return g.chain(np.arange(n), 0, Stream.EXIT, 1990, real_uids(1)[0])


def worlds(g: Generator, n: int) -> np.ndarray:
    """Fifty people in each of 40 replicates of seed after seed."""
    i = np.arange(n)
    return g.chain(i // 2000, i // 50 % 40, Stream.EXIT, 1990, real_uids(50)[i % 50])


def alternatives(g: Generator, n: int) -> np.ndarray:
    """Alternatives 0 .. 51 of person after person, as a destination is chosen."""
    i = np.arange(n)
    return g.chain(0, 0, Stream.DESTINATION, 1990, real_uids(n)[i // ALTERNATIVES], i % ALTERNATIVES)


def one_person(g: Generator, n: int) -> np.ndarray:
    """Ever more alternatives of one person."""
    return g.chain(0, 0, Stream.DESTINATION, 1990, real_uids(1)[0], np.arange(n))


def papers(g: Generator, n: int) -> np.ndarray:
    """Lead, paper and slot folded one after the other, then eight draws, as papers are written."""
    i = np.arange(n)
    lead, paper, slot, use = i // 96, i // 32 % 3, 1 + i // 8 % 4, i % 8
    return g.chain(0, 0, Stream.PARTNER_PERSON, 1990, real_uids(n)[lead], paper, slot, use)


def interleaved(g: Generator, n: int) -> np.ndarray:
    """Each person under one key and under keys one year, stream, replicate and seed apart."""
    i = np.arange(n)
    keys = np.array([[0, 0, 2, 1990], [0, 0, 2, 1991], [0, 0, 3, 1990], [0, 1, 2, 1990], [1, 0, 2, 1990]])
    return g.chain(*keys[i % 5].T, real_uids(n)[i // 5])


FAMILIES: dict[str, Callable[[Generator, int], np.ndarray]] = {
    f.__name__: f
    for f in (uids, ordinals, cohorts, years, streams, seeds, worlds, alternatives, one_person, papers, interleaved)
}


# --- generators ---------------------------------------------------------------------------------------------
def _one_multiplication(key: np.ndarray, value: np.ndarray) -> np.ndarray:
    x = key ^ value * ODD
    x = (x ^ (x >> np.uint64(30))) * M1
    return x ^ (x >> np.uint64(31))


def _shifts(key: np.ndarray, value: np.ndarray) -> np.ndarray:
    x = key ^ value
    x = x ^ (x << np.uint64(13))
    x = x ^ (x >> np.uint64(7))
    return x ^ (x << np.uint64(17))


MODEL = Generator(fold)
BROKEN: dict[str, Generator] = {
    "keys added, mixed at the end": Generator(lambda k, v: k + v, mix),
    "multiplied parts joined by exclusive or, mixed at the end": Generator(lambda k, v: k ^ v * ODD, mix),
    "one multiplication left out": Generator(_one_multiplication),
    "congruential": Generator(lambda k, v: (k ^ v) * np.uint64(6364136223846793005) + np.uint64(1)),
    "golden ratio": Generator(lambda k, v: k + v * GOLDEN),
    "shifts without multiplication": Generator(_shifts),
    "twenty bits": Generator(fold, lambda x: x >> np.uint64(44) << np.uint64(44)),
    "lower half is the upper half": Generator(fold, lambda x: x >> np.uint64(32) | x >> np.uint64(32) << np.uint64(32)),
}
