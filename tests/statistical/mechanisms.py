"""Walks the table of docs/mechanisms.md: what does each term move, and by how many paired standard errors?"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim import World, load_config
from sim.config.schema import Config
from sim.core.axes import STAGES
from sim.data.tables import load_world_data
from sim.phases.macro import Macro
from sim.record.recorder import YearResult

PAGE = Path(__file__).parents[2] / "docs" / "mechanisms.md"
SCALE, REPLICATES, LAST = 1000, 8, 2025


@dataclass(frozen=True)
class Row:
    """One term: what it is set to, and the outcome that must move."""

    symbol: str
    file: str
    parameters: tuple[tuple[str, float | str], ...]
    scenario: str
    column: str
    place: str
    often: bool

    @property
    def name(self) -> str:
        """Name of a test."""
        return "+".join(name for name, _ in self.parameters)


def rows(page: Path = PAGE) -> list[Row]:
    """Rows of the first table of the page that names parameters."""
    found = []
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 8 or "=" not in cells[3]:
            continue
        symbol, _, file, parameters, scenario, column, place, often = cells
        pairs = tuple(assignment(part) for part in parameters.split(","))
        file = file.split("](")[1].rstrip(")")
        found.append(Row(symbol, file, pairs, scenario, column.strip("`"), place, often == "yes"))
    return found


def assignment(text: str) -> tuple[str, float | str]:
    """Name and value of a parameter; a choice has a word."""
    name, _, value = text.strip(" `").partition("=")
    return name, value if value.isalpha() else float(value)


def hidden(page: Path = PAGE) -> set[str]:
    """Parameters of the table of terms that do not show."""
    found: set[str] = set()
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 3:
            found |= {name.strip(" `") for name in cells[1].split(",") if "." in name}
    return found


def with_value(node: Any, path: str, value: float | str) -> Any:
    """Frozen dataclass with one nested field replaced, bounds not asked."""
    head, _, rest = path.partition(".")
    assert is_dataclass(node) and head in {f.name for f in fields(node)}, path
    return replace(node, **{head: with_value(getattr(node, head), rest, value) if rest else value})  # type: ignore


@lru_cache(maxsize=8)
def config(scenario: str) -> Config:
    """Configuration of a cheap run; the scenario may be the baseline."""
    extra = [] if scenario.startswith("baseline") else [f"+scenario={scenario.split()[0]}"]
    return load_config(f"scale={SCALE}", f"end={LAST}", "threads=1", "panel.size=0", *extra)


@lru_cache(maxsize=REPLICATES)
def state(replicate: int) -> dict[str, np.ndarray]:
    """The baseline's state at the end of 2017."""
    world = World(config("baseline"), replicate)
    for _ in world.run(until=2017):
        pass
    return {name: np.array(value) for name, value in world.state().items()}


def live(cfg: Config, scenario: str, replicate: int) -> list[YearResult]:
    """Years from 2018 on; the scripted baseline is its own, so what is divided by its people's means moves nothing."""
    mode = "reactive" if scenario.endswith("reactive") else "scripted"
    against = None if scenario == "baseline" else paired(replicate)
    return list(World.from_state(cfg, state(replicate), replicate, mode, against).run())


@lru_cache(maxsize=REPLICATES)
def paired(replicate: int) -> dict[int, Macro]:
    """States of the world of the scripted baseline, as a command gives them to all other runs."""
    world = World.from_state(config("baseline"), state(replicate), replicate)
    for _ in world.run():
        pass
    return world.macros


@lru_cache(maxsize=64)
def default(scenario: str, replicate: int) -> list[YearResult]:
    """Years from 2018 on with the parameters as they are."""
    return live(config(scenario), scenario, replicate)


def outcome(years: list[YearResult], column: str, place: str) -> float:
    """Yearly mean of a column (`table.column`, or `table.column.stage`) for a place or the world."""
    table, name, *stage = column.split(".")
    total = 0.0
    for result in years:
        if table not in result.tables:
            continue
        values = result.tables[table]
        if name == "rows":
            total += len(next(iter(values.values())))
            continue
        rows_ = np.ones(len(values[name]), bool)
        if place != "world":
            at = load_world_data("full").iso3.index(place)
            keys = [k for k in ("place", "place_to", "place_a", "cited_place") if k in values]
            rows_ = values[keys[0]] == at
        if stage:
            rows_ = rows_ & (values["stage"] == STAGES.index(stage[0]))
        if name == "citations":  # at home, as a share
            rows_ = values["citing_place"] == values["cited_place"]
        total += float(np.nansum(values[name][rows_]))
    return total / len(years)


def shift(row: Row) -> tuple[float, float]:
    """Mean paired change of the outcome when the term is neutral, and its standard error."""
    cfg = config(row.scenario)
    for name, value in row.parameters:
        cfg = replace(cfg, params=with_value(cfg.params, name, value))
    changes = []
    for replicate in range(REPLICATES):
        before = outcome(default(row.scenario, replicate), row.column, row.place)
        changes.append(outcome(live(cfg, row.scenario, replicate), row.column, row.place) - before)
    return float(np.mean(changes)), float(np.std(changes, ddof=1) / np.sqrt(REPLICATES))
