"""The backtest of the whole model, small: from fitted tables to errors, figure and page.

Left out: the refit, which has tests of its own. The tables stand in a folder as if they had been fitted to each origin,
but know the years asked for; so the model must come near them, and a path that goes wrong shows.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from experiments.backtest import errors, run
from experiments.backtest.model import LATER
from experiments.backtest.outcomes import OUTCOMES
from sim.data.tables import folder_of


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a run on the small world, one agent for 4,000 researchers."""
    fit, out = tmp_path_factory.mktemp("fit"), tmp_path_factory.mktemp("out")
    for origin in run.ORIGINS:
        shutil.copytree(folder_of("g20"), fit / f"to_{origin}")
        (fit / f"to_{origin}" / LATER).write_text("- everything\n")
    words = f"--data g20 --scale 4000 --replicates 1 --threads 1 --fit {fit} --out {out}"
    assert run.main(words.split()) == 0
    return out


def test_every_outcome_and_year_has_errors_of_every_method(results: Path) -> None:
    found = pd.read_csv(results / "errors.csv")
    counts = found[found["method"] == errors.MODEL].groupby(["outcome", "origin"], sort=False).size()
    years = {o.name: {2012: 2} if o.name == "top 1 %" else {2012: 5, 2014: 3} for o in OUTCOMES}
    assert counts.to_dict() == {(name, origin): n + 1 for name, each in years.items() for origin, n in each.items()}
    methods = {errors.MODEL, errors.LAST, errors.TREND, errors.LINE}
    assert methods <= set(found.groupby("method").size().index)
    assert found.loc[found["method"] != errors.CHANCE, ["error", "log_error"]].notna().all(axis=None)


def test_a_model_that_knows_the_years_comes_near_them(results: Path) -> None:
    """One agent is 4,000 people: papers and researchers of the larger places within a tenth, moves within a half."""
    own = errors.together(pd.read_csv(results / "errors.csv"))[errors.MODEL]
    assert own["world papers"] < 0.1 and own["papers"] < 0.15 and own["stocks"] < 0.15 and own["moves"] < 0.5


def test_page_and_figure_are_written(results: Path) -> None:
    page = (results / "page.md").read_text(encoding="utf-8")
    assert all(outcome.words in page for outcome in OUTCOMES) and "- everything" in page
    assert "1 replicate, one agent for 4000 researchers" in page
    assert (results / "figures" / "errors.png").stat().st_size > 10_000
