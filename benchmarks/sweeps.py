"""What the sweep machinery costs beside the runs, and how long it takes to read thousands of them.

``python -m benchmarks.sweeps [--runs 10000] [--workers 2]``

The runs are as small as the model's get: 20 countries, about a hundred agents, one year after the branch. A hundred
strengths of one lever (the first is the baseline) make a family with one history; families are replicates. Then a
fifth more runs are asked for. A run's own time is what the store says; histories are counted as the model's work, at
their best time here. Wall time holds what other programs took, so processor time is given beside it: all of it, of
driver and workers, less that of the same runs lived one after the other in this process.

Rivals on the same jobs: Hydra's multirun with its basic launcher, and one JSON file a run read into pandas.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.rows import Row, best, load, show
from sim import analysis
from sim.running.model import RealModel
from sim.sweep.batches import batches
from sim.sweep.family import FamilyRun
from sim.sweep.run import Outcome, Sweep, carry_out
from sim.sweep.spec import Spec, spec_of

ROOT = Path(__file__).parents[1]
A_FAMILY = 100  # runs
OVERHEAD_MS, LOADING_SECONDS = 5.0, 2.0  # goals
SETTINGS = {"scale": 100_000, "world": "g20", "start": 2012, "end": 2018}
LEVER = "policies.door.levers.visa.values.2018-01-01"
SCENARIO = """\
# @package _global_
titles: {closed: "A closed door"}
policies:
  door:
    title: Door
    issuer: [USA]
    levers:
      visa: {lever: visa_refusal, values: {2018-01-01: 0.5}, scope: {origins: [CHN]}, source: "assumption"}
"""
HYDRA_JOBS = (2, 10)  # of two runs; the difference leaves the start of the program out


@dataclass(frozen=True)
class Measured:
    """A sweep: wall and processor seconds, the same for one run and one history alone, sum of the runs' own seconds."""

    outcome: Outcome
    plan_seconds: float
    wall: float
    cpu: float
    own: float
    run_cpu: float
    history: tuple[float, float]
    families: int
    workers: int

    @property
    def overhead_ms(self) -> float:
        """Worker time a run that is neither its own nor a history's."""
        return 1e3 * (self.wall * self.workers - self.own - self.families * self.history[0]) / self.outcome.computed

    @property
    def cpu_overhead_ms(self) -> float:
        """Processor time a run that is neither its own nor a history's, start of the workers included."""
        runs = self.outcome.computed
        return 1e3 * ((self.cpu - self.families * self.history[1]) / runs - self.run_cpu)


