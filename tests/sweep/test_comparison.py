"""A comparison from question to table: its folder, that nothing is computed twice, whose numbers it tells."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis import load
from sim.analysis.summary import Period
from sim.cli.compare import show
from sim.comparison import ask, carry_out, read_comparison
from sim.comparison.lines import table_of
from sim.comparison.reading import Comparison
from sim.comparison.table import WIDTH, text_of
from sim.core.read import ConfigError
from sim.store.frames import Frames
from sim.sweep import run as run_module
from sim.sweep.run import Outcome
from tests.sweep.inline import Inline
from tests.sweep.small_sweep import POLICY

SMALL = ("world=g20", "start=2010", "scale=40000")
ARMS, DRAWS = 3, 2  # closed, nspm33, baseline
# Draw 0 with two replicates and both modes, draws 1 and 2 the same.
RUNS = ARMS * 2 * 2 * (DRAWS + 1)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Outcome]:
    """Carries out a comparison of two scenarios in one folder of results."""
    folder = tmp_path_factory.mktemp("compared")
    file = folder / "own" / "scenario" / "closed.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(POLICY, encoding="utf-8")

    def run(*words: str, names: tuple[str, ...] = ("closed", "nspm33"), **how: object) -> Outcome:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(run_module, "make_executor", lambda settings, store: Inline())
            given = (*SMALL, "draws=2", f"outdir={folder / 'out'}", *words)
            question = ask(names, given, last=2022, config_dir=str(folder / "own"), **how)  # type: ignore[arg-type]
            return carry_out(question)

    return run


@pytest.fixture(scope="module")
def outcome(compared: Callable[..., Outcome]) -> Outcome:
    return compared()


@pytest.fixture(scope="module")
def comparison(outcome: Outcome) -> Comparison:
    return read_comparison(outcome.folder)


def test_every_run_of_the_design_is_there_once(outcome: Outcome, comparison: Comparison) -> None:
    assert outcome.total == outcome.computed == RUNS
    rows = comparison.frames.read("world_year", ["scenario", "mode", "draw", "replicate", "year"])
    assert not rows.duplicated().any() and rows["year"].max() == 2022
    assert comparison.scenarios == ("closed", "nspm33") and comparison.draws == 2 and comparison.replicates == 2


def test_the_same_question_computes_nothing_and_more_draws_add(
    compared: Callable[..., Outcome], outcome: Outcome, comparison: Comparison
) -> None:
    before = comparison.amounts("papers_fractional")
    again = compared()
    assert (again.folder, again.computed) == (outcome.folder, 0)
    more = compared("draws=3")
    assert more.folder == outcome.folder and more.computed == ARMS * 2 * 2
    after = read_comparison(more.folder).amounts("papers_fractional")
    kept = after[after["draw"] <= 2].reset_index(drop=True)
    columns = ["scenario", "mode", "draw", "replicate"]
    assert kept.sort_values(columns)["amount"].tolist() == before.sort_values(columns)["amount"].tolist()
    compared()  # as the other tests know it


def test_numbers_are_those_of_the_tables(comparison: Comparison) -> None:
    """Central value, chance and range of one outcome, from the rows themselves."""
    rows = comparison.frames["place_year"]
    rows = rows[(rows["year"] == 2022) & (rows["place"] == "USA") & (rows["mode"] == "scripted")]
    wide = rows.pivot_table(index=["draw", "replicate"], columns="scenario", values="n_researchers", observed=True)
    gap = wide["closed"].astype(float) - wide["baseline"]
    years = Period(2022, 2022)
    found = comparison.effects("n_researchers", places=["USA"], years=years).query("mode == 'scripted'")
    row = found[found["scenario"] == "closed"].iloc[0]
    assert row["central"] == pytest.approx(gap[0].mean())
    share, level = 100 * gap / wide["baseline"], wide["baseline"][0].mean()
    assert row["pct"] == pytest.approx(share[0].mean())
    assert row["pct_chance"] == pytest.approx(np.sqrt(share.groupby("draw").var(ddof=1).mean()) / np.sqrt(2))
    means = share.groupby("draw").mean()
    assert (row["pct_lo"], row["pct_hi"]) == (pytest.approx(means.min()), pytest.approx(means.max()))
    for name in ("chance", "lo", "hi"):  # amounts are those of the documented level
        assert row[name] == pytest.approx(row[f"pct_{name}"] * level / 100)
    assert row["central"] < 0  # a closed door


def test_documented_values_give_the_numbers_of_the_plain_command(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.api import run
    from sim.config.load import load_config

    frames = run(load_config("+scenario=nspm33", *SMALL, "end=2022", "replicates=1", "panel.size=0", "threads=1"))
    columns = ["scenario", "mode", "year", "place", "n_researchers", "papers_fractional"]
    plain = frames["place_year"].query("year >= 2018")[columns]
    ours = comparison.frames["place_year"].query("draw == 0 and replicate == 0 and year >= 2018")[columns]
    both = plain.astype({"scenario": str, "mode": str, "place": str}).merge(
        ours.astype({"scenario": str, "mode": str, "place": str}), on=columns[:4], suffixes=("", "_compared")
    )
    assert len(both) == len(plain)
    for column in columns[4:]:
        assert (both[column] == both[f"{column}_compared"]).all()


def test_the_reference_may_be_a_scenario(compared: Callable[..., Outcome], comparison: Comparison) -> None:
    found = read_comparison(compared(against="closed", names=("nspm33",)).folder)
    assert found.reference == "closed" and found.scenarios == ("nspm33",)
    ours = found.effects("papers_fractional", places=["USA"]).query("mode == 'scripted'").iloc[0]
    assert found.period.first == 2021  # what `closed` has begins earlier, but is no difference
    units = comparison.units("papers_fractional", keep={"place": ["USA"]}, years=found.period)
    units = units.query("mode == 'scripted' and draw == 0")
    means = units.groupby("scenario", observed=True)["effect"].mean()
    assert ours["central"] == pytest.approx(means["nspm33"] - means["closed"])


def test_the_table_fits_a_terminal_and_the_files_are_there(comparison: Comparison, capsys: object) -> None:
    show(comparison)
    table = table_of(comparison)
    text = text_of(comparison, table)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "[1] closed: A closed door" in text and "Issuer: United States" in text and "Target: China" in text
    with (comparison.folder / "effects.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(table)
    assert (comparison.folder / "figures" / "compare.png").stat().st_size > 10_000
    about = json.loads((comparison.folder / "comparison.json").read_text(encoding="utf-8"))
    assert about["reference"] == "baseline" and about["period"] == {"first": 2018, "last": 2022}
    assert {"place_year", "draws"} <= set(load(comparison.folder))


def test_what_is_kept_of_people_and_projects_is_what_the_question_is_about(comparison: Comparison) -> None:
    frames: Frames = comparison.frames
    assert set(frames["constituency_year"]["place"]) == {"USA"}
    assert set(frames["entry_year"]["origin"]) == set(comparison.roles.targets) == {"CHN"}
    assert len(set(frames["place_year"]["place"])) > 15


def test_draws_say_what_was_drawn(comparison: Comparison) -> None:
    draws: pd.DataFrame = comparison.frames["draws"].set_index("draw")
    assert draws.loc[0, "params.security.fear_decay"] == 0.2 and draws.loc[0, "params.paths.draw"] == 0
    assert draws["params.paths.draw"].tolist() == [0, 1, 2]
    assert draws["params.security.fear_decay"].nunique() == 3


def test_a_folder_without_results_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no results"):
        read_comparison(tmp_path)
