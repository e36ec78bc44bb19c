"""The United States refuse everybody for a year: who is turned away, where they go, who comes a year later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.core.axes import NONE
from sim.policy.schema import LeverUse, Policy, Scope
from tests import live

SHUT = 2018
NAMES = ("origin", "place")
GONE = ("deterred_to_home", "deterred_to_like", "deterred_to_other")


def shut_for_a_year(cfg: live.Config) -> live.Config:
    """Refusal of all visas in one year."""
    strength: dict[date, float | None] = {date(SHUT, 1, 1): 1.0, date(SHUT + 1, 1, 1): 0.0}
    use = LeverUse(lever="visa_refusal", values=strength, source="test", scope=Scope())
    return replace(cfg, scenario="shut", policies={"shut": Policy(title="shut", issuer=("USA",), levers={"it": use})})


def entrants(run: live.Run, year: int) -> dict[int, tuple[int, int]]:
    """Place of entry and awaited host of a year's entrants who are in research, by uid."""
    found: dict[int, tuple[int, int]] = {}
    for block in run.world.columns:
        rows = block.alive()
        rows = rows[block.entry_year[rows] == year]
        people = zip(block.uid[rows], block.entry_place[rows], block.awaits[rows])
        found |= {int(uid): (int(place), int(awaits)) for uid, place, awaits in people}
    return found


@pytest.fixture(scope="module")
def free(state_2017: dict[str, np.ndarray]) -> live.Run:
    """The baseline in the year."""
    return live.resume(live.config(), state_2017).go(SHUT)


def shut_run(state: dict[str, np.ndarray], free: live.Run, *overrides: str) -> live.Run:
    """The scenario in the year."""
    cfg = shut_for_a_year(live.config(*overrides))
    return live.resume(cfg, state, baseline=free.world.macros).go(SHUT)


@pytest.fixture(scope="module")
def shut(state_2017: dict[str, np.ndarray], free: live.Run) -> live.Run:
    return shut_run(state_2017, free)


def by_cell(run: live.Run, name: str) -> np.ndarray:
    """A column of the table of entries in the last year [O, P]."""
    table, n = run.years[-1].tables["entry_year"], run.world.setting.data.n_places
    found = np.zeros((n, n))
    found[tuple(table[axis] for axis in NAMES)] = table[name]
    return found


def test_only_those_who_would_have_come_go_elsewhere(free: live.Run, shut: live.Run) -> None:
    usa = free.world.setting.data.iso3.index("USA")
    before, after = entrants(free, SHUT), entrants(shut, SHUT)
    assert before.keys() == after.keys(), "the same people enter research"
    origin = {uid: (uid >> 48) - 1 for uid in before}
    moved = {uid for uid in before if before[uid][0] != after[uid][0]}
    assert moved == {uid for uid in before if before[uid][0] == usa != origin[uid]} and len(moved) > 10
    at_home = {uid for uid in moved if after[uid][0] == origin[uid]}
    assert {uid for uid, (_, awaits) in after.items() if awaits != NONE} == at_home
    assert all(after[uid][1] == usa for uid in at_home) and at_home
    assert by_cell(shut, "waiting").sum() == by_cell(shut, "waiting")[:, usa].sum() == len(at_home) * live.SCALE


def test_entrants_by_origin_stay_as_many(free: live.Run, shut: live.Run) -> None:
    before, after = by_cell(free, "new_entrants"), by_cell(shut, "new_entrants")
    usa = free.world.setting.data.iso3.index("USA")
    np.testing.assert_array_equal(before.sum(axis=1), after.sum(axis=1))
    assert np.count_nonzero(after[:, usa]) == 1, "its own people alone"


def test_the_deterred_are_all_who_are_expected(free: live.Run, shut: live.Run) -> None:
    usa, y = free.world.setting.data.iso3.index("USA"), free.world.inputs.year(SHUT)
    expected = (y.cohort_after - y.cohort_before).sum(axis=0) * (1.0 - y.home_share) * y.abroad_share[:, usa]
    lost = np.sum([by_cell(shut, name) for name in GONE], axis=0)
    np.testing.assert_allclose(lost[:, usa], expected, rtol=1e-9, atol=1e-6)
    assert not np.delete(lost, usa, axis=1).any()
    assert all(by_cell(shut, name).sum() > 0.1 * lost.sum() for name in GONE)
    assert not any(by_cell(free, name).any() for name in (*GONE, "waiting"))


def test_the_world_has_them_at_lambda_of_the_run_and_at_both_ends_of_its_interval(
    free: live.Run, shut: live.Run
) -> None:
    """All are told apart at every lambda, and the nearer lambda is to 1, the more go home."""
    at = {
        end: np.array([shut.years[-1].tables["world_year"][name + end][0] for name in GONE])
        for end in ("", "_lambda_low", "_lambda_high")
    }
    np.testing.assert_allclose(at[""], [by_cell(shut, name).sum() for name in GONE], rtol=1e-12)
    for amounts in at.values():
        assert amounts.sum() == pytest.approx(at[""].sum(), rel=1e-9), "a host that takes nobody loses all"
    home, like, other = np.array([at["_lambda_low"], at[""], at["_lambda_high"]]).T
    assert (np.diff(home) > 0.0).all() and (np.diff(like) < 0.0).all() and (np.diff(other) < 0.0).all()
    nothing = free.years[-1].tables["world_year"]
    assert not any(nothing[name + end][0] for name in GONE for end in at)


@pytest.mark.parametrize("retry", [0.0, 1.0])
def test_they_come_a_year_later_as_often_as_they_try(
    retry: float, state_2017: dict[str, np.ndarray], free: live.Run
) -> None:
    run = shut_run(state_2017, free, f"params.entry.retry={retry}")
    usa = run.world.setting.data.iso3.index("USA")
    wait = {uid for uid, (_, awaits) in entrants(run, SHUT).items() if awaits != NONE}
    run = live.resume(run.world.cfg, run.state(), baseline=free.world.macros)
    run.go(SHUT + 1)
    assert {awaits for _, awaits in entrants(run, SHUT).values()} == {NONE}, "nobody waits for two years"
    came: set[int] = set()
    stayed: set[int] = set()
    for block in run.world.columns:
        for row in block.alive():
            if int(block.uid[row]) in wait:
                at_usa = block.place[row] == usa and block.moved_year[row] == SHUT + 1
                (came if at_usa else stayed).add(int(block.uid[row]))
    assert (len(stayed) <= 1 and len(came) > 3) if retry else len(came) <= 1
    table = run.years[-1].tables["flow_year"]
    flows = (table["place_to"] == usa) & (table["origin"] == table["place_from"]) & (table["stage"] == 0)
    assert table["new_moves"][flows].sum() >= len(came) * live.SCALE, "counted as moves"
