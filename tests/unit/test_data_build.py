"""The builder's rules on small invented sources, and the same bytes from the real ones where they are at hand."""

import filecmp
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.data import tables
from sim.data.build.__main__ import build
from sim.data.build.affinity import affinity, between, expected, without_spikes
from sim.data.build.gaps import GapError, ImputedLog, check_gaps, check_present, damped, interpolate, span
from sim.data.build.people import balance, whole_numbers
from sim.data.build.rungs import rungs_2017
from sim.data.build.sources import Sources
from sim.data.build.write import cell, write_csv

SHIPPED = Path(tables.__file__).parent


def frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=range(2000, 2004))


def test_listed_gaps_pass_and_any_other_stops_the_build():
    nan = np.nan
    source = frame(AAA=[1, 2, 3, 4], BBB=[1, nan, nan, 4], CCC=[nan] * 4)
    listed = {"BBB": "2001-2002", "CCC": "all", "DDD": "all"}
    places = ["AAA", "BBB", "CCC", "DDD"]
    check_gaps("table", source, places, listed)
    with pytest.raises(GapError, match=r"not listed \{'DDD': 'all'\}"):
        check_gaps("table", source, places, {k: v for k, v in listed.items() if k != "DDD"})
    with pytest.raises(GapError, match="'BBB': '2001-2002'"):
        check_gaps("table", source, places, listed | {"BBB": "2001"})
    with pytest.raises(GapError, match=r"not there \{'AAA': '2000'\}"):
        check_gaps("table", source, places, listed | {"AAA": "2000"})
    check_present("table", ["AAA"], ["AAA", "BBB"], {"BBB": "all"})
    with pytest.raises(GapError, match="BBB"):
        check_present("table", ["AAA"], ["AAA", "BBB"], {})


def test_spans_lines_and_damped_trends():
    assert span([1996, 1997, 2000, 1999]) == "1996-1997;1999-2000"
    line = interpolate(pd.Series({2000: 1.0, 2002: 4.0}), range(1999, 2004), log_scale=True)
    assert list(line) == pytest.approx([1.0, 1.0, 2.0, 4.0, 4.0])
    path = pd.Series(np.exp(0.1 * np.arange(6)), index=range(2000, 2006))
    later = damped(path, 2005, 2007)
    assert np.log(later[2006] / later[2005]) == pytest.approx(0.1 * 0.85)
    assert np.log(later[2007] / later[2006]) == pytest.approx(0.1 * 0.85**2)


def test_whole_numbers_keep_the_total():
    values = np.array([[0.4, 0.4], [0.4, 1.8]])
    assert whole_numbers(values, 3).tolist() == [[1, 0], [0, 2]]


def test_balance_of_a_noisy_source():
    rng = np.random.default_rng(1)
    stock = np.rint(1000 * np.exp(0.05 * np.arange(38))[:, None] * [1.0, 1.0])
    stock[25, 1] += 300  # a jump of the source
    seen = np.rint(0.08 * stock * rng.uniform(0.5, 1.5, stock.shape))
    seen[:20] = np.nan
    moved_in, moved_out = np.full(stock.shape, 12.0), np.full(stock.shape, 10.0)
    entries, exits = balance(stock, seen, moved_in, moved_out)
    assert np.array_equal(stock[1:], stock[:-1] + entries[1:] - exits[1:] + 2.0)
    assert (entries > 0).all() and (exits >= 0).all()


def test_log_and_csv_are_deterministic(tmp_path):
    log = ImputedLog()
    for place in ("BBB", "AAA", "BBB"):
        log.add("table", place, [2001, 2000], "rule")
    assert log.frame().to_numpy().tolist() == [
        ["table", "AAA", "2000-2001", "rule"],
        ["table", "BBB", "2000-2001", "rule"],
    ]
    assert [cell(x) for x in (1697218, 0.123456789, 1e-7, np.nan, "a, b")] == [
        "1697218",
        "0.123457",
        "1e-07",
        "nan",
        '"a, b"',
    ]
    write_csv(tmp_path / "x.csv", log.frame())
    assert (tmp_path / "x.csv").read_bytes().endswith(b"BBB,2000-2001,rule\n")


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Sources(tmp_path / "nowhere")


def test_sources_keep_namibia_and_find_gaps(tmp_path):
    (tmp_path / "codes.csv").write_text("iso2,value\nNA,1\nUS,\n")
    table = Sources(tmp_path).table("codes.csv")
    assert table.iso2.tolist() == ["NA", "US"] and table.value.isna().tolist() == [False, True]


