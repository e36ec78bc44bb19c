"""The experiment on races for talent: small sweeps run, accounting holds, the page has its numbers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from experiments.common.numbers import at, read_numbers
from experiments.race import figures
from experiments.race.answer import ALONE, CODES, PAPERS, RESEARCHERS, answer
from experiments.race.governments import EACH_YEAR, GOVERNMENTS, LARGEST_AREA, line, spread
from experiments.race.numbers import ELSEWHERE, RACERS, WORLD
from tests.cli.small_experiment import ROOT, small

HERE = ROOT / "race"


def test_races_from_sweeps_to_figures(tmp_path: Path) -> None:
    written, numbers = small(figures, tmp_path, "sweep.yaml", "race_ends.yaml", "race_reactive.yaml")
    assert {path.name for path in written if path.suffix == ".png"} == {"race.png", "governments.png"}
    assert set(numbers["sweep"]) == {"sweep", "ends", "reactive"}
    parts = [at(numbers, RESEARCHERS, sweep="sweep", unit="number", area=area) for area in (RACERS, ELSEWHERE, WORLD)]
    racers, elsewhere, world = (part.set_index("scenario")["mean"] for part in parts)
    assert np.allclose(racers + elsewhere, world)
    new = at(numbers, "new money", sweep="sweep", area=RACERS).set_index("scenario")["mean"]
    assert new["everybody"] == 0.0 < new["everybody_new_money"]
    top = at(numbers, "on the top rung", case=EACH_YEAR, scenario=GOVERNMENTS, area=LARGEST_AREA)["mean"]
    assert float(top.iloc[0]) > 90.0


def test_moves_that_are_all_noise_have_no_real_spread() -> None:
    rng = np.random.default_rng(1)
    x, noise = np.linspace(0.0, 2.0, 400), rng.normal(0.0, 3.0, (8, 400))
    chance, real = spread(noise), spread(noise + 4.0 * (x - 1.0))
    assert chance["typical real move"] < 0.5 < real["typical real move"]
    assert chance["typical move by chance in one world"] == pytest.approx(3.0, rel=0.05)
    (slope,), explained = line(x[None], noise + 4.0 * (x - 1.0))
    assert slope.mean == pytest.approx(4.0, rel=0.05) and explained == pytest.approx(100.0, abs=10.0)


def test_the_page_says_what_the_numbers_say() -> None:
    numbers, text = read_numbers(HERE), (HERE / "README.md").read_text(encoding="utf-8")
    for table in (*figures.tables(numbers).values(), *(table for _, table in figures.beside(numbers).values())):
        assert table in text
    for path in re.findall(r"figures/\w+\.(?:png|svg)", text):
        assert (HERE / path).is_file()


def test_the_words_of_the_answer_hold_in_the_numbers() -> None:
    """Signs and comparisons that the sentences state in words."""
    numbers = read_numbers(HERE)
    assert answer(numbers)

    def found(outcome: str, scenario: str, area: str) -> tuple[float, float]:
        row = at(numbers, outcome, sweep="sweep", unit="%", scenario=scenario, area=area)
        return float(row["mean"].iloc[0]), float(row["se"].iloc[0])

    for scenario in ALONE:
        alone, error = found(RESEARCHERS, scenario, RACERS)
        together, _ = found(RESEARCHERS, "everybody", CODES[scenario])
        assert alone > 2.0 * error and alone > together
    assert found(RESEARCHERS, "everybody", ELSEWHERE)[0] < 0.0
    leaves = at(numbers, "leaves research", sweep="sweep", scenario="everybody", area=RACERS)["mean"].iloc[0]
    assert 100.0 / 3.0 < leaves < 50.0
    mean, error = found(PAPERS, "everybody", WORLD)
    assert mean < -2.0 * error
    (grants, one), (recruits, other) = (found(PAPERS, f"everybody_{how}", WORLD) for how in ("grants", "new_money"))
    assert grants - recruits > 2.0 * np.hypot(one, other)
    bill, new = (
        float(at(numbers, outcome, sweep="sweep", unit="M$ a year", scenario=scenario, area=RACERS)["mean"].iloc[0])
        for outcome, scenario in (("bill", "everybody"), ("new money", "everybody_new_money"))
    )
    assert new == pytest.approx(bill, rel=0.05)
    for case in set(numbers[numbers["sweep"] == "ends"]["case"]):
        alone, together = (
            float(at(numbers, RESEARCHERS, sweep="ends", unit="%", case=case, scenario=name, area=area)["mean"].iloc[0])
            for name, area in (("united_states", RACERS), ("everybody", "USA"))
        )
        assert together < alone, case
