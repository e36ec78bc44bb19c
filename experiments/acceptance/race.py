"""A race for talent out of academic money: it makes no more papers than the people whom it moves."""

from __future__ import annotations

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import UNPAID, Changes, Unpaid, Watched, branch, changed, config, history, summed
from sim.analysis.outcomes import BILL

FIRST, LAST = 2019, 2026
RACE = "+scenario=talent_race"
NO_PHI: Changes = (("params.publication.funding", 0.0),)
SPENT, GAIN = "spent on promotion, % of the racers' academic money", "papers beyond composition, %"
ALL, COMPOSITION = "papers, %", "papers by composition alone, %"


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Papers of the world 2019-26 in the baseline, in the race, and in the same race if money bought no output.

    Without an elasticity of output nobody's baseline changes, since money a head is the baseline's there.
    """
    past = history(scale, replicate, changes)
    without = branch(config(scale, changes), past, replicate, LAST)
    cfg = config(scale, changes, RACE)
    kind = Unpaid if UNPAID in dict(changes) else Watched
    race, people = (
        branch(c, past, replicate, LAST, baseline=without.macros, kind=kind) for c in (cfg, changed(cfg, NO_PHI))
    )
    arms = {"without": without, "race": race, "people": people}
    sums = {arm: summed(lived.years, "world_year", "papers", FIRST, LAST) for arm, lived in arms.items()}
    spent = {column: summed(race.years, "place_year", column, FIRST, LAST) for column in BILL}
    recruits = spent["budget_recruits_musd"] > 0.0
    public = summed(race.years, "place_year", "budget_public_musd", FIRST, LAST)
    return {**sums, **spent, "public": public * recruits}


def numbers(sums: Sums) -> dict[str, float]:
    """Papers against the baseline, and against what the same people write at unchanged money a head, per cent."""
    race, people, without = (float(sums[arm][0]) for arm in ("race", "people", "without"))
    spent = sum(sums[column].sum() for column in BILL)
    return {
        ALL: 100.0 * (race / without - 1.0),
        COMPOSITION: 100.0 * (people / without - 1.0),
        GAIN: 100.0 * (race / people - 1.0),
        SPENT: 100.0 * float(spent / sums["public"].sum()),
    }
