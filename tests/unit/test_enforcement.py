"""Cases are real counts whose hits follow from how common breaches are; those that find nothing frighten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.engines.enforcement import Cases, Rule, Suspects, cases, remember, rules_of
from sim.engines.fear import Fear, update_fear
from sim.engines.security import incidents
from sim.params import Params, SecurityParams

PARAMS = Params().security
HERE, STATE, OTHER = range(3)  # where cases are opened, on whose account, and a third place
RATE, OF_ORIGIN = np.zeros((3, 3)), np.zeros((3, 3))
RATE[HERE, STATE] = 0.00384  # 61.44 cases a year
OF_ORIGIN[HERE, STATE] = 10_000.0
TIED = np.zeros((3, 3, 3))  # [place, state, origin]: 16,000 tied to the state, of whom 4,000 come from there
TIED[HERE, STATE] = 8000.0, 4000.0, 4000.0
TIED[OTHER, STATE] = 0.0, 500.0, 1500.0
LEAKERS = np.zeros((3, 3))
LEAKERS[HERE, STATE] = 8.0
UNKNOWN = np.zeros((3, 3))  # no breach found in earlier years
SUSPECTS = Suspects(TIED, OF_ORIGIN, UNKNOWN, LEAKERS)
NOBODY = np.zeros((1, 1), np.int64)


def drawn(years: range, by_risk: float, rate: np.ndarray = RATE, params: SecurityParams = PARAMS) -> list[Cases]:
    return [cases(rate, np.full((3, 3), by_risk), SUSPECTS, params, 0, 0, year) for year in years]


def share_that_finds(found: list[Cases]) -> float:
    return float(sum(c.found.sum() for c in found) / sum(c.total.sum() for c in found))


def test_hits_follow_by_bayes() -> None:
    rule, one, pool = Rule(0.5, 0.9), np.array(1.0), np.array(1000.0)

    def hits(guilty: float, breaches: float) -> float:
        return float(rule.finds(one, np.array(guilty), np.array(breaches), pool))

    assert hits(20.0, 20.0) == pytest.approx(10.0 / (10.0 + 98.0))
    assert rule.finds(one, *np.zeros((3, 1))) == 0.0
    assert hits(1e9, 20.0) == 1.0, "no case finds two leakers"
    assert hits(50.0, 50.0) > hits(5.0, 5.0)


def test_more_cases_than_flagged_people_find_what_is_left_and_never_more_than_there_is() -> None:
    """108 of 1,000 are flagged, 10 of the 20 in breach among them; the others are 10 of 892."""
    rule, twenty, pool = Rule(0.5, 0.9), np.array(20.0), np.array(1000.0)
    found = [float(rule.finds(np.array(n), twenty, twenty, pool)) for n in (54.0, 108.0, 108.0 + 446.0, 1000.0, 9e9)]
    assert found == pytest.approx([5.0, 10.0, 15.0, 20.0, 20.0])


def test_counts_have_the_right_mean() -> None:
    """|z| < 4.5 for each of four means: wrongly red once in about 40,000 choices of the keys."""
    n, expected = 400, RATE[HERE, STATE] * 16_000
    found = drawn(range(n), 0.4)
    risk, profile = rules_of(PARAMS)
    u = PARAMS.undisclosed
    hits = (
        risk.sensitivity * u / (risk.sensitivity * u + (1 - risk.specificity) * (1 - u)),
        0.5 * u * 4000 / (0.5 * u * 4000 + (1 - profile.specificity) * (10_000 - u * 4000)),
    )
    for number, wanted in (
        ("found_by_risk", 0.4 * hits[0]),
        ("nothing_by_risk", 0.4 * (1 - hits[0])),
        ("found_by_profile", 0.6 * hits[1]),
        ("nothing_by_profile", 0.6 * (1 - hits[1])),
    ):
        counts = np.array([getattr(c, number)[HERE, STATE] for c in found])
        assert abs(counts.mean() - expected * wanted) / np.sqrt(expected * wanted / n) < 4.5, number
        assert all(getattr(c, number).sum() == getattr(c, number)[HERE, STATE] for c in found)


def test_cases_by_risk_fall_on_the_tied_as_they_are_and_those_by_profile_on_the_origin() -> None:
    by_risk, by_profile = (np.sum([c.on_origins() for c in drawn(range(50), share)], axis=0) for share in (1.0, 0.0))
    assert by_risk[HERE] / by_risk[HERE, STATE] == pytest.approx([2.0, 1.0, 1.0])
    assert by_profile[HERE, HERE] == by_profile[HERE, OTHER] == 0.0 < by_profile[HERE, STATE]


def test_as_many_cases_by_risk_find_more_and_neither_rule_is_without_false_cases() -> None:
    profile, risk = (share_that_finds(drawn(range(200), share)) for share in (0.0, 1.0))
    assert profile < risk < 1.0
    for sensitivity in (0.2, 0.9):
        for specificity in (0.985, 0.999):
            best = replace(PARAMS, risk_sensitivity=sensitivity, risk_specificity=specificity, undisclosed=0.05)
            assert share_that_finds(drawn(range(200), 1.0, params=best)) < 1.0


def test_leaks_found_are_bounded_by_leakers_among_the_flagged_times_detection() -> None:
    """By Bayes too: of 8 leakers a year among 16,000 tied, as many are flagged as of those in breach."""
    found = drawn(range(1), 1.0)[0]
    flagged = 0.5 * PARAMS.undisclosed * 16_000 + 0.005 * 0.98 * 16_000
    assert found.leaks_found[HERE] == pytest.approx(RATE[HERE, STATE] * 16_000 * PARAMS.detection * 0.5 * 8.0 / flagged)
    many = SUSPECTS._replace(leakers=1e9 * SUSPECTS.leakers)
    bounded = cases(RATE, np.ones((3, 3)), many, PARAMS, 0, 0, 0)
    assert bounded.leaks_found[HERE] == pytest.approx(RATE[HERE, STATE] * 16_000 * PARAMS.detection)
    np.testing.assert_array_equal(bounded.found, found.found), "what finds a breach does not go by leaks"


def test_a_breach_is_found_once() -> None:
    """At 200 times the rate the breaches of the first year are found, and then those of people with new ties."""
    known, found = UNKNOWN, []
    for year in range(6):
        of_year = cases(200 * RATE, np.ones((3, 3)), SUSPECTS._replace(known=known), PARAMS, 0, 0, year)
        found.append(float(of_year.found.sum()))
        known = remember(known, of_year, PARAMS)
    breaches = PARAMS.undisclosed * 16_000
    noise = 4.5 * np.sqrt(breaches)
    assert 0.5 * breaches < found[0] < breaches + noise
    assert sum(found) < breaches * (1.0 + 5 / PARAMS.active_years) + noise
    assert max(found[2:]) < 0.5 * found[0]


def test_known_breaches_are_forgotten_as_their_ties_end() -> None:
    none = Cases.none(3)
    assert remember(np.full((3, 3), 10.0), none, PARAMS)[HERE, STATE] == pytest.approx(
        10.0 * (1 - 1 / PARAMS.active_years)
    )
    nine = none._replace(found_by_risk=np.full((3, 3), 9), found_by_profile=np.full((3, 3), 2))
    assert remember(UNKNOWN, nine, PARAMS)[HERE, STATE] == 11.0


def test_cases_count_by_ties_to_the_state_not_by_people_of_the_origin() -> None:
    """Target P16: 246 of 32,000 with co-authors in China, of any origin."""
    tied = np.zeros((1, 1, 1)) + 32_000.0
    of = Suspects(tied, np.array([[6400.0]]), *np.zeros((2, 1, 1)))
    found = [cases(np.array([[0.0019]]), np.zeros((1, 1)), of, PARAMS, 0, 0, year).total for year in range(400)]
    assert np.mean(found) == pytest.approx(0.0019 * 32_000, abs=4.5 * np.sqrt(0.0019 * 32_000 / 400))


def test_a_higher_rate_only_adds_cases() -> None:
    for lower, higher in zip(drawn(range(50), 0.5), drawn(range(50), 0.5, 1.1 * RATE)):
        assert all((getattr(higher, n) >= getattr(lower, n)).all() for n in Cases._fields[:4])
    more, fewer = (sum(c.total.sum() for c in drawn(range(50), 0.5, f * RATE)) for f in (1.1, 1.0))
    assert more > fewer


def test_a_pair_keeps_its_draw_whatever_happens_elsewhere() -> None:
    expected = np.full((5, 5), 3.0)
    other = expected.copy()
    other[2, 3] = 300.0
    before, after = incidents(expected, 1, 2, 2020), incidents(other, 1, 2, 2020)
    changed = before != after
    assert changed[2, 3] and changed.sum() == 1
    assert (incidents(expected, 1, 3, 2020) != before).any()


# --- fear ---------------------------------------------------------------------------------------------------
QUIET = Fear(*np.zeros((2, 3, 3)))


def nothing(by_risk: float, by_profile: float) -> Cases:
    """Cases that find nothing."""
    counts, none = np.zeros((2, 3, 3)), np.zeros((3, 3))
    counts[:, HERE, STATE] = by_risk, by_profile
    origins = TIED / np.maximum(TIED.sum(axis=2, keepdims=True), 1.0)
    return Cases(none, counts[0], none, counts[1], origins, np.zeros(3))


def fear_after(found: Cases) -> Fear:
    return update_fear(QUIET, found, TIED.sum(axis=2), np.ones((3, 3)), PARAMS)


def test_a_case_by_profile_frightens_its_origin_and_one_by_risk_the_origins_of_the_tied() -> None:
    """But for people at home, who are like the person by their tie alone; by tie either rule frightens."""
    profile, risk = fear_after(nothing(0.0, 20.0)), fear_after(nothing(20.0, 0.0))
    level = PARAMS.chi * 20.0 / 16_000
    assert profile.by_origin[HERE].tolist() == pytest.approx([0.0, level, 0.0])
    assert risk.by_origin[HERE].tolist() == pytest.approx([0.0, 0.25 * level, 0.25 * level])
    for fear in (profile, risk):
        assert fear.by_tie[HERE].tolist() == pytest.approx([0.0, level, 0.0])
        assert not fear.by_origin[OTHER].any() and not fear.by_tie[OTHER].any()


def test_fear_among_few_people_stays_at_its_highest_level_however_many_cases_fall_on_them() -> None:
    """Or it would take decades to fade."""
    low, high = fear_after(nothing(0.0, 20.0)), fear_after(nothing(0.0, 1e6))
    for few, many in zip(low, high):
        assert 0.0 < few[HERE, STATE] < PARAMS.fear_max == many[HERE, STATE] == many.max()


def test_cases_that_find_something_frighten_nobody() -> None:
    nine = np.full((3, 3), 9.0)
    fear = fear_after(nothing(0.0, 0.0)._replace(found_by_risk=nine, found_by_profile=nine))
    assert not fear.by_origin.any() and not fear.by_tie.any()


@pytest.mark.parametrize("spill", [0.0, 0.06, 0.2])
@pytest.mark.parametrize("decay", [0.02, 0.2, 0.8])
def test_fear_dies_out_without_cases_over_the_whole_sweep(decay: float, spill: float) -> None:
    params = SecurityParams(fear_decay=decay, fear_spill=spill)
    exposed, none = np.tile([1000.0, 5000.0, 300.0], (3, 1)), np.zeros((3, 3))
    quiet = Cases(none, none, none, none, np.zeros((3, 3, 3)), np.zeros(3))
    fear = Fear(np.diag([0.3, 0.0, 0.0]), np.diag([0.3, 0.0, 0.0]))
    largest = [0.3]
    for _ in range(60):
        fear = update_fear(fear, quiet, exposed, exposed, params)
        largest.append(max(fear.by_origin.max(), fear.by_tie.max()))
    assert (np.diff(largest) <= 1e-12).all() and largest[-1] < 0.3 * np.exp(-60 * decay * 0.99) + 1e-9


@pytest.mark.parametrize("spill", [0.02, 0.06, 0.2])
def test_spill_over_keeps_the_sum_of_fear_over_exposed_people(spill: float) -> None:
    """What decays is all that is lost, in each place, wherever the fear began and whoever is many or few."""
    params = SecurityParams(fear_decay=0.1, fear_spill=spill)
    exposed = np.array([[1000.0, 9000.0, 0.0], [50.0, 60.0, 70.0], [5.0, 0.0, 0.0]])
    fear = Fear(np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.5], [0.4, 0.0, 0.0]]), np.zeros((3, 3)))
    sums = [(fear.by_origin * exposed).sum(axis=1)]
    for _ in range(9):
        fear = update_fear(fear, Cases.none(3), exposed, exposed, params)
        sums.append((fear.by_origin * exposed).sum(axis=1))
    np.testing.assert_allclose(sums[1:], 0.9 * np.array(sums[:-1]))
    assert fear.by_origin[0, 1] > 0.0, "but it moves"


def test_a_crackdown_frightens_some_forty_for_each_investigated() -> None:
    """The order of magnitude of P16 (50-90): 246 of 32,000 tied in four years; 0.27 of cases find a breach (P13)."""
    tied, fear, targeted = np.array([[32_000.0]]), Fear(np.zeros((1, 1)), np.zeros((1, 1))), 0.0
    for _ in range(4):
        total = 246 / 4
        counts = np.array([[round(total * 0.27)]]), np.array([[round(total * 0.73)]])
        found = Cases(NOBODY, NOBODY, *counts, np.zeros((1, 1, 1)), np.zeros(1))
        fear = update_fear(fear, found, tied, tied, PARAMS)
        targeted += float(found.total.sum())
    fearful = float(-np.expm1(-fear.by_origin)[0, 0])
    assert 25 <= fearful * 32_000 / targeted <= 180
