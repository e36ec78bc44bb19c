"""What stands behind the page: effects by year with the dates of policies, words, limits."""

from __future__ import annotations

from sim.analysis.summary import Period
from sim.pages.glossary import plain_terms
from sim.policy.levers import LEVERS
from sim.report.model import Series
from sim.report.read import Reader, relative

LINES = (("n_researchers", "Researchers"), ("papers_fractional", "Papers a year"))
BEFORE = 3  # years before the first policy that lines show
COARSE = 200  # people an agent from which shares of the world are biased
LIMITS = (
    "Projections, not forecasts: each number is a difference between two worlds that share people and chance.",
    "Data end in 2017; what happened since is simulated, but for policies with dates.",
    "How many leaks there are depends on a rate that no data fix. Compare leaks in per cent of the reference, and "
    "never add them up over places or ways.",
    "Ranges hold what the documented ranges of the model's own numbers do. They do not hold what the model leaves out.",
    "Direct effects: governments do what the scenario says. Total effects: other governments may answer, by "
    "probabilities that are assumed in size.",
)


def series(reader: Reader) -> tuple[Series, ...]:
    """Effects on the subject year by year, in per cent of the reference."""
    first = max(reader.period.first - BEFORE, reader.first_year)
    years = Period(first, reader.period.last)
    found = []
    for outcome, title in LINES:
        lines = {
            scenario.title: {
                int(row["year"]): relative(row)
                for row in reader.rows(outcome, scenario.label, by=("year",), years=years)
            }
            for scenario in reader.scenarios
        }
        found.append(Series(f"{title}, % of the reference", lines, dates(reader)))
    return tuple(found)


def dates(reader: Reader) -> tuple[tuple[float, str], ...]:
    """Days on which something that a scenario adds begins, as years with fraction, with titles of its policies."""
    found: dict[float, dict[str, None]] = {}
    for scenario in reader.scenarios:
        for policy in reader.comparison.own(scenario.label).policies.values():
            for use in policy.levers.values():
                neutral = LEVERS[use.lever].neutral
                days = [day for day, strength in use.values.items() if strength not in (None, neutral)]
                if days and min(days).year <= reader.period.last:
                    when = min(days).year + (min(days).timetuple().tm_yday - 1) / 365
                    found.setdefault(round(when, 2), {})[policy.title] = None
    return tuple((when, "; ".join(titles)) for when, titles in sorted(found.items()))


def limits(reader: Reader) -> tuple[str, ...]:
    """What the page cannot tell; of coarse runs one line more."""
    scale = reader.comparison.own(reader.scenarios[0].label).scale
    coarse = (
        (
            f"One agent stands for {scale:g} researchers: leaks and international shares of the whole world are biased "
            "at such a coarse scale, and small places move by single agents.",
        )
        if scale > COARSE
        else ()
    )
    return (*LIMITS, *coarse)


def glossary() -> tuple[tuple[str, str], ...]:
    """Terms and meanings."""
    return tuple((row["term"], row["meaning"]) for row in plain_terms())
