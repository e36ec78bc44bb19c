"""The layout of yearly files: the shipped ones pass, and every fault is named by file, row and column."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.refit import Recipe, refit
from sim.analysis.targets import STAY_GROUPS
from sim.core.read import ConfigError
from sim.data.build.affinity import windows_to
from sim.data.build.cut import check_sums
from sim.data.build.sense import check_sense
from sim.data.cells import wrong
from sim.data.check import SHOWN, Problems, read_folder
from sim.data.layout import KINDS, TABLES, TEXT, Column, later_data
from sim.data.layout import STAY_GROUPS as KNOWN_GROUPS
from sim.data.tables import load_world_data
from sim.data.worlds import TABLES as READ_BY_THE_MODEL
from sim.data.worlds import folder_of

Edit = Callable[[list[list[str]]], None]


def problems_of(folder: Path, year: int = 2017) -> list[str]:
    """What is wrong with a folder."""
    problems = Problems()
    grids = read_folder(folder, year, problems)
    check_sums(grids, year, problems)
    check_sense(grids, year, problems)
    return problems.messages()


def edit(folder: Path, name: str, change: Edit) -> None:
    """Change the rows of a file, header first."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    change(rows)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def at(rows: list[list[str]], key: list[str]) -> int:
    """Index of the row that begins with a key; its line is one more."""
    return next(i for i, row in enumerate(rows) if row[: len(key)] == key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(folder_of("g20"), tmp_path / "g20")


@pytest.mark.parametrize("world", ["full", "g20"])
@pytest.mark.parametrize("year", [2011, 2017])
def test_the_shipped_files_lie_in_the_layout(world: str, year: int) -> None:
    assert problems_of(folder_of(world), year) == []


def test_the_layout_has_every_table_that_the_model_reads_but_those_that_refit_makes() -> None:
    names = {table.name for table in TABLES}
    assert names == {*READ_BY_THE_MODEL, "joint_works"} - {"affinity"}
    assert all(column.kind in {*KINDS, TEXT} for table in TABLES for column in table.columns)
    assert all(table.first for table in TABLES if table.yearly or table.form in ("place_year", "year"))


def test_cells_of_every_kind() -> None:
    good = {
        "persons": "3",
        "whole": "0",
        "amount": "0.5",
        "positive": "1e-3",
        "share": "1",
        "flag": "0",
        "number": "-1",
        "people": "1",
        "size_class": "3",
        "rung": "2",
        "latitude": "-90",
        "longitude": "180",
    }
    bad = {
        "persons": "2.5",
        "whole": "-1",
        "amount": "-0.1",
        "positive": "0",
        "share": "1.01",
        "flag": "2",
        "number": "inf",
        "people": "0",
        "size_class": "4",
        "rung": "1.5",
        "latitude": "-90.1",
        "longitude": "180.5",
    }
    assert set(good) == set(bad) == set(KINDS)
    for kind in KINDS:
        column = Column("x", kind, "")
        assert wrong(good[kind], column) == "" and wrong(bad[kind], column).startswith(f"{bad[kind]} is not allowed")
        assert all("is no number" in wrong(cell, column) for cell in ("many", "", "1_000", "²", "1,5"))
        assert "is a gap" in wrong("nan", column)
        assert wrong("nan", Column("x", kind, "", gaps=True)) == ""


def test_ten_planted_faults_are_all_named(folder: Path) -> None:
    def text_for_a_number(rows: list[list[str]]) -> None:
        rows[at(rows, ["USA", "2005"])][2] = "many"

    def negative(rows: list[list[str]]) -> None:
        rows[at(rows, ["USA", "2006"])][2] = "-5"

    def share_above_one(rows: list[list[str]]) -> None:
        rows[at(rows, ["JPN", "2001"])][4] = "1.5"

    def half_a_person(rows: list[list[str]]) -> None:
        rows[at(rows, ["CHN", "USA"])][3] = "516.5"

    def no_year(rows: list[list[str]]) -> None:
        del rows[at(rows, ["BRA", "2010"])]

    def twice(rows: list[list[str]]) -> None:
        rows.append(rows[at(rows, ["KOR", "1999"])])

    def unknown_place(rows: list[list[str]]) -> None:
        rows[at(rows, ["CHN", "IND"])][1] = "XYZ"

    def no_column(rows: list[list[str]]) -> None:
        for row in rows:
            del row[1]

    def sum_of_shares(rows: list[list[str]]) -> None:
        rows[at(rows, ["DEU", "DEU"])][2] = "0.1"

    edit(folder, "people", text_for_a_number)
    edit(folder, "inputs", negative)
    edit(folder, "output", share_above_one)
    edit(folder, "flows", half_a_person)
    edit(folder, "inputs", no_year)
    edit(folder, "students", twice)
    edit(folder, "joint_works", unknown_place)
    edit(folder, "countries", no_column)
    edit(folder, "entry_origin", sum_of_shares)
    (folder / "globsci.csv").unlink()
    found = problems_of(folder)
    wanted = (
        ("people.csv:", ":researchers: 'many' is no number; allowed: whole persons, 1 or more"),
        ("inputs.csv:", ":gerd_musd: -5 is not allowed; allowed: a number above 0"),
        ("output.csv:", ":intl_share: 1.5 is not allowed; allowed: a share from 0 to 1, or nan for what is unknown"),
        ("flows.csv:2:y1999", ": 516.5 is not allowed; allowed: whole persons, 0 or more"),
        ("inputs.csv:1:year", ": no row for BRA 2010; allowed: every year from 1980 to 2021"),
        ("students.csv:", ":year: KOR 1999 was in line "),
        ("joint_works.csv:3:place_b", ": unknown place 'XYZ'; allowed: codes of places.csv"),
        ("countries.csv:1:countries", ": the column is missing; allowed: year, countries"),
        ("entry_origin.csv:", ":y1980_1997: shares of the origins of DEU sum to "),
        ("globsci.csv:0:-", ": the file is missing"),
    )
    for file, text in wanted:
        assert sum(message.startswith(file) and text in message for message in found) == 1, (file, text, found)
    # the unknown place also leaves a pair without a row; nothing else is said
    assert (
        len(found) == len(wanted) + 1
        and "joint_works.csv:1:place_b: no row for CHN IND; allowed: one row for each" in found
    )


def test_rows_are_lines_of_the_file(folder: Path) -> None:
    line = []

    def fault(rows: list[list[str]]) -> None:
        line.append(at(rows, ["FRA", "2003"]) + 1)
        rows[line[0] - 1][6] = "7"  # moves_out

    edit(folder, "people", fault)
    (only,) = problems_of(folder)
    assert only.startswith(f"people.csv:{line[0]}:moves_out: 7 is not the sum of flows.csv; allowed: ")


def test_sums_of_the_world(folder: Path) -> None:
    def fault(rows: list[list[str]]) -> None:
        rows[at(rows, ["2004"])][3] = "1"

    edit(folder, "world", fault)
    (only,) = problems_of(folder)
    assert ":moves: 1 is not the sum of flows.csv and moves_within; allowed: " in only


def test_a_year_outside_the_data(folder: Path) -> None:
    for year in (2010, 1700, 2018, 2071):
        (only,) = problems_of(folder, year)
        assert only == f"people.csv:1:year: {year} is not inside the data; allowed: 2011 to 2017"


def test_every_outcome_must_reach_the_year(folder: Path) -> None:
    def without_2017(rows: list[list[str]]) -> None:
        for row in rows:
            row.pop()

    def without_last(rows: list[list[str]]) -> None:
        rows.pop()

    edit(folder, "flows", without_2017)
    edit(folder, "countries", without_last)
    edit(folder, "inputs", without_last)  # may run on, but not for some places only
    assert problems_of(folder) == [
        "flows.csv:1:y2017: the column is missing; allowed: every year from 1998",
        "inputs.csv:1:year: no row for X_AF 2021; allowed: every year from 1980 to 2021",
        "countries.csv:1:year: no row for 2017; allowed: every year from 1996 to 2017",
    ]
    assert problems_of(folder, 2016)[1:] == []


def test_unknown_columns_and_short_rows(folder: Path) -> None:
    def fault(rows: list[list[str]]) -> None:
        rows[0].append("mood")
        for row in rows[2:]:
            row.append("1")

    edit(folder, "globsci", fault)
    found = problems_of(folder)
    assert "globsci.csv:1:mood: unknown column; allowed: iso3, foreign_share" in found
    assert "globsci.csv:2:-: 2 cells; allowed: 3, as in the header" in found


def test_many_problems_of_one_column_are_counted(folder: Path) -> None:
    def fault(rows: list[list[str]]) -> None:
        for row in rows[1:]:
            row[3] = "0"

    edit(folder, "inputs", fault)
    found = problems_of(folder)
    assert len(found) == SHOWN + 1 and found[-1] == "inputs.csv: income: and 946 more of this column"


def test_windows_are_counted_back_from_the_last_year() -> None:
    shipped = {1992: (1990, 1994), 1997: (1995, 1999), 2002: (2000, 2004), 2007: (2005, 2009), 2012: (2010, 2014)}
    assert windows_to(2017) == {**shipped, 2016: (2015, 2017)}
    for last in range(2011, 2030):
        spans = list(windows_to(last).values())
        years = [year for first, end in spans for year in range(first, end + 1)]
        assert years == list(range(1990, last + 1)) and spans[-1] == (last - 2, last)
        assert all(end - first == 4 for first, end in spans[1:-1]) and 4 <= spans[0][1] - spans[0][0] < 9


def test_later_data_are_listed_by_year() -> None:
    assert {file for file, _ in later_data(2017)} < {file for file, _ in later_data(2014)}
    assert not later_data(2100)
    assert np.isin(
        ["threat_rivalry.csv", "institutions.csv", "pairs.csv"], [file for file, _ in later_data(2012)]
    ).all()


def test_later_years_are_not_written_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "x").mkdir()
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    monkeypatch.chdir(folder)
    for out in (folder, folder / "x" / "..", Path()):  # the same one by three names
        with pytest.raises(
            ConfigError, match="years 2013 to 2017 would be lost; allowed: another folder, or --to 2017"
        ):
            refit(folder, 2012, out, Recipe(), say=lambda text: None)
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before


