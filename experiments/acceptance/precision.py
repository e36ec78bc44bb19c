"""What cases of the China Initiative find, by profile and by risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, branch, config, history, summed
from sim.config.schema import Config
from sim.data.tables import load_world_data

FIRST, LAST = 2018, 2022
COLUMNS = ("new_cases", "cases_that_found", "leaks_found")


def by_risk(cfg: Config) -> Config:
    """The same policies with every case by risk."""
    policies = {}
    for name, policy in cfg.policies.items():
        aimed = {
            local: replace(use, values={day: None if value is None else 1.0 for day, value in use.values.items()})
            for local, use in policy.levers.items()
            if use.lever == "enforcement_precision"
        }
        policies[name] = replace(policy, levers={**policy.levers, **aimed})
    return replace(cfg, policies=policies)


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Cases in the United States and what they find, by profile and by risk."""
    at, past = load_world_data("full").iso3.index("USA"), history(scale, replicate, ())
    cfg = config(scale, changes, "+scenario=china_initiative")
    arms = {"as it was": cfg, "by risk": by_risk(cfg)}
    sums = {}
    for arm, given in arms.items():
        years = branch(given, past, replicate, LAST).years
        sums[arm] = np.array([summed(years, "place_year", column, FIRST, LAST)[at] for column in COLUMNS])
    return sums


def numbers(sums: Sums) -> dict[str, float]:
    """Shares of cases that find a breach; leaks found in these years at the default leak rate and detection (S3: 0)."""
    share = {arm: float(found[1] / found[0]) for arm, found in sums.items()}
    return {
        "share that finds": share["as it was"],
        "by risk less by profile": share["by risk"] - share["as it was"],
        "by risk": share["by risk"],
        "leaks found per 100 cases": float(100.0 * sums["as it was"][2] / sums["as it was"][0]),
    }
