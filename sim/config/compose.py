"""Hydra's part: the command line and the YAML files become plain values; every problem knows where it came from.

Hydra reports the first problem it meets and takes a new key with a leading ``+`` without a question. So plain
overrides are passed to it as forced additions, which cannot fail, and unknown keys, names and values are found by
`sim.config.load`, all together.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from sim.config.conflicts import conflicts
from sim.config.shape import shape_problems
from sim.core.digest import PACKAGE
from sim.core.read import ConfigError, Problem, near, unknown

GROUPS = ("scenario", "policy", "world", "params")
ADDED = ("scenario", "policy")  # groups without a place in config.yaml's defaults, or `+scenario=` would fail
COMMAND_LINE = "command line"
_DATED = re.compile(r"^(\+{0,2}[\w.]+\.values)\.(\d{4}-\d{2}-\d{2})=(.*)$")
_PACKAGE = re.compile(r"^#\s*@package\s+(\S+)", re.MULTILINE)


def config_root() -> Path:
    """Folder of the shipped configuration: the clone's ``configs/``, or the one inside the wheel."""
    clone = PACKAGE.parent / "configs"
    return clone if (clone / "config.yaml").is_file() else PACKAGE / "configs"


@dataclass
class Composed:
    """What Hydra made of files and overrides.

    Parameters
    ----------
    values : plain values of the whole configuration.
    problems : what was wrong with the overrides themselves.
    overrides : as passed to Hydra.
    given : key -> value of each plain override.
    chosen : names chosen by group.
    folders : label -> folder, shipped configuration first.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    overrides: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)

    def messages(self, problems: Iterable[Problem]) -> list[str]:
        """One line a problem: file or command line, key, what is wrong and what is allowed."""
        layers = self._layers()
        return [
            ": ".join(part for part in (p.where or self._where(p.key, layers), p.key, p.text) if part) for p in problems
        ]

    def _where(self, key: str, layers: list[tuple[str, Any]]) -> str:
        path = key.split(".")
        if any(_depth(_nested(k, v), path) == len(path) for k, v in self.given.items()):
            return COMMAND_LINE
        label, depth = "", 0
        for name, values in layers:
            if _depth(values, path) >= max(depth, 1):
                label, depth = name, _depth(values, path)
        return label

    def _layers(self) -> list[tuple[str, Any]]:
        """Files that were read, from the most general to the most particular, each with its values in place."""
        wanted = [("", "config"), *(("world", name) for name in self.chosen.get("world", []))]
        wanted += [("params", name) for name in self.chosen.get("params", [])]
        wanted += [("policy", name) for name in self.values.get("policies") or {}]
        wanted += [("scenario", name) for name in self.chosen.get("scenario", [])]
        return [layer for group, name in wanted for layer in self._files(group, name)]

    def _files(self, group: str, name: str) -> Iterable[tuple[str, Any]]:
        for label, folder in self.folders.items():
            file = folder / group / f"{name}.yaml"
            if file.is_file():
                words = file.read_text(encoding="utf-8")
                package = _PACKAGE.search(words)
                at = package.group(1) if package else group
                values = yaml.load(words, yaml.BaseLoader) or {}  # all texts: a bad date must not fail here
                where = "/".join(part for part in (label, group, f"{name}.yaml") if part)
                yield where, values if at == "_global_" or not group else _nested(at, values)


def _nested(key: str, value: Any) -> Any:
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


def _depth(values: Any, path: Sequence[str]) -> int:
    """How many steps of a path exist."""
    for n, part in enumerate(path):
        found = next((k for k in values if str(k) == part), None) if isinstance(values, Mapping) else None
        if found is None:
            return n
        values = values[found]
    return len(path)


def options(group: str, folders: Iterable[Path]) -> dict[str, Path]:
    """Names and files of a group; a later folder may not hide an earlier one."""
    found: dict[str, Path] = {}
    for folder in folders:
        for file in sorted((folder / group).glob("*.yaml")):
            found.setdefault(file.stem, file)
    return found


def compose(overrides: Sequence[str], config_dir: str | None = None) -> Composed:
    """Compose the configuration; raises `ConfigError` only if nothing could be composed."""
    result = Composed(folders=search_folders(config_dir))
    for override in overrides:
        _sort_in(override, result)
    if any(problem.key in ADDED for problem in result.problems):
        # Without the scenario its policies cannot be checked; complaints about them would only confuse.
        result.overrides = [o for o in result.overrides if not o.startswith("++policies.")]
    files = _chosen_files(result)
    if shapeless := shape_problems((_label(file, result), file) for _, _, file in files):
        raise ConfigError(result.messages([*result.problems, *shapeless]))
    _run_hydra(result)
    result.problems += conflicts(files, partial(_alone, result), result.given)
    names = [name for group in ADDED for name in result.chosen.get(group, [])]
    result.values["scenario"] = "+".join(names) or ("custom" if result.values.get("policies") else None)
    _drop_phantoms(result)
    return result


def _chosen_files(result: Composed) -> list[tuple[str, str, Path]]:
    """Group, name and file of every scenario and policy asked for."""
    return [
        (group, name, options(group, result.folders.values())[name])
        for group in ADDED
        for name in result.chosen.get(group, [])
    ]


def _label(file: Path, result: Composed) -> str:
    """A file's path as messages write it."""
    text = str(file)
    for label, folder in result.folders.items():
        text = text.replace(str(folder), label)
    return text


def _alone(result: Composed, group: str, name: str) -> Mapping[str, Any]:
    """Values with one scenario or policy only (or none), without what the command line sets."""
    part = Composed(folders=result.folders)
    part.overrides = [override for override in result.overrides if override.startswith(("world=", "params="))]
    part.overrides += [f"+{group}={name}"] if name else []
    _run_hydra(part)
    return part.values


