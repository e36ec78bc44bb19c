"""Governments act through levers only, and only governments that may decide do."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.policy.timeline import Timeline
from sim.record import decisions_table
from tests import live

HOME = Path(sim.__file__).parent
RUNGS = {column.name for column in decisions_table.RUNGS}


@pytest.fixture(scope="module")
def scripted(state_2017: dict[str, np.ndarray]) -> live.Run:
    return live.resume(live.config("end=2030"), state_2017).go()


@pytest.fixture(scope="module")
def reactive(state_2017: dict[str, np.ndarray], scripted: live.Run) -> live.Run:
    """Reactive governments without other policy, far enough that some decide; paired as every run is."""
    return live.resume(live.config("end=2030"), state_2017, mode="reactive", baseline=scripted.world.macros).go()


def test_scripted_governments_decide_nothing(scripted: live.Run) -> None:
    assert not any("decisions" in result.tables for result in scripted.years)


def test_reactive_governments_decide_and_it_matters(reactive: live.Run, scripted: live.Run) -> None:
    decisions = reactive.table("decisions")
    assert len(decisions["year"]) > 0
    assert set(np.unique(decisions["ladder"])) <= {"protect", "restrict", "promote"}
    assert (np.abs(decisions["rung_after"] - decisions["rung_before"]) <= 1).all(), "one step a year"
    assert list(live.same_tables(_without_decisions(reactive), _without_decisions(scripted)))


def test_decisions_act_through_levers_only(
    monkeypatch: pytest.MonkeyPatch, scripted: live.Run, state_2017: dict[str, np.ndarray]
) -> None:
    """With the levers cut, whatever reactive governments decide changes nobody."""
    channels, cut = Timeline.channels, []
    monkeypatch.setattr(
        Timeline,
        "channels",
        lambda self, year, decided=(), support=None: cut.extend(decided) or channels(self, year, (), support),
    )
    run = live.resume(live.config("end=2030"), state_2017, mode="reactive", baseline=scripted.world.macros).go()
    assert cut, "governments decided"
    assert not list(live.same_tables(_without_decisions(run), _without_decisions(scripted)))
    assert not live.differences(live.columns_of(run.state()), live.columns_of(scripted.state()))


def _without_decisions(run: live.Run) -> list[live.YearResult]:
    return [
        live.YearResult(r.year, {name: _acts(t) for name, t in r.tables.items() if name != "decisions"})
        for r in run.years
    ]


def _acts(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A table without the rungs that are seen, which act through levers or not at all."""
    return {name: column for name, column in table.items() if name not in RUNGS}


def imports(path: Path) -> set[str]:
    """Modules that a file imports, with the names imported from packages."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_governments_cannot_reach_people_or_engines() -> None:
    files = list((HOME / "agents" / "governments").glob("*.py"))
    assert {path.stem for path in files} >= {"government", "council", "signals", "hazards"}
    for path in files:
        reached = imports(path)
        for part in ("sim.engines", "sim.phases", "sim.core.columns", "sim.world"):
            assert not any(module.startswith(part) for module in reached), f"{path.name} imports {part}"


def test_mesa_and_hydra_stay_in_their_rooms() -> None:
    for path in HOME.rglob("*.py"):
        at = path.relative_to(HOME).as_posix()
        reached = {module.split(".")[0] for module in imports(path)}
        if "mesa" in reached:
            assert at.startswith("agents/") or at == "world.py", at
        if "hydra" in reached:
            assert at.startswith(("config/", "cli/")), at
