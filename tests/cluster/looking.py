"""What tests look at: how far a worker is, and that no run was stored twice."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq


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
