"""The parts of the page that follow from numbers, written into it so that they cannot go stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from experiments.common.numbers import at
from experiments.common.page import ANSWER, markdown
from experiments.reaction.numbers import CHINA_AT_US
from sim.analysis.text import number
from sim.plots.style import joined

MEASURED, FORMULA = "largest places, measured", "all places, by formula"
KINDS = ("alarm", "following", "retaliation", "competition")
SENTENCES = """\
If the United States keeps its restrictions on China, a large ally has a {ally_with} % chance ({with_range} over our
priors) of new research-security rules by 2035, against {ally_without} % ({without_range}) without them. Reactions cost
the nine largest allies about what they would have gained: their papers of 2031–35 change by {allies_total} % if all
governments react, against {allies_direct} % if none does. Reactions die out rather than spiral in {below} of {draws}
draws of the priors, but can spiral where all assumptions are near their strongest."""
FOLLOWERS = """\
Chance of a first step of protection, %, median over draws. The condition is one that the United States puts on joint
work with the G7, the EU, the Five Eyes and South Korea from 2018; Brazil and China are not asked.

{table}

The condition adds {condition_early} points to a large ally's chance by 2023 and {condition_late} by 2035 (mean over
draws ± standard error). That a large ally has restricted some country by 2035 has a chance of {restrict_with}, and
{restrict_without} without the US restriction."""
REACTIONS = """\
By 2035 the restriction adds {protect} rungs of protection a country (of three) and {restrict} pairs of countries of
which one restricts the other. Each kind of reaction was switched off alone, in {n} draws; this is what it does where it
works, and the kinds need not add up, as they work on each other.

- *Alarm* at public cases, own and allies': {alarm}.
- *Following* allies that protect or restrict: {following}.
- *Retaliation* against those who restrict: China has restricted the United States by 2035 with a chance of
  {china_with}; without retaliation it is {china_off}, and without the US restriction {china_without}. In all
  draws, as in the figure, it is {china_all}, and {china_none} without the US restriction.
- *Competition* for talent: the restriction makes people who are turned away available elsewhere, {people} % of a
  country's arrivals in 2031–35, and adds {promote_on} rungs of promotion a country ({promote_off} without
  competition). Countries that compete with each other promote more whatever the United States does: {level_on} rungs
  a country by 2035 without the restriction, {level_off} if they do not compete.

Of the allies' papers in 2031–35, alarm changes {alarm_papers} %, following {following_papers} %, retaliation
{retaliation_papers} % and competition {competition_papers} %. With all slopes at 0, ½, 1, 1½ and 2 times their starting
values the restriction adds {by_slopes} rungs of protection."""
SPIRAL = """\
What one step sets off: how many times larger a round of reactions is than the round before it. Below 1 they die out.

{table}

In the first row reactions also pass through people, papers and public cases; in the second they are those of
governments to each other's rungs alone. The first row passes 1 in {above} of {draws} draws. There a restriction makes
allies restrict, and their cases alarm others and their own governments, until lists of concern are used up.

