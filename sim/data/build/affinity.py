"""Joint works between places by year, and from them the affinity of pairs as a series over windows of years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog, check_present
from sim.data.build.gaps_listed import LISTED
from sim.data.build.sources import Sources, sixty

FIRST, LAST = 1990, 2017
SPIKE, SPIKE_FROM = 5.0, 100  # factor above, and fewest works of, a year that is taken for an error of the source
HALF = 60.0  # works at which a pair's own figure weighs as much as what it is shrunk towards (assumption)


def windows_to(last: int) -> dict[int, tuple[int, int]]:
    """Windows of years of the affinity series by their middle year: the last three years, five years each before.

    Every joint work enters once: what is left at the beginning (fewer than five years) joins the first window.
    """
    spans = [(last - 2, last)]
    while spans[0][0] - 5 >= FIRST:
        spans.insert(0, (spans[0][0] - 5, spans[0][0] - 1))
    spans[0] = (FIRST, spans[0][1])
    return {(a + b) // 2: (a, b) for a, b in spans}


def joint_works(pairs: pd.DataFrame, places: list[str], mapping: pd.Series) -> np.ndarray:
    """Joint works [28, P, P] of 1990-2017: symmetric; the diagonal has each work inside a place twice.

    Parameters
    ----------
    pairs : works by pair of countries and year: iso_a, iso_b, year, n.
    """
    index = {place: i for i, place in enumerate(places)}
    a, b = (pairs[c].map(mapping).map(index) for c in ("iso_a", "iso_b"))
    known = a.notna() & b.notna()
    out = np.zeros((LAST - FIRST + 1, len(places), len(places)))
    np.add.at(out, (pairs.year[known] - FIRST, a[known].astype(int), b[known].astype(int)), pairs.n[known])
    return out + out.transpose(0, 2, 1)


def coauthored(sources: Sources, countries: pd.DataFrame) -> pd.DataFrame:
    """Joint works by pair of countries and year, OpenAlex, as the source has them."""
    pairs = sources.table("collaboration/openalex_coauthored_pairs_1990_2017.parquet")
    recent = pairs[pairs.year.between(2010, LAST)]
    check_present("pairs.copub_pairs", {*recent.iso_a, *recent.iso_b}, sixty(countries), LISTED["pairs.copub_pairs"])
    return pairs


def without_spikes(pairs: pd.DataFrame, mapping: pd.Series, log: ImputedLog) -> pd.DataFrame:
    """Joint works in which single years far above those around them give way to what is usual for the pair.

    The source has such years: Switzerland and Ukraine 3,156 works in 2006, between 52 and 56.
    """
    wide = pairs.pivot(index="year", columns=["iso_a", "iso_b"], values="n").reindex(range(FIRST, LAST + 1)).fillna(0.0)
    world = wide.sum(axis=1)
    usual = wide.div(world, axis=0).rolling(7, center=True, min_periods=4).median().mul(world, axis=0)
    spikes = (wide >= SPIKE_FROM) & (wide > SPIKE * (usual + 5.0))
    out = pairs.set_index(["iso_a", "iso_b", "year"]).n.astype(float)
    for k, t in zip(*np.nonzero(spikes.to_numpy().T)):
        (a, b), year = wide.columns[k], int(wide.index[t])
        out[a, b, year] = round(usual.iloc[t, k])
        if mapping[a] != mapping[b]:
            rule = f"with {b}: {wide.iloc[t, k]:.0f} works, over {SPIKE:g} times what is usual"
            log.add("affinity", mapping[a], [year], f"{a} {rule}; the pair's median share of seven years")
    return out.reset_index()


def between(works: np.ndarray, first: int, last: int) -> np.ndarray:
    """Sum of joint works over some years [P, P], diagonal 0."""
    out: np.ndarray = works[first - FIRST : last - FIRST + 1].sum(axis=0)
    np.fill_diagonal(out, 0.0)
    return out


def expected(joint: np.ndarray) -> np.ndarray:
    """Joint works [P, P] if partners were chosen by size alone: total_a * total_b / world total."""
    totals = joint.sum(axis=1)
    return totals[:, None] * totals[None, :] / totals.sum()


def shrunk(joint: np.ndarray, chance: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Log of observed over expected works [P, P], small pairs drawn towards another log ratio."""
    weight = joint / (joint + HALF)
    return weight * np.log(np.maximum(joint, 1e-12) / chance) + (1.0 - weight) * towards


