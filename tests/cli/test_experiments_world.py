"""The experiment on all scenarios: a small sweep runs, figures are drawn, the page has its numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from experiments.common.numbers import read_numbers
from experiments.common.page import told
from experiments.scenario_comparison import answer
from experiments.scenario_comparison import figures as comparison
from experiments.scenario_comparison.numbers import _mean_protected, window_of
from sim.config.folders import options, search_folders
from tests.cli.small_experiment import ROOT, small


def test_scenarios_are_compared_with_direct_and_total_effects(tmp_path: Path) -> None:
    written, numbers = small(comparison, tmp_path, "sweep.yaml", "scenario_comparison_ends.yaml")
    assert {path.name for path in written if path.suffix == ".png"} == {"comparison.png", "direct_and_total.png"}
    own = numbers[numbers["case"] == ""]
    direct = own[own["mode"] == "scripted"].set_index(["scenario", "area", "outcome", "unit"])["mean"]
    assert direct["restrictive", "issuers", "protected", "% points"] > 0.0
    assert direct["open", "issuers", "protected", "% points"] == 0.0
    assert direct["open", "issuers", "compliance", "M$ a year"] == 0.0
    assert direct["proportionate", "issuers", "compliance", "M$ a year"] > 0.0
    begun = own.drop_duplicates("scenario").set_index("scenario")[["first", "last"]]
    assert begun.loc["hostility_2016"].tolist() == [2016, 2024] and begun.loc["open"].tolist() == [2018, 2024]
    assert set(numbers["n"]) == {2} and len(comparison.order_of(numbers)) == 4
    assert set(numbers["title"]) >= {"A lasting crackdown of the US", "Hostility of 2016"}
    ends = numbers[numbers["case"] != ""]
    assert set(ends["case"]) == set(sum(answer.NEAREST.values(), ())) and set(ends["scenario"]) == {
        "restrictive",
        "open",
    }
    assert "direct ones" in answer.total(numbers) and answer.ends(numbers).count("by default") == 2


def test_protection_of_several_issuers_is_the_mean_of_their_own_shares() -> None:
    leaks = {"leaks_reward": [0.5, 0.0, 0.0], "leaks_deception": 0.0, "leaks_coercion": 0.0, "leaks_theft": 0.0}
    place = pd.DataFrame({"place": ["USA", "JPN", "NZL"], "leaks_unprotected": [2.0, 100.0, 0.0], **leaks})
    found = _mean_protected(place.assign(scenario="rules", replicate=0))
    assert found["protected"].tolist() == [0.875], "not weighted, and without a place that has no hazard"


def test_a_sentence_that_no_longer_holds_fails() -> None:
    numbers = read_numbers(comparison.HERE)
    assert answer.told(numbers, "restrictive", "world", answer.PAPERS, -1)
    with pytest.raises(ValueError, match="not what the page says"):
        answer.told(numbers, "restrictive", "world", answer.PAPERS, 1)


def test_windows_and_issuers_come_from_the_scenario() -> None:
    assert sorted(window_of("proportionate", {}).issuers) == ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"]
    old = window_of("visas_mantis_2002", {})
    assert (old.first, old.last, old.old, old.issuers) == (2002, 2011, True, ("USA",))
    late = window_of("ostp_2024", {})
    assert (late.first, late.last, late.old) == (2025, 2035, False)


def test_the_page_has_the_tables_of_its_numbers_and_all_figures() -> None:
    numbers, text = read_numbers(comparison.HERE), (comparison.HERE / "README.md").read_text(encoding="utf-8")
    assert set(numbers["scenario"]) == set(options("scenario", search_folders(None).values()))
    assert answer.finding(numbers) in (ROOT / "README.md").read_text(encoding="utf-8")
    for table in [*answer.blocks(numbers).values(), answer.ends(numbers)]:
        assert table in text
    for path in (comparison.HERE / "figures").glob("*.png"):
        assert f"figures/{path.name}" in text and path.with_suffix(".svg").is_file()


@pytest.mark.parametrize(
    ("mean", "se", "expected"),
    [
        (58.461, 0.092, "58.5 ± 0.1"),
        (27.42, 0.57, "27.4 ± 0.6"),
        (44.7, 1.7, "44.7 ± 1.7"),
        (0.057, 0.027, "0.06 ± 0.03"),
        (35.517, 0.042, "35.52 ± 0.04"),
        (1234.0, 0.0, "1,230"),
        (math.nan, 1.0, "–"),
    ],
)
def test_sentences_have_the_digits_of_the_error(mean: float, se: float, expected: str) -> None:
    assert told(mean, se) == expected


def test_scenarios_of_several_issuers_are_marked() -> None:
    marked = comparison.labels_of(read_numbers(ROOT / "scenario_comparison"), ["retaliation", "restrictive"])
    assert [label.endswith("†") for label in marked] == [True, False]
