"""Same bits: for any number of threads, straight or resumed, recording more or less, before the first policy date."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import numpy as np
import pytest

from sim.engines.constituencies import Constituencies
from sim.phases import careers, constituencies, setting
from sim.policy.levers import LEVERS
from tests import live


def test_two_runs_are_the_same_run(history: live.Run, state_2017: dict[str, np.ndarray]) -> None:
    again = live.start(live.config()).go(2017)
    assert not live.differences(again.state(), state_2017)
    assert not list(live.same_tables(again.years, history.years))


_ELSEWHERE = """
from hashlib import sha256
from tests import live
run = live.resume(live.config("+scenario=restrictive"), live.start(live.config("start=2010")).go(2017).state()).go(2020)
print(sha256(b"".join(bytes(name, "ascii") + run.state()[name].tobytes() for name in sorted(run.state()))).hexdigest())
"""


def test_another_process_gives_the_same_bits() -> None:
    """Whatever the order of sets and dictionaries by hash there, and however many threads libraries use."""
    root = Path(__file__).parents[2]
    variants = {"PYTHONHASHSEED": ("1", "2"), "OMP_NUM_THREADS": ("1", "2"), "OPENBLAS_NUM_THREADS": ("1", "2")}
    found = []
    for k in (0, 1):
        env = os.environ | {name: values[k] for name, values in variants.items()}
        done = subprocess.run([sys.executable, "-c", _ELSEWHERE], cwd=root, capture_output=True, text=True, env=env)
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.strip())
    assert found[0] == found[1] and len(found[0]) == 64


@pytest.mark.parametrize("change", ["seed=1", "replicate"])
def test_another_seed_or_replicate_is_another_world(change: str, state_2017: dict[str, np.ndarray]) -> None:
    other = live.start(live.config("seed=1")) if change == "seed=1" else live.start(live.config(), replicate=1)
    other.go(1983)
    one = live.start(live.config()).go(1983)
    uids = [np.sort(run.world.columns.gather("uid")) for run in (one, other)]
    shared = np.intersect1d(*uids)
    talent = [dict(zip(r.world.columns.gather("uid"), r.world.columns.gather("talent"))) for r in (one, other)]
    assert len(shared) > 100, "uids name cohorts, not worlds"
    assert sum(talent[0][u] == talent[1][u] for u in shared) == 0, "everyone is someone else"


# --- threads ------------------------------------------------------------------------------------------------
def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, state_2017: dict[str, np.ndarray]) -> None:
    cfg = live.config("+scenario=restrictive")
    serial = live.resume(cfg, state_2017).go(2021)
    used = []
    threads = setting.threads
    monkeypatch.setattr(setting, "THREADED_FROM", 0)
    monkeypatch.setattr(setting, "threads", lambda n: used.append(n) or threads(n))
    for n in (2, 3):
        threaded = live.resume(replace(cfg, threads=n), state_2017).go(2021)
        assert not live.differences(threaded.state(), serial.state())
        assert not list(live.same_tables(threaded.years, serial.years))
    assert {2, 3} == set(used), "threads were used"


def work_in_child(results: SimpleQueue[list[int]]) -> None:
    results.put(setting.threads(2).submit(sorted, [2, 1]).result())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_child_has_threads_of_its_own() -> None:
    assert setting.threads(2).submit(sorted, [2, 1]).result() == [1, 2]
    context = get_context("fork")
    results: SimpleQueue[list[int]] = context.SimpleQueue()
    child = context.Process(target=work_in_child, args=(results,))
    child.start()
    child.join(20)
    hangs = child.is_alive()
    child.kill()
    assert not hangs and results.get() == [1, 2]


# --- resuming and branching ---------------------------------------------------------------------------------
@pytest.mark.parametrize("scenario", ["baseline", "everything"])
@pytest.mark.parametrize("mode", ["scripted", "reactive"])
def test_resumed_run_is_the_straight_run(scenario: str, mode: str) -> None:
    cfg = live.config() if scenario == "baseline" else live.with_everything(live.config())
    straight = live.start(cfg, mode=mode).go(2023)
    resumed = live.start(cfg, mode=mode).go(1991)
    for stop in (2005, 2017, 2020, 2021, 2023):
        resumed = live.resume(cfg, resumed.state(), mode=mode).go(stop)
    assert not live.differences(straight.state(), resumed.state())
    assert not list(live.same_tables(straight.years[-2:], resumed.years))


def test_what_a_state_holds_is_moved_by_policy(state_2017: dict[str, np.ndarray]) -> None:
    """So that the test above would see any part that is left out."""
    cfg = live.config()
    quiet, busy = (live.resume(c, state_2017).go(2021) for c in (cfg, live.with_everything(cfg)))
    for name in ("trust", "fear", "case_exit", "known", "cost", "funding_lag"):
        assert not np.array_equal(getattr(quiet.world, name), getattr(busy.world, name)), name


def test_a_state_is_not_changed_by_the_world_made_from_it(state_2017: dict[str, np.ndarray]) -> None:
    before = {name: array.copy() for name, array in state_2017.items()}
    live.resume(live.config("+scenario=restrictive"), state_2017).go(2019)
    assert not live.differences(before, state_2017)


def test_scenario_branched_from_the_baselines_history_is_the_scenario(
    restrictive: live.Run, baseline: live.Run, history: live.Run
) -> None:
    straight = live.start(live.config("+scenario=restrictive"), baseline=baseline.world.macros).go()
    assert not live.differences(straight.state(), restrictive.state())
    assert not list(live.same_tables(straight.years, history.years + restrictive.years))


# --- policies that do nothing, and the time before they do --------------------------------------------------
@pytest.mark.parametrize("lever", LEVERS)
def test_a_neutral_lever_is_the_baseline(lever: str, baseline: live.Run, state_2017: dict[str, np.ndarray]) -> None:
    cfg = live.with_lever(live.config(), lever, LEVERS[lever].neutral)
    if LEVERS[lever].of:
        cfg = _without_base(cfg)
    run = live.resume(cfg, state_2017).go(2018)
    assert not list(live.same_tables(run.years, baseline.years[:1]))


def _without_base(cfg: live.Config) -> live.Config:
    policy = cfg.policies["test"]
    return replace(cfg, policies={"test": replace(policy, levers={"it": policy.levers["it"]})})


@pytest.fixture(scope="module")
def state_2020(state_2017: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return live.resume(live.config(), state_2017).go(2020).state()


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_pulled_to_its_end_changes_the_world(
    lever: str, state_2017: dict[str, np.ndarray], state_2020: dict[str, np.ndarray]
) -> None:
    cfg = live.with_lever(live.config(), lever, live.end_of(lever), issuer=("G20",))
    assert live.differences(live.resume(cfg, state_2017).go(2020).state(), state_2020)


WHERE = ("uid", "place", "institution", "permanent", "dual", "moved_year", "ties", "papers")


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_hardly_pulled_changes_hardly_anything(lever: str, state_2017: dict[str, np.ndarray]) -> None:
    """Nothing jumps: at a ten-millionth of its range a lever changes nobody's place, post, ties or papers."""
    neutral, base = LEVERS[lever].neutral, live.config()
    states = []
    for share in (0.0, 1e-7):
        cfg = live.with_lever(base, lever, neutral + share * (live.end_of(lever) - neutral))
        states.append(live.resume(cfg, state_2017).go(2019).state())
    moved = [name for name in live.differences(*states) if name.split(".")[-1] in WHERE and name.startswith("block")]
    assert not moved


