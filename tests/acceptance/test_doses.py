"""Effects of policy that were fitted come out, one coarse replicate in every change, four under `make full`."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.acceptance.pooled import Found
from experiments.acceptance.worlds import Changes
from experiments.doses.effects import CASES, HOSTILITY, YEARS, entry_effect, output_effect
from experiments.doses.run import PAGE, change, measured, page, verdict
from experiments.doses.table import EFFECTS, Effect

FEARLESS: Changes = (
    ("params.entry.hostility", 0.0),
    ("params.publication.fear_output", 0.0),
    ("params.collaboration.fear", 0.0),
    ("params.careers.exit_fear", 0.0),
    ("params.mobility.fear_leave", 0.0),
    ("params.mobility.hostility", 0.0),
)
COARSE = {"P1": 8.0, "P8": 15.0, "P9": 0.15}  # allowed beyond the range at the noise of one coarse replicate


def test_differences_are_of_the_two_groups_against_no_policy() -> None:
    sums = {
        f"{HOSTILITY} 2018 entrants": np.array([[1000.0, 200.0], [10.0, 40.0]]),
        f"{HOSTILITY} 2018 papers": np.array([[1000.0, 200.0], [990.0, 180.0]]),
    }
    assert entry_effect(sums, HOSTILITY, 2018, 2018) == pytest.approx(-20.0 + 1.0)
    assert output_effect(sums, HOSTILITY, 2018, 2018) == pytest.approx(-10.0 + 1.0)


def test_a_value_is_off_by_its_distance_in_widths_of_the_range() -> None:
    effect = Effect("P1", "", "%", -19.0, -11.0, "")
    assert [effect.off(x) for x in (-15.0, -11.0, -3.0, -23.0)] == [0.0, 0.0, 1.0, 0.5]
    assert verdict(effect, -15.0) == "met" and verdict(effect, 0.0) == "**missed**"


def test_the_page_shows_misses_and_every_year() -> None:
    names = [e.id for e in EFFECTS] + [
        f"{shock} {year} {what}"
        for shock, (first, last) in YEARS.items()
        for year in range(first, last + 1)
        for what in ("entry", "output", "fear")
    ]
    text = page({name: Found(0.0, 1.0) for name in names}, 100, 4)
    assert text.count("**missed**") == len(EFFECTS) and f"`{CASES}`, 2021" in text
    assert change("params.security.chi=100") == ("params.security.chi", 100.0)


def test_the_written_page_has_every_effect() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"[{e.id}]" in text and e.what in text for e in EFFECTS), "run python -m experiments.doses.run"


def test_one_coarse_replicate_shows_the_effects_on_entry_and_fear() -> None:
    found = measured(1000, 1)
    for effect in EFFECTS:
        if effect.id in COARSE:
            slack = COARSE[effect.id]
            assert effect.lo - slack <= found[effect.id].mean <= effect.hi + slack, (effect.id, found[effect.id])


@pytest.mark.full
def test_without_fear_there_is_no_effect() -> None:
    found = measured(1000, 1, FEARLESS)
    assert found["P1"].mean == 0.0 and abs(found["P3"].mean) < 1e-9
