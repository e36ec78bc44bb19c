"""An axis over tables of threats, whose column stands beside the column `threat` of `exposure_year`."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.analysis import load
from tests.sweep.small_sweep import SETTINGS, swept

pytestmark = pytest.mark.usefixtures("inline")


def test_results_of_each_table_of_threats_stand_under_its_name(tmp_path: Path) -> None:
    store = swept(
        tmp_path,
        replicates=1,
        settings={**SETTINGS, "scale": 20_000},
        grid={"threat": ["rivalry", "votes"]},
        record={"tables": ["exposure_year"]},
    ).folder
    frames = load(store)
    assert list(frames["draws"]["threat_table"]) == ["rivalry", "votes"]
    exposed = frames["exposure_year"]
    pairs = {
        table: set(zip(part["place"], part["threat"]))
        for table, part in exposed[exposed["year"] == 2017].groupby("threat_table")
    }
    assert ("DEU", "SAU") not in pairs["rivalry"] and len(pairs["votes"]) > len(pairs["rivalry"]) > 0
