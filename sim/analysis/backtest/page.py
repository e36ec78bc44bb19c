"""The page of the backtest: chosen rules, their errors beside naive and library forecasts, and the spread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path as File

import numpy as np

from sim.analysis.backtest.choice import INFORMATION, Backtest, asked_later, backtest, chosen, path_from
from sim.analysis.backtest.rules import LAST, LIBRARY, LINES, MEAN, in_words, library_rules, own_rules, trends
from sim.analysis.backtest.series import Series, all_series
from sim.data.paths import HORIZONS, MOST, Path
from sim.data.tables import WorldData

EARLIER = (5, 3)  # years before the end at which the choice is made anew and asked for the rest
LIBRARY_SERIES = 24  # largest series of a kind that library forecasts are fitted to
CLEAR = 2.0  # standard errors by which a library forecast is better or worse
KINDS = {
    "papers": "papers a head",
    "entrants": "new researchers",
    "exits": "exits a head",
    "moves": "moves out and in, a head",
    "pairs": "moves of a pair, a head",
    "shares": "international share",
    "top": "share in the top 1 %",
    "affinity": "affinity of co-authors",
    "spending": "spending on R&D",
    "income": "income a head",
    "stocks": "researchers",
}
HEAD = """# How well do the rules after the data forecast?

{answer}

Written by `make backtest`. Every series of the model goes on after the last year of data from its last value, by one
rule: the trend of its last years, drawn towards zero by its standard error, at most {most:.0%} a year, and damped
([decision](decisions/after-the-data.md)). Here each kind of series is asked for years that it has not seen: the rule is
applied to the data up to an origin, and held against the {horizons} years that followed, as far as the data reach. Data
end in {end} (in 2014 for the top 1 %); nothing later is used.

An error is the distance of forecast and data in logs (log odds of a share), its absolute value averaged over places,
origins and horizons with the square root of researchers (of moves or joint works of a pair) as weight. An error of 0.05
is about 5 %.
"""


def page(data: WorldData, others: list[tuple[WorldData, list[Path]]], before: str = "", library: bool = False) -> str:
    """The page of a world, with the rules of other worlds.

    Parameters
    ----------
    before : page of which the blocks are kept; library : try library forecasts anew (minutes).
    """
    tried = [backtest(series, own_rules()) for series in all_series(data)]
    paths = [path_from(one, data.end) for one in tried if one.series.kind not in INFORMATION]
    parts = [
        HEAD.format(most=MOST, horizons=HORIZONS, end=data.end, answer=_answer(tried)),
        _chosen(tried),
        _horizons(tried),
        _spread(paths),
        _block("library", before, _library(tried) if library else ""),
        _tried(tried),
        _earlier([one.series for one in tried], data.end),
        *(_world(world, found) for world, found in others),
        LIMITS + ("" if any(path.kind == "affinity" for path in paths) else NO_AFFINITY),
    ]
    return "\n".join(parts)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Markdown table."""
    header = list(header)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def verdict(tried: Backtest, rule: str) -> str:
    """A rule against the better of last value and line: better, equal (within one standard error), or a miss."""
    naive = tried.better_naive()
    if rule == naive:
        return "is the better"
    gap, noise = tried.mean(rule) - tried.mean(naive), tried.noise(rule, naive)
    if gap <= 0.0:
        return "better" if -gap > noise else "better, within noise"
    return "equal within noise" if gap <= noise else "**worse**"


def _answer(tried: list[Backtest]) -> str:
    """Three sentences."""
    used = [one for one in tried if one.series.kind not in INFORMATION]
    said = [verdict(one, chosen(one)) for one in used]
    better, still, worse = (said.count(word) for word in ("better", "is the better", "**worse**"))
    last, first = (
        sorted((100.0 * one.mean(chosen(one), h), KINDS[one.series.kind]) for one in used) for h in (HORIZONS, 1)
    )
    return (
        f"Of the {len(used)} kinds of series that the model takes from data, the chosen rule forecasts {better} better "
        f"than both the last value and a log-linear trend, {len(said) - better - still - worse} as well as the better "
        f"of the two within noise, and {worse} worse; of {still} it is the last value, which no trend beats. "
        f"{HORIZONS} years on it is off by {last[0][0]:.1f} ({last[0][1]}) to {last[-1][0]:.1f} % ({last[-1][1]}) of "
        f"the value, a year on by {first[0][0]:.1f} to {first[-1][0]:.1f} %. How far the whole model is off in years "
        "that it has not seen is another question ([backtest](../experiments/backtest))."
    )


