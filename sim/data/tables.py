"""The model's data: all tables of one world as arrays, read from the package's CSV files.

Axes: P places, I institutions and years: T from 1980 to the last year of outcomes (2017 in the shipped worlds), which
is the last one of people.csv; T16 the same from 1996 and T18 from 1998; U from 1980 to the last year of the inputs.
Sources, units and rules of every column: SOURCES.md; imputed values: imputed.csv.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.data.clock import BASE_YEARS, DOCTORATES_FROM, FIRST_YEAR, FLOWS_FROM, PAPERS_FROM
from sim.data.files import floats, pairs, read_columns, squares
from sim.data.money import money_shares
from sim.data.rungs import Rungs, rungs_2017
from sim.data.worlds import data_checksum, folder_of


@dataclass(frozen=True, eq=False)  # only ever the same object: what is kept by world need not compare arrays
class WorldData:
    """All data of one world (read-only arrays, float64 unless said).

    Attributes
    ----------
    world : name of the world, or its folder.
    iso3, names, region : [P] codes (ISO 3166-1 alpha-3; rests X_EU, X_AP, X_AM, X_AF), English names, region code.
    is_rest : [P] bool; n_countries : [P] int, countries and areas in the place (1 unless a rest).
    internal_border_share : [P], share of collaborations inside a rest that cross a border inside it (0 for countries).
    host_group : [P] int, group of like hosts of each place, numbered from 0; host_group_names : their names.
    lat, lon : [P] degrees; iso_numeric : [P] int, id of the map shape (0 for rests).
    researchers, entries, exits, moves_in, moves_out : [T, P] persons, whole numbers; from 1981 on
        researchers[t] = researchers[t-1] + entries[t] - exits[t] + moves_in[t] - moves_out[t].
    flows : [T18, P, P] persons a year, from, to; zero diagonal; margins are moves_out and moves_in.
    moves_within : [T18, P] moves between countries of the same rest, not part of flows.
    world_moves : [T18] all international moves of the country table = flows + moves_within.
    entry_origin : [T, P, P] host, origin; rows sum to 1.
    papers_whole, papers_fractional : [T16, P]; world_papers : [T16].
    intl_share : [T, P], 0-1, NaN where unknown; intl_share_world : [T].
    top1_fractional, top1_whole, top10 : [T16, P], 0-1, share of the place's papers in the world's top 1 or 10 %;
        NaN where unknown (everywhere in the shipped worlds' 2015-17).
    gerd_musd : [U, P] million PPP 2021 $; income : [U, P] PPP 2021 $ a head.
    share_higher_education, share_government : [P], 0-1, of R&D spending, by who performs it; money_imputed : [P] bool.
    rungs_2017 : rungs of the ladders protect and promote in 2017, [P] int each.
    distance_km, contiguous, common_language, colonial, alliance, ideal_distance : [P, P] symmetric.
    affinity : [T, P, P] observed over expected joint works, symmetric, diagonal 1: straight lines in logs between the
        middles of windows of years, constant before 1992; copub_pairs : [P, P] works a year, mean 2010-17.
    nsf_joint : [2, P, P] joint papers of 1996 and 2003, NaN where NSF has none (its China has Hong Kong's papers);
        works_of_five, works_of_three : [P, P] joint works of OpenAlex, sums of the last five and three years: shapes,
        not levels.
    countries_per_paper : [T16] countries per international paper of the world.
    doctorates_se, foreign_students : [T, P] persons a year, NaN where unknown.
    institution_place : [I] int; institution_name; institution_federal_musd : [I]; institution_weight : [I], sums to 1
        by place; institution_size_class : [I] int, 0 small (<15), 1 medium (15-50), 2 large (50-250), 3 very large.
    globsci : share of foreign-born scientists 2011 by place code; stay_rates : (group, year) -> five-year stay rate of
        temporary-visa S&E doctorates of US universities; us_doctorates : [years, P] such doctorates by origin
        from 2011; intend_stay : [years, P], share of these who intend to stay in the United States.
    constants : name -> value of the numbers the build took or found (units and sources in constants.csv).
    checksum : SHA-256 over the bytes of the world's tables.
    """

    world: str
    iso3: tuple[str, ...]
    names: tuple[str, ...]
    region: tuple[str, ...]
    is_rest: np.ndarray
    n_countries: np.ndarray
    internal_border_share: np.ndarray
    host_group: np.ndarray
    host_group_names: tuple[str, ...]
    lat: np.ndarray
    lon: np.ndarray
    iso_numeric: np.ndarray
    researchers: np.ndarray
    entries: np.ndarray
    exits: np.ndarray
    moves_in: np.ndarray
    moves_out: np.ndarray
    flows: np.ndarray
    moves_within: np.ndarray
    world_moves: np.ndarray
    entry_origin: np.ndarray
    papers_whole: np.ndarray
    papers_fractional: np.ndarray
    world_papers: np.ndarray
    intl_share: np.ndarray
    intl_share_world: np.ndarray
    top1_fractional: np.ndarray
    top1_whole: np.ndarray
    top10: np.ndarray
    gerd_musd: np.ndarray
    income: np.ndarray
    share_higher_education: np.ndarray
    share_government: np.ndarray
    money_imputed: np.ndarray
    rungs_2017: Rungs
    distance_km: np.ndarray
    contiguous: np.ndarray
    common_language: np.ndarray
    colonial: np.ndarray
    alliance: np.ndarray
    ideal_distance: np.ndarray
    affinity: np.ndarray
    copub_pairs: np.ndarray
    nsf_joint: np.ndarray
    works_of_five: np.ndarray
    works_of_three: np.ndarray
    countries_per_paper: np.ndarray
    doctorates_se: np.ndarray
    foreign_students: np.ndarray
    institution_place: np.ndarray
    institution_name: tuple[str, ...]
    institution_federal_musd: np.ndarray
    institution_weight: np.ndarray
    institution_size_class: np.ndarray
    globsci: dict[str, float]
    stay_rates: dict[tuple[str, int], float]
    us_doctorates: np.ndarray
    intend_stay: np.ndarray
    constants: dict[str, float]
    checksum: str

    @property
    def end(self) -> int:
        """Last year of outcomes; every scenario shares the history until here."""
        return FIRST_YEAR + self.n_years - 1

    @property
    def n_years(self) -> int:
        """Years of outcomes, T."""
        return len(self.researchers)

    @property
    def base_from(self) -> int:
        """First of the last five years of outcomes, whose mean stands for the policy of the last one."""
        return self.end - BASE_YEARS + 1

    @property
    def n_places(self) -> int:
        """Number of places."""
        return len(self.iso3)

    @property
    def n_institutions(self) -> int:
        """Number of institutions."""
        return len(self.institution_place)


@lru_cache(maxsize=4)
def load_world_data(world: str = "full") -> WorldData:
    """All tables of a world; read once a process.

    Parameters
    ----------
    world : ``full`` (60 countries, 4 rests), ``g20`` (19 countries, 4 rests), or a folder that holds such tables.
    """
    folder = folder_of(world)
    places = read_columns(folder / "places.csv")
    codes = places["iso3"]
    index = {code: i for i, code in enumerate(codes)}
    n = len(codes)

    def by_year(name: str, *, cut: dict[str, int] | None = None) -> dict[str, np.ndarray]:
        table = read_columns(folder / f"{name}.csv")
        n_years = len(table["year"]) // n
        if table["place"][::n_years] != codes:
            raise ValueError(f"{name}.csv: places are not in the order of places.csv; build the tables again")
        arrays = {k: floats(v).reshape(n, n_years).T.copy() for k, v in table.items() if k not in ("place", "year")}
        return {k: v[(cut or {}).get(k, FIRST_YEAR) - FIRST_YEAR :] for k, v in arrays.items()}

    output_start = dict.fromkeys("papers_whole papers_fractional top1_fractional top1_whole top10".split(), PAPERS_FROM)
    arrays = by_year("people", cut={"moves_within": FLOWS_FROM}) | by_year("output", cut=output_start)
    del arrays["first_seen"]  # of which `talent-circulation refit` makes entries and exits
    arrays |= by_year("inputs")
    end = FIRST_YEAR + len(arrays["researchers"]) - 1
    arrays |= {k: _pad_students(v) for k, v in by_year("students").items()}
    arrays |= pairs(folder / "pairs.csv", index) | _world_rows(folder)
    arrays["affinity"] = _affinity(folder, index, end)
    joint = pairs(folder / "joint_papers.csv", index)
    arrays["nsf_joint"] = np.stack([joint["nsf_1996"], joint["nsf_2003"]])
    arrays["works_of_five"], arrays["works_of_three"] = (joint[f"openalex_{end - n}_{end}"] for n in (4, 2))
    arrays["countries_per_paper"] = floats(read_columns(folder / "countries.csv")["countries"])
    arrays["flows"] = squares(folder / "flows.csv", index)
    arrays["entry_origin"] = _entry_origin(folder, index)
    arrays |= money_shares(folder, codes)
    for name in ("internal_border_share", "lat", "lon"):
        arrays[name] = floats(places[name])
    for name in ("n_countries", "iso_numeric"):
        arrays[name] = floats(places[name]).astype(np.int64)
    groups = {name: i for i, name in enumerate(dict.fromkeys(places["host_group"]))}
    arrays["host_group"] = np.array([groups[name] for name in places["host_group"]])
    arrays["is_rest"] = floats(places["is_rest"]) == 1
    institutions, names = _institutions(folder, index)
    arrays |= institutions
    small = _small(folder, index)
    arrays |= {name: small.pop(name) for name in ("us_doctorates", "intend_stay")}
    _check_years(arrays, folder)
    for array in arrays.values():
        array.setflags(write=False)
    return WorldData(
        world=world,
        iso3=tuple(codes),
        names=tuple(places["name"]),
        region=tuple(places["region"]),
        host_group_names=tuple(groups),
        institution_name=names,
        rungs_2017=rungs_2017(folder, codes),
        checksum=data_checksum(world),
        **small,
        **arrays,  # type: ignore[arg-type]
    )


def _check_years(arrays: dict[str, np.ndarray], folder: Path) -> None:
    """Every table of outcomes must end with people.csv, whose last year is that of the data."""
    end = FIRST_YEAR + len(arrays["researchers"]) - 1
    starts = dict.fromkeys(("intl_share", "intl_share_world", "entry_origin", "foreign_students"), FIRST_YEAR)
    starts |= dict.fromkeys(("papers_whole", "world_papers", "countries_per_paper"), PAPERS_FROM)
    starts |= dict.fromkeys(("flows", "world_moves"), FLOWS_FROM)
    ends = {name: start + len(arrays[name]) - 1 for name, start in starts.items()}
    if wrong := {name: year for name, year in ends.items() if year != end}:
        text = ", ".join(f"{name} in {year}" for name, year in wrong.items())
        raise ValueError(f"{folder}: people.csv ends in {end}, but {text}; `talent-circulation refit` makes them anew")


def _pad_students(values: np.ndarray) -> np.ndarray:
    """[T18, P] from 1998 as [T, P] from 1980, NaN before."""
    return np.vstack([np.full((FLOWS_FROM - FIRST_YEAR, values.shape[1]), np.nan), values])


def _entry_origin(folder: Path, index: dict[str, int]) -> np.ndarray:
    """[T, P, P]; the first column stands for 1980-97; rows are made to sum to 1 exactly."""
    part = squares(folder / "entry_origin.csv", index)
    full = np.concatenate([np.repeat(part[:1], FLOWS_FROM - FIRST_YEAR, axis=0), part[1:]])
    return full / full.sum(2, keepdims=True)


def _affinity(folder: Path, index: dict[str, int], end: int) -> np.ndarray:
    """[T, P, P]: straight lines in logs between the years that the file has, constant before and after them."""
    table = pairs(folder / "affinity.csv", index)
    known = np.array([int(name[1:]) for name in table])
    logs = np.log([values + np.eye(len(index)) for values in table.values()])
    years = np.clip(np.arange(FIRST_YEAR, end + 1), known[0], known[-1])
    k = np.clip(np.searchsorted(known, years, side="right") - 1, 0, len(known) - 2)
    share = ((years - known[k]) / (known[k + 1] - known[k]))[:, None, None]
    out: np.ndarray = np.exp((1.0 - share) * logs[k] + share * logs[k + 1])
    return out


def _world_rows(folder: Path) -> dict[str, np.ndarray]:
    """World series."""
    table = read_columns(folder / "world.csv")
    return {
        "world_papers": floats(table["papers"])[PAPERS_FROM - FIRST_YEAR :],
        "intl_share_world": floats(table["intl_share"]),
        "world_moves": floats(table["moves"])[FLOWS_FROM - FIRST_YEAR :],
    }


def _institutions(folder: Path, index: dict[str, int]) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Institution arrays in the order of places, and names; weights are made to sum to 1 by place."""
    table = read_columns(folder / "institutions.csv")
    place = np.array([index[code] for code in table["place"]])
    weight = floats(table["weight"])
    weight /= np.bincount(place, weight, minlength=len(index))[place]
    arrays = {
        "institution_place": place,
        "institution_federal_musd": floats(table["federal_musd"]),
        "institution_weight": weight,
        "institution_size_class": floats(table["size_class"]).astype(np.int64),
    }
    return arrays, tuple(table["name"])


def _small(folder: Path, index: dict[str, int]) -> dict[str, Any]:
    """GlobSci shares, stay rates, constants; US doctorates and intentions by origin from 2011, NaN where unknown."""
    globsci, stay = read_columns(folder / "globsci.csv"), read_columns(folder / "stay_rates.csv")
    constants, visa = read_columns(folder / "constants.csv"), read_columns(folder / "us_doctorates.csv")
    rows = [int(year) - DOCTORATES_FROM for year in visa["year"]]
    if min(rows) < 0:  # would be counted from the end
        raise ValueError(f"{folder}: us_doctorates.csv begins before {DOCTORATES_FROM}")
    at = rows, [index[code] for code in visa["origin"]]
    doctorates, intend = np.full((2, max(rows) + 1, len(index)), np.nan)
    doctorates[at], intend[at] = floats(visa["temporary_visa_doctorates"]), floats(visa["intend_stay"])
    years = map(int, stay["observed_year"])
    return {
        "globsci": dict(zip(globsci["iso3"], map(float, globsci["foreign_share"]))),
        "stay_rates": dict(zip(zip(stay["group"], years), map(float, stay["stay_rate"]))),
        "constants": dict(zip(constants["name"], map(float, constants["value"]))),
        "us_doctorates": doctorates,
        "intend_stay": intend,
    }
