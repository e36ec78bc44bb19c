"""Build the project's compact tables from a folder of public sources.

``python -m sim.data.build FOLDER [--out DIR]`` writes ``DIR/full/*.csv``, ``DIR/g20/*.csv`` and ``DIR/imputed.csv``;
the same sources give the same bytes. What each source is, its licence and its columns: SOURCES.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from sim.data.build.affinity import (
    FIRST,
    affinity_columns,
    coauthored,
    countries_per_paper,
    joint_targets,
    joint_works,
    without_spikes,
)
from sim.data.build.dissimilarity import dissimilarity_constants
from sim.data.build.entry import build_entry
from sim.data.build.gaps import ImputedLog
from sim.data.build.inputs import build_inputs, population
from sim.data.build.institutions import CLASS_LIMITS, build_institutions
from sim.data.build.like_hosts import host_groups
from sim.data.build.money import academic_money
from sim.data.build.output import build_output
from sim.data.build.pairs import build_pairs
from sim.data.build.people import People, build_people
from sim.data.build.rungs import rungs_2017
from sim.data.build.sources import RESTS, Sources, country_list, place_of
from sim.data.build.threat import between as threats_between
from sim.data.build.threat import build_threats
from sim.data.build.write import as_written, place_year, square_rows, symmetric_rows, write_csv

WORLDS = ("full", "g20")
YEARS = range(1980, 2018)


def build(folder: Path, out: Path) -> None:
    """Write all tables of all worlds."""
    sources = Sources(folder)
    countries = country_list(sources)
    logs, log = [], ImputedLog()
    threats = build_threats(sources, countries, log)
    logs.append(log.frame().assign(world="full"))
    for world in WORLDS:
        log, places = ImputedLog(), place_of(countries, world)[0]
        build_world(sources, countries, world, out / world, log)
        for name, rows in threats.items():
            write_csv(out / world / f"{name}.csv", threats_between(rows, places))
        logs.append(log.frame().assign(world=world))
    both = pd.concat(logs, ignore_index=True)
    keys = ["table", "iso3", "years", "rule"]
    imputed = both.groupby(keys, sort=True).world.agg(" ".join).reset_index()
    write_csv(out / "imputed.csv", imputed[["world", *keys]])


def build_world(sources: Sources, countries: pd.DataFrame, world: str, out: Path, log: ImputedLog) -> None:
    """Write the tables of one world."""
    places, mapping = place_of(countries, world)
    full_places, full_mapping = place_of(countries, "full")
    people = build_people(sources, places, mapping, log)
    full = people if world == "full" else build_people(sources, full_places, full_mapping, ImputedLog())
    counted = coauthored(sources, countries)
    works = joint_works(counted, places, mapping)
    pairs, inside = build_pairs(sources, countries, places, mapping, works, log)
    works = joint_works(without_spikes(counted, mapping, log), places, mapping)
    inputs = build_inputs(sources, countries, places, mapping, log)
    output, totals = build_output(
        sources, countries, places, mapping, full.researchers, (pairs["copub_pairs"], inside), log
    )
    heads = population(sources, countries, ImputedLog())
    entry, constants, students = build_entry(sources, countries, places, mapping, heads, log)
    gerd = {year: inputs["gerd_musd"][year - 1980] for year in (2017, 2021)}
    institutions, share = build_institutions(sources, places, people.researchers[-1], gerd, log)
    constants["government_support_of_gerd"] = share
    constants |= dissimilarity_constants(sources)
    about = place_table(countries, places, mapping, output.pop("internal_border_share"))
    write_csv(out / "places.csv", about.assign(host_group=host_groups(sources, places).to_numpy()))
    write_people(out, places, people)
    write_csv(out / "entry_origin.csv", entry_rows(entry, places))
    write_csv(out / "output.csv", place_year({k: late(v) for k, v in output.items()}, places, 1980))
    write_csv(out / "inputs.csv", place_year(inputs, places, 1980))
    write_csv(out / "academic_money.csv", academic_money(sources, countries, places, mapping, log))
    write_csv(out / "rungs_2017.csv", rungs_2017(sources, places))
    write_csv(out / "pairs.csv", symmetric_rows(pairs, places))
    by_year = {f"y{FIRST + t}": joint for t, joint in enumerate(works)}
    write_csv(out / "joint_works.csv", symmetric_rows(by_year, places, diagonal=False))
    ratios = affinity_columns(works, {name: as_written(values) for name, values in pairs.items()}, log)
    write_csv(out / "affinity.csv", symmetric_rows(ratios, places, diagonal=False))
    targets = joint_targets(sources, works, places)
    write_csv(out / "joint_papers.csv", symmetric_rows(targets, places, diagonal=False))
    write_csv(out / "countries.csv", countries_per_paper(sources))
    write_csv(out / "institutions.csv", institutions)
    world_rows = {"papers": late(totals["papers"]), "intl_share": totals["intl_share"],
                  "moves": late(people.world_moves.astype(float), 1998)}  # fmt: skip
    write_csv(out / "world.csv", pd.DataFrame({"year": list(YEARS)} | world_rows))
    write_small(sources, out, places, students, constants)


def late(values: np.ndarray, first: int | None = None) -> np.ndarray:
    """Series that ends in 2017 as 1980-2017, NaN before it starts."""
    missing = len(YEARS) - len(values)
    return np.concatenate([np.full((missing, *values.shape[1:]), np.nan), values])


def place_table(countries: pd.DataFrame, places: list[str], mapping: pd.Series, border: np.ndarray) -> pd.DataFrame:
    """places.csv: names, position, region, and for rests the number of countries and inner borders."""
    rows = []
    for place, share in zip(places, border):
        members = countries[(mapping == place).to_numpy()]
        weight = members.weight / members.weight.sum()
        rest = place in RESTS
        rows.append({
            "iso3": place, "name": RESTS.get(place) or members["name"].iloc[0], "is_rest": int(rest),
            "n_countries": int((members.stock > 0).sum()), "internal_border_share": share,
            "lat": (members.lat * weight).sum(), "lon": (members.lon * weight).sum(),
            "iso_numeric": 0 if rest else int(members["iso_numeric"].iloc[0]),
            "region": place if rest else members["region"].iloc[0],
        })  # fmt: skip
    return pd.DataFrame(rows)


def write_people(out: Path, places: list[str], people: People) -> None:
    """people.csv, flows.csv and, for rests, moves inside them."""
    names = ("researchers", "entries", "exits", "moves_in", "moves_out")
    arrays = {name: getattr(people, name) for name in names}
    arrays |= {"moves_within": late(people.within), "first_seen": people.first_seen}
    write_csv(out / "people.csv", place_year(arrays, places, 1980))
    flows = square_rows(people.flows, places, ("place_from", "place_to"), [f"y{year}" for year in range(1998, 2018)])
    write_csv(out / "flows.csv", flows[flows.iloc[:, 2:].sum(axis=1) > 0])


def entry_rows(entry: np.ndarray, places: list[str]) -> pd.DataFrame:
    """entry_origin.csv: host, origin, 1980-97 (one value) and every year from 1998."""
    part = entry[17:]  # 1997 stands for 1980-97
    return square_rows(part, places, ("host", "origin"), ["y1980_1997", *(f"y{y}" for y in range(1998, 2018))])


def write_small(
    sources: Sources, out: Path, places: list[str], students: pd.DataFrame, constants: dict[str, float]
) -> None:
    """Small tables for calibration and validation, and constants with their sources."""
    doctorates = sources.table("students_phd/nsf_doctorates_awarded_country_year_2000_2017.csv")
    wide = (
        doctorates.pivot(index="year", columns="iso3", values="doctorates_s_e").reindex(YEARS).reindex(columns=places)
    )
    table = {"doctorates_se": wide.to_numpy(float), "foreign_students": students.reindex(YEARS).to_numpy(float)}
    rows = place_year(table, places, 1980)
    write_csv(out / "students.csv", rows[rows.year >= 1998])
    globsci = sources.table("foreign_scientists/globsci_2011_foreign_born_share_three.csv")
    write_csv(
        out / "globsci.csv", pd.DataFrame({"iso3": globsci.iso3, "foreign_share": globsci.foreign_share_pct / 100})
    )
    stay = sources.table("students_phd/nsf_us_doctorate_stay_rates_to_2017.csv")
    stay = stay[(stay.horizon_years == 5)].drop_duplicates(["group", "observed_year"])
    stay = stay.sort_values(["group", "observed_year"])
    write_csv(out / "stay_rates.csv", pd.DataFrame(
        {"group": stay.group, "observed_year": stay.observed_year, "stay_rate": stay.stay_rate_pct / 100}))  # fmt: skip
    visa = sources.table("students_phd/nsf_sed_temp_visa_doctorates_stay_intent_2011_2017.csv")
    visa = visa[visa.iso3.isin(places)].sort_values(["iso3", "year"])
    write_csv(out / "us_doctorates.csv", pd.DataFrame(
        {"origin": visa.iso3, "year": visa.year, "temporary_visa_doctorates": visa.temp_visa_doctorates,
         "intend_stay": visa.intend_stay_pct / 100}))  # fmt: skip
    write_csv(out / "constants.csv", constants_table(constants))


def constants_table(values: dict[str, float]) -> pd.DataFrame:
    """constants.csv: name, value, unit, source of every number that the build took or found."""
    oecd = "assumption after OECD 2016 (doi:10.1787/5jm2f77d5wkg-en): half of doctoral students is exceeded by two"
    about = {
        "entrant_odds_per_student_per_head": ("odds per (students/person)", "fitted to US visa share of doctorates"),
        "doctoral_share_of_entrants": ("share", "assumption"),
        "us_visa_share_of_doctorates": ("share", "NCSES SED; Science and Engineering Indicators; mean 2013-17"),
        "entrant_time_power": ("exponent", "assumption: US visa share flat in 2011-17 while student numbers grew"),
        "entrant_foreign_share_max": ("share", f"{oecd} countries"),
        "government_support_of_gerd": ("share", "NCSES federal obligations to universities FY2021 over US GERD 2021"),
    }
    students = "UNESCO UIS (ten largest origins) and OECD, flows of students"
    for name, text in (
        ("lambda_like_ratio", f"{students}, 1998-2017"),
        ("lambda_like_ratio_1998_2013", f"{students}: UIS alone"),
        ("lambda_like_ratio_2013_2017", f"{students}: OECD alone"),
        ("lambda_groups", f"{students}: OECD alone, given lambda_like_ratio"),
    ):
        unit = "lambda" if name == "lambda_groups" else "lambda of like hosts over lambda of groups"
        about[name] = (unit, text)
        about |= {f"{name}_{end}": (unit, f"{end} end of its 90 % interval") for end in ("low", "high")}
    rows = [(name, value, *about[name]) for name, value in values.items()]
    for name, limit in zip(("medium", "large", "very_large"), CLASS_LIMITS):
        rows.append((f"size_class_{name}_from", limit, "million US$ a year", "COGR 2022 Phase I"))
    return pd.DataFrame(rows, columns=["name", "value", "unit", "source"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Build the model's data tables from a folder of public sources.")
    parser.add_argument("folder", type=Path, help="folder of public sources, laid out as in sim/data/SOURCES.md")
    where = Path(__file__).parents[1]
    parser.add_argument("--out", type=Path, default=where, help="where to write (default: sim/data)")
    options = parser.parse_args()
    build(options.folder, options.out)


if __name__ == "__main__":
    main()
