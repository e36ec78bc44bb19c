"""A small run, frozen: no result changes unseen.

On the processor and packages it was frozen with, every number must be the same. Elsewhere a last bit of a
logarithm can send somebody another way, so counts are compared within what such butterflies can do.
If a change is meant: ``python -m tests.regression.update``, and say why in the commit.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.regression import summary


@pytest.fixture(scope="module")
def runs() -> tuple[list[summary.Row], list[summary.Row]]:
    """The frozen run and the one of today."""
    return summary.read()[0], summary.rows()


def test_same_cells(runs: tuple[list[summary.Row], list[summary.Row]]) -> None:
    one, two = ([(row["scenario"], row["year"], row["place"]) for row in rows] for rows in runs)
    assert one == two


def test_every_number_is_the_same_here(runs: tuple[list[summary.Row], list[summary.Row]]) -> None:
    if summary.read()[1] != summary.made_with():
        pytest.skip("frozen on another processor or lock file: counts are compared within tolerance")
    frozen, now = runs
    wrong = [
        f"{old['scenario']} {old['year']} {old['place']} {name}: {old[name]} -> {new[name]}"
        for old, new in zip(frozen, now)
        for name in summary.COLUMNS
        if old[name] != new[name]
    ]
    assert not wrong, f"{len(wrong)} numbers changed, first {wrong[:5]}; meant? python -m tests.regression.update"


@pytest.mark.parametrize("name", summary.COUNTS)
def test_counts_are_close_anywhere(name: str, runs: tuple[list[summary.Row], list[summary.Row]]) -> None:
    """Places within 6 standard deviations of a Poisson count of agents, world totals of a year within 3 %."""
    frozen, now = (summary.array(rows, name) for rows in runs)
    assert (np.abs(frozen - now) <= 6.0 * np.sqrt(np.maximum(frozen, 1.0))).all()
    group = [(row["scenario"], row["year"]) for row in runs[0]]
    for key in set(group):
        mine = np.array([g == key for g in group])
        total = frozen[mine].sum()
        assert abs(total - now[mine].sum()) <= max(0.03 * total, 6.0 * np.sqrt(total))


@pytest.mark.parametrize("name", ["papers_fractional", "top1_fractional", "impact_sum", "leaks_unprotected"])
def test_measures_are_close_anywhere(name: str, runs: tuple[list[summary.Row], list[summary.Row]]) -> None:
    frozen, now = (summary.array(rows, name) for rows in runs)
    assert now.sum() == pytest.approx(frozen.sum(), rel=0.03)
    assert np.corrcoef(frozen, now)[0, 1] > 0.995
