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
        assert len([path for path in written if path.suffix == ".png"]) == 3
        return found

    return run


def means(found: pd.DataFrame, by: str) -> dict[object, float]:
    return dict(zip(found[by], found["mean"]))


def test_threshold(numbers: Run) -> None:
    found = numbers(threshold, "sweep.yaml", "threshold_institutions.yaml")
    four = found[(found["elements"] == "all four") & (found["beside"] == "nothing")]
    for size in ("large", "very_large"):
        covered = means(at(four, "institutions covered", size=size), "threshold")
        assert covered[10] >= covered[50] >= covered[500]
    assert means(at(four, "institutions covered", size="medium"), "threshold")[50] == 0.0
    per = means(at(four, "cost by support", threshold=10), "size")
    assert per["small"] > per["medium"] > per["large"] > per["very_large"] > 0.0, (
        "a fixed part weighs most on the small"
    )
    whole = means(at(found, "compliance", elements="all four", threshold=10), "beside")
    assert len(set(whole.values())) == 1, "investigations cost institutions nothing"
    cyber = means(at(found, "compliance", elements="cybersecurity", beside="nothing"), "threshold")
    assert whole["nothing"] > cyber[10] > cyber[500] > 0.0
    nothing = at(found, "leaks prevented, all rules", elements="none", beside="nothing")
    assert (nothing["mean"] == 0.0).all()
    prevented = means(at(four, "leaks prevented by the elements"), "threshold")
    assert prevented[10] > prevented[500] > 0.0


def test_leak_price(numbers: Run) -> None:
    found = numbers(leak_price, "sweep.yaml")
    leaks = means(at(found, "leaks without the rule", rule="disclosure"), "case")
    # leaks cost trust, and trust is what joint work goes by: nearly, not exactly, proportional
    assert leaks["leak rate 0.1"] / leaks["leak rate 0.003"] == pytest.approx(0.1 / 0.003, rel=0.2)
    assert leaks["leak rate 0.0001"] / leaks["leak rate 0.003"] == pytest.approx(0.0001 / 0.003, rel=0.05)
    for case in leaks:
        prevented = means(at(found, "leaks prevented by protection", case=case), "rule")
        assert prevented["visa_refusal"] == 0.0 < min(prevented["disclosure"], prevented["cybersecurity"])
        money = means(at(found, "compliance", case=case), "rule")
        assert money["visa_refusal"] == money["investigations_by_profile"] == 0.0 < money["cybersecurity"]
    assert not (at(found, "price money only, by protection", rule="visa_refusal")["mean"]).notna().any()


def test_designs_are_those_of_the_pages() -> None:
    for file in ("sweep.yaml", "threshold_institutions.yaml"):
        spec = read_spec(ROOT / "threshold" / file)
        assert [row[0] for row in spec.blocks[0].labels] == LINES
        assert {"cybersecurity", "travel security", "security training", "export training", "all four"} <= {
            row[0] for row in spec.blocks[1].labels
        }
    rates = [row[0] for row in read_spec(ROOT / "leak_price").blocks[0].labels]
    assert {"leak rate 0.0001", "leak rate 0.1", leak_price.DEFAULT} <= set(rates)


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
