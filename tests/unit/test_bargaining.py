"""Conditions between allies, imposed or decided: require, adopt, adopt in part, refuse; trust weighs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.agents.governments.bargaining import CONDITION, STANDARD, bargain
from sim.agents.governments.council import Council
from sim.agents.governments.indicators import INDICATORS, Observation, indicators
from sim.params import Params
from tests import live

GOVERNMENT = Params().government
ALLIANCE = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])


def seen(**changes: Any) -> Observation:
    """A quiet world of three places, of which the first protects most."""
    quiet = Observation(
        year=2020, researchers=np.full(3, 1e5), net_moves=np.zeros(3), papers=np.full(3, 1e4), top1=np.full(3, 100.0),
        incidents=np.zeros(3), protection=np.array([0.15, 0.0, 0.0]), burden=np.zeros(3), fear=np.zeros(3),
        rd_spending_musd=np.full(3, 1e4), joint_share=np.full((3, 3), 0.1), trust=np.ones((3, 3)),
    )  # fmt: skip
    return replace(quiet, **changes)


def council() -> Council:
    """Governments of three places, the first two allied."""
    return Council(
        live.start(live.config()).world, ("USA", "JPN", "BRA"), GOVERNMENT, np.zeros((3, 3)), 0.1, ALLIANCE, 2017
    )


def answers(observed: Observation, strength: float, decided: bool = False) -> list[tuple[int, str, int]]:
    """Who answers whom, and how, to a condition of the first place on everybody."""
    group, imposed = council(), None
    if decided:
        group.memory.strength[0, CONDITION] = strength
    else:
        imposed = np.zeros((3, 3))
        imposed[0, 1:] = strength
    for government in group.governments:
        government.seen = observed
    bargain(group.governments, 2021, observed, imposed, 0.15)
    return [(d.place, d.answer, d.partner) for g in group.governments for d in g.decisions]


@pytest.mark.parametrize("decided", [False, True])
def test_the_answer_depends_on_what_is_at_stake(decided: bool) -> None:
    assert answers(seen(), 0.5, decided) == [(1, "adopted", 0)], "only the ally answers"
    assert answers(seen(joint_share=np.full((3, 3), 0.01)), 0.5, decided) == [(1, "adopted in part", 0)]
    assert answers(seen(joint_share=np.full((3, 3), 0.001)), 0.5, decided) == [(1, "refused", 0)]
    assert answers(seen(), 0.0, decided) == []


def test_a_refusal_stands_until_the_answer_changes() -> None:
    group, imposed = council(), np.zeros((3, 3))
    imposed[0, 1] = 0.5
    for year, share in ((2021, 0.001), (2024, 0.001), (2027, 0.1)):
        observed = seen(joint_share=np.full((3, 3), share))
        for government in group.governments:
            government.seen = observed
        bargain(group.governments, year, observed, imposed, 0.15)
    assert [(d.year, d.answer) for d in group.governments[1].decisions] == [(2021, "refused"), (2027, "adopted")]


def test_who_meets_the_standard_is_asked_nothing() -> None:
    assert answers(seen(protection=np.full(3, 0.15)), 0.5) == []


def test_opposition_turns_adoption_into_refusal() -> None:
    small = np.full((3, 3), 0.01)
    assert answers(seen(joint_share=small, fear=np.full(3, 0.9)), 0.5) == [(1, "refused", 0)]


def test_a_demand_weighs_by_trust() -> None:
    wary = np.full((3, 3), 0.05)
    assert answers(seen(joint_share=np.full((3, 3), 0.02)), 0.5) == [(1, "adopted", 0)]
    assert answers(seen(joint_share=np.full((3, 3), 0.02), trust=wary), 0.5) == [(1, "refused", 0)]


def test_the_standard_of_trusted_allies_counts_most() -> None:
    alliance, trust = 1.0 - np.eye(3), np.ones((3, 3))
    trust[1, 0] = 0.1  # the second place hardly trusts the first, which protects
    at = INDICATORS.index("ally_standard")
    papers = np.full(3, 1e4)
    even = indicators(seen(), papers, np.zeros((3, 3)), alliance)[:, at]
    wary = indicators(seen(trust=trust), papers, np.zeros((3, 3)), alliance)[:, at]
    blind = indicators(seen(trust=trust), papers, np.zeros((3, 3)), alliance, trust_weight=0.0)[:, at]
    assert wary[1] == pytest.approx(0.15 * 0.1 / 1.1) and even[1] == pytest.approx(0.075)
    np.testing.assert_array_equal(blind, even)
    assert wary[2] == even[2]


def test_an_imposed_condition_starts_the_bargaining_of_reactive_governments(state_2017: dict[str, np.ndarray]) -> None:
    cfg = live.with_lever(live.config("end=2024"), "alliance_condition", 0.5, partners=("JPN",))
    codes = live.resume(cfg, state_2017).world.setting.data.iso3
    table = live.resume(cfg, state_2017, mode="reactive").go().table("decisions")
    asked = (table["trigger"] == "ally_demand") & (table["place"] == codes.index("JPN")) & (table["year"] == live.YEAR)
    assert table["partner"][asked].tolist() == [codes.index("USA")]
    assert table["answer"][asked][0] in ("adopted", "adopted in part")
    assert str(table["lever"][asked][0]) == "disclosure" and STANDARD >= 0
    scripted = live.resume(cfg, state_2017).go()
    assert all("decisions" not in year.tables for year in scripted.years), "their answer is a policy of their own"
