"""Experiments on threshold and leak price: small sweeps run, figures are drawn, pages say what was run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from experiments.common.numbers import at, read_numbers
from experiments.leak_price import figures as leak_price
from experiments.threshold import figures as threshold
from sim import load_config
from sim.sweep.spec import read_spec
from tests.cli.small_experiment import ROOT, small

LINES = [10, 25, 50, 100, 250, 500]
Run = Callable[..., pd.DataFrame]


@pytest.fixture
def numbers(tmp_path: Path) -> Run:
    """Runs small sweeps through the command line, draws, and gives the numbers."""

    def run(module: ModuleType, *files: str) -> pd.DataFrame:
        written, found = small(module, tmp_path, *files)
        assert [path for path in written if path.suffix == ".png"]
        return found

    return run


def means(found: pd.DataFrame, by: str) -> dict[object, float]:
    return dict(zip(found[by], found["mean"]))


def test_threshold(numbers: Run) -> None:
    found = numbers(threshold, "sweep.yaml", "threshold_institutions.yaml")
    for size in ("large", "very_large"):
        covered = means(at(found, "institutions covered", size=size), "threshold")
        assert covered["10"] >= covered["50"] >= covered["500"]
    assert means(at(found, "institutions covered", size="medium"), "threshold")["50"] == 0.0
    per = means(at(found, "cost by support", threshold="10"), "size")
    assert per["small"] > per["medium"] > per["large"] > per["very_large"] > 0.0, (
        "a fixed part weighs most on the small"
    )
    rules = means(at(found, "compliance", size=""), "rule")
    four = rules["all four from 50 M$"]
    assert rules["all four and investigations by profile"] == four, "investigations cost institutions nothing"
    assert rules["all four from 10 M$"] > four > rules["all four from 500 M$"] > 0.0
    assert four > rules["cybersecurity"] > rules["investigations by profile"] == 0.0
    stopped = means(at(found, "leaks stopped, if 0.003 is right"), "rule")
    assert stopped["all four from 10 M$"] > stopped["all four from 500 M$"] > 0.0
    assert stopped["investigations by profile"] == 0.0


def test_leak_price(numbers: Run) -> None:
    found = numbers(leak_price, "sweep.yaml", "leak_price_checks.yaml")
    leaks = means(at(found, "leaks without the rule", rule="disclosure"), "case")
    # leaks cost trust, and trust is what joint work goes by: nearly, not exactly, proportional
    assert leaks["leak rate 0.03"] / leaks["leak rate 0.0003"] == pytest.approx(100, rel=0.1)
    stopped = means(at(found, "hazard stopped", rule="disclosure"), "case")
    assert stopped["leak rate 0.03"] == pytest.approx(stopped["leak rate 0.0003"], rel=0.05), "a share at any rate"
    assert stopped["protection at upper ends"] > stopped["as assumed"] > 0.0
    rules = found[found["case"] == "as assumed"]
    stopped = means(at(rules, "hazard stopped"), "rule")
    assert stopped["visa_refusal"] == stopped["investigations_by_profile"] == 0.0
    assert min(stopped["as_many_by_risk"], stopped["disclosure"], stopped["cybersecurity"]) > 0.0
    money = means(at(rules, "compliance"), "rule")
    assert money["visa_refusal"] == money["investigations_by_profile"] == 0.0 < money["cybersecurity"]
    finds = means(at(rules, "investigations that find"), "rule")
    assert finds["as_many_by_risk"] > finds["investigations_by_profile"] > 0.0
    assert at(rules, "price, hazard stopped, money only", rule="visa_refusal").empty


def test_designs_are_those_of_the_pages() -> None:
    lines = read_spec(ROOT / "threshold" / "threshold_institutions.yaml").blocks[0].labels
    assert [row[0] for row in lines] == LINES
    rules = {s.label for s in read_spec(ROOT / "threshold").scenarios}
    elements = {"cybersecurity", "travel security", "security training", "export training"}
    assert {f"all four from {line} M$" for line in LINES} | elements <= rules
    assert set(leak_price.RULES) == {s.label for s in read_spec(ROOT / "leak_price").scenarios}


def test_rules_alone_have_the_strengths_of_shipped_policies() -> None:
    folder = ROOT / "leak_price" / "configs"
    files = sorted((folder / "policy").glob("only_*.yaml"))
    assert {file.stem.removeprefix("only_") for file in files} == {
        s.label for s in read_spec(ROOT / "leak_price").scenarios
    }
    for file in files:
        policy = load_config(f"+policy={file.stem}", config_dir=str(folder)).policies[file.stem]
        for lever in policy.levers.values():
            named = re.search(r"\b(us|g7|chn)_\w+", lever.source)
            assert named, f"{file.stem}: {lever.source}"
            shipped = load_config(f"+policy={named[0]}").policies[named[0]].levers.values()
            strengths = {list(other.values.values())[-1] for other in shipped if other.lever == lever.lever}
            pulled = set(lever.values.values())
            assert pulled and pulled <= strengths, f"{file.stem}: {lever.lever}"


@pytest.mark.parametrize("module", [threshold, leak_price], ids=lambda module: module.HERE.name)
def test_pages_have_the_numbers_of_their_files(module: ModuleType) -> None:
    text = (module.HERE / "README.md").read_text(encoding="utf-8")
    for name, table in module.tables(read_numbers(module.HERE)).items():
        assert table in text, name
    for path in (module.HERE / "figures").glob("*.png"):
        assert f"figures/{path.name}" in text
