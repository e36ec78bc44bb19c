"""Effects of policy come out: those on entry and fear in every change, all of them under `make full`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from experiments.acceptance.pooled import Found
from experiments.acceptance.worlds import Changes
from experiments.doses import page
from experiments.doses.effects import CASES, HOSTILITY, YEARS, entry_effect, output_effect
from experiments.doses.page import verdict
from experiments.doses.run import change, measured, tidy
from experiments.doses.table import EFFECTS, SERIES, Effect
from sim.params import Params

FEARLESS: Changes = (
    ("params.entry.hostility", 0.0),
    ("params.publication.fear_output", 0.0),
    ("params.collaboration.fear", 0.0),
    ("params.careers.exit_fear", 0.0),
    ("params.mobility.fear_leave", 0.0),
    ("params.mobility.hostility", 0.0),
)
FITTED = Params()
HALF: Changes = (
    ("params.entry.hostility", 0.5 * FITTED.entry.hostility),
    ("params.security.chi", 0.5 * FITTED.security.chi),
    ("params.collaboration.fear_exposure_other", 0.5 * FITTED.collaboration.fear_exposure_other),
)
COARSE, REPLICATES, SLACK = 400, 2, 0.25  # SLACK : widths of the range allowed beyond it, for the noise of these
OFTEN = {"P1", "P8", "P9"}  # clear of the noise there
FINE, MISSED = 200, {"P5a"}  # known to be missed


def test_differences_are_of_the_two_groups_against_no_policy() -> None:
    sums = {
        f"{HOSTILITY} 2018 entrants": np.array([[1000.0, 200.0], [10.0, 40.0]]),
        f"{HOSTILITY} 2018 papers": np.array([[1000.0, 200.0], [990.0, 180.0]]),
    }
    assert entry_effect(sums, HOSTILITY, 2018, 2018) == pytest.approx(-20.0 + 1.0)
    assert output_effect(sums, HOSTILITY, 2018, 2018) == pytest.approx(-10.0 + 1.0)


def test_a_value_is_off_by_its_distance_in_widths_of_the_range() -> None:
    effect = Effect("P1", "", "", "%", -19.0, -11.0, "")
    assert [effect.off(x) for x in (-15.0, -11.0, -3.0, -23.0)] == [0.0, 0.0, 1.0, 0.5]
    assert verdict(effect, -15.0) == "met" and verdict(effect, 0.0) == "**missed**"


def test_numbers_have_every_effect_and_every_year() -> None:
    names = [e.id for e in EFFECTS] + [
        f"{shock} {year} {what}"
        for shock, (first, last) in YEARS.items()
        for year in range(first, last + 1)
        for what in SERIES
    ]
    numbers = tidy({name: Found(0.0, 1.0) for name in names})
    assert page.table(numbers).count("**missed**") == page.misses(numbers).count("is missed*: ") == len(EFFECTS)
    assert set(zip(numbers["scenario"], numbers["year"])) >= {(CASES, "2021"), (HOSTILITY, "2016")}
    assert change("params.security.chi=100") == ("params.security.chi", 100.0)


def off(found: Mapping[str, Found]) -> dict[str, float]:
    """Distance of each effect from its range, in widths."""
    return {effect.id: effect.off(found[effect.id].mean) for effect in EFFECTS}


def test_effects_on_entry_and_fear_come_out() -> None:
    distance = off(measured(COARSE, REPLICATES))
    assert {name: distance[name] for name in OFTEN if distance[name] > SLACK} == {}


@pytest.mark.full
def test_they_do_not_at_half_of_what_was_fitted() -> None:
    distance = off(measured(COARSE, REPLICATES, HALF))
    assert {name for name in OFTEN if distance[name] > SLACK} == OFTEN


@pytest.mark.full
def test_all_effects_come_out_but_the_one_that_the_page_calls_missed() -> None:
    found = measured(FINE, 4)
    distance = off(found)
    assert {name for name, widths in distance.items() if widths > 0.0} <= MISSED, found
    assert all(distance[name] < 1.0 for name in MISSED), found
    assert {effect.id for effect in EFFECTS if effect.cause} == MISSED


@pytest.mark.full
def test_without_fear_there_is_no_effect() -> None:
    found = measured(1000, 1, FEARLESS)
    assert found["P1"].mean == 0.0 and abs(found["P3"].mean) < 1e-9
