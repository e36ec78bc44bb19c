"""What tests look at: how far a worker is, and that no run was stored twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import pyarrow.parquet as pq

from tests.sweep.small_sweep import SETTINGS

LONGER: Mapping[str, Any] = {**SETTINGS, "scale": 3000, "start": 1990, "end": 2030}  # settings of a sweep to disturb
ALONE = "import sys; from sim import World, load_config; list(World(load_config(*sys.argv[1:])).run())"


@cache
def half_way() -> float:
    """Processor seconds in which a worker has started and finished some, not all, runs of a long chunk.

    Twice what one run takes in a process of its own, most of which is its start: machines differ threefold.
    """
    command = [sys.executable, "-c", ALONE, *(f"{key}={value}" for key, value in LONGER.items())]
    taken = []
    for _ in range(2):  # the first may compile kernels
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        after = getrusage(RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 2.0 * min(taken)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, which unlike the clock does not depend on what else runs; 0 if it is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def assert_each_once(store: Path) -> None:
    """No run stands in two parts."""
    rows = Counter(run for path in store.glob("parts/*/runs.parquet") for run in pq.read_table(path)["run"].to_pylist())
    assert rows and set(rows.values()) == {1}
