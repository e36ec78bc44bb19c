"""Origin mix of entrants by host, from students abroad, US doctorates and, where neither exists, movers.

Share of foreigners among entrants: odds = k * (foreign tertiary students per head of population), the head count
standing for tertiary enrolment, which the sources lack. One multiplier k is set so that the United States has, in
2013-17, the share of temporary-visa holders among S&E doctorates times the share of entrants with a doctorate.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog, check_present
from sim.data.build.gaps_listed import LISTED
from sim.data.build.sources import Sources, sixty, wide

FIRST, DATA, LAST = 1980, 1998, 2017
YEARS = range(DATA, LAST + 1)
DOCTORAL_ENTRANTS = 0.75  # share of entrants who hold or work for a doctorate (assumption)
TIME_POWER = 0.5  # odds follow the growth of student numbers with this power (assumption: US share flat 2011-17)
FRAGMENT = 0.05  # host-years below this share of the largest total are fragments (USA 2000-12, Germany to 2012)
SHARE_MAX = (
    0.50  # highest foreign share of entrants: no country but Luxembourg and Switzerland is above half (OECD 2016)
)


def student_counts(sources: Sources, hosts: list[str], origins: pd.Index) -> dict[str, pd.DataFrame]:
    """Foreign tertiary students by host: [year x origin] for the years that have data.

    Totals are UNESCO's (UIS) where it has the year, else the OECD's; the mix is the OECD's where it has the year
    (2013-17), else the ten origins that UIS lists, its remainder spread over the others in the proportions of the
    host's OECD rows or, without these, of all OECD hosts together. Years with less than a twentieth of the host's
    largest total hold fragments and are dropped.
    """
    uis = sources.table("students_phd/uis_top10_origins_by_destination_1998_2017.csv")
    oecd = sources.table("students_phd/oecd_bilateral_tertiary_students_2013_2017.csv")
    oecd = oecd[oecd.iso_origin.isin(origins)]
    general = oecd.groupby("iso_origin").students.sum().reindex(origins).fillna(0.0)
    totals = uis.groupby(["iso_dest", "year"]).value_lumped.sum()
    largest = totals.groupby("iso_dest").max()
    out = {}
    for host in hosts:
        detail = oecd[oecd.iso_dest == host].pivot_table(
            index="year", columns="iso_origin", values="students", aggfunc="sum"
        )
        detail = detail.reindex(columns=origins).fillna(0.0)
        spread = detail.sum() if detail.to_numpy().sum() > 0 else general
        rows = {year: detail.loc[year] for year in map(int, detail.index)}
        own = uis[uis.iso_dest == host]
        for year in sorted(set(map(int, own.year))):
            part, total = own[own.year == year], totals[host, year]
            if total < FRAGMENT * largest[host]:
                continue
            known = rows.get(year)
            rows[year] = spread_rest(part, spread, host, origins) if known is None else known * total / known.sum()
        if rows:
            out[host] = pd.DataFrame(rows).T.sort_index()
    return out


def spread_rest(part: pd.DataFrame, spread: pd.Series, host: str, origins: pd.Index) -> pd.Series:
    """One host-year of UIS as a series over origins."""
    listed = part[part.iso_origin.isin(origins)].groupby("iso_origin").value_lumped.sum()
    rest = part.value_lumped.sum() - listed.sum()
    weights = spread.copy()
    weights[listed.index.union([host])] = 0.0
    filled = weights * (rest / weights.sum()) if weights.sum() > 0 else weights
    return filled.add(listed, fill_value=0.0).reindex(origins).fillna(0.0)


def every_year(counts: pd.DataFrame) -> pd.DataFrame:
    """Shares of origins for 1998-2017: straight lines between known years, constant outside, mean of three years."""
    mix = counts.div(counts.sum(axis=1), axis=0)
    x = mix.index.to_numpy(float)
    full = np.column_stack([np.interp(np.array(YEARS, float), x, mix[o]) for o in mix])
    padded = np.vstack([full[:1], full, full[-1:]])
    return pd.DataFrame((padded[:-2] + padded[1:-1] + padded[2:]) / 3, index=YEARS, columns=mix.columns)


def trend_totals(counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Foreign students [1998-2017 x host], persons: median level of 2013-17 (or the last years), robust growth.

    Yearly totals jump where coverage changes, so only a level and one growth rate a host are used: the median of all
    pairwise yearly growth rates (Theil-Sen), kept in 0-8 % a year; hosts with fewer than five years take the median.
    """
    level, growth = {}, {}
    for host, frame in counts.items():
        total = frame.sum(axis=1)
        late = total.loc[2013:] if len(total.loc[2013:]) else total.iloc[-3:]
        level[host] = float(late.median())
        x, y = total.index.to_numpy(float), np.log(total.to_numpy())
        i, j = np.triu_indices(len(x), 1)
        if len(x) >= 5:
            growth[host] = float(np.clip(np.median((y[j] - y[i]) / (x[j] - x[i])), 0.0, 0.08))
    middle = float(np.median(list(growth.values())))
    years = np.array(YEARS, float) - 2015
    return pd.DataFrame({h: level[h] * np.exp(growth.get(h, middle) * years) for h in counts}, index=YEARS)


