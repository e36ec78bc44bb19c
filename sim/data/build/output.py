"""Papers, international shares and highly cited shares by place and year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog, check_gaps
from sim.data.build.gaps_listed import LISTED
from sim.data.build.sources import N_COUNTRIES, Sources, sixty, wide

FIRST, PAPERS, LAST = 1980, 1996, 2017
YEARS = range(FIRST, LAST + 1)
# World international share at the middle of its periods: mean of Aksnes & Sivertsen (WoS) and NSF where both exist.
WORLD_SHARE = {1980: 4.7, 1983: 6.2, 1993: 11.4, 2003: 15.8, 2013: 20.7}
PERIODS = {"y1981_1985": 1983, "y1986_1990": 1988, "y1991_1995": 1993}
OVERLAP = {"y1996_2000": (1996, 2000), "y2006_2010": (2006, 2010), "y2011_2015": (2011, 2015)}


def papers(sources: Sources, stock: pd.DataFrame, log: ImputedLog) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Whole and fractional papers [1996-2017 x iso3], and the world's; NSF edition 2022.

    NSF counts Hong Kong in China (the countries' fractional papers add up to the world without it). Hong Kong gets
    Singapore's papers per researcher, and China loses as many.
    """
    articles = sources.articles()
    whole, fractional = (wide(articles, column).loc[PAPERS:LAST] for column in ("whole", "fractional"))
    world = articles[articles.name == "World"].set_index("year").whole.loc[PAPERS:LAST]
    split_serbia(articles, whole, fractional, log)
    for frame, name in ((whole, "papers_whole"), (fractional, "papers_fractional")):
        ratio = stock["HKG"] / stock["SGP"]
        frame["HKG"] = frame["SGP"] * ratio.reindex(frame.index)
        log.add(f"output.{name}", "HKG", "1996-2017", "Singapore's papers per researcher; NSF counts them in China")
        log.add(f"output.{name}", "CHN", "1996-2017", "NSF's China less Hong Kong's imputed fractional papers")
    whole["CHN"] -= fractional["HKG"]
    fractional["CHN"] -= fractional["HKG"]
    return whole, fractional, world


def split_serbia(articles: pd.DataFrame, whole: pd.DataFrame, fractional: pd.DataFrame, log: ImputedLog) -> None:
    """Give Serbia and Montenegro their parts of NSF's joint row of 1996-2006, in the proportion of 2007-10."""
    joint = articles[articles.name == "Serbia and Montenegro"].set_index("year").loc[PAPERS:2006]
    for frame, column in ((whole, "whole"), (fractional, "fractional")):
        later = frame.loc[2007:2010, ["SRB", "MNE"]].sum()
        for iso in ("SRB", "MNE"):
            frame.loc[PAPERS:2006, iso] = joint[column] * later[iso] / later.sum()
        rule = "its share of 2007-10 in the joint row Serbia and Montenegro"
        log.add(f"output.papers_{column}", "SRB", "1996-2006", rule)


def international(sources: Sources, log: ImputedLog) -> pd.DataFrame:
    """International share [1980-2017 x iso3], 0-1, NaN where unknown.

    NSF edition 2022 from 1996; 1999-2002, when its coverage of addresses falters before the method changes in 2003,
    straight lines from 1998 to 2003. Before 1996: Aksnes & Sivertsen's periods (12 countries), put on NSF's level by
    the mean ratio in 1996-2000, 2006-10 and 2011-15, at the middle of each period, straight lines between.
    """
    nsf = sources.table("collaboration/nsf_international_coauthorship_share_1996_2017.csv")
    share = wide(nsf[nsf.edition == 2022], "intl_share_pct") / 100
    rows = sources.table("collaboration/aksnes_sivertsen_2023_intl_share_partial.csv").set_index("iso3")
    periods = rows[[*PERIODS, *OVERLAP]].astype(float) / 100
    columns = {}
    for iso in map(str, share.columns):
        line = share[iso].copy()
        if line.loc[[1998, 2003]].notna().all():
            line.loc[1999:2002] = np.interp(np.arange(1999, 2003), [1998, 2003], line.loc[[1998, 2003]].to_numpy())
            log.add("output.intl_share", iso, "1999-2002", "straight line from 1998 to 2003 across NSF's break")
        line = line.reindex(YEARS)
        if iso in periods.index:
            line.loc[1981 : PAPERS - 1] = before_nsf(line, periods.T[iso])
            log.add("output.intl_share", iso, "1981-1995", "Aksnes & Sivertsen's periods times the mean ratio to NSF "
                    "in 1996-2015, straight lines between mid-years")  # fmt: skip
        columns[iso] = line
    return pd.DataFrame(columns)


