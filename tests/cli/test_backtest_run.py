"""The backtest of the whole model, small: from the refit to errors, figure and page.

The small world is refitted to 2012 in one round. Left out is the refit to 2014: tables that know the years asked for
stand in its folder instead, so that the model must come near them, and a path that goes wrong shows.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.backtest import errors, page, run
from experiments.backtest.outcomes import OUTCOMES
from experiments.common.made import read_made
from sim.data.tables import load_world_data
from sim.data.worlds import folder_of

YEARS = {o.name: {2012: 2} if o.name == "top 1 %" else {2012: 5, 2014: 3} for o in OUTCOMES}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Fits and results of a run on the small world, one agent for 4,000 researchers."""
    fit, out = tmp_path_factory.mktemp("fit"), tmp_path_factory.mktemp("out")
    shutil.copytree(folder_of("g20"), fit / "to_2014")
    words = "--data g20 --scale 4000 --replicates 1 --threads 1 --fit-scale 4000 --rounds 1"
    assert run.main([*words.split(), "--fit", str(fit), "--out", str(out)]) == 0
    return fit, out


def test_the_fit_ends_at_the_origin(folders: tuple[Path, Path]) -> None:
    assert load_world_data(str(folders[0] / "to_2012")).end == 2012


def test_every_outcome_and_year_has_errors_of_every_method(folders: tuple[Path, Path]) -> None:
    found = pd.read_csv(folders[1] / "errors.csv")
    found = found[found["method"] != errors.CHANCE]
    for method in (errors.MODEL, errors.LAST, errors.TREND, errors.LINE):
        counts = found[found["method"] == method].groupby(["outcome", "origin"], sort=False).size().to_dict()
        assert counts == {(name, origin): n + 1 for name, each in YEARS.items() for origin, n in each.items()}
    assert np.isfinite(found[["error", "log_error"]].to_numpy()).all()


def test_a_model_that_knows_the_years_comes_near_them(folders: tuple[Path, Path]) -> None:
    """One replicate at 1:4000: papers of the world within a tenth, of places and researchers within a fifth."""
    found = pd.read_csv(folders[1] / "errors.csv")
    own = errors.together(found[found["origin"] == 2014])[errors.MODEL]
    assert own["world papers"] < 0.1 and own["papers"] < 0.2 and own["stocks"] < 0.2 and own["moves"] < 0.5


def test_tables_of_the_page_and_figure_are_written(folders: tuple[Path, Path]) -> None:
    table = page.blocks(pd.read_csv(folders[1] / "errors.csv"))["outcomes"]
    assert all(outcome.words in table for outcome in OUTCOMES)
    assert read_made(folders[1]).startswith("1 replicate, one agent for 4,000 researchers, world g20; fitted")
    assert "inputs.csv" in set(pd.read_csv(folders[1] / "later_data.csv")["file"])
    assert (folders[1] / "figures" / "errors.png").stat().st_size > 10_000
