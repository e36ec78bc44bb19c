"""Answer and tables of the page from the files of this folder: ``python -m experiments.backtest.page``.

It runs nothing, and is also for what ``causes.csv`` says anew.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd

from experiments.backtest import figures
from experiments.backtest.errors import (
    BEHIND,
    BETTER,
    CHANCE,
    CHANGE,
    GRAVITY,
    LAST,
    LINE,
    MODEL,
    RULES,
    TREND,
    origins,
    ratios,
    together,
    verdict,
)  # fmt: skip
from experiments.backtest.naive import WINDOWS
from experiments.backtest.outcomes import OUTCOMES
from experiments.common.made import read_made
from experiments.common.page import ANSWER, NONE, markdown, write_finding, write_page
from sim.analysis.text import number
from sim.data.layout import later_data
from sim.plots.style import joined

HERE = Path(__file__).parent
FIT = HERE.parents[1] / "docs" / "validation.md"
START, END = "<!-- whole model: begin -->", "<!-- whole model: end -->"
SHOWN = (MODEL, LAST, TREND, GRAVITY)
NAMES = [outcome.name for outcome in OUTCOMES]
WORDS = {outcome.name: outcome.words.partition(",")[0] for outcome in OUTCOMES}
LOUD = 0.25  # share of an error above which chance is named
NO_CAUSE = "**no cause is written yet**"
READINGS = (  # of the bar: words, measure, rules of which the better one counts
    ("every place and pair counts the same (mean absolute gap of logs)", "log_error", RULES),
    ("the line itself instead of its slope from the last value", "error", (LAST, LINE)),
    ("the window of the trend that is best in hindsight", "error", (LAST, *(f"{TREND}, {name}" for name in WINDOWS))),
)


def percent(value: float) -> str:
    """Error in per cent, – where there is none."""
    return NONE if math.isnan(value) else number(100 * value, 2 if value < 0.0995 else 1)


def answer(errors: pd.DataFrame) -> str:
    """Three sentences."""
    table, ratio = together(errors).reindex(columns=[*SHOWN, CHANCE]), ratios(errors)
    better, behind, met = verdict(ratio)
    far = f"more than {100 * (BEHIND - 1):.0f} % further off on"
    loud = table.index[table[CHANCE] > LOUD * table[MODEL]]
    quiet = 100 * table[CHANCE].drop(loud).max()

    rule = table[list(RULES)].min(axis=1)
    sure = all(table[MODEL][name] - table[CHANCE][name] > BEHIND * rule[name] for name in behind)

    def told(name: str) -> str:
        return f"{WORDS[name]} ({percent(table[MODEL][name])} % off; better rule {percent(rule[name])} %)"

    said = f"{far} {joined(WORDS[name] for name in behind)}" if behind else f"{far} none"
    noise = "".join(
        f", but of {WORDS[name]} ({percent(table[CHANCE][name])} of {percent(table[MODEL][name])})" for name in loud
    )
    return (
        f"Fitted to data up to {' or '.join(map(str, origins(errors)))} and asked for the years to 2017, the model is "
        f"nearer to what happened than the better of two simple rules on {better} of {len(OUTCOMES)} outcomes and "
        f"{said}: the bar, nearer on {BETTER} and nowhere that far off, is {'met' if met else 'missed'}. It does best "
        f"on {told(str(ratio.idxmin()))}, and worst on {told(str(ratio.idxmax()))}. Chance makes no "
        f"more than {number(quiet, 2)} points of any error{noise}; "
        f"{'no outcome is too far off by chance' if sure else 'some may be too far off by chance'}."
    )


def finding(errors: pd.DataFrame) -> str:
    """The answer in a sentence."""
    better, behind, met = verdict(ratios(errors))
    return (
        f"Nearer than the better of two simple rules on {better} of {len(OUTCOMES)} outcomes, more than "
        f"{100 * (BEHIND - 1):.0f} % further off on {joined(WORDS[name] for name in behind) or 'none'}: its bar is "
        f"{'met' if met else 'missed'}."
    )


def readings(errors: pd.DataFrame) -> str:
    """What the verdict were by other readings of the bar."""
    rows = []
    for name, column, rules in READINGS:
        better, behind, met = verdict(ratios(errors, column, rules))
        rows.append([name, str(better), joined(behind) or "none", "met" if met else "**missed**"])
    return markdown(["other readings of the bar", "nearer on", "too far off on", ""], rows)


def overall(errors: pd.DataFrame) -> str:
    """Table of all methods, mean over origins."""
    table = together(errors).reindex(index=NAMES, columns=[*SHOWN, CHANGE, CHANCE]).to_numpy(float)
    rows = []
    for outcome, values, against in zip(OUTCOMES, table, ratios(errors)[NAMES].to_numpy(float)):
        words = "nearer" if against < 1 else "🔴 **too far off**" if against > BEHIND else "within the bar"
        shown = [percent(value) for value in values]
        rows.append([outcome.words, *shown[:4], number(against, 2), words, *shown[4:]])
    return markdown(["outcome", *SHOWN, "model / better rule", "", "path alone", "chance"], rows)


def misses(errors: pd.DataFrame, file: Path) -> str:
    """Outcomes where the model is not nearer than the better rule, each with its cause (``causes.csv``)."""
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    causes = dict(zip(table["outcome"], table["cause"]))
    behind = [o for o, ratio in zip(OUTCOMES, ratios(errors)[NAMES].to_numpy(float)) if ratio >= 1]
    return "\n".join(f"- **{o.words}**: {causes.get(o.name) or NO_CAUSE}" for o in behind) or "None."


def later(known: list[int]) -> pd.DataFrame:
    """What the fits still contain of later data: a row an origin, file and what."""
    rows = [(origin, file, what) for origin in known for file, what in later_data(origin)]
    return pd.DataFrame(rows, columns=["origin", "file", "what"])


def blocks(errors: pd.DataFrame, causes: Path = HERE / "causes.csv") -> dict[str, str]:
    """What the page has from the numbers, by place."""
    return {
        ANSWER: answer(errors),
        "outcomes": overall(errors),
        "readings": readings(errors),
        "misses": misses(errors, causes),
    }


def short(errors: pd.DataFrame) -> str:
    """The verdict and the table of all methods, for the page of the fit."""
    said = "## Years that the model has not seen\n\nError in % of the data, mean over origins. What is what: "
    said += "[backtest](../experiments/backtest)."
    return "\n\n".join((f"{START}\n{said}", answer(errors), f"{overall(errors)}\n{END}\n"))


def placed(page: str, new: str) -> str:
    """The page with the block replaced, or added at its end."""
    text, n = re.subn(rf"{re.escape(START)}.*?{re.escape(END)}\n?", lambda _: new, page, flags=re.DOTALL)
    return text if n else f"{page.rstrip()}\n\n{new}"


def write(folder: Path = HERE) -> list[Path]:
    """Figure, table of later data and, here, both pages anew from the errors; returns what was written."""
    errors, settings = pd.read_csv(folder / "errors.csv"), read_made(folder)
    file = folder / "later_data.csv"
    later(origins(errors)).to_csv(file, index=False, lineterminator="\n")
    if folder == HERE:
        write_page(HERE / "README.md", blocks(errors), settings)
        write_finding(HERE, finding(errors))
        FIT.write_text(placed(FIT.read_text(encoding="utf-8"), short(errors)), encoding="utf-8")
    return [file, *figures.draw(errors, settings, folder)]


if __name__ == "__main__":
    for path in write():
        print(path)
