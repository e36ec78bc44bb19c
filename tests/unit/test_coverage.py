"""A threshold in money covers by money in the United States, and the same share of the largest elsewhere."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from policy_small_world import SmallWorld

from sim.core.axes import Threshold
from sim.data.tables import load_world_data
from sim.policy.coverage import covered, share_covered
from sim.policy.schema import LeverUse, Policy, Scope
from sim.policy.timeline import Timeline

DATA = load_world_data()
SUPPORT = np.asarray(DATA.institution_federal_musd)
USA = DATA.iso3.index("USA")


def held(place: int, threshold: float = 50.0) -> float:
    """Share of a place's weight that is covered."""
    here = DATA.institution_place == place
    return float(
        DATA.institution_weight[covered(DATA, SUPPORT, place, threshold)].sum() / DATA.institution_weight[here].sum()
    )


def test_in_the_united_states_the_money_decides() -> None:
    expected = np.flatnonzero((DATA.institution_place == USA) & (SUPPORT >= 50.0))
    np.testing.assert_array_equal(covered(DATA, SUPPORT, USA, 50.0), expected)
    assert held(USA) == pytest.approx(share_covered(DATA, SUPPORT, 50.0)) == pytest.approx(0.83, abs=0.01)


@pytest.mark.parametrize("place", range(len(DATA.iso3)))
def test_elsewhere_the_fewest_largest_that_hold_the_same_share(place: int) -> None:
    share = share_covered(DATA, SUPPORT, 50.0)
    found = covered(DATA, SUPPORT, place, 50.0)
    here = np.flatnonzero(DATA.institution_place == place)
    assert set(found) <= set(here) and len(found) > 0
    if place != USA:
        assert held(place) >= share - 1e-9
        assert held(place) - DATA.institution_weight[found].min() < share, "one fewer would not do"
        assert SUPPORT[found].min() >= SUPPORT[np.setdiff1d(here, found)].max(initial=0.0)


def test_no_threshold_covers_all_and_one_that_nobody_reaches_covers_none() -> None:
    for place in (USA, DATA.iso3.index("JPN")):
        assert len(covered(DATA, SUPPORT, place, 0.0)) == np.count_nonzero(DATA.institution_place == place)
        assert len(covered(DATA, SUPPORT, place, 1e5)) == 0


def test_coverage_falls_with_the_threshold() -> None:
    jpn = DATA.iso3.index("JPN")
    counts = [len(covered(DATA, SUPPORT, jpn, at)) for at in (0.0, 5.0, 50.0, 500.0, 5000.0)]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[2] > counts[4]


def test_only_thresholds_in_money_are_stayed_under() -> None:
    scope = Scope(institution_threshold_musd=50.0)
    rule = Policy("Rule", ("USA", "DEU"), {"a": LeverUse("disclosure", {date(2020, 1, 1): 1.0}, "assumption", scope)})
    found = Timeline({"p": rule}, SmallWorld()).thresholds(2020)  # type: ignore[arg-type]
    assert found == [Threshold(0, 50.0, pytest.approx(0.0, abs=1.0))]
