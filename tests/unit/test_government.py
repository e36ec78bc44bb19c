"""Reactive governments: bounded, patient, recorded; scripted ones decide nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.governments.council import Council, allies_of
from sim.agents.governments.indicators import INDICATORS
from sim.agents.governments.memory import STANDARD_FROM, Memory, prices
from sim.agents.governments.rules import N_RULES, PROMOTES, RULE_INDEX, RULES
from sim.data.threat import of_concern
from sim.params import Params
from sim.world import World
from tests import live

HI = {rule.lever: rule.hi for rule in RULES}
PARAMS = Params().government
DATA_END = 2017


@pytest.fixture(scope="module")
def reactive(state_2017: dict[str, np.ndarray]) -> live.Run:
    """Reactive governments from 2018 to 2040."""
    return live.resume(live.config("end=2040"), state_2017, mode="reactive").go()


@pytest.fixture(scope="module")
def decisions(reactive: live.Run) -> dict[str, np.ndarray]:
    """What they decide."""
    return reactive.table("decisions")


def test_scripted_governments_decide_nothing(baseline: live.Run) -> None:
    assert all("decisions" not in result.tables for result in baseline.years)


def test_they_decide_within_the_range_of_each_lever(decisions: dict[str, np.ndarray]) -> None:
    hi = np.array([HI[lever] for lever in decisions["lever"]])
    assert len(hi) > 50
    for name in ("before", "after"):
        assert (decisions[name] >= 0).all() and (decisions[name] <= hi + 1e-12).all()
    assert (np.abs(decisions["after"] - decisions["before"]) <= 0.2 * hi + 1e-12).all(), "two steps at most"
    assert ((decisions["opposition"] >= 0) & (decisions["opposition"] <= 1)).all()


def test_draft_concession_and_final_rule_add_up(decisions: dict[str, np.ndarray]) -> None:
    """Every row says what was drafted, what consultation conceded, and what came out; each has a trigger."""
    final = decisions["before"] + decisions["draft"] - decisions["conceded"]
    np.testing.assert_allclose(decisions["after"], final, atol=1e-12)
    assert ((decisions["conceded"] > 0) <= (decisions["opposition"] > 0)).all() and (decisions["conceded"] > 0).any()
    assert set(decisions["trigger"].tolist()) <= {*INDICATORS, "ally_demand"}
    assert (decisions["unfunded"] >= 0).all()


def test_a_lever_rests_two_years_and_starts_later_than_it_is_decided(decisions: dict[str, np.ndarray]) -> None:
    changed = decisions["after"] != decisions["before"]
    assert (decisions["effective_year"][changed] > decisions["year"][changed]).all()
    keys = [*zip(decisions["place"][changed].tolist(), decisions["lever"][changed].tolist())]
    for key in set(keys):
        years = np.sort([y for k, y in zip(keys, decisions["year"][changed].tolist()) if k == key])
        assert (np.diff(years) >= 2).all(), key


def test_nobody_is_its_own_ally(state_2017: dict[str, np.ndarray]) -> None:
    """A place without a pact wants nothing from allies and fears no gap to their standard."""
    world: World = live.resume(live.config(), state_2017).world
    codes = world.setting.data.iso3
    assert all(codes[g.place] not in g.allies and not g.ally[g.place] for g in world.council.governments)
    assert world.council.governments[codes.index("USA")].allies
    assert not world.council.alliance.diagonal().any()


def test_rivals_are_the_list_of_concern_and_no_allies(state_2017: dict[str, np.ndarray]) -> None:
    world: World = live.resume(live.config(), state_2017).world
    codes, threat = world.setting.data.iso3, world.setting.threat
    rivals = {codes[g.place]: set(g.rivals) for g in world.council.governments}
    listed = of_concern(threat, world.cfg.params.security.concern)
    assert rivals == {a: {codes[b] for b in np.flatnonzero(listed[i])} for i, a in enumerate(codes)}
    assert {"CHN", "RUS", "IRN"} <= rivals["USA"] and "UKR" not in rivals["RUS"] and "RUS" in rivals["UKR"]
    assert not any(set(g.rivals) & set(g.allies) for g in world.council.governments)


def test_who_has_an_empty_list_can_neither_screen_nor_restrict(
    reactive: live.Run, decisions: dict[str, np.ndarray]
) -> None:
    empty = [g for g in reactive.world.council.governments if not g.rivals]
    aimed = [rule.lever for rule in RULES if rule.towards == "rivals"]
    assert len(empty) > 10 and {"project_screening", "visa_refusal"} <= set(aimed)
    decided = np.isin(decisions["lever"], aimed)
    assert decided.any() and not np.isin(decisions["place"][decided], [g.place for g in empty]).any()
    assert all(g.scopes[RULE_INDEX[lever]] is None for g in empty for lever in aimed)


def test_a_tenth_of_a_pact_is_no_ally_and_half_a_pact_is() -> None:
    alliance = np.array([[1.0, 0.49, 0.5], [0.49, 0.0, 0.0], [0.5, 0.0, 0.0]])
    assert allies_of(alliance).tolist() == [[False, False, True], [False, False, False], [True, False, False]]


# --- targets -------------------------------------------------------------------------------------------------
def watched(slope: float, years: int) -> Memory:
    """Two places whose net talent falls by `slope` a year; everything else rests."""
    memory = Memory(2, DATA_END)
    for year in range(STANDARD_FROM - 20, DATA_END + years + 1):
        z = np.zeros((2, len(INDICATORS)))
        z[0, 0] = -slope * (year - STANDARD_FROM)
        memory.watch(year, z, PARAMS)
    return memory


def test_a_fall_that_goes_on_is_a_fall() -> None:
    """Targets stay where 2017 left them and follow slowly; they do not run ahead on a trend."""
    found = watched(0.001, 5).deviations()
    assert found[0, 0] < -2.0 and not found[1].any()
    assert watched(0.001, 0).deviations()[0, 0] == pytest.approx(0.0, abs=0.01), "2017 is what policy answered to"


def test_what_lasts_becomes_normal() -> None:
    memory = watched(0.0, 1)
    z = np.zeros((2, len(INDICATORS)))
    z[0, 0] = -0.001
    early = late = 0.0
    for year in range(DATA_END + 2, DATA_END + 42):
        memory.watch(year, z, PARAMS)
        early, late = min(early, memory.deviations()[0, 0]), memory.deviations()[0, 0]
    assert early < -1.0 and late > -0.1


# --- budgets -------------------------------------------------------------------------------------------------
def spent(council: Council, strength: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Yearly cost of strengths [P, L] by promotion and security, and R&D spending [P]."""
    seen = council.governments[0].seen
    assert seen is not None
    cost = prices(seen.researchers, seen.rd_spending_musd) * strength
    return cost[:, PROMOTES].sum(axis=1), cost[:, ~PROMOTES].sum(axis=1), seen.rd_spending_musd


