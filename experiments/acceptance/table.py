"""The experiments with a known answer: what must come out, and which mechanism it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from experiments.acceptance import (
    allies,
    autarky,
    baseline,
    lasting,
    lost_impact,
    pairs,
    papers,
    persistence,
    precision,
    race,
    screening,
    shocks,
    threat,
    tied,
)
from experiments.acceptance.pooled import Numbers, Sums
from experiments.acceptance.worlds import AFFINITY, UNNORMED, UNPAID, Changes

COLLABORATION, IMPACT = "params.collaboration", "params.impact"
NO_COMPLETION: Changes = ((f"{COLLABORATION}.lost_partner", 0.0),)
ALL_READ: Changes = ((f"{IMPACT}.reading_abroad", 1.0), (f"{IMPACT}.reading_floor", 1.0))
NO_FRONTIER: Changes = ((f"{IMPACT}.access", 0.0),)
PLACES_ALIKE: Changes = ((f"{IMPACT}.place_quality", 0.0), (f"{IMPACT}.team", 0.0), *NO_FRONTIER)
NO_REPEATS: Changes = ((f"{COLLABORATION}.repeat", 0.0),)
ANY_TIE: Changes = ((f"{COLLABORATION}.repeat_preference", 1.0), (f"{COLLABORATION}.tie_memory", 1.0))
ALIKE_OPEN: Changes = ((f"{COLLABORATION}.openness_spread", 100.0),)
NO_MATCH: Changes = ((f"{IMPACT}.match", 0.0),)
ALIKE_PAIRS: Changes = ((AFFINITY, 0.0),)
UNNORMED_RATES: Changes = ((UNNORMED, 1.0),)
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


@dataclass(frozen=True)
class Bar:
    """A number that must lie between two bounds."""

    outcome: str
    lo: float
    hi: float

    def met(self, value: float) -> bool:
        """True if a value lies between the bounds."""
        return self.lo <= value <= self.hi

    @property
    def words(self) -> str:
        """For the page."""
        if self.lo == self.hi:
            return f"{self.lo:g}"
        if self.hi == inf:
            return f"≥ {self.lo:g}"
        return f"< {self.hi:g}" if self.lo == -inf else f"{self.lo:g} … {self.hi:g}"


@dataclass(frozen=True)
class Mutation:
    """A mechanism taken out, and the outcomes of which at least one must then leave its bars."""

    name: str
    changes: Changes
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    collect : counts of one replicate (scale, replicate, what is changed); numbers : of counts added up.
    bars : what must come out; what has no bar is printed.
    scale, replicates : of its test, at which the bars are met with the fixed seeds; page_scale : of docs/systems.md.
    label : as in docs/systems.md.
    misses : outcomes that are known to miss their bars; the page says so, and tests ask for the others.
    """

    name: str
    what: str
    file: str
    collect: Callable[[int, int, Changes], Sums]
    numbers: Numbers
    bars: tuple[Bar, ...]
    mutations: tuple[Mutation, ...]
    label: str
    source: str
    scale: int
    replicates: int
    page_scale: int = 100
    misses: tuple[str, ...] = ()


def _around(outcome: str, goal: float, by: float) -> Bar:
    return Bar(outcome, round(goal - by, 6), round(goal + by, 6))


