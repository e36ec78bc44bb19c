"""What papers of the history look like: countries of a paper, and whether international ones are read more."""

from __future__ import annotations

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, history, summed
from sim.data.tables import load_world_data

COUNTRIES = (1996, 2003, 2010, 2017)
PLACES = {"United States": "USA", "United Kingdom": "GBR", "Germany": "DEU", "Switzerland": "CHE", "China": "CHN"}
FIRST, LAST = 2012, 2016
_COLUMNS = ("papers_whole", "papers_international", "top1_whole", "citations", "citations_international")


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Countries of the world's international papers by year, and places' papers and citations of 2012-16."""
    years = history(scale, replicate, changes).years
    world = {y.year: y.tables["world_year"] for y in years if y.year in COUNTRIES}
    papers = np.array([world[year]["papers_international"][0] for year in COUNTRIES], float)
    countries = np.array([world[year]["countries_per_international_paper"][0] for year in COUNTRIES], float)
    top = np.zeros(load_world_data("full").n_places)
    for y in years:
        if FIRST <= y.year <= LAST:
            table = y.tables["place_year"]
            top += np.nan_to_num(np.asarray(table["share_top_cited_international"] * table["top1_whole"], float))
    return {
        "papers": papers,
        "countries": countries * papers,
        "top": top,
        **{name: summed(years, "place_year", name, FIRST, LAST) for name in _COLUMNS},
    }


def countries(sums: Sums) -> dict[str, float]:
    """Countries of an international paper."""
    mean = sums["countries"] / sums["papers"]
    return {f"{year}": float(value) for year, value in zip(COUNTRIES, mean)}


def odds(share: np.ndarray) -> np.ndarray:
    """Odds of a share."""
    return share / (1.0 - share)


def international(sums: Sums) -> dict[str, float]:
    """Odds of being international, top 1 % over all papers, and mean citations, international over domestic."""
    iso3 = load_world_data("full").iso3
    at = [iso3.index(code) for code in PLACES.values()]
    here = {name: sums[name][at] for name in (*_COLUMNS, "top")}
    abroad, papers = here["papers_international"], here["papers_whole"]
    ratio = odds(here["top"] / here["top1_whole"]) / odds(abroad / papers)
    cited = here["citations_international"] / abroad
    cited_at_home = (here["citations"] - here["citations_international"]) / (papers - abroad)
    found = {f"odds {place}": float(value) for place, value in zip(PLACES, ratio)}
    return found | {f"citations {place}": float(value) for place, value in zip(PLACES, cited / cited_at_home)}
