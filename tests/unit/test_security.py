"""Leaks close, fear dies out without cases, and a crackdown frightens about as many as the surveys found."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.security import Cases, fear_share, leaks, third_places, threat_matrix, update_fear, way_shares
from sim.params import Params, SecurityParams

P, F = 3, 2
PARAMS = Params().security


def exposure(seed: int = 0) -> np.ndarray:
    """Random exposure [w, f, a, b] without a place's exposure to itself."""
    found = np.random.default_rng(seed).random((4, F, P, P)) * 100
    found[:, :, np.arange(P), np.arange(P)] = 0.0
    return found


THREAT = np.array([[0.0, 1.0, 0.2], [1.0, 0.0, 0.0], [0.3, 0.0, 0.0]])


def test_leaked_and_prevented_add_up_to_the_bare_risk() -> None:
    protection = np.random.default_rng(1).random((4, P))
    found = leaks(exposure(), exposure(2), THREAT, protection, PARAMS)
    risk = exposure() * PARAMS.leak_rate * way_shares(PARAMS)[:, None, None, None] * THREAT
    np.testing.assert_allclose(found.leaked + found.prevented, risk)
    np.testing.assert_allclose(found.by_way(), (risk * (1 - protection)[:, None, :, None]).sum(axis=(1, 3)))


def test_nothing_leaks_towards_places_that_are_no_threat() -> None:
    found = leaks(exposure(), exposure(), THREAT, np.zeros((4, P)), PARAMS)
    assert (found.by_pair()[THREAT == 0] == 0).all() and (found.by_pair()[THREAT > 0] > 0).all()


def test_a_third_places_protection_lowers_what_leaks_through_it() -> None:
    joint, share = exposure()[1], np.full((4, F, P, P), 0.1)
    bare, open_ = third_places(joint, share, np.full((4, P), 0.25))
    np.testing.assert_allclose(open_, 0.75 * bare)


def test_threat_needs_distance_in_both_and_spares_allies() -> None:
    democracy, votes = np.array([0.9, 0.1, 0.1]), np.array([[0, 4, 4], [4, 0, 0], [4, 0, 0.0]])
    alliance = np.zeros((3, 3))
    alliance[0, 2] = alliance[2, 0] = 1
    threat = threat_matrix(democracy, votes, alliance, PARAMS)
    assert threat[0, 1] == 1.0 and threat[0, 2] == pytest.approx(PARAMS.threat_ally) and threat[1, 2] == 0.0


@pytest.mark.parametrize("spill", [0.0, 0.06, 0.2])
@pytest.mark.parametrize("decay", [0.02, 0.2, 0.8])
def test_fear_dies_out_without_cases_over_the_whole_sweep(decay: float, spill: float) -> None:
    params, nobody = SecurityParams(fear_decay=decay, fear_spill=spill), np.zeros((1, 3), np.int64)
    h, exposed = np.array([[0.3, 0.0, 0.0]]), np.array([[1000.0, 5000.0, 300.0]])
    largest = [h.max()]
    for _ in range(60):
        h = update_fear(h, Cases(nobody, nobody), exposed, params)
        largest.append(h.max())
    assert (np.diff(largest) <= 1e-12).all() and largest[-1] < 0.3 * np.exp(-60 * decay * 0.99) + 1e-9


def test_a_crackdown_frightens_fifty_to_ninety_for_each_investigated() -> None:
    """Target P16: 246 of 32,000 exposed in about four years, 42-72 % fearful (P8); precision 0.3."""
    exposed, h, targeted = np.array([[32_000.0]]), np.zeros((1, 1)), 0.0
    for _ in range(4):
        total = 246 / 4
        found = Cases(np.array([[round(total * 0.3)]]), np.array([[round(total * 0.7)]]))
        h = update_fear(h, found, exposed, PARAMS)
        targeted += float(found.total.sum())
    fearful = float(fear_share(h)[0, 0])
    assert 0.42 <= fearful <= 0.72
    assert 50 <= fearful * 32_000 / targeted <= 95
