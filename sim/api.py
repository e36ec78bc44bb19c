"""Run configurations from Python, in memory: their tables, or their main outcomes with the effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import pandas as pd

from sim.analysis import summary
from sim.analysis.roles import roles_of
from sim.config.schema import Config
from sim.data.tables import load_world_data
from sim.policy.levers import LEVERS
from sim.running.command import BAR
from sim.running.execute import Execution
from sim.running.model import Model, RealModel
from sim.running.plan import Plan, make_plans
from sim.running.progress import Reporter
from sim.store.frames import Frames, in_memory
from sim.store.runs import assemble, table_names


@overload
def run(cfg: Config, *, model: Model | None = None) -> Frames: ...
@overload
def run(cfg: Sequence[Config], *, model: Model | None = None) -> list[Frames]: ...
def run(cfg: Config | Sequence[Config], *, model: Model | None = None) -> Frames | list[Frames]:
    """Run a configuration and its paired baseline without touching the disk; or several, side by side.

    Several share what is the same in them: the history until the first of their policies and the baseline are computed
    once. Each gets the tables that it would get alone, to the last bit.

    Parameters
    ----------
    cfg : configuration, as from `sim.load_config`, or a list of them. Of a list, the first says how many processes
        work (``threads``) and whether progress is shown.
    model : the model to run; the package's own by default (its class must be importable by worker processes).

    Returns
    -------
    Tidy pandas frames by table name (``place_year``, ``flow_year`` …), made when first asked for; of a list, a list.

    Raises
    ------
    ValueError : the list is empty.

    Examples
    --------
    >>> from sim import load_config, run
    >>> frames = run(load_config("scale=2000", "+scenario=restrictive"))
    >>> frames["place_year"].groupby(["scenario", "year"])["papers_fractional"].sum()
    >>> names = "restrictive", "proportionate", "open"
    >>> several = run([load_config("scale=2000", f"+scenario={name}") for name in names])
    """
    model = model or RealModel()
    if isinstance(cfg, Config):
        return _run([cfg], model)[0]
    if not cfg:
        raise ValueError("run needs at least one configuration: the list is empty")
    return _run(cfg, model)


def _run(cfgs: Sequence[Config], model: Model) -> list[Frames]:
    plans = make_plans(cfgs, model)
    execution = Execution([run for plan in plans for run in plan.runs], model)
    with Reporter(execution.prepare(), BAR[cfgs[0].progress]) as reporter:
        execution.carry_out(cfgs[0].threads, reporter)
    return [_frames(plan, execution) for plan in plans]


def _frames(plan: Plan, execution: Execution) -> Frames:
    """Tables of one plan, assembled from the finished runs when they are asked for."""
    runs = [tables for run in plan.recorded_runs if (tables := execution.run_tables(run)) is not None]
    return in_memory(table_names(runs), lambda name: assemble(name, runs, plan.recorded))


@overload
def compare(cfg: Config, frames: Frames | None = None, *, model: Model | None = None) -> pd.DataFrame: ...
@overload
def compare(
    cfg: Sequence[Config], frames: Sequence[Frames] | None = None, *, model: Model | None = None
) -> list[pd.DataFrame]: ...
def compare(
    cfg: Config | Sequence[Config], frames: Frames | Sequence[Frames] | None = None, *, model: Model | None = None
) -> pd.DataFrame | list[pd.DataFrame]:
    """Main outcomes of a configuration with their paired effects: the printed table as a tidy frame; or of several.

    Parameters
    ----------
    cfg : configuration, or a list of them, which share what is the same in them as in `run`.
    frames : what `run` gave for this, or `sim.analysis.load` for a configuration's folder; run if not given.

    Returns
    -------
    Columns area, outcome, scenario, mode, reference (baseline level), mean, se, lo, hi (90 % band), n, agents, departs
    (see `sim.analysis.summary.effects`); areas are the world and the roles of places (`sim.analysis.roles`). Of a list,
    a list of such frames.

    Raises
    ------
    ValueError : there are not as many frames as configurations.

    Examples
    --------
    >>> cfgs = [load_config("scale=2000", f"+scenario={name}") for name in ("restrictive", "proportionate")]
    >>> pd.concat(compare(cfgs))
    """
    model = model or RealModel()
    cfgs = [cfg] if isinstance(cfg, Config) else list(cfg)
    given = [frames] if isinstance(frames, Frames) else frames
    found = run(cfgs, model=model) if given is None else given
    if len(found) != len(cfgs):
        raise ValueError(f"compare was given {len(cfgs)} configurations, but frames of {len(found)}")
    effects = [_effects(one, tables, model) for one, tables in zip(cfgs, found, strict=True)]
    return effects[0] if isinstance(cfg, Config) else effects


def _effects(cfg: Config, frames: Frames, model: Model) -> pd.DataFrame:
    period = summary.period_of(cfg.start, cfg.end, model.first_policy_year(cfg), model.data_end(cfg))
    data = load_world_data(cfg.world)
    areas = summary.areas_of(roles_of(cfg, data), dict(zip(data.iso3, data.names)))
    protects = any(LEVERS[use.lever].aim == "protect" for use in cfg.uses)
    return summary.effects(frames, period, areas, cfg.scale, protects)
