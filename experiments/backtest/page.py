"""The block of ``docs/backtest.md`` on the whole model, from the files of this folder, and their reading.

``python -m experiments.backtest.page`` writes it anew without running anything, e.g. after ``causes.csv`` was edited.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

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
    cells,
    origins,
    ratios,
    together,
    verdict,
)  # fmt: skip
from experiments.backtest.naive import WINDOWS
from experiments.backtest.outcomes import OUTCOMES
from experiments.common.page import NONE, markdown
from sim.analysis.refit import Recipe, later_page
from sim.analysis.text import decimals, number
from sim.data.layout import later_data
from sim.plots.style import joined

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "backtest.md"
FIT = PAGE.with_name("validation.md")
START, END = "<!-- whole model: begin -->", "<!-- whole model: end -->"
SHOWN = (MODEL, LAST, TREND, GRAVITY)
NAMES = [outcome.name for outcome in OUTCOMES]
FURTHEST = 5  # units named of each outcome
NO_CAUSE = "**no cause is written yet**"
READINGS = (  # of the bar: words, measure, rules of which the better one counts
    ("every place and pair counts the same (mean absolute gap of logs)", "log_error", RULES),
    ("the line itself instead of its slope from the last value", "error", (LAST, LINE)),
    ("the window of the trend that is best in hindsight", "error", (LAST, *(f"{TREND}, {name}" for name in WINDOWS))),
)
HEAD = """\
## The whole model

Written by `python -m experiments.backtest.run`: {settings}.

The model's tables are rebuilt and the model is fitted on data to the origin ({origins}), with the rule of what comes
after the data chosen anew on data to the origin. Its scripted baseline is then asked for the years after it, and so are
rivals that know data to the origin: the **last value**; the **log-linear trend**, which goes on from the last value
with the slope of a line through the logs (log odds of shares) of the last 5, 10 or all years, whichever erred least
from the five years before the origin; and, for flows, **gravity** of logs of researchers, income a head and spending on
research on both sides, with effects of pairs and years, by Poisson likelihood, where the effect of the last year is
kept and stocks follow their own trend. Income and spending are inputs: model and gravity know those of the years asked
for. *Better rule* is the better of the first two, in hindsight.

Error is the sum of absolute gaps over the sum of the data, so that places count by their size; shares are weighted by
the papers of their place. It is the mean of the years after the origin; flows are added up over these years first,
since a year's flow of a small pair is mostly chance. The bar: nearer than the better rule on at least {better} of
{n} outcomes, and nowhere more than {behind:.0f} % further off.

{verdict}
"""


def read(folder: Path, name: str) -> pd.DataFrame:
    """A table of this folder; empty cells are unknown numbers."""
    return pd.read_csv(folder / name)


def percent(value: float) -> str:
    """Error in per cent, – where there is none."""
    return NONE if math.isnan(value) else number(100 * value, 2 if value < 0.0995 else 1)


def block(folder: Path = HERE, causes: Path = HERE / "causes.csv") -> str:
    """The whole block, between its markers, from the files of a folder."""
    errors, forecasts = read(folder, "errors.csv"), read(folder, "forecasts.csv")
    settings = (folder / "settings.txt").read_text(encoding="utf-8").strip()
    parts = (
        head(errors, settings),
        "Error in % of the data, all years after an origin, mean over origins:\n",
        overall(errors),
        FIGURE,
        misses(errors, causes),
        "### By origin and year ahead\n\nError in % of the data: model (bold where the better rule is nearer), last "
        "value, log-linear trend (gravity).\n",
        by_horizon(errors),
        f"### Where the model is furthest off\n\nThe {FURTHEST} largest gaps of the last year asked for (flows: of all "
        "years added up), in size of the outcome.\n",
        furthest(forecasts),
        "### Tables that still contain later data\n",
        later(origins(errors)),
    )
    return f"{START}\n" + "\n".join(parts).rstrip() + f"\n{END}\n"


FIGURE = """
![Errors relative to the better of last value and log-linear trend](../experiments/backtest/figures/errors.png)

