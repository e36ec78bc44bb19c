"""Sentences of the page, written from the numbers; they fail loudly where a number no longer says what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from experiments.common.page import ANSWER
from sim.analysis.text import decimals, number
from sim.plots.style import joined

MADE, ENDS, TOTAL = "made", "ends", "total"  # blocks of the page
NEAREST = {  # parameters that are set to both ends, in words, and their cases in the sweep of the ends
    "what a lost partner costs": ("lost partners cost no paper", "lost partners cost most papers"),
    "how far hostility deters": ("hostility deters nobody", "hostility deters most"),
    "what money buys": ("money buys no papers", "money buys most papers"),
}
PAPERS, SHARE = ("papers", "papers a year"), ("papers", "%")
PEOPLE = ("researchers", "people at the end")
PROTECTED = ("protected", "% points")
CHANGED = 3.0  # standard errors of a difference between direct and total effects that is told


def blocks(numbers: pd.DataFrame) -> Mapping[str, str]:
    """Blocks of the page by name, but for that of the ends, which has a store of its own."""
    return {ANSWER: answer(numbers), MADE: "All numbers: [numbers.csv](numbers.csv).", TOTAL: total(numbers)}


def at(
    numbers: pd.DataFrame, area: str, outcome: str, unit: str, mode: str = "scripted", case: str = ""
) -> pd.DataFrame:
    """Lines of one area, outcome and unit."""
    keep = (numbers["area"] == area) & (numbers["outcome"] == outcome) & (numbers["unit"] == unit)
    return numbers[keep & (numbers["mode"] == mode) & (numbers["case"] == case)]


def told(numbers: pd.DataFrame, scenario: str, area: str, what: tuple[str, str], sign: int) -> str:
    """Size of an effect ± its standard error.

    Raises
    ------
    ValueError : it is not clear of zero by two standard errors on the side of `sign`.
    """
    row = at(numbers, area, *what).set_index("scenario").loc[scenario]
    if sign * row["mean"] < 2 * row["se"]:
        raise ValueError(f"{scenario}: {area}, {what[0]} {row['mean']:g} ± {row['se']:g} is not what the page says")
    digits = decimals(row["se"], row["mean"])
    return f"{number(abs(row['mean']), digits)} ± {number(row['se'], digits)}"


def signed(mean: float, se: float) -> str:
    """An effect with its sign, ± its standard error."""
    digits = decimals(se, mean)
    return f"{number(mean, digits, '+')} ± {number(se, digits)}"


def answer(numbers: pd.DataFrame) -> str:
    """Restricting, rules, recruiting: a sentence each."""

    def lost(scenario: str, area: str = "world") -> str:
        return f"{told(numbers, scenario, area, PAPERS, -1)} papers a year ({rounded(numbers, scenario, area)} %)"

    rules, screening = ("nspm33", "ostp_2024", "g7_principles"), "proportionate"
    cost, error = listed(numbers, [*rules, screening], "world", SHARE, 3)
    stops, spread = listed(numbers, [*rules, screening], "issuers", PROTECTED, 1)
    return (
        f"The measures of 2018 to 2024 as they were taken cost the world {lost('as_it_was')}; a crackdown of the "
        f"United States that stays costs the United States {lost('restrictive', 'issuers')} and the world "
        f"{lost('restrictive')}, {lost('ally_follows')} if nine allies follow, and {lost('retaliation')} if China "
        "answers in kind. "
        "Rules for institutions cost far less and protect: disclosure under NSPM-33, the OSTP guidelines and the G7 "
        f"principles cost the world {joined(cost[:3])} % of its papers (± {error} or less). Of what could still leak "
        f"from their issuers' sensitive projects, they stop {joined(stops[:3])} % (± {spread} or less). Risk-based "
        f"screening by the G7 costs {cost[3]} % and stops {stops[3]} %. "
        "Recruiting out of the money that is there moves people and adds no papers: open doors bring the United "
        f"States {told(numbers, 'open', 'issuers', PEOPLE, 1)} researchers and cost the world {lost('open')}, a race "
        f"of all large systems costs it {lost('talent_race')}; new money adds papers "
        f"({told(numbers, 'japan_returns', 'world', PAPERS, 1)} a year if Japan doubles its own)."
    )


def rounded(numbers: pd.DataFrame, scenario: str, area: str = "world") -> str:
    """Size of a change of papers in per cent, to two digits."""
    share = abs(float(at(numbers, area, *SHARE).set_index("scenario")["mean"][scenario]))
    return number(share, decimals(share, share))


def finding(numbers: pd.DataFrame) -> str:
    """The answer in one sentence, for the index of experiments."""
    stops, _ = listed(numbers, ["nspm33"], "issuers", PROTECTED, 0)
    return (
        f"A crackdown of the United States that stays costs the world {rounded(numbers, 'restrictive')} % of its "
        f"papers, {rounded(numbers, 'ally_follows')} % if allies follow; rules for institutions cost "
        f"{rounded(numbers, 'nspm33')} % or less and stop up to {stops[0]} % of what could still leak; recruiting "
        "out of the money that is there adds no papers."
    )


def listed(
    numbers: pd.DataFrame, scenarios: Sequence[str], area: str, what: tuple[str, str], digits: int
) -> tuple[list[str], str]:
    """Sizes of clear effects with so many decimals, and the largest of their standard errors."""
    rows = at(numbers, area, *what).set_index("scenario").loc[list(scenarios)]
    if (rows["mean"].abs() < 2 * rows["se"]).any():
        raise ValueError(f"{what[0]} of {', '.join(scenarios)}: not all are clear of zero")
    return [number(abs(mean), digits) for mean in rows["mean"]], number(rows["se"].max(), digits)


def ends(numbers: pd.DataFrame) -> str:
    """The world's papers, in per cent, at the ends of the parameters that move them: a line a scenario."""
    own = at(numbers, "world", *SHARE).set_index("scenario")
    found = {case: at(numbers, "world", *SHARE, case=case).set_index("scenario") for case in sum(NEAREST.values(), ())}
    lines = []
    for scenario in dict.fromkeys(next(iter(found.values())).index):
        pairs = {words: [found[case].loc[scenario] for case in cases] for words, cases in NEAREST.items()}
        told = [
            f"{' to '.join(signed(end['mean'], end['se']) for end in pair)} by {words}"
            for words, pair in pairs.items()
            if pair[0]["mean"] != pair[1]["mean"]
        ]
        row = own.loc[scenario]
        lines.append(f"- {row['title']}: {signed(row['mean'], row['se'])} % by default; {', '.join(told)}.")
    return "\n".join(lines)


def total(numbers: pd.DataFrame) -> str:
    """Where reactions of governments change the world's papers or the issuers' researchers."""
    if "reactive" not in set(numbers["mode"]):
        return "Not measured with the governments of this version."
    found = []
    for area, what in (("world", SHARE), ("issuers", PEOPLE)):
        both = [at(numbers, area, *what, mode=mode).set_index("scenario") for mode in ("scripted", "reactive")]
        apart = both[1]["mean"] - both[0]["mean"]
        error = (both[0]["se"] ** 2 + both[1]["se"] ** 2) ** 0.5  # of the two apart: an upper bound, as they are paired
        for scenario in apart.index[apart.abs() > CHANGED * error]:
            direct, reactive = (rows.loc[scenario] for rows in both)
            words = f"{signed(reactive['mean'], reactive['se'])} instead of {signed(direct['mean'], direct['se'])}"
            found.append(f"- {direct['title']}: {area}, {what[0]} ({what[1]}) {words}.")
    picture = "([figure](figures/direct_and_total.png))"
    head = f"Total effects {picture} differ from direct ones by more than {CHANGED:g} standard errors"
    return "\n".join([f"{head}:", "", *found]) if found else f"{head} in no scenario."