def test_affinity_of_small_pairs_is_drawn_towards_their_own_mean_and_gravity():
    works = np.zeros((28, 4, 4))
    works[:] = 1000.0
    works[:, 0, 1] = works[:, 1, 0] = 3000.0
    works[:, 2, 3] = works[:, 3, 2] = 0.0
    works[-1, 2, 3] = works[-1, 3, 2] = 1.0  # one work in all: hardly more than gravity says
    geo = {"distance_km": np.full((4, 4), 500.0)}
    geo |= dict.fromkeys(("contiguous", "common_language", "colonial"), np.zeros((4, 4)))
    series = affinity(works, geo, log := ImputedLog())
    assert series.shape == (6, 4, 4) and np.array_equal(series, series.transpose(0, 2, 1))
    assert (series.diagonal(axis1=1, axis2=2) == 1).all() and len(log.frame()) == 2
    chance = expected(between(works, 2010, 2014))
    assert series[4, 0, 1] == pytest.approx(5 * 3000.0 / chance[0, 1], rel=0.01)
    same = np.exp(np.log(series[0, 0, 1] * series[0, 0, 2] ** 4) / 5)  # gravity knows one distance only: the mean
    assert 0.8 * same < series[0, 2, 3] < same and (series[:5, 2, 3] == series[0, 2, 3]).all()
    works[-1, 2, 3] = works[-1, 3, 2] = 0.0
    none = affinity(works, geo, ImputedLog())  # a pair that never worked together stands on gravity
    assert none[0, 2, 3] == pytest.approx(same, rel=0.05) and (none[:, 2, 3] == none[0, 2, 3]).all()


def test_a_year_far_above_those_around_it_is_an_error_of_the_source():
    years = range(1990, 2018)
    rows = [("AAA", "BBB", year, 3000 if year == 2006 else 50) for year in years]
    rows += [("AAA", "CCC", year, 1000 + 500 * (year == 2006)) for year in years]  # half more is no error
    pairs = pd.DataFrame(rows, columns=["iso_a", "iso_b", "year", "n"])
    mapping = pd.Series({iso: iso for iso in ("AAA", "BBB", "CCC")})
    clean = without_spikes(pairs, mapping, log := ImputedLog()).set_index(["iso_a", "iso_b", "year"]).n
    assert log.frame()[["iso3", "years"]].to_numpy().tolist() == [["AAA", "2006"]]
    assert 50 < clean["AAA", "BBB", 2006] < 250  # the usual share of a world that the error made larger
    assert clean.drop(("AAA", "BBB", 2006)).tolist() == [n for *_, year, n in rows if (year, n) != (2006, 3000)]


def test_rungs_of_2017_count_what_is_national_recent_and_sure(tmp_path: Path) -> None:
    rows = [f"AAA,{year},promote,chairs,Chairs {year},high" for year in (2007, 2008, 2009, 2010)]
    rows += ["AAA,2017,promote,chairs,Chairs of a city (regional),high", "AAA,2017,promote,visa,Visa,low"]
    rows += [f"BBB,{year},promote,visa,Visa {year},medium" for year in range(2008, 2012)]
    rows += [f"CCC,{2008 + n % 10},promote,tax,Tax {n},high" for n in range(40)]
    rows += ["BBB,2012,promote,centres,Centre,high", "BBB,1999,protect,law,Law,high"]
    rows += ["AAA,2016,protect,institution_programme,Programme,high", "AAA,2017,protect,guidelines,Guide,high"]
    rows += ["CCC,2010,protect,visa_screening,Visas,high", "CCC,2018,protect,project_screening,Screening,high"]
    (tmp_path / "politics").mkdir()
    text = "\n".join(["iso3,year,side,kind,name,confidence", *rows, ""])
    (tmp_path / "politics" / "policy_adoptions_1990_2017.csv").write_text(text)
    table = rungs_2017(Sources(tmp_path), ["AAA", "BBB", "CCC", "DDD"])
    assert table[["iso3", "protect", "promote"]].to_numpy().tolist() == [["AAA", 2, 0], ["BBB", 1, 1], ["CCC", 0, 3]]
    assert table.protect_by.iloc[0] == "2016 Programme | 2017 Guide" and "2007" not in table.promote_by.iloc[0]


@pytest.mark.skipif(
    "TALENT_SOURCES" not in os.environ, reason="TALENT_SOURCES does not name the folder of public sources"
)
def test_building_again_gives_the_shipped_bytes(tmp_path):
    build(Path(os.environ["TALENT_SOURCES"]), tmp_path)
    built = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert len(built) == 47
    assert [path for path in built if not filecmp.cmp(tmp_path / path, SHIPPED / path, shallow=False)] == []
