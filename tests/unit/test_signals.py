"""What governments see, in a world of four places that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.agents.governments.closeness import Closeness, allies_of, shares
from sim.agents.governments.council import account_sd
from sim.agents.governments.signals import Observation, Signals, look, salience_of, talent_of
from sim.data.tables import load_world_data
from sim.params import GovernmentParams
from sim.phases.governments import talent_account
from sim.policy.rungs import Rungs

PARAMS = GovernmentParams()
N = 4
BOTH = np.array([[0, 0.5, 0.3, 0.2], [0.6, 0, 0.4, 0], [0.5, 0.5, 0, 0], [1.0, 0, 0, 0]])
ALLIED = np.where(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]), BOTH, 0.0)
LISTED = np.zeros((N, N), bool)
LISTED[0, 2] = LISTED[1, 2] = LISTED[2, 0] = True


def seen(**changed: Any) -> Observation:
    zero = np.zeros(N)
    quiet = Observation(2018, Rungs.none(N), np.zeros((N, N)), zero, zero, zero, zero, zero, zero, zero)
    return replace(quiet, **changed)


def signals(observed: Observation, first: Rungs | None = None) -> Signals:
    zero = np.zeros(N)
    return look(observed, first or Rungs.none(N), Closeness(BOTH, ALLIED), LISTED, zero, zero, zero, 0.1, PARAMS)


def rungs(**changed: np.ndarray) -> Rungs:
    return Rungs.none(N)._replace(**changed)


def pair(a: int, b: int) -> np.ndarray:
    found = np.zeros((N, N), bool)
    found[a, b] = True
    return found


def test_all_signals_are_0_where_nothing_has_changed() -> None:
    stood = rungs(protect=np.array([3, 1, 0, 0]), restrict=pair(0, 2), promote=np.array([1, 0, 2, 0]))
    for found in (signals(seen()), signals(seen(rungs=stood), first=stood)):
        assert not any(part.any() for part in found)


def test_who_is_restricted_sees_it_by_what_they_share() -> None:
    found = signals(seen(rungs=rungs(restrict=pair(0, 2))))
    np.testing.assert_allclose(found.restriction_received, [0, 0, 0.6 * BOTH[2, 0], 0])
    assert found.restricted_by[2, 0] > 0 and found.restricted_by.sum() == found.restricted_by[2, 0]


def test_who_is_on_the_list_of_a_place_that_screens_sees_it_too() -> None:
    found = signals(seen(rungs=rungs(protect=np.array([3, 0, 0, 0]))))
    np.testing.assert_allclose(found.restriction_received, [0, 0, 0.1 * BOTH[2, 0], 0])


def test_allies_are_seen_by_all_of_ones_joint_papers() -> None:
    found = signals(seen(rungs=rungs(protect=np.array([2, 0, 3, 0]), restrict=pair(0, 2))))
    np.testing.assert_allclose(found.allies_protect, [0, 2 * ALLIED[1, 0], 0, 0])
    np.testing.assert_allclose(found.allies_restrict, [0, ALLIED[1, 0], 0, 0])
    assert found.allies_against[1, 2] == ALLIED[1, 0]


def test_a_condition_is_a_demand_only_below_the_standard() -> None:
    conditions = np.zeros((N, N))
    conditions[0, 1] = 0.5
    below = signals(seen(conditions=conditions))
    assert below.demanded[1] == below.allies_restrict[1] == pytest.approx(0.5 * ALLIED[1, 0])
    assert not signals(seen(conditions=conditions, protection=np.full(N, 0.2))).demanded.any()


def test_others_recruiting_counts_by_what_they_share() -> None:
    found = signals(seen(rungs=rungs(promote=np.array([0, 2, 0, 0]))))
    np.testing.assert_allclose(found.recruiting_received, 2 * BOTH[:, 1])


def test_salience_is_own_and_allies_cases() -> None:
    found = salience_of(np.array([4.0, 0, 0, 0]), ALLIED)
    np.testing.assert_allclose(found, np.log1p([2.0, 0.5 * ALLIED[1, 0] * 4, 0, 0]))


def test_the_talent_account_is_net_of_the_median_and_bounded() -> None:
    before, recent = np.zeros(5), np.array([0.01, 0.0, -0.01, 0.0, 1.0])
    found = talent_of(recent, before, np.array([0.1, 5.0, 1.0, 1.0, 1.0]), np.ones(5, bool))
    np.testing.assert_allclose(found, [3.0, 0.0, -1.0, 0.0, 3.0])


def test_who_enters_at_home_is_no_gain() -> None:
    entrants, moves = np.array([[90.0, 10.0], [0.0, 50.0]]), np.array([[5.0, 1.0], [1.0, 5.0]])
    np.testing.assert_allclose(talent_account(entrants, moves, np.array([100.0, 100.0])), [-0.06, 0.06])


def test_weights_of_the_shipped_world() -> None:
    """The design has 0.36 for China in the eyes of the United States' partner, and Japan 0.22 with its only ally."""
    data = load_world_data("full")
    at, found = data.iso3.index, Closeness.of(data)
    np.testing.assert_allclose(found.both.sum(axis=1), 1.0)
    assert (found.allied.sum(axis=1) <= 1.0 + 1e-12).all() and not found.both.diagonal().any()
    assert 0.3 < found.both[at("CHN"), at("USA")] < 0.42
    assert 0.18 < found.allied[at("JPN"), at("USA")] < 0.27 and found.allied[at("JPN")].sum() < 0.3
    assert found.allied[at("GBR")].sum() > 0.55, "Britain works with allies mostly"
    sd = account_sd(data)
    assert sd.shape == (data.n_places,) and (sd > 0).all()


def test_nobody_is_its_own_ally() -> None:
    alliance = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 1.0], [0.4, 1.0, 1.0]])
    np.testing.assert_array_equal(allies_of(alliance), [[0, 1, 0], [1, 0, 1], [0, 1, 0]])


def test_shares_leave_the_diagonal_out() -> None:
    np.testing.assert_allclose(shares(np.array([[9.0, 1.0, 3.0], [0.0, 5.0, 0.0], [1.0, 1.0, 0.0]])),
                               [[0, 0.25, 0.75], [0, 0, 0], [0.5, 0.5, 0]])  # fmt: skip
