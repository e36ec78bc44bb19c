"""Layout of the yearly files that `talent-circulation refit` reads: those of sim/data/full, one row a column.

``affinity.csv`` and the fitted tables are not among them: refit makes them. Sources and rules: SOURCES.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sim.data.clock import DOCTORATES_FROM

EARLIEST = 2011  # earliest year to refit to: governments compare with the years from 2008 on


class Kind(NamedTuple):
    """What a cell may hold: a test of its number, and that test in words."""

    allows: Callable[[float], bool]
    words: str


KINDS: dict[str, Kind] = {
    "persons": Kind(lambda x: x >= 0 and x == round(x), "whole persons, 0 or more"),
    "people": Kind(lambda x: x >= 1 and x == round(x), "whole persons, 1 or more"),
    "whole": Kind(lambda x: x >= 0 and x == round(x), "a whole number, 0 or more"),
    "amount": Kind(lambda x: x >= 0, "a number, 0 or more"),
    "positive": Kind(lambda x: x > 0, "a number above 0"),
    "share": Kind(lambda x: 0 <= x <= 1, "a share from 0 to 1"),
    "flag": Kind(lambda x: x in (0, 1), "0 or 1"),
    "size_class": Kind(lambda x: x in (0, 1, 2, 3), "0, 1, 2 or 3"),
    "rung": Kind(lambda x: x in (0, 1, 2, 3), "0, 1, 2 or 3"),
    "latitude": Kind(lambda x: -90 <= x <= 90, "degrees from -90 to 90"),
    "longitude": Kind(lambda x: -180 <= x <= 180, "degrees from -180 to 180"),
    "number": Kind(lambda x: True, "a number"),
}
TEXT = "text"
REGIONS = ("X_EU", "X_AP", "X_AM", "X_AF")
STAY_GROUPS = (
    "All other countries", "China (including Hong Kong)", "Europe", "India", "North and South America", "South Korea",
    "Total", "West Asia",
)  # fmt: skip
RELATIONS = ("own rival", "rival of the patron", "rival of the patron's patron", "votes and regime")
OWN_ASSESSMENT = "own assessment"  # of whoever edits a table
NEEDED_PLACES = ("USA",)  # doctorates, stays and single institutions are those of the United States
NEEDED_CONSTANTS = ("lambda_groups_low", "lambda_groups_high")


@dataclass(frozen=True)
class Column:
    """One column that is no key.

    Attributes
    ----------
    kind : of `KINDS`, or text.
    unit : in words.
    gaps : ``nan`` may stand for what is unknown, an empty cell for a text.
    blank : so may an empty cell, of a number that is for the reader.
    since : first year whose values are read; earlier ones are made by refit, as is every year of a column that is
        `rebuilt`, so that anything may stand there.
    words : what a text may be; any if empty.
    """

    name: str
    kind: str
    unit: str
    gaps: bool = False
    since: int = 0
    rebuilt: bool = False
    words: tuple[str, ...] = ()
    blank: bool = False


class Later(NamedTuple):
    """Later data that a table still holds when it is refitted to a year before `until`, and why."""

    until: int
    what: str


@dataclass(frozen=True)
class Table:
    """One file.

    Attributes
    ----------
    form : ``place_year`` and ``year`` (a row each), ``square`` (a row for two places from and to, a column y… a year;
        what has no row is 0), ``pairs`` (a row for every two places, a ≤ b or, without `diagonal`, a < b in the order
        of places.csv), ``places`` (a row a place), ``rows`` (any number).
    keys : columns that identify a row; those named in `codes` hold codes of places.csv.
    first : first year of rows or of columns y…; 0 if there are none.
    yearly : the column that stands for each column y….
    outcome : ends with the data, so it must reach the year and is cut there; inputs may run on.
    year_key : column of a year by which rows are cut, for tables of form ``rows``.
    words : what the first key may be, where it is a name of a list and no code.
    needed : first keys without which the model does not run.
    """

    name: str
    form: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    first: int = 0
    yearly: Column | None = None
    outcome: bool = True
    codes: tuple[str, ...] = ()
    diagonal: bool = True
    year_key: str = ""
    words: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    ignored: str = ""
    later: tuple[Later, ...] = ()

    @property
    def file(self) -> str:
        """Name of the file."""
        return f"{self.name}.csv"


PLACE_YEAR, PAIR = ("place", "year"), ("place_a", "place_b")


def _threat(choice: str, later: str) -> Table:
    """One of the tables of `threat=`: who is a threat to whom."""
    return Table(f"threat_{choice}", "square", ("place", "threat"), (
        Column("value", "share", "threat to the place; what has no row is 0"),
        Column("relation", TEXT, "why", gaps=True, words=(*RELATIONS, OWN_ASSESSMENT)),
        Column("through", TEXT, "patrons that it comes through, nearest first", gaps=True),
        Column("rivalry", TEXT, "which, and since when", gaps=True),
        Column("capability", "share", "of the threat: R&D and military spending over the largest; not read", gaps=True,
               blank=True),
        Column("distance_km", "amount", "km; not read", gaps=True, blank=True),
        Column("source", TEXT, "citation"),
    ), outcome=False, codes=("place", "threat"), diagonal=False, later=(Later(2017, later),))  # fmt: skip


TABLES: tuple[Table, ...] = (
    Table("places", "places", ("iso3",), (
        Column("name", TEXT, "English name"), Column("is_rest", "flag", "1 for a rest of the world"),
        Column("n_countries", "whole", "countries in the place"), Column("internal_border_share", "share", "0-1"),
        Column("lat", "latitude", "degrees"), Column("lon", "longitude", "degrees"),
        Column("iso_numeric", "whole", "ISO 3166-1, 0 for rests"),
        Column("region", TEXT, "code of the rest around it", words=REGIONS),
        Column("host_group", TEXT, "group of hosts that are alike to students"),
    ), outcome=False, needed=NEEDED_PLACES, later=(
        Later(2017, "the 60 places were chosen by researchers of 2017; positions of rests are weighted with 2013-17"),
        Later(2017, "internal_border_share is a mean of 2013-17"),
    )),
    Table("people", "place_year", PLACE_YEAR, (
        Column("researchers", "people", "persons", since=1998), Column("entries", "persons", "persons", rebuilt=True),
        Column("exits", "persons", "persons", rebuilt=True),
        Column("moves_in", "persons", "persons a year, margin of flows", since=1998),
        Column("moves_out", "persons", "persons a year, margin of flows", since=1998),
        Column("moves_within", "persons", "persons a year, between members of a rest", since=1998),
        Column("first_seen", "persons", "first publications, persons a year", since=2000),
    ), 1980, codes=("place",)),
    Table("flows", "square", ("place_from", "place_to"), (), 1998, Column("y", "persons", "persons a year"),
          codes=("place_from", "place_to"), diagonal=False),
    Table("entry_origin", "square", ("host", "origin"), (Column("y1980_1997", "share", "share of host's entrants"),),
          1998, Column("y", "share", "share of the host's entrants, sums to 1"), codes=("host", "origin"), later=(
        Later(2018, "origins of entrants are means of three years, centred: a year holds the next one"),
        Later(2017, "foreign shares hang on student numbers of 2013-17 and one growth rate a host to 2017"),
    )),
    Table("output", "place_year", PLACE_YEAR, (
        Column("papers_whole", "amount", "articles a year", since=1996),
        Column("papers_fractional", "amount", "articles a year", since=1996),
        Column("intl_share", "share", "0-1", gaps=True), Column("top1_fractional", "share", "0-1", gaps=True),
        Column("top1_whole", "share", "0-1", gaps=True), Column("top10", "share", "0-1", gaps=True),
    ), 1980, codes=("place",), later=(
        Later(2016, "papers in the top 1 and 10 % of a year are known by citations of the years after it"),
        Later(2017, "whole counts of rests use joint works of 2010-17; shares before 1996 stand on the level of NSF's "
              "1996-2015"),
    )),
    Table("world", "year", ("year",), (
        Column("papers", "amount", "articles a year", since=1996), Column("intl_share", "share", "0-1"),
        Column("moves", "persons", "persons a year: flows and moves_within", since=1998),
    ), 1980, later=(Later(2015, "the international share is a line through means of periods, the last 2011-15"),)),
    Table("inputs", "place_year", PLACE_YEAR, (
        Column("gerd_musd", "positive", "million 2021 PPP $"), Column("income", "positive", "2021 PPP $ a head"),
    ), 1980, outcome=False, codes=("place",), later=(
        Later(2021, "spending and income are inputs and run on; lines between known years"),
    )),
    Table("academic_money", "places", ("place",), (
        Column("share_higher_education", "share", "of R&D spending, performed by universities"),
        Column("share_government", "share", "of R&D spending, performed by government"),
        Column("year", "whole", "year of both shares"), Column("imputed", "flag", "1 where typical shares stand in"),
        Column("source", TEXT, "where they are from"),
    ), outcome=False, codes=("place",), later=(Later(2021, "shares of 2015-21, the year nearest to 2017"),)),
    Table("rungs_2017", "rows", ("iso3",), (
        Column("protect", "rung", "rung of the ladder; a place without a row is on 0"),
        Column("promote", "rung", "rung of the ladder; a place without a row is on 0"),
        Column("protect_by", TEXT, "what the rung stands for; not read", gaps=True),
        Column("promote_by", TEXT, "what the rung stands for; not read", gaps=True),
    ), outcome=False, codes=("iso3",), later=(Later(2017, "policies adopted by 2017"),)),
    Table("pairs", "pairs", PAIR, (
        Column("distance_km", "positive", "km"), Column("contiguous", "share", "0-1"),
        Column("common_language", "share", "0-1"), Column("colonial", "share", "0-1"),
        Column("alliance", "share", "share of years with a defence pact"),
        Column("ideal_distance", "amount", "points between UN ideal points"),
        Column("copub_pairs", "amount", "joint works a year"),
    ), outcome=False, codes=PAIR, later=(
        Later(2017, "alliance and ideal_distance are means of 2013-17; copub_pairs (not fitted to) of 2010-17"),
    )),
    Table("joint_works", "pairs", PAIR, (), 1990, Column("y", "whole", "joint works a year"), codes=PAIR,
          diagonal=False, later=(
        Later(2020, "a year far above the median of seven years around it counts as an error of the source"),
    )),
    Table("joint_papers", "pairs", PAIR, (
        Column("nsf_1996", "amount", "articles", gaps=True), Column("nsf_2003", "amount", "articles", gaps=True),
    ), outcome=False, codes=PAIR, diagonal=False, ignored="openalex_"),
    Table("countries", "year", ("year",), (
        Column("countries", "positive", "countries per international paper"),
    ), 1996),
    Table("students", "place_year", PLACE_YEAR, (
        Column("doctorates_se", "amount", "doctorates a year", gaps=True),
        Column("foreign_students", "amount", "persons", gaps=True),
    ), 1998, codes=("place",), later=(
        Later(2017, "foreign_students: the level of 2013-17 with one growth rate a host to 2017"),
    )),
    Table("us_doctorates", "rows", ("origin", "year"), (
        Column("temporary_visa_doctorates", "whole", "doctorates a year", gaps=True),
        Column("intend_stay", "share", "0-1", gaps=True),
    ), DOCTORATES_FROM, codes=("origin",), year_key="year"),
    Table("stay_rates", "rows", ("group", "observed_year"), (Column("stay_rate", "share", "0-1"),),
          year_key="observed_year", words=STAY_GROUPS),
    Table("globsci", "rows", ("iso3",), (Column("foreign_share", "share", "0-1"),), outcome=False),
    Table("institutions", "rows", ("place", "name"), (
        Column("federal_musd", "amount", "million US $ a year"), Column("weight", "amount", "share of researchers"),
        Column("size_class", "size_class", "by federal_musd: below 15, 50, 250, above"),
    ), outcome=False, codes=("place",), later=(
        Later(2021, "universities' federal support of 2021 and spending of 2015-19; elsewhere researchers and GERD "
              "of 2017"),
    )),
    *(_threat(choice, "rivalries, defence pacts and capabilities of 2017") for choice in ("rivalry", "rivals")),
    _threat("votes", "means of 2013-17"),
    Table("constants", "rows", ("name",), (
        Column("value", "number", "as in unit"), Column("unit", TEXT, ""), Column("source", TEXT, ""),
    ), outcome=False, needed=NEEDED_CONSTANTS, later=(
        Later(2021, "numbers found on data to 2017, and on support of 2021"),
    )),
)  # fmt: skip


def later_data(year: int) -> list[tuple[str, str]]:
    """Files and what in them is later than a year, of the inputs as they are shipped."""
    return [(table.file, later.what) for table in TABLES for later in table.later if later.until > year]
