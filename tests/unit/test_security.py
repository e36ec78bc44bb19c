"""Leaks close, fear dies out without cases, and a crackdown frightens about as many as the surveys found."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.security import Cases, Leaks, fear_share, leaks, third_places, update_fear, way_shares
from sim.params import Params, SecurityParams

P, F = 3, 2
PARAMS = Params().security


def exposure(seed: int = 0) -> np.ndarray:
    """Random exposure [w, f, a, b] without a place's exposure to itself."""
    found = np.random.default_rng(seed).random((4, F, P, P)) * 100
    found[:, :, np.arange(P), np.arange(P)] = 0.0
    return found


THREAT = np.array([[0.0, 1.0, 0.2], [1.0, 0.0, 0.0], [0.3, 0.0, 0.0]])


def found_leaks(protection: np.ndarray, **changed: object) -> Leaks:
    """Leaks of the random exposure, without members in third places unless `exposure` is given."""
    given = exposure()
    return leaks(**{
        "exposure": given, "exposure_lost": exposure(2), "sensitive": np.full((F, P), 1e9), "threat": THREAT,
        "protection": protection, "params": PARAMS,
    } | changed)  # fmt: skip


def test_leaked_and_prevented_add_up_to_the_bare_risk() -> None:
    protection = np.random.default_rng(1).random((4, P, P))
    found = found_leaks(protection)
    hazard = PARAMS.leak_rate * way_shares(PARAMS)[:, None, None, None] * THREAT
    risk, kept = exposure() * hazard, protection[:, None]
    np.testing.assert_allclose(found.leaked.sum(axis=1) + found.prevented, risk.sum(axis=(1, 3)), rtol=1e-5)
    np.testing.assert_allclose(found.by_way(), (risk * (1 - kept)).sum(axis=(1, 3)), rtol=1e-5)
    np.testing.assert_allclose(found.towards, (risk * (1 - kept)).sum(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(found.avoided, (exposure(2) * hazard * (1 - kept)).sum(axis=(1, 3)))


def test_nothing_leaks_towards_places_that_are_no_threat() -> None:
    found = found_leaks(np.zeros((4, P, P)))
    assert (found.towards[THREAT == 0] == 0).all() and (found.towards[THREAT > 0] > 0).all()


def test_leaks_through_third_places_are_those_of_the_product_of_matrices() -> None:
    """a's projects with members in c, times the share of c's projects exposed to b, under c's protection.

    Of the share, one project is that of c over fields, and of that one that of the world.
    """
    protection, sensitive = np.random.default_rng(1).random((4, P, P)), np.full((F, P), 150.0)
    found, direct = found_leaks(protection, sensitive=sensitive), found_leaks(protection)
    off = 1.0 - np.eye(P)
    world = exposure().sum(axis=(1, 2)) / sensitive.sum()  # [w, b]
    over_fields = (exposure().sum(axis=1) + world[:, None]) / (sensitive.sum(axis=0) + 1.0)[None, :, None]
    share = np.minimum((exposure() + over_fields[:, None]) / (sensitive[None, :, :, None] + 1.0), 1.0) * off
    hazard = PARAMS.leak_rate * way_shares(PARAMS)[:, None, None, None] * THREAT
    open_ = (exposure()[1] * off) @ (share * (1 - protection)[:, None])
    bare = (exposure()[1] * off) @ share
    assert (bare > 0).any()
    np.testing.assert_allclose(found.leaked - direct.leaked, (open_ * hazard).sum(axis=3), rtol=1e-5)
    prevented = ((bare - open_) * hazard).sum(axis=(1, 3))
    np.testing.assert_allclose(found.prevented - direct.prevented, prevented, rtol=1e-5)


def test_leaks_are_in_real_projects_whatever_the_scale() -> None:
    """But for one agent's project in every share of third places, which matters where there are few."""
    protection, sensitive = np.full((4, P, P), 0.3), np.full((F, P), 150_000.0)
    many, lost = 1000.0 * exposure(), 1000.0 * exposure(2)
    real = found_leaks(protection, exposure=many, exposure_lost=lost, sensitive=sensitive)
    tens = found_leaks(protection, exposure=many / 10, exposure_lost=lost / 10, sensitive=sensitive / 10, scale=10.0)
    for name in ("leaked", "towards", "prevented", "avoided"):
        np.testing.assert_allclose(getattr(tens, name), getattr(real, name), rtol=1e-4)
    none = found_leaks(protection, exposure=0.0 * many, exposure_lost=lost, sensitive=sensitive)
    assert not none.leaked.any()


def test_a_third_places_protection_lowers_what_leaks_through_it() -> None:
    share, through, stopped = np.full((P, 4, P), 0.1), np.empty((4, P)), np.empty((4, P))
    protection = np.zeros((4, P, P))
    protection[:, :, 1] = 0.25
    third_places(0, exposure()[1, 0, 0], share, protection, np.ones((4, P), bool), through, stopped)
    assert (through > 0).all()
    np.testing.assert_allclose(stopped[:, 1], 0.25 / 0.75 * through[:, 1])
    assert not stopped[:, [0, 2]].any(), "protected towards place 1 only"


def test_protection_towards_one_place_stops_nothing_towards_another() -> None:
    bare, protection = found_leaks(np.zeros((4, P, P))), np.zeros((4, P, P))
    protection[:, 0, 2] = 0.5
    found = found_leaks(protection)
    assert found.towards[0, 2] == pytest.approx(0.5 * bare.towards[0, 2])
    np.testing.assert_array_equal(np.delete(found.towards.ravel(), 2), np.delete(bare.towards.ravel(), 2))


@pytest.mark.parametrize("spill", [0.0, 0.06, 0.2])
@pytest.mark.parametrize("decay", [0.02, 0.2, 0.8])
def test_fear_dies_out_without_cases_over_the_whole_sweep(decay: float, spill: float) -> None:
    params, nobody = SecurityParams(fear_decay=decay, fear_spill=spill), np.zeros((1, 3), np.int64)
    h, exposed = np.array([[0.3, 0.0, 0.0]]), np.array([[1000.0, 5000.0, 300.0]])
    largest = [h.max()]
    for _ in range(60):
        h = update_fear(h, Cases(nobody, nobody), exposed, exposed, params)
        largest.append(h.max())
    assert (np.diff(largest) <= 1e-12).all() and largest[-1] < 0.3 * np.exp(-60 * decay * 0.99) + 1e-9


def test_a_crackdown_frightens_fifty_to_ninety_for_each_investigated() -> None:
    """Target P16: 246 of 32,000 exposed in about four years, 42-72 % fearful (P8); precision 0.3."""
    exposed, h, targeted = np.array([[32_000.0]]), np.zeros((1, 1)), 0.0
    for _ in range(4):
        total = 246 / 4
        found = Cases(np.array([[round(total * 0.3)]]), np.array([[round(total * 0.7)]]))
        h = update_fear(h, found, exposed, exposed, PARAMS)
        targeted += float(found.total.sum())
    fearful = float(fear_share(h)[0, 0])
    assert 0.42 <= fearful <= 0.72
    assert 50 <= fearful * 32_000 / targeted <= 95
