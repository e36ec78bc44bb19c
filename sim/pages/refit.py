"""Text of ``docs/refit.md``: how to fit the model to another last year of data, and the files that this reads."""

from __future__ import annotations

from sim.analysis.refit import ROUNDS, SCALE, SEED
from sim.data.layout import EARLIEST, KINDS, TABLES, TEXT, Column, Table
from sim.pages.markdown import NOTE, table

HOW_TO = f"""\
# Another last year of data

The last year of outcomes belongs to the tables (`WorldData.end`), not to the code: it is the last year of people.csv,
2017 in the shipped worlds. `refit` cuts yearly files where you say, makes anew what depends on the last year, and fits
the model to the rest:

```
talent-circulation refit --to 2014                                    the shipped full world as of 2014
talent-circulation refit --to 2014 --world g20 --out worlds/g20_2014
talent-circulation refit --to 2019 --data my_data --out worlds/2019   your own yearly files
python -m sim world=worlds/2019 end=2035                              a run of it
```

`world=` takes `full`, `g20` or a folder, relative to where the command is started; a sweep's file says
`settings: {{world: worlds/2019}}`. Scenarios that begin before the last year run as before; reactive governments decide
from the year after it. A world with data after 2017 contains what real policies did until its last year: its baseline
is the policy of that year. The scenarios that the project ships are departures from the policy of 2017, so what begins
in 2018 or later up to the last year would count twice there; a run says so, and such policies should be taken out or
restated against the last year. `explain` and `list places` take `--world`.

## Two minutes: you have data to 2019

1. Copy the shipped files: `cp -r sim/data/full my_data` (the layout below is theirs, and they are the example).
2. Append your years. Files of places and years: rows for 2018 and 2019 (people.csv: researchers, first_seen, moves_in,
   moves_out, moves_within; what stands under entries and exits is not read). flows.csv, entry_origin.csv and
   joint_works.csv: columns y2018 and y2019. world.csv, countries.csv, output.csv, students.csv: rows; `nan` where the
   table below allows gaps. Means of 2013-17 (pairs.csv): better of 2015-19. Threats (threat_*.csv) are of 2017.
3. `talent-circulation refit --to 2019 --data my_data --out worlds/2019`. If anything is wrong, nothing is written and
   every problem is named as `file:row:column: what is wrong; allowed: …`, all at once (row is the line of the file;
   1 is the header).

Years {EARLIEST} and later can be fitted to. `--out` may be the folder of the data only if `--to` is their last year:
later years would be lost. Outcomes after the year are dropped; inputs (inputs.csv) run on. What still contains
later data is printed and kept in `later_data.md` beside the tables (third table below).

"""
RECIPE = """\
The shipped tables are made by this command with its defaults, so `refit --to 2017` on a copy gives the same bytes
within one lock file and processor architecture. A round at the defaults takes minutes and a few GB of memory;
`--scale 1000` is a try in seconds. Files take their names when all are there: an interrupted refit leaves the folder
as it was. Sources, licences and rules: [SOURCES.md](../sim/data/SOURCES.md).
"""
MADE = (
    ("people.csv", "stocks before 1998 carried back from 1998-2008, moves before 1998 from the rates of 1998-2000, "
     "exits as a smoothed hazard of the balance of first publications, moves and stocks; entries close it"),
    ("affinity.csv", "joint_works.csv by window of years: the last three, then windows of five back to 1990 (what is "
     "left joins the first); drawn towards gravity where works are few"),
    ("joint_papers.csv, openalex_…", "joint works of the last five and of the last three years"),
    ("paths.csv", "how each kind of series goes on after the year: the rule chosen anew in a rolling-origin backtest "
     "on the data to it ([backtest.md](backtest.md))"),
    ("fitted_place_year.csv, fitted_pairs.csv, fitted_affinity.csv", "the calibration: flat values, "
     f"{ROUNDS} rounds at one agent for {SCALE} researchers, seed {SEED}, replicates 1000, 1001, …; `--rounds`, "
     "`--scale` and `--seed` change this"),
    ("fitted_exposure.csv", "to whom sensitive projects of the United States are exposed in the last three years: "
     "eight runs with the fitted tables, replicates 2000, 2001, …"),
    ("later_data.md", "what later data the tables still hold"),
)  # fmt: skip


def refit() -> str:
    """The whole page."""
    columns = [row for entry in TABLES for row in _rows(entry)]
    later = [(f"`{entry.file}`", later.until - 1, later.what) for entry in TABLES for later in entry.later]
    return "\n".join(
        [
            NOTE,
            HOW_TO,
            "## What is made\n",
            table(("file", "from"), MADE),
            RECIPE,
            "## Files that are read\n",
            "Declared in `sim/data/layout.py`. CSV with commas, UTF-8. *From*: first year whose values are read; rows "
            "and columns begin in the year that stands beside the file.\n",
            table(("file", "a row for", "column", "unit", "allowed", "from"), columns),
            "## What stays later than the year\n",
            "In a refit of the shipped files to this year or an earlier one:\n",
            table(("file", "to", "what"), later),
        ]
    )


FORMS = {
    "place_year": "place and year",
    "year": "year",
    "square": "two places, from and to; 0 where there is none",
    "places": "place",
    "rows": "each",
}


def _rows(entry: Table) -> list[tuple[object, ...]]:
    """Lines of one file: its keys, then a line a column."""
    form = FORMS.get(entry.form) or ("two places, a ≤ b" if entry.diagonal else "two places, a < b")
    begin = f" from {entry.first}" if entry.first else ""
    kind = "" if entry.outcome or not entry.first else ", may run on"
    head = (f"`{entry.file}`{begin}{kind}", f"{form} ({', '.join(entry.keys)})")
    lines = [(f"`{c.name}`", c.unit, _allowed(c), "not read" if c.rebuilt else c.since or "") for c in entry.columns]
    if entry.yearly:
        name = f"`y{entry.first}`, … one a year"
        lines.append((name, entry.yearly.unit, _allowed(entry.yearly), ""))
    return [(*(head if i == 0 else ("", "")), *line) for i, line in enumerate(lines)]


def _allowed(column: Column) -> str:
    text = ", ".join(column.words) or "a text"
    words = text if column.kind == TEXT else KINDS[column.kind].words
    gap = "empty" if column.kind == TEXT else "nan or empty" if column.blank else "nan"
    return words + (f", or {gap}" if column.gaps else "")
