"""Parts of the experiments with a known answer, on cases small enough to work out by hand."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.acceptance import autarky, lasting, papers, persistence, precision, screening, tied
from experiments.acceptance.kinds import Bar
from experiments.acceptance.people import Counts, count_partners
from experiments.acceptance.pooled import pooled
from experiments.acceptance.run import replaced
from experiments.acceptance.table import EXPERIMENTS
from experiments.detection import page as detection
from sim import load_config
from sim.core.columns import Block
from sim.core.ties import mark_of, tie_word, uid_tag
from sim.engines.papers import Papers


def written(teams: list[list[tuple[int, int]]], done: list[bool]) -> Papers:
    """Papers with these authors, (row, place) each; the lead first."""
    n = np.array([len(team) for team in teams])
    first = np.concatenate([[0], np.cumsum(n)])
    rows, places = (np.array([author[k] for team in teams for author in team]) for k in (0, 1))
    empty = np.zeros(len(teams), np.float32)
    return Papers(
        rows[first[:-1]].astype(np.int32), np.zeros(len(teams), np.uint8), first, np.where(done, n, 0).astype(np.uint8),
        empty, empty, empty, empty, empty, np.zeros(len(teams), np.uint8), rows.astype(np.int32),
        places.astype(np.uint8), np.zeros(len(rows), np.uint32),
    )  # fmt: skip


def test_each_country_counts_once_a_paper_and_papers_not_completed_never() -> None:
    total, joint = np.zeros(4, np.int32), np.zeros((4, 3), np.int32)
    teams = [[(0, 0), (1, 1), (2, 1)], [(0, 0), (3, 2)], [(0, 0), (1, 1)]]
    count_partners(written(teams, [True, True, False]), total, joint)
    assert total.tolist() == [2, 1, 1, 1]
    assert joint.tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0], [1, 0, 0]]


def test_counts_start_anew_with_a_new_person_in_a_row() -> None:
    block = Block(4)
    block.allocate(2)
    block.uid[:2] = 7, 8
    counts = Counts.none(3)
    counts.follow(block)
    counts.papers[:] = 5
    block.uid[1] = 9
    counts.follow(block)
    assert counts.papers.tolist() == [5, 0]


def test_kept_excess_is_that_over_the_place() -> None:
    def counts(joint: list[list[int]], n: list[int]) -> Counts:
        uid = np.arange(1, len(n) + 1).astype(np.uint64)
        return Counts(uid, np.zeros(len(n), np.uint8), np.array(n, np.int32), np.array(joint, np.int32))

    before = [counts([[0, 4, 0], [0, 0, 0], [0, 0, 2]], [4, 4, 2])]  # the third has too few papers
    after = [counts([[0, 1, 0], [0, 0, 0], [0, 0, 2]], [2, 6, 2])]
    found = persistence.numbers(persistence.kept_excess(before, after, 3))
    assert found["people"] == 1
    assert found["excess 2010-14"] == pytest.approx(1.0 - 4 / 10)
    assert found["kept"] == pytest.approx((0.5 - 1 / 10) / (1.0 - 4 / 10))


def test_tied_and_controls_are_at_home_and_apart() -> None:
    block = Block(8)
    block.allocate(5)
    block.uid[:5] = range(1, 6)
    block.place[:5] = 0, 0, 0, 1, 2
    for row, other in ((0, 3), (1, 4)):
        block.ties[row, 0] = tie_word(other, mark_of(3, uid_tag(block.uid[other])), 2015, 4)
    joint = np.array([[0, 1, 1], [0, 0, 2], [3, 0, 0], [1, 0, 0], [0, 1, 0]])
    met, ties = tied.groups(block, joint, home=0, target=1)
    assert met.tolist() == ties.tolist() == [[True, *[False] * 4], [False, True, *[False] * 3]]


def test_errors_are_those_of_a_mean() -> None:
    values = np.array([1.0, 4.0, 5.0, 9.0])
    runs = [{"x": np.array(v), "n": np.array(1.0)} for v in values]
    found = pooled(runs, lambda sums: {"mean": float(sums["x"] / sums["n"])})["mean"]
    assert found.mean == values.mean()
    assert found.se == pytest.approx(values.std(ddof=1) / 2.0)


def test_pairs_have_one_name_whoever_leads_and_another_for_each_match() -> None:
    one, other, match = np.array([3, 9], np.uint64), np.array([9, 3], np.uint64), np.array([-5, -5])
    names = lasting.name_of(one, other, match)
    assert names[0] == names[1]
    assert lasting.name_of(one, other, match + 1)[0] != names[0]


def test_odds_and_bars() -> None:
    assert papers.odds(np.array(0.5)) == 1.0
    assert Bar("x", -inf, 0.0).words == "< 0" and Bar("x", 0.7, inf).words == "≥ 0.7"
    assert Bar("x", 1.0, 2.0).met(1.5) and not Bar("x", 1.0, 2.0).met(2.5)


def test_bars_mutations_and_misses_name_numbers_of_their_experiment() -> None:
    for experiment in EXPERIMENTS:
        barred = {bar.outcome for bar in experiment.bars}
        named = {name for mutation in experiment.mutations for name in mutation.outcomes} | set(experiment.misses)
        assert named <= barred, experiment.name
        assert bool(experiment.mutations) == bool(experiment.bars), experiment.name


def test_measured_experiments_replace_their_numbers_and_leave_the_others() -> None:
    old = pd.DataFrame({"experiment": ["Precision", "Autarky", "gone"], "mean": [1.0, 2.0, 3.0]})
    new = replaced(old, pd.DataFrame({"experiment": ["Precision", "Threat"], "mean": [4.0, 5.0]}))
    assert new["experiment"].tolist() == ["Autarky", "Threat", "Precision"], "in the order of the page"
    assert new["mean"].tolist() == [2.0, 5.0, 4.0]


def test_losses_in_order_of_dependence_have_rank_correlation_one() -> None:
    n = 60
    sums = {
        f"{arm} {column}": np.full(n, 100.0) for arm in ("without", "banned") for column in autarky.COLUMNS.values()
    }
    sums["joint"] = np.arange(n, dtype=float)
    sums["banned papers_fractional"] = 100.0 - np.arange(n)
    assert autarky.numbers(sums)["rank correlation"] == pytest.approx(1.0)


def test_the_cost_of_screening_is_set_against_joint_papers() -> None:
    sums = {
        "joint": np.array([100.0, 4000.0]),
        "papers": np.array([2.0, 80.0]),
        "researcher-years": np.array([3.0, 60.0]),
    }
    found = screening.numbers(sums)
    assert found["papers, New Zealand : China over joint papers"] == pytest.approx(1.0)
    assert found["researcher-years, New Zealand : China over joint papers"] == pytest.approx(2.0)
    nothing = screening.numbers(sums | {"papers": np.zeros(2)})
    assert nothing["papers, New Zealand : China over joint papers"] == 0.0


def test_shares_that_find_are_of_all_cases() -> None:
    arms = {"as it was": (400.0, 108.0, 2.0), "by risk": (400.0, 268.0, 2.0)}
    found = precision.numbers({arm: np.array(of) for arm, of in arms.items()})
    assert found["share that finds"] == pytest.approx(0.27) and found["by risk less by profile"] == pytest.approx(0.4)
    assert found["leaks found per 100 cases"] == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["Precision", "Threat"])
def test_every_bar_is_left_by_some_mutation(name: str) -> None:
    experiment = next(e for e in EXPERIMENTS if e.name == name)
    assert {bar.outcome for bar in experiment.bars} == {o for m in experiment.mutations for o in m.outcomes}


def test_all_cases_by_risk_keep_their_dates() -> None:
    cfg = load_config("+scenario=china_initiative")
    aimed = [u for p in precision.by_risk(cfg).policies.values() for u in p.levers.values()
             if u.lever == "enforcement_precision"]  # fmt: skip
    assert len(aimed) == 2 and all(set(use.values.values()) == {1.0, None} for use in aimed)


@pytest.mark.parametrize("page", ["docs/ODD.md", "docs/decisions/security-ways.md", "experiments/detection/README.md"])
def test_pages_state_the_leak_rate_above_which_equal_shares_cannot_hold(page: str) -> None:
    bound = f"{detection.certain_hazard():.1e}".replace("e-0", "e-")
    assert bound in (Path(__file__).parents[2] / page).read_text(encoding="utf-8")


def test_what_s3_leaves_falls_with_the_leak_rate_and_with_cases() -> None:
    numbers = pd.DataFrame(
        {"leak rate": [1e-3, 1e-2], "outcome": detection.PER_CASE, "mean": [4.0, 40.0]},
    )
    few, many = (detection.largest_detection(numbers, cases) for cases in (100.0, 200.0))
    assert few.tolist() == pytest.approx([0.75, 0.075]) and (many < few).all()
