"""Parts of the backtest of the whole model, on series and worlds whose answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.backtest import errors, figures, gravity, naive, outcomes, page
from experiments.backtest.forecasts import ask, change
from experiments.backtest.outcomes import OUTCOMES, Shown, Tables, Yearly
from sim.data.clock import FIRST_YEAR, FLOWS_FROM, PAPERS_FROM
from sim.data.tables import WorldData, load_world_data


def counts(values: np.ndarray, first: int = 2000) -> Yearly:
    """Counts of places named 0, 1 …"""
    return Yearly(first, values, np.ones_like(values), tuple(map(str, range(values.shape[1]))))


class LikeData:
    """Tables of a model whose years are those of the data, times a factor; shares keep theirs."""

    def __init__(self, data: WorldData, factor: float) -> None:
        self.data, self.factor = data, factor

    def read(self, name: str, columns: Sequence[str], filters: Sequence[tuple[str, str, int]]) -> pd.DataFrame:
        """The columns asked for."""
        years = range(filters[0][2], filters[1][2] + 1)
        return pd.concat([self._year(name, year) for year in years], ignore_index=True)[list(columns)]

    def _year(self, name: str, year: int) -> pd.DataFrame:
        data, t, u = self.data, year - FIRST_YEAR, year - PAPERS_FROM
        flows = data.flows[year - FLOWS_FROM]
        rows: dict[str, Any]
        if name == "world_year":
            rows = {"papers": [data.world_papers[u]], "new_moves": [flows.sum()]}
        elif name == "flow_year":
            a, b = np.nonzero(flows)
            rows = {"place_from": np.array(data.iso3)[a], "place_to": np.array(data.iso3)[b], "new_moves": flows[a, b]}
        else:
            whole, part = data.papers_whole[u], data.papers_fractional[u]
            rows = {"place": data.iso3, "n_researchers": data.researchers[t], "papers_whole": whole}
            rows |= {"papers_fractional": part, "top1_fractional": part * np.nan_to_num(data.top1_fractional[u])}
            rows |= {"papers_international": whole * np.nan_to_num(data.intl_share[t])}
        table = pd.DataFrame(rows)
        numbers = table.select_dtypes("number").columns
        return table.assign(**{c: table[c] * self.factor for c in numbers}, replicate=0, year=year)


@pytest.mark.parametrize(("factor", "origin", "asked"), [(1.0, 2012, 7), (1.1, 2012, 7), (1.1, 2014, 6)])
def test_a_model_like_the_data_has_no_error_and_one_too_large_by_a_tenth_has_a_tenth(
    factor: float, origin: int, asked: int
) -> None:
    data = load_world_data("g20")
    tables = Tables(LikeData(data, factor), origin, 2017, 1)  # type: ignore[arg-type]
    found = list(ask(data, data, tables, origin))
    assert len(found) == asked, "shares of top papers end in 2014"
    for one in found:
        table = pd.DataFrame(one.errors())
        own = table[table["method"] == errors.MODEL].set_index("horizon")["error"]
        share = one.outcome.link == "logit"
        assert own.tolist() == pytest.approx([0.0 if share else factor - 1.0] * len(own), abs=1e-9), one.outcome.name
        assert own.index.tolist() == list(range(len(one.data.values) + 1))
        if errors.CHANGE in one.of:  # a level that is off leaves the path alone, but for what is held off 0
            path = table[table["method"] == errors.CHANGE]["error"]
            assert path.tolist() == pytest.approx([0.0] * len(path), abs=1e-9), one.outcome.name
    papers = found[1].data
    assert len(papers.units) == min(outcomes.LARGEST, (~data.is_rest).sum()) and papers.first == origin + 1


def test_errors_are_weighted_by_size_and_logs_are_not() -> None:
    forecast, data, weight = np.array([80.0, 3.0]), np.array([100.0, 1.0]), np.array([1.0, 2.0])
    assert errors.weighted(forecast, data, weight) == pytest.approx((20 + 2 * 2) / (100 + 2))
    assert errors.in_logs(forecast, data, 1.0) == pytest.approx((np.log(101 / 81) + np.log(4 / 2)) / 2)


def test_the_error_of_all_years_is_their_mean_or_that_of_their_sum() -> None:
    forecast, data = np.array([[9.0], [13.0]]), np.array([[10.0], [10.0]])
    found = {
        summed: [row["error"] for row in errors.lines({"x": forecast}, data, np.ones((2, 1)), "log", summed=summed)]
        for summed in (False, True)
    }
    assert found[False] == pytest.approx([0.2, 0.1, 0.3])
    assert found[True] == pytest.approx([0.1, 0.1, 0.3])


def test_chance_is_the_error_of_a_mean_that_is_right_but_for_noise() -> None:
    data, se = np.full((4, 5000), 100.0), np.full((4, 5000), 8.0)
    drawn = data + se * np.random.default_rng(1).standard_normal(data.shape)
    rows = {
        summed: next(errors.lines({"x": drawn}, data, np.ones_like(data), "log", summed=summed))["error"]
        for summed in (False, True)
    }
    for summed, error in rows.items():  # 5,000 draws or more: 1 % is the standard error of the mean gap at most
        assert errors.chance(se, data, np.ones_like(data), summed=summed) == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize("trend", [naive.line, naive.log_linear])
def test_a_series_that_grows_by_a_rate_goes_on_by_it(trend: naive.Trend) -> None:
    years = np.arange(20)[:, None]
    counts = np.array([100.0, 7.0]) * np.exp(years * np.array([0.05, -0.1]))
    assert trend(counts[:15], 5, 10, "log") == pytest.approx(counts[15:])
    shares = 1.0 / (1.0 + np.exp(-years * 0.2))
    assert trend(shares[:15], 5, 10, "logit") == pytest.approx(shares[15:])
    assert (trend(np.zeros((9, 2)), 3, 5, "log1p") == 0.0).all()


def test_the_trend_starts_at_the_last_value_and_the_line_does_not() -> None:
    history = np.array([[100.0], [100.0], [100.0], [100.0], [121.0]])
    slope = 2 * np.log(1.21) / 10  # of the line through 0, 0, 0, 0, ln 1.21
    assert naive.log_linear(history, 1, 5, "log")[0, 0] == pytest.approx(121 * np.exp(slope))
    assert naive.line(history, 1, 5, "log")[0, 0] == pytest.approx(100 * np.exp(np.log(1.21) / 5 + 3 * slope))
    assert naive.last_value(history, 2).tolist() == [[121.0], [121.0]]


def test_the_window_is_the_one_that_would_have_erred_least() -> None:
    """A young trend wants a short window. Noise around an old one wants all years: missed less than once in 1,000."""
    young = np.concatenate([np.zeros(12), 0.1 * np.arange(10)])[:, None]
    assert naive.chosen_window(counts(np.exp(young)), 3, "log") == "5 years"
    noise = np.random.default_rng(2).standard_normal((25, 60)) * 0.05
    assert naive.chosen_window(counts(np.exp(0.02 * np.arange(25)[:, None] + noise)), 5, "log") == "all years"


def test_data_end_where_something_is_unknown_and_origins_cut_them() -> None:
    values = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, np.nan], [4.0, 4.0]])
    seen = counts(values)
    assert seen.to(2000).values.tolist() == [[1.0, 1.0]]
    assert seen.after(2000).values.tolist() == [[2.0, 2.0]] and seen.after(2000).first == 2001
    assert len(seen.after(2001).values) == len(seen.after(2003).values) == 0


def test_the_path_alone_is_that_of_the_model_from_the_level_of_the_data() -> None:
    stocks = next(outcome for outcome in OUTCOMES if outcome.name == "stocks")
    path = 10.0 * 1.1 ** np.arange(4)[None, :, None]
    found = change(stocks, Shown(2010, path, np.ones_like(path)), counts(np.array([[5.0], [20.0]]), 2010))
    assert found[:, 0] == pytest.approx(20.0 * 1.1 ** np.arange(1, 3))


def table(ratio: Sequence[float]) -> pd.DataFrame:
    """Errors of a model that is so many times as far off as the better rule, by outcome, one year asked for."""
    methods = {errors.LAST: 0.1, errors.TREND: 0.2, errors.LINE: 0.2, errors.CHANGE: 0.1, errors.CHANCE: 0.01}
    methods |= {f"{errors.TREND}, {name}": 0.2 for name in naive.WINDOWS}
    rows = [
        {"outcome": o.name, "origin": origin, "horizon": h, "method": method, "error": error, "log_error": error}
        for o, r in zip(OUTCOMES, ratio)
        for origin in (2012, 2014)
        for method, error in {errors.MODEL: 0.1 * r, **methods}.items()
        for h in (0, 1)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("ratio", "better", "met"),
    [
        ([0.5, 0.5, 0.5, 0.5, 1.09, 1.09, 1.0], 4, True),
        ([0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0], 3, False),
        ([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.11], 6, False),
    ],
)
def test_the_bar_asks_for_four_outcomes_and_for_none_too_far_behind(ratio: list[float], better: int, met: bool) -> None:
    found = errors.verdict(errors.ratios(table(ratio)))
    assert found == (better, tuple(o.name for o, r in zip(OUTCOMES, ratio) if r > 1.1), met)


def test_the_better_rule_is_the_better_over_both_origins() -> None:
    wide = table([1.0] * 7)
    first = (wide["origin"] == 2012) & (wide["method"] == errors.LAST)
    wide.loc[first, "error"] = 0.5  # last value: 0.3 on average, trend 0.2
    assert errors.ratios(wide).tolist() == pytest.approx([0.5] * 7)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Files of a backtest with one miss."""
    table([0.5] * 6 + [1.3]).to_csv(tmp_path / "errors.csv", index=False)
    (tmp_path / "causes.csv").write_text("outcome,cause\n")
    return tmp_path


