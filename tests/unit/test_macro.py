"""State of the world at large: access, frontier, the first year."""

from __future__ import annotations

import numpy as np
import pytest

from sim.phases.macro import Macro, access_matrix, first_macro, frontier_reach

RNG = np.random.default_rng(1)
TOGETHER = np.array([[0.0, 30.0, 1.0], [30.0, 0.0, 5.0], [1.0, 5.0, 0.0]])
WHOLE = np.array([300.0, 90.0, 20.0])
RETURNED = np.array([[0.0, 0.1, 0.0], [0.02, 0.0, 0.0], [0.0, 0.0, 0.0]])


def test_access_is_directed_bounded_and_whole_at_home() -> None:
    access = access_matrix(TOGETHER, WHOLE, RETURNED)
    assert (np.diag(access) == 1.0).all()
    assert ((access >= 0.0) & (access <= 1.0)).all()
    assert access[1, 0] == pytest.approx(1.0 - np.exp(-8.0 * 30 / 90 - 4.0 * 0.02))
    assert access[1, 0] > access[0, 1], "30 joint papers are more to a small place"


def test_more_joint_papers_and_more_returnees_give_more_access() -> None:
    access = access_matrix(TOGETHER, WHOLE, RETURNED)
    more = TOGETHER.copy()
    more[0, 2] += 10.0
    assert access_matrix(more, WHOLE, RETURNED)[0, 2] > access[0, 2]
    back = RETURNED.copy()
    back[2, 1] = 0.3
    assert access_matrix(TOGETHER, WHOLE, back)[2, 1] > access[2, 1]


def test_an_empty_place_reaches_only_itself() -> None:
    access = access_matrix(np.zeros((2, 2)), np.zeros(2), np.zeros((2, 2)))
    np.testing.assert_array_equal(access, np.eye(2))


def test_frontier_reach_is_centred_on_the_worlds_papers() -> None:
    mass, top1 = RNG.uniform(1, 100, (6, 5)), RNG.uniform(0, 1, (6, 5))
    access = RNG.random((5, 5))
    reach = frontier_reach(access, top1, mass)
    np.testing.assert_allclose((reach * mass).sum(axis=1), 0.0, atol=1e-12)
    by_hand = [sum(top1[2, b] / top1[2].sum() * access[a, b] for b in range(5)) for a in range(5)]
    np.testing.assert_allclose(np.diff(reach[2]), np.diff(by_hand), rtol=1e-9)


def test_frontier_reach_is_nought_for_all_if_everything_is_open() -> None:
    mass, top1 = RNG.uniform(1, 100, (6, 5)), RNG.uniform(0, 1, (6, 5))
    np.testing.assert_allclose(frontier_reach(np.ones((5, 5)), top1, mass), 0.0, atol=1e-12)


def test_a_field_without_papers_is_no_error() -> None:
    assert np.isfinite(frontier_reach(np.eye(3), np.zeros((2, 3)), np.zeros((2, 3)))).all()


def test_the_first_year_has_masses_in_proportion_to_people() -> None:
    people, shares = np.array([1000.0, 250.0]), np.array([0.7, 0.3])
    macro = first_macro(2, people, np.ones((2, 2)), shares, 6.0)
    np.testing.assert_allclose(macro.mass[:, 0] / macro.mass[:, 1], 4.0)
    np.testing.assert_allclose(macro.mass[0] / macro.mass[1], 0.7 / 0.3)
    assert macro.size_share.sum() == pytest.approx(1.0)
    assert np.isinf(macro.z1).all()
    np.testing.assert_allclose(macro.readers[0] / macro.readers[1], 4.0)  # who has met nothing yet cites by size
    assert 1.0 < macro.readers.sum() < 6.0  # a paper's z K is above 1
    np.testing.assert_array_equal(macro.known, np.eye(2))
    np.testing.assert_array_equal(macro.at_origin, 1.0)


def test_arrays_round_trip() -> None:
    macro = first_macro(2, np.array([10.0, 5.0]), np.ones((2, 2)), np.array([0.5, 0.5]), 6.0)
    again = Macro(**macro.arrays())
    for name, array in macro.arrays().items():
        assert getattr(again, name) is array
