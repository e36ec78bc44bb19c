"""The experiment on sensitivity: a small sweep runs, the figure is drawn, the page has its numbers."""

from __future__ import annotations

from pathlib import Path

from experiments.common.numbers import read_numbers
from experiments.sensitivity import figures as sensitivity
from experiments.sensitivity.numbers import UNITS, strongest
from sim.assumptions.ranges import assumptions, bounds
from sim.config.load import load_config
from sim.sweep.spec import read_spec
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


def test_the_screening_covers_all_assumptions() -> None:
    screened = read_spec(ROOT / "sensitivity").sample
    assert screened is not None
    ranges = {item.name: item.law for item in screened.over}
    scenario = load_config("+scenario=restrictive", "government.mode=scripted")
    assumed = {item.key: item.law.between_ends() for item in assumptions([scenario])}
    assert assumed.items() <= ranges.items(), "over their documented ranges"
    fitted = ranges.keys() - assumed.keys()
    assert len(fitted) == 3 and fitted <= sensitivity.FITTED
    for name in fitted:
        low, high = bounds(name) or (0.0, 0.0)
        assert low <= ranges[name].lo < ranges[name].hi <= high


def test_the_page_says_what_its_numbers_say() -> None:
    text = (sensitivity.HERE / "README.md").read_text(encoding="utf-8")
    for name, words in sensitivity.tables(read_numbers(sensitivity.HERE)).items():
        assert words in text, name
    for path in (sensitivity.HERE / "figures").glob("*.png"):
        assert f"figures/{path.name}" in text
