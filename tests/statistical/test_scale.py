"""An agent may stand for few or many people: coarse and fine worlds agree within noise.

Rounding, empty cells and caps are where a coarse world could be biased. Replicates give the noise; each
comparison may fail by chance with probability of about 1e-4 (t with 8 degrees of freedom), seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim import load_config
from sim.analysis.exposure import ExposureWatch
from sim.data.fitted import load_fitted
from sim.data.tables import load_world_data
from tests import live

REPLICATES = 5
END = 2017
SCALES = {"coarse": 4000, "fine": 1000}
FINER = {1000: 16, 100: 4}  # replicates at scales whose outcomes must agree within `WITHIN` and the noise
WITHIN = 0.02


def outcomes(scale: int, replicate: int) -> dict[str, float]:
    """World totals and shares of the last years of the history."""
    run = live.start(live.config(f"scale={scale}", f"end={END}"), replicate=replicate).go()
    world, place = run.table("world_year"), run.table("place_year")
    late, here = world["year"] > END - 5, place["year"] > END - 5
    total = {name: place[name][here].sum() for name in place}
    return {
        "researchers": world["n_researchers"][late].mean(),
        "papers": world["papers"][late].mean(),
        "international share": world["papers_international"][late].sum() / world["papers"][late].sum(),
        "authors per paper": world["authors_per_paper_mean"][late].mean(),
        "moves per researcher": total["new_moves_in"] / total["n_researchers"],
        "returns per move": total["new_returns"] / total["new_moves_in"],
        "foreign share": total["n_foreign_origin"] / total["n_researchers"],
        "exits per researcher": total["new_exits"] / total["n_researchers"],
        **{f"exposed by {way}": total[f"exposed_{way}"] / total["papers_whole"] for way in ("coercion", "theft")},
        "countries per international paper": world["countries_per_international_paper"][late].mean(),
        "international share of top papers": (
            (place["share_top_cited_international"] * place["top1_whole"])[here & (place["top1_whole"] > 0)].sum()
            / total["top1_whole"]
        ),
        "impact per paper": world["impact_sum"][late].sum() / world["papers"][late].sum(),
    }


@pytest.fixture(scope="module")
def worlds() -> dict[str, list[dict[str, float]]]:
    return {name: [outcomes(scale, r) for r in range(REPLICATES)] for name, scale in SCALES.items()}


@pytest.mark.parametrize("name", ["researchers", "papers", "international share", "authors per paper",
                                  "moves per researcher", "returns per move", "foreign share", "exits per researcher",
                                  "exposed by coercion", "exposed by theft", "countries per international paper",
                                  "impact per paper"])  # fmt: skip
def test_outcome_does_not_depend_on_scale(name: str, worlds: dict[str, list[dict[str, float]]]) -> None:
    coarse, fine = (np.array([run[name] for run in worlds[kind]]) for kind in SCALES)
    error = np.sqrt(coarse.var(ddof=1) / REPLICATES + fine.var(ddof=1) / REPLICATES)
    limit = stats.t.isf(0.5e-4, 2 * REPLICATES - 2)
    off = coarse.mean() - fine.mean()
    print(f"{name}: coarse {coarse.mean():.5g}, fine {fine.mean():.5g}, off {off / error:+.1f} standard errors")
    assert abs(off) <= limit * error + 0.005 * abs(fine.mean())


@pytest.mark.full
def test_a_world_of_thousands_is_that_of_hundreds_within_two_per_cent() -> None:
    found = {scale: [outcomes(scale, 100 + r) for r in range(n)] for scale, n in FINER.items()}
    off = {}
    for name in found[100][0]:
        coarse, fine = (np.array([run[name] for run in found[scale]]) for scale in FINER)
        error = np.sqrt(coarse.var(ddof=1) / len(coarse) + fine.var(ddof=1) / len(fine)) / fine.mean()
        gap = coarse.mean() / fine.mean() - 1.0
        print(f"{name}: {100 * gap:+.1f} ± {100 * error:.1f} %")
        if abs(gap) > WITHIN + 2.0 * error:
            off[name] = gap
    assert not off


@pytest.mark.full
def test_coercion_towards_large_places_is_that_of_the_fine_worlds_of_the_table() -> None:
    """Per sensitive project of the United States; small places have no agent in many fields of a coarse world."""
    data, cfg = load_world_data("full"), load_config("scale=1000", "threads=1", "panel.size=0")
    large = (data.researchers[-1] >= 100_000) & (np.array(data.iso3) != "USA")
    rates = []
    for replicate in range(12):
        world = ExposureWatch(cfg, replicate)
        world.exposed, world.projects = np.zeros((4, data.n_places)), 0.0
        for _ in world.run(until=data.end):
            pass
        rates.append(world.exposed[3, large].sum() / world.projects)
    table = load_fitted("full").exposure[3, large].sum()
    error = np.std(rates, ddof=1) / np.sqrt(len(rates))
    print(f"{np.mean(rates):.4f} ± {error:.4f}, in the table {table:.4f}")
    assert abs(np.mean(rates) - table) <= stats.t.isf(0.5e-4, len(rates) - 1) * error
