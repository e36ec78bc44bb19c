"""Text of ``docs/threat.md``: who is a threat to whom by each table, what looks odd, how to edit it."""

from __future__ import annotations

import numpy as np

from sim.data.check import Grid, Problems
from sim.data.layout import OWN_ASSESSMENT, RELATIONS
from sim.data.tables import WorldData, load_world_data
from sim.data.threat import CHOICES, DEFAULT, of_concern, read_threats, threat_matrix
from sim.pages.markdown import NOTE, table
from sim.params import Params

WORLD, SHOWN = "full", 6  # threats of a place that are written out
CHANGES = (
    "table", "pairs on lists", "of them on the default's", "places with an empty list",
    "places with the same first threat", "mean threat of a pair on a list",
)  # fmt: skip
HOW_MADE = """\
# Who is a threat to whom

`threat[a,b]`, 0 to 1, is how much of a threat place b is to place a: a state of the world, the same in all scenarios.
No policy and no government changes it. It weighs leaks and whom fear is about, and it makes the list of concern: places
of `params.security.concern` (0.1; 0.05 to 0.2) or more. A government that reacts and has an empty list
neither screens nor restricts. What a scenario imposes is done all the same, whoever is a threat to whom; a command says
where an issuer screens, restricts or bans a place that is no threat to it.

It is read from a table with a source a row, chosen by `threat=`:

| choice | file | what makes b a threat to a |
|---|---|---|
| `rivalry` (default) | `threat_rivalry.csv` | b is a strategic rival of a, or of a more capable ally of a |
| `votes` | `threat_votes.csv` | far apart in UN votes and in regime, and no ally: the first edition's product |
| `rivals` | `threat_rivals.csv` | b is a strategic rival of a; nothing is taken over from allies |

**rivalry.** `threat[a,b] = A · (0.75 + 0.5 / (1 + km / 3000)) · √capability of b`, divided by the largest. A is 1 for
an own strategic rival in 2017 (Thompson, Sakuwa & Suhas 2021), 0.5 for a rival of the patron, 0.25 for one of its
patron. The patron is the single most capable defence ally (ATOP, 2017), if it is more capable than a. Capability is
`√(R&D spending · military spending)`, each over the largest in 2017. An ally is no threat, and a rival of an own rival
is not taken over. The near count more than the far: the factor goes from 1.25 at no distance to 0.8 at 20,000 km.
Weights, root and nearness are assumptions. What was tried beside it: [decision](decisions/threat-table.md).

**rivals.** The same without patrons.

**votes.** Distance in liberal democracy (V-Dem v16) from 0.2 to 0.7 as 0 to 1, times distance in UN ideal points
(Bailey, Strezhnev & Voeten 2017) from 0.5 to 3 as 0 to 1; a tenth of it under a defence pact; below 0.05 none. All of
these are assumptions, on means of 2013–17. It goes both ways alike.

The tables are made for the 60 countries and areas by `python -m sim.data.build`; every column is in
[SOURCES.md](../sim/data/SOURCES.md). The g20 world has the rows between its places. In the shipped tables
the four rests threaten nobody, and nobody threatens them; a table of your own may have rows for them.
"""
ODD = """\
Rows follow from the sources, not from what one would write by hand. Know these before you quote a result about such a
place:

- **Latin America** takes over China and Russia: the Rio pact of 1947 makes the United States the patron of Argentina,
  Brazil, Chile, Colombia and Mexico.
- **Vietnam** has no threat: its rivalry with China ends in 1991 in the source.
- **Pakistan** has the United States as its patron, by a pact that is in force in ATOP, and so takes over Russia and
  Iran; not China, which is a rival of its own rival.
- **Allies that are rivals** are no threat: Greece and Türkiye (NATO), Algeria and Morocco, Iraq and Saudi Arabia (Arab
  League).
- **Ukraine** has Russia alone, and Russia hardly minds Ukraine. **Singapore and Malaysia** have each other.
- **Kazakhstan** takes over the United States from Russia; **Algeria, Tunisia and Morocco** take over Türkiye and Iran
  from Saudi Arabia.
- **Austria, Finland, Ireland and Sweden** are in no pact with the United States. Germany is their most capable ally,
  and the rivals of its patron count a quarter.
- **Hong Kong** takes China's rivals, and **Taiwan** the patron of Japan and Korea: the sources have neither.
- **North Korea** lies in a rest, so South Korea's list begins with China.
- By **votes** nearly everybody is on somebody's list: the United States and the United Kingdom on those of Vietnam and
  Bangladesh, Ukraine on that of the United States; and China stands behind Iran, Egypt and Saudi Arabia for most allies
  of the United States. By **rivals** most of Europe has no list at all.
"""
EDIT = """\
1. Copy a table: `cp sim/data/full/threat_rivalry.csv my_threats.csv` (from `sim/data/g20` for `world=g20`).
2. Change it in any editor of tables. A row says that `threat` is a threat of `value` (0 to 1) to `place`; without a row
   there is none. Codes are those of `talent-circulation list places`. Columns are separated by commas, numbers have a
   point. `relation` is one of: {relations}, or empty; a judgement of your own is an *{own}*. `through`, `rivalry`,
   `capability` and `distance_km` may be empty: they are for the reader. `source` must say something.
3. `python -m sim +scenario=restrictive threat=my_threats.csv`. What is wrong with the file is told with file, row,
   column and what is allowed, all at once. In a sweep: `settings: {{threat: my_threats.csv}}`, or an axis,
   `grid: {{threat: [rivalry, votes, my_threats.csv]}}`, whose column in the results is `threat_table`. In Python:
   `load_config("threat=my_threats.csv")`.

Runs are kept by what is in the table: a copy under another name is the same run, a changed row another one. The
manifest names the table; so do captions and the printed heading if it is not the default. To change the tables of a
world itself, edit them in its folder ([refit.md](refit.md)).
"""


