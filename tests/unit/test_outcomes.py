"""Derived outcomes are defined once, from recorded columns, and asked for by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.analysis.outcomes import LEAKS, OUTCOMES, add, columns, value
from sim.core.gone import GONE
from sim.record.tables import TABLES


def test_every_outcome_follows_from_recorded_columns_and_says_what_it_is() -> None:
    for outcome in OUTCOMES.values():
        assert set(outcome.columns) <= set(TABLES[outcome.table].required), outcome.name
        assert outcome.unit and outcome.meaning and outcome.formula
        assert outcome.name not in TABLES[outcome.table].required


def test_columns_are_those_that_are_recorded() -> None:
    assert columns("place_year", ["net_moves", "top1", "papers_whole"]) == [
        "new_moves_in", "new_moves_out", "top1_at_baseline_threshold", "top1_whole", "papers_whole",
    ]  # fmt: skip
    assert columns("world_year", ["papers"]) == ["papers"]
    with pytest.raises(ValueError, match="world_year: gone, leaks of different victims are not added"):
        columns("world_year", ["leaks"])  # never added up over places
    with pytest.raises(ValueError, match="world_year: no outcome 'top1'"):
        columns("world_year", ["top1"])


@pytest.mark.parametrize("path", sorted(key for key in GONE if not key.startswith(("params.", "effects."))))
def test_columns_of_earlier_editions_are_refused_with_what_stands_in_their_place(path: str) -> None:
    table, name = path.split(".")
    if name in TABLES[table].required:
        pytest.skip("still recorded")
    with pytest.raises(ValueError, match="gone, "):
        columns(table, [name])
    if name not in OUTCOMES:  # as leaks, which follow from columns of other tables
        with pytest.raises(ValueError, match="gone, "):
            value(pd.DataFrame({"papers": [1.0]}), name)


def test_a_column_that_is_gone_is_told_with_its_successor_and_others_with_a_near_miss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(GONE, "place_year.n_scholars", "now n_researchers")
    with pytest.raises(ValueError, match="place_year: gone, now n_researchers"):
        columns("place_year", ["n_scholars"])
    with pytest.raises(ValueError, match="'n_scholars' is gone, now n_researchers"):
        value(pd.DataFrame({"n_researchers": [1.0]}), "n_scholars")
    with pytest.raises(ValueError, match=r"no outcome 'net_move'; did you mean net_moves\?"):
        value(pd.DataFrame({"n_researchers": [1.0]}), "net_move")


def test_sums_are_taken_row_by_row_and_ratios_of_totals() -> None:
    frame = pd.DataFrame(
        {
            "papers_international": [1.0, 3.0],
            "papers_whole": [10.0, 10.0],
            "top1_at_baseline_threshold": [np.nan, 5.0],
            "top1_whole": [2.0, 4.0],
        }
    )
    found = add(frame, ["top1", "international_share"])
    assert found["top1"].tolist() == [2.0, 5.0] and "international_share" not in found
    totals = found.sum().to_frame().T
    assert value(totals, "international_share").item() == 0.2
    assert value(totals, "top1").item() == 7.0
    assert np.isnan(value(totals.assign(papers_whole=0.0), "international_share").item())


def test_the_share_protected_is_of_totals_and_the_same_at_any_leak_rate() -> None:
    rows = pd.DataFrame({"leaks_unprotected": [4.0, 12.0], **{name: [0.5, 2.5] for name in LEAKS}})
    for rate in (1.0, 1000.0):
        assert value((rate * rows).sum().to_frame().T, "protected").item() == pytest.approx(0.25)
    assert np.isnan(value((0.0 * rows).sum().to_frame().T, "protected").item()), "nothing to protect"
    assert add(rows, ["leaks_avoided"])["leaks_avoided"].tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("net_moves", "new_moves_in − new_moves_out"),
        ("top1", "top1_at_baseline_threshold, where null top1_whole"),
        ("international_share", "papers_international / papers_whole"),
        ("net_move_rate", "(new_moves_in − new_moves_out) / n_researchers"),
    ],
)
def test_formula_in_words(name: str, formula: str) -> None:
    assert OUTCOMES[name].formula == formula
