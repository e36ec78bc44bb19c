"""The balance says what the files say, sorts further runs by their configuration, and asks for what is missing."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.balance import Balance, balance, fear, open_run
from sim.analysis.balance.bill import paid_offers
from sim.analysis.balance.inputs import Paired, Source, changed, quotient, told_in_agents
from sim.analysis.pairs import paired_difference
from sim.cli.balance import carry_out, command, ends
from sim.core.read import ConfigError
from sim.store.frames import load

SMALL = ("scale=4000", "replicates=3", "start=2010", "end=2024", "threads=1", "figures=false", "progress=off")


HARSH = (
    "+policies.harsh={title: harsh, issuer: [USA], levers: {"
    "cases: {lever: investigations, values: {2018-01-01: 0.01, 2022-01-01: null}, scope: {origins: [CHN]}, source: t},"
    "aim: {lever: enforcement_precision, values: {2018-01-01: 0.5, 2022-01-01: null}, source: t},"
    "words: {lever: rhetoric, values: {2018-01-01: 3, 2022-01-01: null}, scope: {origins: [CHN, IND]}, source: t}}}"
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """A scenario with repeal; the same with fear's channels closed; with slower decay; with more leaks."""
    folder = tmp_path_factory.mktemp("outputs")
    words = [HARSH, *SMALL, f"outdir={folder}"]
    further = {
        "main": ["panel.size=500"],
        "closed": ["panel.size=0", *fear.no_fear()],
        "slow": ["panel.size=0", "params.security.fear_decay=0.02"],
        "leaky": ["panel.size=0", "params.security.leak_rate=0.1"],
        "other": ["panel.size=0", "params.collaboration.refill=0"],
    }
    return {name: carry_out([*words, *extra]) for name, extra in further.items()}


@pytest.fixture(scope="module")
def page(runs: dict[str, Source]) -> Balance:
    return balance(runs["main"], [runs["closed"], runs["slow"], runs["leaky"]])


def rows(page: Balance, section: str, outcome: str = "", who: str = "") -> pd.DataFrame:
    table = page.frame()
    keep = table["section"].str.startswith(section) & table["outcome"].str.contains(outcome, regex=False)
    return table[keep & table["who"].str.contains(who, regex=False)]


def test_the_bill_says_not_modelled_where_there_is_no_price_and_never_nought(page: Balance) -> None:
    bill = rows(page, "The bill")
    told = bill[bill["note"] == "not modelled"]
    assert set(told["outcome"]) == {"investigations", "rhetoric"} and told["mean"].isna().all()
    assert not bill["outcome"].str.contains("precision").any(), "it only qualifies investigations"
    spent = bill[bill["note"] == ""]
    assert set(spent["outcome"]) == {"academic money", "left for grants", "a paper"}, "nothing is bought"
    assert (spent["reference"] > 0).all() and "not modelled" in page.text() and "not modelled" in page.markdown()


def test_the_title_says_the_size_of_an_agent(page: Balance) -> None:
    assert page.title.endswith(", one agent for 4,000 researchers")


def test_the_printed_page_is_a_hundred_columns_wide_at_most(page: Balance) -> None:
    assert max(map(len, page.text().splitlines())) <= 100


def test_the_bill_says_how_much_of_the_offers_was_paid(tmp_path: Path) -> None:
    short = carry_out(["+scenario=open", *SMALL, "panel.size=0", "params.money.floor=0.95", f"outdir={tmp_path}"])
    assert short.frames.folder is not None
    frame = load(short.frames.folder)["place_year"]
    frame = frame[(frame["scenario"] == "open") & (frame["mode"] == "scripted") & (frame["year"] >= 2018)]
    frame = frame[frame["place"] == "USA"]
    least = frame.astype({"share_affordable": float}).groupby("year")["share_affordable"].mean().sort_values()
    found = paid_offers(short)
    assert [row.outcome for row in found] == [f"offers paid by United States in {least.index[0]}"]
    assert found[0].estimate.mean == pytest.approx(100.0 * least.iloc[0], rel=1e-5) and least.iloc[0] < 0.9
    assert "offers paid by United States" in balance(short).markdown()


