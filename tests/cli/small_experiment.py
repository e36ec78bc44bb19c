"""Small versions of experiments: their sweeps from the command line, then numbers and figures from the store."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pandas as pd

from experiments.common.numbers import read_numbers
from sim.cli.sweep import command

ROOT = Path(__file__).parents[2] / "experiments"


def small(module: ModuleType, outdir: Path, *files: str) -> tuple[list[Path], pd.DataFrame]:
    """Run small sweeps through the command line and draw; what was written, and the numbers."""
    for file in files:
        words = [str(module.HERE / file), "--small", "--workers", "1", f"outdir={outdir}", "progress=off"]
        assert command(words) == 0
    store = outdir / module.HERE.name / "small"
    written = module.main(["--small", "--store", str(store)])
    assert all(path.is_relative_to(store) and path.stat().st_size > 0 for path in written)
    return written, read_numbers(store)
