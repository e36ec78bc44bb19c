"""Leaks close, protection acts where it is aimed, and the weights of the ways make the leak rate a mean hazard."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.axes import WAYS
from sim.engines.exposure import DECEPTION, THEFT, Exposure
from sim.engines.security import Hazard, Leaks, expected_exposure, leaks, third_places, way_weights
from sim.params import Params, SecurityParams

P, F = 3, 2
PARAMS = Params().security
RATE = np.array([0.2, 0.1, 0.05, 0.4])
THREAT = np.array([[0.0, 1.0, 0.2], [1.0, 0.0, 0.0], [0.3, 0.0, 0.0]])
OFF = 1.0 - np.eye(P)


def exposure(seed: int = 0) -> np.ndarray:
    """Random exposure [w, f, a, b] without a place's exposure to itself."""
    return np.random.default_rng(seed).random((4, F, P, P)) * 100 * OFF


def found_leaks(
    protection: np.ndarray, scale: float = 1.0, size: float = 1.0, sensitive: float = 1e12, rate: np.ndarray = RATE
) -> Leaks:
    """Leaks of the random exposure, times `size`; by way of third places only where there are few `sensitive`."""
    towards, partnered = size * exposure(), size * exposure(3)[0]
    given = Exposure(towards, np.zeros((4, F, P)), partnered, partnered)
    number = np.full((F, P), size * sensitive)
    return leaks(given, size * exposure(2), number, Hazard(rate, THREAT, protection), scale)


def hazard() -> np.ndarray:
    return RATE[:, None, None, None] * THREAT


def test_what_leaks_and_what_protection_stops_add_up_to_the_bare_risk() -> None:
    protection = np.random.default_rng(1).random((4, P, P))
    found, risk, kept = found_leaks(protection), exposure() * hazard(), protection[:, None]
    np.testing.assert_allclose(found.leaked + found.avoided_by_protection, risk, rtol=1e-5)
    np.testing.assert_allclose(found.leaked, risk * (1 - kept), rtol=1e-5)
    np.testing.assert_allclose(found.by_way(), found.leaked.sum(axis=(1, 3)))
    np.testing.assert_allclose(found.towards(), found.leaked.sum(axis=(0, 1)))
    np.testing.assert_allclose(found.avoided_by_lost_work, exposure(2) * hazard() * (1 - kept))


def test_nothing_leaks_towards_places_that_are_no_threat() -> None:
    found = found_leaks(np.zeros((4, P, P))).towards()
    assert (found[THREAT == 0] == 0).all() and (found[THREAT > 0] > 0).all()


def test_the_share_protected_is_the_same_at_any_leak_rate() -> None:
    protection = np.random.default_rng(1).random((4, P, P))
    one, many = found_leaks(protection), found_leaks(protection, rate=1000.0 * RATE)
    np.testing.assert_allclose(one.protected()[1], many.protected()[1])
    np.testing.assert_allclose(found_leaks(np.full((4, P, P), 0.3)).protected()[1], 0.3, rtol=1e-5)
    nobody = found_leaks(protection, rate=0.0 * RATE)
    assert np.isnan(nobody.protected()[1]).all(), "nothing to protect"


def test_leaks_through_third_places_are_those_of_the_product_of_matrices() -> None:
    """a's projects with members in c, times the share of c's projects exposed to b, under c's protection.

    Of the share, one project is that of c over fields, and of that one that of the world. Theft needs no member.
    """
    protection, number = np.random.default_rng(1).random((4, P, P)), 150.0
    found, direct = found_leaks(protection, sensitive=number), found_leaks(protection)
    world = exposure().sum(axis=(1, 2)) / (F * P * number)  # [w, b]
    over_fields = (exposure().sum(axis=1) + world[:, None]) / (F * number + 1.0)
    share = np.minimum((exposure() + over_fields[:, None]) / (number + 1.0), 1.0) * OFF
    share[THEFT] = 0.0
    joint = exposure(3)[0] * OFF
    open_, bare = joint @ (share * (1 - protection)[:, None]), joint @ share
    assert (bare[:THEFT] > 0).any()
    through = found.leaked - direct.leaked
    np.testing.assert_allclose(through, open_ * hazard(), rtol=1e-4, atol=1e-9)
    stopped = found.avoided_by_protection - direct.avoided_by_protection
    np.testing.assert_allclose(stopped, (bare - open_) * hazard(), rtol=1e-4, atol=1e-9)


