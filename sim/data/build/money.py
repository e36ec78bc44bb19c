"""Shares of R&D that universities and government perform, by place: what academic money is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog
from sim.data.build.sources import Sources

FILE = "rd_inputs/nsf_gerd_by_performer_and_funder.csv"
WORLD_BANK = "gravity/worldbank_country_capitals.csv"
NEAR = 2017  # of several rows of a country, the one nearest to the data's end is taken
COLUMNS = {"higher_education": "performed_higher_education_pct", "government": "performed_government_pct"}
HIGH, MIDDLE = (0.23, 0.11), (0.29, 0.19)  # shares where none are known, by income group; low income as middle
HIGH_INCOME = ("TWN",)  # not in the World Bank's list


def academic_money(
    sources: Sources, countries: pd.DataFrame, places: list[str], mapping: pd.Series, log: ImputedLog
) -> pd.DataFrame:
    """academic_money.csv: a row a place with both shares, their year, whether they are imputed, and the source."""
    known = performed(sources)
    high = high_income(sources)
    spent = sources.rd_panel("gerd_ppp_const2021_musd").loc[2013:NEAR].mean()
    rows = []
    for place in places:
        members = list(mapping.index[mapping == place])
        row = _rest(members, known, high, spent) if place.startswith("X_") else _country(place, known, high)
        rows.append({"place": place, **row})
        if row["imputed"]:
            log.add("academic_money", place, "all", str(row["source"]))
    return pd.DataFrame(rows)


def performed(sources: Sources) -> pd.DataFrame:
    """Known shares by iso3: higher_education, government, year, table."""
    frame = sources.table(FILE)
    frame = frame[frame.iso3.notna()].assign(far=lambda rows: (rows.year - NEAR).abs())
    frame = frame.sort_values(["iso3", "far"], kind="stable").drop_duplicates("iso3").set_index("iso3")
    shares = {name: frame[column] / 100 for name, column in COLUMNS.items()}
    return pd.DataFrame({**shares, "year": frame.year, "table": frame.ncses_table})


def high_income(sources: Sources) -> set[str]:
    """Countries and areas of high income by the World Bank's groups."""
    bank = sources.table(WORLD_BANK)
    return {*bank.iso3[bank.income_wb == "HIC"], *HIGH_INCOME}


def _country(iso: str, known: pd.DataFrame, high: set[str]) -> dict[str, object]:
    """Row of a country or area, by its own shares or those that are typical of its income group."""
    if iso in known.index:
        row = known.loc[iso].to_dict()
        table = f"NCSES table {row['table']} from OECD MSTI"
        return _row(float(row["higher_education"]), float(row["government"]), int(row["year"]), 0, table)
    shares, group = (HIGH, "high") if iso in high else (MIDDLE, "upper middle")
    return _row(*shares, NEAR, 1, f"no row; typical shares of {group} income")


def _rest(members: list[str], known: pd.DataFrame, high: set[str], spent: pd.Series) -> dict[str, object]:
    """Mean of the members whose R&D spending is known, weighted with it; members without a row by income group."""
    weighed = [iso for iso in members if spent.get(iso, np.nan) > 0]
    shares = pd.DataFrame([_country(iso, known, high) for iso in weighed], index=weighed)
    weight = spent[weighed] / spent[weighed].sum()
    with_row = int((shares.imputed == 0).sum())
    text = f"mean of {len(weighed)} members weighted with R&D spending, {with_row} of them with a row"
    means = [float((shares[name] * weight).sum()) for name in ("share_higher_education", "share_government")]
    return _row(means[0], means[1], NEAR, 1, text)


def _row(higher_education: float, government: float, year: int, imputed: int, source: str) -> dict[str, object]:
    return {
        "share_higher_education": float(higher_education), "share_government": float(government), "year": year,
        "imputed": imputed, "source": source,
    }  # fmt: skip
