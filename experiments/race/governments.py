"""Numbers of governments that race by themselves: whose share moves, how much is chance, what money buys where."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers, exactly
from experiments.common.store import OpenStore
from sim.analysis.pairs import Estimate, estimate
from sim.data.tables import WorldData, load_world_data
from sim.engines.budget import price_level
from sim.params import MoneyParams

GOVERNMENTS, LARGEST, TOP = "governments", 40, 3
LARGEST_AREA, EACH_YEAR = "40 largest systems", "every year"


def add_governments(found: Numbers, opened: OpenStore) -> None:
    """Governments that react against those that carry out policy only, at the end of the last year."""
    frames = opened.frames
    keys = ["mode", "draw", "replicate", "year", "place"]
    amounts = ["n_researchers", "rung_promote", "recruitment_musd", "budget_public_musd"]
    rows = frames.read("place_year", [*keys, *amounts])
    rows = rows[rows["year"] == rows["year"].max()].astype({"mode": str, "place": str})
    data = load_world_data(str(frames.manifest["settings"].get("world", "full")))
    cases = dict(zip(frames["draws"]["draw"], frames["draws"]["hazards"]))
    for draw, part in rows.groupby("draw"):
        tables = {
            name: part.pivot(index=["mode", "replicate"], columns="place", values=name).astype(float)[list(data.iso3)]
            for name in amounts
        }
        _case(found, str(cases[draw]), tables, data)


def _case(found: Numbers, case: str, tables: dict[str, pd.DataFrame], data: WorldData) -> None:
    def named(area: str) -> dict[str, object]:
        return {"sweep": "reactive", "case": case, "scenario": GOVERNMENTS, "area": area}

    people, largest = tables["n_researchers"], largest_of(data)
    shares = people.div(people.sum(axis=1), axis=0).to_numpy()
    modes = people.index.get_level_values("mode")
    largest = largest[(shares[:, largest] > 0.0).all(axis=0)]  # coarse worlds lack the smallest
    after, before = (shares[modes == mode][:, largest] for mode in ("reactive", "scripted"))
    moved = 100.0 * (after / before - 1.0)  # [replicates, places]
    reactive = {name: table.loc["reactive"].to_numpy()[:, largest] for name, table in tables.items()}
    top, paid = (reactive["rung_promote"] >= TOP).mean(axis=1), reactive["recruitment_musd"].sum(axis=1)
    whole = named(LARGEST_AREA)
    found.add(whole, "on the top rung", "% of systems", estimate(100.0 * top))
    found.add(whole, "bill", "% of academic money", estimate(100.0 * paid / reactive["budget_public_musd"].sum(axis=1)))
    found.add(whole, "largest move of a share, one world", "%", estimate(np.abs(moved).max(axis=1)))
    for words, value in spread(moved).items():
        found.add(whole, words, "%" if words.startswith("typical") else "systems", exactly(value))
    buys = bought(data)[largest]
    slope, explained = line(np.log(buys), moved)
    found.add(whole, "more of the share where money buys twice as much", "%", slope)
    found.add(whole, "real moves explained by what money buys", "% of variance", exactly(explained))
    for k, place in enumerate(np.array(data.iso3)[largest]):
        found.add(named(str(place)), "share of researchers", "%", estimate(moved[:, k]))
        found.add(named(str(place)), "1 % of money buys", "programme places per 1,000 researchers", exactly(buys[k]))


def largest_of(data: WorldData) -> np.ndarray:
    """Places with governments and most researchers at the end of the data, at most `LARGEST`."""
    order = np.argsort(-data.researchers[-1], kind="stable")
    found: np.ndarray = order[~data.is_rest[order]][:LARGEST]
    return found


def bought(data: WorldData) -> np.ndarray:
    """Programme places that 1 % of academic money pays, per 1,000 researchers, last year of data [P]."""
    params, last = MoneyParams(), len(data.researchers) - 1  # inputs go on after the data
    income, rich = data.income[last], data.income[last][data.iso3.index("USA")]
    share = data.share_higher_education + params.government_share * data.share_government
    price = params.programme_place * price_level(income, float(rich), params.price_level)
    found: np.ndarray = 1000.0 * 0.01 * data.gerd_musd[last] * share / price / data.researchers[last]
    return found


def spread(moved: np.ndarray) -> dict[str, float]:
    """How far shares move [replicates, places], and how much of that is chance: the error of a mean over replicates.

    The mean of squared means is the real spread and the squared errors; what is left is real.
    """
    mean, error = moved.mean(axis=0), moved.std(axis=0, ddof=1) / np.sqrt(len(moved))
    seen, chance = np.mean(mean**2), np.mean(error**2)
    return {
        "typical move, mean of worlds": float(np.sqrt(seen)),
        "typical move by chance in one world": float(np.sqrt(chance * len(moved))),
        "typical real move": float(np.sqrt(max(seen - chance, 0.0))),
        "moved by more than three errors": float((np.abs(mean) > 3.0 * error).sum()),
    }


def line(x: np.ndarray, moved: np.ndarray) -> tuple[Estimate, float]:
    """Slope of moves on ln x for a doubling, by replicate; share of the variance of real moves that it explains, %."""
    centred = x - x.mean()
    slopes = (moved * centred).sum(axis=1) / (centred**2).sum()
    real = moved.mean(axis=0).var() - (moved.var(axis=0, ddof=1) / len(moved)).mean()
    explained = 100.0 * slopes.mean() ** 2 * (centred**2).mean() / real if real > 0.0 else float("nan")
    return estimate(slopes * np.log(2.0)), float(explained)
