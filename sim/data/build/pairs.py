"""Arrays between places: distance, borders, language, colonial past, alliances, UN votes, co-authorship."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data.build.affinity import FIRST, between
from sim.data.build.gaps import ImputedLog, check_present
from sim.data.build.gaps_listed import LISTED
from sim.data.build.sources import Sources, sixty

GEO = {"distance_km": "dist", "contiguous": "contig", "common_language": "comlang_off", "colonial": "colony"}


def square(pairs: pd.DataFrame, a: str, b: str, value: str, countries: pd.Index, fill: float = np.nan) -> np.ndarray:
    """Long pairs as a [C, C] array in the order of `countries`."""
    index = {iso: i for i, iso in enumerate(countries)}
    rows = pairs[pairs[a].isin(index) & pairs[b].isin(index)]
    out = np.full((len(countries), len(countries)), fill)
    out[rows[a].map(index), rows[b].map(index)] = rows[value]
    return out


def average(matrix: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Weighted mean over member pairs: [C, C] -> [P, P], `member` [P, C] weights; missing pairs left out."""
    known = np.isfinite(matrix)
    top = member @ np.where(known, matrix, 0.0) @ member.T
    return top / np.maximum(member @ known.astype(float) @ member.T, 1e-300)


def member_weights(countries: pd.DataFrame, places: list[str], mapping: pd.Series) -> np.ndarray:
    """Researcher weights (mean 2013-17) of countries in places, [P, C], rows sum to 1."""
    weights = np.array([(mapping == place).to_numpy() * countries.weight.to_numpy() for place in places])
    return weights / weights.sum(1, keepdims=True)


def geography(sources: Sources, countries: pd.DataFrame, log: ImputedLog) -> dict[str, np.ndarray]:
    """Country by country arrays of CEPII GeoDist; Montenegro takes Serbia's row (CEPII has none)."""
    pairs = sources.table("gravity/cepii_geodist_pairs.csv")
    check_present("pairs.distance_km", pairs.iso_o[pairs.dist.notna()], sixty(countries), LISTED["pairs.distance_km"])
    out = {name: square(pairs, "iso_o", "iso_d", column, countries.index) for name, column in GEO.items()}
    i, j = (countries.index.get_loc(iso) for iso in ("MNE", "SRB"))
    for name, matrix in out.items():
        matrix[i], matrix[:, i] = matrix[j], matrix[:, j]
        matrix[i, i] = matrix[j, j]
        log.add(f"pairs.{name}", "X_EU", "all", "Montenegro takes Serbia's values; areas without data left out")
    out["distance_km"] = np.where(out["distance_km"] > 0, out["distance_km"], np.nan)
    return out


def politics(sources: Sources, countries: pd.DataFrame, log: ImputedLog) -> dict[str, np.ndarray]:
    """Alliance (share of 2013-17 with a defence pact in force) and ideal-point distance, country by country."""
    iso = countries.index
    votes = sources.table("politics/un_ideal_points_1990_2024.csv").replace({"iso3c": {"YUG": "SRB"}})
    recent: pd.Series = votes[votes.year.between(2013, 2017)].groupby("iso3c").idealpointall.mean()
    point = recent.reindex(iso).to_numpy(float)
    ideal = np.abs(point[:, None] - point[None, :])
    pacts = sources.table("politics/atop_alliances_dyad_year_1990_2018.csv")
    pacts = pacts[pacts.year.between(2013, 2017)].groupby(["iso_a", "iso_b"])[["atop_defense"]].sum().reset_index()
    alliance = square(pacts, "iso_a", "iso_b", "atop_defense", iso, fill=0.0) / 5
    alliance = np.clip(np.maximum(alliance, alliance.T), 0, 1)
    place = {code: list(iso).index(code) for code in ("HKG", "CHN", "TWN", "JPN", "KOR")}
    for matrix, own in ((ideal, 0.0), (alliance, 1.0)):
        np.fill_diagonal(matrix, own)
        stand_in(matrix, place["HKG"], [place["CHN"]], own)
        stand_in(matrix, place["TWN"], [place["JPN"], place["KOR"]], own)
    with_pacts = {*pacts.iso_a, *pacts.iso_b}
    for table, present in (("pairs.ideal_distance", recent.dropna().index), ("pairs.alliance", with_pacts)):
        check_present(table, present, sixty(countries), LISTED[table])
        log.add(table, "HKG", "2013-2017", "China's row")
        log.add(table, "TWN", "2013-2017", "mean of the rows of Japan and Korea")
    return {"alliance": alliance, "ideal_distance": ideal}


def stand_in(matrix: np.ndarray, i: int, others: list[int], own: float) -> None:
    """Give row and column i the mean of the others' rows and columns; its diagonal is `own`."""
    row, column = matrix[others].mean(0), matrix[:, others].mean(1)
    matrix[i], matrix[:, i] = row, column
    matrix[i, i] = own


def build_pairs(
    sources: Sources,
    countries: pd.DataFrame,
    places: list[str],
    mapping: pd.Series,
    works: np.ndarray,
    log: ImputedLog,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """All [P, P] arrays of one world, and joint works a year inside each rest [P].

    Parameters
    ----------
    works : [28, P, P], joint works by year (`joint_works`).
    """
    member = member_weights(countries, places, mapping)
    geo = geography(sources, countries, log)
    out = {name: average(matrix, member) for name, matrix in (geo | politics(sources, countries, log)).items()}
    for name, own in (("contiguous", 0.0), ("common_language", 1.0), ("colonial", 0.0)):
        np.fill_diagonal(out[name], own)
    out = {name: (matrix + matrix.T) / 2 for name, matrix in out.items()}
    out["copub_pairs"] = between(works, 2010, 2017) / 8
    return out, works[2010 - FIRST :].sum(axis=0).diagonal() / 16
