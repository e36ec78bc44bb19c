"""Where governments stood in 2017 on the ladders that they climb afterwards: protect and promote, by place."""

from __future__ import annotations

import pandas as pd

from sim.data.build.sources import Sources

FILE = "politics/policy_adoptions_1990_2017.csv"
LAST, WINDOW = 2017, 10  # last year of adoptions; promote programmes that started within so many years count
BELOW_NATIONAL = r"\((?:regional|institution)\b"  # flags within a name
PROTECT = {"guidelines": 1, "contact_centre": 1, "law": 1, "institution_programme": 2, "project_screening": 3}
PROMOTE = ("return", "chairs", "startup", "tax", "scholarships", "visa")  # centres have no rung
PROGRAMME = 0.25  # size of a typical programme over that of a rung (assumption: 0.25 and 1 % of academic money)
TOP = 3
BETWEEN = " | "


def rungs_2017(sources: Sources, places: list[str]) -> pd.DataFrame:
    """rungs_2017.csv: a row for each place above rung 0, with what its rungs stand for; rests have no row."""
    found = adoptions(sources)
    protect = found[(found.side == "protect") & found.kind.isin(list(PROTECT))]
    recent = found.year > LAST - WINDOW
    promote = found[(found.side == "promote") & found.kind.isin(PROMOTE) & recent]
    rows = [_row(place, protect[protect.iso3 == place], promote[promote.iso3 == place]) for place in places]
    table = pd.DataFrame(rows)
    return table[(table.protect > 0) | (table.promote > 0)]


def adoptions(sources: Sources) -> pd.DataFrame:
    """National adoptions to 2017 that are not of low confidence."""
    table = sources.table(FILE)
    national = ~table["name"].str.contains(BELOW_NATIONAL)
    return table[(table.year <= LAST) & national & (table.confidence != "low")]


def _row(place: str, protect: pd.DataFrame, promote: pd.DataFrame) -> dict[str, object]:
    """Protect: the highest rung of a measure. Promote: an amount, so programmes add up."""
    return {
        "iso3": place,
        "protect": int(protect.kind.map(PROTECT).max()) if len(protect) else 0,
        "promote": min(TOP, int(PROGRAMME * len(promote))),
        "protect_by": _named(protect),
        "promote_by": _named(promote),
    }


def _named(measures: pd.DataFrame) -> str:
    """Measures by year, as one text."""
    told = measures.sort_values(["year", "name"], kind="stable")
    return BETWEEN.join(f"{year} {name}" for year, name in zip(told.year, told["name"]))
