"""The default command and the whole world, as a user types them: time, processor time, memory, and what they leave.

``python -m benchmarks.command [--whole]``

Each in an empty folder with an empty history cache, best of three. The default command is run with no compiled
kernels, then with those of the first run; the difference is what a first run waits for the compiler. Beside it stands
what an installation takes. ``--whole`` runs one agent a person instead, with governments that only carry out policy.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from benchmarks.rows import Row, load, show
from benchmarks.sweeps import processor_seconds

ROOT = Path(__file__).parents[1]
DEFAULT = ("+scenario=restrictive",)
TIMES = 3
WHOLE = ("scale=1", "replicates=1", "government.mode=scripted", "figures=false")
# goals
SECONDS, CPU_SECONDS, MEGABYTES, WRITTEN, COLD_SECONDS, FIRST_SECONDS = 20.0, 36.0, 1000.0, 50.0, 12.0, 35.0
WHOLE_SECONDS, WHOLE_CPU_SECONDS, WHOLE_MEGABYTES = 75.0, 135.0, 2800.0


@dataclass(frozen=True)
class Measured:
    """One command: wall and processor seconds, memory of its largest process, bytes that it left, both in million."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    written_mb: float


def measure(kernels: Path, *words: str) -> Measured:
    """Run a command that finds nothing but compiled kernels."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"TALENT_CIRCULATION_CACHE": f"{folder}/cache", "NUMBA_CACHE_DIR": str(kernels)}
        command = [sys.executable, "-m", "sim", *words, f"outdir={folder}/outputs"]
        cpu, start = processor_seconds(), time.perf_counter()
        subprocess.run(
            command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seconds, cpu = time.perf_counter() - start, processor_seconds() - cpu
        outputs = Path(folder, "outputs")
        (manifest,) = outputs.rglob("manifest.json")
        peaks = json.loads(manifest.read_text(encoding="utf-8"))["peak_memory_mb"].values()
        written = sum(path.stat().st_size for path in outputs.rglob("*") if path.is_file())
    return Measured(seconds, cpu, max(peaks), written / 1e6)


def least(found: Iterable[Measured]) -> Measured:
    """The least of each measure."""
    return Measured(*(min(values) for values in zip(*map(astuple, found))))


def installation_row() -> Row:
    """What ``make run`` does before the first command, from the package index that this machine uses."""
    with tempfile.TemporaryDirectory() as folder:
        start, words = time.perf_counter(), ["make", f"VENV={folder}/venv", f"{folder}/venv/.installed"]
        done = subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = f"{time.perf_counter() - start:.0f} s"
    return Row("command, installation", seconds if done.returncode == 0 else "cannot be had without a network")


def rows() -> list[Row]:
    """The default command, without and with compiled kernels."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = [Path(folder, str(k)) for k in range(TIMES)]
        cold = least(measure(kernels, *DEFAULT) for kernels in fresh)
        warm = least(measure(fresh[0], *DEFAULT) for _ in fresh)
    name = " ".join(DEFAULT)
    return [
        _row(name, warm.seconds, "s", SECONDS),
        _row(name, warm.cpu_seconds, "CPU s", CPU_SECONDS),
        _row(name, warm.peak_mb, "MB of memory", MEGABYTES),
        _row(name, warm.written_mb, "MB written", WRITTEN),
        _row(f"{name}, first time", cold.seconds, "s", FIRST_SECONDS),
        _row(f"{name}, compiling adds", cold.seconds - warm.seconds, "s", COLD_SECONDS),
        installation_row(),
    ]


def whole_rows() -> list[Row]:
    """One agent a person, 1980-2035; kernels are compiled before."""
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), *WHOLE, "scale=2000")
        whole = least(measure(Path(folder), *WHOLE) for _ in range(TIMES))
    return [
        _row("the whole world", whole.seconds, "s", WHOLE_SECONDS),
        _row("the whole world", whole.cpu_seconds, "CPU s", WHOLE_CPU_SECONDS),
        _row("the whole world", whole.peak_mb, "MB of memory", WHOLE_MEGABYTES),
    ]


def _row(name: str, value: float, unit: str, goal: float) -> Row:
    text = f"{value:.{0 if value >= 100 else 1}f} {unit}"
    return Row(f"command, {name}", text, value / goal, f"<= {goal:g} {unit}", value <= goal)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--whole", action="store_true", help="the whole world instead of the default command")
    before = load()
    show(whole_rows() if parser.parse_args().whole else rows())
    print(f"before: {before}; after: {load()}")


if __name__ == "__main__":
    main()