def _chosen(tried: list[Backtest]) -> str:
    """Rules and how they stand against naive forecasts."""
    rows = []
    for one in tried:
        rule, last = chosen(one), one.mean(LAST)
        series = one.series
        span = f"{series.year(series.origins[0])}–{series.year(series.origins[-1])}"
        ratios = [f"{one.mean(name) / last:.2f}" for name in (rule, one.best_line())]
        rows.append(
            [KINDS[series.kind], f"{series.measured.any(axis=0).sum()}, {span}", rule, *ratios, verdict(one, rule)]
        )
    still = [KINDS[one.series.kind] for one in tried if chosen(one) == LAST]
    text = f"""## Rules

Error of the chosen rule and of the best of three log-linear trends (5, 10, all years), each over the error of the last
value; the last column says how the rule stands against the better of the two. *Within noise* is one standard error of
the difference, places and blocks of three origins drawn anew. No trend makes the forecast better by more than noise of:
{"; ".join(still) or "none"}.
Researchers are for information: the model makes them from entrants, exits and moves.
"""
    header = ["series", "number, origins", "rule", "rule / last value", "trend / last value", "against the better"]
    return text + "\n" + table(header, rows)


def _horizons(tried: list[Backtest]) -> str:
    """Errors by horizon."""
    rows = []
    for one in tried:
        rule, line = chosen(one), one.best_line()
        cells = []
        for h in range(1, HORIZONS + 1):
            own, last, trend = (100.0 * one.mean(name, h) for name in (rule, LAST, line))
            cell = f"{own:.1f} ({last:.1f}, {trend:.1f})"
            cells.append(f"**{cell}**" if own > min(last, trend) + 0.05 else cell)
        rows.append([KINDS[one.series.kind], *cells])
    text = """## Error by horizon

100 × mean absolute error of the rule, in brackets of the last value and of the best log-linear trend, 1 to 5 years on.
Bold: the rule is behind the better of the two, by whatever amount.
"""
    return text + "\n" + table(["series", *(f"{h} y" for h in range(1, HORIZONS + 1))], rows)


def _spread(paths: list[Path]) -> str:
    """What ``paths.csv`` has."""
    rows = [[KINDS[p.kind], p.link, *(f"{100.0 * x:.1f}" for x in (*p.common, *p.own))] for p in paths]
    text = """## Spread

100 × standard deviation of the rule's errors about zero, by horizon: the part common to all series, of which there are
only nine overlapping origins, and each series' own. A run may draw them: one number for the kind and one for the
series, the same in all years; by default both are zero. After five years they grow with the root of time. Own errors of
small places are larger than these averages.
"""
    header = ["series", "scale", *(f"{part} {h}" for part in ("common", "own") for h in range(1, HORIZONS + 1))]
    return text + "\n" + table(header, rows)


def largest(series: Series, n: int) -> Series:
    """The n series of most weight at the last origin."""
    weight = np.where(series.measured[series.origins[-1]], series.weight[series.origins[-1]], 0.0)
    keep = np.sort(np.argsort(-weight, kind="stable")[:n])
    parts = {name: getattr(series, name)[..., keep] for name in ("values", "weight", "measured", "cluster")}
    return replace(series, **parts)


def _library(tried: list[Backtest]) -> str:
    """Library forecasts on the largest series of each kind."""
    rows, tries = [], len(LIBRARY) * len(tried)
    for one in tried:
        rule = chosen(one)
        few = backtest(largest(one.series, LIBRARY_SERIES), own_rules() | library_rules())
        best = min(LIBRARY, key=few.mean)
        gap, noise = few.mean(best) - few.mean(rule), few.noise(best, rule)
        result = "rule" if gap > CLEAR * noise else f"**{best}**" if gap < -CLEAR * noise else "no difference"
        ratios = [f"{few.mean(name) / few.mean(LAST):.2f}" for name in (rule, *LIBRARY)]
        rows.append([KINDS[one.series.kind], *ratios, f"{noise / few.mean(LAST):.2f}", result])
    text = f"""## Library forecasts

The same on the {LIBRARY_SERIES} largest series of each kind, with forecasts of statsmodels that are fitted to each
series anew at each origin. Errors over that of the last value; the standard error is that of the difference between the
rule and the best library forecast, and the last column names what is better by more than two of them, since {tries}
comparisons are made.
"""
    return text + "\n" + table(["series", "rule", *LIBRARY, "s.e.", "better"], rows)


