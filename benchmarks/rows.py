"""Rows that all benchmarks hand in: what was measured, a ratio within the same run, and its goal beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One row of the common table.

    Attributes
    ----------
    name : what is compared; measured : the numbers behind it, with units.
    ratio : of two numbers of the same run, None if there are none; unit : of the ratio.
    goal : what is asked for, in words; met : whether it is, None if nothing is asked.
    """

    name: str
    measured: str
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    unit: str = "x"

    def cells(self) -> tuple[str, ...]:
        ratio = "–" if self.ratio is None else f"{self.ratio:.{0 if self.ratio >= 100 else 2}f}{self.unit}"
        return self.name, self.measured, ratio, self.goal, {True: "met", False: "MISSED", None: ""}[self.met]


def show(rows: Sequence[Row]) -> None:
    """Print rows as one table."""
    lines = [("", "measured", "ratio", "goal", ""), *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join(cell.rjust(w) if k == 2 else cell.ljust(w) for k, (cell, w) in enumerate(zip(line, widths))))


def load() -> str:
    """Load average of the machine: others who compute at the same time make times longer."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def best(times: int, run: Callable[[], float]) -> float:
    """Least of several times, as what else the machine does only adds."""
    return min(run() for _ in range(times))


def timed(run: Callable[..., Any], *args: Any) -> float:
    """Processor seconds of this thread that a call takes."""
    start = time.thread_time()
    run(*args)
    return time.thread_time() - start