def threat() -> str:
    """The whole page."""
    data, concern = load_world_data(WORLD), Params().security.concern
    grids = {choice: _rows(choice, data) for choice in CHOICES}
    matrices = {choice: threat_matrix(choice, data) for choice in CHOICES}
    relations = ", ".join(f"*{relation}*" for relation in RELATIONS)
    return "\n".join(
        [
            NOTE,
            HOW_MADE,
            "## Lists\n",
            f"Places in order of their researchers. **Bold**: on the list of concern ({concern:g} or more). →: taken\n"
            f"over from this patron. Of more than {SHOWN} threats the largest.\n",
            table(("place", *CHOICES), _list_rows(data, grids, concern)),
            "## Who has none\n",
            table(("table", "no threat at all", f"none of {concern:g} or more"), _empty_rows(data, matrices, concern)),
            "## What looks odd\n",
            ODD,
            "## How to edit it\n",
            EDIT.format(relations=relations, own=OWN_ASSESSMENT),
            "## What depends on the choice\n",
            "Lists of concern against those of the default. What it does to one scenario is in the\n"
            "[decision](decisions/threat-table.md); for others it is an axis of a sweep.\n",
            table(CHANGES, _choice_rows(data, matrices, concern)),
        ]
    )


def _rows(choice: str, data: WorldData) -> Grid:
    problems = Problems()
    grid = read_threats(choice, data, problems)
    assert grid is not None and not problems.found
    return grid


def _list_rows(data: WorldData, grids: dict[str, Grid], concern: float) -> list[tuple[str, ...]]:
    """One row a place: its threats by each table, the largest first."""
    return [
        (f"{code} {name}", *(_list(grid, code, concern) for grid in grids.values()))
        for code, name, rest in zip(data.iso3, data.names, data.is_rest)
        if not rest
    ]


def _list(grid: Grid, place: str, concern: float) -> str:
    """Threats to a place in words; of many the first ones and how many more are of concern or not."""
    rows = sorted((row for key, row in grid.rows.items() if key[0] == place), key=lambda row: -float(row["value"]))
    words = [_threat(row, concern) for row in rows[:SHOWN]]
    if more := rows[SHOWN:]:
        listed = sum(float(row["value"]) >= concern for row in more)
        words.append(f"and {len(more)} more, {listed} of them of concern")
    return ", ".join(words) or "–"


def _threat(row: dict[str, str], concern: float) -> str:
    value = float(row["value"])
    digits = 2 if (round(value, 2) >= concern) == (value >= concern) else 3  # 0.0996 is not on the list: 0.100 is not
    words = f"{row['threat']} {value:.{digits}f}"
    words = f"**{words}**" if value >= concern else words
    return f"{words} → {row['through'].replace(' ', ' → ')}" if row["through"] else words


def _empty_rows(data: WorldData, matrices: dict[str, np.ndarray], concern: float) -> list[tuple[str, ...]]:
    """Who has no threat, and who has none of concern, by table."""
    found: list[tuple[str, ...]] = []
    for choice, matrix in matrices.items():
        feels = np.asarray(matrix.any(axis=1))
        lists = np.asarray(of_concern(matrix, concern).any(axis=1))
        found.append((choice, _codes(data, ~feels), _codes(data, feels & ~lists)))
    return found


def _codes(data: WorldData, chosen: np.ndarray) -> str:
    return " ".join(data.iso3[a] for a in np.flatnonzero(chosen & ~data.is_rest)) or "–"


def _choice_rows(data: WorldData, matrices: dict[str, np.ndarray], concern: float) -> list[tuple[object, ...]]:
    """What changes between the tables."""
    default = matrices[DEFAULT]
    found: list[tuple[object, ...]] = []
    listed = of_concern(default, concern)
    for choice, matrix in matrices.items():
        ours = of_concern(matrix, concern)
        same = (matrix.argmax(axis=1) == default.argmax(axis=1)) & matrix.any(axis=1) & default.any(axis=1)
        empty = (~ours.any(axis=1) & ~data.is_rest).sum()
        found.append((choice, ours.sum(), (ours & listed).sum(), empty, same.sum(), f"{matrix[ours].mean():.2f}"))
    return found
