"""Run a configuration: in memory for Python, on disk for the command line."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim import summary
from sim.analysis.frames import Frames, in_memory
from sim.config_read import ConfigError
from sim.record.store import assemble, table_names
from sim.running.command import BAR, Command, describe_error
from sim.running.ending import Terminated, ending_cleanly
from sim.running.execute import Execution
from sim.running.model import Model, RealModel
from sim.running.plan import make_plan, scenario_name
from sim.running.progress import Reporter, say

if TYPE_CHECKING:
    from sim.config import Config

DEBUG = "TALENT_DEBUG"  # set to 1: failed runs print their traceback
Draw = Callable[[Mapping[str, Any], "Config", Path], Any]


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
    frames : what `run` gave for this configuration, or `sim.analysis.frames.load` for its folder; run if not given.

    Returns
    -------
    Columns area, outcome, scenario, mode, reference (baseline level), mean, se, lo, hi (90 % band), n.
    """
    model = model or RealModel()
    frames = run(cfg, model=model) if frames is None else frames
    period = summary.period_of(cfg.start, cfg.end, model.first_policy_year(cfg))
    words = {w for p in cfg.policies.values() for w in (*p.issuer, *summary.named_places(p))}
    members = {word: model.members(cfg, [word]) for word in words}
    return summary.effects(frames, period, summary.areas_of(cfg, members))


def run_command(
    cfg: Config, *, model: Model | None = None, draw: Draw | None = None, show_traceback: bool = False
) -> int:
    """Run a configuration as the command does: files, figures, the printed table; the last line is the folder.

    Parameters
    ----------
    draw : draws the figures into a folder; `sim.plots.write_figures` by default.
    show_traceback : print where an unexpected error came from; ``TALENT_DEBUG=1`` in the environment does the same.

    Returns
    -------
    Exit code: 0 done, 1 bad input or failed run, 130 interrupted, 143 terminated.
    """
    model = model or RealModel()
    command = None
    try:
        with ending_cleanly():
            command = Command(cfg, model)
            _carry_out(command, draw or _draw)
        return 0
    except ConfigError as error:
        say("\n".join(f"error: {message}" for message in error.messages))
        return 1
    except (KeyboardInterrupt, Terminated) as error:
        _say_interrupted(command)
        return 130 if isinstance(error, KeyboardInterrupt) else 143
    except Exception as error:
        _say_failed(command, error, show_traceback or bool(os.environ.get(DEBUG)))
        return 1


def _carry_out(command: Command, draw: Draw) -> None:
    cfg = command.cfg
    frames = command.tables()
    for lever in command.manifest.get("levers_never_read", ()):
        say(f"note: {lever} changes nothing in these years or places")
    command.stage = "summary"
    table = compare(cfg, frames, model=command.model)
    hazard = f"Leaks are conditional on params.security.leak_rate = {cfg.params.security.leak_rate:g}, an assumption."
    summary.show(table, _title(command), [hazard])
    if cfg.figures:
        command.figures(frames, draw)
    print(command.folder, flush=True)


def _title(command: Command) -> str:
    cfg, name = command.cfg, scenario_name(command.cfg)
    period = summary.period_of(cfg.start, cfg.end, command.plan.first_policy_year)
    against = f"{name} against baseline" if len(command.plan.recorded) > 1 else name
    replicates = "1 replicate" if cfg.replicates == 1 else f"{cfg.replicates} replicates"
    return f"{against}, {period}, {replicates}, one agent for {cfg.scale} researchers"


def _draw(frames: Mapping[str, Any], cfg: Config, folder: Path) -> Any:
    from sim.plots import write_figures

    return write_figures(frames, cfg, folder)


def _say_interrupted(command: Command | None) -> None:
    kept, begun = command.kept() if command else (0, 0)
    if command is None or not (kept or begun):
        say("interrupted")
        return
    checkpoints = f", {begun} more from a checkpoint" if begun else ""
    say(
        f"interrupted; {kept} of {len(command.plan.runs)} runs are kept, "
        f"the same command goes on from there{checkpoints}"
    )


def _say_failed(command: Command | None, error: Exception, show_traceback: bool) -> None:
    stage, message = describe_error(error, command.stage if command else "plan")
    say(f"error: {stage}: {message}")
    if show_traceback:
        say(getattr(error, "trace", "") or "".join(traceback.format_exception(error)))
    else:
        say("(--traceback shows where it came from)")
    if command:
        try:
            command.fail(stage, message)
            say(f"see {command.folder / 'manifest.json'}")
        except OSError as second:
            say(f"the manifest could not be written either: {second}")
