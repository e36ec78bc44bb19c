"""Every system of docs/systems.md: its row is whole, and its lever alone, at full strength, moves what it says."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from experiments.systems import measure
from experiments.systems.page import PAGE, stated
from experiments.systems.system import Outcome, System
from experiments.systems.table import SYSTEMS
from sim.policy.levers import LEVERS
from tests import live

ROOT = Path(__file__).parents[2]
OFTEN = {"research_funding", "visa_refusal", "cybersecurity", "partner_ban", "programme_ban"}
LAST = 2021
# Second affiliations are rare: at this scale a few agents, unless more are taken up and more places are a threat.
MORE = {"programme_ban": (("params.security.dual_rate", 0.1), ("threat", "votes"))}
ALONE = [s for s in SYSTEMS if s.levers]


def lever_of(system: System) -> str:
    """The lever that the system is about: the last one pulled."""
    return system.levers[-1].lever


def test_every_lever_and_mechanism_has_a_row() -> None:
    assert {lever_of(s) for s in ALONE} == set(LEVERS), "each lever has a row in experiments/systems/table.py"
    assert len({s.name for s in SYSTEMS}) == len(SYSTEMS)
    for system in SYSTEMS:
        assert bool(system.levers) != bool(system.neutral), system.name
        assert system.label in ("input", "fitted", "emergent") and system.source and system.mechanism, system.name
        assert (ROOT / system.file).is_file(), system.file


@lru_cache(maxsize=64)
def names_in(path: str) -> set[str]:
    """Names of test functions in a file."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_tests_named_exist() -> None:
    for system in SYSTEMS:
        assert system.tests, system.name
        for test in system.tests:
            path, _, name = test.partition("::")
            assert name in names_in(path), f"{system.name}: {test}"


def test_the_page_has_every_system_as_the_table_states_it() -> None:
    rows = PAGE.read_text(encoding="utf-8").splitlines()
    stated_as = {s.name: (f"| {' | '.join(stated(s))} |", f"| {s.source} |") for s in SYSTEMS}
    missing = [name for name, ends in stated_as.items() if not any(_framed(row, *ends) for row in rows)]
    assert not missing, "run python -m experiments.systems.run"


def test_the_index_counts_the_labels_of_the_page() -> None:
    rows = [row.split(" | ") for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    labels = [row[6] for row in rows if row[0].removeprefix("| ") in {system.name for system in SYSTEMS}]
    emergent, assumed, unseen = (
        sum(label.startswith(word) for label in labels) for word in ("emergent", "assumed", "not seen")
    )
    index = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    counted = f"Of {len(labels)}, {emergent} are emergent, {assumed} assumed and {unseen}"
    assert f"{counted} (governments that restrict) not seen" in index


def _framed(row: str, first: str, last: str) -> bool:
    return row.startswith(first) and row.endswith(last)


def full(system: System) -> System:
    """The system with its lever at the bound that is not neutral, on its scope."""
    *others, last = system.levers
    strongest = type(last)(last.lever, live.end_of(last.lever), last.scope)
    return type(system)(**{**vars(system), "levers": (*others, strongest)})


def change(system: System, outcome: Outcome, state: dict[str, np.ndarray]) -> float:
    """Paired change of an outcome over the years to `LAST`, lever pulled against not pulled."""
    found, plain = [], None
    for cfg in measure.arms(live.SCALE, system):
        for more in MORE.get(lever_of(system), ()):
            cfg = measure.with_value(cfg, *more)
        plain = plain or live.resume(cfg.baseline(), state).go(LAST)  # both arms have its parameters
        run = live.resume(cfg, state, baseline=plain.world.macros).go(LAST) if cfg.policies else plain
        found.append(measure.measured(run.years, outcome))
    return found[1] - found[0]


@pytest.mark.parametrize(
    "system",
    [pytest.param(s, id=s.name, marks=() if lever_of(s) in OFTEN else pytest.mark.full) for s in ALONE],
)
def test_each_lever_alone_moves_its_outcome_as_stated(system: System, state_2017: dict[str, np.ndarray]) -> None:
    outcome = system.outcomes[0]
    moved = change(full(system), outcome, state_2017)
    assert moved * outcome.sign > 0, f"{outcome.column} of {outcome.place or 'the world'} moves by {moved:.4g}"
