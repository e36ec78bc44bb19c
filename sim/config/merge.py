"""Hydra merges files and overrides; what it complains of is told by file or command line, key and what is allowed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.config.files import not_yaml
from sim.config.folders import COMMAND_LINE, OPEN, options, search_folders
from sim.config.reached import GLOBAL, Reached, nested
from sim.core.read import ConfigError, Problem, show, unknown
from sim.policy.schema import LADDERS

_TITLED = re.compile(r"^(\+{0,2}(?:policies\.\w+\.title|titles\.\w+)=)(.+)$")
_DATED = re.compile(r"^(\+{0,2}[\w.]+\.values)\.(\d{4}-\d{2}-\d{2})=(.*)$")


@dataclass
class Composed:
    """What Hydra made of files and overrides.

    Parameters
    ----------
    values : plain values of the whole configuration.
    problems : what was wrong with the overrides themselves.
    overrides : as passed to Hydra.
    deleted : keys of settings to take away (``~key``), each with the value that it must have (None: any).
    given : key -> value of each plain override.
    chosen : names chosen by group.
    folders : label -> folder, shipped configuration first.
    reached : files that the choices lead to.
    whole : key of a lever's values given as a whole -> the dates given, beside which no other stays.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    overrides: list[str] = field(default_factory=list)
    deleted: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    reached: list[Reached] = field(default_factory=list)
    whole: dict[str, set[str]] = field(default_factory=dict)

    def messages(self, problems: Iterable[Problem]) -> list[str]:
        """One line a problem: file or command line, key, what is wrong and what is allowed."""
        layers = self._layers()
        return [
            ": ".join(part for part in (p.where or self._where(p.key, layers), p.key, p.text) if part) for p in problems
        ]

    def options(self, group: str) -> dict[str, Path]:
        """Names and files of a group, in all folders."""
        return options(group, self.folders.values())

    def label_of(self, file: Path) -> str:
        """A file's path as messages write it."""
        text = str(file)
        for label, folder in self.folders.items():
            text = text.replace(str(folder), label)
        return text

    def _where(self, key: str, layers: list[tuple[str, Any]]) -> str:
        path = key.split(".")
        if any(_depth(nested(k, v), path) == len(path) for k, v in self.given.items()):
            return COMMAND_LINE
        emptied = {*self.deleted, *(k for k, v in self.given.items() if not isinstance(v, Mapping))}
        if any(f"{key}.".startswith(f"{k}.") for k in emptied):  # nothing below comes from a file
            return COMMAND_LINE
        if any(k.startswith(f"{key}.") for k in self.deleted):
            return COMMAND_LINE
        label, depth = "", 0
        for name, values in layers:
            if _depth(values, path) >= max(depth, 1):
                label, depth = name, _depth(values, path)
        return label

    def _layers(self) -> list[tuple[str, Any]]:
        """Files that were read, from the most general to the most particular, each with its values in place."""
        order = (*OPEN, "params", "policy", "scenario")
        files = [one for group in order for one in reversed(self.reached) if one.group == group]
        main = [Reached("", "config", folder / "config.yaml", GLOBAL) for folder in self.folders.values()]
        ladders = [
            Reached("ladder", name, folder / "ladder" / f"{name}.yaml", f"ladder.{name}")
            for folder in self.folders.values()
            for name in LADDERS
        ]
        layers = [*(one for one in (*main, *ladders) if one.file.is_file()), *files]
        return [(self.label_of(one.file), one.values) for one in layers]


def _depth(values: Any, path: Sequence[str]) -> int:
    """How many steps of a path exist."""
    for n, part in enumerate(path):
        found = next((k for k in values if str(k) == part), None) if isinstance(values, Mapping) else None
        if found is None:
            return n
        values = values[found]
    return len(path)


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
    """An override that is none, or one that Hydra's grammar cannot take as it stands."""
    key, sign, value = override.partition("=")
    strange = sign and re.search(r"[()]|[^\x00-\x7f]", value) and not re.search(r"""[\[\]{}'"]""", value)
    quoted = f"""; quote a value with brackets or accents: "{key}='{value}'\"""" if strange else ""
    return Problem("", f"{show(override)} cannot be read; write key=value{quoted}", COMMAND_LINE)


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
    text = unknown(name, group or "file", result.options(group))
    return ": ".join([*where[:1], "defaults", text])


def _yaml_message(error: yaml.YAMLError, result: Composed) -> str:
    mark = error.problem_mark or error.context_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return f"{result.label_of(Path(mark.name)) if mark else 'configuration'}: {not_yaml(error)}"


def dated(override: str) -> str:
    """``…values.2018-11-01=0.1`` as Hydra can read it, ``…values={2018-11-01:0.1}``; choices stay choices."""
    match = _DATED.match(override)
    if not match:
        return override
    key, day, values = match.groups()
    return f"{key}=" + ",".join(f"{{{day}:{value}}}" for value in values.split(","))


def titled(override: str) -> str:
    """A title in quotes, which may then hold what has a meaning in Hydra's grammar, such as commas and apostrophes."""
    match = _TITLED.match(override)
    if not match or match[2][:1] in ("'", '"'):
        return override
    words = match[2].replace("\\", "\\\\").replace('"', '\\"')
    return f'{match[1]}"{words}"'


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
