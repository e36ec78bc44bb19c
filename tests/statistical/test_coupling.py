"""Paired runs: ten years on, a policy of one place leaves untouched people and places as they were.

With feedback frozen the standard error of a paired effect on an untouched place is at most a fifth of that of an
unpaired one (median over places), that is, pairing saves 24 of 25 replicates. Numbers at 1:100:
``python -m benchmarks.coupling``.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests import live
from tests.statistical.coupling import DATA_END, MEASURES, YEARS, Arms, errors, histories_of, ratios, run_arms, shares

PLACE, REPLICATES = "NLD", 4


@pytest.fixture(scope="module")
def arms() -> Arms:
    """Baselines and scenarios of a small world in which one place refuses all visas: a large and visible policy."""
    end = f"end={DATA_END + YEARS}"
    histories = histories_of(live.config(end), REPLICATES)
    return run_arms(live.config(end, "params.feedback=frozen"), histories, "visa_refusal", 1.0, PLACE)


@pytest.fixture(scope="module")
def treated(arms: Arms) -> int:
    return arms.baseline[0].world.setting.data.iso3.index(PLACE)


def test_the_policy_does_something_where_it_is_in_force(arms: Arms, treated: int) -> None:
    mean, paired, _ = errors(arms, "n_researchers")
    assert mean[treated] < -5.0 * paired[treated]


def test_untouched_researchers_have_the_same_place_and_papers(arms: Arms) -> None:
    paired, chance = shares(arms)
    assert paired.place >= 0.99
    assert paired.both >= 0.95
    assert chance.both < 0.5, "people of other replicates are not alike, so the shares mean something"


@pytest.mark.parametrize("measure", MEASURES)
def test_pairing_cuts_the_standard_error_to_a_fifth(measure: str, arms: Arms, treated: int) -> None:
    assert np.median(ratios(arms, measure, treated)) <= 0.2
