"""Thresholds look at a three-year mean; fixed costs make small institutions pay, and bunch if they may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.config.schema import Config
from sim.core.axes import Threshold
from sim.data.tables import load_world_data
from sim.engines.compliance import JUST_UNDER, declined_support, three_year_mean
from sim.policy.schema import LeverUse, Policy, Scope
from tests import live

SUPPORT = np.array([300.0, 50.2, 51.0, 49.0, 55.0, 50.2])
PLACE = np.array([0, 0, 0, 0, 0, 1])


def declined(fixed: float, share: float) -> list[float]:
    """What six institutions give up when rules with a fixed cost start at $50 M in the first place."""
    return declined_support(SUPPORT, PLACE, [Threshold(0, 50.0, fixed)], share).round(6).tolist()


def test_who_is_just_above_declines_if_the_fixed_cost_is_higher_than_what_it_gives_up() -> None:
    gap = [round(s - 50.0 * JUST_UNDER, 6) for s in SUPPORT]
    assert declined(0.5, 0.05) == [0.0, gap[1], 0.0, 0.0, 0.0, 0.0]
    assert declined(2.0, 0.05) == [0.0, gap[1], gap[2], 0.0, 0.0, 0.0], "never those far above, below, or elsewhere"
    assert declined(2.0, 0.01) == [0.0, gap[1], 0.0, 0.0, 0.0, 0.0], "the share bounds what is given up"
    assert not any(declined(0.0, 0.2)) and not any(declined(2.0, 0.0)), "no fixed cost, or neutral"


def test_the_mean_of_equal_years_is_exact() -> None:
    support = np.array([0.1, 1 / 3, 3802.63])
    np.testing.assert_array_equal(three_year_mean(np.tile(support, (3, 1))), support)
    np.testing.assert_allclose(three_year_mean(np.array([[3.0], [6.0], [0.0]])), [3.0])


def test_the_real_distribution_of_federal_money() -> None:
    """NCSES FY2021: 146 of 1,001 universities above $50 M hold 90.5 % of the money."""
    data = load_world_data("full")
    money = data.institution_federal_musd[data.institution_place == data.iso3.index("USA")]
    assert len(money) == 1001 and (money >= 50).sum() == 146
    assert money[money >= 50].sum() / money.sum() == pytest.approx(0.905, abs=0.001)


def ruled(threshold: float, *overrides: str) -> Config:
    """Disclosure and cybersecurity at US institutions from a size of support on, from 2018."""
    at = Scope(institution_threshold_musd=threshold)
    levers = {
        name: LeverUse(lever=name, values={date(2018, 1, 1): 1.0}, source="test", scope=at)
        for name in ("disclosure", "cybersecurity")
    }
    policy = Policy(title="test", issuer=("USA",), levers=levers)
    return replace(live.config("end=2023", *overrides), scenario="test", policies={"test": policy})


def table(cfg: Config, state: dict[str, np.ndarray], year: int = 2023) -> dict[str, np.ndarray]:
    """Institutions of the United States in one year."""
    found = live.resume(cfg, state).go().table("institution_year")
    rows = (found["institution"] >= 0) & (found["year"] == year)
    return {name: values[rows] for name, values in found.items()}


def test_a_higher_threshold_takes_the_cost_off_small_institutions(state_2017: dict[str, np.ndarray]) -> None:
    shares = {}
    for threshold in (0.0, 15.0, 50.0):
        found = table(ruled(threshold), state_2017)
        covered = found["federal_mean_musd"] >= threshold
        np.testing.assert_array_equal(found["covered"] > 0, covered)
        assert not found["compliance_musd"][~covered].any() and not found["compliance_researcher_years"][~covered].any()
        small = found["size_class"] == 0
        shares[threshold] = found["compliance_musd"][small].sum() / found["compliance_musd"].sum()
        price = (found["compliance_musd"] / np.maximum(found["federal_musd"], 1e-9))[covered]
        order = np.argsort(found["federal_musd"][covered])
        assert (np.diff(price[order]) < 1e-12).all(), "the fixed part weighs most where there is least"
    assert shares[0.0] > shares[15.0] == shares[50.0] == 0.0 and shares[0.0] > 0.3


@pytest.mark.parametrize(
    ("fixed", "share", "bunched"),
    [(2.0, 0.1, True), (0.0, 0.1, False), (2.0, 0.0, False)],
    ids=["both", "free", "neutral"],
)
def test_institutions_bunch_under_a_threshold_only_for_fixed_costs(
    fixed: float, share: float, bunched: bool, state_2017: dict[str, np.ndarray]
) -> None:
    costs = [f"effects.{lever}.cost_fixed_musd={fixed}" for lever in ("disclosure", "cybersecurity")]
    found = table(ruled(50.0, f"params.compliance.bunching={share}", *costs), state_2017)
    offered = found["federal_musd"]
    near = (offered >= 50.0) & (offered * (1 - share) <= 50.0 * JUST_UNDER) & (offered - 50.0 * JUST_UNDER < 2 * fixed)
    assert near.any() == bunched
    if bunched:
        np.testing.assert_allclose(found["federal_mean_musd"][near], 50.0 * JUST_UNDER)
    np.testing.assert_array_equal(found["covered"] > 0, (offered >= 50.0) & ~near)
    assert (found["declined_musd"] > 0).tolist() == near.tolist()


def test_one_is_covered_until_the_mean_is_below_and_the_money_is_gone(state_2017: dict[str, np.ndarray]) -> None:
    costs = [f"effects.{lever}.cost_fixed_musd=2" for lever in ("disclosure", "cybersecurity")]
    cfg = ruled(50.0, "params.compliance.bunching=0.1", *costs)
    run = live.resume(cfg, state_2017).go()
    found = run.table("institution_year")
    rows = (found["institution"] >= 0) & (found["federal_musd"] >= 50.0) & (found["federal_musd"] < 51.0)
    years = [set(found["covered"][rows & (found["year"] == y)].tolist()) for y in range(2018, 2023)]
    assert years[:3] == [{1.0}] * 3 and years[3:] == [{0.0}] * 2
    plain = live.resume(ruled(50.0, *costs), state_2017).go().table("place_year")
    usa = plain["place"] == 1
    less = run.table("place_year")["rd_spending_musd"][usa] / plain["rd_spending_musd"][usa]
    assert (less < 1.0).all() and (less > 0.9999).all()


def test_funding_moves_who_is_covered(state_2017: dict[str, np.ndarray]) -> None:
    """Support that grows by half takes more institutions over the threshold, after three years."""
    cfg = ruled(50.0)
    money = LeverUse(lever="research_funding", values={date(2018, 1, 1): 0.5}, source="test")
    policy = replace(cfg.policies["test"], levers={**cfg.policies["test"].levers, "money": money})
    more = table(replace(cfg, policies={"test": policy}), state_2017)["covered"].sum()
    assert more > table(cfg, state_2017)["covered"].sum() == 146