*Chance* is the error that chance alone gives the mean of the model's replicates. *Path alone* is the error of the
model's change since the origin, put on the data's own level: what the model's error exceeds it by is the gap between
model and data at the origin. Neither is a forecast that the bar speaks of.
"""


def head(errors: pd.DataFrame, settings: str) -> str:
    """Question, design, measure and verdict."""
    return HEAD.format(
        settings=settings,
        origins=" and ".join(map(str, origins(errors))),
        better=BETTER,
        n=len(OUTCOMES),
        behind=100 * (BEHIND - 1),
        verdict=verdict_words(errors),
    )


def verdict_words(errors: pd.DataFrame) -> str:
    """The verdict, and what it were by other readings of the bar."""
    better, behind, met = verdict(ratios(errors))
    far = f"{100 * (BEHIND - 1):.0f} % further off"
    words = f"more than {far} on {joined(behind)}" if behind else f"nowhere more than {far}"
    said = "Met" if met else "Missed"
    first = f"**{said}**: nearer than the better rule on {better} of {len(OUTCOMES)} outcomes, {words}."
    rows = []
    for name, column, rules in READINGS:
        ratio = ratios(errors, column, rules)
        better, behind, met = verdict(ratio)
        rows.append([name, str(better), joined(behind) or "none", "met" if met else "**missed**"])
    return f"{first}\n\n" + markdown(["other readings of the bar", "nearer on", "too far off on", ""], rows)


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
    lines = [f"- {outcome.words}: {causes.get(outcome.name) or NO_CAUSE}" for outcome in behind]
    return "### Misses and their causes\n\n" + ("\n".join(lines) or "None.") + "\n"


def by_horizon(errors: pd.DataFrame) -> str:
    """A row an outcome and origin, a column a year ahead."""
    last = int(errors["horizon"].max())
    found = cells(errors)

    def of(name: str, origin: int, horizon: int) -> str:
        values = [found.get((name, origin, horizon, method), math.nan) for method in SHOWN]
        if math.isnan(values[0]):
            return NONE
        own, value, trend, gravity = map(percent, values)
        own = own if values[0] < min(values[1:3]) else f"**{own}**"
        return f"{own}, {value}, {trend}" + ("" if gravity == NONE else f" ({gravity})")

    rows = [
        [f"{outcome.words}, {origin}", *(of(outcome.name, origin, h) for h in (0, *range(1, last + 1)))]
        for outcome in OUTCOMES
        for origin in origins(errors, outcome.name)
    ]
    return markdown(["outcome, origin", "all years", *(f"{h} ahead" for h in range(1, last + 1))], rows) + "\n"


def furthest(forecasts: pd.DataFrame) -> str:
    """The units with the largest gaps between model and data, in the size of the outcome."""

    def rows() -> Iterator[list[str]]:
        for outcome in OUTCOMES:
            own = forecasts[forecasts["outcome"] == outcome.name]
            for origin, group in own.groupby("origin"):
                final = group[group["year"] == group["year"].max()]
                gap = (final["weight"] * (final[MODEL] - final["data"])).abs().to_numpy(float)
                for line in final.iloc[np.argsort(-gap)[:FURTHEST]].to_dict("records"):
                    values = [line[name] for name in ("data", MODEL, LAST, TREND)]
                    words = f"{outcome.words}, {origin}", f"{line['unit']} {line['year']}"
                    yield [*words, *(number(value, decimals(0.0, value)) for value in values)]

    return markdown(["outcome, origin", "place or pair", "data", *SHOWN[:3]], rows()) + "\n"


def later(known: list[int]) -> str:
    """What ``refit`` says of later data in the shipped tables, once for all origins of which it says the same."""
    told: dict[str, list[str]] = {}
    for origin in known:
        text = later_page(origin, later_data(origin), Recipe())
        told.setdefault("\n".join(row for row in text.splitlines() if row.startswith("|")), []).append(str(origin))
    return "\n".join(f"Fitted to {' and '.join(years)}:\n\n{rows}\n" for rows, years in told.items())


def placed(page: str, new: str) -> str:
    """The page with the block replaced, or added at its end."""
    text, n = re.subn(rf"{re.escape(START)}.*?{re.escape(END)}\n?", lambda _: new, page, flags=re.DOTALL)
    return text if n else f"{page.rstrip()}\n\n{new}"


def short(folder: Path = HERE) -> str:
    """The verdict and the table of all methods, for the page of the fit."""
    errors = read(folder, "errors.csv")
    words = f"fitted on data to {' and '.join(map(str, origins(errors)))}, asked for the years to 2017"
    said = f"## Years that the model has not seen\n\nThe model {words}; error in % of the data, mean over origins. "
    said += "What is what: [backtest.md](backtest.md#the-whole-model)."
    return "\n\n".join((f"{START}\n{said}", verdict_words(errors), f"{overall(errors)}\n{END}\n"))


def main() -> None:
    """Write the blocks anew."""
    for page, new in ((PAGE, block()), (FIT, short())):
        page.write_text(placed(page.read_text(encoding="utf-8"), new), encoding="utf-8")
        print(f"wrote {page}")


if __name__ == "__main__":
    main()
