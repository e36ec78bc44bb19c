"""Careers: stages, tenure, second affiliations, exits and the fear that people feel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from sim.core.axes import NONE
from sim.core.columns import Block
from sim.core.randomness import Stream, draw
from sim.core.ties import place_of
from sim.engines import careers
from sim.engines.careers import (
    EXIT_CAREER,
    EXIT_CASE,
    EXIT_FEAR,
    RETIREMENT,
    CareerKeys,
    CareerRates,
    Leavers,
    stage_of,
)
from tests.small import ALPHA, YEAR, key, leave, people, remember

P = 4
STAGE_FACTOR = np.array([1.6, 0.7, 0.9, 5.0])  # the last from 35 years of career on
KEYS = CareerKeys(*(key(s) for s in (Stream.EXIT, Stream.PERMANENT, Stream.DUAL, Stream.POST_LAPSE)))


def test_stage_boundaries() -> None:
    assert [int(stage_of(y)) for y in (0, 7, 8, 19, 20, 45)] == [0, 0, 1, 1, 2, 2]


CALM = np.zeros((P, P))
HOSTILITY = np.zeros((P, P))
HOSTILITY[0, 1] = 0.4
THREAT = np.zeros((P, P))
THREAT[0, 1], THREAT[0, 2] = 1.0, 0.5
SPILL, NEARNESS = 0.22, 0.5
NEUTRAL = CareerRates(
    hostility=CALM,
    hostility_tie=CALM,
    threat=THREAT,
    spill=SPILL,
    nearness=NEARNESS,
    exit_base=np.full(P, 0.05),
    exit_by_stage=STAGE_FACTOR,
    exit_permanent=0.6,
    exit_fear=0.25,
    case_exit=np.zeros((P, P)),
    tenure=np.zeros((P, 3)),
    offered=np.zeros((P, 3)),
    kept=np.ones(P),
    talent_permanent=0.3,
    dual_gain=np.zeros((P, P)),
    dual_loss=np.zeros((P, P)),
)


def step(block: Block, kernel: Callable[..., int] = careers.step, **changes: float | np.ndarray) -> np.ndarray:
    """One year of careers with neutral rules unless changed; returns exit reasons by row, 0 for those who stay."""
    leavers = Leavers(np.empty(block.n_rows, np.int64), np.empty(block.n_rows, np.uint8), np.zeros((P, P, 3), np.int64))
    people, ties, _ = block.rows
    people = people if kernel is careers.step else people.view(np.recarray)  # rows have attributes in Python
    n = kernel(YEAR, people, ties, NEUTRAL._replace(**changes), KEYS, leavers)
    rows, reasons, counts = leavers
    reason = np.zeros(block.n_rows, np.uint8)
    reason[rows[:n]] = reasons[:n]
    assert (np.diff(rows[:n]) > 0).all() and (reasons[:n] > 0).all()
    expected = np.zeros_like(counts)
    np.add.at(expected, (block.origin[rows[:n]], block.place[rows[:n]], reasons[:n] - 1), 1)
    np.testing.assert_array_equal(counts, expected)
    return reason


def alike(n: int, age: int = 3, permanent: int = 0) -> Block:
    """n people alike but for their uid: origin 1, place 0, talent 1."""
    block = people(n, P, ties=False)
    block.origin[:n], block.place[:n], block.entry_year[:n] = 1, 0, YEAR - age
    block.permanent[:n], block.talent[:n], block.dual[:n] = permanent, 1.0, NONE
    return block


def assert_share(hits: np.ndarray, share: float) -> None:
    assert stats.binomtest(int(np.count_nonzero(hits)), len(hits), share).pvalue > ALPHA


@pytest.mark.parametrize("age, stage", [(7, 0), (8, 1), (20, 2)])
@pytest.mark.parametrize("permanent", [0, 1])
def test_exits_follow_the_hazard(age: int, stage: int, permanent: int) -> None:
    block = alike(40_000, age, permanent)
    reason = step(block)
    hazard = 0.05 * STAGE_FACTOR[stage] * (0.6 if permanent else 1.0)
    assert (block.stage[: block.n_rows] == stage).all()
    assert set(np.unique(reason)) == {0, EXIT_CAREER}
    assert_share(reason == EXIT_CAREER, 1.0 - np.exp(-hazard))


@pytest.mark.parametrize("permanent", [0, 1])
def test_people_retire_from_35_years_of_career_on_whatever_their_post(permanent: int) -> None:
    before, after = 0.05 * STAGE_FACTOR[2] * (0.6 if permanent else 1.0), 0.05 * STAGE_FACTOR[3]
    for age, hazard in ((34, before), (35, after), (60, after)):
        block = alike(40_000, age, permanent)
        assert_share(step(block) == EXIT_CAREER, 1.0 - np.exp(-hazard))
        assert (block.stage[: block.n_rows] == 2).all(), "retirement is no stage of its own"


def test_factor_on_exits_by_years_of_career() -> None:
    def factor(years: int, permanent: int) -> float:
        block = alike(1, years, permanent)
        total, number = np.zeros(P), np.zeros(P)
        careers.mean_exit_factor(YEAR, block.rows.people, STAGE_FACTOR, 0.6, total, number)
        return float(total[0] / number[0])

    years = [0, 7, 8, 19, 20, 34, 35, 50]
    np.testing.assert_allclose([factor(y, 0) for y in years], [1.6, 1.6, 0.7, 0.7, 0.9, 0.9, 5.0, 5.0])
    np.testing.assert_allclose([factor(y, 1) for y in years], [0.96, 0.96, 0.42, 0.42, 0.54, 0.54, 5.0, 5.0])
    assert RETIREMENT == 35


def test_fear_adds_exits_and_changes_nobody_elses_fate() -> None:
    hostility = CALM.copy()
    hostility[0, 1] = -np.log(1.0 - 0.8)  # a fear of 0.8
    calm, afraid = step(alike(40_000)), step(alike(40_000), hostility=hostility, exit_fear=1.0)
    np.testing.assert_array_equal(afraid == EXIT_CAREER, calm == EXIT_CAREER)
    base = 0.05 * STAGE_FACTOR[0]
    assert_share(afraid == EXIT_FEAR, np.exp(-base) - np.exp(-base * np.exp(0.8)))


def test_investigations_end_careers_only_where_they_happen() -> None:
    case_exit = np.zeros((P, P))
    case_exit[0, 1] = 0.03
    before, after = step(alike(40_000)), step(alike(40_000), case_exit=case_exit)
    np.testing.assert_array_equal(after == EXIT_CAREER, before == EXIT_CAREER)
    base = 0.05 * STAGE_FACTOR[0]
    assert_share(after == EXIT_CASE, np.exp(-base) - np.exp(-base - 0.03))
    case_exit = np.zeros((P, P))
    case_exit[1, 0] = case_exit[0, 2] = 5.0
    np.testing.assert_array_equal(step(alike(40_000), case_exit=case_exit), before)


def test_a_higher_hazard_only_adds_leavers() -> None:
    few, many = (step(people(20_000, P), exit_base=np.full(P, h)) > 0 for h in (0.02, 0.06))
    assert not (few & ~many).any() and many.sum() > 2 * few.sum()


def test_free_rows_neither_age_nor_leave() -> None:
    block = people(100, P)
    leave(block, np.arange(10))
    stage = block.stage[:10].copy()
    reason = step(block, exit_base=np.full(P, 50.0))
    assert not reason[:10].any() and reason[10:].all()
    np.testing.assert_array_equal(block.stage[:10], stage)


def test_people_get_tenure_at_the_rate_of_place_and_stage() -> None:
    rate = np.zeros((P, 3))
    rate[0] = [0.08, 0.2, 0.4]
    for age, stage in ((3, 0), (12, 1), (25, 2)):
        block = alike(30_000, age)
        step(block, tenure=rate)
        assert_share(block.permanent[: block.n_rows], rate[0, stage])
    block = alike(1000)
    block.place[:1000] = 2
    step(block, tenure=rate)
    assert not block.permanent[:1000].any()


def test_posts_that_policy_buys_are_told_from_the_places_own_and_lapse_with_their_money() -> None:
    n = 20_000
    own, offered = np.full((P, 3), 0.2), np.full((P, 3), 0.3)
    plain, bought = alike(n), alike(n)
    step(plain, tenure=own, offered=own)
    step(bought, tenure=own, offered=offered)
    held = bought.permanent[:n].copy()
    np.testing.assert_array_equal(held == 1, plain.permanent[:n] == 1)  # the place's own go to the same people
    assert (held == careers.BOUGHT).mean() == pytest.approx(0.1, abs=0.01)
    step(bought, kept=np.full(P, 0.6))
    assert (bought.permanent[:n][held == 1] == 1).all()
    assert (bought.permanent[:n][held == careers.BOUGHT] == careers.BOUGHT).mean() == pytest.approx(0.6, abs=0.05)
    step(bought, kept=np.ones(P))
    assert (bought.permanent[:n] == careers.BOUGHT).any(), "what is paid stays"


def test_tenure_is_kept_and_comes_sooner_to_the_talented() -> None:
    rate = np.full((P, 3), 0.1)
    block = alike(30_000)
    block.talent[:15_000], block.permanent[15_000:16_000] = 8.0, 1
    step(block, tenure=rate)
    assert block.permanent[15_000:16_000].all()
    assert_share(block.permanent[:15_000], 0.1 * 8.0**0.3)
    assert_share(block.permanent[16_000:30_000], 0.1)


def test_second_affiliations_begin_and_end_at_their_rates() -> None:
    gain, loss = np.zeros((P, P)), np.zeros((P, P))
    gain[0, 1], loss[0, 3] = 0.05, 0.3
    block = alike(41_000, age=12)
    block.dual[:10_000], block.dual[40_000:41_000] = 3, 2
    step(block, dual_gain=gain, dual_loss=loss)
    assert_share(block.dual[:10_000] == NONE, 0.3)
    kept = block.dual[:10_000]
    assert set(np.unique(kept)) == {3, NONE}
    assert (block.dual[40_000:41_000] == 2).all(), "what is banned in one place is not in another"
    assert_share(block.dual[10_000:40_000] == 1, 0.05)
    young, home = alike(5000, age=2), alike(5000, age=12)
    home.place[:5000] = 1
    for other in (young, home):
        step(other, dual_gain=np.full((P, P), 0.9))
        assert (other.dual[:5000] == NONE).all(), "neither the young nor people at home"


def test_mean_exit_factor_is_the_mean_that_calibration_divides_by() -> None:
    block = people(3000, P)
    block.entry_year[200:500] = YEAR - 36
    leave(block, np.arange(100))
    total, n = np.zeros(P), np.zeros(P)
    careers.mean_exit_factor(YEAR, block.rows.people, STAGE_FACTOR, 0.6, total, n)
    alive = block.alive()
    factor = np.array([factor_by_hand(block, i, block.permanent[i]) for i in alive])
    np.testing.assert_allclose(total, np.bincount(block.place[alive], factor, P), rtol=1e-12)
    np.testing.assert_array_equal(n, np.bincount(block.place[alive], minlength=P))


# --- bounds -------------------------------------------------------------------------------------------------
def factor_by_hand(block: Block, i: int, permanent: int) -> float:
    """Personal factor of person i on the hazard of exit, before fear."""
    years = YEAR - int(block.entry_year[i])
    return STAGE_FACTOR[3] if years >= 35 else STAGE_FACTOR[stage_of(years)] * (0.6 if permanent else 1.0)


def naive(block: Block, a: dict[str, np.ndarray | float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exit reasons, tenure and second affiliations after `step`, every power and logarithm taken."""
    reason = np.zeros(block.n_rows, np.uint8)
    permanent, dual = block.permanent[: block.n_rows].copy(), block.dual[: block.n_rows].copy()
    for i in block.alive():
        o, c, uid = block.origin[i], block.place[i], block.uid[i]
        s = stage_of(YEAR - block.entry_year[i])
        exit_, post, second, lapse = (draw(k, uid) for k in KEYS)
        gift = float(block.talent[i]) ** a["talent_permanent"]
        if permanent[i] == 0:
            permanent[i] = 1 if post < a["tenure"][c, s] * gift else 2 if post < a["offered"][c, s] * gift else 0
        elif permanent[i] == 2 and lapse >= a["kept"][c]:
            permanent[i] = 0
        if dual[i] != NONE:
            dual[i] = NONE if second < a["dual_loss"][c, dual[i]] else dual[i]
        elif s > 0 and c != o and second < a["dual_gain"][c, o]:
            dual[i] = o
        base = a["exit_base"][c] * factor_by_hand(block, i, permanent[i])
        chilled = base * np.exp(a["exit_fear"] * fear_by_hand(block, i, a["hostility"], a["hostility_tie"]))
        ends = np.array([base, chilled, chilled + a["case_exit"][c, o]])
        at = int(np.searchsorted(ends, -np.log1p(-exit_), side="right"))
        reason[i] = (at + 1) % 4
    return reason, permanent, dual


