"""Multirun: every combination of comma-separated values, here one after the other or by one of Hydra's launchers."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from sim.cli.environment import environment
from sim.core.read import ConfigError, unknown

# Launcher -> what it needs, and the extra that has it.
LAUNCHERS = {
    "basic": ("hydra", "cluster"),
    "joblib": ("hydra_plugins.hydra_joblib_launcher", "cluster"),
    "slurm": ("hydra_plugins.hydra_submitit_launcher", "cluster"),
    "ray": ("hydra_plugins.hydra_ray_launcher", "ray"),
}
INTERRUPTED = 128  # and more: a signal asked the job to end, and with it the command
OTHERS = ("submitit_local", "submitit_slurm", "ray_aws")  # Hydra's own names of the plugins' configurations
# Carry `world=FOLDER` and `threat=FILE` past Hydra, which knows these by the files of a group only.
CARRIED = {"world": "world_folder", "threat": "threat_file"}


class JobsFailed(Exception):
    """A job of a multirun ended with an exit code that is not 0."""


def multirun(overrides: Sequence[str], config_dir: str | None) -> int:
    """Check every job before the first one runs, then run them all until one is interrupted; gives the exit code."""
    from sim.config.load import load_config
    from sim.config.merge import expand

    of_hydra = [word for word in overrides if word.lstrip("+~").startswith(("hydra/", "hydra."))]
    _check_launcher(of_hydra)
    own = [word for word in overrides if word not in of_hydra]
    jobs = expand(own, config_dir)
    messages: list[str] = []
    for job in jobs:
        try:
            load_config(*job, config_dir=config_dir)
        except ConfigError as error:
            messages += [message for message in error.messages if message not in messages]
    if messages:
        raise ConfigError(messages)
    if any(word.startswith(("hydra/launcher=", "hydra/sweeper=")) for word in of_hydra):
        return _launch([*of_hydra, *(_for_hydra(word, config_dir) for word in own)], config_dir)
    codes = []
    for number, job in enumerate(jobs, start=1):
        print(f"[{number}/{len(jobs)}] {' '.join(job)}", file=sys.stderr)
        codes.append(_run(job, config_dir))
        if codes[-1] >= INTERRUPTED:
            break
    return max(codes)


def through_hydra(words: Sequence[str]) -> None:
    """Hydra's own entry: its information options, its launchers, shell completion."""
    import hydra

    from sim.config.folders import config_root

    sys.argv = [sys.argv[0] or "talent-circulation", *words]
    hydra.main(config_path=str(config_root()), config_name="config", version_base="1.3")(job)()


def job(_: object) -> None:
    """One job, in whichever process a launcher starts it; raises `JobsFailed`, which travels back to the command."""
    from hydra.core.hydra_config import HydraConfig

    chosen = HydraConfig.get()
    extra = [source.path for source in chosen.runtime.config_sources if source.provider == "command-line"]
    overrides = [_named(word) for word in chosen.overrides.task]
    launcher = chosen.runtime.choices.get("hydra/launcher")
    if launcher != "basic" and not any(word.lstrip("+").startswith("threads=") for word in overrides):
        overrides.append(f"threads={os.environ.get('SLURM_CPUS_PER_TASK', 1)}")  # others work on the same machine
    try:
        code = _run(overrides, extra[0].removeprefix("file://") if extra else None)
    except ConfigError as error:
        raise JobsFailed("; ".join(error.messages)) from None
    if code:
        raise JobsFailed(f"{' '.join(chosen.overrides.task)}: exit code {code}")


def _launch(words: Sequence[str], config_dir: str | None) -> int:
    where = [] if config_dir is None else ["--config-dir", str(Path(config_dir).absolute())]
    try:
        with environment("HYDRA_FULL_ERROR", "1"):  # let Hydra raise what a job raised, rather than print it and exit
            through_hydra(["-m", *where, *words])
    except JobsFailed as error:
        print(f"error: a job failed, the others have run: {error}", file=sys.stderr)
        return 1
    return 0


def _run(overrides: Sequence[str], config_dir: str | None) -> int:
    from sim.cli.run import run_command
    from sim.config.load import load_config

    return run_command(load_config(*overrides, config_dir=config_dir))


def _check_launcher(words: Sequence[str]) -> None:
    names = [word.partition("=")[2] for word in words if word.startswith("hydra/launcher=")]
    for name in names:
        if name not in (*LAUNCHERS, *OTHERS):
            raise ConfigError([f"command line: hydra/launcher: {unknown(name, 'launcher', LAUNCHERS)}"])
        module, extra = LAUNCHERS.get(name, ("hydra", ""))
        try:
            found = find_spec(module) is not None
        except ModuleNotFoundError:
            found = False
        if not found:
            needs = f"hydra/launcher={name} needs pip install '.[{extra}]' in the clone"
            raise ConfigError([needs + (" and Python 3.12 or later" if extra == "ray" else "")])


def _for_hydra(word: str, config_dir: str | None = None) -> str:
    """An override that was checked, so that Hydra takes it without a question: groups are added, values forced."""
    from sim.config.folders import ADDED, GROUPS
    from sim.config.merge import dated

    word = dated(word)
    key, _, value = word.lstrip("+").partition("=")
    if key in CARRIED and (paths := _absolute(key, value, config_dir)) != value:
        return f"+{CARRIED[key]}={paths}"
    if word.startswith("~") or "@" in key or (key in GROUPS and key not in ADDED):
        return word
    return ("+" if key in ADDED else "++") + word.lstrip("+")


def _named(word: str) -> str:
    """An override that was carried past Hydra, under its own name again."""
    for key, carried in CARRIED.items():
        word = word.replace(f"+{carried}=", f"{key}=", 1)
    return word


def _absolute(group: str, values: str, config_dir: str | None) -> str:
    """Comma-separated choices that were checked, paths among them absolute: jobs may start elsewhere."""
    from sim.config.folders import options, search_folders

    named = options(group, search_folders(config_dir).values())
    paths = (value if value in named else Path(os.path.expanduser(value.strip("'\""))) for value in values.split(","))
    return ",".join(path if isinstance(path, str) else f"'{path.absolute()}'" for path in paths)
