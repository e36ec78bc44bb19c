"""What comes after the data as parameters: draws of the errors that the rules made in the backtest."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from sim import World, load_config
from sim.data.fitted import load_fitted
from sim.data.inputs import HOME_WEIGHTS, QUALITIES, Inputs, PathDraw, YearInputs, load_inputs
from sim.data.paths import load_paths
from sim.data.tables import folder_of, load_world_data
from sim.params import PathParams

DRAWS = 200
SERIES: dict[str, Callable[[Inputs, int], np.ndarray]] = {
    "entrants": lambda inputs, year: inputs.entries(year),
    "exits": lambda inputs, year: inputs.year(year).exit_base,
    "papers": lambda inputs, year: inputs.year(year).output,
}


@pytest.fixture(scope="module")
def draws() -> list[Inputs]:
    """The rules themselves, then 200 draws of their errors."""
    data, fitted, rules = load_world_data("g20"), load_fitted("g20"), load_paths(folder_of("g20"))
    return [Inputs(data, fitted, rules, PathDraw(n)) for n in range(DRAWS + 1)]


def errors(draws: list[Inputs], of: Callable[[Inputs, int], np.ndarray], h: int) -> np.ndarray:
    """Log of a positive series of each draw over that of the rules, h years after the data [draws, P]."""
    values = np.log(np.stack([of(inputs, inputs.data.end + h) for inputs in draws]))
    return values[1:] - values[0]


@pytest.mark.parametrize("h", [1, 5, 20])
@pytest.mark.parametrize("kind", ["entrants", "exits", "papers"])
def test_draws_shift_series_by_the_stated_spread(kind: str, h: int, draws: list[Inputs]) -> None:
    """Means within a tenth of the spread (2.4 standard errors of 200 draws or more), spreads within a tenth (6).

    Both together raise a false alarm in one of 50 cases at most; the numbers are keyed, so it would be seen at once.
    """
    rule = load_paths(folder_of("g20"))[kind]
    shift = errors(draws, SERIES[kind], h)
    growth = np.sqrt(h / min(h, 5))
    common, own = (growth * part[min(h, 5) - 1] for part in (rule.common, rule.own))
    np.testing.assert_allclose(
        (shift - shift.mean(axis=1, keepdims=True)).std() / np.sqrt(1 - 1 / shift.shape[1]), own, rtol=0.1
    )
    assert shift.std() == pytest.approx(np.hypot(common, own), rel=0.1)
    assert abs(shift.mean()) < 0.1 * np.hypot(common, own)


def test_draws_of_kinds_are_independent(draws: list[Inputs]) -> None:
    """Correlation over 200 draws of 23 places: common parts below 0.25 (p 0.0004), own parts below 0.06 (p 0.0001)."""
    shifts = [errors(draws, of, 3) for of in SERIES.values()]
    for one, two in combinations(shifts, 2):
        common = np.corrcoef(one.mean(axis=1), two.mean(axis=1))[0, 1]
        own = np.corrcoef(*((x - x.mean(axis=1, keepdims=True)).ravel() for x in (one, two)))[0, 1]
        assert abs(common) < 0.25 and abs(own) < 0.06


def test_draws_have_the_same_bits_again_and_leave_the_data_alone(draws: list[Inputs]) -> None:
    data, fitted, rules = load_world_data("g20"), load_fitted("g20"), load_paths(folder_of("g20"))
    again = Inputs(data, fitted, rules, PathDraw(7))
    unmoved = Inputs(data, fitted, rules, PathDraw(7, 0.0))
    for year in (data.end, data.end + 1, 2040):
        same(again.year(year), draws[7].year(year))
        same(unmoved.year(year), draws[0].year(year))
    same(draws[7].year(data.end), draws[0].year(data.end))
    with pytest.raises(AssertionError):
        same(draws[7].year(data.end + 1), draws[0].year(data.end + 1))
    wide = Inputs(data, fitted, rules, PathDraw(7, 2.0))
    one, two = (np.log(x.entries(2022) / draws[0].entries(2022)) for x in (draws[7], wide))
    np.testing.assert_allclose(two, 2.0 * one, atol=1e-12)


def same(one: YearInputs, two: YearInputs) -> None:
    """Equal to the bit."""
    for name in YearInputs.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)


def test_draws_are_asked_for_by_parameters() -> None:
    assert PathDraw.of(PathParams()) == PathDraw.of(PathParams(draw=0.9)) == PathDraw()
    assert PathDraw.of(PathParams(draw=3.7, spread=0.5)) == PathDraw(3, 0.5)
    cfg = load_config("world=g20", "scale=100000", "params.paths.draw=3", "params.paths.spread=0.5")
    drawn = World(cfg, empty=True).inputs
    same(drawn.year(2030), load_inputs("g20", PathDraw(3, 0.5)).year(2030))


def test_home_weights_and_quality_are_drawn_in_their_own_units(draws: list[Inputs]) -> None:
    """An error of a share, in log odds or logs, is so many of what the model has in its place."""
    rules = load_paths(folder_of("g20"))
    for kind, units in (("top", QUALITIES), ("shares", HOME_WEIGHTS)):
        years = [inputs.year(inputs.data.end + 2) for inputs in draws]
        values = np.stack([y.quality if kind == "top" else np.log(y.home_weight) for y in years])
        spread = np.hypot(units.common * rules[kind].common[1], units.own * rules[kind].own[1])
        assert (values[1:] - values[0]).std() == pytest.approx(spread, rel=0.1)


def test_moves_out_of_and_into_places_are_drawn_as_wide_as_the_rule_erred(draws: list[Inputs]) -> None:
    """Both are made of the errors of leaving and arriving, so neither is narrower than the backtest's."""
    rule = load_paths(folder_of("g20"))["moves"]
    flows = draws[0].data.flows[-1]
    moved = np.stack(
        [flows * inputs.year(2019).move_base / draws[0].year(2019).move_base.clip(1e-300) for inputs in draws]
    )
    for axis in (1, 2):
        change = np.log(moved.sum(axis=axis)[1:] / moved.sum(axis=axis)[0])
        spread = np.hypot(rule.common[1], rule.own[1])
        assert 0.95 * spread < change.std() < 1.4 * spread
