"""The parts of the page that follow from numbers, written into it so that they cannot go stale."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import ANSWER
from sim.analysis.text import number
from sim.plots.style import joined

OVER, MEASURED = "all places, by formula, over the priors", "largest places, measured, over the priors"
SENTENCES = """\
Under our priors, a lasting US restriction of work with China makes allies follow more than it makes China
answer: by 2035 a large ally has taken a step of protection with a chance of {ally_with} instead of
{ally_without}, and China has restricted somebody with a chance of {china_with} instead of {china_without}.
Reactions cost the nine largest allies about what they would have gained: of their papers in 2031–35,
{allies_direct} % if no government reacts becomes {allies_total} % if all do (reactions alone: {allies_added}
points, {allies_band} over the priors), while the loss of the United States, {us_direct} %, and the gain of
China, {china_direct} %, change by {us_added} and {china_added} points. Reactions to reactions die out in most
draws of the priors: what a step sets off within five years is {radius} of the step, and larger than the step
itself in {above} % of {draws} draws."""
REACTIONS = """\
By 2035 the restriction adds {protect} rungs of protection a country (of three) and {restrict} pairs of
countries of which one restricts the other. With one kind of reaction switched off at a time, what goes
missing is:

- alarm at public cases, own and allies': {alarm};
- following allies that protect or restrict: {following};
- retaliation against those who restrict: {retaliation};
- competition for talent: {competition}.