def spec(folder: Path, runs: int, workers: int) -> Spec:
    """A hundred runs a family."""
    file = folder / "configs" / "scenario" / "closed.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SCENARIO, encoding="utf-8")
    raw = {
        "title": "Benchmark",
        "config_dir": "configs",
        "settings": SETTINGS,
        "scenarios": ["closed"],
        "replicates": max(runs // A_FAMILY, 1),
        "grid": {"visa": {"keys": [LEVER], "values": [i / A_FAMILY for i in range(1, A_FAMILY)]}},
        "record": {"tables": ["world_year"]},
        "executor": {"workers": workers},
    }
    return spec_of(raw, "sweep.yaml", "benchmark", folder)


def measure(folder: Path, runs: int, workers: int) -> Measured:
    """Carry out what is missing of so many runs."""
    start = time.perf_counter()
    sweep = Sweep.open(spec(folder, runs, workers), folder / "store")
    planned = time.perf_counter() - start
    run_cpu, history = alone(sweep)
    missing = sweep.missing()
    families = sum(bool(missing & family.tasks.keys()) for family in sweep.plan.families.values())
    before = sum(seconds_of(sweep).values())
    start, cpu = time.perf_counter(), processor_seconds()
    outcome = carry_out(sweep)
    wall, cpu = time.perf_counter() - start, processor_seconds() - cpu
    own = sum(seconds_of(sweep).values()) - before
    return Measured(outcome, planned, wall, cpu, own, run_cpu, history, families, workers)


def processor_seconds() -> float:
    """Of this process and of all its children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def seconds_of(sweep: Sweep) -> dict[str, float]:
    """Own seconds by run that is stored."""
    parts = sweep.store.parts.values()
    return {row["run"]: row["seconds"] for part in parts for row in part.runs.to_pylist()}


def alone(sweep: Sweep) -> tuple[float, tuple[float, float]]:
    """Processor seconds of a run, and (wall, processor) seconds of a history, in this process, warm."""
    piece = next(batches(sweep.plan, sweep.plan.keys, 1e9)).pieces[0]

    def family() -> FamilyRun:
        return FamilyRun(RealModel(), piece, sweep.spec.record.tables, None, lambda: None, [])

    def history(clock: Callable[[], float]) -> float:
        start = clock()
        family().prepare({task.after for task in piece.tasks})
        return clock() - start

    history(time.process_time)
    lived, times = family(), []
    lived.prepare({task.after for task in piece.tasks})
    for task in piece.tasks:
        start = time.process_time()
        lived.run(task)
        times.append(time.process_time() - start)
    return sum(times[1:]) / len(times[1:]), (
        best(3, lambda: history(time.perf_counter)),
        best(3, lambda: history(time.process_time)),
    )


def reading(store: Path) -> tuple[float, pd.DataFrame]:
    """Seconds to load and summarise a table of all runs; the table."""
    start = time.perf_counter()
    table = analysis.load(store)["world_year"]
    table.groupby(["scenario", "draw", "year"], observed=True)[["papers", "n_researchers"]].agg(["mean", "std"])
    return time.perf_counter() - start, table


def json_reading(folder: Path, table: pd.DataFrame) -> float:
    """Seconds to read and summarise the same rows from one folder with a JSON file a run."""
    names = ["scenario", "mode", "draw", "replicate"]
    for number, (_, rows) in enumerate(table.groupby(names, observed=True, sort=False)):
        run = folder / f"{number}"
        run.mkdir(parents=True)
        (run / "world_year.json").write_text(rows.to_json(orient="records"))
    start = time.perf_counter()
    rows = [row for path in folder.glob("*/world_year.json") for row in json.loads(path.read_text())]
    found = pd.DataFrame.from_records(rows)
    found.groupby(["scenario", "draw", "year"])[["papers", "n_researchers"]].agg(["mean", "std"])
    assert len(found) == len(table)
    return time.perf_counter() - start


def hydra_seconds(folder: Path, jobs: int) -> float:
    """Wall seconds of Hydra's multirun with its basic launcher; strengths are scenarios, as it reads no dates."""
    names = [f"closed{i}" for i in range(jobs)]
    for i, name in enumerate(names):
        text = SCENARIO.replace("0.5}", f"{(i + 1) / A_FAMILY}}}").replace("closed:", f"{name}:")
        (folder / "configs" / "scenario" / f"{name}.yaml").write_text(text, encoding="utf-8")
    words: list[Any] = ["-m", "sim", "-m", "hydra/launcher=basic", f"+scenario={','.join(names)}"]
    words += [f"{key}={value}" for key, value in SETTINGS.items()]
    words += ["replicates=1", "threads=1", "government.mode=scripted", "figures=false", "progress=off", "panel.size=0"]
    words += [f"outdir={folder / f'hydra{jobs}'}", "--config-dir", folder / "configs"]
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def rows(runs: int, workers: int = 2) -> list[Row]:
    """Measure and compare."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["TALENT_CIRCULATION_CACHE"] = str(folder / "cache")
        spec(folder, runs, workers)
        hydra = [hydra_seconds(folder, jobs) for jobs in HYDRA_JOBS]
        first = measure(folder, runs, workers)
        seconds, table = reading(folder / "store")
        as_json = json_reading(folder / "json", table)
        more = measure(folder, runs * 6 // 5, workers)
    return [
        *_costs(first),
        *_readings(len(table), seconds, as_json),
        *_growth(first, more),
        _against_hydra(first, hydra),
    ]


def _costs(found: Measured) -> list[Row]:
    n = found.outcome.computed
    wall = f"({found.wall:.1f} s x {found.workers} - {found.own:.1f} s runs - "
    wall += f"{found.families * found.history[0]:.1f} s histories) / {n:,} = {found.overhead_ms:.2f} ms"
    cpu = f"{1e3 * found.cpu / n:.2f} CPU ms a run, {1e3 * found.run_cpu:.2f} alone: {found.cpu_overhead_ms:.2f} CPU ms"
    goal = f"<= {OVERHEAD_MS:g} ms"
    return [
        Row(f"sweep, {n:,} runs: {what}, of the goal", text, value / OVERHEAD_MS, goal, value <= OVERHEAD_MS)
        for what, text, value in (
            ("overhead a run", wall, found.overhead_ms),
            ("processor time", cpu, found.cpu_overhead_ms),
        )
    ]


def _readings(n: int, seconds: float, as_json: float) -> list[Row]:
    goal = f"<= {LOADING_SECONDS:g} s"
    text = f"{seconds:.2f} s, {n:,} rows"
    ratio = seconds / LOADING_SECONDS
    return [
        Row("sweep, load and summarise world_year, of the goal", text, ratio, goal, ratio <= 1),
        Row("sweep, one JSON file a run and pandas", f"{as_json:.2f} s / {seconds:.2f} s", as_json / seconds),
    ]


def _growth(first: Measured, more: Measured) -> list[Row]:
    """Only what is missing is computed."""
    asked, there = more.outcome.total, first.outcome.total
    text = f"{more.outcome.computed:,} computed; planned in {more.plan_seconds:.1f} s, done in {more.wall:.1f} s"
    missing = asked - there
    met = more.outcome.computed == missing and more.outcome.done == asked
    return [Row(f"sweep, then {asked:,} runs asked for", text, None, f"{missing:,} computed", met)]


def _against_hydra(found: Measured, hydra: list[float]) -> Row:
    few, many = HYDRA_JOBS
    job = (hydra[1] - hydra[0]) / (many - few)
    ours = found.wall * found.workers / found.outcome.computed
    text = f"{1e3 * job / 2:.0f} ms / {1e3 * ours:.0f} ms of one core a run"
    return Row("sweep, Hydra's multirun (basic launcher)", text, job / 2 / ours)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    before = load()
    show(rows(args.runs, args.workers))
    print(f"before: {before}; after: {load()}")


if __name__ == "__main__":
    main()
