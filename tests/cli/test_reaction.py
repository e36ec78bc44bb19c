"""The experiment on reactions: its small runs give numbers and figures; what its page says is in its numbers."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from experiments.common.numbers import at, read_numbers
from experiments.reaction import figures, run
from experiments.reaction.answer import answer
from experiments.reaction.formula import Formula
from experiments.reaction.matrix import first_threats, largest, radii
from experiments.reaction.numbers import CHINA_AT_US, COUNTRY
from experiments.reaction.priors import corner, draws, priors, slopes_times
from experiments.reaction.runs import Runs
from sim.data.tables import load_world_data
from sim.params import GovernmentParams

PAGE = figures.HERE / "README.md"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small runs."""
    return run.main(["--small", "--store", str(tmp_path_factory.mktemp("reaction"))])


def test_small_version_writes_numbers_and_figures(store: Path) -> None:
    written = figures.main(["--small", "--store", str(store)])
    assert {path.stem for path in written if path.suffix == ".png"} == set(figures.FIGURES)
    numbers = read_numbers(store)
    assert all(text.strip() for text in answer(numbers).values())
    at_zero = {
        arm: at(numbers, "mean rung of protect", case=f"0 {arm}")["mean"].item() for arm in ("baseline", "restricts")
    }
    assert at_zero["baseline"] == at_zero["restricts"] > 0.0, "with slopes of 0 nobody reacts"


def test_arms_of_a_draw_start_alike_and_a_restriction_presses(store: Path) -> None:
    (trace, *_) = Runs(store).drawn.values()
    assert (trace["baseline.up"][0] == trace["restricts.up"][0]).all(), "2018 looks at 2017"
    assert trace["restricts.up"][3:, 1].sum() > trace["baseline.up"][3:, 1].sum()


def test_runs_go_on_where_they_stopped(store: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in store.glob("*.npz")}
    (store / "matrix.npz").unlink()
    run.run(run.SMALL, store)
    after = {file.name: file.stat().st_mtime_ns for file in store.glob("*.npz")}
    assert [name for name in before if before[name] != after[name]] == ["matrix.npz"]


def test_priors_are_the_documented_laws() -> None:
    laws = priors()
    slopes = {f.name for f in fields(GovernmentParams) if f.name.startswith("beta_")}
    levels = {"protect_level", "restrict_level", "promote_level", "down", "down_promote"}
    assert set(laws) == slopes | levels | {"promote_rung", "promote_cap", "protect_cap"}
    assert np.allclose(laws["restrict_level"].values(np.array([0.0, 0.5, 1.0])), [0.0005, np.sqrt(0.0005 * 0.01), 0.01])
    assert laws["beta_received"].values(np.array(0.6827)) == pytest.approx(1.4, rel=1e-3), (
        "half-normal: one scale at 68 %"
    )
    assert laws["beta_available"].values(np.array(0.5)) == pytest.approx(0.0), "of either sign"
    for point in draws(20):
        for f in fields(GovernmentParams):
            assert f.metadata["lo"] <= point.get(f.name, f.default) <= f.metadata["hi"]


def test_formula_moves_with_slopes() -> None:
    places = largest(load_world_data("full"), 12)
    formula = Formula(20000, places, first_threats(20000))
    assert not formula.matrix(slopes_times(0.0)).any()
    start, double, most = (radii(formula.matrix(values)) for values in ({}, slopes_times(2.0), corner()))
    assert all(0.0 < start[name] < double[name] < most[name] < 1.0 for name in start)


def test_page_says_what_is_in_its_numbers() -> None:
    text, numbers = PAGE.read_text(encoding="utf-8"), read_numbers(figures.HERE)
    for name, found in answer(numbers).items():
        assert found in text, f"{name}: python -m experiments.reaction.figures"


def test_what_the_page_claims_in_words_holds() -> None:
    numbers = read_numbers(figures.HERE)

    def mean(outcome: str, **case: object) -> float:
        return float(at(numbers, outcome, **case)["mean"].item())

    late = {"part": "followers", "year": 2035}
    added = {}
    for name in ("an ally protects", "an ally restricts", CHINA_AT_US):
        added[name] = mean(name, case="restricts", **late) - mean(name, case="baseline", **late)
        assert added[name] > 0.0
    assert added["an ally protects"] > added[CHINA_AT_US], "allies follow more than China answers"
    for arm in ("baseline", "restricts"):
        told, drawn = (mean(name, case=arm, **late) for name in (COUNTRY, f"{COUNTRY}, as drawn"))
        assert abs(told - drawn) < 4.0, "chances agree with the steps that were taken"
    direct, total, cost = (
        next(at(numbers, "papers, nine allies", part="effects", case=case).itertuples())
        for case in ("direct", "total", "total minus direct")
    )
    assert cost.mean < -2.0 * cost.se, "reactions cost allies"
    assert direct.mean > 2.0 * direct.se and abs(total.mean) < 2.0 * total.se, "about what they would have gained"
    for radius in ("largest places, measured", "all places, by formula"):
        assert at(numbers, f"{radius}, over the priors", part="radius", case="all")["median"].item() < 1.0
    assert (
        mean("largest places, measured, corner", case="all") > 1.0 > mean("all places, by formula, corner", case="all")
    )


def test_each_kind_of_reaction_works_on_its_ladder() -> None:
    numbers = read_numbers(figures.HERE)

    def mean(outcome: str, case: str) -> float:
        return float(at(numbers, outcome, part="switched", case=case)["mean"].item())

    china = f"{CHINA_AT_US}, 2035"
    assert mean(china, "all, added") > 5.0 * abs(mean(china, "no retaliation, added")), "China answers by retaliation"
    promote = "mean rung of promote, 2035"
    assert mean(promote, "all, baseline") > mean(promote, "no competition, baseline")
    assert mean("people available, 2031-35", "all, added") > 0.0
