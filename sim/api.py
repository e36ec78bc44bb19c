"""Run a configuration from Python, in memory: its tables, or its main outcomes with their effects."""

from __future__ import annotations

import pandas as pd

from sim.analysis import summary
from sim.analysis.roles import roles_of
from sim.config.schema import Config
from sim.data.tables import load_world_data
from sim.policy.levers import LEVERS
from sim.running.command import BAR
from sim.running.execute import Execution
from sim.running.model import Model, RealModel
from sim.running.plan import make_plan
from sim.running.progress import Reporter
from sim.store.frames import Frames, in_memory
from sim.store.runs import assemble, table_names


def run(cfg: Config, *, model: Model | None = None) -> Frames:
    """Run a configuration and its paired baseline without touching the disk.

    Parameters
    ----------
    cfg : configuration, as from `sim.load_config`.
    model : the model to run; the package's own by default (its class must be importable by worker processes).

    Returns
    -------
    Tidy pandas frames by table name (``place_year``, ``flow_year`` …), made when first asked for.

    Examples
    --------
    >>> from sim import load_config, run
    >>> frames = run(load_config("scale=2000", "+scenario=restrictive"))
    >>> frames["place_year"].groupby(["scenario", "year"])["papers_fractional"].sum()
    """
    model = model or RealModel()
    plan = make_plan(cfg, model)
    execution = Execution(plan, model)
    with Reporter(execution.prepare(), BAR[cfg.progress]) as reporter:
        execution.carry_out(cfg.threads, reporter)
    runs = [tables for run in plan.recorded_runs if (tables := execution.run_tables(run)) is not None]
    return in_memory(table_names(runs), lambda name: assemble(name, runs, plan.recorded))


def compare(cfg: Config, frames: Frames | None = None, *, model: Model | None = None) -> pd.DataFrame:
    """Main outcomes of a configuration with their paired effects: the printed table as a tidy frame.

    Parameters
    ----------
    frames : what `run` gave for this configuration, or `sim.analysis.load` for its folder; run if not given.

    Returns
    -------
    Columns area, outcome, scenario, mode, reference (baseline level), mean, se, lo, hi (90 % band), n, agents, departs
    (see `sim.analysis.summary.effects`); areas are the world and the roles of places (`sim.analysis.roles`).
    """
    model = model or RealModel()
    frames = run(cfg, model=model) if frames is None else frames
    period = summary.period_of(cfg.start, cfg.end, model.first_policy_year(cfg), model.data_end(cfg))
    data = load_world_data(cfg.world)
    areas = summary.areas_of(roles_of(cfg, data), dict(zip(data.iso3, data.names)))
    protects = any(LEVERS[use.lever].aim == "protect" for use in cfg.uses)
    return summary.effects(frames, period, areas, cfg.scale, protects)
