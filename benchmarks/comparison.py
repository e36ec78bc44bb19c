"""How long a comparison of three scenarios takes, with chance and assumptions apart, and its report.

``python -m benchmarks.comparison``

In an empty folder with an empty history cache; kernels are compiled before, by a small comparison. The rival does
about as many runs in the same worlds: a plain command for each scenario, with so many replicates. These vary by chance
alone, and each command lives the baseline again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rows import Row, load, show
from benchmarks.sweeps import processor_seconds
from sim.comparison import read_comparison

SCENARIOS = ("restrictive", "proportionate", "open")
SMALL = ("scale=8000", "world=g20", "start=2008", "draws=1", "--to", "2020")
LIGHT = ("figures=false", "panel.size=0")
SECONDS, REPORT_SECONDS, REPORT_MB = 90.0, 10.0, 3.0  # goals
RUNS_A_REPLICATE = 4  # of a plain command: scenario and baseline, of scripted and of reactive governments


@dataclass(frozen=True)
class Measured:
    """Seconds and runs of the comparison and of the plain commands; what the report takes.

    Attributes
    ----------
    seconds, plain_seconds, report_seconds : wall time; cpu : processor time of the comparison.
    report_mb : size, million bytes.
    """

    seconds: float
    cpu: float
    runs: int
    plain_seconds: float
    plain_runs: int
    report_seconds: float
    report_mb: float


def measure(*words: str) -> Measured:
    """Compare the three scenarios at the default scale, or with other settings if words are given."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _command(folder / "small", "compare", *SCENARIOS, *SMALL)
        cpu = processor_seconds()
        seconds = _command(folder / "compared", "compare", *SCENARIOS, *words)
        cpu = processor_seconds() - cpu
        (about,) = (folder / "compared").rglob("comparison.json")
        comparison = read_comparison(about.parent)
        runs, scale = len(comparison.frames["runs"]), comparison.config.scale
        report_seconds = _command(None, "report", str(about.parent))
        size = (about.parent / "report.html").stat().st_size
        replicates = max(round(runs / len(SCENARIOS) / RUNS_A_REPLICATE), 1)
        kept = [word for word in words if not word.startswith(("draws=", "scale="))]
        plain = [f"scale={scale:g}", *kept, f"replicates={replicates}", *LIGHT]
        plain_seconds = sum(_command(folder / each, f"+scenario={each}", *plain) for each in SCENARIOS)
    plain_runs = len(SCENARIOS) * RUNS_A_REPLICATE * replicates
    return Measured(seconds, cpu, runs, plain_seconds, plain_runs, report_seconds, size / 1e6)


def _command(folder: Path | None, *words: str) -> float:
    """Wall seconds of a command that writes into a folder and has a history cache of its own there."""
    line, environment = [sys.executable, "-m", "sim", *words], dict(os.environ)
    if folder:
        line.append(f"outdir={folder}")
        environment["TALENT_CIRCULATION_CACHE"] = str(folder / "cache")
    start = time.perf_counter()
    subprocess.run(line, env=environment, cwd=Path(__file__).parents[1], check=True, capture_output=True)
    return time.perf_counter() - start


def rows_of(found: Measured) -> list[Row]:
    """What was measured, beside its goals and its rival."""
    name = f"compare {' '.join(SCENARIOS)}"
    goals = (
        (
            f"{name}, of the goal",
            f"{found.seconds:.0f} s, {found.cpu:.0f} CPU s, {found.runs} runs",
            found.seconds,
            SECONDS,
            "s",
        ),
        ("report of it, of the goal", f"{found.report_seconds:.1f} s", found.report_seconds, REPORT_SECONDS, "s"),
        ("report of it, of the goal", f"{found.report_mb:.2f} MB", found.report_mb, REPORT_MB, "MB"),
    )
    rows = [
        Row(what, text, value / goal, f"<= {goal:g} {unit}", value <= goal) for what, text, value, goal, unit in goals
    ]
    ours, plain = found.seconds / found.runs, found.plain_seconds / found.plain_runs
    text = f"{found.plain_seconds:.0f} s for {found.plain_runs} runs, {plain:.2f} s / {ours:.2f} s a run"
    return [*rows, Row("three plain commands, a run", text, plain / ours)]


def rows(*words: str) -> list[Row]:
    """Measure and compare."""
    return rows_of(measure(*words))


def main() -> None:
    """Print the table."""
    before = load()
    show(rows(*sys.argv[1:]))
    print(f"before: {before}; after: {load()}")


if __name__ == "__main__":
    main()
