"""Recruiting by all at once is a race for the same people: nobody gains what it gains alone (emergent).

Nothing in the model says so: people choose among destinations, and what all offer moves few of them.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.record.recorder import YearResult
from tests import live

RECRUITERS = ("USA", "DEU", "GBR", "CAN", "FRA")
REPLICATES, SCALE = 3, 1000


def totals(years: list[YearResult], column: str, at: int) -> float:
    """Sum over the years of a column of `place_year` at one place."""
    return sum(float(year.tables["place_year"][column][at]) for year in years)


def gained(lever: str, strength: float, replicates: int = REPLICATES) -> tuple[np.ndarray, ...]:
    """Net researchers gained by eight years of recruiting alone and with all of the G20 [R, 5], and what was spent."""
    cfg = live.config(f"scale={SCALE}")
    alone, together, spent, spent_together = (np.zeros((replicates, len(RECRUITERS))) for _ in range(4))
    for r in range(replicates):
        history = live.start(cfg, replicate=r).go(2017)
        state, codes = history.state(), history.world.setting.data.iso3
        at = [codes.index(code) for code in RECRUITERS]

        def net(found: live.Run, k: int) -> float:
            return totals(found.years, "new_moves_in", k) - totals(found.years, "new_moves_out", k)

        base = live.resume(cfg, state, replicate=r).go()
        paired = base.world.macros
        everybody = live.resume(live.with_lever(cfg, lever, strength, ("G20",)), state, replicate=r, baseline=paired)
        everybody = everybody.go()
        for j, (code, k) in enumerate(zip(RECRUITERS, at)):
            recruits = live.with_lever(cfg, lever, strength, (code,))
            one = live.resume(recruits, state, replicate=r, baseline=paired).go()
            alone[r, j], together[r, j] = net(one, k) - net(base, k), net(everybody, k) - net(base, k)
            spent[r, j] = totals(one.years, "recruitment_musd", k)
            spent_together[r, j] = totals(everybody.years, "recruitment_musd", k)
    return alone, together, spent, spent_together


@pytest.mark.parametrize(("lever", "strength"), [("recruit_income", 0.5), ("talent_programme", 5.0)])
def test_nobody_gains_in_a_race_what_it_gains_alone(lever: str, strength: float) -> None:
    alone, together, *_ = gained(lever, strength)
    assert (alone.mean(axis=0) > 0).all()
    assert (together.mean(axis=0) < alone.mean(axis=0)).all()
    lost = (alone - together).sum(axis=1)
    assert lost.mean() > 3 * lost.std(ddof=1) / np.sqrt(len(lost))
    assert together.sum() < 0.7 * alone.sum()


def test_a_recruit_costs_more_in_a_race() -> None:
    alone, together, spent, spent_together = gained("talent_programme", 5.0, 2)
    price_alone = spent.sum() / alone.sum()
    price_together = spent_together.sum() / max(together.sum(), 1.0)
    assert spent.all() and price_together > 1.3 * price_alone
