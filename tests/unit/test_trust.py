"""Trust stays in its range, returns to its level, rises with joint work and falls with incidents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.engines.trust import incident_rate, joint_intensity, mutual, trust_level, update_trust
from sim.params import Params, TrustParams
from sim.policy.channels import Channels
from sim.world import World
from tests import live

PARAMS = Params().trust
DISTANCE = np.array([[0.0, 1.0, 3.3], [1.0, 0.0, 2.5], [3.3, 2.5, 0.0]])
ALLIANCE = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
QUIET = np.zeros((3, 3))


def level() -> np.ndarray:
    return trust_level(DISTANCE, ALLIANCE, PARAMS)


def test_level_falls_with_distance_and_rises_with_alliance() -> None:
    found, alone = level(), trust_level(DISTANCE, QUIET, PARAMS)
    assert found[0, 1] > found[1, 2] > found[0, 2] >= PARAMS.floor
    assert found[0, 1] > alone[0, 1] and found[0, 2] == alone[0, 2]
    assert (np.diag(found) == 1).all() and (found <= 1).all()


@pytest.mark.parametrize("start", [0.05, 1.0])
def test_without_events_trust_returns_to_its_level(start: float) -> None:
    trust = np.full((3, 3), start)
    for _ in range(200):
        trust = update_trust(trust, level(), QUIET, QUIET, QUIET, PARAMS)
    np.testing.assert_allclose(trust, level(), atol=1e-6)


def test_joint_work_builds_and_incidents_cost_trust() -> None:
    still = update_trust(level(), level(), np.full((3, 3), 2.0), np.full((3, 3), 2.0), QUIET, PARAMS)
    np.testing.assert_allclose(still, level())
    more = update_trust(level(), level(), np.full((3, 3), 4.0), np.full((3, 3), 2.0), QUIET, PARAMS)
    assert more[0, 2] - still[0, 2] == pytest.approx(PARAMS.joint * np.log(2))
    leaky = update_trust(level(), level(), QUIET, QUIET, np.full((3, 3), 1.0), PARAMS)
    assert leaky[0, 2] - still[0, 2] == pytest.approx(-PARAMS.incident * (1 - np.exp(-1)))


def test_trust_is_clipped_under_any_number_of_incidents() -> None:
    params = TrustParams(incident=0.5, reversion=0.0)
    trust = level()
    for _ in range(50):
        trust = update_trust(trust, level(), QUIET, QUIET, np.full((3, 3), 1e6), params)
    assert (trust[~np.eye(3, dtype=bool)] == params.floor).all() and (np.diag(trust) == 1).all()


def test_a_world_that_publishes_twice_as_much_trusts_no_more() -> None:
    papers, together = np.array([1e5, 2e5, 3e5]), np.full((3, 3), 1e4)
    np.testing.assert_allclose(joint_intensity(2 * together, 2 * papers), joint_intensity(together, papers))


def test_incidents_among_few_papers_do_not_explode() -> None:
    assert incident_rate(np.array([[1.0]]), np.array([[2.0]]))[0, 0] == 1.0
    assert incident_rate(np.array([[10.0]]), np.array([[5000.0]]))[0, 0] == 2.0


def test_a_ban_costs_trust_whether_it_begins_before_or_after_the_end_of_the_data() -> None:
    """Joint work is compared with the paired baseline's of the same year, so an early ban loses none of its effect."""
    plain = live.config("scale=4000", "start=2005", "end=2022")
    baseline = live.start(plain).go()
    usa = baseline.world.setting.data.iso3.index("USA")

    def lost(year: int) -> float:
        banned = live.with_lever(plain, "partner_ban", 1.0, ("USA",), year)
        run = live.start(banned, baseline=baseline.world.macros).go()
        return float(np.median(run.world.trust[usa] / baseline.world.trust[usa]))

    early, late = lost(2010), lost(2018)
    assert early < late < 0.9


def test_partner_choice_sees_trust_relative_to_the_paired_baselines(state_2017: dict[str, np.ndarray]) -> None:
    """1 in a baseline whatever its trust has become; in a scenario both sides' trust over the baseline's."""
    baseline = live.resume(live.config(), state_2017).go(2019)
    world = live.resume(live.config(), state_2017, baseline=baseline.world.macros).world
    world.year = 2018
    own = world._context(neutral_channels(world))
    np.testing.assert_array_equal(world._trust_ratio(own), 1.0)
    theirs = world.trust.copy()
    theirs[[0, 1], [1, 0]] *= 0.5
    ratio = world._trust_ratio(replace(own, macro=replace(own.macro, trust=theirs)))
    assert ratio[0, 1] == ratio[1, 0] == pytest.approx(0.5) and (np.delete(ratio[0], 1) == 1.0).all()
    alone = baseline.world
    alone.year = 2020
    np.testing.assert_array_equal(alone._trust_ratio(alone._context(neutral_channels(alone))), 1.0)


def neutral_channels(world: World) -> Channels:
    """Channels of a year without policy."""
    return Channels.neutral(world.setting.data.n_places, len(world.setting.institutions.place))


def test_both_sides_count_alike() -> None:
    np.testing.assert_array_equal(mutual(np.array([[1.0, 0.2], [0.6, 1.0]])), [[1.0, 0.4], [0.4, 1.0]])


def test_a_tenth_of_a_pact_adds_a_tenth() -> None:
    apart = np.array([[0.0, 2.0], [2.0, 0.0]])
    found = [trust_level(apart, np.full((2, 2), share), PARAMS)[0, 1] for share in (0.0, 0.1, 1.0)]
    assert found[1] - found[0] == pytest.approx(0.1 * (found[2] - found[0])) and found[2] > found[0]
