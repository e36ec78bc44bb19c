"""Benchmarks run, and what they say fits the world they measure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import comparison, limits, phases, scaling, sweeps
from benchmarks.reference import handover
from benchmarks.rows import Row, show
from sim import load_config
from sim.core.columns import RECORDS, Block
from sim.engines import pools
from sim.sweep.run import Outcome


def test_scaling_counts_agent_years() -> None:
    one = scaling.measure(4000, 1, "start=1990", "end=1992")
    assert 1000 < one.agent_years < 2000
    assert one.seconds > 0 and one.cpu_seconds > 0 and one.peak_mb > 50
    large = scaling.Measured(400, 1, 10 * one.agent_years, 20 * one.seconds, one.cpu_seconds, one.peak_mb)
    _, row = scaling.scaling_rows([one, large])
    assert row.ratio == pytest.approx(20.0) and row.met is False
    (threads,) = scaling.thread_rows([one], [one])
    assert threads.ratio == 1.0 and threads.met


def test_overhead_of_a_sweep_is_what_neither_runs_nor_histories_take() -> None:
    outcome = Outcome(Path(), total=1000, done=1000, failed=0, computed=1000)
    found = sweeps.Measured(
        outcome, 0.1, 12.0, 20.0, own=18.0, run_cpu=0.015, history=(0.1, 0.08), families=10, workers=2
    )
    assert found.overhead_ms == pytest.approx(12 * 2 - 18 - 1)
    assert found.cpu_overhead_ms == pytest.approx(20 - 0.8 - 15)
    more = replace(found, outcome=replace(outcome, total=1200, done=1200, computed=200))
    (row,) = sweeps._growth(found, more)
    assert row.met and "200 computed" in row.measured
    (row,) = sweeps._growth(found, replace(found, outcome=replace(more.outcome, computed=1200)))
    assert not row.met  # all of it again


def test_phases_time_every_kernel_and_leave_the_world_alone() -> None:
    before = pools.build_pools
    year = phases.measure(4000, repeats=2)
    assert pools.build_pools is before
    assert 1500 < year.agents < 3000 and year.authorships > year.agents
    assert len(year.kernels) == len(phases.KERNELS) and all(spent.seconds > 0 for spent in year.kernels.values())
    assert year.kernels["careers.step"].bytes > year.agents * RECORDS["person"].itemsize
    names = [name for name, *_ in phases.lines(year, 1e9)]
    assert names[-2:] == ["the rest", "the year"] and len(names) == len(phases.KERNELS) + 2


def test_every_kernel_with_a_limit_is_timed_and_every_kernel_on_people_is_known() -> None:
    timed = {f"{where.__name__.split('.')[-1]}.{name}" for where, name in phases.KERNELS}
    assert set(limits.NEEDS) <= timed
    assert all(callable(getattr(where, name)) for where, name in [*phases.KERNELS, *handover.PEOPLE])


def test_traffic_counts_a_packed_record_once() -> None:
    block = Block(64)
    block.allocate(10)
    people = block.rows.people
    assert phases.traffic(people, people["talent"], block.place[:10]) == 10 * RECORDS["person"].itemsize
    plain = np.zeros(5)
    assert phases.traffic((plain, 1.0), plain, np.uint64(3)) == plain.nbytes
    assert phases.traffic(plain, block) == 0  # objects may hold anything
    assert phases.traffic(plain, load_config()) == 0


def test_rows_show_whether_goals_are_met(capsys: pytest.CaptureFixture[str]) -> None:
    show([Row("one", "1 s", 120.0, ">= 100x", True), Row("two", "2 s", 0.5, ">= 1x", False), Row("three", "3 s")])
    _, one, two, three = capsys.readouterr().out.splitlines()
    assert one.split() == ["one", "1", "s", "120x", ">=", "100x", "met"]
    assert two.endswith("MISSED") and three.split() == ["three", "3", "s", "–"]


def test_a_comparison_is_held_against_its_goals_and_plain_commands() -> None:
    found = comparison.Measured(
        seconds=80.0, cpu=150.0, runs=160, plain_seconds=120.0, plain_runs=120, report_seconds=12.0, report_mb=1.5
    )
    compared, built, size, plain = comparison.rows_of(found)
    assert compared.met and compared.ratio == pytest.approx(80 / comparison.SECONDS)
    assert built.met is False and size.met
    assert plain.ratio == pytest.approx(2.0) and plain.met is None