def gravity(joint: np.ndarray, chance: np.ndarray, geo: dict[str, np.ndarray]) -> np.ndarray:
    """Log ratio [P, P] that distance, border, language and colonial past predict: a line through the larger pairs."""
    names = ("contiguous", "common_language", "colonial")
    x = np.stack([np.ones_like(joint), np.log(geo["distance_km"]), *(geo[name] for name in names)], axis=-1)
    use = np.triu(joint >= HALF, 1)
    beta = np.linalg.lstsq(x[use], np.log(joint[use] / chance[use]), rcond=None)[0]
    return x @ beta


def affinity(works: np.ndarray, geo: dict[str, np.ndarray], log: ImputedLog) -> np.ndarray:
    """Observed over expected joint works by window of years (`windows_to`), [W, P, P], symmetric, diagonal 1.

    A window's ratio is drawn towards the pair's own of all years, and that towards gravity, each by HALF works.
    """
    windows = [between(works, *years) for years in windows_to(FIRST + len(works) - 1).values()]
    chances = [expected(joint) for joint in windows]
    joint, chance = np.sum(windows, axis=0), np.sum(chances, axis=0)
    own = shrunk(joint, chance, gravity(joint, chance, geo))
    out = np.exp([shrunk(*window, own) for window in zip(windows, chances)])
    out[:, np.eye(works.shape[1], dtype=bool)] = 1.0
    log.add("affinity", "WLD", "1980-1991", "as in 1990-94")
    log.add("affinity", "WLD", "1990-2017", f"pairs of few works: own ratio of all years, then gravity, weight "
            f"{HALF:g} works each")  # fmt: skip
    return out


def affinity_columns(works: np.ndarray, geo: dict[str, np.ndarray], log: ImputedLog) -> dict[str, np.ndarray]:
    """The series of affinity [P, P] by name of its column, y and the middle year of the window."""
    years = windows_to(FIRST + len(works) - 1)
    return dict(zip((f"y{year}" for year in years), affinity(works, geo, log)))


def joint_targets(sources: Sources, works: np.ndarray, places: list[str]) -> dict[str, np.ndarray]:
    """What simulated joint papers are held against, [P, P] each, symmetric: NSF's counts, NaN where it has none,
    and sums of OpenAlex's joint works."""
    nsf = sources.table("collaboration/nsf_coauthored_pairs_1996_2003.csv")
    index = {place: i for i, place in enumerate(places)}
    out = {}
    for year in (1996, 2003):
        rows = nsf[(nsf.year == year) & nsf.iso_a.isin(places) & nsf.iso_b.isin(places)]
        a, b = rows.iso_a.map(index), rows.iso_b.map(index)
        joint = np.full((len(places), len(places)), np.nan)
        joint[a, b] = joint[b, a] = rows.n
        out[f"nsf_{year}"] = joint
    return out | joint_sums(works)


def joint_sums(works: np.ndarray) -> dict[str, np.ndarray]:
    """Joint works [P, P] of the last five and of the last three years, by name of their column."""
    last = FIRST + len(works) - 1
    return {f"openalex_{last - n}_{last}": between(works, last - n, last) for n in (4, 2)}


def countries_per_paper(sources: Sources) -> pd.DataFrame:
    """Countries per international paper of the world 1996-2017, NSF.

    It is 1 + (sum of countries' whole counts - papers) / international papers.
    """
    articles = sources.articles()
    nsf = sources.table("collaboration/nsf_international_coauthorship_share_1996_2017.csv")
    counts = articles[articles.iso3.notna()].groupby("year").whole.sum()
    world = nsf[(nsf.edition == 2022) & (nsf.name == "World")].set_index("year")
    papers, international = world.total_articles, world.with_international_institutions
    value = 1.0 + (counts.reindex(papers.index) - papers) / international
    return pd.DataFrame({"year": value.index, "countries": value.to_numpy(float)})
