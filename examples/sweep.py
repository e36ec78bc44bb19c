"""A sweep over one number that nobody knows, and what comes of it. Runs are kept: a second time it only reads.

python examples/sweep.py
"""

import subprocess
import sys
from pathlib import Path

from sim.analysis import load
from sim.analysis.pairs import paired_by_draw

SWEEP = Path(__file__).with_name("sweep.yaml")
DECAY = "params.security.fear_decay"

if __name__ == "__main__":
    # The same as `talent-circulation sweep examples/sweep.yaml`: stop it when you like, the same command goes on.
    subprocess.run([sys.executable, "-m", "sim", "sweep", str(SWEEP)], check=True, stdout=subprocess.DEVNULL)

    frames = load(SWEEP)  # tidy frames, one column for each number that is swept
    change = paired_by_draw(frames["place_year"], "n_researchers", by=["year", "place"], keep=[DECAY])
    last = change[(change["year"] == 2035) & (change["place"] == "USA")]
    print("Researchers of the United States in 2035 under a lasting crackdown, scenario minus baseline:")
    print(last[[DECAY, "mean", "se"]].to_string(index=False, float_format="{:,.6g}".format))  # se: chance alone
