"""Stays after study in the United States: what is aimed at by origin, what is counted, and where calibration goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis import calibrate, targets
from sim.analysis.calibrate import EARLY, Seen
from sim.analysis.stays import AFTER, YEARS, Stays
from sim.analysis.targets import STAYERS, intentions, stay_targets
from sim.core.columns import Columns
from sim.data.fitted import Fitted
from sim.data.tables import WorldData, load_world_data


@pytest.fixture(scope="module")
def data() -> WorldData:
    """The full world."""
    return load_world_data("full")


def log_odds(share: np.ndarray) -> np.ndarray:
    return np.log(share / (1.0 - share))


def test_a_large_origin_lies_between_its_two_sources(data: WorldData) -> None:
    """Intentions times the ratio of M17, and the five-year stays of its group."""
    target, (intend, number) = stay_targets(data), intentions(data)
    for group, iso3 in (("China (including Hong Kong)", "CHN"), ("India", "IND"), ("South Korea", "KOR")):
        p = data.iso3.index(iso3)
        stays = np.mean([rate for (name, year), rate in data.stay_rates.items() if name == group and year > 2012])
        low, high = sorted((intend[p] * STAYERS, float(stays)))
        assert number[p] > 1000 and low < target[p] < high and high - low < 0.12


def test_scholars_of_saudi_arabia_go_home(data: WorldData) -> None:
    target = stay_targets(data)
    lowest = np.argsort(target[intentions(data)[1] > 200.0])
    assert np.array(data.iso3)[intentions(data)[1] > 200.0][lowest[0]] == "SAU"
    assert ((target > 0.05) & (target < 0.95)).all()


def test_origins_without_doctorates_lie_on_the_line_on_income(data: WorldData) -> None:
    """And so does an origin whose intentions are forgotten; with many doctorates its own share is what counts."""
    number = intentions(data)[1]
    odds, income = log_odds(stay_targets(data)), np.log(data.income[data.n_years - 1])
    unknown = np.flatnonzero(number == 0)
    assert len(unknown) >= 2
    slope = np.diff(odds[unknown[:2]]) / np.diff(income[unknown[:2]])
    assert slope < 0.0, "the rich go home"
    np.testing.assert_allclose(odds[unknown], odds[unknown[0]] + slope * (income[unknown] - income[unknown[0]]))
    chn = data.iso3.index("CHN")
    blank = data.intend_stay.copy()
    blank[:, chn] = np.nan
    without = log_odds(stay_targets(replace(data, intend_stay=blank)))
    line = without[unknown[0]] + np.diff(without[unknown[:2]]) / np.diff(income[unknown[:2]]) * (
        income[chn] - income[unknown[0]]
    )
    assert without[chn] == pytest.approx(line.item()) and abs(odds[chn] - without[chn]) > 0.3


def test_stays_are_counted_five_years_after_entry(data: WorldData) -> None:
    usa, chn, ind = (data.iso3.index(iso3) for iso3 in ("USA", "CHN", "IND"))
    people = [  # origin, place of entry, place, years since entry
        (chn, usa, usa, AFTER), (chn, usa, chn, AFTER), (chn, usa, ind, AFTER), (chn, usa, usa, AFTER),
        (chn, usa, usa, AFTER - 1), (chn, ind, usa, AFTER), (usa, usa, usa, AFTER), (ind, usa, usa, AFTER),
    ]  # fmt: skip
    columns = Columns()
    block = columns.blocks[0]
    rows = block.allocate(len(people))
    block.clear(rows)
    block.uid[rows] = np.arange(1, len(people) + 1)
    for name, values in zip(("origin", "entry_place", "place"), np.array(people).T):
        getattr(block, name)[rows] = values
    stays = Stays.none(data.n_places)
    for year in (data.end - YEARS, data.end - YEARS + 1, data.end, data.end + 1):
        block.entry_year[rows] = year - np.array(people)[:, 3]
        stays.see(year, data, columns)
    assert (stays.there[chn], stays.at_home[chn], stays.elsewhere[chn], stays.there[ind]) == (4.0, 2.0, 2.0, 2.0)
    assert stays.number.sum() == 10.0, "two years of four are counted, and nobody else"


def seen_with(data: WorldData, there: float, home: float, on: float) -> Seen:
    """A run in which this many of every origin stayed, went home and went on."""
    seen = Seen.empty(data.n_years, data.n_places, agent=1.0)
    ones = np.ones(data.n_places)
    seen.stays = Stays(there * ones, home * ones, on * ones)
    return seen


def test_calibration_sends_more_people_home_where_too_many_stay(
    data: WorldData, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Fitted.start(data)
    monkeypatch.setattr(calibrate, "stay_targets", lambda _: np.full(data.n_places, 0.6))
    more = calibrate.home_early(data, start, seen_with(data, 800.0, 150.0, 50.0), 0.6)
    fewer = calibrate.home_early(data, start, seen_with(data, 300.0, 600.0, 100.0), 0.6)
    assert (more > start.home_early).all() and (fewer < start.home_early).all()
    # at the goal nothing moves: 600 of 1,000 stay
    np.testing.assert_allclose(calibrate.home_early(data, start, seen_with(data, 600.0, 300.0, 100.0), 0.6), 2.0)
    few = calibrate.home_early(data, start, seen_with(data, 8.0, 1.5, 0.5), 0.6)
    assert ((few > start.home_early) & (few < more)).all(), "ten people say less"


def test_calibration_keeps_factors_within_bounds(data: WorldData) -> None:
    start = Fitted.start(data)
    for counts in ((1000.0, 0.0, 0.0), (10.0, 980.0, 10.0)):
        factor = start
        for _ in range(20):
            factor = replace(factor, home_early=calibrate.home_early(data, factor, seen_with(data, *counts), 0.9))
        assert (EARLY[0] <= factor.home_early).all() and (factor.home_early <= EARLY[1]).all()
        assert np.isin(factor.home_early.round(9), EARLY).mean() > 0.9


def test_world_of_other_data_has_targets_too() -> None:
    g20 = load_world_data("g20")
    assert np.isfinite(stay_targets(g20)).all() and targets.FEW > 0
