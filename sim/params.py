"""Parameters: default, bounds, unit, role and source of each, as one readable table in code.

Role is ``sourced`` (the source gives the number), ``fitted`` (to outcomes up to 2017; three to effects of policy, ODD 8)
or ``assumption`` (to be swept). ``docs/parameters.md`` is generated from this file.

Assumptions are drawn from a third to three times their value (`around`) unless `draw` says otherwise: a law of
`sim.core.laws` with its numbers, which are ends of a documented range, or the scale of a normal law. A fitted parameter is
drawn only if `draw` gives the range that its data leave open. An assumption that the fit to 2017 rests on is not drawn: with
another value the fitted rates would have to be fitted again (docs/decisions/bands.md).
Ids (M1, P8, ...) are rows of ``docs/evidence.md``; sections (ODD 7.4) are those of ``docs/ODD.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Draw = tuple[str, *tuple[float, ...]]  # name of a law, then its numbers
BOUNDS: Draw = ("uniform",)  # nothing is known but the bounds
WITH_FIT: Draw = ("with the fit",)  # moves people, papers or moves before 2018: fitted rates hold at this value only
FACTOR = 3.0  # by which a value that nobody measured may be wrong, either way


def around(default: float, lo: float, hi: float) -> Draw:
    """Law of a value that is known in its order of size: `FACTOR` either way within bounds, which only stop nonsense."""
    return ("log-uniform", max(lo, default / FACTOR), min(hi, default * FACTOR)) if default > 0 else ("uniform", lo, hi)


def p(default: float, lo: float, hi: float, unit: str, role: str, source: str, *, draw: Draw | None = None) -> Any:
    """One parameter: dataclass field whose metadata carries bounds, unit, role, source and how it is drawn."""
    draw = draw or (around(default, lo, hi) if role == "assumption" else None)
    draw = ("uniform", lo, hi) if draw == BOUNDS else None if draw == WITH_FIT else draw
    about = {"lo": lo, "hi": hi, "unit": unit, "role": role, "source": source, "draw": draw}
    return field(default=default, metadata=about)


def choice(default: str, allowed: tuple[str, ...], source: str) -> Any:
    """One parameter with named values."""
    return field(default=default, metadata={"allowed": allowed, "unit": "", "role": "assumption", "source": source})


@dataclass(frozen=True)
class CareerParams:
    """Ageing, permanent posts, exits (ODD 7.1)."""

    talent_sigma: float = p(0.75, 0.2, 1.5, "log", "fitted", "Lotka tail of authors' output, F7")
    exit_early: float = p(
        1.6, 0.5, 4.0, "relative hazard", "assumption", "early careers leave most; U-shape by stage", draw=WITH_FIT
    )
    exit_established: float = p(0.7, 0.2, 2.0, "relative hazard", "assumption", "as above", draw=WITH_FIT)
    exit_senior: float = p(0.9, 0.2, 3.0, "relative hazard", "assumption", "as above", draw=WITH_FIT)
    exit_permanent: float = p(0.6, 0.1, 1.0, "factor", "assumption", "permanent posts halve exits", draw=WITH_FIT)
    exit_funding: float = p(0.15, 0.0, 1.0, "elasticity", "assumption", "exit on funding per head, negative")
    exit_fear: float = p(0.25, 0.0, 1.5, "log hazard at full fear", "assumption", "P8: intention far above behaviour")
    permanent_early: float = p(0.08, 0.0, 0.5, "1/year", "assumption", "about half permanent by year 8", draw=WITH_FIT)
    permanent_established: float = p(0.12, 0.0, 0.5, "1/year", "assumption", "as above", draw=WITH_FIT)
    exit_retirement: float = p(
        5.0,
        1.0,
        20.0,
        "relative hazard",
        "assumption",
        "from 35 years of career on: half have left three years later",
        draw=WITH_FIT,
    )
    talent_permanent: float = p(
        0.3, 0.0, 1.0, "elasticity", "assumption", "better researchers get posts sooner", draw=WITH_FIT
    )


@dataclass(frozen=True)
class EntryParams:
    """Choice of the place of entry (ODD 7.3)."""

    dissimilarity: float = p(
        0.6,
        0.2,
        1.0,
        "lambda",
        "assumption",
        "nested logit, of groups of like hosts; student flows give 0.64 (sampling interval 0.29-1.02), which fixes little",
        draw=("uniform", 0.29, 1.0),
    )
    dissimilarity_like: float = p(
        0.81,
        0.5,
        1.0,
        "lambda over lambda of groups",
        "fitted",
        "hosts of a group: student flows 1998-2017, 0.81 (sampling interval 0.72-0.90), 0.63 to 0.90 by how coverage is screened",
        draw=("uniform", 0.63, 0.90),
    )
    retry: float = p(0.5, 0.0, 1.0, "share", "assumption", "of the refused and delayed at home who try again next year")
    hostility: float = p(
        0.44,
        0.0,
        4.0,
        "log utility at full chill",
        "fitted",
        "P1: -15 % relative entry of Chinese students into the US three to four years after the shock (scenario hostility_2016 at h = 0.3; 0.62 at 0.2, 0.33 at 0.43; experiments/doses)",
        draw=("uniform", 0.33, 0.62),
    )
    funding: float = p(0.15, 0.0, 1.0, "elasticity", "sourced", "M26: ln GERD at destination 0.15 (0.03)")
    prestige: float = p(0.3, 0.0, 1.5, "per log prestige", "assumption", "U3, U4: peers and prestige first when young")
    students: float = p(0.2, 0.0, 1.0, "per log ratio", "assumption", "congestion: students per established researcher")
    delay: float = p(0.35, 0.0, 2.0, "log utility per year of delay", "assumption", "visa delay as lost utility")
    talent_abroad: float = p(
        0.2, 0.0, 1.0, "per SD of ln talent", "assumption", "M25: entrants abroad positively selected", draw=WITH_FIT
    )


@dataclass(frozen=True)
class MobilityParams:
    """Moves between places (ODD 7.4)."""

    age_established: float = p(
        0.55, 0.1, 1.0, "relative hazard", "assumption", "M20: hazard falls with academic age", draw=WITH_FIT
    )
    age_senior: float = p(0.30, 0.05, 1.0, "relative hazard", "assumption", "as above", draw=WITH_FIT)
    permanent: float = p(
        0.5,
        0.1,
        1.0,
        "relative hazard",
        "assumption",
        "M18: established faculty move about 0.7 % a year",
        draw=WITH_FIT,
    )
    talent: float = p(0.25, 0.0, 1.0, "elasticity", "assumption", "U7: elites more mobile (sign)", draw=WITH_FIT)
    home: float = p(2.53, 0.0, 4.0, "log", "fitted", "M14, M16, M18: stay rates and foreign share")
    home_early: float = p(
        1.0,
        0.0,
        2.0,
        "exponent",
        "fitted",
        "M16: stay rates by origin, factors of fitted_places.csv; 0: no such factors",
    )
    home_income: float = p(1.3, 0.0, 2.0, "elasticity", "fitted", "M16: stay rates by origin; sign M18, U6")
    size: float = p(0.68, 0.0, 1.5, "elasticity", "sourced", "M26: ln researchers at destination 0.68 (0.05)")
    fear_leave: float = p(
        0.5,
        0.0,
        2.0,
        "log hazard at full fear",
        "assumption",
        "P8: 61 % thought of leaving; M17: intention far above behaviour",
    )
    tie: float = p(
        0.5, 0.0, 1.5, "per log(1 + ties)", "assumption", "U0: 0.5 per log co-author; P27 (sign; strong ties draw more)"
    )
    funding: float = p(0.15, 0.0, 1.0, "elasticity", "sourced", "M26: ln GERD at destination +0.15 (0.03)")
    prestige: float = p(0.35, 0.0, 1.5, "per log prestige", "assumption", "U0: peers 0.7, halved for ratios")
    prestige_talent: float = p(0.2, 0.0, 1.0, "per SD of ln talent", "assumption", "talent weighs prestige more; U7")
    net_income: float = p(1.0, 0.0, 2.0, "elasticity", "sourced", "U1: foreign stars about 1; U2 upper bound 1.8")
    post_early: float = p(0.8, 0.0, 2.0, "per unit share", "assumption", "U0: security 0.8 early")
    post_late: float = p(0.3, 0.0, 2.0, "per unit share", "assumption", "U0: security 0.3 late")
    students: float = p(0.2, 0.0, 1.0, "per log ratio", "assumption", "U0: student access 0.4, halved for ratios")
    hostility: float = p(
        0.9,
        0.0,
        4.0,
        "log at full fear",
        "assumption",
        "log odds as for entrants (entry.hostility over both lambdas, P1); the starting value of U0 is 1.5",
    )
    delay: float = p(0.35, 0.0, 2.0, "log per year of delay", "assumption", "as entry.delay")
    spread: float = p(0.5, 0.0, 1.0, "theta", "assumption", "inclusive value: 1 stops all barred moves, 0 diverts all")
    vacancy_slack: float = p(
        1.4, 1.0, 3.0, "x the baseline's arrivals", "assumption", "M20: demand-driven hiring with capacity"
    )
    fit: float = p(0.3, 0.0, 1.0, "elasticity on talent", "assumption", "M20: vacancies filled by fitness rank")


@dataclass(frozen=True)
class CollaborationParams:
    """Partners (ODD 7.6)."""

    size: float = p(0.9, 0.5, 1.2, "alpha on place mass", "assumption", "C12: attachment below linear", draw=WITH_FIT)
    trust: float = p(0.5, 0.0, 2.0, "tau", "assumption", "ODD 7.6: exponent on trust over the paired baseline's")
    repeat: float = p(0.75, 0.0, 0.9, "share of slots", "fitted", "C11: many weak ties, few lasting; partners kept")
    repeat_preference: float = p(
        4.0, 1.0, 6.0, "gamma", "fitted", "repeat slots prefer the most valued of four ties: rank int(4 u^gamma)"
    )
    tie_memory: float = p(
        0.0625, 0.0, 1.0, "delta, sd of match per year", "assumption", "how fast unused ties give way to new ones"
    )
    openness_spread: float = p(
        0.2, 0.05, 100.0, "nu", "fitted", "papers of a place differ in openness: countries per international paper"
    )
    openness_personal: float = p(
        0.7, 0.0, 1.0, "share of papers", "assumption", "as open as their lead is for life", draw=WITH_FIT
    )
    looseness: float = p(
        0.6,
        0.0,
        1.0,
        "share of slots at home",
        "fitted",
        "take a lasting partner abroad: partners kept against consortia",
    )
    lost_partner: float = p(
        0.25,
        0.0,
        0.6,
        "kappa_c, share of papers",
        "assumption",
        "not completed for one partner lost; with fear held against P5a",
        draw=("uniform", 0.1, 0.6),
    )
    replaced_partner: float = p(
        0.5, 0.0, 1.0, "c, of a lost partner", "assumption", "what a partner who was replaced costs; swept", draw=BOUNDS
    )
    origin: float = p(
        0.1,
        0.0,
        0.5,
        "share of new partners",
        "fitted",
        "C9: about 40 % of movers keep links with their origin; a compatriot",
    )
    fear: float = p(0.6, 0.0, 1.0, "kappa", "assumption", "P9: 61 % felt pressure to distance from China")
    refill: float = p(
        0.5, 0.0, 1.0, "rho", "assumption", "whether refused partners are replaced is unknown, swept", draw=BOUNDS
    )
    joint_funding: float = p(0.3, 0.0, 2.0, "per log", "assumption", "association raises partner choice")
    fear_nearness_tie: float = p(
        0.5, 0.0, 2.0, "per share of ties", "assumption", "fear by nearness to the target country"
    )
    fear_exposure_other: float = p(
        0.36, 0.0, 1.0, "share", "fitted", "P9: others with ties are a fifth as fearful (8.6 / 42.2; experiments/doses)"
    )


@dataclass(frozen=True)
class PublicationParams:
    """Output (ODD 7.5)."""

    funding: float = p(0.2, 0.0, 0.6, "phi", "sourced", "F1, P24: papers ~ people^(1-phi) budget^phi")
    lag_years: float = p(4.0, 1.0, 8.0, "years", "sourced", "F3: half of the response by year 4")
    age_early: float = p(0.85, 0.3, 1.5, "relative", "assumption", "age curve", draw=WITH_FIT)
    age_established: float = p(1.15, 0.3, 1.5, "relative", "assumption", "age curve", draw=WITH_FIT)
    age_senior: float = p(1.0, 0.3, 1.5, "relative", "assumption", "age curve", draw=WITH_FIT)
    fear_output: float = p(
        0.4,
        0.0,
        1.0,
        "b_out at full fear",
        "fitted",
        "P3: middle of -2 to -11 %, output of scientists of Chinese origin (scenario hostility_2016; experiments/doses)",
    )
    apply_share: float = p(0.5, 0.0, 1.0, "share", "assumption", "researchers who apply for a grant in a year")
    success: float = p(0.25, 0.02, 0.9, "share", "assumption", "applications funded at reference funding per head")
    funded_gain: float = p(0.07, 0.0, 0.5, "share", "sourced", "F1: a grant adds 7 % of papers (Jacob & Lefgren 2011)")
    fear_apply: float = p(0.45, 0.0, 1.0, "share", "sourced", "P8: 45 % avoid federal grants (intention, upper bound)")
    students_output: float = p(0.2, 0.0, 1.0, "elasticity", "assumption", "P30: returnees' gain is funding and team")
    team_growth: float = p(0.0228, 0.0, 0.05, "1/year", "sourced", "C7: +2.28 %/yr (Jakab et al. 2024)")
    team_2000: float = p(3.99, 2.0, 8.0, "authors", "sourced", "C7: PubMed mean 3.99 in 2000")
    team_fade: float = p(0.9, 0.5, 1.0, "1/year", "assumption", "growth of teams fades so after the data")
    team_tail: float = p(0.03, 0.0, 0.2, "share of papers", "assumption", "C8: extended teams (Milojevic 2014)")


@dataclass(frozen=True)
class ImpactParams:
    """Citations (ODD 7.7)."""

    talent_mean: float = p(0.25, 0.0, 1.0, "a_m", "assumption", "mean ln talent of the team")
    talent_best: float = p(0.30, 0.0, 1.0, "a_b", "assumption", "best ln talent of the team")
    team: float = p(0.25, 0.0, 1.0, "b per ln team", "assumption", "larger teams are cited more")
    access: float = p(0.5, 0.0, 2.0, "e", "assumption", "frontier knowledge within reach")
    reputation: float = p(0.05, 0.0, 0.5, "d per ln(1+reputation)", "assumption", "cumulative advantage")
    sigma2: float = p(1.2, 0.5, 2.0, "variance", "sourced", "F5: variance of ln(c/c0) 1.0-1.6")
    match: float = p(0.24, 0.0, 1.0, "w per sd", "fitted", "C11: papers of lasting pairs are cited 17 % more")
    team_quality: str = choice(
        "best",
        ("best", "ces"),
        "ODD 7.7: a team has the quality of its best place, or a mean of high exponent over authors",
    )
    ces_exponent: float = p(8.0, 8.0, 50.0, "exponent", "assumption", "of that mean, if team_quality=ces")
    place_quality: float = p(1.0, 0.0, 1.0, "weight", "fitted", "place effect fitted on PPtop1 % to 2014")
    reading_abroad: float = p(
        0.72,
        0.3,
        1.0,
        "K at an access of 1/2",
        "sourced",
        "C15: 28 % fewer citations from US readers of Chinese papers",
    )
    reading_floor: float = p(
        0.8, 0.6, 1.0, "f", "assumption", "share of readers abroad that need no ties; below, autarky halves top papers"
    )
    discount: float = p(0.85, 0.5, 1.0, "1/year", "assumption", "reputation keeps 85 % a year")
    citations_mean: float = p(
        10.0,
        1.0,
        50.0,
        "citations/paper",
        "assumption",
        "level; by way of reputation, 1 to 50 moves about 1 % of top papers",
    )


@dataclass(frozen=True)
class SecurityParams:
    """Leaks, cases, fear (ODD 7.2 and 7.8)."""

    leak_rate: float = p(
        3e-3,
        1e-4,
        1e-1,
        "per exposed sensitive project-year",
        "assumption",
        "S1: unknown; mean over the exposures of the US in 2017; results are conditional on it",
        draw=("log-uniform", 1e-4, 1e-1),
    )
    share_reward: float = p(
        0.25,
        0.0,
        1.0,
        "share",
        "assumption",
        "of the leaks of the US in 2017 by each way, over their sum; unknown",
        draw=("weight",),
    )
    share_deception: float = p(0.25, 0.0, 1.0, "share", "assumption", "as above", draw=("weight",))
    share_coercion: float = p(0.25, 0.0, 1.0, "share", "assumption", "as above", draw=("weight",))
    share_theft: float = p(0.25, 0.0, 1.0, "share", "assumption", "as above", draw=("weight",))
    undisclosed: float = p(
        0.02,
        0.005,
        0.05,
        "share of the tied",
        "assumption",
        "breaches: people with ties abroad that they do not disclose",
    )
    active_years: float = p(
        5.0,
        1.0,
        10.0,
        "years",
        "assumption",
        "since the last joint paper, within which a co-author tie is active: it can be coerced, and cases count it (P16)",
    )
    profile_sensitivity: float = p(
        0.5,
        0.2,
        0.9,
        "share",
        "assumption",
        "of the breaches of an origin that a rule by profile flags; unknown, swept",
        draw=BOUNDS,
    )
    profile_specificity: float = p(
        0.9945,
        0.9,
        0.999,
        "share",
        "fitted",
        "P13: of the harmless of an origin that it does not flag, so that 0.27 (0.2-0.35) of its cases find a breach",
    )
    risk_sensitivity: float = p(
        0.5,
        0.2,
        0.9,
        "share",
        "assumption",
        "of the breaches of the tied that a rule by risk flags; unknown, swept",
        draw=BOUNDS,
    )
    risk_specificity: float = p(
        0.995, 0.985, 0.999, "share", "assumption", "of the harmless of the tied that it does not flag; never all"
    )
    detection: float = p(
        0.05,
        0.001,
        1.0,
        "share",
        "assumption",
        "of the leakers whom a case is about, found; S3 bounds it times leak_rate",
        draw=("log-uniform", 0.001, 1.0),
    )
    chi: float = p(
        84.0,
        0.0,
        1000.0,
        "h per case that finds nothing, per tied researcher-year",
        "fitted",
        "P8: 42 % fearful at the end of 2021 (scenario china_initiative; experiments/doses); P16 in its order of magnitude",
    )
    fear_decay: float = p(0.2, 0.02, 0.8, "delta, 1/year", "assumption", "unknown, swept", draw=BOUNDS)
    fear_spill: float = p(
        0.06, 0.0, 0.2, "s, 1/year", "assumption", "P9: spill-over to non-targets 0.2-0.25; swept", draw=BOUNDS
    )
    fear_max: float = p(
        5.0, 1.0, 20.0, "h", "assumption", "cap at 99 % fearful: one case among few people stays a matter of years"
    )
    dual_rate: float = p(0.004, 0.0, 0.1, "1/year", "assumption", "S2: about 500 recruits a year from the diaspora")
    dual_end: float = p(0.2, 0.0, 1.0, "1/year", "assumption", "second affiliations last about five years")
    case_exit: float = p(0.42, 0.0, 1.0, "share", "sourced", "P15: 103 of 246 lost their job")
    concern: float = p(
        0.1, 0.05, 0.2, "threat", "assumption", "places from here on are on a government's list of concern"
    )
    target_origins: tuple[str, ...] = field(
        default=("CHN",),
        metadata={"unit": "places", "role": "assumption", "source": "as-if case of P8; reporting only"},
    )


@dataclass(frozen=True)
class TrustParams:
    """Trust between places (ODD 7.9)."""

    reversion: float = p(0.1, 0.0, 1.0, "r, 1/year", "assumption", "back to the political level")
    joint: float = p(0.02, 0.0, 0.2, "g per log joint papers", "assumption", "working together builds trust")
    incident: float = p(
        0.02, 0.0, 0.5, "h at many incidents per 1,000 joint papers", "assumption", "incidents cost trust; saturates"
    )
    ideal_scale: float = p(4.0, 1.0, 20.0, "UN ideal points", "assumption", "distance at which the level falls to 1/e")
    ally: float = p(0.3, 0.0, 1.0, "share of the gap to 1", "assumption", "what a defence pact adds")
    floor: float = p(0.05, 0.01, 0.5, "trust", "assumption", "lowest trust; research never stops wholly")


@dataclass(frozen=True)
class ComplianceParams:
    """Cost of rules (ODD 7.10)."""

    hour_share: float = p(1.0, 0.0, 3.0, "factor", "assumption", "scales researcher time of every rule")
    screening_time: float = p(
        0.02,
        0.0,
        0.2,
        "share of a year",
        "assumption",
        "papers of a project whose partner is screened: five working days",
    )
    bunching: float = p(
        0.0, 0.0, 0.2, "share of support", "assumption",
        "most that an institution declines to stay under a threshold, if its fixed costs are higher; unknown, 0: nobody",
    )  # fmt: skip
    one_time_share: float = p(0.5, 0.0, 1.0, "share", "sourced", "S5: about half of year-1 cost is one-time")


@dataclass(frozen=True)
class GovernmentParams:
    """Reactive governments (ODD 7.11): levels of hazards, log hazard ratios of signals, caps, consultation.

    Only the order of size of `promote_level` and the range of `protect_level` are informed by data; slopes are priors in the
    range of studies of how policies spread (Berry & Berry 1990, doi:10.2307/1963526; Simmons & Elkins 2004,
    doi:10.1017/S0003055404001078).
    """

    protect_level: float = p(
        0.02,
        0.0,
        0.2,
        "1/year",
        "assumption",
        "hazard of a step up at signals of 0; rows to 2017",
        draw=("log-uniform", 0.005, 0.05),
    )
    restrict_level: float = p(
        0.003,
        0.0,
        0.05,
        "1/year",
        "assumption",
        "hazard of restricting one more place",
        draw=("log-uniform", 0.0005, 0.01),
    )
    promote_level: float = p(
        0.05, 0.0, 1.0, "1/year", "assumption",
        "0.25 programme starts a country and year (flat since 2000) x 0.2, a typical programme over a rung",
        draw=("log-uniform", 0.02, 0.1),
    )  # fmt: skip
    down: float = p(
        0.03,
        0.0,
        0.2,
        "1/year",
        "assumption",
        "hazard of a step down, protect and restrict",
        draw=("log-uniform", 0.01, 0.1),
    )
    down_promote: float = p(
        0.05, 0.0, 0.2, "1/year", "assumption", "the same of promote", draw=("log-uniform", 0.02, 0.1)
    )
    rest_years: float = p(2.0, 0.0, 10.0, "years", "assumption", "no step down so soon after one up")
    beta_received: float = p(
        0.7,
        0.0,
        5.0,
        "log ratio per 0.25",
        "assumption",
        "retaliation: restriction received, on restricting",
        draw=("half-normal", 1.4),
    )
    beta_received_protect: float = p(
        0.2,
        0.0,
        5.0,
        "log ratio per 0.25",
        "assumption",
        "retaliation: the same on protecting",
        draw=("half-normal", 0.4),
    )
    beta_allies_protect: float = p(
        0.7,
        0.0,
        5.0,
        "log ratio per rung",
        "assumption",
        "following: allies' protection, on protecting",
        draw=("half-normal", 1.4),
    )
    beta_allies_restrict: float = p(
        0.7, 0.0, 5.0, "log ratio per 0.25", "assumption",
        "following: allies' restriction, on restricting, and their conditions, on both",
        draw=("half-normal", 1.4),
    )  # fmt: skip
    beta_salience: float = p(
        0.35,
        0.0,
        5.0,
        "log ratio per 1",
        "assumption",
        "alarm: public cases, on both, and against easing",
        draw=("half-normal", 0.7),
    )
    beta_cost: float = p(
        0.2,
        0.0,
        5.0,
        "log ratio per % of output",
        "assumption",
        "cost: against protecting, for easing",
        draw=("half-normal", 0.4),
    )
    beta_account: float = p(
        0.35,
        0.0,
        5.0,
        "log ratio per sd lost",
        "assumption",
        "competition: talent account, on promoting",
        draw=("half-normal", 0.7),
    )
    beta_recruiting: float = p(
        0.35,
        0.0,
        5.0,
        "log ratio per rung",
        "assumption",
        "competition: others' promotion, on promoting",
        draw=("half-normal", 0.7),
    )
    beta_available: float = p(
        0.35, -5.0, 5.0, "log ratio per 10 % of arrivals", "assumption",
        "competition: people turned away elsewhere, on promoting",
        draw=("normal", 0.7),
    )  # fmt: skip
    salience_half_life: float = p(
        2.0, 0.5, 10.0, "years", "assumption", "after which half of public cases is forgotten"
    )
    weight_restricted: float = p(0.6, 0.0, 1.0, "share", "assumption", "of joint work at stake where one is restricted")
    weight_screened: float = p(0.1, 0.0, 1.0, "share", "assumption", "where one is on the list of a place that screens")
    promote_rung: float = p(
        0.01,
        0.0,
        0.1,
        "share of academic money",
        "assumption",
        "moved by a rung of promote",
        draw=("log-uniform", 0.003, 0.03),
    )
    promote_cap: float = p(
        0.03, 0.0, 0.5, "share of academic money", "assumption", "of all its rungs", draw=("log-uniform", 0.01, 0.1)
    )
    protect_cap: float = p(
        0.005, 0.0, 0.1, "share of academic money", "assumption", "of protect", draw=("log-uniform", 0.001, 0.02)
    )
    softening: float = p(0.5, 0.0, 1.0, "share", "assumption", "share of a draft conceded at full opposition")
    delay_opposition: float = p(0.3, 0.0, 1.0, "opposition", "assumption", "above it a rule takes a second year")
    opposition_burden: float = p(0.05, 0.005, 0.5, "share of time", "assumption", "burden at which 63 % object")
    opposition_fear: float = p(0.3, 0.05, 1.0, "mean fear", "assumption", "fear at which 63 % object")
    opposition_draft: float = p(0.3, 0.0, 3.0, "exponent", "assumption", "of a rule by itself: a quarter object")


@dataclass(frozen=True)
class MoneyParams:
    """What promotion costs (ODD 7.12); prices in GDP per head, see `price_level`."""

    government_share: float = p(
        0.5, 0.0, 1.0, "g, share", "assumption", "of R&D performed by government (academies) that is academic money"
    )
    programme_place: float = p(
        8.0, 0.0, 40.0, "GDP per head, once", "assumption", "start-up package of a recruit, about 0.5 M$ in the US"
    )
    chair: float = p(16.0, 0.0, 80.0, "GDP per head, once", "assumption", "twice a programme place")
    doctoral_place: float = p(
        0.7, 0.0, 3.0, "GDP per head a year", "assumption", "stipend and costs of a doctoral student, for four years"
    )
    post: float = p(
        1.2, 0.0, 5.0, "GDP per head a year", "assumption", "a permanent post beyond those of the baseline, while held"
    )
    pay: float = p(2.0, 0.0, 6.0, "GDP per head a year", "assumption", "pay of a recruit, of which a rise is a share")
    joint_project: float = p(
        0.5, 0.0, 3.0, "GDP per head a year", "assumption", "one side of a joint project that yields a paper a year"
    )
    price_level: float = p(
        0.5, 0.0, 1.0, "exponent on own GDP per head", "assumption", "foreigners are paid near world prices: 0 the US's"
    )
    floor: float = p(
        0.5, 0.0, 1.0, "share", "assumption", "of academic money that stays in grants, of students with incumbents"
    )


@dataclass(frozen=True)
class PathParams:
    """What comes after the data (ODD 6): a draw of the errors that the rules made in the backtest."""

    draw: float = p(
        0.0, 0.0, 1e6, "number", "assumption", "whole part: 0 the rules, any other number one draw of all series"
    )
    spread: float = p(
        1.0, 0.0, 3.0, "factor", "assumption", "on the errors of docs/backtest.md, if a draw is asked for"
    )


@dataclass(frozen=True)
class Params:
    """All parameters; `feedback` = frozen takes macro states from the paired baseline."""

    feedback: str = choice("on", ("on", "frozen"), "ODD 3: a scenario may read the macro state of its baseline")
    careers: CareerParams = field(default_factory=CareerParams)
    entry: EntryParams = field(default_factory=EntryParams)
    mobility: MobilityParams = field(default_factory=MobilityParams)
    collaboration: CollaborationParams = field(default_factory=CollaborationParams)
    publication: PublicationParams = field(default_factory=PublicationParams)
    impact: ImpactParams = field(default_factory=ImpactParams)
    security: SecurityParams = field(default_factory=SecurityParams)
    trust: TrustParams = field(default_factory=TrustParams)
    compliance: ComplianceParams = field(default_factory=ComplianceParams)
    government: GovernmentParams = field(default_factory=GovernmentParams)
    money: MoneyParams = field(default_factory=MoneyParams)
    paths: PathParams = field(default_factory=PathParams)
