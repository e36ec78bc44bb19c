"""What the frozen run keeps of a small world, and on which machine it was made."""

from __future__ import annotations

import csv
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tests import live

HERE = Path(__file__).parent
TABLE, MADE_WITH = HERE / "frozen.csv", HERE / "frozen.json"
SCENARIOS = {"baseline": "scripted", "restrictive": "scripted", "restrictive, governments react": "reactive"}
YEARS = (1980, 1990, 2000, 2010, 2017, 2018, 2020, 2025)
COUNTS = ("n_researchers", "n_foreign_origin", "new_entrants", "new_exits", "new_moves_in", "new_moves_out",
          "papers_whole", "papers_international")  # fmt: skip
MEASURES = ("papers_fractional", "top1_fractional", "top10_whole", "impact_sum", "fear_mean", "leaks_unprotected",
            "rung_protect", "rung_promote", "n_restricted")  # fmt: skip
COLUMNS = ("scenario", "year", "place", *COUNTS, *MEASURES)

Row = dict[str, str]


def made_with() -> dict[str, str]:
    """Processor and lock file's packages that can change a last bit."""
    packages = {name: version(name) for name in ("numpy", "scipy", "numba", "llvmlite")}
    return {"machine": platform.machine(), **packages}


def rows() -> list[Row]:
    """One row a scenario, year and place of the world of `tests.live`, 1980-2025; floats to nine digits."""
    history = live.start(live.config()).go(2017)
    state = history.state()
    found = _rows("baseline", history)
    for scenario, mode in SCENARIOS.items():
        name = scenario.split(",")[0]
        cfg = live.config() if name == "baseline" else live.config(f"+scenario={name}")
        found += _rows(scenario, live.resume(cfg, state, mode=mode).go())
    return found


def _rows(scenario: str, run: live.Run) -> list[Row]:
    iso3, scale = run.world.setting.data.iso3, live.SCALE
    found = []
    for result in run.years:
        if result.year not in YEARS:
            continue
        table = result.tables["place_year"]
        for p, place in enumerate(iso3):
            counts = {name: str(round(float(table[name][p]) / scale)) for name in COUNTS}
            measures = {name: f"{table[name][p]:.9g}" for name in MEASURES}
            found.append({"scenario": scenario, "year": str(result.year), "place": place, **counts, **measures})
    return found


def write(found: list[Row]) -> None:
    """Store as the frozen run."""
    with open(TABLE, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(found)
    MADE_WITH.write_text(json.dumps(made_with(), indent=1) + "\n", encoding="utf-8")


def read() -> tuple[list[Row], dict[str, str]]:
    """The frozen run and what it was made with."""
    with open(TABLE, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file)), json.loads(MADE_WITH.read_text(encoding="utf-8"))


def array(found: list[Row], name: str) -> np.ndarray:
    """Values of one column, float64."""
    return np.array([float(row[name]) for row in found])
