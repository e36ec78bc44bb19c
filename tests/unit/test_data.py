"""The shipped tables: balance, totals, margins, symmetry, bounds, documentation of what was imputed."""

import csv
import time
from pathlib import Path

import numpy as np
import pytest

from sim.data.build.gaps_listed import LISTED
from sim.data.clock import FIRST_YEAR, PAPERS_FROM
from sim.data.places import GROUPS, group, index_of, resolve
from sim.data.tables import load_world_data
from sim.data.worlds import data_checksum, folder_of

WORLDS = ("full", "g20")
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=WORLDS)
def data(request):
    return load_world_data(request.param)


def test_shapes_and_order(data):
    P = data.n_places
    assert {"full": 64, "g20": 23}[data.world] == P
    assert data.researchers.shape == (38, P) and data.flows.shape == (20, P, P)
    assert data.papers_whole.shape == (22, P) and data.gerd_musd.shape == (2021 - FIRST_YEAR + 1, P)
    countries = ~data.is_rest
    assert list(data.is_rest) == sorted(data.is_rest) and data.is_rest.sum() == 4
    assert (np.diff(data.researchers[-1][countries]) <= 0).all()
    assert (data.n_countries[countries] == 1).all() and (data.iso_numeric[countries] > 0).all()


def test_people_balance_exactly(data):
    n, net = data.researchers, data.moves_in - data.moves_out
    assert np.array_equal(n[1:], n[:-1] + data.entries[1:] - data.exits[1:] + net[1:])
    for array in (n, data.entries, data.exits, data.moves_in, data.moves_out, data.flows):
        assert (array >= 0).all() and np.array_equal(array, np.rint(array))


def test_moves_are_margins_of_flows_and_sum_to_the_country_table(data):
    assert np.array_equal(data.moves_out[18:], data.flows.sum(2))
    assert np.array_equal(data.moves_in[18:], data.flows.sum(1))
    assert not data.flows.diagonal(axis1=1, axis2=2).any()
    assert np.array_equal(data.flows.sum((1, 2)) + data.moves_within.sum(1), data.world_moves)
    assert data.world_moves[-1] == 132_425 and data.world_moves.sum() == 1_689_004
    assert np.array_equal(data.moves_in[:18].sum(1), data.moves_out[:18].sum(1))


def test_worlds_have_the_same_totals():
    full, g20 = (load_world_data(world) for world in WORLDS)
    assert np.array_equal(full.researchers[18:].sum(1), g20.researchers[18:].sum(1))
    assert full.researchers[-1].sum() == 8_366_040
    assert np.allclose(full.papers_fractional.sum(1), g20.papers_fractional.sum(1), rtol=1e-5)


def test_hazards_are_plausible_and_smooth():
    data = load_world_data("full")
    hazard = data.exits[1:] / data.researchers[:-1]
    large = data.researchers[-1] > 20_000
    assert (hazard > 0.015).all() and (hazard < 0.105).all()
    assert np.abs(np.diff(np.log(hazard[:, large]), axis=0)).max() < 0.6  # the seam of 2000 included
    rate = data.entries[20:, large] / data.researchers[19:-1, large]
    assert rate.max() < 0.4  # Iran 2003, whose stock grew as fast


def test_papers_are_one_edition(data):
    assert data.world_papers[0] == 992_538 and data.world_papers[-1] == 2_432_385
    counted = data.papers_fractional.sum(1) / data.world_papers
    assert (counted > 0.985).all() and (counted <= 1.0).all()
    assert (data.papers_fractional > 0).all() and (data.papers_whole >= data.papers_fractional).all()