def put(key: list[str], column: int, cell: str) -> Edit:
    """Another cell in the row of a key."""

    def fault(rows: list[list[str]]) -> None:
        rows[at(rows, key)][column] = cell

    return fault


def every(column: int, cell: str, place: str = "") -> Edit:
    """The same cell in every row, or in every one of a place."""

    def fault(rows: list[list[str]]) -> None:
        for row in rows[1:]:
            row[column] = cell if place in ("", row[0]) else row[column]

    return fault


def without(key: list[str]) -> Edit:
    """No such row."""

    def fault(rows: list[list[str]]) -> None:
        del rows[at(rows, key)]

    return fault


FAULTS: dict[str, tuple[str, Edit, str]] = {
    "no researchers": ("people", put(["MEX", "2003"], 2, "0"), r"people\.csv:\d+:researchers: 0 is not allowed; "
                       "allowed: whole persons, 1 or more"),
    "a stock that leaps": ("people", put(["MEX", "2017"], 2, "9999999"), r"people\.csv:\d+:researchers: .* after .* "
                           "allowed: a change of at most 10 times"),
    "a stock that falls": ("people", put(["MEX", "2017"], 2, "9"), r"people\.csv:\d+:researchers: 9 after "),
    "more shares of papers than papers": ("output", put(["JPN", "2004"], 3, "9e7"), r"output\.csv:\d+:"
                                          "papers_fractional: 9e.07 is above papers_whole; allowed: at most "),
    "no weights": ("institutions", every(3, "0", "ARG"), r"institutions\.csv:\d+:weight: every weight of ARG is 0"),
    "off the globe": ("places", put(["ARG"], 5, "-134"), r"places\.csv:\d+:lat: -134 is not allowed; "
                      "allowed: degrees from -90 to 90"),
    "unknown region": ("places", put(["ARG"], 8, "X_XX"), r"places\.csv:\d+:region: 'X_XX' is not allowed; "
                       "allowed: X_EU, X_AP, X_AM, X_AF"),
    "unknown size": ("institutions", put(["ARG"], 4, "4"), r"institutions\.csv:\d+:size_class: 4 is not allowed; "),
    "nothing but gaps": ("output", every(5, "nan"), r"output\.csv:1:top1_fractional: nothing but gaps to 2017; "),
    "nothing but gaps of pairs": ("joint_papers", every(2, "nan"), r"joint_papers\.csv:1:nsf_1996: nothing but gaps;"),
    "an early doctorate": ("us_doctorates", put(["ARG", "2011"], 1, "2010"), r"us_doctorates\.csv:\d+:year: 2010 is "
                           "before 2011; allowed: 2011 and later"),
    "unknown group": ("stay_rates", put(["India", "2011"], 0, "Indja"), r"stay_rates\.csv:\d+:group: 'Indja' is not "
                      "allowed; allowed: All other countries, "),
    "no constant": ("constants", without(["lambda_groups_low"]), r"constants\.csv:1:name: no row for "
                    "lambda_groups_low; "),
}  # fmt: skip


