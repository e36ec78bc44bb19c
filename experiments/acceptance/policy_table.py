"""Experiments with a known answer on threat, security, money and restrictions."""

from __future__ import annotations

from math import inf

from experiments.acceptance import allies, precision, race, screening, shocks, threat
from experiments.acceptance.kinds import Bar, Experiment, Mutation
from experiments.acceptance.worlds import UNPAID, Changes

COLLABORATION, IMPACT = "params.collaboration", "params.impact"
NO_COMPLETION: Changes = ((f"{COLLABORATION}.lost_partner", 0.0),)
OWN_RIVALS: Changes = (("threat", "rivals"),)
BY_VOTES: Changes = (("threat", "votes"),)
NO_REVIEW: Changes = (("params.compliance.screening_time", 0.0),)
CONCERN_LATE: Changes = (("params.security.concern", 0.2),)
SELECTIVE: Changes = (("params.security.profile_specificity", 0.999),)
UNSPECIFIC_RISK: Changes = (("params.security.risk_specificity", 0.97),)
NO_HARMLESS: Changes = (("params.security.risk_specificity", 1.0),)
DEAR: Changes = (("params.money.post", 5.0), ("params.money.pay", 6.0), ("params.money.price_level", 0.0))
FREE: Changes = ((UNPAID, 1.0),)
PEOPLE_ALONE: Changes = race.NO_PHI
FEARLESS: Changes = ((f"{COLLABORATION}.fear", 0.0),)
HARMLESS: Changes = (
    *FEARLESS,
    *NO_COMPLETION,
    ("params.publication.fear_output", 0.0),
    ("params.compliance.hour_share", 0.0),
    ("params.careers.exit_fear", 0.0),
)


EXPERIMENTS = (
    Experiment(
        "Threat",
        "Places on others' lists of concern, or first among their threats (`threat=rivalry`): how many of those named",
        "threat.py",
        threat.collect,
        threat.numbers,
        tuple(Bar(outcome, n, n) for outcome, n in threat.EXPECTED.items()),
        (
            *(Mutation("nobody takes over the rivals of an ally", OWN_RIVALS, (bar,)) for bar in threat.INHERITED),
            *(Mutation("votes and regime instead of rivalries", BY_VOTES, (bar,)) for bar in threat.DIRECTED),
            *(Mutation("of concern from 0.2 on", CONCERN_LATE, (bar,)) for bar in threat.LISTED),
        ),
        "input",
        "docs/threat.md",
        scale=100_000,
        replicates=1,
    ),
    Experiment(
        "Screening towards a place",
        "The US screen all projects with partners in New Zealand or in China from 2019, ten times as long as by "
        "default; cost 2019-26 over joint papers",
        "screening.py",
        screening.collect,
        screening.numbers,
        (Bar("papers, New Zealand : China over joint papers", round(1 / 1.5, 3), 1.5),),
        (Mutation("reviews take no time", NO_REVIEW, ("papers, New Zealand : China over joint papers",)),),
        "input",
        "bar: assumption",
        scale=200,
        replicates=4,
        page_scale=200,
    ),
    Experiment(
        "Precision",
        "Cases of the China Initiative and the NIH letters, 2018-22: share that finds a breach, as it was (by profile) "
        "and if all went by risk; it does not depend on the leak rate",
        "precision.py",
        precision.collect,
        precision.numbers,
        (
            Bar("share that finds", 0.2, 0.35),
            Bar("by risk less by profile", 0.05, inf),
            Bar("by risk", -inf, 0.99),
        ),
        (
            Mutation("the profile flags one in a thousand of the harmless", SELECTIVE, ("share that finds",)),
            Mutation("risk flags thirty in a thousand of the harmless", UNSPECIFIC_RISK, ("by risk less by profile",)),
            Mutation("risk flags none of the harmless", NO_HARMLESS, ("by risk",)),
        ),
        "fitted (by profile), assumed (by risk)",
        "P13, S3",
        scale=400,
        replicates=3,
        page_scale=200,
    ),
    Experiment(
        "Talent race at constant budgets",
        "All large systems recruit from 2018 (`talent_race`), out of their academic money: papers of the world 2019-26 "
        "against what the same people write where money buys no output (φ = 0), per cent",
        "race.py",
        race.collect,
        race.numbers,
        (Bar(race.GAIN, -0.3, 0.0),),
        (
            Mutation("nobody pays for promotion", FREE, (race.GAIN,)),
            Mutation("posts and pay at the upper end of their prices", DEAR, (race.GAIN,)),
        ),
        "emergent; what leaves research is priced by assumption",
        "bars: assumption",
        scale=1000,
        replicates=3,
        page_scale=400,
    ),
    Experiment(
        "A tenth of people or of money",
        "Seven large places lose a tenth of their people in 2018, or of their academic money from 2018 on: "
        "fractional papers 2018-35 against the baseline; money that comes back in 2023 against people",
        "shocks.py",
        shocks.collect,
        shocks.numbers,
        (Bar(shocks.RATIO, 3.0, 6.0),),  # money that comes back does so by construction: what is left has no bar
        (Mutation("output does not follow money (φ = 0)", PEOPLE_ALONE, (shocks.RATIO,)),),
        "sourced (F1, P24: φ)",
        "P24",
        scale=1000,
        replicates=3,
        page_scale=400,
    ),
    Experiment(
        "Allies follow a restriction",
        "The US restrict work with China (`restrictive`), alone or with nine allies that impose the same "
        "(`ally_follows`): papers 2019-26, researchers 2026, per cent; what following adds, points",
        "allies.py",
        allies.collect,
        allies.numbers,
        (
            Bar(f"{allies.PAPERS}, difference", -inf, 0.0),
            Bar(f"{allies.PEOPLE}, difference", -inf, 0.0),
            Bar(f"{allies.WORLD}, difference", -inf, -0.1),
        ),
        (Mutation("rules, fear and lost partners cost no work", HARMLESS, (f"{allies.WORLD}, difference",)),),
        "emergent; strengths assumed",
        "bars: assumption",
        scale=400,
        replicates=3,
        page_scale=200,
    ),
)