def test_rates_of_large_places_agree_with_table_a():
    data = load_world_data("full")
    stock = data.researchers[33:].mean(0)
    table = {"USA": (1376, 16.3, 15.2), "CHN": (1389, 5.7, 5.2), "JPN": (348, 8.1, 10.0), "GBR": (313, 30.2, 31.1),
             "CHE": (68, 51.8, 40.5), "IND": (314, 7.9, 11.5), "AUS": (141, 30.0, 24.9)}  # fmt: skip
    for iso, (thousand, rate_in, rate_out) in table.items():
        p = data.iso3.index(iso)
        found = (
            stock[p] / 1000,
            1000 * data.moves_in[33:, p].mean() / stock[p],
            1000 * data.moves_out[33:, p].mean() / stock[p],
        )
        assert found == pytest.approx((thousand, rate_in, rate_out), rel=0.01)
    usa, chn = data.iso3.index("USA"), data.iso3.index("CHN")
    assert data.flows[-5:, usa, chn].mean() == pytest.approx(3110, rel=0.005)  # table B


def test_entrants(data):
    assert np.allclose(data.entry_origin.sum(2), 1.0, atol=1e-12) and (data.entry_origin >= 0).all()
    usa = data.iso3.index("USA")
    foreign = 1 - data.entry_origin[33:, usa, usa].mean()
    expected = data.constants["us_visa_share_of_doctorates"] * data.constants["doctoral_share_of_entrants"]
    assert foreign == pytest.approx(expected, abs=0.005)
    home = data.entry_origin.diagonal(axis1=1, axis2=2)
    assert (home >= 1 - data.constants["entrant_foreign_share_max"] - 1e-6).all()
    assert np.array_equal(data.entry_origin[0], data.entry_origin[17])


def test_pairs_are_symmetric(data):
    names = "distance_km contiguous common_language colonial alliance ideal_distance copub_pairs".split()
    for name in names:
        matrix = getattr(data, name)
        assert np.isfinite(matrix).all() and np.array_equal(matrix, matrix.T) and (matrix >= 0).all(), name
    for name in ("contiguous", "common_language", "colonial", "alliance"):
        assert (getattr(data, name) <= 1).all()
    assert (data.distance_km > 0).all()


def test_affinity_is_a_symmetric_series_without_jumps(data):
    series = data.affinity
    assert series.shape == (38, data.n_places, data.n_places) and (series > 0).all()
    assert np.array_equal(series, series.transpose(0, 2, 1)) and (series.diagonal(axis1=1, axis2=2) == 1).all()
    assert np.array_equal(series[0], series[1992 - FIRST_YEAR]) and np.array_equal(series[-1], series[-2])
    assert np.abs(np.diff(np.log(series), axis=0)).max() < 0.35
    # straight in logs between the middles of two windows
    a, b = (np.log(series[year - FIRST_YEAR]) for year in (1997, 2002))
    assert np.allclose(np.log(series[1999 - FIRST_YEAR]), 0.6 * a + 0.4 * b, atol=1e-12)
    usa, chn = data.iso3.index("USA"), data.iso3.index("CHN")
    assert series[0, usa, chn] < series[17, usa, chn] < series[-1, usa, chn]


def test_targets_of_joint_papers():
    full, g20 = (load_world_data(world) for world in WORLDS)
    upper = np.triu_indices(full.n_places, 1)
    for counts, total, stranger in ((full.nsf_joint[0], 167_895, "NGA"), (full.nsf_joint[1], 308_113, "ARG")):
        known = np.isfinite(counts[upper])
        assert known.sum() == 45 * 44 / 2 and np.nansum(counts[upper]) == total
        assert np.isnan(counts[full.iso3.index(stranger)]).sum() == full.n_places - 1
    for data in (full, g20):
        assert data.nsf_joint.shape == (2, data.n_places, data.n_places)
        for works in (data.works_of_five, data.works_of_three):
            assert np.array_equal(works, works.T) and not works.diagonal().any() and (works >= 0).all()
        assert (data.works_of_three <= data.works_of_five).all()
        countries = data.countries_per_paper[np.array([1996, 2003, 2010, 2017]) - PAPERS_FROM]
        assert countries == pytest.approx([2.19, 2.26, 2.34, 2.46], abs=0.005)
    pair = full.iso3.index("CHN"), full.iso3.index("USA")
    assert full.nsf_joint[0][pair] == 2128
    assert g20.works_of_three[g20.iso3.index("CHN"), g20.iso3.index("USA")] == full.works_of_three[pair]


