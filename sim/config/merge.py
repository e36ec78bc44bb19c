"""Hydra merges files and overrides; what it complains of is told by file or command line, key and what is allowed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from sim.config.composed import Composed, label_of
from sim.config.files import not_yaml
from sim.config.folders import COMMAND_LINE, options, search_folders
from sim.core.read import ConfigError, Problem, show, unknown

_DATED = re.compile(r"^(\+{0,2}[\w.]+\.values)\.(\d{4}-\d{2}-\d{2})=(.*)$")


@contextmanager
def _hydra(root: Path) -> Iterator[Any]:
    """Hydra over a configuration folder; works inside a job of Hydra's own launchers too. Yields its loader."""
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    here = GlobalHydra.instance()
    outer, here.hydra = here.hydra, None
    try:
        with warnings.catch_warnings(), initialize_config_dir(str(root), version_base="1.3"):
            warnings.simplefilter("ignore")
            yield here.config_loader()
    finally:
        here.hydra = outer


def merge(result: Composed) -> None:
    """Set the values that files and overrides give; raises `ConfigError` if there are none."""
    from hydra import compose as hydra_compose
    from hydra.errors import HydraException, MissingConfigException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    root, *others = result.folders.values()
    quoted = ",".join(f"'file://{folder}'" for folder in others)
    search = [f"hydra.searchpath=[{quoted}]"] if others else []
    try:
        with _hydra(root):
            composed = hydra_compose("config", overrides=[*search, *result.overrides])
            values = OmegaConf.to_container(composed, resolve=True)
    except yaml.YAMLError as error:
        raise ConfigError([_yaml_message(error, result)]) from None
    except MissingConfigException as error:
        raise ConfigError([_missing_message(error, result)]) from None
    except OmegaConfBaseException as error:
        problem = Problem(str(error.full_key or ""), _omegaconf_words(error))
        raise ConfigError(result.messages([*result.problems, problem])) from None
    except (HydraException, ValueError, OSError, RecursionError) as error:
        raise ConfigError(result.messages([*result.problems, _hydra_problem(error, result)])) from None
    result.values = {str(key): value for key, value in values.items()} if isinstance(values, dict) else {}


def cannot_be_read(override: str) -> Problem:
    """An override that is none."""
    return Problem("", f"{show(override)} cannot be read; write key=value", COMMAND_LINE)


def _omegaconf_words(error: Exception) -> str:
    """What OmegaConf says, without its talk of Python errors."""
    words, python, said = (
        str(error).splitlines()[0].replace('"', "").partition(" raised while resolving interpolation: ")
    )
    return f"cannot be resolved: {said}; write the value itself" if python else words


def _hydra_problem(error: Exception, result: Composed) -> Problem:
    """What Hydra says, with the override it is about."""
    words = " ".join(str(error).split("Config search path")[0].split())
    about = next((o for o in result.overrides if o in words), "")
    if not about and not words.startswith("In "):
        about = next((o for o in result.overrides if o.startswith("hydra")), "")
    key, _, value = about.lstrip("+").partition("=")
    if words.startswith("Error merging override"):
        kinds = "a list, a mapping or one value, as in --cfg job"
        return Problem(key, f"{show(value)} is of another kind than what stands there; allowed: {kinds}", COMMAND_LINE)
    if about:
        return Problem(key, f"{show(value)} cannot be set ({words})", COMMAND_LINE)
    return Problem("", words or "the configuration cannot be put together; compare the file with a shipped one")


def _missing_message(error: Any, result: Composed) -> str:
    """A file asks for another one in its defaults list that does not exist."""
    group, _, name = (error.missing_cfg_file or "").strip("/").rpartition("/")
    asking = re.search(r"In '([^']+)'", str(error))
    file = f"{asking.group(1)}.yaml" if asking else ""
    where = [f"{label}/{file}" for label, folder in result.folders.items() if file and (folder / file).is_file()]
    text = unknown(name, group or "file", options(group, result.folders.values()))
    return ": ".join([*where[:1], "defaults", text])


def _yaml_message(error: yaml.YAMLError, result: Composed) -> str:
    mark = error.problem_mark or error.context_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return f"{label_of(Path(mark.name), result.folders) if mark else 'configuration'}: {not_yaml(error)}"


def dated(override: str) -> str:
    """``…values.2018-11-01=0.1`` as Hydra can read it, ``…values={2018-11-01:0.1}``; choices stay choices."""
    match = _DATED.match(override)
    if not match:
        return override
    key, day, values = match.groups()
    return f"{key}=" + ",".join(f"{{{day}:{value}}}" for value in values.split(","))


def expand(overrides: Sequence[str], config_dir: str | None = None) -> list[list[str]]:
    """Every combination of the comma-separated values, ranges and globs in the overrides (Hydra's sweep syntax)."""
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    root, *_ = search_folders(config_dir).values()
    with _hydra(root) as loader:
        parser = OverridesParser.create(config_loader=loader)
        try:
            parsed = parser.parse_overrides([dated(override) for override in overrides])
            return [list(job) for job in BasicSweeper.split_arguments(parsed, None)[0]]
        except (HydraException, ValueError, RecursionError) as error:
            raise ConfigError([f"{COMMAND_LINE}: {str(error).splitlines()[0]}"]) from None
