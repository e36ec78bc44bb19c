"""How often reactive governments turn back on themselves: reversals and two-cycles of each lever."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim import World, load_config

SCALE, FIRST, END = 2000, 2018, 2035


@dataclass(frozen=True)
class Turns:
    """Counts over the levers of all governments in one run.

    Attributes
    ----------
    changes : steps up or down; reversals : steps against the one before.
    worst : most reversals of one lever of one government.
    cycling : share of lever-years, among levers that were ever moved, inside an up-down-up or down-up-down.
    """

    changes: int
    reversals: int
    worst: int
    cycling: float


def strengths(replicate: int, *overrides: str, scale: int = SCALE) -> np.ndarray:
    """Strengths in force under reactive governments [years from 2018, P, L], lived from 1980 on."""
    cfg = load_config(f"scale={scale}", f"end={END}", "threads=1", "panel.size=0", *overrides)
    scripted = World(cfg.baseline(), replicate)
    for _ in scripted.run():
        pass
    world = World(cfg, replicate, "reactive", scripted.macros)
    return np.array([world.council.memory.strength.copy() for year in world.run() if year.year >= FIRST])


def turns(strength: np.ndarray) -> Turns:
    """Reversals and two-cycles in strengths [T, P, L]."""
    steps = np.sign(np.diff(strength, axis=0)).reshape(len(strength) - 1, -1).T
    changes = reversals = worst = cycling = moved = 0
    for lever in steps:
        years = np.flatnonzero(lever)
        turned = np.diff(lever[years]) != 0
        changes, reversals, worst = changes + len(years), reversals + int(turned.sum()), max(worst, int(turned.sum()))
        moved += int(len(years) > 0)
        inside = np.zeros(len(lever), bool)
        for k in np.flatnonzero(turned[:-1] & turned[1:]) if len(turned) > 1 else ():
            inside[years[k] : years[k + 2] + 1] = True
        cycling += int(inside.sum())
    return Turns(changes, reversals, worst, cycling / max(moved * steps.shape[1], 1))