def test_no_government_spends_beyond_its_budget(reactive: live.Run) -> None:
    council = reactive.world.council
    promoted, secured, spending = spent(council, council.memory.strength)
    assert (promoted <= PARAMS.promotion_budget * spending * 1.001).all() and promoted.any()
    assert (secured <= PARAMS.security_budget * spending * 1.001).all() and secured.any()


def test_a_budget_binds_what_is_decided_and_what_is_in_force(state_2017: dict[str, np.ndarray]) -> None:
    """A thousandth of the means lets nobody raise recruiting to where the default lets it go."""
    world = live.resume(live.config("params.government.promotion_budget=0.00002"), state_2017, mode="reactive")
    table = world.go().table("decisions")
    assert table["unfunded"].max() > 0
    council = world.world.council
    promoted, _, spending = spent(council, council.memory.strength)
    # strengths were cut to the people and spending of the year before, and prices follow people: Belgium is 7 % above
    assert promoted.any() and (promoted <= 0.00002 * spending * 1.1).all()


def test_levers_are_cut_when_spending_shrinks() -> None:
    memory = Memory(2, DATA_END)
    memory.strength[:, RULE_INDEX["research_funding"]] = 0.1
    memory.strength[:, RULE_INDEX["disclosure"]] = 0.5
    people, spending = np.full(2, 1e5), np.array([1e4, 1e4])
    funded = memory.affordable(people, spending, PARAMS)
    cost = prices(people, spending) * memory.strength * funded
    np.testing.assert_allclose(cost[:, PROMOTES].sum(axis=1), PARAMS.promotion_budget * spending)
    assert (funded[:, ~PROMOTES] == 1.0).all() and funded.shape == (2, N_RULES)
