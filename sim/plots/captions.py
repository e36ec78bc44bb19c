"""Words under and beside the figures: what was run, what the marks mean, and how to read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from sim.analysis.text import FEW
from sim.core.axes import BASELINE
from sim.data.clock import SHELF_YEAR
from sim.data.threat import DEFAULT, threat_words
from sim.data.worlds import world_words
from sim.plots.effects import BAND_RUNS
from sim.plots.policy_lines import policy_title
from sim.plots.style import joined
from sim.policy.words import short_title

TOP1_NOTE = (
    "Top-1 % papers are counted against the baseline's threshold and readers of the same year, so that losses and "
    "gains of places need not cancel out."
)
PROTECTED_NOTE = (
    "Protected: of what could still leak from the issuer's sensitive projects, the share that its rules stop. It does "
    "not depend on the leak rate, which nobody knows; the number of leaks does."
)
PLACES_NOTE = (
    "Places: the issuers of the policy first, then those whose number of papers changes most. A change of fewer than "
    f"{FEW} agents' papers, or within two standard errors of zero, counts as none."
)
YEARS_NOTE = "Values are drawn in the middle of their year, policies on their day."
_SHORTER = {
    "Hong Kong SAR, China": "Hong Kong",
    "Rest of Europe and Central Asia": "Rest of Europe, C. Asia",
    "Rest of Asia and the Pacific": "Rest of Asia-Pacific",
    "Rest of Africa and the Middle East": "Rest of Africa, Mid. East",
}
_MODES = {
    "scripted": "Direct effects: governments carry out the scenario and do nothing else.",
    "reactive": "Total effects: governments also answer each other, with the scenario and without it.",
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
    world = f", world {world_words(cfg.world)}" if getattr(cfg, "world", "full") != "full" else ""
    threat = getattr(cfg, "threat", DEFAULT)
    world += f", threat {threat_words(threat)}" if threat != DEFAULT else ""
    times = "1 replicate" if cfg.replicates == 1 else f"{cfg.replicates} replicates"
    return f"Simulation of {what}: {agent_words(cfg)}, {times}, seed {cfg.seed}, {cfg.start}–{cfg.end}{world}."


def agent_words(cfg: Any) -> str:
    """How many people an agent is."""
    return "one agent for each researcher" if cfg.scale == 1 else f"one agent for {cfg.scale:,} researchers"


def title_of(cfg: Any, scenario: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Short title of a scenario; of one without, the titles of what it is made of, and who issues it instead.

    Parameters
    ----------
    names : place names by code, for issuers who are not those of a policy's own file.
    """
    titles = getattr(cfg, "titles", {})
    parts = [scenario] if scenario in titles else scenario.split("+")
    words = [
        short_title(titles[part]) if part in titles else policy_title(cfg.policies[part], names)
        for part in parts
        if part in titles or part in cfg.policies
    ]
    return joined(words) or scenario


def band_sentence(frame: pd.DataFrame, cfg: Any) -> str:
    """What bands say, or why there are none, and how much was run."""
    runs = len(frame[[c for c in ("draw", "replicate") if c in frame.columns]].drop_duplicates())
    if runs < BAND_RUNS:
        return f"{'One run' if runs == 1 else f'Mean of {runs} runs'}, too few to show chance; {agent_words(cfg)}."
    return f"Bands: chance alone, where 90 % of further runs would fall ({runs} runs, {agent_words(cfg)})."


def total_sentence(modes: Iterable[str]) -> str:
    """When total effects are drawn beside direct ones."""
    both = {"scripted", "reactive"} <= set(modes)
    return "Total effects (governments also answer each other) where they differ clearly." if both else ""


def mode_sentence(modes: Iterable[str]) -> str:
    """What direct and total effects mean, for the modes shown."""
    shown = set(modes)
    return " ".join(text for mode, text in _MODES.items() if mode in shown)


def assemble(*sentences: str) -> str:
    """Caption from its non-empty sentences."""
    return " ".join(s for s in sentences if s)


def short_names(places: Any) -> Mapping[str, str]:
    """Place names by code, without parts that no figure has room for."""
    return {code: _SHORTER.get(name, name) for code, name in zip(places.iso3, places.names)}
