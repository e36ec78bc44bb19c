"""Reactive governments: bounded, patient, recorded; scripted ones decide nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.rules import RULES
from sim.world import World
from tests import live

HI = {rule.lever: rule.hi for rule in RULES}


@pytest.fixture(scope="module")
def decisions(state_2017: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What reactive governments decide from 2018 to 2040."""
    return live.resume(live.config("end=2040"), state_2017, mode="reactive").go().table("decisions")


def test_scripted_governments_decide_nothing(baseline: live.Run) -> None:
    assert all("decisions" not in result.tables for result in baseline.years)


def test_they_decide_within_the_range_of_each_lever(decisions: dict[str, np.ndarray]) -> None:
    hi = np.array([HI[lever] for lever in decisions["lever"]])
    assert len(hi) > 50
    for name in ("before", "after"):
        assert (decisions[name] >= 0).all() and (decisions[name] <= hi + 1e-12).all()
    assert (np.abs(decisions["after"] - decisions["before"]) <= 0.2 * hi + 1e-12).all(), "two steps at most"
    assert ((decisions["opposition"] >= 0) & (decisions["opposition"] <= 1)).all()


def test_a_lever_rests_two_years_and_starts_later_than_it_is_decided(decisions: dict[str, np.ndarray]) -> None:
    changed = decisions["after"] != decisions["before"]
    assert (decisions["effective_year"][changed] > decisions["year"][changed]).all()
    keys = [*zip(decisions["place"][changed].tolist(), decisions["lever"][changed].tolist())]
    for key in set(keys):
        years = np.sort([y for k, y in zip(keys, decisions["year"][changed].tolist()) if k == key])
        assert (np.diff(years) >= 2).all(), key


def test_levers_do_not_swing(decisions: dict[str, np.ndarray]) -> None:
    """Few changes reverse the change before: no lever goes up and down by turns."""
    order = np.argsort(decisions["year"], kind="stable")
    signs: dict[tuple[int, str], list[float]] = {}
    for k in order:
        step = float(np.sign(decisions["after"][k] - decisions["before"][k]))
        if step:
            signs.setdefault((int(decisions["place"][k]), str(decisions["lever"][k])), []).append(step)
    turns = sum(int((np.diff(s) != 0).sum()) for s in signs.values())
    assert turns < 0.25 * sum(len(s) for s in signs.values())
    assert max(int((np.diff(s) != 0).sum()) for s in signs.values()) <= 5, "in 23 years"


def test_nobody_is_its_own_ally(state_2017: dict[str, np.ndarray]) -> None:
    """A place without a pact wants nothing from allies and fears no gap to their standard."""
    world: World = live.resume(live.config(), state_2017).world
    codes = world.setting.data.iso3
    assert all(codes[g.place] not in g.allies and not g.ally[g.place] for g in world.council.governments)
    assert world.council.governments[codes.index("USA")].allies
    assert not world.council.alliance.diagonal().any()
