"""The United States screen all projects with partners in one place: what it costs against what they work with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, branch, changed, config, history, joint_papers, summed
from sim.data.tables import load_world_data
from sim.policy.schema import LeverUse, Policy, Scope

ISSUER, PARTNERS, FIRST, LAST = "USA", ("NZL", "CHN"), 2019, 2026
LONG: Changes = (("params.compliance.screening_time", 0.2),)  # ten times the default, so that few papers show it
COLUMNS = {"papers": "papers_lost_rule", "researcher-years": "compliance_researcher_years"}


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Papers and researcher-years that reviews cost the issuer, and its joint papers, by partner; 2019-26."""
    data = load_world_data("full")
    at, partners = data.iso3.index(ISSUER), [data.iso3.index(code) for code in PARTNERS]
    past, cfg = history(scale, replicate, ()), changed(config(scale, LONG), changes)
    without = branch(cfg, past, replicate, LAST)
    sums: Sums = {"joint": joint_papers(without.years, data.n_places, FIRST, LAST)[at, partners]}
    arms = []
    for code in PARTNERS:
        use = LeverUse(
            "project_screening", {date(FIRST, 1, 1): 1.0}, source="acceptance", scope=Scope(partners=(code,))
        )
        screening = replace(cfg, scenario="screening", policies={"it": Policy("it", (ISSUER,), {"it": use})})
        years = branch(screening, past, replicate, LAST, baseline=without.macros).years
        arms.append([summed(years, "place_year", column, FIRST, LAST)[at] for column in COLUMNS.values()])
    return sums | {name: np.array(arms)[:, k] for k, name in enumerate(COLUMNS)}


def numbers(sums: Sums) -> dict[str, float]:
    """Cost of screening New Zealand over China's, over the same ratio of joint papers; 0 without cost."""
    joint = sums["joint"][0] / sums["joint"][1]
    found = {}
    for name in COLUMNS:
        small, large = sums[name]
        found[f"{name}, New Zealand : China over joint papers"] = float(small / large / joint) if large > 0.0 else 0.0
    return found | {"joint papers, New Zealand : China": float(joint)}
