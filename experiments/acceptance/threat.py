"""Who is a threat to whom: what a reader of the field expects of the list of each place."""

from __future__ import annotations

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, config
from sim.agents.governments.closeness import allies_of
from sim.data.tables import load_world_data
from sim.data.threat import of_concern, threat_matrix

USA, UNITED_STATES = "USA", {"CHN", "RUS", "IRN"}
NEIGHBOURS = ("JPN", "TWN", "KOR")
EUROPE, TWO = ("POL", "DEU"), {"CHN", "RUS"}
EXPECTED = {
    "United States: China, Russia, Iran": 3.0,
    "United States: allies, India, Ukraine": 0.0,
    "China first: Japan, Taiwan, Korea": 3.0,
    "India: China, Pakistan": 2.0,
    "Russia and China first: Poland, Germany": 2.0,
    "Iran first: Israel": 1.0,
    "Ukraine: Russia": 1.0,
    "Argentina, but for the United Kingdom": 0.0,
}
INHERITED = ("China first: Japan, Taiwan, Korea", "Russia and China first: Poland, Germany")
DIRECTED = (
    "United States: allies, India, Ukraine",
    "India: China, Pakistan",
    "Iran first: Israel",
    "Ukraine: Russia",
    "Argentina, but for the United Kingdom",
)
LISTED = ("United States: China, Russia, Iran",)


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """The table of a run, and the threat from which on a place is of concern; no draw and no year is needed."""
    cfg = config(scale, changes)
    return {
        "threat": threat_matrix(cfg.threat, load_world_data(cfg.world)),
        "concern": np.array(cfg.params.security.concern),
        "replicates": np.array(1),
    }


def numbers(sums: Sums) -> dict[str, float]:
    """Statements that hold, and counts of places of which one must hold."""
    data = load_world_data("full")
    threat, concern = (sums[name] / sums["replicates"] for name in ("threat", "concern"))
    on_list = of_concern(threat, float(concern))
    at = {code: i for i, code in enumerate(data.iso3)}
    lists = {code: {data.iso3[b] for b in np.flatnonzero(on_list[i])} for code, i in at.items()}
    allies = {data.iso3[b] for b in np.flatnonzero(allies_of(data.alliance)[at[USA]])}

    def first(code: str, n: int) -> set[str]:
        order = np.argsort(-threat[at[code]], kind="stable")[:n]
        return {data.iso3[b] for b in order if threat[at[code], b] > 0.0}

    heirs = (threat[:, at["ARG"]] > 0.0) & (np.arange(len(threat)) != at["GBR"])
    return {
        "United States: China, Russia, Iran": float(len(lists[USA] & UNITED_STATES)),
        "United States: allies, India, Ukraine": float(len(lists[USA] & (allies | {"IND", "UKR"}))),
        "China first: Japan, Taiwan, Korea": float(sum(first(place, 1) == {"CHN"} for place in NEIGHBOURS)),
        "India: China, Pakistan": float(len(lists["IND"] & {"CHN", "PAK"})),
        "Russia and China first: Poland, Germany": float(sum(first(place, 2) == TWO for place in EUROPE)),
        "Iran first: Israel": float(first("ISR", 1) == {"IRN"}),
        "Ukraine: Russia": float("RUS" in lists["UKR"]),
        "Argentina, but for the United Kingdom": float(heirs.sum()),
        "places with an empty list": float(sum(not lists[c] for c, rest in zip(data.iso3, data.is_rest) if not rest)),
        "places without a threat": float((~threat[~data.is_rest].any(axis=1)).sum()),
    }
