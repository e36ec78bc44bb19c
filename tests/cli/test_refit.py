"""`refit` on copies of the shipped g20 inputs: the same tables, the same bytes twice, an earlier year, a run of it."""

from __future__ import annotations

import csv
import filecmp
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim import World, load_config
from sim.analysis import refit as module
from sim.cli.main import main
from sim.data.fitted import load_fitted
from sim.data.layout import TABLES as LAYOUT
from sim.data.layout import later_data
from sim.data.tables import load_world_data
from sim.data.worlds import FITTED, TABLES, folder_of

Output = pytest.CaptureFixture[str]
QUICK = ("--scale", "4000", "--rounds", "1")


def refitted(data: Path, year: int, out: Path, *options: str) -> Path:
    """A refit that must succeed."""
    assert main(["refit", "--to", str(year), "--data", str(data), "--out", str(out), *options]) == 0
    return out


def differing(one: Path, other: Path, names: tuple[str, ...]) -> list[str]:
    """Tables whose bytes are not the same."""
    return [name for name in names if not filecmp.cmp(one / f"{name}.csv", other / f"{name}.csv", shallow=False)]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the g20 inputs without anything that refit makes."""
    folder = shutil.copytree(folder_of("g20"), tmp_path_factory.mktemp("refit") / "inputs")
    for name in (*FITTED, "affinity"):
        (folder / f"{name}.csv").unlink()
    text = (folder / "people.csv").read_text().splitlines()
    cells = [line.split(",") for line in text[1:]]  # entries and exits are made, not read
    rows = [",".join([*row[:3], "nan", "nan", *row[5:]]) for row in cells]
    (folder / "people.csv").write_text("\n".join([text[0], *rows, ""]))
    return folder


@pytest.fixture(scope="module")
def last(inputs: Path) -> Path:
    return refitted(inputs, 2017, inputs.parent / "last", *QUICK)


def test_the_shipped_tables_come_out_and_the_same_fit_twice(inputs: Path, last: Path, capsys: Output) -> None:
    assert differing(last, folder_of("g20"), TABLES) == []
    again = refitted(last, 2017, inputs.parent / "again", *QUICK)  # what refit writes, it can read
    assert differing(last, again, (*TABLES, *FITTED)) == []
    said = capsys.readouterr().out
    assert "round 1 of 1: papers" in said and f"python -m sim world={again}" in said
    assert {path.suffix for path in again.iterdir()} == {".csv", ".md"}  # nothing half-written is left


def test_an_earlier_year(inputs: Path, last: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    out = refitted(inputs, 2012, inputs.parent / "earlier", *QUICK)
    said = capsys.readouterr().out
    page = (out / module.LATER).read_text()
    assert later_data(2012) and all(f"{file}: {what}" in said and what in page for file, what in later_data(2012))
    data, whole = load_world_data(str(out)), load_world_data(str(last))
    assert (data.end, data.base_from, data.n_years) == (2012, 2008, 33)
    for name in ("researchers", "moves_in", "entry_origin", "intl_share", "intl_share_world"):
        np.testing.assert_array_equal(getattr(data, name), getattr(whole, name)[:33], err_msg=name)
    np.testing.assert_array_equal(data.flows, whole.flows[:15])
    hazard = data.exits[20:32] / whole.exits[20:32]  # the mean of three years ends a year early, and no more
    assert np.allclose(hazard, 1.0) and not np.array_equal(data.exits[32], whole.exits[32])
    assert np.array_equal(data.researchers[1:] - data.researchers[:-1],
                          (data.entries - data.exits + data.moves_in - data.moves_out)[1:])  # fmt: skip
    assert len(load_fitted(str(out)).output) == 33
    monkeypatch.chdir(inputs.parent)
    words = ["world=earlier", "end=2020", "scale=4000", "replicates=1", "figures=false", "threads=1", "progress=off"]
    assert main([*words, "government.mode=reactive", "panel.size=0"]) == 0
    assert "2013–2020, 1 replicate" in capsys.readouterr().out


def with_years(folder: Path, *years: int) -> None:
    """Append years to the yearly files, each like the last one that is there."""
    for entry in LAYOUT:
        path = folder / f"{entry.name}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        if entry.yearly:
            header += [f"y{year}" for year in years]
            rows = [[*row, *[row[-1]] * len(years)] for row in rows]
        elif entry.outcome and "year" in header and entry.form != "rows":
            at = header.index("year")
            last = [row for row in rows if row[at] == "2017"]
            rows += [[*row[:at], str(year), *row[at + 1 :]] for row in last for year in years]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])


@pytest.mark.full
def test_two_more_years_of_ones_own(inputs: Path, tmp_path: Path, capsys: Output) -> None:
    """Rows of new years may stand at the end of the files: refit puts them in order."""
    folder = shutil.copytree(inputs, tmp_path / "my data")
    with_years(folder, 2018, 2019)
    out = refitted(folder, 2019, tmp_path / "own", *QUICK)
    data = load_world_data(str(out))
    assert (data.end, data.base_from, len(data.flows)) == (2019, 2015, 22)
    np.testing.assert_array_equal(data.researchers[37], data.researchers[39])
    assert (out / "affinity.csv").read_text().startswith("place_a,place_b,y1993,y1999,y2004,y2009,y2014,y2018\n")
    world = World(load_config(f"world={out}", "start=2019", "end=2020", "scale=4000", "panel.size=0", "threads=1"))
    for result in world.run():
        assert abs(result.tables["place_year"]["n_researchers"].sum() / data.researchers[-1].sum() - 1.0) < 0.1
    assert main(["list", "places", "--world", str(out)]) == 0 and "X_EU" in capsys.readouterr().out
    assert main(["explain", "restrictive", "--world", str(out)]) == 0
    assert f"World: {out}, data to 2019" in capsys.readouterr().out


def test_faults_are_told_and_nothing_is_written(inputs: Path, tmp_path: Path, capsys: Output) -> None:
    folder = shutil.copytree(inputs, tmp_path / "faulty")
    (folder / "flows.csv").unlink()
    (folder / "globsci.csv").write_text("iso3\nUSA\n")
    head, first, *others = (folder / "threat_rivalry.csv").read_text().splitlines()
    (folder / "threat_rivalry.csv").write_text("\n".join([head, first.replace("0.9603", "2"), *others, ""]))
    assert main(["refit", "--to", "2017", "--data", str(folder), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "error: flows.csv:0:-: the file is missing",
        "error: globsci.csv:1:foreign_share: the column is missing; allowed: iso3, foreign_share",
        "error: threat_rivalry.csv:2:value: 2 is not allowed; allowed: a share from 0 to 1",
    ]
    assert not (tmp_path / "out").exists()


def test_an_interrupted_refit_leaves_the_folder_as_it_was(
    inputs: Path, tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "people.csv").write_text("mine")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "rounds", stopped)
    assert main(["refit", "--to", "2017", "--data", str(inputs), "--out", str(out), *QUICK]) == 130
    assert [path.name for path in out.iterdir()] == ["people.csv"] and (out / "people.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "refit --to YEAR"),
        (["--to", "soon"], "--to: 'soon' is not allowed; allowed: a whole number, 1 to 9999"),
        (["--to", "2017", "--rounds", "0"], "--rounds: '0' is not allowed; allowed: a whole number, 1 to 100"),
        (["--to", "2017", "--data", "nowhere"], "--data: 'nowhere' is no folder"),
        (["--to", "2017", "--world", "g21"], "--world"),
    ],
)
def test_what_cannot_be_asked(words: list[str], told: str, capsys: Output) -> None:
    assert main(["refit", *words]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.full
def test_the_recipe_gives_the_shipped_fit(inputs: Path, tmp_path: Path) -> None:
    """Bit for bit within one lock file and processor architecture."""
    out = refitted(inputs, 2017, tmp_path / "shipped")
    assert differing(out, folder_of("g20"), (*TABLES, *FITTED)) == []
