"""Every term of docs/mechanisms.md moves the outcome it is said to move; none is decoration."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from sim.params import Params
from tests.statistical import mechanisms

ROWS = mechanisms.rows()
STANDARD_ERRORS = 3.0  # with eight pairs, a term that does nothing passes with probability 2 % (t, 7 d.f.)


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, id=f"{r.symbol}: {r.name}", marks=() if r.often else pytest.mark.full) for r in ROWS],
)
def test_the_term_moves_its_outcome(row: mechanisms.Row) -> None:
    mean, error = mechanisms.shift(row)
    assert abs(mean) > STANDARD_ERRORS * error, f"{row.column} of {row.place} moves by {mean:.4g} ± {error:.2g}"


def test_a_term_set_to_its_own_value_moves_nothing() -> None:
    row = next(r for r in ROWS if r.name == "entry.hostility")
    same = mechanisms.Row(row.symbol, row.file, (("entry.hostility", Params().entry.hostility),), *astail(row))
    assert mechanisms.shift(same) == (0.0, 0.0)


def astail(row: mechanisms.Row) -> tuple[str, str, str, bool]:
    """Fields of a row after its parameters."""
    return row.scenario, row.column, row.place, row.often


def test_files_exist_and_every_parameter_is_on_the_page() -> None:
    for row in ROWS:
        assert (mechanisms.PAGE.parent / row.file).is_file(), row.file
    groups = {f.name: getattr(Params(), f.name) for f in fields(Params) if f.name != "feedback"}
    known = {f"{group}.{f.name}" for group, values in groups.items() for f in fields(values)}
    shown = {name for row in ROWS for name, _ in row.parameters}
    assert not shown & mechanisms.hidden()
    assert shown | mechanisms.hidden() == known


def test_the_page_is_where_it_should_be() -> None:
    assert Path(__file__).parents[2] / "docs" / "mechanisms.md" == mechanisms.PAGE and len(ROWS) > 60