EXPERIMENTS = (
    Experiment(
        "Autarky",
        "The US bans all partners abroad from 2019; 2020-26 against the paired baseline, per cent, fractional counting",
        "autarky.py",
        autarky.collect,
        autarky.numbers,
        (
            Bar("papers", -10.0, -2.0),
            Bar("top 1 %", -30.0, -5.0),
            Bar("top 1 % beyond papers", -inf, -3.0),
            Bar("rank correlation", 0.7, inf),
        ),
        (
            Mutation("papers are completed without lost partners", NO_COMPLETION, ("papers", "rank correlation")),
            Mutation(
                "all are read alike and no frontier within reach", ALL_READ + NO_FRONTIER, ("top 1 % beyond papers",)
            ),
        ),
        "assumed in size (`lost_partner`), emergent in order",
        "bars: assumption",
        scale=100,
        replicates=4,
        # -10.3 ± 0.1: international shares go on rising after the data, so a ban finds more partners than in 2017. At
        # 0.23 for a lost partner this bar is met, and others' losses then go by their dependence less than they must
        misses=("papers",),
    ),
    Experiment(
        "Partners kept",
        "People with 3 papers or more in 2010-14, 30 % of them with one country: mean excess over their place's share, "
        "2015-17 over 2010-14",
        "persistence.py",
        persistence.collect,
        persistence.numbers,
        (Bar("kept", 0.333, inf),),
        (
            Mutation("no repeats", NO_REPEATS, ("kept",)),
            Mutation("any tie, recent ones kept", ANY_TIE, ("kept",)),
        ),
        "fitted",
        "assumption",
        scale=400,
        replicates=3,
    ),
    Experiment(
        "Tied to China",
        "US life and medical scientists with a co-author in China in 2010-14 (or a tie there at the end of 2017) less "
        "those with others abroad only; scenario `china_initiative` with frozen feedback, 2019-21, points of per cent",
        "tied.py",
        tied.collect,
        tied.numbers,
        (
            Bar("initiative, co-author, papers", -3.8, -0.8),
            Bar("initiative, tie, papers", -3.8, -0.8),
            Bar("full ban less initiative, co-author", -inf, 0.0),
        ),
        (Mutation("nobody avoids partners for fear", FEARLESS + tied.DIRECT, ("initiative, tie, papers",)),),
        "input",
        "P5a",
        scale=100,
        replicates=4,
        page_scale=50,
        # The two groups lie around the range. Of those with a co-author, -0.4 ± 0.2: by 2018 the control has partners
        # in China too, and loses half as much as they; at the upper ends of fear and of what a lost partner costs it is
        # -0.9 ± 0.3. Those who still had a tie are at its other end
        misses=("initiative, co-author, papers", "initiative, tie, papers"),
    ),
    Experiment(
        "Impact of lost partners",
        "Citations a paper of US life and medical scientists with a tie to China at the end of 2017 less those with "
        "other ties abroad, full ban from 2019, 2019-21, points of per cent; each part taken out in turn",
        "lost_impact.py",
        lost_impact.collect,
        lost_impact.numbers,
        (),
        (),
        "printed, no bar",
        "output",
        scale=400,
        replicates=2,
        page_scale=50,
    ),
    Experiment(
        "Countries of a paper",
        "Countries per international paper of the world",
        "papers.py",
        papers.collect,
        papers.countries,
        tuple(_around(y, goal, 0.1) for y, goal in (("1996", 2.19), ("2003", 2.26), ("2010", 2.34), ("2017", 2.46))),
        (Mutation("all papers of a place are equally open", ALIKE_OPEN, ("1996", "2003", "2010", "2017")),),
        "fitted in level, emergent in trend",
        "NSF, Science and Engineering Indicators",
        scale=400,
        replicates=3,
    ),
    Experiment(
        "Joint papers by pair",
        "Against NSF's 45 places in 1996 and 2003 (ratio of sums), and OpenAlex's shape in 2015-17; pairs of 200 works",
        "pairs.py",
        pairs.collect,
        pairs.numbers,
        (
            *(_around(f"sum {year}", 1.0, 0.1) for year in (1996, 2003)),
            *(Bar(f"log correlation {years}", 0.93, inf) for years in ("1996", "2003", "2015-17")),
        ),
        (
            Mutation(
                "pairs are alike but for size and home",
                ALIKE_PAIRS,
                tuple(f"log correlation {years}" for years in ("1996", "2003", "2015-17")),
            ),
        ),
        "fitted",
        "NSF; OpenAlex",
        scale=50,
        replicates=2,
        page_scale=50,
    ),
    Experiment(
        "Baseline to 2023",
        "The world after the data: papers per head against their rule and its 90 % band, moves per 1,000 against the "
        "last five years of data, and the change of 2018 in standard deviations of yearly changes 2008-17",
        "baseline.py",
        baseline.collect,
        baseline.numbers,
        (
            Bar(baseline.PAPERS, 0.0, 1.0),
            Bar(baseline.MOVES, 0.0, 10.0),
            *(Bar(f"jump, {name}", -2.5, 2.5) for name in baseline.SERIES),
        ),
        (Mutation("norms of the last year of data", UNNORMED_RATES, (baseline.MOVES,)),),
        "fitted; the path is the rule's",
        "M1; docs/backtest.md",
        scale=200,
        replicates=2,
    ),
    Experiment(
        "International papers (C14)",
        "Odds of being international, top 1 % over all papers, 2012-16; mean citations, international over domestic",
        "papers.py",
        papers.collect,
        papers.international,
        tuple(
            Bar(f"{kind} {place}", bar, inf)
            for kind, bar in (("odds", 1.1), ("citations", 1.0))
            for place in papers.PLACES
        ),
        (
            Mutation(
                "all are read alike; place, frontier and size of the team do not count",
                ALL_READ + PLACES_ALIKE,
                tuple(f"odds {p}" for p in papers.PLACES),
            ),
        ),
        "emergent",
        "C14",
        scale=200,
        replicates=4,
    ),
    Experiment(
        "Super ties (C11)",
        "Papers of 2013-17 with a partner of five joint papers or more, against others of the same lead and team size, "
        "per cent; pairs that began in 1995-2007",
        "lasting.py",
        lasting.collect,
        lasting.numbers,
        (Bar("citations with a super tie", 12.0, 22.0),),
        (Mutation("match does not count", NO_MATCH, ("citations with a super tie",)),),
        "fitted",
        "C11; bar: assumption",
        scale=400,
        replicates=2,
    ),
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
        (Bar("papers, NZL : CHN over joint papers", round(1 / 1.5, 3), 1.5),),
        (Mutation("reviews take no time", NO_REVIEW, ("papers, NZL : CHN over joint papers",)),),
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
