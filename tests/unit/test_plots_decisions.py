"""The figure of decisions: a mark a decision in force, at its place and year, by direction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.agents.governments.rules import RULES
from sim.plots.decisions import decision_figure


def test_every_decision_of_the_places_shown_is_marked() -> None:
    lever = RULES[6].lever
    table = pd.DataFrame(
        {
            "year": [2018, 2021, 2024, 2025], "effective_year": [2019, 2022, 2024, 2026], "place": [0, 0, 1, 2],
            "lever": lever, "before": [0.0, 0.1, 0.0, 0.0], "after": [0.1, 0.05, 0.0, 0.2],
            "answer": ["", "", "refused", ""],
        }
    )  # fmt: skip
    table = pd.concat([table, table.iloc[:1].assign(place=1, lever=RULES[0].lever)])
    figure = decision_figure(table, ["CHN", "USA", "IND"], "title", "subtitle", n_places=2)
    axes = {a.get_title(loc="left"): a for a in figure.axes}
    assert set(axes) == {rule.lever.replace("_", " ") for rule in RULES}
    marks = [np.asarray(c.get_offsets()).tolist() for c in axes[lever].collections[1:]]
    assert marks == [[[2019.0, 0.0]], [[2022.0, 0.0]], [[2024.0, 1.0]]], (
        "up, down, refused; the third place is not shown"
    )
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["CHN", "USA"]
