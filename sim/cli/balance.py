"""``talent-circulation balance``: the page of a folder, or of a scenario that is run first as any other command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from sim.analysis.balance import balance, fear
from sim.analysis.balance.inputs import Source, open_run
from sim.cli.commands import options_of
from sim.cli.parse import Parser, refuse_options
from sim.config.folders import options, search_folders
from sim.config.schema import WITH_PANEL
from sim.core.axes import MODES
from sim.core.read import ConfigError, unknown
from sim.params import SecurityParams
from sim.store.frames import Frames

FORMS = "balance SCENARIO [key=value ...] [--sweep], or balance RUN_FOLDER [FOLDER ...]"
USAGE = """\
usage: talent-circulation balance SCENARIO [key=value ...] [options]
       talent-circulation balance RUN_FOLDER [FOLDER ...]

What a scenario gains and costs, and who pays: people, papers, money, by place,
field and group. Runs it (and once more without fear) unless a folder is given;
writes balance.md and balance.csv beside the run. The last line is the folder.

options
  --mode scripted|reactive
                        direct effects (default), or total ones
  --sweep               also at both ends of three assumptions that matter
  --config-dir FOLDER   your own scenarios and policies

examples
  talent-circulation balance japan_checklist scale=1000
  talent-circulation balance restrictive --mode reactive --sweep
"""
SWEPT = ("fear_decay", "fear_spill", "leak_rate")  # of params.security, at both ends of their ranges with --sweep


def command(words: Sequence[str]) -> int:
    """Print the page, write ``balance.md`` and ``balance.csv`` beside the run; the last line is its folder."""
    parser = Parser("balance")
    parser.add_argument("--config-dir", "-cd")
    parser.add_argument("--mode", choices=MODES, default="")
    parser.add_argument("--sweep", action="store_true")
    args, rest = parser.parse_known_args(words)
    refuse_options(rest, options_of(USAGE), "balance")
    if not rest:
        raise ConfigError([f"command line: balance needs a scenario or the folder of a run: {FORMS}"])
    first, *more = rest
    if Path(first).is_dir():
        run, others = open_run(first, args.mode), [open_run(folder, args.mode) for folder in more]
    else:
        run, others = run_first(_named(first, args.config_dir), more, args.config_dir, args.mode, args.sweep)
    found = balance(run, others)
    print(found.text())
    if run.frames.folder is not None:
        found.write(run.frames.folder)
        print(run.frames.folder)
    return 0


def _named(scenario: str, config_dir: str | None) -> str:
    """The name, if it is one; otherwise an error that says what can be given."""
    parts = scenario.strip("[]").split(",")
    known = options("scenario", search_folders(config_dir).values())
    for part in parts:
        if part in known:
            continue
        told = f"there is no folder {part}" if "/" in part else unknown(part, "scenario", known)
        raise ConfigError([f"command line: balance: {told}; {FORMS}"])
    return scenario


def run_first(
    scenario: str, overrides: Sequence[str], config_dir: str | None = None, mode: str = "", sweep: bool = False
) -> tuple[Source, list[Source]]:
    """Run a scenario by the ordinary command, and again with fear's channels closed; finished runs are taken over.

    Parameters
    ----------
    overrides : ``key=value`` of both.
    sweep : also at the ends of fear's decay and spill-over and of the leak rate (`SWEPT`).
    """
    if any(word.lstrip("+").startswith("government.mode=") for word in overrides):
        told = "balance gives direct effects (total ones: --mode reactive); leave government.mode out"
        raise ConfigError([f"command line: government.mode: {told}"])
    mode = mode or "scripted"
    words = [f"+scenario={scenario}", f"government.mode={mode}", *overrides]
    main = carry_out([WITH_PANEL, *words], config_dir, mode)
    beside = [fear.no_fear(), *([one] for one in (ends() if sweep else ()))]
    light = ["panel.size=0"]  # the panel is read of the main run only
    return main, [carry_out([*words, *light, *extra], config_dir, mode) for extra in beside]


def ends() -> list[str]:
    """Overrides that put each of `SWEPT` at each end of its range."""
    bounds = {f.name: f.metadata for f in fields(SecurityParams)}
    return [f"params.security.{name}={bounds[name][end]:g}" for name in SWEPT for end in ("lo", "hi")]


def carry_out(words: Sequence[str], config_dir: str | None = None, mode: str = "scripted") -> Source:
    """Run one configuration on disk, without figures and printed table, or take what is there.

    Raises
    ------
    SystemExit : it failed or was interrupted, and has said so.
    """
    from sim.cli.run import attempt
    from sim.config.load import load_config
    from sim.running.command import Command
    from sim.running.model import RealModel

    cfg, found = load_config(*words, config_dir=config_dir), list[Frames]()
    print(f"running {' '.join(words)}", file=sys.stderr)

    def work(command: Command) -> bool:
        found.append(command.tables())
        return True

    if code := attempt(cfg, RealModel(), work):
        raise SystemExit(code)
    return Source(found[0], cfg, mode)