def before_nsf(line: pd.Series, periods: pd.Series) -> np.ndarray:
    """Share 1981-1995 of one country: mid-period values on NSF's level, straight lines between; from 1981 the slope
    of 1983-88 carried back (not below half of 1983)."""
    ratio = float(np.mean([line.loc[a:b].mean() / periods[p] for p, (a, b) in OVERLAP.items()]))
    known = {mid: float(periods[p]) * ratio for p, mid in PERIODS.items()} | {PAPERS: float(line[PAPERS])}
    known[1981] = max(known[1983] - 2 * (known[1988] - known[1983]) / 5, 0.5 * known[1983])
    return np.interp(np.arange(1981, PAPERS), sorted(known), [known[year] for year in sorted(known)])


def world_international(sources: Sources) -> np.ndarray:
    """World international share [38], 0-1: straight lines through WORLD_SHARE, after 2013 with NSF's changes."""
    nsf = sources.table("collaboration/nsf_international_coauthorship_share_1996_2017.csv")
    world: pd.Series = nsf[(nsf.edition == 2022) & (nsf.name == "World")].set_index("year").intl_share_pct
    share = np.interp(np.array(YEARS), list(WORLD_SHARE), list(WORLD_SHARE.values()))
    for year in range(2014, LAST + 1):
        share[year - FIRST] = WORLD_SHARE[2013] + world[year] - world[2013]
    # 2011-15 keeps its mean: what the later rise adds is taken off the five years together
    share[2011 - FIRST : 2016 - FIRST] += WORLD_SHARE[2013] - share[2011 - FIRST : 2016 - FIRST].mean()
    return share / 100


def cited(sources: Sources, log: ImputedLog) -> dict[str, pd.DataFrame]:
    """Share of papers in the world's top 1 % (fractional, whole) and top 10 % [1996-2014 x iso3], 0-1."""
    table = sources.table("citation_impact/nsf_highly_cited_share_country_year_1996_2014.csv")
    columns = {"top1_fractional": "top1_frac_ed2022", "top1_whole": "top1_whole_ed2022", "top10": "top10_ed2020"}
    joint = table[table.name == "Serbia and Montenegro"].set_index("year")
    out = {name: wide(table, column) / 100 for name, column in columns.items()}
    for name, column in columns.items():
        out[name].loc[PAPERS:2006, "SRB"] = joint[column].loc[PAPERS:2006] / 100
        log.add(f"output.{name}", "SRB", "1996-2006", "Serbia and Montenegro's joint row")
    return out


def overlap(whole: pd.DataFrame, fractional: pd.DataFrame, share: pd.DataFrame, members: list[str]) -> float:
    """International share of a rest's papers, 0-1, from how far fractional counts fall short of whole ones.

    One slope through the origin over the NSF countries, 2013-17: share = slope * (1 - fractional / whole).
    """
    known = [iso for iso in share if share[iso].loc[2013:].notna().all() and iso in whole]
    gap = 1 - fractional[known].loc[2013:].sum() / whole[known].loc[2013:].sum()
    level = share[known].loc[2013:].mean()
    slope = (gap * level).sum() / (gap**2).sum()
    own = 1 - fractional[members].loc[2013:].sum().sum() / whole[members].loc[2013:].sum().sum()
    return float(np.clip(slope * own, 0, 1))