def test_a_miss_is_shown_with_its_cause_or_with_the_lack_of_one(results: Path) -> None:
    found = pd.read_csv(results / "errors.csv")
    blocks = page.blocks(found, results / "causes.csv")
    assert (
        "two simple rules on 6 of 7 outcomes and more than 10 % further off on share in the top 1 % by place"
        in blocks["answer"]
    )
    assert (
        "is missed. It does best" in blocks["answer"]
        and "worst on share in the top 1 % by place (13.0 % off" in blocks["answer"]
    )
    assert blocks["misses"] == f"- **share in the top 1 % by place**: {page.NO_CAUSE}"
    assert "| 1.30 | 🔴 **too far off** |" in blocks["outcomes"]
    (results / "causes.csv").write_text("outcome,cause\ntop 1 %,the moon\n")
    assert page.misses(found, results / "causes.csv") == "- **share in the top 1 % by place**: the moon"


def test_later_data_are_told_of_every_origin() -> None:
    told = page.later([2012, 2016])
    files = {origin: set(group["file"]) for origin, group in told.groupby("origin")}
    assert "students.csv" in files[2012] and "places.csv" in files[2012] and len(files[2016]) < len(files[2012]) + 1


def test_the_block_of_the_fit_replaces_itself_and_leaves_the_rest_of_its_page(results: Path) -> None:
    block = page.short(pd.read_csv(results / "errors.csv"))
    once = page.placed("# Page\n\nrules\n", block)
    assert once == f"# Page\n\nrules\n\n{block}" and page.placed(once, block) == once
    assert page.placed(f"{once}after\n", "new\n") == "# Page\n\nrules\n\nnew\nafter\n"