def _tried(tried: list[Backtest]) -> str:
    """What else was tried."""
    rows = []
    for one in tried:
        last = one.mean(LAST)
        best = min(trends(), key=one.mean)
        plain = [f"{one.mean(name) / last:.2f}" for name in (MEAN, *LINES)]
        rows.append([KINDS[one.series.kind], *plain, best, f"{one.mean(best) / last:.2f}"])
    text = """## What else was tried

Errors over that of the last value. The last two columns have the trend that errs least of all. Trends that are not
damped are never chosen: five years say nothing against a trend that does not fade in forty. The chosen rule is the one
that moves least (strongest damping first) among those within one standard error of the best forecast, plain lines
included.
"""
    return text + "\n" + table(["series", MEAN, *LINES, "best damped trend", "its error"], rows)


def _earlier(series: list[Series], end: int) -> str:
    """Rules chosen on earlier data, and the years that these did not have."""
    rows = []
    for one in series:
        cells = []
        for year in (end - back for back in EARLIER if one.last == end):
            rule, later = asked_later(one, year)
            own, line = (later.mean(name) / later.mean(LAST) for name in (rule, later.best_line()))
            ratios = f"{own:.2f} ({line:.2f})"
            cells += [rule, f"**{ratios}**" if own > 1.1 * min(line, 1.0) else ratios]
        if cells:
            rows.append([KINDS[one.kind], *cells])
    years = [end - back for back in EARLIER]
    text = f"""## The choice on earlier data

A rule that is chosen among many on the years it is shown on looks better than it is. Here it is chosen on data to
{years[0]} and to {years[1]} and asked for the years from then to {end}: its error over that of the last value, in
brackets that of the log-linear trend that is best in hindsight. Bold: over 10 % behind the better of the two.
"""
    return text + "\n" + table(["series", *(f"{x} {y}" for y in years for x in ("chosen to", "asked from"))], rows)


def _world(data: WorldData, paths: list[Path]) -> str:
    """Rules of another world."""
    text = f"## Rules of the world `{data.world}`\n\nChosen in the same way on its own tables.\n"
    return (
        text
        + "\n"
        + table(["series", "rule"], ([KINDS[p.kind], in_words(p.years, p.shrink, p.damping)] for p in paths))
    )


LIMITS = """## Limits

- Origins overlap and contain one financial crisis. They say little about what is common to all places.
- Exits are smoothed over three years in the tables and entrants close the balance, so that the last value of an exit
  rate knows a little of the next year.
- Spending is a straight line between two surveys in many places; such years are not held against a forecast, but the
  trends read them. International shares of 1999–2002 are a straight line too, which longer windows read.
- Papers a head rose from 2003 to 2006 and fell before and after: data to 2012 or 2014 do not yet say that they fall on.
  International shares have grown faster since 2012 than before, so that a rule chosen before is behind.
- Horizons beyond five years are not tested. Damping there follows from the first five years and from caution.
"""

NO_AFFINITY = """- Without a table of joint works by year affinities stay at their last value, which is an assumption.
"""


def _block(name: str, before: str, text: str = "") -> str:
    """A section between marks: a new text or, without one, what stands between them on the page of before."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if not text and begin in before:
        text = before.split(begin)[1].split(end)[0]
    return f"{begin}\n{text.strip()}\n{end}\n"


def write_page(data: WorldData, others: list[tuple[WorldData, list[Path]]], out: File, library: bool) -> None:
    """Write the page; blocks that are not made anew stay as they are."""
    before = out.read_text(encoding="utf-8") if out.exists() else ""
    out.write_text(page(data, others, before, library), encoding="utf-8")