def build_output(
    sources: Sources,
    countries: pd.DataFrame,
    places: list[str],
    mapping: pd.Series,
    stock: np.ndarray,
    joint: tuple[np.ndarray, np.ndarray],
    log: ImputedLog,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Output tables of one world.

    Parameters
    ----------
    stock : [38, P] researchers of the full world's places in the order of `countries` by rank (for Hong Kong).
    joint : joint works between places [P, P] and inside each place [P], OpenAlex.

    Returns
    -------
    by place (papers [22, P], shares [38, P] or [22, P]) with `internal_border_share` [P]; and world [22], [38].
    """
    order = sixty(countries)
    by_year = pd.DataFrame(stock[:, :N_COUNTRIES], index=YEARS, columns=order)
    whole, fractional, world = papers(sources, by_year, log)
    share, top = international(sources, log), cited(sources, log)
    check_gaps("output.papers", whole.where(whole > 0), order, LISTED["output.papers"])
    check_gaps("output.intl_share", share.loc[PAPERS:], order, LISTED["output.intl_share"])
    check_gaps("output.top1", top["top1_whole"], order, LISTED["output.top1"])
    groups = {place: [iso for iso in mapping.index[mapping == place] if iso in whole] for place in places}
    abroad = [overlap(whole, fractional, share, m) if len(m) > 1 else np.nan for m in groups.values()]
    counted, border = rest_factors(places, np.array(abroad), *joint, log)
    unknown = np.full(len(YEARS), np.nan)
    out = {
        "papers_whole": np.column_stack([whole[m].sum(axis=1) for m in groups.values()]) * counted,
        "papers_fractional": np.column_stack([fractional[m].sum(axis=1) for m in groups.values()]),
        "intl_share": np.column_stack([share.get(p, unknown) for p in places]),
        "internal_border_share": border,
    }
    for name, frame in top.items():
        weights = fractional if name == "top1_fractional" else whole
        out[name] = rest_share(frame.reindex(range(PAPERS, LAST + 1)), weights, groups)
    rule = (
        "straight lines through mid-period values: Aksnes & Sivertsen, from 2001-05 the mean with NSF; after 2013 "
        "NSF's changes"
    )
    log.add("world.intl_share", "WLD", "1980-2017", rule)
    return out, {"papers": world.to_numpy(float), "intl_share": world_international(sources)}


def rest_factors(
    places: list[str], abroad: np.ndarray, between: np.ndarray, within: np.ndarray, log: ImputedLog
) -> tuple[np.ndarray, np.ndarray]:
    """Whole papers over the sum of members' [P], and share of a rest's own papers that cross a border inside it [P].

    Parameters
    ----------
    abroad : [P] international share of members' papers, NaN for single countries.
    between, within : joint works between places [P, P] and between members of the same place [P].
    """
    inside = within / np.maximum(within + between.sum(1) / 2, 1e-12)  # share of foreign links that stay in the rest
    joint = 0.5 * abroad * inside  # papers of two members, each once, per paper in the members' sum
    rest = np.isfinite(abroad)
    counted = np.where(rest, 1 - joint, 1.0)
    border = np.where(rest, joint / (joint + 1 - abroad), 0.0)
    for place, factor in zip(np.array(places)[rest], counted[rest]):
        log.add("output.papers_whole", str(place), "1996-2017", f"sum of members times {factor:.3f}: joint papers of "
                "members counted once (OpenAlex pairs)")  # fmt: skip
        log.add(
            "places.internal_border_share", str(place), "all", "from fractional and whole counts and OpenAlex pairs"
        )
    return counted, border


def rest_share(frame: pd.DataFrame, weights: pd.DataFrame, groups: dict[str, list[str]]) -> np.ndarray:
    """Paper-weighted mean of members' shares, [22, P]; members without a share left out, NaN if none has one."""
    columns = []
    for members in groups.values():
        known = [iso for iso in members if iso in frame]
        if not known:
            columns.append(np.full(len(frame), np.nan))
            continue
        value, weight = frame[known].to_numpy(), weights[known].to_numpy()
        weight = np.where(np.isfinite(value), weight, 0.0)
        total = weight.sum(1)
        mean = np.nansum(np.where(weight > 0, value, 0.0) * weight, axis=1) / np.where(total > 0, total, np.nan)
        columns.append(mean)
    return np.column_stack(columns)
