"""Governments as agents: what becomes of a step, who may take one, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mesa
import numpy as np
import pytest

from sim.agents.governments.council import Council, one_higher
from sim.agents.governments.decisions import LADDERS
from sim.agents.governments.government import Costs
from sim.agents.governments.rungs import PROMOTE, PROTECT, RESTRICT, Packages
from sim.agents.governments.signals import Observation
from sim.data.tables import load_world_data
from sim.data.threat import threat_matrix
from sim.params import GovernmentParams
from sim.policy.rungs import Rungs
from tests import live

DATA = load_world_data("full")
N, AT = DATA.n_places, DATA.iso3.index
THREAT = threat_matrix("rivalry", DATA)
SURE = replace(GovernmentParams(), protect_level=0.0, restrict_level=0.0, promote_level=0.0, softening=0.0)
COSTS = Costs(np.full(N, 1000.0), np.full((3, N), 2.0))
YEAR = 2018


def council(**changed: Any) -> Council:
    return Council(mesa.Model(rng=0), DATA, replace(SURE, **changed), THREAT, 0.1)


def seen(year: int = YEAR - 1, **changed: Any) -> Observation:
    zero = np.zeros(N)
    quiet = Observation(year, Rungs.none(N), np.zeros((N, N)), zero, zero, zero, zero, zero, zero, zero)
    return replace(quiet, **changed)


def decide(of: Council, year: int = YEAR, costs: Costs = COSTS, imposed: Rungs | None = None, **changed: Any) -> Any:
    """Decisions of a year, all that was seen quiet but what is named."""
    observed = seen(year - 1, **changed)
    return of.decide(year, observed, Rungs.none(N), imposed or Rungs.none(N), costs, {}, 0.1, (0, 0))


def of(found: dict[str, np.ndarray], code: str) -> dict[str, Any]:
    """The only decision of a place."""
    (row,) = np.flatnonzero(found["place"] == AT(code))
    return {name: column[row] for name, column in found.items()}


def test_without_hazards_nobody_decides() -> None:
    quiet = council()
    assert decide(quiet) == {} and not quiet.standing.agreed.protect.any()


def test_a_step_starts_the_year_after() -> None:
    eager = council(promote_level=1e9)
    found = decide(eager)
    assert set(found["ladder"]) == {"promote"} and (found["effective_year"] == YEAR + 1).all()
    assert not eager.enact(YEAR).promote.any()
    assert (eager.enact(YEAR + 1).rungs.promote[~DATA.is_rest] == 1).all()


def test_rests_decide_nothing() -> None:
    eager = council(promote_level=1e9, protect_level=1e9, restrict_level=1e9)
    assert not DATA.is_rest[decide(eager)["place"]].any()


def test_one_step_a_ladder_and_year_and_none_while_one_is_pending() -> None:
    eager = council(protect_level=1e9, delay_opposition=0.1)
    first = decide(eager)
    assert len(first["place"]) == len(set(first["place"])) == (~DATA.is_rest).sum()
    assert (first["effective_year"] == YEAR + 2).all(), "opposition delays"
    assert decide(eager, YEAR + 1) == {} and len(decide(eager, YEAR + 2)["place"])


def test_who_has_an_empty_list_neither_screens_nor_restricts() -> None:
    eager = council(protect_level=1e9, restrict_level=1e9, down=0.0)
    for year in range(YEAR, YEAR + 20):
        decide(eager, year)
    alone = ~eager.listed.any(axis=1)
    rungs = eager.standing.agreed.rungs
    assert alone[AT("CHE")] and (rungs.protect[alone & ~DATA.is_rest] == 2).all()
    assert (rungs.protect[~alone & ~DATA.is_rest] == 3).all()
    np.testing.assert_array_equal(rungs.restrict, eager.listed), "everybody on the list, nobody else"


def test_opposition_softens_and_the_record_says_so() -> None:
    found = decide(council(protect_level=1e9, softening=0.5), fear=np.full(N, 0.3), burden=np.full(N, 0.01))
    row = of(found, "USA")
    assert row["opposition"] == pytest.approx(1 - np.exp(-(0.2 + 1.0 + 0.3))) and row["opposed_for"] == "fear"
    assert row["conceded"] == pytest.approx(0.5 * row["opposition"])
    assert (row["rung_before"], row["rung_after"], row["effective_year"]) == (0, 1, YEAR + 2)


def test_promotion_is_not_opposed() -> None:
    row = of(decide(council(promote_level=1e9, softening=0.5), fear=np.full(N, 1.0)), "USA")
    assert row["opposition"] == row["conceded"] == 0 and row["opposed_for"] == ""


def test_a_cap_lets_through_the_share_that_fits() -> None:
    tight = council(protect_level=1e9, protect_cap=0.003)  # 3 of 1000 M$; each package costs 2
    first, second, third = (decide(tight, YEAR + k) for k in range(3))
    assert of(first, "USA")["share_affordable"] == 1.0 and of(first, "USA")["cost_musd"] == pytest.approx(2.0)
    assert of(second, "USA")["share_affordable"] == pytest.approx(0.5)
    assert of(second, "USA")["cost_musd"] == pytest.approx(1.0)
    assert third == {}, "nothing fits any more, and nothing is announced"


def test_the_cap_of_promote_is_full_after_three_rungs() -> None:
    eager = council(promote_level=1e9)
    rows = [of(decide(eager, YEAR + k), "JPN") for k in range(3)]
    assert [row["share_affordable"] for row in rows] == [1.0, 1.0, pytest.approx(1.0)]
    assert sum(row["cost_musd"] for row in rows) == pytest.approx(0.03 * 1000.0)


def test_no_step_down_soon_after_one_up() -> None:
    flighty = council(promote_level=1e9, down_promote=1e9, rest_years=2.0)
    decide(flighty)
    flighty.params = replace(flighty.params, promote_level=0.0)
    assert decide(flighty, YEAR + 1) == {} and decide(flighty, YEAR + 2) == {}
    found = decide(flighty, YEAR + 3)
    assert (found["rung_before"] == 1).all() and (found["rung_after"] == 0).all()
    assert set(found["trigger"]) == {"chance"} and (found["cost_musd"] == 0.0).all()


def test_what_a_policy_does_already_is_not_announced() -> None:
    """The step is taken all the same, so that it is there when the policy ends."""
    eager = council(promote_level=1e9)
    rungs = np.zeros(N, np.int64)
    rungs[AT("USA")] = 2
    found = decide(eager, imposed=Rungs.none(N)._replace(promote=rungs))
    assert AT("USA") not in found["place"] and AT("JPN") in found["place"]
    assert eager.standing.agreed.promote[AT("USA"), 0] == 1.0
    in_force = eager.enact(YEAR + 1).beyond(Rungs.none(N)._replace(promote=rungs))
    assert not in_force.promote[AT("USA")].any() and in_force.promote[AT("JPN"), 0] == 1.0


def test_a_restriction_that_is_imposed_has_no_package_of_its_own_beside_it() -> None:
    held = Packages.none(N)
    held.restrict[AT("USA"), [AT("CHN"), AT("RUS")]] = held.protect[AT("USA"), :] = 1.0
    imposed = Rungs.none(N)
    imposed.restrict[AT("USA"), AT("CHN")], imposed.protect[AT("USA")] = True, 2
    left = held.beyond(imposed)
    assert left.restrict[AT("USA"), AT("RUS")] == 1.0 and not left.restrict[AT("USA"), AT("CHN")]
    assert left.protect[AT("USA")].tolist() == [0.0, 0.0, 1.0]


def test_who_is_hit_hits_back() -> None:
    """The United States restrict China: China is likelier to restrict, allies too, others are not."""
    restricts = np.zeros((N, N), bool)
    restricts[AT("USA"), AT("CHN")] = True
    calm, hit = council(restrict_level=0.003), council(restrict_level=0.003)
    decide(calm)
    decide(hit, rungs=Rungs.none(N)._replace(restrict=restricts))
    assert calm.hazards is not None and hit.hazards is not None
    assert hit.hazards.up[RESTRICT, AT("CHN")] > 1.5 * calm.hazards.up[RESTRICT, AT("CHN")]
    assert hit.hazards.up[RESTRICT, AT("JPN")] > calm.hazards.up[RESTRICT, AT("JPN")], "an ally follows"
    assert hit.hazards.up[RESTRICT, AT("IDN")] == calm.hazards.up[RESTRICT, AT("IDN")], "nobody else"


def test_whom_it_restricts_is_drawn_by_weights() -> None:
    """China's 4 rivals over 400 replicates: shares within five standard errors of threat's."""
    place, chosen = AT("CHN"), []
    for replicate in range(400):
        eager = council(restrict_level=1e9)
        found = eager.decide(YEAR, seen(), Rungs.none(N), Rungs.none(N), COSTS, {}, 0.1, (0, replicate))
        chosen.append(of(found, "CHN")["target"])
    share = eager.threat[place] / eager.threat[place].sum()
    for code in ("USA", "JPN", "IND"):
        p = share[AT(code)]
        assert abs(np.mean(np.array(chosen) == code) - p) < 5 * np.sqrt(p * (1 - p) / len(chosen))


def test_a_condition_is_adopted_in_part_or_refused_once() -> None:
    conditions = np.zeros((N, N))
    conditions[AT("USA"), AT("JPN")] = 0.6
    proud = council(protect_level=1e-12)
    refusal = of(decide(proud, conditions=conditions), "JPN")
    assert (refusal["answer"], refusal["partner"]) == ("refused", "USA")
    assert refusal["rung_before"] == refusal["rung_after"] == 0
    assert decide(proud, YEAR + 1, conditions=conditions) == {}, "said once"
    assert decide(proud, YEAR + 2, conditions=conditions) == {}
    afraid = np.full(N, 0.5)
    part = of(decide(council(protect_level=1e9, softening=0.5), conditions=conditions, fear=afraid), "JPN")
    whole = of(decide(council(protect_level=1e9), conditions=conditions), "JPN")
    assert (part["answer"], whole["answer"], whole["partner"]) == ("adopted in part", "adopted", "USA")


def test_public_cases_are_forgotten_by_halves() -> None:
    watching = council(salience_half_life=2.0)
    cases = np.zeros(N)
    cases[AT("USA")] = 8.0
    decide(watching, YEAR, cases=cases)
    assert not watching.standing.cases.any(), "cases of 2017 are where signals start"
    decide(watching, YEAR + 1, cases=cases)
    for year in (YEAR + 2, YEAR + 3):
        decide(watching, year)
    assert watching.standing.cases[AT("USA")] == pytest.approx(4.0)


def test_every_decision_says_what_was_seen_and_what_pressed() -> None:
    protects = np.zeros(N, np.int64)
    protects[AT("USA")] = 3
    found = decide(council(protect_level=1e9), rungs=Rungs.none(N)._replace(protect=protects))
    japan, switzerland = of(found, "JPN"), of(found, "CHE")
    assert japan["trigger"] == "allies_protect" and japan["allies_protect"] > 0.5
    assert switzerland["trigger"] == "chance" and switzerland["allies_protect"] == 0.0
    assert set(found["ladder"]) == {LADDERS[PROTECT]} and (found["p_up"] > 0.99).all()


def test_what_rules_cost_is_why_they_are_eased() -> None:
    eager = council(protect_level=1e9, rest_years=0.0)
    decide(eager, YEAR)
    eager.params = replace(eager.params, protect_level=0.0, down=1e9)
    found = decide(eager, YEAR + 1, cost=np.full(N, 10.0))
    assert set(found["trigger"]) == {"cost"} and (found["rung_after"] == 0).all()


def test_nobody_promotes_with_nothing() -> None:
    assert decide(council(promote_level=1e9, promote_rung=0.0)) == {}


def test_one_rung_higher() -> None:
    held = Packages.none(N)
    held.promote[3, 0] = 0.5
    more = one_higher(held, PROMOTE, 3, -1)
    assert more.rungs.promote[3] == 2 and held.rungs.promote[3] == 1
    assert one_higher(held, RESTRICT, 0, 1).rungs.restrict[0, 1] and not held.rungs.restrict.any()
    assert one_higher(held, PROTECT, 2, -1).rungs.protect[2] == 1


def test_a_run_goes_on_from_any_year_with_the_same_bits(state_2017: dict[str, np.ndarray]) -> None:
    """Governments that have decided, agreed and refused are saved with the world."""
    fast = [f"params.government.{name}_level={level}" for name, level in
            (("protect", 0.2), ("restrict", 0.05), ("promote", 0.3))]  # fmt: skip
    cfg = live.config("end=2026", "+scenario=[restrictive,alliance_condition]", *fast)
    straight = live.resume(cfg, state_2017, mode="reactive").go()
    half = live.resume(cfg, state_2017, mode="reactive").go(2021)
    resumed = live.resume(cfg, half.state(), mode="reactive").go()
    assert len(straight.table("decisions")["year"]) > 50
    assert not live.differences(straight.state(), resumed.state())
