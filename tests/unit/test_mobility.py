"""Mobility: the kernel against a plain reference person by person, in distribution, and what a rule must not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from sim.core.axes import NONE
from sim.core.columns import COLUMNS, N_TIES, Block
from sim.core.randomness import Stream, draw, gumbel, person_key
from sim.core.ties import place_of
from sim.engines import mobility
from sim.engines.choice import InstitutionShares, choose
from sim.engines.mobility import MoveBounds, MoveFactors, MoveKeys, Movers
from sim.engines.move_plan import N_ELITE, N_STAGES, MovePlan
from sim.engines.pull_of_ties import tie_factors
from tests.small import ALPHA, YEAR, key, known_rows, leave, people, tie_to, without
from tests.unit.move_years import N_PLACES, neutral, plan_of, random_year

ELITE_TALENT = 2.0
STRENGTH = np.array([2.0, 1.0, 0.7, 0.3])  # of the most valued tie first
TIE = 0.5
FACTORS = MoveFactors(
    age=np.array([1.0, 0.55, 0.3]),
    permanent=0.5,
    talent=0.25,
    fear_leave=0.5,
    tie=tie_factors(STRENGTH, TIE),
    home_early=np.array([1.0, 1.8, 2.5, 0.6]),
    vacancy_talent=0.3,
)
KEYS = MoveKeys(*(key(s) for s in (Stream.MOVE, Stream.DESTINATION, Stream.CAP)))


def sums(block: Block, factors: MoveFactors = FACTORS, real: float = 1.0) -> tuple[np.ndarray, MoveBounds]:
    """What `sum_people` says: sums over cells, and who can move at all."""
    cells = np.zeros((N_PLACES, N_PLACES, N_STAGES, N_ELITE))
    bounds = MoveBounds(np.empty(block.n_rows, np.int32), np.empty(block.n_rows, np.float32))
    mobility.sum_people(block.rows.people, ELITE_TALENT, factors, real, KEYS.move, cells, bounds)
    return cells, bounds


def propose(block: Block, plan: MovePlan, kernel: Callable[..., int] = mobility.propose, tie: float = TIE) -> Movers:
    """Movers of field 0, with another exponent of ties if given."""
    movers, factors = Movers.empty(block.n_rows), FACTORS._replace(tie=tie_factors(STRENGTH, tie))
    people, ties, _ = block.rows
    people = people if kernel is mobility.propose else people.view(np.recarray)  # rows have attributes in Python
    n = kernel(YEAR, people, ties, sums(block, factors)[1], factors, plan.of(0), KEYS, movers)
    movers = movers.first(n)
    for found, name in ((movers.place_from, "place"), (movers.origin, "origin"), (movers.stage, "stage")):
        np.testing.assert_array_equal(found, getattr(block, name)[movers.row])
    return movers


def moves_of(movers: Movers) -> list[tuple[int, int, int]]:
    """Row, destination and whether there is a tie, of each mover."""
    return list(zip(movers.row.tolist(), movers.place_to.tolist(), movers.with_tie.tolist()))


def intensities(block: Block, plan: MovePlan, i: int, tie: float = TIE) -> tuple[np.ndarray, np.ndarray]:
    """Intensity of person i for every place [P], as ODD 7.4 says, and strength of ties there; no shortcut."""
    c, o, s = int(block.place[i]), int(block.origin[i]), int(block.stage[i])
    e = int(block.talent[i] >= ELITE_TALENT)
    level = plan.of(0).leaving[c, o, s, e] * micro_by_hand(block, i)
    ties = np.zeros(len(plan.base))
    for strength, word in zip(STRENGTH, block.ties[i]):
        b = place_of(block.rows.people, word)
        if b not in (NONE, c):
            ties[b] += strength
    factor = (1.0 + ties) ** tie
    if o != c and block.entry_place[i] != o and YEAR - block.entry_year[i] < 6:
        factor[o] *= FACTORS.home_early[o]
    return level * plan.base[c] * plan.of(0).attract[o, s, e] * factor, ties


def micro_by_hand(block: Block, i: int) -> float:
    """Personal factor of person i."""
    post = FACTORS.permanent if block.permanent[i] else 1.0
    talented = float(block.talent[i]) ** FACTORS.talent
    return FACTORS.age[block.stage[i]] * post * talented * np.exp(FACTORS.fear_leave * block.fear[i])


def reference(block: Block, plan: MovePlan, tie: float = TIE) -> list[tuple[int, int, int]]:
    """Movers in plain Python: every person looks at every place."""
    movers = []
    for i in block.alive().tolist():
        mu, ties = intensities(block, plan, i, tie)
        mu[block.place[i]] = 0.0
        uid = block.uid[i]
        if draw(KEYS.move, uid) > 1.0 - np.exp(-mu.sum()):
            continue
        pkey = np.uint64(person_key(KEYS.destination, uid))
        value = [np.log(m) + gumbel(pkey, np.uint64(d)) if m > 0 else -np.inf for d, m in enumerate(mu)]
        d = int(np.argmax(value))
        wins = plan.accept[d] ** (block.talent[i] ** -FACTORS.vacancy_talent)
        if draw(KEYS.vacancy, uid) < wins:
            movers.append((i, d, int(ties[d] > 0)))
    return movers


def busy_year(n: int = N_PLACES) -> MovePlan:
    """Plan with all utilities off neutral, high rates, and vacancies at two places."""
    year = random_year(n, 1)
    year["base"] = year["base"] * 8.0
    plan = plan_of(year)
    return replace(plan, accept=np.where(np.arange(n) % 2 == 0, 0.6, 1.0))


def test_kernel_agrees_with_the_reference_person_by_person() -> None:
    block = people(3000, N_PLACES)
    block.fear[:1500] = 0.7
    leave(block, np.arange(100, 200))
    plan = busy_year()
    expected = reference(block, plan)
    assert len(expected) > 200
    assert sum(tie for _, _, tie in expected) > 30, "the case with ties occurs"
    assert moves_of(propose(block, plan)) == expected


def test_the_kernel_runs_uncompiled_with_the_same_movers(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it can be stepped through."""
    monkeypatch.setattr(mobility, "prefetch", lambda array, row: None)  # is nothing but a hint
    block, plan = people(300, N_PLACES), busy_year()
    movers = propose(block, plan, mobility.propose.py_func)
    assert moves_of(movers) == moves_of(propose(block, plan)) and len(movers.row) > 20