def search_folders(config_dir: str | None) -> dict[str, Path]:
    """Folders with configuration, by the label that messages use."""
    folders = {"configs": config_root()}
    if config_dir is not None:
        if not Path(config_dir).is_dir():
            raise ConfigError([f"{COMMAND_LINE}: --config-dir: '{config_dir}' is not a folder"])
        if Path(config_dir).resolve() != config_root().resolve():
            folders[str(config_dir).rstrip("/")] = Path(config_dir).absolute()
    return folders


def dated(override: str) -> str:
    """``…values.2018-11-01=0.1`` as Hydra can read it, ``…values={2018-11-01:0.1}``; choices stay choices."""
    match = _DATED.match(override)
    if not match:
        return override
    key, day, values = match.groups()
    return f"{key}=" + ",".join(f"{{{day}:{value}}}" for value in values.split(","))


def _sort_in(override: str, result: Composed) -> None:
    """Read one override into `result`, as Hydra shall see it."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    override = dated(override)
    try:
        parsed = OverridesParser.create().parse_override(override)
    except HydraException:
        result.problems.append(Problem("", f"'{override}' cannot be read; write key=value", COMMAND_LINE))
        return
    key = parsed.key_or_group
    if parsed.is_sweep_override():
        result.problems.append(Problem(key, f"several values in '{override}' need -m (--multirun)", COMMAND_LINE))
    elif parsed.package is None and key in GROUPS:
        value = parsed.value()
        good = [
            str(name) for name in (value if isinstance(value, list) else [value]) if _exists(key, str(name), result)
        ]
        result.chosen.setdefault(key, []).extend(good)
        if good:
            plus = "+" if key in ADDED else ""
            result.overrides.append(f"{plus}{key}=" + (good[0] if len(good) == 1 else f"[{','.join(good)}]"))
    elif parsed.is_delete() or key.startswith("hydra") or parsed.package is not None or "/" in key:
        result.overrides.append(override)
    else:
        result.given[key] = parsed.value()
        result.overrides.append("++" + override.lstrip("+"))


def _exists(group: str, name: str, result: Composed) -> bool:
    found = options(group, result.folders.values())
    homes = [folder for folder in result.folders.values() if (folder / group / f"{name}.yaml").is_file()]
    if name not in found:
        result.problems.append(Problem(group, unknown(name, group, found), COMMAND_LINE))
    elif len(homes) > 1:
        text = f"'{name}' is in two folders; rename {homes[-1] / group / name}.yaml"
        result.problems.append(Problem(group, text, COMMAND_LINE))
    return name in found and len(homes) == 1


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


def _run_hydra(result: Composed) -> None:
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
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_yaml_message(error, result)]) from None
    except MissingConfigException as error:
        raise ConfigError([_missing_message(error, result)]) from None
    except OmegaConfBaseException as error:
        problem = Problem(str(error.full_key or ""), str(error).splitlines()[0])
        raise ConfigError(result.messages([*result.problems, problem])) from None
    except (HydraException, ValueError) as error:
        words = " ".join(str(error).split("Config search path")[0].split())
        words = words or "the configuration cannot be put together; compare the file with a shipped one"
        raise ConfigError([*result.messages(result.problems), words]) from None
    result.values = {str(key): value for key, value in values.items()} if isinstance(values, dict) else {}


def _missing_message(error: Any, result: Composed) -> str:
    """A file asks for another one in its defaults list that does not exist."""
    group, _, name = (error.missing_cfg_file or "").strip("/").rpartition("/")
    asking = re.search(r"In '([^']+)'", str(error))
    file = f"{asking.group(1)}.yaml" if asking else ""
    where = [f"{label}/{file}" for label, folder in result.folders.items() if file and (folder / file).is_file()]
    text = unknown(name, group or "file", options(group, result.folders.values()))
    return ": ".join([*where[:1], "defaults", text])


def _yaml_message(error: yaml.MarkedYAMLError, result: Composed) -> str:
    mark = error.problem_mark or error.context_mark
    where = _label(Path(mark.name), result) if mark else "configuration"
    line = f"line {mark.line + 1}: " if mark else ""
    return f"{where}: {line}not YAML: {error.problem or error.context}"


def _drop_phantoms(result: Composed) -> None:
    """Overrides of policies or levers that are not in force would create half of one: say so instead."""
    policies = result.values.get("policies")
    if not isinstance(policies, dict):
        return
    for key in result.given:
        head, *path = key.split(".")
        policy = policies.get(path[0]) if head == "policies" and path else None
        if not isinstance(policy, dict):
            continue
        levers = policy.get("levers")
        if "title" not in policy and "issuer" not in policy:
            del policies[path[0]]
            allowed = ", ".join(policies) or "none, since no scenario was chosen (+scenario=NAME)"
            text = f"no policy '{path[0]}' in force; {near(path[0], policies)}allowed: {allowed}"
        elif len(path) > 2 and isinstance(levers, dict) and _is_phantom(levers.get(path[2])):
            del levers[path[2]]
            text = f"policy {path[0]} has no lever '{path[2]}'; {near(path[2], levers)}allowed: {', '.join(levers)}"
        else:
            continue
        result.problems.append(Problem(key, text, COMMAND_LINE))


def _is_phantom(use: object) -> bool:
    return isinstance(use, dict) and "lever" not in use


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
        except HydraException as error:
            raise ConfigError([f"{COMMAND_LINE}: {str(error).splitlines()[0]}"]) from None
