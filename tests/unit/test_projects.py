"""Projects: shares, means, what fear, burden and programmes change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.randomness import Stream, draw, lower, person_key, poisson_from, unit, upper
from sim.engines.projects import (
    APPLIED,
    APPLIED_FOR,
    BLOCK,
    FUNDED,
    KIND,
    MAX_SLOTS,
    RECENT_YEARS,
    SENSITIVE,
    ProjectKeys,
    ProjectRates,
    Projects,
    plan_projects,
)
from tests.small import ALPHA, YEAR, key, leave, people


def projects(n: int = 60_000, fear: float = 0.0, military: float = 0.0, **changes: float) -> Projects:
    """Projects of n people alike but for their uid, place 0 of 1."""
    block = people(n, 1, ties=False)
    block.talent[:n], block.stage[:n], block.fear[:n] = 1.0, 1, fear
    block.moved_year[:n] = np.where(np.arange(n) % 2, YEAR - 2, 0)
    a = {"rate": 2.0, "burden": 0.0, "institution": 0.0, "recruit": 1.0, "premium": 0.07, "success": 0.3} | changes
    rates = ProjectRates(
        output=np.array([a["rate"]]),
        recruits=np.array([a["recruit"]]),
        stage=np.array([0.5, 1.0, 0.9]),
        burden_place=np.array([a["burden"]]),
        burden_institution=np.array([a["institution"]]),
        success=np.array([a["success"]]),
        military=np.array([military]),
        dual_use=np.array([0.05, 0.2]),
        basic_share=0.6,
        partners=3.0,
        apply_share=0.5,
        funded_gain=a["premium"],
        fear_output=0.3,
        fear_apply=0.4,
    )
    keys = ProjectKeys(key(Stream.PROJECT), key(Stream.PLACES_OFFERED), key(Stream.LEADS))
    found = Projects.none(n)
    plan_projects(YEAR, block.rows.people, rates, keys, found)
    return found


def assert_share(hits: np.ndarray, share: float) -> None:
    assert stats.binomtest(int(np.count_nonzero(hits)), len(hits), share).pvalue > ALPHA


def test_projects_have_the_shares_asked_for() -> None:
    project, _, n_leads = projects()
    leads = n_leads > 0  # only a lead's project has a type
    assert not (project[~leads] & (APPLIED | SENSITIVE)).any()
    applied, sensitive = project[leads] & APPLIED > 0, project[leads] & SENSITIVE > 0
    assert_share(~applied, 0.6)
    assert_share(sensitive[~applied], 0.05)
    assert_share(sensitive[applied], 0.2)
    asked = project & APPLIED_FOR > 0
    assert_share(asked, 0.5)
    assert_share(project[asked] & FUNDED > 0, 0.3)
    assert not (project[~asked] & FUNDED).any()


def test_led_papers_are_poisson_and_places_offered_are_as_many_as_papers_have_partners() -> None:
    _, n_slots, n_leads = projects(premium=0.0)
    for found, mean in ((n_leads, 2.0), (n_slots, 2.0 * 3.0)):
        assert abs(found.mean() - mean) < 4 * np.sqrt(mean / len(found))
        counts = np.bincount(found, minlength=20)[:20]
        expected = len(found) * stats.poisson.pmf(np.arange(20), mean)
        common = expected > 8
        rest = len(found) - counts[common].sum(), len(found) - expected[common].sum()
        assert stats.chisquare([*counts[common], rest[0]], [*expected[common], rest[1]]).pvalue > ALPHA


def test_led_papers_and_places_offered_are_drawn_apart() -> None:
    _, n_slots, n_leads = projects(premium=0.0)
    table = np.zeros((5, 12))
    np.add.at(table, (np.minimum(n_leads, 4), np.minimum(n_slots, 11)), 1.0)
    assert stats.chi2_contingency(table).pvalue > ALPHA
    assert (n_leads > n_slots).any(), "who leads much need not be on others' papers"


def test_the_funding_premium_keeps_the_mean() -> None:
    project, n_slots, n_leads = projects(premium=0.5)
    funded = project & FUNDED > 0
    for found, mean in ((n_leads, 2.0), (n_slots, 6.0)):
        assert found[funded].mean() > 1.3 * found[~funded].mean()
        assert abs(found.mean() - mean) < 5 * np.sqrt(1.2 * mean / len(found))


@pytest.mark.parametrize("changes, factor", [({"fear": 1.0}, 0.7), ({"burden": 0.2}, 0.8), ({"institution": 0.1}, 0.9)])
def test_fear_and_burden_cost_output(changes: dict[str, float], factor: float) -> None:
    one, other = projects(premium=0.0), projects(premium=0.0, **changes)
    for before, after in ((one.n_leads, other.n_leads), (one.n_slots, other.n_slots)):
        assert (after <= before).all(), "the same number drawn from a smaller mean: nobody writes more"
        assert after.mean() / before.mean() == pytest.approx(factor, abs=0.01)


def test_recruits_gain_from_programmes_and_others_do_not() -> None:
    one, other = projects(), projects(recruit=1.5)
    recent = np.arange(len(one.bits)) % 2 == 1
    for before, after in ((one.n_leads, other.n_leads), (one.n_slots, other.n_slots)):
        np.testing.assert_array_equal(after[~recent], before[~recent])
        assert after[recent].mean() == pytest.approx(1.5 * before[recent].mean(), rel=0.02)


def test_military_direction_turns_open_basic_research_into_sensitive_work_only() -> None:
    (before, _, n_leads), after = projects(), projects(military=0.25).bits
    before, after = before[n_leads > 0], after[n_leads > 0]
    changed = before != after
    assert (before[changed] & KIND == 0).all() and (after[changed] & KIND == APPLIED | SENSITIVE).all()
    assert_share(changed[before & KIND == 0], 0.25)


def test_the_fearful_apply_less_and_nobody_more() -> None:
    before, after = (projects(fear=fear).bits & APPLIED_FOR > 0 for fear in (0.0, 1.0))
    assert not (after & ~before).any()
    assert_share(after, 0.5 * (1.0 - 0.4))


def of_one(person: np.void, rates: ProjectRates, keys: ProjectKeys) -> tuple[int, int, int]:
    """Bits, places offered and papers led of one person, by the rule."""
    a, own, bits = person["place"], np.uint64(person_key(keys.project, person["uid"])), 0
    applied = upper(own) < rates.apply_share * (1.0 - rates.fear_apply * person["fear"])
    funded = applied and lower(own) < rates.success[a]
    mean = rates.output[a] * person["talent"] * rates.stage[person["stage"]]
    mean *= 1.0 + rates.funded_gain * (float(funded) - rates.apply_share * rates.success[a])
    mean *= 1.0 - rates.fear_output * person["fear"]
    mean *= (1.0 - rates.burden_place[a]) * (1.0 - rates.burden_institution[person["institution"]])
    if person["moved_year"] > 0 and YEAR - person["moved_year"] <= RECENT_YEARS:
        mean *= rates.recruits[a]
    leads = min(MAX_SLOTS, poisson_from(draw(keys.leads, person["uid"]), mean))
    if leads > 0:
        applied_research = unit(own, np.uint64(0)) >= rates.basic_share
        bits |= APPLIED if applied_research else 0
        if unit(own, np.uint64(1)) < rates.dual_use[int(applied_research)]:
            bits |= SENSITIVE
        elif not applied_research and unit(own, np.uint64(2)) < rates.military[a]:
            bits |= APPLIED | SENSITIVE
    bits |= (APPLIED_FOR if applied else 0) | (FUNDED if funded else 0)
    return bits, min(MAX_SLOTS, poisson_from(draw(keys.places, person["uid"]), mean * rates.partners)), leads


def test_blocks_do_what_the_rule_says_of_each_person() -> None:
    n, n_places, rng = 3 * BLOCK + 5, 4, np.random.default_rng(7)
    block = people(n, n_places, ties=False)
    block.fear[:n] = np.where(rng.random(n) < 0.3, rng.random(n), 0.0)
    block.moved_year[:n] = np.where(rng.random(n) < 0.5, YEAR - rng.integers(0, 12, n), 0)
    block.institution[:n] = rng.integers(0, 3, n)
    block.talent[:n:50] = 200.0  # more than there is room for
    block.talent[1:n:50] = 0.0
    leave(block, np.arange(2, n, 9))
    of_places = iter(rng.random((5, n_places)))
    rates = ProjectRates(
        output=0.2 + next(of_places),
        recruits=1.0 + next(of_places),
        stage=np.array([0.5, 1.0, 0.9]),
        burden_place=0.3 * next(of_places),
        burden_institution=np.array([0.0, 0.2, 1.0]),
        success=next(of_places),
        military=next(of_places),
        dual_use=np.array([0.05, 0.2]),
        basic_share=0.6,
        partners=3.7,
        apply_share=0.5,
        funded_gain=0.07,
        fear_output=0.3,
        fear_apply=0.4,
    )
    keys, found = ProjectKeys(key(Stream.PROJECT), key(Stream.PLACES_OFFERED), key(Stream.LEADS)), Projects.none(n)
    for of_rows in found:
        of_rows[:] = 77  # what was there before
    plan_projects(YEAR, block.rows.people, rates, keys, found)
    rows = block.rows.people
    expected = [of_one(rows[i], rates, keys) if rows[i]["uid"] else (0, 0, 0) for i in range(n)]
    np.testing.assert_array_equal(np.stack(found, axis=1), expected)
    assert found.n_slots.max() == MAX_SLOTS and (found.n_slots > 6).sum() > 10 and (found.bits & SENSITIVE).any()
