"""Any policy configuration ends in a run or in a clean error, never in a traceback."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim import World
from sim.config.load import load_config
from sim.core.read import ConfigError
from tests.statistical.policy_strategies import END, START, scenarios, spoilt

OVERRIDES = (f"start={START}", f"end={END}", "world=g20", "scale=100000", "threads=1", "panel.size=0")
COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def outcome(scenario: Any, folder: Path) -> str:
    """What became of a scenario: `ran` or `refused`; anything else raises."""
    file = folder / "scenario" / "fuzz.yaml"
    file.parent.mkdir(exist_ok=True)
    words = yaml.safe_dump(scenario, allow_unicode=True, sort_keys=False)
    file.write_text(f"# @package _global_\n{words}", encoding="utf-8")
    try:
        cfg = load_config("+scenario=fuzz", *OVERRIDES, config_dir=str(folder))
    except ConfigError as error:
        assert error.messages and all(message.strip() for message in error.messages)
        return "refused"
    for result in World(cfg).run():
        for name, column in result.tables["place_year"].items():
            if column.dtype.kind == "f" and name.startswith(("papers", "leaks", "new_", "n_", "share_affordable")):
                assert np.isfinite(column).all() and (column >= 0).all(), name
            if name.startswith("budget_"):
                assert np.isfinite(column).all(), name
    return "ran"


def fuzz(examples: int, folder: Path, derandomize: bool = False) -> Counter[str]:
    """Outcomes of random scenarios, half of them spoilt; a failing one is not made smaller, which takes minutes."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples, derandomize=derandomize, phases=[Phase.generate], **COMMON)  # type: ignore[arg-type]
    @given(st.one_of(scenarios(), spoilt()))
    def one(scenario: Any) -> None:
        seen[outcome(scenario, folder)] += 1

    one()
    return seen


def test_random_policies_end_in_a_run_or_a_clean_error(tmp_path: Path) -> None:
    seen = fuzz(120, tmp_path, derandomize=True)
    assert min(seen["ran"], seen["refused"]) >= 25, seen  # both ways are really taken


@pytest.mark.full
@pytest.mark.parametrize("part", range(8))
def test_many_random_policies_end_in_a_run_or_a_clean_error(part: int, tmp_path: Path) -> None:
    """10,000 in all, in parts that processors share."""
    seen = fuzz(1_250, tmp_path)
    assert min(seen["ran"], seen["refused"]) >= 250, seen
