"""Sentences under the figures: what was run, and what the marks mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sim.core.axes import BASELINE
from sim.data.clock import SHELF_YEAR
from sim.data.threat import DEFAULT, threat_words
from sim.data.worlds import world_words
from sim.plots.style import joined
from sim.policy.words import short_title

BAND = "bands: where a further run would fall with a probability of 90 %"
_SHORTER = {"Hong Kong SAR, China": "Hong Kong"}
_MODES = {
    "scripted": "Direct effects: governments do what the scenario says and nothing else.",
    "reactive": "Total effects: governments react to what happens, in the scenario and in the baseline.",
}


def run_sentence(cfg: Any, scenarios: Iterable[str], data_end: int = SHELF_YEAR) -> str:
    """Scenario, scale, replicates, seed, years, world and table of threats of the run.

    Parameters
    ----------
    cfg : `sim.config.load.Config` (scale, replicates, seed, start, end, world, threat are read).
    scenarios : names of the scenarios shown, with or without the baseline.
    data_end : last year of the world's data, whose policy the baseline keeps.
    """
    titles = getattr(cfg, "titles", {})
    others = [f"“{titles[s]}” ({s})" if s in titles else s for s in scenarios if s != BASELINE]
    what = (
        f"scenario{'s' * (len(others) > 1)} {joined(others)} against the baseline"
        if others
        else f"baseline (policy of {data_end})"
    )
    agents = "one agent per researcher" if cfg.scale == 1 else f"one agent = {cfg.scale:,} researchers"
    times = "1 replicate" if cfg.replicates == 1 else f"{cfg.replicates} replicates"
    world = f", world {world_words(cfg.world)}" if getattr(cfg, "world", "full") != "full" else ""
    threat = getattr(cfg, "threat", DEFAULT)
    world += f", threat {threat_words(threat)}" if threat != DEFAULT else ""
    return f"Simulation of {what}: {agents}, {times}, seed {cfg.seed}, {cfg.start}–{cfg.end}{world}."


def title_of(cfg: Any, scenario: str) -> str:
    """Short title of a scenario, or its name if it has none."""
    return short_title(getattr(cfg, "titles", {}).get(scenario, scenario))


def band_sentence(frame: pd.DataFrame, paired: bool = True) -> str:
    """What lines and bands are; `paired`: they show differences of paired runs."""
    runs = frame[[c for c in ("draw", "replicate") if c in frame.columns]].drop_duplicates()
    if len(runs) == 1:
        return "A single run: no band can be shown."
    pairs = ", each paired with the baseline run of the same random draws" if paired else ""
    return f"Lines: mean over {len(runs)} runs{pairs}; {BAND}."


def mode_sentence(modes: Iterable[str]) -> str:
    """What direct and total effects mean, for the modes shown."""
    shown = set(modes)
    return " ".join(text for mode, text in _MODES.items() if mode in shown)


def assemble(*sentences: str) -> str:
    """Caption from its non-empty sentences."""
    return " ".join(s for s in sentences if s)


def short_names(places: Any) -> Mapping[str, str]:
    """Place names by code, without official parts that no figure has room for."""
    return {code: _SHORTER.get(name, name) for code, name in zip(places.iso3, places.names)}
