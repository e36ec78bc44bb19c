"""A policy question from Python: what does Japan gain if it recruits again, and at whose cost? About 20 seconds.

python examples/question.py
"""

from sim import compare, load_config, run
from sim.analysis.pairs import paired_difference

if __name__ == "__main__":  # worker processes import this file again
    # The same words as on the command line. All but the scenario only make it quick; leave them out for an answer.
    cfg = load_config("+scenario=japan_returns", "scale=4000", "start=2008", "replicates=3", "government.mode=scripted")
    frames = run(cfg)  # scenario and baseline, without touching the disk

    # The main outcomes and the change that the policy makes; se is chance alone, another roll of the dice.
    table = compare(cfg, frames)
    japan = table[table["area"].str.contains("Japan") & (table["mean"] != 0)]
    print(japan[["outcome", "reference", "mean", "se"]].round(1).to_string(index=False), "\n")

    # Every table is a pandas frame. Who has more researchers at the end, who fewer, beyond two standard errors?
    change = paired_difference(frames["place_year"].query("year == 2035"), "n_researchers", by=["place"])
    clear = change[(change["mean"].abs() > 2 * change["se"])].sort_values("mean")
    print("Researchers in 2035, scenario minus baseline:")
    print(clear[["place", "mean", "se"]].round(-2).to_string(index=False))
