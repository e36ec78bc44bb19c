"""R&D spending and income by place and year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog, check_gaps, damped, interpolate
from sim.data.build.gaps_listed import LISTED
from sim.data.build.sources import N_COUNTRIES, Sources, sixty, wide

FIRST, END = 1980, 2024
WRITTEN = 2021  # last year of the tables: spending ends there in the sources, incomes run on
# Constants for areas that the World Bank files lack (assumption, rounded official statistics).
POPULATION_ASSUMED = {"TWN": 23.2e6, "HKG": 7.2e6}


def population(sources: Sources, countries: pd.DataFrame, log: ImputedLog) -> pd.DataFrame:
    """Population [1980-2024 x iso3], persons; straight lines in logs, constant outside 1993-2022."""
    source = sources.population()
    out = {}
    for iso in countries.index:
        if iso in POPULATION_ASSUMED:
            out[iso] = pd.Series(POPULATION_ASSUMED[iso], index=range(FIRST, END + 1))
            log.add("population (used in the build)", iso, "all", f"{POPULATION_ASSUMED[iso]:.3g} persons, assumption")
        elif iso in source and source[iso].notna().any():
            out[iso] = interpolate(source[iso], range(FIRST, END + 1), log_scale=True)
    return pd.DataFrame(out)


def income(sources: Sources, countries: pd.DataFrame, people: pd.DataFrame, log: ImputedLog) -> pd.DataFrame:
    """GDP per head [1980-2024 x iso3], PPP 2021 dollars."""
    source = sources.rd_panel("gdp_per_capita_ppp_const2021")
    owid = sources.table("rd_inputs/owid_wdi_gdp_per_capita_ppp_const2021.csv")
    owid = owid.rename(columns={"code": "iso3", "ny_gdp_pcap_pp_kd": "value"})
    source["HKG"] = wide(owid[owid.iso3 == "HKG"], "value")["HKG"].reindex(source.index)
    oecd = wide(sources.table("rd_inputs/nsf_oecd_gerd_selected_years_1990_2021.csv"), "gdp_current_ppp_busd")
    ratio = (oecd["TWN"] / oecd["KOR"]).dropna()
    korea = source["KOR"] * people["KOR"].reindex(source.index)
    factor = interpolate(ratio, range(1990, int(source.index.max()) + 1), log_scale=True)
    source["TWN"] = korea * factor / people["TWN"].reindex(source.index)
    log.add("inputs.income", "TWN", f"{FIRST}-{END}", "Korea's GDP times the ratio Taiwan/Korea of 1990, 2000, 2010, "
            "2021 (straight lines in logs) over the assumed population")  # fmt: skip
    return finish("inputs.income", source, countries, log)


def spending(sources: Sources, countries: pd.DataFrame, gdp: pd.DataFrame, log: ImputedLog) -> pd.DataFrame:
    """R&D expenditure [1980-2024 x iso3], million PPP 2021 dollars.

    Countries of the 60: levels interpolated in logs. Nigeria (one year known) and members of rests: share of GDP
    interpolated, since a thin series says more about the share than about the level.
    """
    source = sources.rd_panel("gerd_ppp_const2021_musd")
    percent = sources.rd_panel("gerd_pct_gdp")
    oecd = wide(sources.table("rd_inputs/nsf_oecd_gerd_selected_years_1990_2021.csv"), "gerd_const2015_ppp_busd")
    years = [year for year in oecd.index if year in source.index and source["USA"].notna()[year]]
    rebase = (source.loc[years, "USA"] / oecd.loc[years, "USA"]).mean()  # 2015 -> 2021 prices, US ratio
    source["TWN"] = (oecd["TWN"] * rebase).reindex(source.index)
    log.add("inputs.gerd_musd", "TWN", "1990-2021", "NSF/OECD values of 2000, 2010, 2021 in 2015 PPP dollars, put into "
            "2021 prices by the US ratio; straight lines in logs between")  # fmt: skip
    hong_kong = sources.table("rd_inputs/owid_wdi_rd_expenditure_pct_gdp.csv").query("Code == 'HKG'")
    share = hong_kong.set_index("Year").iloc[:, -1] / 100
    source["HKG"] = (share * gdp["HKG"].reindex(share.index)).reindex(source.index)
    log.add("inputs.gerd_musd", "HKG", "all", "share of GDP times GDP per head times the assumed population")
    neighbours = percent[[iso for iso in ("IND", "PAK", "LKA", "NPL") if iso in percent]].mean().median() / 100
    source["BGD"] = neighbours * gdp["BGD"].reindex(source.index)
    log.add("inputs.gerd_musd", "BGD", "all", f"{neighbours:.2%} of GDP, median of its South Asian neighbours")
    thin = countries.index[countries["rank"] > N_COUNTRIES].union(["NGA"])
    for iso in thin.intersection(source.columns).intersection(gdp.columns):
        if percent[iso].notna().any():
            line = interpolate(percent[iso], range(FIRST, END + 1), log_scale=False) / 100
            source[iso] = (line * gdp[iso]).reindex(source.index)
    log.add("inputs.gerd_musd", "NGA", "1990-2024", "the share of GDP of 2007, the only year known, times GDP")
    return finish("inputs.gerd_musd", source, countries, log)


def finish(table: str, source: pd.DataFrame, countries: pd.DataFrame, log: ImputedLog) -> pd.DataFrame:
    """Check the gaps of the 60, then fill: straight lines in logs, constant before, damped trend after the data."""
    top = sixty(countries)
    source = source.loc[source.notna().any(axis=1)]
    check_gaps(table, source, top, LISTED[table])
    out = {}
    for iso in source.columns.intersection(countries.index):
        known = source[iso].dropna()
        if known.empty:
            continue
        line = interpolate(known, range(FIRST, END + 1), log_scale=True)
        last = int(known.index.max())
        back = min(5, last - int(known.index.min()))
        out[iso] = damped(line, last, END, back=back) if back > 0 and last < END else line
        if iso in top:
            note(log, table, iso, known)
    return pd.DataFrame(out)


def note(log: ImputedLog, table: str, iso: str, known: pd.Series) -> None:
    """Rows of imputed.csv for one finished series."""
    first, last = int(known.index.min()), int(known.index.max())
    inside = sorted(set(range(first, min(last, END) + 1)) - {int(y) for y in known.index})
    if inside:
        log.add(table, iso, inside, "straight line in logs between the years that are known")
    if first > FIRST:
        log.add(table, iso, f"{FIRST}-{first - 1}", "constant at the first known value")
    if last < END:
        log.add(table, iso, f"{last + 1}-{END}", "growth of the last five years damped by 0.85 a year")


def rest_sum(
    frame: pd.DataFrame, fallback: pd.DataFrame, places: list[str], mapping: pd.Series, log: ImputedLog
) -> pd.DataFrame:
    """Sum of spending over members of places; members without data spend the others' median share of GDP."""
    out = {}
    for place in places:
        members = list(mapping.index[mapping == place])
        known = [iso for iso in members if iso in frame]
        total = frame[known].sum(axis=1)
        missing = [iso for iso in members if iso not in frame and iso in fallback]
        if missing:
            share = (frame[known].loc[2017] / fallback[known].loc[2017]).median()
            total = total + share * fallback[missing].sum(axis=1)
            log.add("inputs.gerd_musd", place, "all", f"{len(missing)} of {len(members)} members without data spend "
                    f"{share:.2%} of GDP, the median of the others")  # fmt: skip
        if place.startswith("X_"):
            log.add(
                "inputs.gerd_musd", place, "all", "members: share of GDP straight between known years, constant outside"
            )
        out[place] = total
    return pd.DataFrame(out)


