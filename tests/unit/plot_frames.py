"""Synthetic frames and settings that the tests of figures draw from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.outcomes import LEAKS
from sim.data.tables import load_world_data


def use(lever: str, values: dict[str, float | None]) -> Any:
    """One lever as a policy pulls it."""
    return SimpleNamespace(lever=lever, values={date.fromisoformat(day): v for day, v in values.items()})


CRACKDOWN = SimpleNamespace(
    title="Crackdown",
    issuer=("USA",),
    levers={
        "visa": use("visa_refusal", {"2014-03-01": 0.1, "2016-09-01": 0.2, "2019-01-01": None}),
        "cases": use("investigations", {"2014-03-01": 0.01, "2019-01-01": None}),
    },
)


@dataclass
class Settings:
    """The part of `Config` that figures read."""

    scale: float = 100
    replicates: int = 3
    seed: int = 7
    start: int = 2010
    end: int = 2022
    world: str = "full"
    threads: int = 1
    figures: str = "svg"
    policies: dict[str, Any] = field(default_factory=lambda: {"crackdown": CRACKDOWN})


def frames_of(cfg: Settings, strengths: dict[str, float], modes: tuple[str, ...] = ("scripted",)) -> dict[str, Any]:
    """Synthetic frames: the data's stocks and moves, a loss of the US (and a gain of Britain) by `strengths`.

    Parameters
    ----------
    strengths : scenario -> share of US papers lost; the baseline must have 0.
    """
    data = load_world_data(cfg.world)
    usa, britain = data.iso3.index("USA"), data.iso3.index("GBR")
    years = np.arange(cfg.start, cfg.end + 1)
    row = np.clip(years - 1980, 0, 37)
    rng = np.random.default_rng(cfg.seed)
    places, worlds = [], []
    for replicate in range(cfg.replicates):
        noise = 1 + 0.01 * rng.standard_normal((len(years), data.n_places))
        for mode in modes:
            for scenario, strength in strengths.items():
                lost = np.zeros_like(noise)
                lost[years >= 2015, usa] = strength * (1.0 if mode == "scripted" else 0.5)
                lost[years >= 2015, britain] = -0.1 * strength
                lost *= 1 + 0.1 * rng.standard_normal(lost.shape)
                stock = data.researchers[row] * noise * (1 - 0.5 * lost)
                moves_in, moves_out = data.moves_in[row] * noise * (1 - lost), data.moves_out[row] * noise
                exits = 0.07 * stock
                papers = 0.4 * stock * (1 - lost)
                table = {
                    "n_researchers": stock,
                    "n_foreign_origin": 0.1 * stock,
                    "new_entrants": np.diff(stock, axis=0, prepend=stock[:1]) + exits + moves_out - moves_in,
                    "new_exits": exits,
                    "new_moves_in": moves_in,
                    "new_moves_out": moves_out,
                    "papers_whole": papers,
                    "papers_international": papers * np.nan_to_num(data.intl_share[row], nan=0.3),
                    "top1_whole": 0.01 * papers,
                    "top1_at_baseline_threshold": 0.01 * papers if strength else np.full_like(papers, np.nan),
                    **dict.fromkeys(LEAKS, 0.0001 * stock),
                    "leaks_unprotected": 4e-4 * stock * (1 + 0.5 * np.abs(lost)),
                    "new_cases": np.rint(1e-4 * stock * (1 + 5 * np.abs(lost))),
                }
                run = {"scenario": scenario, "mode": mode, "draw": 0, "replicate": replicate}
                index = {"year": np.repeat(years, data.n_places), "place": np.tile(data.iso3, len(years))}
                places.append(pd.DataFrame(run | index | {k: v.ravel() for k, v in table.items()}))
                sums = {k: v.sum(axis=1) for k, v in table.items()}
                worlds.append(pd.DataFrame({
                    **run, "year": years, "n_researchers": sums["n_researchers"], "papers": sums["papers_whole"],
                    "papers_international": sums["papers_international"], "new_moves": sums["new_moves_in"],
                    "authors_per_paper_mean": 4.0,
                }))  # fmt: skip
    keys = ["scenario", "mode", "place"]
    place_year = pd.concat(places, ignore_index=True)
    return {
        "place_year": place_year.astype(dict.fromkeys(keys, "category")),  # as read from Parquet dictionaries
        "world_year": pd.concat(worlds, ignore_index=True),
    }
