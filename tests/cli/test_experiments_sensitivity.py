"""The experiment on sensitivity: a small sweep runs, the figure is drawn, the page has its numbers."""

from __future__ import annotations

from pathlib import Path

from experiments.common.numbers import read_numbers
from experiments.sensitivity import figures as sensitivity
from experiments.sensitivity.names import FITTED, LEFT_OUT, LEFT_OUT_GROUPS, WORDS
from experiments.sensitivity.numbers import UNITS, strongest
from sim.config.schema import parameter_table
from sim.sweep.spec import read_spec
from sim.sweep.spec_draws import bounds
from tests.cli.small_experiment import ROOT, small


def test_sensitivity_from_design_to_figure(tmp_path: Path) -> None:
    written, numbers = small(sensitivity, tmp_path, "sweep.yaml")
    assert [path.name for path in written if path.suffix == ".png"] == ["screening.png"]
    assert set(numbers["outcome"]) == set(UNITS)
    star = numbers[numbers["index"] == "mu_star"].set_index(["outcome", "parameter"])["value"]
    assert star["share protected", "effects.disclosure.deception"] > 0.0
    assert (star >= 0.0).all() and len(strongest(numbers)) == 4
    signs = sensitivity.signs(numbers)
    assert all(signs.lower().count(words.lower()) == 1 for words in sensitivity.SENTENCES.values()), (
        "each effect has its sign"
    )
    assert signs.count("at every point") <= 2


def test_the_screening_covers_all_assumptions_but_those_named() -> None:
    screened = read_spec(ROOT / "sensitivity").sample
    assert screened is not None
    ranges = {item.name: item for item in screened.over}
    assert set(ranges) == set(WORDS)
    roles = {row["key"]: row["role"] for row in parameter_table()}
    assumed = {name for name, role in roles.items() if role == "assumption"}
    left_out = {name for name in assumed if name.split(".")[1] in LEFT_OUT_GROUPS or name[7:] in LEFT_OUT}
    assert {name[7:] for name in left_out} >= set(LEFT_OUT), "all that is left out exists"
    assert {name for name in ranges if name.startswith("params.")} == assumed - left_out | set(FITTED)
    assert all(roles[name] == "fitted" for name in FITTED)
    for name, item in ranges.items():
        low, high = bounds(name) or (0.0, 0.0)
        assert low <= item.lo < item.hi <= high


def test_the_page_says_what_its_numbers_say() -> None:
    text = (sensitivity.HERE / "README.md").read_text(encoding="utf-8")
    for name, words in sensitivity.tables(read_numbers(sensitivity.HERE)).items():
        assert words in text, name
    for path in (sensitivity.HERE / "figures").glob("*.png"):
        assert f"figures/{path.name}" in text
