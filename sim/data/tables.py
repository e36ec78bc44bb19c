"""The model's data: all tables of one world as arrays, read from the package's CSV files.

Axes: P places, 38 years 1980-2017, 56 years 1980-2035, 22 years 1996-2017, 20 years 1998-2017, I institutions.
Sources, units and rules of every column: SOURCES.md; imputed values: imputed.csv.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.data.clock import DATA_END, FIRST_YEAR, FLOWS_FROM, INPUTS_END, PAPERS_FROM

WORLDS = ("full", "g20")
DAMPING = 0.85  # yearly fading of trends after the last input year (assumption, ODD 6)


@dataclass(frozen=True)
class WorldData:
    """All data of one world (read-only arrays, float64 unless said).

    Attributes
    ----------
    world : name of the world.
    iso3, names, region : [P] codes (ISO 3166-1 alpha-3; rests X_EU, X_AP, X_AM, X_AF), English names, region code.
    is_rest : [P] bool; n_countries : [P] int, countries and areas in the place (1 unless a rest).
    internal_border_share : [P], share of collaborations inside a rest that cross a border inside it (0 for countries).
    host_group : [P] int, group of like hosts of each place, numbered from 0; host_group_names : their names.
    lat, lon : [P] degrees; iso_numeric : [P] int, id of the map shape (0 for rests).
    researchers, entries, exits, moves_in, moves_out : [38, P] persons, whole numbers; from 1981 on
        researchers[t] = researchers[t-1] + entries[t] - exits[t] + moves_in[t] - moves_out[t].
    flows : [20, P, P] persons a year, from, to; zero diagonal; margins are moves_out and moves_in.
    moves_within : [20, P] moves between countries of the same rest, not part of flows.
    world_moves : [20] all international moves of the country table = flows + moves_within.
    entry_origin : [38, P, P] host, origin; rows sum to 1.
    papers_whole, papers_fractional : [22, P]; world_papers : [22].
    intl_share : [38, P], 0-1, NaN where unknown; intl_share_world : [38].
    top1_fractional, top1_whole, top10 : [22, P], 0-1, share of the place's papers in the world's top 1 or 10 %;
        NaN where unknown and in 2015-17.
    gerd_musd : [56, P] million PPP 2021 $; income : [56, P] PPP 2021 $ a head; freedom : [56, P], 0-1.
    liberal_democracy, democracy : [P], 0-1, mean 2013-17; the second is the share of years as a democracy.
    distance_km, contiguous, common_language, colonial, alliance, ideal_distance : [P, P] symmetric.
    affinity : [38, P, P] observed over expected joint works, symmetric, diagonal 1: straight lines in logs between the
        middles of windows of years, constant before 1992; copub_pairs : [P, P] works a year, mean 2010-17.
    nsf_joint : [2, P, P] joint papers of 1996 and 2003, NaN where NSF has none (its China has Hong Kong's papers);
        works_2013_17, works_2015_17 : [P, P] joint works of OpenAlex, sums of the years: shapes, not levels.
    countries_per_paper : [22] countries per international paper of the world.
    doctorates_se, foreign_students : [38, P] persons a year, NaN where unknown.
    institution_place : [I] int; institution_name; institution_federal_musd : [I]; institution_weight : [I], sums to 1
        by place; institution_size_class : [I] int, 0 small (<15), 1 medium (15-50), 2 large (50-250), 3 very large.
    globsci : share of foreign-born scientists 2011 by place code; stay_rates : (group, year) -> five-year stay rate of
        temporary-visa S&E doctorates of US universities; us_doctorates : [7, P] such doctorates by origin, 2011-17.
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
    freedom: np.ndarray
    liberal_democracy: np.ndarray
    democracy: np.ndarray
    distance_km: np.ndarray
    contiguous: np.ndarray
    common_language: np.ndarray
    colonial: np.ndarray
    alliance: np.ndarray
    ideal_distance: np.ndarray
    affinity: np.ndarray
    copub_pairs: np.ndarray
    nsf_joint: np.ndarray
    works_2013_17: np.ndarray
    works_2015_17: np.ndarray
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
    constants: dict[str, float]
    checksum: str

    @property
    def n_places(self) -> int:
        """Number of places."""
        return len(self.iso3)

    @property
    def n_institutions(self) -> int:
        """Number of institutions."""
        return len(self.institution_place)


def folder_of(world: str) -> Path:
    """Folder of a world's tables."""
    if world not in WORLDS:
        raise KeyError(f"unknown world {world!r}; there are {', '.join(WORLDS)}")
    return Path(__file__).parent / world


def data_checksum(world: str = "full") -> str:
    """SHA-256 over names and bytes of all CSV files of a world, fitted ones included."""
    digest = hashlib.sha256()
    for path in sorted(folder_of(world).glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_columns(path: Path) -> dict[str, list[str]]:
    """A CSV file as columns of text."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = next(rows)
        return dict(zip(header, map(list, zip(*rows))))


def floats(column: list[str]) -> np.ndarray:
    """Text column as float64 ('nan' is a gap)."""
    return np.array(list(map(float, column)))


@lru_cache(maxsize=4)
def load_world_data(world: str = "full") -> WorldData:
    """All tables of a world; read once a process.

    Parameters
    ----------
    world : ``full`` (60 countries, 4 rests) or ``g20`` (19 countries, 4 rests).
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
    arrays |= by_year("inputs") | by_year("vdem_year")
    arrays |= {k: _pad_students(v) for k, v in by_year("students").items()}
    arrays |= _pairs(folder / "pairs.csv", index) | _world_rows(folder)
    arrays["affinity"] = _affinity(folder, index)
    joint = _pairs(folder / "joint_papers.csv", index)
    arrays["nsf_joint"] = np.stack([joint["nsf_1996"], joint["nsf_2003"]])
    arrays["works_2013_17"], arrays["works_2015_17"] = joint["openalex_2013_2017"], joint["openalex_2015_2017"]
    arrays["countries_per_paper"] = floats(read_columns(folder / "countries.csv")["countries"])
    arrays["flows"] = _squares(folder / "flows.csv", index)
    arrays["entry_origin"] = _entry_origin(folder, index)
    arrays |= {k: floats(v) for k, v in read_columns(folder / "vdem_place.csv").items() if k != "place"}
    for name in ("internal_border_share", "lat", "lon"):
        arrays[name] = floats(places[name])
    for name in ("n_countries", "iso_numeric"):
        arrays[name] = floats(places[name]).astype(np.int64)
    groups = {name: i for i, name in enumerate(dict.fromkeys(places["host_group"]))}
    arrays["host_group"] = np.array([groups[name] for name in places["host_group"]])
    arrays["is_rest"] = floats(places["is_rest"]) == 1
    institutions, names = _institutions(folder, index)
    arrays |= institutions
    small, us_doctorates = _small(folder, index)
    arrays["us_doctorates"] = us_doctorates
    for array in arrays.values():
        array.setflags(write=False)
    return WorldData(
        world=world,
        iso3=tuple(codes),
        names=tuple(places["name"]),
        region=tuple(places["region"]),
        host_group_names=tuple(groups),
        institution_name=names,
        checksum=data_checksum(world),
        **small,  # type: ignore[arg-type]
        **arrays,  # type: ignore[arg-type]
    )


def _pad_students(values: np.ndarray) -> np.ndarray:
    """[20, P] from 1998 as [38, P] from 1980, NaN before."""
    return np.vstack([np.full((FLOWS_FROM - FIRST_YEAR, values.shape[1]), np.nan), values])


def _squares(path: Path, index: dict[str, int]) -> np.ndarray:
    """Rows a, b, one column a year as [T, P, P]; missing rows are zero."""
    keys_a, keys_b, *columns = read_columns(path).values()
    out = np.zeros((len(columns), len(index), len(index)))
    a, b = [index[x] for x in keys_a], [index[x] for x in keys_b]
    for t, column in enumerate(columns):
        out[t, a, b] = floats(column)
    return out


def _entry_origin(folder: Path, index: dict[str, int]) -> np.ndarray:
    """[38, P, P]; the first column stands for 1980-97; rows are made to sum to 1 exactly."""
    part = _squares(folder / "entry_origin.csv", index)
    full = np.concatenate([np.repeat(part[:1], FLOWS_FROM - FIRST_YEAR, axis=0), part[1:]])
    return full / full.sum(2, keepdims=True)


def _affinity(folder: Path, index: dict[str, int]) -> np.ndarray:
    """[38, P, P]: straight lines in logs between the years that the file has, constant before and after them."""
    table = _pairs(folder / "affinity.csv", index)
    known = np.array([int(name[1:]) for name in table])
    logs = np.log([values + np.eye(len(index)) for values in table.values()])
    years = np.clip(np.arange(FIRST_YEAR, DATA_END + 1), known[0], known[-1])
    k = np.clip(np.searchsorted(known, years, side="right") - 1, 0, len(known) - 2)
    share = ((years - known[k]) / (known[k + 1] - known[k]))[:, None, None]
    out: np.ndarray = np.exp((1.0 - share) * logs[k] + share * logs[k + 1])
    return out


def _pairs(path: Path, index: dict[str, int]) -> dict[str, np.ndarray]:
    """Symmetric [P, P] arrays of a file of pairs, zero where it has no row."""
    table = read_columns(path)
    a, b = ([index[x] for x in table.pop(key)] for key in ("place_a", "place_b"))
    out = {}
    for name, column in table.items():
        out[name] = np.zeros((len(index), len(index)))
        out[name][a, b] = out[name][b, a] = floats(column)
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


def _small(folder: Path, index: dict[str, int]) -> tuple[dict[str, dict], np.ndarray]:
    """GlobSci shares, stay rates, constants; US doctorates by origin [7, P], 2011-17, NaN where unknown."""
    globsci, stay = read_columns(folder / "globsci.csv"), read_columns(folder / "stay_rates.csv")
    constants, visa = read_columns(folder / "constants.csv"), read_columns(folder / "us_doctorates.csv")
    doctorates = np.full((7, len(index)), np.nan)
    rows = [int(year) - 2011 for year in visa["year"]]
    doctorates[rows, [index[code] for code in visa["origin"]]] = floats(visa["temporary_visa_doctorates"])
    years = map(int, stay["observed_year"])
    return {
        "globsci": dict(zip(globsci["iso3"], map(float, globsci["foreign_share"]))),
        "stay_rates": dict(zip(zip(stay["group"], years), map(float, stay["stay_rate"]))),
        "constants": dict(zip(constants["name"], map(float, constants["value"]))),
    }, doctorates


def extend_inputs(values: np.ndarray, end: int, ceiling: float = np.inf) -> np.ndarray:
    """Inputs [56, P] continued to `end` (2036-2060): the growth of the last year keeps fading by 0.85 a year.

    Parameters
    ----------
    values : [56, P] from 1980; end : last year wanted; ceiling : upper bound of the values (1 for indices).
    """
    if end > 2060:
        raise ValueError("inputs can be continued to 2060 at most")
    growth = np.log(values[-1] / values[-2])
    steps = np.cumsum(DAMPING ** np.arange(1, max(end - INPUTS_END, 0) + 1))
    later = values[-1] * np.exp(growth * steps[:, None])
    return np.vstack([values, np.minimum(later, ceiling)])[: end - FIRST_YEAR + 1]
