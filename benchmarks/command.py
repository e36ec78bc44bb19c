"""Wall time and peak memory of the default command, in an empty folder with an empty history cache.

``python -m benchmarks.command``
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rows import Row, load, show

WORDS = ("+scenario=restrictive",)
SECONDS, MEGABYTES = 90.0, 1000.0  # goals


def rows(*words: str) -> list[Row]:
    """Run it, with other words than `WORDS` if any are given."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"TALENT_CIRCULATION_CACHE": f"{folder}/cache"}
        command = [sys.executable, "-m", "sim", *(words or WORDS), f"outdir={folder}/outputs"]
        root = Path(__file__).parents[1]
        start = time.perf_counter()
        subprocess.run(
            command, env=environment, cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seconds = time.perf_counter() - start
        (manifest,) = Path(folder, "outputs").rglob("manifest.json")
        peaks = json.loads(manifest.read_text(encoding="utf-8"))["peak_memory_mb"].values()
    peak = max(peaks)  # of the largest process
    name = " ".join(("command", *(words or WORDS)))
    return [
        Row(f"{name}, of the goal", f"{seconds:.0f} s", seconds / SECONDS, f"<= {SECONDS:.0f} s", seconds <= SECONDS),
        Row(f"{name}, of the goal", f"{peak:.0f} MB", peak / MEGABYTES, f"<= {MEGABYTES:.0f} MB", peak <= MEGABYTES),
    ]


def main() -> None:
    """Print the table."""
    show(rows())
    print(load())


if __name__ == "__main__":
    main()
