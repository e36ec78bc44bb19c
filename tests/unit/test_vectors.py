"""Four ties at once, as vectors, are what they are by the rule in plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core.errors import TypingError

from sim.core.columns import N_TIES
from sim.core.ties import MATCHES, mark_of, tie_word
from sim.data.clock import FIRST_YEAR
from tests.four_ties import add_plainly, add_tie

LAST_OF_ALL = FIRST_YEAR + 127  # the largest year that a word can hold
MEMORIES = (0, 1, 4, 16, 64)  # 64: a year of distance weighs a whole standard deviation of the match


def word(row: int, tag: int, match: int, year: int, memory: int) -> np.uint64:
    return np.uint64(tie_word(row, mark_of(match, np.uint32(tag)), year, memory))


def both(ties: np.ndarray, row: int, tie: np.uint64, memory: int) -> np.ndarray:
    """Ties after one is added, which are the same either way."""
    plain = ties.copy()
    add_tie(ties, row, tie, memory)
    add_plainly(plain, row, tie, memory)
    np.testing.assert_array_equal(ties, plain)
    return ties[row]


@pytest.mark.parametrize("memory", MEMORIES)
def test_ties_of_many_years_are_those_of_the_rule(memory: int) -> None:
    """Few people, tags and matches, so that the same ones meet again, words are equal and values are even."""
    rng = np.random.default_rng(memory)
    matches = np.array([MATCHES[0], -1, 0, 1, MATCHES[-1]])
    rows, tags = np.array([0, 1, 2, 2**25 - 1]), np.array([0, 1, 2**18 - 1])
    ties = np.zeros((5, N_TIES), np.uint64)
    met = 0
    for year in np.sort(rng.integers(FIRST_YEAR, LAST_OF_ALL + 1, 2000)).tolist():
        tie = word(int(rng.choice(rows)), int(rng.choice(tags)), int(rng.choice(matches)), year, memory)
        i = int(rng.integers(0, 5))
        before = ties[i].copy()
        met += len(set(before.tolist()) ^ set(both(ties, i, tie, memory).tolist())) > 0
    assert met > 20


def test_extreme_words() -> None:
    last = word(2**25 - 1, 2**18 - 1, int(MATCHES[-1]), LAST_OF_ALL, 64)
    least = word(0, 0, int(MATCHES[0]), FIRST_YEAR, 0)
    nobody = np.zeros((1, N_TIES), np.uint64)
    assert both(nobody.copy(), 0, least, 0).tolist() == [least, 0, 0, 0]
    assert both(nobody.copy(), 0, last, 64).tolist() == [last, 0, 0, 0]
    full = np.array([[word(2**25 - 1, tag, int(MATCHES[-1]), LAST_OF_ALL, 64) for tag in (9, 8, 7, 6)]])
    for old in full[0].copy():
        assert both(full, 0, old, 64).tolist() == full[0].tolist(), "what is there already changes nothing"
    assert both(full, 0, word(5, 3, int(MATCHES[0]), LAST_OF_ALL, 64), 64)[-1] == full[0, 3], "there is no room"
    assert both(full, 0, last, 64).tolist()[0] == last


def test_ties_lie_one_after_the_other() -> None:
    apart = np.zeros((3, 2 * N_TIES), np.uint64)[:, ::2]
    with pytest.raises(TypingError, match="four words a row"):
        add_tie(apart, 0, np.uint64(1), 16)