def test_scenario_is_the_baseline_until_its_first_date(baseline: live.Run, state_2017: dict[str, np.ndarray]) -> None:
    cfg = live.with_lever(live.config(), "visa_refusal", 0.5, year=2021)
    run = live.resume(cfg, state_2017).go()
    assert run.world.timeline.first_date == 2021
    first = [year for year, *_ in live.same_tables(run.years, baseline.years)]
    assert min(first) == 2021, "the same in every bit before, and not the same from then on"


def test_the_baselines_thresholds_change_nothing_but_the_column_that_reads_them(
    baseline: live.Run, state_2017: dict[str, np.ndarray]
) -> None:
    run = live.resume(live.config(), state_2017, baseline=baseline.world.macros).go()
    assert not list(live.same_tables(run.years, baseline.years))


# --- recording ----------------------------------------------------------------------------------------------
def test_recording_more_changes_nothing(state_2017: dict[str, np.ndarray]) -> None:
    cfg = live.config("+scenario=restrictive")
    runs = [
        live.resume(live.config("+scenario=restrictive", *more), state_2017).go(2021)
        for more in ((), ("panel.size=100000", "panel.start=1990", "panel.partners=[DEU,GBR,IND]"))
    ]
    assert not live.differences(*(run.state() for run in runs))
    assert len(runs[1].table("panel")["uid"]) > 1000
    quiet = live.resume(cfg, state_2017)
    for _ in quiet.world.run(2021):
        pass  # nobody keeps the tables
    assert not live.differences(quiet.state(), runs[0].state())


def test_counting_constituencies_changes_nothing(
    state_2017: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    cfg = live.config("+scenario=restrictive")
    counted = live.resume(cfg, state_2017).go(2020)
    assert counted.table("constituency_year")["papers_fractional"].sum() > 0.0
    monkeypatch.setattr(constituencies, "count", lambda setting, columns: Constituencies.none(setting.data.n_places))
    monkeypatch.setattr(careers.constituencies, "count_leaving", lambda *args: None)
    uncounted = live.resume(cfg, state_2017).go(2020)
    assert not live.differences(uncounted.state(), counted.state())
    assert {name for _, name, _ in live.same_tables(uncounted.years, counted.years)} == {"constituency_year"}
