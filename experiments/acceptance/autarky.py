"""One place bans all partners abroad: what it loses, and whether others lose in order of their dependence on it."""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, banning, branch, config, history, joint_papers, summed
from sim.data.tables import load_world_data

ISSUER, FROM, FIRST, LAST = "USA", 2019, 2020, 2026
LARGEST = 30  # places whose dependence is ranked
COLUMNS = {
    "papers": "papers_fractional",
    "papers, whole counting": "papers_whole",
    "top 1 %": "top1_fractional",
    "top 1 %, whole counting": "top1_whole",
    "top 1 % by the baseline's readers and threshold": "top1_fractional_at_baseline_threshold",
    "citations": "citations",
}


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Columns of `COLUMNS` by place in the paired baseline and under the ban, summed over 2020-26."""
    data = load_world_data("full")
    past, cfg = history(scale, replicate, changes), config(scale, changes)
    without = branch(cfg, past, replicate, LAST)
    banned = branch(banning(cfg, ISSUER, FROM), past, replicate, LAST, baseline=without.macros)
    sums = {
        f"{arm} {column}": summed(lived.years, "place_year", column, FIRST, LAST)
        for arm, lived in (("without", without), ("banned", banned))
        for column in COLUMNS.values()
    }
    joint = joint_papers(without.years, data.n_places, FIRST, LAST)
    return {**sums, "joint": joint[:, data.iso3.index(ISSUER)]}


def numbers(sums: Sums) -> dict[str, float]:
    """Changes of the issuer's outcomes in per cent; rank correlation of others' losses with their dependence.

    Top papers beyond papers: how their share among the issuer's papers changes. Dependence is the share of
    a place's papers that are joint with the issuer in the baseline.
    """
    at = load_world_data("full").iso3.index(ISSUER)

    def change(column: str) -> np.ndarray:
        return 100.0 * (sums[f"banned {column}"] / np.maximum(sums[f"without {column}"], 1e-9) - 1.0)

    found = {name: float(change(column)[at]) for name, column in COLUMNS.items()}
    papers = sums["without papers_fractional"]
    found["top 1 % beyond papers"] = 100.0 * ((100.0 + found["top 1 %"]) / (100.0 + found["papers"]) - 1.0)
    found["papers of the world"] = float(100.0 * (sums["banned papers_fractional"].sum() / papers.sum() - 1.0))
    share = sums["joint"] / np.maximum(sums["without papers_whole"], 1e-9)
    others = np.argsort(-papers)
    others = others[others != at][:LARGEST]
    found["rank correlation"] = float(spearmanr(share[others], -change("papers_fractional")[others]).statistic)
    return found
