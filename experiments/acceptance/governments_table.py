"""Experiments with a known answer on governments that react."""

from __future__ import annotations

from math import inf

from experiments.acceptance import reactive
from experiments.acceptance.kinds import Bar, Experiment, Mutation
from experiments.acceptance.worlds import BLIND

EXPERIMENTS = (
    Experiment(
        "Reactive without hazards",
        "`restrictive` with governments that react at levels of 0, against scripted ones, to 2035: people, tables",
        "reactive.py",
        reactive.without_hazards,
        reactive.unlike(reactive.DIFFER),
        (Bar(reactive.DIFFER, 0.0, 0.0),),
        (Mutation("promote at its level", (("params.government.promote_level", 0.05),), (reactive.DIFFER,)),),
        "input",
        "docs/ODD.md, 7.11",
        scale=4000,
        replicates=1,
        page_scale=1000,
    ),
    Experiment(
        "Reactive without coefficients",
        "`restrictive` and the baseline, governments react in both, signals do not count, no consultation: packages, "
        "whom they restrict and years of steps, to 2035",
        "reactive.py",
        reactive.without_coefficients,
        reactive.unlike(reactive.UNLIKE),
        (Bar(reactive.UNLIKE, 0.0, 0.0),),
        (Mutation("allies' protection counts", (("params.government.beta_allies_protect", 1.4),), (reactive.UNLIKE,)),),
        "input",
        "docs/ODD.md, 7.11",
        scale=4000,
        replicates=1,
        page_scale=1000,
    ),
    Experiment(
        "Rungs at two scales",
        "Place-years 2018-35 of the 40 largest in which governments stand on the same rung at this scale and at one "
        "20 times finer, baseline",
        "reactive.py",
        reactive.at_scales,
        reactive.agreement,
        tuple(Bar(words, 95.0, inf) for words in reactive.AGREE.values()),
        (
            Mutation(
                "flows count ten times as much",
                (("params.government.beta_account", 3.5), ("params.government.promote_level", 0.1)),
                (reactive.AGREE["promote"],),
            ),
        ),
        "output",
        "bar: assumption",
        scale=2000,
        replicates=1,
        page_scale=1000,
    ),
    Experiment(
        "US restricts, governments react",
        "Steps up of all others that `restrictive` adds, 2018-35, as sums of probabilities, by multiples of all "
        "coefficients; total less direct is 0 without them and grows with them",
        "reactive.py",
        reactive.direction,
        reactive.by_coefficients,
        (
            *(Bar(f"{ladder}, {reactive.AT_0}", 0.0, 0.0) for ladder in ("protect", "restrict", "promote")),
            *(Bar(f"{ladder}, {reactive.FALLS}", 0.0, 0.0) for ladder in ("protect", "restrict")),
            *(Bar(f"{ladder}, {reactive.AT_1}", 0.5, inf) for ladder in ("protect", "restrict")),
        ),
        (
            Mutation(
                "nobody is close to anybody",
                ((BLIND, 1.0),),
                tuple(f"{ladder}, {reactive.AT_1}" for ladder in ("protect", "restrict")),
            ),
        ),
        "assumed in size, input in direction",
        "bars: assumption",
        scale=4000,
        replicates=1,
        page_scale=1000,
    ),
    Experiment(
        "Race of all governments",
        "Everybody promotes as fast as hazards can (level 1 a year, no step down), nobody protects or restricts, to "
        "2035: promotion caps, and shares of researchers of the 40 largest against scripted governments",
        "reactive.py",
        reactive.race,
        reactive.ends,
        (Bar(reactive.FULL, 100.0, 100.0), Bar(reactive.MOVED, 0.0, 1.0)),
        (Mutation("steps down", (("params.government.down_promote", 0.2),), (reactive.FULL,)),),
        "emergent; prices assumed",
        "bars: assumption",
        scale=2000,
        replicates=1,
        page_scale=400,
        misses=(reactive.MOVED,),
    ),
)
