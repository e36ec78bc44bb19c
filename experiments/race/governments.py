"""Numbers of governments that race by themselves: whose share moves, how much is chance, what money buys where."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers, exactly
from experiments.common.store import OpenStore
from sim.agents.governments.closeness import YEARS
from sim.analysis.pairs import Estimate, estimate
from sim.data.tables import WorldData, load_world_data
from sim.engines.budget import price_level
from sim.params import MoneyParams

GOVERNMENTS, LARGEST, TOP = "governments", 40, 3
LARGEST_AREA, EACH_YEAR = "40 largest systems", "every year"
ACCOUNT = "talent account, 2015-17"


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
    buys, account = bought(data)[largest], account_of(data)[largest]
    slopes, explained = line(np.stack([account, np.log2(buys)]), moved)
    found.add(whole, "more of the share for a point of the talent account", "%", slopes[0])
    found.add(whole, "more of the share where money buys twice as much", "%", slopes[1])
    found.add(whole, "real moves explained by both", "% of variance", exactly(explained))
    for k, place in enumerate(np.array(data.iso3)[largest]):
        found.add(named(str(place)), "share of researchers", "%", estimate(moved[:, k]))
        found.add(named(str(place)), ACCOUNT, "people a year per 100 researchers", exactly(account[k]))


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


def account_of(data: WorldData) -> np.ndarray:
    """Talent account of the last three years of data [P]: who enters or moves in from abroad less who goes, per 100."""
    at = slice(-YEARS, None)
    by_origin = (data.entries[at, :, None] * data.entry_origin[at]).sum(axis=(0, 1))
    gained = (data.entries[at] + data.moves_in[at] - data.moves_out[at]).sum(axis=0) - by_origin
    found: np.ndarray = 100.0 * gained / data.researchers[at].sum(axis=0)
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


def line(x: np.ndarray, moved: np.ndarray) -> tuple[list[Estimate], float]:
    """Slopes of moves [replicates, places] on x [k, places]; share of the variance of real moves they explain, %.

    NaN where chance in the mean over replicates is as large as what is real.
    """
    centred = x - x.mean(axis=1, keepdims=True)
    slopes = moved @ np.linalg.pinv(centred)  # [replicates, k]
    chance = (moved.var(axis=0, ddof=1) / len(moved)).mean()
    real = moved.mean(axis=0).var() - chance
    explained = 100.0 * (slopes.mean(axis=0) @ centred).var() / real if real > chance else float("nan")
    return [estimate(slope) for slope in slopes.T], float(explained)