Ladders fill up at the upper end of the priors only: in 2035 {top_protect} of countries stand at the top of protect
and {top_promote} at the top of promote. The largest yearly chance of a step of any government is {largest}. More
pressure hardly ever brings less protection: in {below_protect} % of place-years a country stands lower on protect than
in the same world without the restriction."""


def answer(numbers: pd.DataFrame) -> dict[str, str]:
    """Texts of the page by name."""
    return {
        ANSWER: SENTENCES.format(**_answer(numbers)),
        "followers": FOLLOWERS.format(**_followers(numbers)),
        "reactions": REACTIONS.format(**_reactions(numbers)),
        "spiral": SPIRAL.format(**_spiral(numbers)),
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


def _chance(n: pd.DataFrame, outcome: str, case: str) -> str:
    return _band(_line(n, outcome, part="followers", case=case, year=2035), 0, " %")


def _passed(n: pd.DataFrame) -> tuple[int, int]:
    """Draws in which reactions do not die out, and all draws."""
    drawn = int(_line(n, f"{MEASURED}, over the priors", part="radius", case="all").n)
    return round(_line(n, f"draws above 1, {MEASURED}", part="radius").mean * drawn / 100.0), drawn


def _answer(n: pd.DataFrame) -> dict[str, str]:
    above, drawn = _passed(n)
    chances = {
        word: _line(n, "an ally protects", part="followers", case=case, year=2035)
        for word, case in {"with": "restricts", "without": "baseline"}.items()
    }
    papers = {word: _line(n, "papers, nine allies", part="effects", case=word) for word in ("direct", "total")}
    return {
        **{f"ally_{word}": number(row.median, 0) for word, row in chances.items()},
        **{f"{word}_range": f"{number(row.lo, 0)} to {number(row.hi, 0)}" for word, row in chances.items()},
        **{f"allies_{word}": _mean(row) for word, row in papers.items()},
        "below": str(drawn - above),
        "draws": str(drawn),
    }


def _followers(n: pd.DataFrame) -> dict[str, str]:
    cases = {"baseline": "without", "restricts": "with", "with a condition": "and a condition"}
    head = ["country", *(f"{year}: {words}" for year in (2030, 2035) for words in cases.values())]
    found = {"table": markdown(head, _by_country(n, tuple(cases)))}
    for key, year in {"condition_early": 2023, "condition_late": 2035}.items():
        row = _line(n, "an ally protects", part="followers", case="added by a condition", year=year)
        found[key] = _mean(row)
    for word, case in {"with": "restricts", "without": "baseline"}.items():
        found[f"restrict_{word}"] = _chance(n, "an ally restricts", case)
    return found


def _by_country(n: pd.DataFrame, cases: tuple[str, ...]) -> Iterator[list[str]]:
    rows = n[(n["part"] == "followers") & n["outcome"].str.fullmatch("[A-Z].* protects")]  # no "an ally"
    for outcome in rows["outcome"].unique():
        shown = (_line(rows, outcome, case=case, year=year) for year in (2030, 2035) for case in cases)
        yield [outcome.removesuffix(" protects"), *(number(row.median, 0) for row in shown)]


def _reactions(n: pd.DataFrame) -> dict[str, str]:
    def split(outcome: str, kind: str) -> Any:
        return _line(n, outcome, part="split", case=kind)

    def level(outcome: str, case: str) -> Any:
        return _line(n, outcome, part="switched", case=case)

    rung, pairs, papers = "mean rung of protect, 2035", "restrictions, 2035", "papers, nine allies"
    promote, china = "mean rung of promote, 2035", f"{CHINA_AT_US}, 2035"
    found = {f"{kind}_papers": _mean(split(papers, kind), 2) for kind in KINDS}
    for kind in ("alarm", "following"):
        found[kind] = f"{_mean(split(rung, kind), 2)} rungs of protection and {_mean(split(pairs, kind))} pairs"
    for key, case in {"with": "all, restricts", "off": "no retaliation, restricts", "without": "all, baseline"}.items():
        found[f"china_{key}"] = _band(level(china, case), 0, " %")
    for key, case in {"all": "restricts", "none": "baseline"}.items():
        found[f"china_{key}"] = _chance(n, CHINA_AT_US, case)
    for key, outcome in {"protect": "mean rung of protect", "restrict": "restrictions"}.items():
        found[key] = _mean(_line(n, outcome, part="bands", case="added", year=2035), 2 if key == "protect" else 1)
    for key, case in {"on": "all", "off": "no competition"}.items():
        found[f"promote_{key}"] = _mean(level(promote, f"{case}, added"), 2)
        found[f"level_{key}"] = number(level(promote, f"{case}, baseline").mean, 2)
    steps = [
        _line(n, "mean rung of protect", part="slopes", case=f"{k} added").mean for k in ("0", "0.5", "1", "1.5", "2")
    ]
    return {
        **found,
        "people": _mean(level("people available, 2031-35", "all, added")),
        "n": str(int(split(rung, "alarm").n)),
        "by_slopes": joined(number(step, 2) for step in steps),
    }


def _spiral(n: pd.DataFrame) -> dict[str, str]:
    def end(name: str) -> Any:
        return _line(n, name, part="ends", case="restricts")

    def row(words: str, name: str) -> list[str]:
        start, drawn, corner = (
            _line(n, f"{name}, {where}", part="radius", case="all") for where in ("start", "over the priors", "corner")
        )
        return [words, number(start.mean, 2), _band(drawn, 2), number(corner.mean, 2)]

    head = ["", "all at starting values", "over the priors: median (range)", "all near their strongest"]
    above, drawn = _passed(n)
    return {
        "table": markdown(head, [row("twelve largest countries", MEASURED), row("all sixty, rungs alone", FORMULA)]),
        "above": str(above),
        "draws": str(drawn),
        "largest": _band(end("largest yearly probability of a step up"), 0, " %"),
        "below_protect": number(end("place-years below the baseline, protect").mean, 2),
        **{f"top_{k}": _band(end(f"places at the top of {k} in 2035"), 0, " %") for k in ("protect", "promote")},
    }