def fear_by_hand(block: Block, i: int, hostility: np.ndarray, by_tie: np.ndarray) -> float:
    """Fear of person i as ODD 7.2 says."""
    c, o = block.place[i], block.origin[i]
    if not hostility[c].any():
        return 0.0
    ties = [place_of(block.rows.people, tie) for tie in block.ties[i]]
    there = [b for b in ties if b not in (NONE, c)]
    near = 1.0 + NEARNESS * sum(THREAT[c, b] for b in there) / len(ties)
    other = max([by_tie[c, b] * THREAT[c, b] for b in there], default=0.0)
    return 1.0 - np.exp(-hostility[c, o] * near - SPILL * max(0.0, other - hostility[c, o]))


@pytest.mark.parametrize("talent_permanent", [0.0, 0.3, 1.0])
def test_bounds_change_nobodys_fate(talent_permanent: float) -> None:
    rng = np.random.default_rng(9)
    rules = {
        "hostility": HOSTILITY, "hostility_tie": 1.5 * HOSTILITY,
        "exit_base": rng.uniform(0.02, 0.4, P), "exit_fear": 1.5,
        "case_exit": rng.uniform(0.0, 0.1, (P, P)), "tenure": rng.uniform(0.0, 0.5, (P, 3)),
        "talent_permanent": talent_permanent, "dual_gain": rng.uniform(0.0, 0.5, (P, P)),
        "dual_loss": rng.uniform(0.0, 0.5, (P, P)), "offered": rng.uniform(0.3, 0.8, (P, 3)),
        "kept": rng.uniform(0.3, 1.0, P),
    }  # fmt: skip
    block = people(5000, P)
    block.permanent[:3000:3] = careers.BOUGHT
    block.talent[:500] *= 20.0
    block.entry_year[500:1000] = YEAR - 36
    leave(block, np.arange(50))
    reason, permanent, dual = naive(block, rules)
    found = step(block, **rules)
    np.testing.assert_array_equal(found, reason)
    np.testing.assert_array_equal(block.permanent[: block.n_rows], permanent)
    np.testing.assert_array_equal(block.dual[: block.n_rows], dual)
    assert set(np.unique(reason)) == {0, EXIT_CAREER, EXIT_FEAR, EXIT_CASE}


