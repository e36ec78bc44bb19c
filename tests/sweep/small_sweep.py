"""A sweep that takes seconds: 20 countries, a hundred agents, a few years, one policy of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import load
from sim.sweep.run import Outcome, run
from sim.sweep.spec import Spec, spec_of

SETTINGS = {"scale": 100_000, "world": "g20", "start": 2012, "end": 2019}
POLICY = """\
# @package _global_
titles: {closed: "A closed door, for tests"}
policies:
  door:
    title: Door
    issuer: [USA]
    levers:
      visa:
        lever: visa_refusal
        values: {2018-01-01: 0.5}
        scope: {origins: [CHN]}
        source: "assumption"
      cyber:
        lever: cybersecurity
        values: {2018-01-01: 1.0}
        scope: {institution_threshold_musd: 50}
        source: "assumption"
"""


def small_sweep(folder: Path, **more: Any) -> dict[str, Any]:
    """Values of a sweep of two draws and two replicates with one scenario, whose file lies in `folder`."""
    scenario = folder / "configs" / "scenario" / "closed.yaml"
    scenario.parent.mkdir(parents=True, exist_ok=True)
    scenario.write_text(POLICY, encoding="utf-8")
    return {
        "title": "A sweep for tests",
        "config_dir": "configs",
        "settings": SETTINGS,
        "scenarios": ["closed"],
        "replicates": 2,
        "grid": {"params.security.leak_rate": [0.001, 0.01]},
        "executor": {"workers": 1},
        **more,
    }


def small_spec(folder: Path, **more: Any) -> Spec:
    """The same, read."""
    return spec_of(small_sweep(folder, **more), "sweep.yaml", "toy", folder)


def swept(folder: Path, store: str = "store", **more: Any) -> Outcome:
    """Outcome of running it into a store."""
    return run(small_spec(folder, **more), folder / store)


def tables(store: Path) -> dict[str, pd.DataFrame]:
    """Recorded tables of a store."""
    frames = load(store)
    return {name: frames[name] for name in frames if name not in ("runs", "failures", "draws")}


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    """The same rows in the same order, to the last bit."""
    assert one.keys() == other.keys()
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True, obj=name)
