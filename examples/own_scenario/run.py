"""A scenario of one's own: check it, run it, find its folder. The scenario is scenario/canada.yaml beside this file.

python examples/own_scenario/run.py
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OWN = ["--config-dir", str(HERE)]  # a folder with scenario/NAME.yaml, and policy/NAME.yaml if you like


def talent_circulation(*words: str) -> str:
    """What the command prints; `talent-circulation ...` in a terminal is the same."""
    return subprocess.run([sys.executable, "-m", "sim", *words], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    # What is in force when, on whom, how strongly: a slip of the pen shows here, before anything runs.
    print(talent_circulation("explain", "canada", *OWN))
    # Coarse and short, so that it takes seconds; figures cost most of them.
    size = ["scale=4000", "start=2008", "replicates=2", "government.mode=scripted", "figures=false"]
    printed = talent_circulation(*OWN, "+scenario=canada", *size)
    print(printed)
    print("Its tables:", ", ".join(sorted(file.name for file in Path(printed.split("\n")[-2]).glob("*.parquet"))))