def test_the_kernel_runs_uncompiled_with_the_same_result() -> None:
    """So that it can be stepped through."""
    rules = {"hostility": HOSTILITY, "tenure": np.full((P, 3), 0.2), "dual_gain": np.full((P, P), 0.3)}
    one, two = people(300, P), people(300, P)
    np.testing.assert_array_equal(step(one, careers.step.py_func, **rules), step(two, **rules))
    for name in ("fear", "stage", "permanent", "dual"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


# --- fear ---------------------------------------------------------------------------------------------------


def fear_of(
    origin: int, place: int, partners: list[int], by_origin: np.ndarray = HOSTILITY, by_tie: np.ndarray = HOSTILITY
) -> float:
    """Fear of one person with co-authors in the given places."""
    block = people(12, P, ties=False)
    block.fear[:12] = 9.0
    block.origin[0], block.place[0] = origin, place
    for k, b in enumerate(partners, start=1):
        block.place[k] = b
        remember(block, 0, k)
    step(block, hostility=by_origin, hostility_tie=by_tie)
    return float(block.fear[0])


def test_fear_is_one_minus_exp_of_hostility_times_nearness() -> None:
    assert fear_of(1, 0, []) == pytest.approx(1.0 - np.exp(-0.4), rel=1e-6)
    assert fear_of(1, 0, [1]) == pytest.approx(1.0 - np.exp(-0.4 * (1.0 + 0.5 / 4)), rel=1e-6)
    assert fear_of(1, 0, [1, 1, 2]) == pytest.approx(1.0 - np.exp(-0.4 * (1.0 + 0.5 * 2.5 / 4)), rel=1e-6)
    assert fear_of(1, 0, [0, 3]) == fear_of(1, 0, []), "ties at home or in a place that is no threat do not count"


def test_others_with_ties_to_the_target_feel_part_of_it() -> None:
    assert fear_of(3, 0, []) == 0.0
    assert fear_of(3, 0, [1]) == pytest.approx(1.0 - np.exp(-0.22 * 0.4), rel=1e-6)
    assert fear_of(3, 0, [2]) == 0.0, "no hostility towards that place"


def test_cases_on_account_of_ties_frighten_the_tied_whatever_their_origin() -> None:
    """Nobody's origin is in question; of the level towards ties people feel what exceeds their own."""
    assert fear_of(1, 0, [], CALM) == fear_of(3, 0, [2], CALM) == 0.0
    assert fear_of(1, 0, [1], CALM) == fear_of(3, 0, [1], CALM) == pytest.approx(1.0 - np.exp(-0.22 * 0.4), rel=1e-6)
    assert fear_of(1, 0, [1], by_tie=2.0 * HOSTILITY) > fear_of(1, 0, [1]) == fear_of(1, 0, [1], by_tie=CALM)


def test_no_hostility_no_fear_and_none_elsewhere() -> None:
    assert fear_of(1, 0, [1, 2], CALM, CALM) == 0.0
    assert fear_of(1, 2, [1]) == 0.0


def test_those_who_left_are_nobodys_exposure() -> None:
    block = people(12, P, ties=False)
    block.origin[0], block.place[0], block.place[1] = 1, 0, 1
    remember(block, 0, 1)
    leave(block, np.array([1]))
    step(block, hostility=HOSTILITY)
    assert block.fear[0] == pytest.approx(1.0 - np.exp(-0.4), rel=1e-6)