@pytest.mark.parametrize("rate", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("tie", [0.0, 1.5])
def test_bounds_change_nobodys_move(rate: float, tie: float) -> None:
    """From rates at which nobody gets past the first bound to rates at which everybody does."""
    block = people(2000, N_PLACES, seed=3)
    block.talent[:200] *= 20.0
    block.fear[200:1000] = np.random.default_rng(2).random(800)
    year = random_year(N_PLACES, 1)
    year["base"] = year["base"] * rate
    plan = plan_of(year)
    movers = moves_of(propose(block, plan, tie=tie))
    assert movers == reference(block, plan, tie) and movers


def test_choice_is_the_largest_log_weight_plus_gumbel() -> None:
    rng = np.random.default_rng(7)
    for n, zero in ((1, 0.0), (5, 0.4), (64, 0.1), (64, 0.9)):
        for uid in range(1, 300):
            weight = np.where(rng.random(n) < zero, 0.0, rng.exponential(1.0, n) ** 6)
            pkey = np.uint64(person_key(KEYS.destination, np.uint64(uid)))
            value = [np.log(w) + gumbel(pkey, np.uint64(d)) if w > 0 else -np.inf for d, w in enumerate(weight)]
            assert choose(weight, pkey) == (int(np.argmax(value)) if weight.any() else -1)


def clones(n: int) -> Block:
    """n people alike in everything but their uid: place 0, origin 2, studied abroad, talent 1, no ties."""
    block = people(n, N_PLACES, ties=False)
    block.origin[:n], block.place[:n], block.entry_place[:n], block.entry_year[:n] = 2, 0, 0, YEAR - 3
    block.stage[:n], block.permanent[:n], block.talent[:n] = 0, 0, 1.0
    return block


def test_moves_and_destinations_follow_the_law_of_the_model() -> None:
    """In distribution: movers are binomial with 1 - exp(-sum mu), destinations multinomial with mu."""
    n = 40_000
    block, plan = clones(n), plan_of(random_year(n_fields=1))
    mu, _ = intensities(block, plan, 0)
    movers = propose(block, plan)
    assert stats.binomtest(len(movers.row), n, 1.0 - np.exp(-mu.sum())).pvalue > ALPHA
    open_ = mu > 0
    observed = np.bincount(movers.place_to, minlength=N_PLACES)
    assert observed[~open_].sum() == 0
    assert stats.chisquare(observed[open_], len(movers.row) * mu[open_] / mu.sum()).pvalue > ALPHA


def test_past_co_authors_draw_movers_to_their_place() -> None:
    n, plan = 20_000, plan_of(random_year(n_fields=1))
    block = clones(n)
    target = n - 1
    block.place[target] = 1
    block.ties[: n - 1, 0] = tie_to(block, target)
    mu, ties = intensities(block, plan, 0)
    assert ties.tolist() == [0.0, STRENGTH[0], 0.0, 0.0]
    movers = propose(block, plan)
    to, tie = movers.place_to, movers.with_tie
    assert stats.binomtest(int((to == 1).sum()), len(to), mu[1] / mu.sum()).pvalue > ALPHA
    np.testing.assert_array_equal(tie, to == 1)


def test_the_most_valued_tie_draws_more_than_the_fourth() -> None:
    """Of people alike but for who their one co-author is to them, hazards of moving there are as factors say."""
    n, plan = 60_000, plan_of(random_year(n_fields=1))
    hazard = []
    for rank in (0, 3):
        block = clones(n)
        block.place[n - 1] = 1
        block.ties[: n - 1, rank] = tie_to(block, n - 1)
        mu = intensities(block, plan, 0)[0]
        movers = propose(block, plan)
        came = int((movers.place_to == 1).sum())
        assert stats.binomtest(came, n, (1.0 - np.exp(-mu.sum())) * mu[1] / mu.sum()).pvalue > ALPHA
        hazard.append(mu[1])
    assert hazard[0] / hazard[1] == pytest.approx(((1.0 + STRENGTH[0]) / (1.0 + STRENGTH[3])) ** TIE)


def test_tie_factors_know_every_set_of_ties() -> None:
    factor = tie_factors(STRENGTH, TIE)
    assert len(factor) == 2**N_TIES and factor[0] == 1.0
    assert factor[0b0101] == pytest.approx((1.0 + STRENGTH[0] + STRENGTH[2]) ** TIE)
    assert factor[-1] == factor.max() == pytest.approx((1.0 + STRENGTH.sum()) ** TIE)
    np.testing.assert_array_equal(tie_factors(STRENGTH, 0.0), 1.0)


def test_raising_a_cap_only_adds_winners() -> None:
    block, plan = people(6000, N_PLACES), busy_year()
    winners: list[set[tuple[int, int]]] = []
    for accept in (0.1, 0.4, 0.8, 0.999, 1.0):
        winners.append({move[:2] for move in moves_of(propose(block, replace(plan, accept=np.full(N_PLACES, accept))))})
    for fewer, more in pairwise(winners):
        assert fewer <= more
    assert len(winners[0]) < len(winners[2]) < len(winners[4])


def test_a_vacancy_that_hardly_binds_turns_hardly_anyone_away() -> None:
    block, plan = people(20_000, N_PLACES), busy_year()
    almost, all_ = (len(propose(block, replace(plan, accept=np.full(N_PLACES, a))).row) for a in (1 - 1e-9, 1.0))
    assert almost == all_


def test_vacancies_go_to_the_talented_first() -> None:
    block, plan = people(20_000, N_PLACES, ties=False), busy_year()
    everyone = propose(block, replace(plan, accept=np.ones(N_PLACES))).row
    won = propose(block, replace(plan, accept=np.full(N_PLACES, 0.4))).row
    lost = np.setdiff1d(everyone, won)
    assert stats.mannwhitneyu(block.talent[won], block.talent[lost], alternative="greater").pvalue < 0.001


def test_one_person_less_changes_nobody_without_a_tie_to_them() -> None:
    block, plan = people(4000, N_PLACES), busy_year()
    gone = 17
    knew = [gone in known_rows(block, i) for i in range(block.n_rows)]
    keep = [set(moves_of(propose(b, plan))) for b in (block, without(block, gone))]
    for row, _, _ in keep[0] ^ keep[1]:
        assert row == gone or knew[row]


@pytest.mark.parametrize("change", [lambda a: a * 0.5, lambda a: a * 2.0])
def test_policy_of_one_place_moves_only_those_who_come_or_no_longer_come(change: Callable) -> None:
    """Fixed errors: at spread 1 nobody is diverted between two other places by a change at place 3."""
    block, year = people(6000, N_PLACES, ties=False), random_year(n_fields=1) | {"spread": 1.0}
    before = {row: to for row, to, _ in moves_of(propose(block, plan_of(year)))}
    year["openness"][:, :, 3] = change(year["openness"][:, :, 3])
    after = {row: to for row, to, _ in moves_of(propose(block, plan_of(year)))}
    changed = [(before.get(i), after.get(i)) for i in before.keys() | after.keys() if before.get(i) != after.get(i)]
    assert changed
    came_or_left = [pair for pair in changed if 3 in pair]
    # who stays in one world and moves in the other may do so for any place (the hazard is a sum over places)
    assert all(None in pair for pair in changed if pair not in came_or_left)


def test_apply_moves_writes_history_and_nothing_else() -> None:
    block = people(50, N_PLACES)
    before = {c.name: getattr(block, c.name)[: block.n_rows].copy() for c in COLUMNS}
    rows, to = np.array([3, 40]), np.array([2, 0], np.uint8)
    movers = Movers.empty(2)
    movers.row[:], movers.place_to[:] = rows, to
    institutions = InstitutionShares(np.arange(N_PLACES + 1) * 2, np.tile([0.5, 1.0], N_PLACES))
    mobility.apply_moves(YEAR, block.rows.people, movers, institutions, key(Stream.INSTITUTION))
    assert block.place[rows].tolist() == [2, 0]
    np.testing.assert_array_equal(block.prev_place[rows], before["place"][rows])
    assert (block.moved_year[rows] == YEAR).all() and not block.permanent[rows].any()
    np.testing.assert_array_equal(block.institution[rows] // 2, to)
    others = np.setdiff1d(np.arange(50), rows)
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(block, name)[:50][others], array[others])


# --- sums over people ---------------------------------------------------------------------------------------
def test_sum_people_adds_micro_factors_cell_by_cell() -> None:
    block = people(500, N_PLACES)
    block.fear[:250] = 0.4
    leave(block, np.array([0, 1]))
    cells, _ = sums(block, real=100.0)
    expected = np.zeros_like(cells)
    for i in block.alive():
        elite = int(block.talent[i] >= ELITE_TALENT)
        expected[block.place[i], block.origin[i], block.stage[i], elite] += 100.0 * micro_by_hand(block, i)
    np.testing.assert_allclose(cells, expected, rtol=1e-5)


def test_exposure_is_what_the_kernel_multiplies_rates_by() -> None:
    """Calibration divides flows by it: at neutral utilities base * exposure must be the sum of intensities."""
    block = people(800, N_PLACES)
    year = neutral(n_fields=1)
    plan, out = plan_of(year), np.zeros((N_PLACES, N_PLACES))
    rows, ties, _ = block.rows
    mobility.exposure(YEAR, rows, rows["place"].copy(), ties, FACTORS, year["home"], out, number := np.zeros(N_PLACES))
    np.testing.assert_array_equal(number, np.bincount(block.place[block.alive()], minlength=N_PLACES))
    expected = np.zeros_like(out)
    for i in block.alive():
        expected[block.place[i]] += intensities(block, plan, i)[0]
    np.testing.assert_allclose(plan.base * out, expected, rtol=1e-5)
