"""What no data fix may be drawn because the past stays as the data have it: drawn worlds agree until 2017."""

from __future__ import annotations

import numpy as np
import pytest

from sim.comparison.design import draws_of
from sim.comparison.question import ask
from sim.config.load import load_config, with_parameters
from sim.config.schema import Config
from sim.core.read import Problems
from sim.world import World

SETTINGS = ("scale=4000", "world=g20", "start=2000", "panel.size=0", "threads=1")
BAR = 0.03  # of the fit: stocks within 3 %


def levels(cfg: Config) -> np.ndarray:
    """Researchers and papers of the world, and researchers of every place, in 2017."""
    for result in World(cfg).run(until=2017):
        last = result
    world, place = last.tables["world_year"], last.tables["place_year"]
    large = np.argsort(place["n_researchers"])[-5:]
    return np.concatenate([world["n_researchers"], world["papers"], np.sort(place["n_researchers"][large])]).astype(
        float
    )


def test_drawn_worlds_have_the_past_of_the_data() -> None:
    question = ask(["restrictive"], (*SETTINGS, "government.mode=scripted", "draws=5"))
    cfg = load_config(*SETTINGS)
    documented = levels(cfg)
    for values in draws_of(question).values[1:]:
        numbers = {key: value for key, value in values.items() if not key.startswith("doses.")}
        drawn = levels(with_parameters(cfg, numbers, Problems()))
        assert drawn == pytest.approx(documented, rel=BAR)


def test_the_bar_tells_a_number_that_the_fit_rests_on() -> None:
    cfg = load_config(*SETTINGS)
    changed = with_parameters(cfg, {"params.careers.exit_early": 3.2}, Problems())
    assert (np.abs(levels(changed) / levels(cfg) - 1) > 2 * BAR).any()