def test_papers_are_the_paired_difference_of_the_files(runs: dict[str, Source], page: Balance) -> None:
    assert runs["main"].frames.folder is not None
    frame = load(runs["main"].frames.folder)["world_year"]
    frame = frame[frame["year"].between(2018, 2024)]
    expected = paired_difference(frame.assign(papers=frame["papers"] / 7), "papers").iloc[0]
    found = rows(page, "Papers", "papers, each once", "World").iloc[0]
    for column in ("reference", "mean", "se", "lo", "hi"):
        assert found[column] == pytest.approx(expected[column]), column


def test_constituencies_add_up_to_the_whole(page: Balance) -> None:
    whole = rows(page, "Talent", "researchers of all origins")["mean"].iloc[0]
    assert whole != 0
    for section in ("Who pays, by origin", "Who pays, by career stage"):
        assert rows(page, section, "researchers")["mean"].sum() == pytest.approx(whole)
    papers = rows(page, "Papers", "papers, whole counts", "Issuers")
    whole = papers[papers["outcome"] == "papers, whole counts"]["mean"].iloc[0]
    assert rows(page, "Who pays, by field", "papers, whole counts")["mean"].sum() == pytest.approx(whole)
    assert len(rows(page, "Who pays, by size", "papers led")) == 4


def test_every_person_kept_out_is_somewhere_or_left_research(page: Balance) -> None:
    places = rows(page, "Where people")
    listed = places[~places["outcome"].str.contains("anywhere")]["mean"].sum()
    assert listed == pytest.approx(places[places["outcome"].str.contains("anywhere")]["mean"].iloc[0])


def test_prices_follow_the_leak_rate_and_are_each_others_inverse(page: Balance) -> None:
    found = rows(page, "Leaks avoided per", who="leaks that").set_index("outcome")["mean"]
    assert found["leak rate 0.1"] == pytest.approx(1000 * found["leak rate 0.0001"])
    papers = rows(page, "Break-even price of a leak, in papers", who="leaks that").set_index("outcome")["mean"]
    both = (found * papers).dropna()
    assert len(both) and np.allclose(both, 1000)


def test_leaks_at_another_rate_lie_near_the_line(page: Balance) -> None:
    found = rows(page, "Is that linear").set_index("outcome")["mean"]
    run, line = (found[f"leaks that no longer happen, {word}"] for word in ("run", "by the line"))
    assert run == pytest.approx(line, rel=0.7) and run != line  # incidents cost trust, and trust moves activity


def test_rule_and_fear_add_up_and_slower_decay_means_more_fear(page: Balance) -> None:
    # the words are the same in both; cases come on top
    usual, slow = "researchers (decay 0.2, spill 0.06)", "researchers (decay 0.02, spill 0.06)"
    parts = {who: rows(page, "Rule and fear", who=who).set_index("outcome")["mean"] for who in (usual, slow)}
    assert parts[usual]["rules alone"] == parts[slow]["rules alone"]
    assert parts[slow]["fear adds"] < parts[usual]["fear adds"] < 0


def test_recovery_is_stated_for_the_years_after_the_repeal(page: Balance) -> None:
    found = rows(page, "Share of the yearly loss")
    assert set(found["outcome"]) == {str(year) for year in range(2022, 2025)}
    assert set(found["unit"]) == {"% of 2021"}


def test_words_alone_do_nothing_where_fear_acts_on_nothing(tmp_path: Path) -> None:
    """All channels of fear are in the list: with them closed, hostility changes nobody."""
    policy = "{title: words, issuer: [USA], levers: {words: {lever: rhetoric, values: {2018-01-01: 3}, source: test}}}"
    words = [*SMALL, "panel.size=0", f"+policies.words={policy}", f"outdir={tmp_path}"]
    run = carry_out([*words, *fear.no_fear()])
    for table, column in (("world_year", "papers"), ("place_year", "n_researchers"), ("place_year", "new_entrants"),
                          ("place_year", "applications"), ("place_year", "leaks_unprotected")):  # fmt: skip
        pairs = run.paired(run.yearly(table, ["year", column]), column, ["year"])
        assert all(not pair.effect.any() for pair in pairs.values()), column
    place = run.yearly("place_year", ["fear_mean"], place=["USA"])
    assert run.total(place, "fear_mean").effect.min() > 0, "people still feel it"