def test_the_pages_are_those_of_the_files() -> None:
    found = pd.read_csv(page.HERE / "errors.csv")
    assert errors.GRAVITY in set(found["method"]), "run it with pyfixest: pip install '.[gravity]'"
    text = (page.HERE / "README.md").read_text(encoding="utf-8")
    assert all(f"{block}\n<!-- end -->" in text for block in page.blocks(found).values()), "experiments.backtest.page"
    assert page.short(found) in page.FIT.read_text(encoding="utf-8"), "python -m experiments.backtest.page"


def test_the_figure_is_relative_to_the_better_rule_of_its_origin(results: Path) -> None:
    found = figures.relative(table([0.5] * 6 + [1.3]))
    assert found["stocks", 2014][errors.MODEL] == pytest.approx(0.5)
    assert found["stocks", 2014][errors.TREND] == pytest.approx(2.0)
    written = figures.draw(pd.read_csv(results / "errors.csv"), "two replicates", results)
    assert all(path.stat().st_size > 10_000 for path in written)


def world_of_gravity() -> tuple[np.ndarray, pd.DataFrame, tuple[str, ...]]:
    """Flows without noise of eight places and twelve years, [T, N], the panel, and the pairs."""
    rng = np.random.default_rng(3)
    places = tuple("ABCDEFGH")
    units = tuple(f"{a} {b}" for a in places for b in places if a != b)
    sizes = {name: np.exp(9.0 + rng.standard_normal((12, 8)).cumsum(axis=0)) for name in gravity.SIZES}
    panel = gravity.panel(sizes, units, places, 2000)
    year = 0.02 * np.minimum(np.arange(12), 8)  # the effect of the last year of data stays
    log = -6.0 + np.tile(rng.standard_normal(len(units)), 12) + np.repeat(year, len(units))
    for k, column in enumerate(c for c in panel.columns if c not in ("pair", "year")):
        log = log + (0.1 + 0.1 * k) * panel[column].to_numpy(float)
    return np.exp(log.reshape(12, -1)), panel, units


def test_the_panel_of_gravity_has_both_ends_of_every_pair() -> None:
    sizes = {name: np.array([[10.0, 20.0], [30.0, 40.0]]) for name in gravity.SIZES}
    panel = gravity.panel(sizes, ("A B", "B A"), ("A", "B"), 2001)
    assert panel["pair"].tolist() == ["A B", "B A"] * 2 and panel["year"].tolist() == [2001, 2001, 2002, 2002]
    assert np.exp(panel["stock_from"]).tolist() == pytest.approx([10, 20, 30, 40])
    assert np.exp(panel["gerd_to"]).tolist() == pytest.approx([20, 10, 40, 30])


def test_gravity_recovers_flows_that_follow_it_and_leaves_pairs_without_moves() -> None:
    pytest.importorskip("pyfixest", reason="pyfixest is not in the lock: pip install '.[gravity]'")
    flows, panel, units = world_of_gravity()
    flows[:, 5] = 0.0
    known = panel["year"] <= 2008
    found = gravity.forecast(flows[:9], panel[known], panel[~known])
    assert found.shape == (3, len(units))
    assert found == pytest.approx(flows[9:], rel=1e-3)
