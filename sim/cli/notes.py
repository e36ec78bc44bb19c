"""Sentences below the table that a command prints: what ± is, whose effects differ, what the size of agents allows."""

from __future__ import annotations

import pandas as pd

from sim.analysis.roles import in_words
from sim.analysis.text import FEW, few
from sim.config.schema import Config
from sim.core.axes import BASELINE, MODES

FEW_RUNS = 3  # replicates whose spread is hardly known
COARSE = 200  # people an agent; beyond, sums over the world may differ from those of fine runs
CUSTOM = "custom"  # policies of a command line that are no scenario
FEW_AGENTS = 100  # of an area, below which its levels are uncertain


def chance(table: pd.DataFrame, cfg: Config) -> str:
    """What ± holds, and which command tells the rest."""
    n = int(table["n"].max())
    if n < 2:
        told = "One replicate does not tell what is chance (replicates=5)"
    elif n <= FEW_RUNS:
        told = f"± is chance only (one standard error, of which {n} replicates say little)"
    else:
        told = f"± is chance only ({n} replicates, one standard error)"
    asked = f"; `talent-circulation compare {cfg.scenario}` gives the range over assumptions"
    return f"{told}{'' if cfg.scenario in (BASELINE, CUSTOM) else asked}."


def totals(table: pd.DataFrame) -> list[str]:
    """Where total effects differ from direct ones; nothing where only one kind was run or nothing is compared."""
    if not {*MODES} <= set(table["mode"]) or table["reference"].isna().all():
        return []
    if table["n"].max() < 2:
        return ["One replicate does not tell total effects (governments answer each other) from direct ones."]
    if table["departs"].any():
        return ["Elsewhere total effects (governments answer each other) differ by no more than chance."]
    return ["Total effects (governments answer each other) do not differ from direct ones by more than chance."]


def roles(table: pd.DataFrame) -> list[str]:
    """Who allies and rivals are, if they are told of."""
    told = {area.split(":")[0] for area in table["area"]}
    parts = [
        *(["allies: a defence pact with an issuer"] if told & {"Ally", "Allies"} else []),
        *(["rivals: on an issuer's list of concern"] if told & {"Rival", "Rivals"} else []),
    ]
    return [f"{'; '.join(parts).capitalize()}."] if parts else []


def agents(table: pd.DataFrame, scale: int) -> list[str]:
    """What is too small, or biased, at this many people an agent."""
    found = []
    if table["reference"].notna().any() and any(map(few, table["agents"])):
        found.append(f"Effects of fewer than {FEW} agents, or of their papers, are given in agents.")
    if scale > COARSE:
        found.append(
            f"One agent for {scale:,} researchers is coarse: the world's leaks and its share of international papers "
            "may be biased (scale=100 is finer)."
        )
    stock = table[table["outcome"].str.startswith("researchers,") & (table["mode"] == table["mode"].iloc[0])]
    level = stock["reference"].fillna(stock["mean"])
    if small := list(stock["area"][level / scale < FEW_AGENTS]):
        found.append(f"Fewer than {FEW_AGENTS} agents, so that levels are uncertain: {in_words(small)}.")
    return found