@pytest.mark.parametrize(("table", "fault", "message"), FAULTS.values(), ids=list(FAULTS))
def test_what_no_model_can_run_on_is_named(folder: Path, table: str, fault: Edit, message: str) -> None:
    edit(folder, table, fault)
    (only,) = problems_of(folder)
    assert re.match(message, only), only


def test_gaps_up_to_the_year_are_what_counts(folder: Path) -> None:
    def known_in_2014_only(rows: list[list[str]]) -> None:
        for row in rows[1:]:
            row[5] = row[5] if row[1] == "2014" else "nan"

    edit(folder, "output", known_in_2014_only)
    assert problems_of(folder, 2014) == []
    assert problems_of(folder, 2013) == [
        "output.csv:1:top1_fractional: nothing but gaps to 2013; allowed: a known value at least"
    ]


def test_a_world_has_the_united_states(folder: Path) -> None:
    edit(folder, "places", put(["USA"], 0, "USB"))
    assert "places.csv:1:iso3: no row for USA; allowed: one, the model needs it" in problems_of(folder)


def test_groups_whose_stays_are_fitted_to_are_known_to_the_layout() -> None:
    assert set(STAY_GROUPS) <= set(KNOWN_GROUPS)
    assert set(KNOWN_GROUPS) == {group for group, _ in load_world_data("full").stay_rates}


def test_doctorates_before_their_first_year_are_no_later_ones(folder: Path) -> None:
    edit(folder, "us_doctorates", put(["ARG", "2011"], 1, "2010"))
    with pytest.raises(ValueError, match=r"us_doctorates\.csv begins before 2011"):
        load_world_data.__wrapped__(str(folder))