def us_doctorates(sources: Sources, origins: pd.Index) -> pd.Series:
    """Temporary-visa S&E doctorates by origin, mean 2011-17."""
    table = sources.table("students_phd/nsf_sed_temp_visa_doctorates_stay_intent_2011_2017.csv")
    return table[table.iso3.isin(origins)].groupby("iso3").temp_visa_doctorates.mean().reindex(origins).fillna(0.0)


def us_visa_share(sources: Sources) -> float:
    """Share of temporary-visa holders among US S&E doctorates, mean 2013-17, 0-1."""
    visa = sources.table("students_phd/nsf_sed_temp_visa_doctorates_stay_intent_2011_2017.csv")
    holders: pd.Series = visa[visa.name == "All temporary visa holders"].set_index("year").temp_visa_doctorates
    total = sources.table("students_phd/nsf_doctorates_awarded_country_year_2000_2017.csv").query("iso3 == 'USA'")
    share: pd.Series = holders / total.set_index("year").doctorates_s_e
    return float(share.loc[2013:LAST].mean())


def mixes(
    sources: Sources, top: list[str], countries: pd.DataFrame, log: ImputedLog
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Foreign students [1998-2017 x origin] for every host that has data; and the hosts among `top` without."""
    origins = countries.index
    counts = student_counts(sources, list(origins), origins)
    doctorates = us_doctorates(sources, origins)
    taiwan = doctorates["TWN"] / doctorates["KOR"]
    totals = trend_totals(counts)
    out = {}
    for host, rows in counts.items():
        frame = every_year(rows)
        if host not in ("KOR", "TWN"):
            frame["TWN"] = frame["TWN"] + taiwan * frame["KOR"]
        frame[host] = 0.0
        out[host] = frame.div(frame.sum(axis=1), axis=0).mul(totals[host], axis=0)
        if host in top:
            log.add("entry_origin", host, list(range(FIRST, DATA)), "mean of 1998-2000")
            holes = sorted(set(YEARS) - set(rows.index))
            if holes:
                log.add(
                    "entry_origin", host, holes, "student mix: straight lines between known years, constant outside"
                )
            log.add("entry_origin", host, "all", "mix of tertiary students, Taiwan's part from US doctorates; foreign "
                    "share from students per head (level of 2013-17, robust growth) with one multiplier k")  # fmt: skip
    profile = doctorates / doctorates.sum()  # the US mix is that of doctorates, moved in time by the students' mix
    usa = out["USA"].div(out["USA"].sum(axis=1), axis=0)
    base = usa.loc[2011:LAST].mean()
    moved = (usa / base.where(base > 0)).clip(0.2, 5.0).fillna(1.0) * profile
    out["USA"] = moved.div(moved.sum(axis=1), axis=0).mul(out["USA"].sum(axis=1), axis=0)
    log.add("entry_origin", "USA", "1980-2010", "mix of temporary-visa S&E doctorates 2011-17, moved in time by the "
            "tertiary students' mix (factor 0.2 to 5)")  # fmt: skip
    return out, [host for host in top if host not in out]


def foreign_share(counts: dict[str, pd.DataFrame], people: pd.DataFrame, us_share: float) -> tuple[pd.DataFrame, float]:
    """Foreign share of entrants [1998-2017 x host], 0-1, and k (odds per student per head)."""
    total = pd.DataFrame({host: frame.sum(axis=1) for host, frame in counts.items() if host in people})
    per_head = total / people.loc[list(YEARS), list(total.columns)]
    base = per_head.loc[2013:LAST].mean()
    k = us_share / (1 - us_share) / base["USA"]
    odds = k * base * (per_head / base) ** TIME_POWER
    return (odds / (1 + odds)).clip(upper=SHARE_MAX), float(k)


def impute_hosts(share: pd.DataFrame, missing: list[str], arrivals: pd.Series, log: ImputedLog) -> pd.DataFrame:
    """Foreign share of hosts without student data: logit on the log rate of arriving researchers over other hosts."""
    known = share.columns.intersection(arrivals.index)
    level = share[known].loc[2013:LAST].mean()
    x, y = np.log(arrivals[known]), np.log(level / (1 - level))
    slope, constant = np.polyfit(x, y, 1)
    out = share.copy()
    for host in missing:
        z = constant + slope * np.log(arrivals[host])
        out[host] = min(float(1 / (1 + np.exp(-z))), SHARE_MAX)
        rule = (
            f"foreign share {out[host].iloc[0]:.3f} from the rate of arriving researchers (logit regression over the "
            "other hosts); mix of arriving researchers 1998-2017"
        )
        log.add("entry_origin", host, "1980-2017", rule)
    return out


def place_mix(
    places: list[str], mapping: pd.Series, weight: pd.Series, counts: dict[str, pd.DataFrame], share: pd.DataFrame
) -> np.ndarray:
    """Origin mix of entrants [20, P host, P origin]: members weighted with researchers, natives of a rest at home."""
    out = np.zeros((len(YEARS), len(places), len(places)))
    index = {place: i for i, place in enumerate(places)}
    target = mapping.map(index).to_numpy()
    known = [iso for iso in mapping.index if iso in counts and iso in share and weight[iso] > 0]
    for p, place in enumerate(places):
        members = [iso for iso in known if mapping[iso] == place]
        weights = weight[members] / weight[members].sum()
        for iso in members:
            foreign = counts[iso].div(counts[iso].sum(axis=1), axis=0).mul(share[iso], axis=0).to_numpy()
            for o in range(len(places)):
                out[:, p, o] += weights[iso] * foreign[:, target == o].sum(1)
            out[:, p, p] += weights[iso] * (1 - share[iso].to_numpy())
    return out


def student_base(
    places: list[str], mapping: pd.Series, counts: dict[str, pd.DataFrame], missing: list[str], log: ImputedLog
) -> pd.DataFrame:
    """Foreign tertiary students [1998-2017 x place] (persons), NaN for places without student data."""
    zero = pd.Series(0.0, index=YEARS)
    known = {iso: frame.sum(axis=1) for iso, frame in counts.items() if iso not in missing}
    out = pd.DataFrame({p: sum((known[i] for i in mapping.index[mapping == p] if i in known), zero) for p in places})
    for place in places:
        if out[place].any():
            log.add("students.foreign_students", place, "1998-2017", "level of 2013-17 and one robust growth rate")
    return out.where(out > 0)


def build_entry(
    sources: Sources, countries: pd.DataFrame, places: list[str], mapping: pd.Series, population: pd.DataFrame,
    log: ImputedLog,
) -> tuple[np.ndarray, dict[str, float], pd.DataFrame]:  # fmt: skip
    """entry_origin [38, P host, P origin], constants, and foreign tertiary students [1998-2017 x place] (persons)."""
    top = sixty(countries)
    counts, missing = mixes(sources, top, countries, log)
    check_present("entry_origin", [host for host in top if host not in missing], top, LISTED["entry_origin"])
    visa_share = us_visa_share(sources)
    known = {host: frame for host, frame in counts.items() if host in population}
    share, k = foreign_share(known, population, visa_share * DOCTORAL_ENTRANTS)
    moves = sources.moves().query("iso3codefrom != iso3codeto")
    stock = wide(sources.country_year(), "researchers").fillna(0.0)
    arrivals: pd.Series = moves[moves.year >= 2013].groupby("iso3codeto").n_migrations.sum()
    share = impute_hosts(share, missing, (arrivals / stock.loc[2013:LAST].sum())[top], log)
    students = student_base(places, mapping, counts, missing, log)
    for host in missing:
        came = moves[moves.iso3codeto == host].groupby("iso3codefrom").n_migrations.sum().reindex(countries.index)
        counts[host] = pd.DataFrame(np.tile(came.fillna(0.0), (len(YEARS), 1)), index=YEARS, columns=countries.index)
    for place in places:
        if place.startswith("X_"):
            log.add("entry_origin", place, "1980-2017", "researcher-weighted mean of the members with student data; "
                    "origins inside the rest count as home")  # fmt: skip
    mix = place_mix(places, mapping.reindex(countries.index), countries.weight, counts, share)
    whole = np.vstack([np.repeat(mix[:3].mean(0)[None], DATA - FIRST, axis=0), mix])
    constants = {"entrant_odds_per_student_per_head": k, "doctoral_share_of_entrants": DOCTORAL_ENTRANTS,
                 "us_visa_share_of_doctorates": visa_share, "entrant_time_power": TIME_POWER,
                 "entrant_foreign_share_max": SHARE_MAX}  # fmt: skip
    return whole / whole.sum(2, keepdims=True), constants, students