def test_files_beside_the_run(page: Balance, runs: dict[str, Source], capsys: pytest.CaptureFixture[str]) -> None:
    folder = runs["main"].frames.folder
    assert folder is not None
    assert command([str(folder), str(runs["closed"].frames.folder)]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] == str(folder) and "Rule and fear" in printed
    table = pd.read_csv(folder / "balance.csv")
    text = (folder / "balance.md").read_text(encoding="utf-8")
    assert set(table["section"]) <= set(page.frame()["section"])
    assert all(f"## {section}" in text for section in table["section"].unique())


@pytest.mark.parametrize(
    "words, told",
    [
        ([], "needs a scenario or the folder of a run"),
        (["nonsense"], "no scenario 'nonsense'"),
        (["outputs/nowhere/at_all"], "there is no folder outputs/nowhere/at_all"),
    ],
)
def test_bad_words(words: list[str], told: str) -> None:
    with pytest.raises(ConfigError) as error:
        command(words)
    assert told in "\n".join(error.value.messages)


def test_what_is_missing_is_named(runs: dict[str, Source], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds place_year\.parquet.*give the folder that a run printed last"):
        open_run(tmp_path)
    folder = runs["main"].frames.folder
    assert folder is not None
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "copub_year.parquet").unlink()
    with pytest.raises(ConfigError, match=r"copub_year\.parquet is missing"):
        balance(copy)
    (copy / "config.yaml").unlink()
    with pytest.raises(ConfigError, match=r"config\.yaml"):
        open_run(copy)


def test_a_run_without_scenario_has_no_balance(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a scenario and its paired baseline"):
        carry_out(["scale=8000", "replicates=1", "start=2015", "end=2018", *SMALL[4:], f"outdir={tmp_path}"])


def test_a_run_that_differs_in_anything_else_is_refused(runs: dict[str, Source]) -> None:
    with pytest.raises(ConfigError, match=r"differs from .* in collaboration\.refill"):
        balance(runs["main"], [runs["other"]])


def test_a_page_without_further_runs_says_how_to_get_them(runs: dict[str, Source]) -> None:
    alone = balance(runs["main"])
    assert rows(alone, "Rule and fear").empty
    assert any("params.entry.hostility=0" in note for note in alone.notes)


def test_top_papers_are_expectations_and_never_told_in_agents() -> None:
    few = {"papers a year": 100.0}
    pair = Paired(np.array([500.0, 500.0]), np.array([400.0, 410.0]))
    for outcome, told in (("papers, each once", True), ("papers above the baseline's top-1 % threshold", False)):
        row = changed("Papers", "World", outcome, "papers a year", pair)
        assert bool(told_in_agents(row, few).told) is told, outcome


def test_exposed_projects_of_few_agents_are_told_in_agents() -> None:
    pair = Paired(np.array([100.0, 200.0]), np.array([0.0, 0.0]))
    for way, told in (("reward", "−1.5 agents"), ("deception", "")):  # by deception it is an expectation
        row = changed("Exposure", "Issuer", f"sensitive projects exposed, {way}", "project-years a year", pair)
        assert told_in_agents(row, {"project-years a year": 100.0}).told == told


def test_the_page_tells_every_small_exposure_in_agents(runs: dict[str, Source], page: Balance) -> None:
    agent = runs["main"].cfg.scale / runs["main"].period.years
    found = [row for row in page.rows if "exposed, " in row.outcome and not row.outcome.endswith("deception")]
    small = [row for row in found if 0.0 < abs(row.estimate.mean) / agent < 2.9]
    assert small and all(row.told.endswith(" agents") for row in small)


def test_nothing_is_divided_by_what_may_be_zero() -> None:
    assert math.isnan(quotient(np.array([1.0, 2.0]), np.array([-1.0, 1.1])).mean)
    found = quotient(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    assert (found.mean, found.se) == (2.0, 0.0)
    lone = quotient(np.array([3.0]), np.array([2.0]))
    assert lone.mean == 1.5 and math.isnan(lone.se)


def test_the_sweep_reaches_both_ends_of_every_range() -> None:
    assert ends() == [
        "params.security.fear_decay=0.02",
        "params.security.fear_decay=0.8",
        "params.security.fear_spill=0",
        "params.security.fear_spill=0.2",
        "params.security.leak_rate=0.0001",
        "params.security.leak_rate=0.1",
    ]
