"""Probabilities of steps: signs, bounds, a known frequency, and whom a government restricts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.agents.governments.hazards import MOST, Hazards, coefficients, hazards, target_weights
from sim.agents.governments.signals import NAMES, UNITS, Signals
from sim.core.randomness import Stream, base_key, uniform
from sim.params import GovernmentParams

PARAMS = GovernmentParams()
N = 3
SIGNS = {  # of a step up of protect, restrict, promote, by the design (MODEL 5.8)
    "restriction_received": (1, 1, 0),
    "allies_protect": (1, 0, 0),
    "allies_restrict": (0, 1, 0),
    "salience": (1, 1, 0),
    "cost": (-1, 0, 0),
    "talent_account": (0, 0, -1),
    "recruiting_received": (0, 0, 1),
    "people_available": (0, 0, 1),
}
MAY = np.ones((3, N), bool)


def signals(**changed: Any) -> Signals:
    """Signals of three places, all 0 but those named."""
    flat = {name: np.zeros(N) for name in (*NAMES, "demanded")}
    return Signals(**(flat | {name: np.zeros((N, N)) for name in ("restricted_by", "allies_against")} | changed))


def rates(params: GovernmentParams = PARAMS, may: np.ndarray = MAY, **changed: Any) -> Hazards:
    return hazards(signals(**changed), may, may, params)


def test_without_signals_probabilities_are_those_of_the_levels() -> None:
    levels = np.array([PARAMS.protect_level, PARAMS.restrict_level, PARAMS.promote_level])
    downs = np.array([PARAMS.down, PARAMS.down, PARAMS.down_promote])
    np.testing.assert_allclose(rates().up[:, 0], 1 - np.exp(-levels), rtol=1e-12)
    np.testing.assert_allclose(rates().down[:, 0], 1 - np.exp(-downs), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_each_signal_presses_as_designed(name: str) -> None:
    """One unit multiplies the hazard by exp(beta), in the direction of the design, and other ladders stay."""
    more = rates(**{name: np.full(N, UNITS[name])})
    ratio = np.log(np.log1p(-more.up[:, 0]) / np.log1p(-rates().up[:, 0]))
    for found, sign, beta in zip(ratio, SIGNS[name], coefficients(PARAMS)[:, NAMES.index(name)]):
        expected = beta if sign else 0.0
        assert found == pytest.approx(expected, abs=1e-9) and np.sign(round(found, 9)) == sign


def test_conditions_press_for_protection_and_restrictions_of_allies_do_not() -> None:
    asked = rates(demanded=np.full(N, 0.25), allies_restrict=np.full(N, 0.25))
    assert np.log(np.log1p(-asked.up[0, 0]) / np.log1p(-rates().up[0, 0])) == pytest.approx(PARAMS.beta_allies_restrict)
    assert (rates(allies_restrict=np.full(N, 9.0)).up[0] == rates().up[0]).all()


def test_cost_eases_and_cases_hold() -> None:
    assert (rates(cost=np.ones(N)).down[0] > rates().down[0]).all()
    assert (rates(salience=np.ones(N)).down[0] < rates().down[0]).all()
    assert (rates(cost=np.ones(N)).down[1:] == rates().down[1:]).all()


def test_signals_move_hazards_by_at_most_ten() -> None:
    most, least = rates(allies_protect=np.full(N, 1e6)).up[0, 0], rates(cost=np.full(N, 1e6)).up[0, 0]
    assert np.log1p(-most) / np.log1p(-rates().up[0, 0]) == pytest.approx(np.exp(MOST))
    assert np.log1p(-least) / np.log1p(-rates().up[0, 0]) == pytest.approx(np.exp(-MOST))


def test_probabilities_never_sum_to_more_than_one() -> None:
    wild = replace(PARAMS, protect_level=0.2, down=0.2)
    found = rates(wild, allies_protect=np.full(N, 1e6), salience=np.full(N, -1e6))
    assert (found.up + found.down <= 1.0 + 1e-12).all() and (found.up[0] + found.down[0] > 0.99).all()


def test_nobody_steps_where_there_is_no_rung() -> None:
    may = MAY.copy()
    may[:, 1] = False
    found = rates(may=may)
    assert (found.up[:, 1] == 0).all() and (found.down[:, 1] == 0).all() and (found.up[:, 0] > 0).all()


def test_more_pressure_never_delays_a_step() -> None:
    """With one number a place, whoever is a rung higher or pressed more stays ahead: no crossing in 100 paths."""
    key = base_key(3, 0, Stream.GOVERNMENT, 2018)
    low, high = rates(), rates(allies_protect=np.ones(N))
    for path in range(100):
        rung = np.zeros(2)
        for year in range(40):
            u = uniform(key, np.uint64(path), np.uint64(year))
            for k, found in enumerate((low, high)):
                rung[k] += int(u < found.up[0, 0]) - int(u > 1 - found.down[0, 0] and rung[k] > 0)
            rung = rung.clip(max=3)
            assert rung[1] >= rung[0]


def test_steps_come_as_often_as_their_probability() -> None:
    """10,000 keyed numbers; five standard errors leave a false alarm of one in a million."""
    key, p = base_key(1, 0, Stream.GOVERNMENT, 2020), float(rates().up[2, 0])
    share = np.mean([uniform(key, np.uint64(place), np.uint64(2)) < p for place in range(10_000)])
    assert abs(share - p) < 5 * np.sqrt(p * (1 - p) / 10_000)


def test_who_is_restricted_goes_by_threat_and_by_who_hits_back() -> None:
    threat = np.array([[0.0, 0.6, 0.3], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]])
    by = np.zeros((N, N))
    by[0, 2] = 0.2
    plain, hit = target_weights(signals(), threat, PARAMS), target_weights(signals(restricted_by=by), threat, PARAMS)
    np.testing.assert_allclose(plain[0], 0.05 * threat[0])
    assert hit[0, 2] == pytest.approx(0.3 * (0.05 + PARAMS.beta_received * 0.2)) and hit[0, 1] == plain[0, 1]
    mute = replace(PARAMS, beta_received=0.0, beta_allies_restrict=0.0)
    assert (target_weights(signals(restricted_by=by), threat, mute) == plain).all()
