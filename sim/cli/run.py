"""The main command: runs, files, figures and the printed table."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import deterred, offers, summary
from sim.analysis.lines import PROTECTED
from sim.analysis.text import GOVERNMENTS
from sim.api import compare
from sim.cli import notes
from sim.cli.environment import DEBUG
from sim.cli.heading import heading
from sim.cli.table import show, shown
from sim.config.schema import Config
from sim.core.read import ConfigError
from sim.data.clock import SHELF_YEAR
from sim.data.tables import load_world_data
from sim.policy.levers import unpriced
from sim.policy.words import in_force, not_reached
from sim.running.command import Command, describe_error
from sim.running.model import Model, RealModel
from sim.running.plan import scenario_name
from sim.running.progress import say
from sim.running.signals import Terminated, raise_on_signals
from sim.running.streams import silence, write_plainly

Draw = Callable[[Mapping[str, Any], "Config", Path], Any]


def run_command(cfg: Config, *, model: Model | None = None, draw: Draw | None = None) -> int:
    """Run a configuration as the command does: files, figures, the printed table; the last line is the folder.

    Parameters
    ----------
    draw : draws the figures into a folder; `sim.plots.write_figures` by default.

    Returns
    -------
    Exit code: 0 done, 1 bad input or failed run, 130 interrupted, 128 + number of the signal that asked to end.
    """
    return attempt(cfg, model or RealModel(), lambda command: _carry_out(command, draw or _draw))


def attempt(cfg: Config, model: Model, work: Callable[[Command], bool]) -> int:
    """Do something with a command, and tell the user how it ended; the exit code as of `run_command`.

    With ``TALENT_DEBUG=1`` in the environment, which ``--traceback`` sets, also where an unexpected error came from.

    Parameters
    ----------
    work : False if it failed and has said so.
    """
    command = None
    try:
        with raise_on_signals():
            command = Command(cfg, model)
            return 0 if work(command) else 1
    except ConfigError as error:
        say("\n".join(f"error: {message}" for message in error.messages))
        return 1
    except (KeyboardInterrupt, Terminated) as error:
        _say_interrupted(command)
        return error.exit_code if isinstance(error, Terminated) else 130
    except Exception as error:
        _say_failed(command, error)
        return 1


def _carry_out(command: Command, draw: Draw) -> bool:
    """Compute, print, draw; False if what is done could not be printed."""
    cfg = command.cfg
    for line in counted_twice(cfg, command.model.data_end(cfg)):
        say(line)
    for line in command.model.unfounded(cfg):
        say(f"note: {line}")
    frames = command.tables()
    if later := not_reached(cfg.policies, cfg.end):
        say(f"note: not reached by {cfg.end}: {later}")
    later_levers = _beginning_later(cfg)
    for lever in command.manifest.get("levers_never_read", ()):
        if lever not in later_levers:
            say(f"note: {lever} changes nothing in these years or places")
    command.stage = "summary"
    write_plainly()
    table = compare(cfg, frames, model=command.model)
    printed = shown(table)
    period, data = _period(command), load_world_data(cfg.world)
    told = [
        notes.chance(table, cfg),
        *notes.totals(table),
        *notes.roles(printed),
        *notes.agents(printed, cfg.scale),
        *(line for line in deterred.lines(frames, period) if GOVERNMENTS["reactive"] not in line),
        *offers.lines(frames, period, dict(zip(data.iso3, data.names))),
        *_hazard(printed, cfg),
    ]
    costs = unpriced(in_force(cfg.uses, period.first, period.last))
    complete = _printed(lambda: show(table, _title(command), told, costs), command.folder)
    if cfg.figures != "off":
        command.figures(frames, draw)
    return _printed(lambda: print(command.folder, flush=True), command.folder) and complete


def _beginning_later(cfg: Config) -> set[str]:
    """Levers (``policies.NAME.levers.LEVER``) all of whose dates lie after the last year: they are told already."""
    return {
        f"policies.{name}.levers.{local}"
        for name, policy in cfg.policies.items()
        for local, use in policy.levers.items()
        if min(use.values).year > cfg.end
    }


def _hazard(table: pd.DataFrame, cfg: Config) -> list[str]:
    """What leaks hang on, if protection is told of."""
    if PROTECTED not in set(table["outcome"]):
        return []
    rate = cfg.params.security.leak_rate
    return [f"The share protected does not depend on params.security.leak_rate ({rate:g}, an assumption)."]


def counted_twice(cfg: Config, data_end: int) -> list[str]:
    """A line if policies first hold in years that a world's later data already contain; none for a shipped world."""
    dates = {name: [day.year for use in policy.levers.values() for day in use.values]
             for name, policy in cfg.policies.items()}  # fmt: skip
    inside = [name for name, years in dates.items() if years and SHELF_YEAR < min(years) <= data_end]
    if not inside:
        return []
    return [f"note: {', '.join(inside)}: begins in {SHELF_YEAR + 1} to {data_end}, years whose data are in the fit; "
            "what it did then is in the rates already and counts twice (docs/refit.md)"]  # fmt: skip


def _printed(show: Callable[[], object], folder: Path) -> bool:
    """True if something was printed; if not, that is all that failed: the results are kept."""
    try:
        show()
        return True
    except OSError as error:
        silence(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            say(f"error: the summary could not be printed ({error.strerror}); all results are in {folder}")
        return False


def _period(command: Command) -> summary.Period:
    cfg = command.cfg
    return summary.period_of(cfg.start, cfg.end, command.plan.first_policy_year, command.model.data_end(cfg))


def _title(command: Command) -> str:
    cfg = command.cfg
    compared = len(command.plan.recorded) > 1
    return heading(cfg, scenario_name(cfg), compared, _period(command), load_world_data(cfg.world))


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


def _say_failed(command: Command | None, error: Exception) -> None:
    stage, message = describe_error(error, command.stage if command else "plan")
    say(f"error: {stage}: {message}")
    if os.environ.get(DEBUG):
        say(getattr(error, "trace", "") or "".join(traceback.format_exception(error)))
    else:
        say("(--traceback shows where it came from)")
    if command:
        try:
            command.fail(stage, message)
            say(f"see {command.folder / 'manifest.json'}")
        except OSError as second:
            say(f"the manifest could not be written either: {second}")