def rest_mean(frame: pd.DataFrame, countries: pd.DataFrame, places: list[str], mapping: pd.Series, log: ImputedLog,
              table: str) -> pd.DataFrame:  # fmt: skip
    """Mean over the members of places, weighted with researchers (mean 2013-17); members without data left out."""
    out = {}
    for place in places:
        members = [iso for iso in mapping.index[mapping == place] if iso in frame]
        weight = countries.weight[members]
        out[place] = (frame[members] * weight).sum(axis=1) / weight.sum()
        if place.startswith("X_"):
            log.add(
                table, place, "all", "researcher-weighted mean of the members that have data, each filled like the 60"
            )
    return pd.DataFrame(out)


def build_inputs(
    sources: Sources, countries: pd.DataFrame, places: list[str], mapping: pd.Series, log: ImputedLog
) -> dict[str, np.ndarray]:
    """gerd_musd, income [42, P]."""
    people = population(sources, countries, log)
    head = income(sources, countries, people, log)
    gdp = head * people[people.columns.intersection(head.columns)] / 1e6  # million PPP 2021 dollars
    gdp = gdp.dropna(axis=1, how="all")
    gerd = rest_sum(spending(sources, countries, gdp, log), gdp, places, mapping, log)
    incomes = rest_mean(head, countries, places, mapping, log, "inputs.income")
    return {"gerd_musd": gerd.loc[:WRITTEN].to_numpy(), "income": incomes.loc[:WRITTEN].to_numpy()}