def test_shares_lie_in_0_1(data):
    names = "intl_share intl_share_world top1_fractional top1_whole top10".split()
    for name in [*names, "internal_border_share"]:
        values = getattr(data, name)
        known = values[np.isfinite(values)]
        assert known.size and (known >= 0).all() and (known <= 1).all(), name
    assert np.isnan(data.top1_fractional[19:]).all()
    periods = [data.intl_share_world[a - FIRST_YEAR : a - FIRST_YEAR + 5].mean() for a in (1981, 1991, 2001, 2011)]
    assert periods == pytest.approx([0.062, 0.114, 0.158, 0.207], abs=0.001)


def test_inputs_have_no_gaps_from_1980_to_the_last_year_of_their_sources(data):
    for name in ("gerd_musd", "income"):
        values = getattr(data, name)
        assert values.shape == (2021 - FIRST_YEAR + 1, data.n_places), name
        assert np.isfinite(values).all() and (values > 0).all(), name


def test_institutions(data):
    place = data.institution_place
    assert (np.diff(place) >= 0).all() and data.n_institutions == len(data.institution_name) <= 4000
    assert np.allclose(np.bincount(place, data.institution_weight, minlength=data.n_places), 1.0)
    usa = place == data.iso3.index("USA")
    assert usa.sum() == 1001 and (data.institution_federal_musd[usa] > 50).sum() == 146
    assert np.array_equal(data.institution_size_class, np.digitize(data.institution_federal_musd, (15, 50, 250)))


def test_small_tables():
    data = load_world_data("full")
    assert data.globsci == {"CHE": 0.567, "USA": 0.384, "JPN": 0.05}
    assert data.stay_rates["China (including Hong Kong)", 2017] == 0.83
    assert np.nanmax(data.us_doctorates) == 5552  # China 2017


