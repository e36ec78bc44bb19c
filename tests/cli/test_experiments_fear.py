"""Experiments on repeal and on the precision of investigations: small sweeps run, figures are drawn, pages agree."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from experiments.common.numbers import at, read_numbers
from experiments.precision import figures as precision
from experiments.precision.numbers import AXES as PRECISION_AXES
from experiments.repeal import figures as repeal
from experiments.repeal.numbers import AXES as REPEAL_AXES
from sim import load_config
from sim.sweep.spec import read_spec
from tests.cli.small_experiment import ROOT, small


def test_repeal(tmp_path: Path) -> None:
    written, found = small(repeal, tmp_path, "sweep.yaml")
    assert [path.name for path in written if path.suffix == ".png"] == ["after_repeal.png"]
    assert (at(found, "fear, 2021", chi=0)["mean"] == 0.0).all()
    assert (at(found, "fear, 2018", chi=84)["mean"] == 0.0).all(), "fear is felt in the year after a case"

    def fear(year: int, outcome: str = "fear", **differs: float) -> float:
        return float(repeal.line(found, repeal.ALONE, f"{outcome}, {year}", **differs).mean)

    assert fear(2022) > fear(2022, by_risk=1) > 0.0
    assert fear(2022) > fear(2022, "fear of others") > 0.0, "by tie, a part of that by origin"
    assert fear(2022) > fear(2026) > fear(2026, decay=0.8) >= 0.0
    assert "Most of it is fear and not rule" in repeal.answer(found)


def test_precision(tmp_path: Path) -> None:
    written, found = small(precision, tmp_path, "sweep.yaml")
    assert [path.name for path in written if path.suffix == ".png"] == ["price_of_finding.png"]

    def mean(outcome: str, **differs: float) -> float:
        return float(precision.line(found, outcome, **differs).mean)

    assert mean("cases that find one", by_risk=1) > mean("cases that find one") > 0.0
    assert mean("fear") > mean("fear", by_risk=1) > 0.0 and mean("fear") > mean("fear", rate=0.00165)
    assert mean("cases") > 1.5 * mean("cases", rate=0.00165) > 0.0
    assert mean("share protected") == 0.0 < mean("share protected", by_risk=1), "only cases by risk deter"
    assert "matters more" in precision.answer(found)


def test_the_usual_case_is_the_model_s() -> None:
    """Values that pages call usual are the defaults of parameters and levers."""
    params = load_config().params
    for module, names in ((repeal, REPEAL_AXES), (precision, PRECISION_AXES)):
        for key, name in names.items():
            if key.startswith("params."):
                _, group, parameter = key.split(".")
                assert getattr(getattr(params, group), parameter) == module.USUAL[name], key
    chosen = read_spec(ROOT / "precision").blocks[0].labels
    assert {row[0] for row in chosen} == set(precision.RATES) and {row[1] for row in chosen} == set(precision.AIMS)


def test_aim_matters_more_than_number() -> None:
    """What the pages say in words beside their numbers."""
    found = read_numbers(precision.HERE)
    cells: list[dict[str, float]] = [{"by_risk": 1}, precision.HALF, {}]
    low, middle, high = (precision.line(found, "researchers lost", **cell) for cell in cells)
    assert low.mean + 2 * low.se < middle.mean - 2 * middle.se < middle.mean < high.mean
    prices = [precision.line(found, "researchers lost per tie found", **cell) for cell in cells]
    assert prices[0].mean < prices[1].mean / 2
    assert prices[1].mean > 0.8 * prices[2].mean, "fewer cases by origin buy hardly a better price"
    found = read_numbers(repeal.HERE)
    last = repeal.last_year(found)
    assert repeal.line(found, repeal.PACKAGE, "researchers, fear's share").mean > 50
    assert repeal.line(found, repeal.PACKAGE, f"researchers, {last}").mean < 0


@pytest.mark.parametrize("module", [repeal, precision], ids=lambda module: module.HERE.name)
def test_pages_say_what_their_numbers_say(module: ModuleType) -> None:
    text = (module.HERE / "README.md").read_text(encoding="utf-8")
    for name, words in module.tables(read_numbers(module.HERE)).items():
        assert words in text, name
    for path in (module.HERE / "figures").glob("*.png"):
        assert f"figures/{path.name}" in text
