"""A second try to enter a host: who may, how many go, and that nobody waits longer than a year."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.axes import NONE
from sim.core.columns import Block
from sim.core.randomness import Stream
from sim.engines.mobility import Movers
from sim.engines.retry import try_again
from tests.small import ALPHA, YEAR, key, people, tie_to

KEY = key(Stream.ENTRY_RETRY)
HOST, REFUSED = 3, 0.1


def waiting(n: int = 20_000) -> Block:
    """People of last year at home, who all wait for a host."""
    block = people(n, 3, ties=False)
    block.entry_year[:n] = YEAR - 1
    block.place[:n] = block.origin[:n]
    block.awaits[:n] = HOST
    return block


def go(block: Block, share: float = 0.5) -> Movers:
    """Those who go now."""
    refused = np.zeros((4, 4))
    refused[:, HOST] = REFUSED
    movers, rows = Movers.empty(block.n_rows), block.rows
    return movers.first(try_again(YEAR, rows.people, rows.ties, refused, share, KEY, movers))


def test_as_many_go_as_try_and_are_not_refused_again() -> None:
    movers = go(waiting())
    assert stats.binomtest(len(movers.row), 20_000, 0.5 * (1.0 - REFUSED)).pvalue > ALPHA


@pytest.mark.parametrize(("share", "lowest", "highest"), [(0.0, 0, 0), (1.0, 17_800, 18_200)])
def test_nobody_or_everybody_who_is_not_refused(share: float, lowest: int, highest: int) -> None:
    assert lowest <= len(go(waiting(), share).row) <= highest  # 18,000 with standard deviation 42


def test_a_larger_share_only_adds() -> None:
    few, many = (set(go(waiting(2000), share).row.tolist()) for share in (0.3, 0.6))
    assert few < many


def test_they_go_from_home_to_the_host_and_nobody_waits_on() -> None:
    block = waiting(500)
    movers = go(block)
    np.testing.assert_array_equal(movers.place_from, block.origin[movers.row])
    np.testing.assert_array_equal(movers.origin, movers.place_from)
    assert (movers.place_to == HOST).all() and not movers.with_tie.any()
    assert (block.awaits[:500] == NONE).all(), "whoever did not go has given up"


def test_this_years_entrants_wait_until_next_year_and_who_went_elsewhere_does_not_come() -> None:
    block = waiting(400)
    block.entry_year[:100] = YEAR
    block.place[100:200] = 9
    movers = go(block, 1.0)
    assert movers.row.min() >= 200
    assert (block.awaits[:100] == HOST).all() and (block.awaits[100:400] == NONE).all()


def test_a_co_author_at_the_host_is_noted() -> None:
    block = waiting(300)
    block.place[0], block.awaits[0] = HOST, NONE
    block.ties[1, 0] = tie_to(block, 0)
    movers = go(block, 1.0)
    assert movers.with_tie[movers.row == 1].tolist() in ([1], [])
    assert movers.with_tie.sum() == np.count_nonzero(movers.row == 1)
