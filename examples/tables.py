"""Pandas on the tables of a finished run: where people of one origin start their career, with and without a policy.

python examples/tables.py [FOLDER]        the folder that a command printed last; without one, a small run is made
"""

import subprocess
import sys

from sim.analysis import load
from sim.analysis.pairs import paired_difference

SMALL = "+scenario=restrictive world=g20 scale=4000 start=2008 replicates=3 government.mode=scripted figures=false"

if __name__ == "__main__":
    if len(sys.argv) > 1:
        folder = sys.argv[1]
    else:
        command = [sys.executable, "-m", "sim", *SMALL.split()]
        folder = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")[-2]

    frames = load(folder)  # every table by name, read when first asked for: docs/outcomes.md has all columns
    print("Tables:", ", ".join(sorted(frames)))

    # One row for a scenario, mode, replicate, year, origin and place; people, not agents.
    entry = frames["entry_year"]
    chinese = entry[(entry["origin"] == "CHN") & (entry["year"] >= 2018)]

    # Always compare run by run: scenario and baseline of a replicate share their random numbers.
    change = paired_difference(chinese, "new_entrants", by=["place"]).sort_values("mean")
    print("Entrants from China since 2018, change by place (se: chance alone):")
    print(change.loc[change["mean"] != 0, ["place", "mean", "se"]].round(0).to_string(index=False))
