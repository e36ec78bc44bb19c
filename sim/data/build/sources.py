"""Readers of the public source files and the list of countries: the only file that knows their names and layouts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from sim.data.build.codes import ISO_NUMERIC, REGION_OF_WB, REGION_OTHER

N_COUNTRIES = 60
G20 = "ARG AUS BRA CAN CHN DEU FRA GBR IDN IND ITA JPN KOR MEX RUS SAU TUR USA ZAF".split()
RESTS = {"X_EU": "Rest of Europe and Central Asia", "X_AP": "Rest of Asia and the Pacific",
         "X_AM": "Rest of the Americas", "X_AF": "Rest of Africa and the Middle East"}  # fmt: skip


class Sources:
    """A folder of public sources; every table is read once and returned as a pandas frame."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise FileNotFoundError(f"{folder} is not a folder of sources (see sim/data/SOURCES.md)")

    @cache  # noqa: B019  (one object a build)
    def table(self, name: str) -> pd.DataFrame:
        """One source table, `name` relative to the folder; 'NA' stays text (Namibia), only empty cells are gaps."""
        path = self.folder / name
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, keep_default_na=False, na_values=[""])

    def country_year(self) -> pd.DataFrame:
        """Scopus researchers, moves and first publications by country and year 1996-2017 (persons)."""
        return self.table("scholar_migration/scopus_country_year_1996_2017.csv")

    def moves(self) -> pd.DataFrame:
        """Directed moves 1998-2017: iso3codefrom, iso3codeto, year, n_migrations, with Taiwan's file added."""
        parts = ["scopus_flows_1998_2017.parquet", "scopus_flows_taiwan_1998_2017.csv"]
        return pd.concat([self.table(f"scholar_migration/{p}") for p in parts], ignore_index=True)

    def articles(self) -> pd.DataFrame:
        """NSF articles by country and year, edition 2022: whole, fractional."""
        frame = self.table("publications/nsf_se_articles_country_year_1996_2017.csv")
        return frame.rename(columns={"whole_ed2022": "whole", "frac_ed2022": "fractional"})

    def population(self) -> pd.DataFrame:
        """Population, [year x iso3], 1993-2022, persons."""
        return wide(self.table("rd_inputs/wdi_population_gdppc_1993_2022.csv"), "population")

    def rd_panel(self, column: str) -> pd.DataFrame:
        """One column of the R&D panel, [year x iso3], 1990-2024."""
        return wide(self.table("rd_inputs/country_year_rd_panel.csv"), column)

    def vdem(self, column: str) -> pd.DataFrame:
        """One V-Dem index, [year x iso3], 1990-2025."""
        return wide(self.table("politics/vdem_v16_academic_freedom_1990_2025.csv"), column)


def wide(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Long table (iso3, year, column) as [year x iso3], both sorted; rows without iso3 dropped."""
    return frame[frame.iso3.notna()].pivot(index="year", columns="iso3", values=column).sort_index()


def country_list(sources: Sources) -> pd.DataFrame:
    """All countries and areas of the Scopus table, index iso3 sorted.

    Columns: name, lat, lon (degrees, main city or capital, CEPII; World Bank where CEPII has none),
    region (code of the rest it would belong to), stock (researchers 2017), weight (mean stock 2013-17),
    rank (1 = largest stock), iso_numeric.
    """
    people = wide(sources.country_year(), "researchers").fillna(0.0)
    frame = pd.DataFrame(index=pd.Index(sorted(people.columns), name="iso3"))
    frame["stock"] = people.loc[2017]
    frame["weight"] = people.loc[2013:2017].mean()
    bank = sources.table("gravity/worldbank_country_capitals.csv").set_index("iso3")
    cepii = sources.table("gravity/cepii_geo_countries.csv").query("cap == 1").drop_duplicates("iso3").set_index("iso3")
    names = sources.articles().dropna(subset="iso3").drop_duplicates("iso3").set_index("iso3").name
    frame["name"] = names.reindex(frame.index).fillna(bank.name.reindex(frame.index)).fillna(cepii.country)
    for axis in ("lat", "lon"):
        frame[axis] = cepii[axis].reindex(frame.index).fillna(bank[axis].reindex(frame.index))
    frame.loc["HKG", "name"] = "Hong Kong"
    region = bank.region_wb.reindex(frame.index).map(REGION_OF_WB)
    frame["region"] = region.fillna(pd.Series(REGION_OTHER).reindex(frame.index))
    if frame.region.isna().any():
        raise ValueError(f"no region for {list(frame.index[frame.region.isna()])}: add them to REGION_OTHER")
    frame["rank"] = frame["stock"].rank(ascending=False, method="first").astype(int)
    frame["iso_numeric"] = pd.Series(ISO_NUMERIC).reindex(frame.index).fillna(0).astype(int)
    return frame


def sixty(countries: pd.DataFrame) -> list[str]:
    """The 60 countries and areas with most researchers in 2017, largest first."""
    return list(countries.sort_values("rank").index[:N_COUNTRIES])


def place_of(countries: pd.DataFrame, world: str) -> tuple[list[str], pd.Series]:
    """Places of a world in order (by 2017 stock, rests last) and the place code of every country."""
    top = sixty(countries)
    kept = top if world == "full" else [iso for iso in top if iso in G20]
    mapping = countries.region.copy()
    mapping[kept] = kept
    return kept + list(RESTS), mapping
