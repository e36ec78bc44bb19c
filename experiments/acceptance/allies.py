"""A restriction of the United States, alone and with nine allies that impose the same: allies gain less or lose."""

from __future__ import annotations

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, Lived, branch, config, history, summed
from sim.data.places import group
from sim.data.tables import load_world_data

FIRST, LAST = 2019, 2026
ALONE, FOLLOWED = "restrictive", "ally_follows"
PAPERS, PEOPLE, WORLD = "papers of allies", "researchers of allies", "papers of the world"


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Papers of 2019-26 and researchers of 2026, of the allies and of the world, in the baseline and in both arms."""
    past = history(scale, replicate, changes)
    without = branch(config(scale, changes), past, replicate, LAST)
    sums = _counts("without", without)
    for scenario in (ALONE, FOLLOWED):
        cfg = config(scale, changes, f"+scenario={scenario}")
        sums |= _counts(scenario, branch(cfg, past, replicate, LAST, baseline=without.macros))
    return sums


def _counts(arm: str, lived: Lived) -> Sums:
    allies = group(load_world_data("full"), "US_ALLIES")
    papers = summed(lived.years, "place_year", "papers_fractional", FIRST, LAST)
    people = summed(lived.years, "place_year", "n_researchers", LAST, LAST)
    found = {PAPERS: papers[allies].sum(), PEOPLE: people[allies].sum(), WORLD: papers.sum()}
    return {f"{arm} {name}": value for name, value in found.items()}


def numbers(sums: Sums) -> dict[str, float]:
    """Changes against the baseline in per cent, and what following adds to acting alone, in points."""
    found = {}
    for name in (PAPERS, PEOPLE, WORLD):
        alone, followed = (
            100.0 * float(sums[f"{arm} {name}"] / sums[f"without {name}"] - 1.0) for arm in (ALONE, FOLLOWED)
        )
        found |= {f"{name}, alone, %": alone, f"{name}, followed, %": followed, f"{name}, difference": followed - alone}
    return found