def covered_years(world: str) -> dict[tuple[str, str], set[int]]:
    """Years with a row in imputed.csv by table and place."""
    out: dict[tuple[str, str], set[int]] = {}
    with (ROOT / "sim/data/imputed.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if world in row["world"].split():
                out.setdefault((row["table"], row["iso3"]), set()).update(years_of(row["years"]))
    return out


def years_of(text: str) -> set[int]:
    """Years of a span like '1990-1995;1997'; 'all' is every year."""
    if text == "all":
        return set(range(1980, 2061))
    parts = [part.split("-") for part in text.split(";")]
    return {year for part in parts for year in range(int(part[0]), int(part[-1]) + 1)}


def test_every_listed_gap_is_filled_and_logged_or_stays_a_gap():
    data, covered = load_world_data("full"), covered_years("full")
    stay_gaps = {"output.intl_share": data.intl_share, "output.top1": data.top1_fractional}
    for table, gaps in LISTED.items():
        for iso, years in gaps.items():
            if table in stay_gaps:
                assert years == "all" and np.isnan(stay_gaps[table][:, data.iso3.index(iso)]).all()
            elif years == "all":
                assert (table, iso) in covered, (table, iso)
            else:
                assert years_of(years) <= covered[table, iso], (table, iso)


def test_years_that_no_source_has_are_logged(data):
    covered = covered_years(data.world)
    early, late = set(range(1980, 1996)), set(range(2022, 2025))
    for iso in data.iso3:
        assert set(range(1980, 1998)) <= covered["people.researchers", iso]
        assert set(range(1980, 2018)) <= covered["people.exits", iso]
        assert early | late <= covered["inputs.gerd_musd", iso]
        assert set(range(1980, 1990)) <= covered["inputs.income", iso]
        assert early <= covered["entry_origin", iso]


def test_every_column_is_documented():
    text = (ROOT / "sim/data/SOURCES.md").read_text(encoding="utf-8")
    for path in folder_of("full").glob("*.csv"):
        assert path.name in text, path.name
        if not path.name.startswith("fitted_"):
            with path.open(encoding="utf-8") as file:
                columns = file.readline().strip().split(",")
            plain = [c for c in columns if not c.startswith("y1") and not c.startswith("y2") and "place" not in c]
            lost = [c for c in plain if c not in text and c not in ("year", "value", "unit", "source", "group")]
            assert not lost, (path.name, lost)
    licences = (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")
    for path in folder_of("full").glob("*.csv"):
        assert path.name in licences or path.name.startswith("fitted_"), path.name


def test_loading_is_fast_and_read_only():
    load_world_data.cache_clear()
    start = time.process_time()
    data = load_world_data("full")
    assert time.process_time() - start < 2.0  # of processor time; about 0.3 s
    with pytest.raises(ValueError):
        data.researchers[0, 0] = 1
    assert data.checksum == data_checksum("full") != data_checksum("g20")
    with pytest.raises(KeyError, match="full, g20"):
        load_world_data("mars")


def test_places_by_code_and_group():
    data = load_world_data("full")
    assert index_of(data, "usa") == data.iso3.index("USA")
    assert len(group(data, "G7")) == 7 and len(group(data, "G20")) == 19 and len(group(data, "FIVE_EYES")) == 5
    assert group(data, "ALL") == list(range(64)) and len(group(data, "RESTS")) == 4
    assert resolve(data, ["USA", "G7", "CHN"]) == sorted({*group(data, "G7"), data.iso3.index("CHN")})
    assert tuple(resolve(data, "CHN")) == (data.iso3.index("CHN"),)
    assert all(len(codes.split()) == n for codes, n in zip(GROUPS.values(), (7, 28, 4, 26, 9, 5, 35, 19)))
    for wrong, hint in (("UAS", "USA"), ("Germani", "DEU"), ("G8", "G7")):
        with pytest.raises(KeyError, match=hint):
            resolve(data, wrong)
    g20 = load_world_data("g20")
    assert len(group(g20, "EU")) == 4  # DEU, FRA, GBR, ITA; the others are part of X_EU


@pytest.mark.parametrize("world", WORLDS)
def test_hosts_are_alike_by_language_or_region_and_rests_are_alone(world: str) -> None:
    data = load_world_data(world)
    named = np.array(data.host_group_names)[data.host_group]
    members = {name: {data.iso3[i] for i in np.flatnonzero(named == name)} for name in data.host_group_names}
    assert members["english"] == {"AUS", "CAN", "GBR", "IRL", "NZL", "USA"} & set(data.iso3)
    for code, rest in zip(data.iso3, data.is_rest):
        if rest:
            assert members[code] == {code}
    assert all(members.values()) and sum(map(len, members.values())) == data.n_places


def test_rungs_of_2017_of_countries_are_the_same_in_both_worlds() -> None:
    for world in WORLDS:
        data = load_world_data(world)
        protect, promote = (dict(zip(data.iso3, rungs.tolist())) for rungs in data.rungs_2017)
        assert [protect[code] for code in ("CAN", "JPN", "USA")] == [
            2,
            1,
            0,
        ]  # visas and letters are no rung of protect
        assert promote["CHN"] == promote["DEU"] == 1 and promote["GBR"] == 0
        assert not any(rungs[code] for rungs in (protect, promote) for code in data.iso3 if code.startswith("X_"))


def test_academic_money_is_never_imputed_from_one_country():
    data = load_world_data("full")
    at = {code: p for p, code in enumerate(data.iso3)}
    shares = np.stack([data.share_higher_education, data.share_government], axis=1)
    countries = ~data.is_rest
    assert data.money_imputed[countries].sum() == 20 and data.money_imputed[data.is_rest].all()
    assert not data.money_imputed[at["IND"]] and shares[at["IND"]].tolist() == [0.039, 0.525]
    imputed = countries & data.money_imputed
    assert {tuple(row) for row in shares[imputed].tolist()} == {(0.29, 0.19), (0.23, 0.11)}
    assert [data.iso3[p] for p in np.flatnonzero(imputed & (shares[:, 0] == 0.23))] == ["SAU", "HKG", "HRV"]
    public = data.gerd_musd[2017 - FIRST_YEAR] * (shares @ [1.0, 0.5])
    assert [round(public[at[code]]) for code in ("CHE", "SGP")] == [5784, 3767]
    assert (shares.sum(axis=1) < 0.8).all() and (shares > 0.0).all()
