"""Pages of experiments without a sweep: what they state is made from their numbers, and from nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from experiments.acceptance import page as acceptance
from experiments.acceptance.table import EXPERIMENTS
from experiments.backtest import page as backtest
from experiments.common.made import made, read_made, write_made
from experiments.common.numbers import read_numbers
from experiments.detection import page as detection
from experiments.deterred import page as deterred
from experiments.deterred import run
from experiments.doses import page as doses

PAGES = [acceptance, detection, deterred, doses]
ROOT = acceptance.HERE.parent
BY_HAND = "reaction sensitivity threshold frontier leak_price repeal precision race".split()  # in the index


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.HERE.name)
def test_the_page_is_that_of_its_numbers(page: ModuleType) -> None:
    text = (page.HERE / "README.md").read_text(encoding="utf-8")
    stale = [
        name for name, block in page.blocks(read_numbers(page.HERE)).items() if f"{block}\n<!-- end -->" not in text
    ]
    assert not stale, f"python -m experiments.{page.HERE.name}.page"


@pytest.mark.parametrize("page", [*PAGES, backtest], ids=lambda page: page.HERE.name)
def test_the_index_has_what_was_found(page: ModuleType) -> None:
    numbers = pd.read_csv(page.HERE / "errors.csv") if page is backtest else read_numbers(page.HERE)
    index = page.HERE.with_name("README.md").read_text(encoding="utf-8")
    assert f"]({page.HERE.name}) | {page.finding(numbers)} |" in index, f"python -m experiments.{page.HERE.name}.page"


def test_numbers_of_known_answers_say_what_they_must_be() -> None:
    numbers = read_numbers(acceptance.HERE)
    said = dict(zip(zip(numbers["experiment"], numbers["outcome"]), numbers["must be"]))
    bars = {(e.name, bar.outcome): bar.words for e in EXPERIMENTS for bar in e.bars}
    assert {case: words for case, words in said.items() if words} == {c: w for c, w in bars.items() if c in said}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.HERE.name)
def test_another_number_is_another_answer(page: ModuleType) -> None:
    numbers = read_numbers(page.HERE)
    assert page.answer(numbers.assign(mean=1.3 * numbers["mean"])) != page.answer(numbers)


def test_the_line_of_how_it_was_made_is_kept(tmp_path: Path) -> None:
    line = made(1, [400, 100, 100])
    assert line.startswith("1 replicate, one agent for 100/400 researchers; version ")
    write_made(tmp_path, line)
    assert read_made(tmp_path) == line


def rows(shares: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    """A scenario an entry, with home, like and other at every λ, and 1,000 persons."""
    lines = []
    for name, values in shares.items():
        for end in deterred.ENDS:
            for outcome, value in zip(("persons", "home", "like", "other"), (1000.0, *values)):
                about = {"scenario": name, "title": f"Title of {name}", "years": "2018", "lambda": end}
                lines.append({**about, "outcome": outcome, "mean": value, "se": 1.0})
    return pd.DataFrame(lines)


def test_scenarios_in_which_home_is_not_first_are_named() -> None:
    text = deterred.answer(rows({"restrictive": (60.0, 30.0, 10.0), "other": (20.0, 70.0, 10.0)}))
    assert "in 1 of the 2 scenarios" in text and "“Title of other”" in text and "in 1 of them at every" in text


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Historical analogue: travel restrictions", "Travel restrictions"),
        ("China Initiative: investigations", "China Initiative"),
        ("G7: screening of projects, and more", "G7: screening of projects"),
    ],
)
def test_titles_are_shortened_to_what_names_them(title: str, words: str) -> None:
    assert deterred.short(title) == words


@pytest.mark.full
def test_deterred_entrants_are_measured_and_drawn(tmp_path: Path) -> None:
    run.main(
        ["--scale", "8000", "--replicates", "2", "--only", "restrictive", "open_science", "--folder", str(tmp_path)]
    )
    numbers = read_numbers(tmp_path)
    shares = numbers[(numbers["scenario"] == "restrictive") & (numbers["outcome"] != deterred.PERSONS)]
    assert shares.groupby("lambda")["mean"].sum().tolist() == pytest.approx([100.0] * 3)
    home = shares[shares["outcome"] == "home"].set_index("lambda")["mean"]
    assert home["low"] < home["run"] < home["high"], "the less hosts stand in for each other, the more stay at home"
    nobody = numbers[(numbers["scenario"] == "open_science") & (numbers["outcome"] == deterred.PERSONS)]
    assert (nobody["mean"] == 0.0).all() and (tmp_path / "figures" / "where.png").exists()


def test_every_number_of_a_finding_stands_on_its_page() -> None:
    index = (ROOT / "README.md").read_text(encoding="utf-8")
    findings = re.findall(r"^\| \[[^\]]*\]\((\w+)\) \| (.*) \|$", index, flags=re.MULTILINE)
    assert {name for name, _ in findings} == {path.parent.name for path in ROOT.glob("*/README.md")}
    for name, finding in findings:
        if name in BY_HAND:
            page = (ROOT / name / "README.md").read_text(encoding="utf-8")
            for number in re.findall(r"\d+(?:[.,]\d+)*", finding):
                assert number in page, f"{name}: {number} is not on the page"