def test_leaks_are_in_real_projects_whatever_the_scale() -> None:
    """But for one agent's project in every share of third places, which matters where there are few."""
    protection = np.full((4, P, P), 0.3)
    real = found_leaks(protection, size=1000.0, sensitive=150.0)
    tens = found_leaks(protection, size=100.0, sensitive=150.0, scale=10.0)
    for name in Leaks._fields:
        np.testing.assert_allclose(getattr(tens, name), getattr(real, name), rtol=1e-3)
    assert not found_leaks(protection, size=0.0).leaked.any()


def test_a_third_places_protection_lowers_what_leaks_through_it() -> None:
    share, through, stopped = np.full((P, 4, P), 0.1), np.empty((4, P)), np.empty((4, P))
    protection = np.zeros((4, P, P))
    protection[:, :, 1] = 0.25
    third_places(
        0, np.arange(P), exposure()[DECEPTION, 0, 0], share, protection, np.ones((4, P), bool), through, stopped
    )
    assert (through[:THEFT] > 0).all() and not through[THEFT].any()
    np.testing.assert_allclose(stopped[:, 1], 0.25 / 0.75 * through[:, 1])
    assert not stopped[:, [0, 2]].any(), "protected towards place 1 only"


def test_protection_towards_one_place_stops_nothing_towards_another() -> None:
    bare, protection = found_leaks(np.zeros((4, P, P))).towards(), np.zeros((4, P, P))
    protection[:, 0, 2] = 0.5
    found = found_leaks(protection).towards()
    assert found[0, 2] == pytest.approx(0.5 * bare[0, 2])
    np.testing.assert_array_equal(np.delete(found.ravel(), 2), np.delete(bare.ravel(), 2))


# --- weights of the ways --------------------------------------------------------------------------------------
EXPECTED = np.array([0.002, 0.001, 0.08, 2.5])


def test_shares_of_the_ways_are_the_prior_and_the_leak_rate_is_the_mean_hazard() -> None:
    weights = way_weights(PARAMS, EXPECTED)
    leaked = weights * EXPECTED
    np.testing.assert_allclose(leaked / leaked.sum(), 0.25)
    assert leaked.sum() == pytest.approx(EXPECTED.sum())
    other = SecurityParams(share_reward=0.2, share_deception=0.0, share_coercion=0.2, share_theft=0.4)
    leaked = way_weights(other, EXPECTED) * EXPECTED
    np.testing.assert_allclose(leaked / leaked.sum(), [0.25, 0.0, 0.25, 0.5])


def test_a_way_without_exposure_gives_its_share_to_the_others() -> None:
    expected = np.array([0.0, 0.001, 0.08, 2.5])
    weights = way_weights(PARAMS, expected)
    np.testing.assert_allclose(weights * expected / expected.sum(), [0.0, 1 / 3, 1 / 3, 1 / 3])
    assert not way_weights(PARAMS, np.zeros(4)).any(), "no threats, no leaks"


def test_expected_exposure_is_weighted_by_threat_and_deception_goes_by_undisclosed_ties() -> None:
    fitted = np.array([[0.1, 0.2, 0.3], [0.5, 0.4, 0.0], [1.0, 0.4, 0.0], [0.2, 0.1, 0.0]])
    threat = np.array([0.0, 1.0, 0.5])
    found = dict(zip(WAYS, expected_exposure(fitted, threat, 0.02)))
    assert found == pytest.approx({"reward": 0.35, "deception": 0.4 * 0.02, "coercion": 0.1, "theft": 1.5})
    two = expected_exposure(fitted, np.array([1.0, 0.0, 0.0]), 0.1)[WAYS.index("deception")]
    assert two == pytest.approx(0.5 * (1.0 - 0.9**2)), "two partners a project that has any"