Kinds work on each other, so that they need not add up. With all slopes at 0, ½, 1, 1½ and 2 times their
starting values the restriction adds {by_slopes} rungs of protection: nothing jumps."""
FOLLOWERS = """\
Allies do not follow at once. The chance of a first step of protection under the restriction, mean over draws,
passes one half {restricts}; with a condition on joint work with allies from 2018 it does so {condition}. The
condition adds {condition_early} points to an ally's chance by 2023 and {condition_late} by 2035. The chance
that an ally has restricted somebody by 2035 is {ally_with}, without the restriction {ally_without}."""
ENDS = """\
Ladders fill up only at the upper end of the priors: in 2035 {top_protect} of countries stand at the top of
protect and {top_promote} at the top of promote. The largest yearly probability of a step that any government
reaches is {largest}. The spectral radius of the reaction matrix of the twelve largest countries over five
years, below 1 of which reactions die out, is {start} with slopes at their starting values and {drawn} over
the priors; it passes 1 in {above} % of draws and is {corner} where all levels, slopes and caps are at their
95 % quantile at once. There a restriction makes allies restrict, whose cases alarm others and their own
governments, until lists of concern are used up. What governments do to each other directly, without people
and cases, stays below 1 everywhere: {formula} for all sixty, {corner_formula} at that corner. More pressure
does not bring less protection: in {below_protect} % of place-years a country stands lower on protect than in
the same world without the restriction ({below_promote} % on promote, where pressure can fall)."""


def answer(numbers: pd.DataFrame) -> dict[str, str]:
    """Texts of the page by name."""
    return {
        ANSWER: SENTENCES.format(**_answer(numbers)),
        "reactions": REACTIONS.format(**_reactions(numbers)),
        "followers": FOLLOWERS.format(**_followers(numbers)),
        "ends": ENDS.format(**_ends(numbers)),
    }


def _line(numbers: pd.DataFrame, outcome: str, **case: object) -> Any:
    (found,) = at(numbers, outcome, **case).itertuples()
    return found


def _band(row: Any, digits: int = 0, unit: str = "") -> str:
    """Median and the band over the priors."""
    low, median, high = (number(value, digits) for value in (row.lo, row.median, row.hi))
    return f"{median}{unit} ({low} to {high})"


def _mean(row: Any, digits: int = 1) -> str:
    """Mean ± standard error, with its sign."""
    return f"{number(row.mean, digits, '+')} ± {number(row.se, digits)}"


def _answer(n: pd.DataFrame) -> dict[str, str]:
    found = {}
    for key, name in {"ally": "an ally protects", "china": "China restricts"}.items():
        for word, case in {"with": "restricts", "without": "baseline"}.items():
            found[f"{key}_{word}"] = _band(_line(n, name, part="followers", case=case, year=2035), 0, " %")
    for key, who in {"allies": "nine allies", "us": "United States", "china": "China"}.items():
        for word, case in {"direct": "direct", "total": "total", "added": "total minus direct"}.items():
            found[f"{key}_{word}"] = _mean(_line(n, f"papers, {who}", part="effects", case=case))
    added = _line(n, "papers, nine allies", part="effects", case="total minus direct")
    found["allies_band"] = f"{number(added.lo, 1)} to {number(added.hi, 1, '+')}"
    radius = _line(n, MEASURED, part="radius", case="all")
    above = _line(n, "draws above 1, largest places, measured", part="radius")
    return {**found, "radius": _band(radius, 2), "above": number(above.mean, 0), "draws": number(radius.n, 0)}


def _reactions(n: pd.DataFrame) -> dict[str, str]:
    found = {
        kind: f"{_mean(_line(n, 'mean rung of protect, 2035', part='split', case=kind), 2)} rungs, "
        f"{_mean(_line(n, 'restrictions, 2035', part='split', case=kind))} pairs, "
        f"{_mean(_line(n, 'papers, nine allies', part='split', case=kind), 2)} % of the allies' papers"
        for kind in ("alarm", "following", "retaliation", "competition")
    }
    for key, outcome in {"protect": "mean rung of protect", "restrict": "restrictions"}.items():
        found[key] = _mean(_line(n, outcome, part="bands", case="added", year=2035), 2 if key == "protect" else 1)
    steps = [
        _line(n, "mean rung of protect", part="slopes", case=f"{k} restricts").mean
        - _line(n, "mean rung of protect", part="slopes", case=f"{k} baseline").mean
        for k in ("0", "0.5", "1", "1.5", "2")
    ]
    return {**found, "by_slopes": joined(number(step, 2) for step in steps)}


def _followers(n: pd.DataFrame) -> dict[str, str]:
    found = {"restricts": _halfway(n, "restricts"), "condition": _halfway(n, "with a condition")}
    for key, year in {"condition_early": 2023, "condition_late": 2035}.items():
        row = _line(n, "an ally protects", part="followers", case="added by a condition", year=year)
        found[key] = _mean(row)
    for word, case in {"with": "restricts", "without": "baseline"}.items():
        row = _line(n, "an ally restricts", part="followers", case=case, year=2035)
        found[f"ally_{word}"] = _band(row, 0, " %")
    return found


def _halfway(n: pd.DataFrame, case: str) -> str:
    """Years in which the chance of a first step of protection passes one half, ally by ally."""
    rows = n[(n["part"] == "followers") & (n["case"] == case) & n["outcome"].str.endswith(" protects")]
    rows = rows[rows["outcome"] != "an ally protects"]
    allies: dict[int, list[str]] = {}
    for name, curve in rows.groupby("outcome", sort=False):
        reached = curve.loc[curve["mean"] >= 50.0, "year"]
        allies.setdefault(int(reached.min()) if len(reached) else 2036, []).append(str(name).removesuffix(" protects"))
    said = {year: joined(names) for year, names in sorted(allies.items())}
    return ", ".join(f"after 2035 for {who}" if year > 2035 else f"in {year} for {who}" for year, who in said.items())


def _ends(n: pd.DataFrame) -> dict[str, str]:
    def end(name: str) -> Any:
        return _line(n, name, part="ends", case="restricts")

    def radius(name: str) -> str:
        return number(_line(n, name, part="radius", case="all").mean, 2)

    found = {
        f"top_{name}": _band(end(f"places at the top of {name} in 2035"), 0, " %") for name in ("protect", "promote")
    }
    for name, digits in {"protect": 3, "promote": 1}.items():
        found[f"below_{name}"] = number(end(f"place-years below the baseline, {name}").mean, digits)
    return {
        **found,
        "largest": _band(end("largest yearly probability of a step up"), 0, " %"),
        "start": radius("largest places, measured, start"),
        "above": number(_line(n, "draws above 1, largest places, measured", part="radius").mean, 0),
        "corner": radius("largest places, measured, corner"),
        "drawn": _band(_line(n, MEASURED, part="radius", case="all"), 2),
        "formula": _band(_line(n, OVER, part="radius", case="all"), 2),
        "corner_formula": radius("all places, by formula, corner"),
    }
