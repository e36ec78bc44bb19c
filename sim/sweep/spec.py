"""``sweep.yaml`` read strictly: every problem is named with file, key and what is allowed, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sim.config.files import Unreadable, not_yaml, read_yaml
from sim.config.schema import Config
from sim.core.axes import SCRIPTED
from sim.core.read import (
    ConfigError,
    Problems,
    boolean,
    check_keys,
    join,
    mapping,
    near,
    number,
    one_of,
    show,
    text,
    unknown,
    whole,
)
from sim.record.tables import TABLES
from sim.sweep.sampling import Sample
from sim.sweep.spec_draws import Block, check_axes, grid_of, list_of, names_of, sample_of
from sim.sweep.spec_scenarios import ScenarioSpec, configs_of, scenarios_of

NAME = "sweep.yaml"
KINDS = ("processes", "slurm", "ray")
_KEYS = (
    "title settings config_dir scenarios compare replicates grid list sample record chunk_minutes executor small"
).split()
_SETTINGS_HERE = ("replicates", "compare", "scenario", "policy", "policies", "titles", "effects")


@dataclass(frozen=True)
class Record:
    """What is kept of each run; years and places None keep all.

    Attributes
    ----------
    only : by table a column and the values of it that are kept.
    """

    tables: tuple[str, ...] = ("world_year", "place_year")
    first_year: int | None = None
    places: tuple[str, ...] | None = None
    only: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """A sweep as asked for.

    Attributes
    ----------
    file : where it was read (for messages), or a name.
    settings : dotted keys of the configuration, for all runs.
    blocks, sample : the draws.
    repeated : how many of the first draws have one replicate more, which tells chance from assumptions.
    reactive_draws : how many of the first draws have reactive runs too; None: all, if the configuration asks for them.
    executor : ``kind`` and what else is set for it.
    typed : keys that the command line sets on top of the file.
    """

    file: str
    name: str
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    config_dir: str | None = None
    scenarios: tuple[ScenarioSpec, ...] = ()
    compare: bool = True
    replicates: int = 1
    blocks: tuple[Block, ...] = ()
    sample: Sample | None = None
    repeated: int = 0
    reactive_draws: int | None = None
    record: Record = field(default_factory=Record)
    chunk_minutes: float = 2.0
    executor: Mapping[str, Any] = field(default_factory=lambda: {"kind": "processes"})
    typed: frozenset[str] = frozenset()

    def is_typed(self, key: str) -> bool:
        """True if the command line sets this key, or one that holds it."""
        return any(key == one or key.startswith(f"{one}.") for one in self.typed)

    @property
    def typed_on(self) -> str:
        """Where the keys stand that the command line sets, for messages."""
        return f"command line, on top of {self.file}"


def read_spec(path: Path | str, changes: Mapping[str, Any] | None = None, small: bool = False) -> Spec:
    """Read a ``sweep.yaml``.

    Parameters
    ----------
    changes : settings from the command line, which replace those of the file.
    small : take the file's ``small`` block into account.

    Raises
    ------
    ConfigError : with all problems at once.
    """
    file = find_file(Path(path))
    raw = _load(file)
    if small:
        if not isinstance(raw.get("small"), Mapping):
            raise ConfigError([f"{file}: small: is missing, so --small cannot be used; allowed: keys of a sweep"])
        raw = _merged(raw, raw["small"])
    name = file.resolve().parent.name if file.stem == "sweep" else file.stem
    return spec_of({**raw, "small": None}, str(file), name, file.resolve().parent, changes or {})


def find_file(path: Path) -> Path:
    """The sweep's file: itself, or ``sweep.yaml`` in the folder given."""
    file = path / NAME if path.is_dir() else path
    if not file.is_file():
        raise ConfigError([f"{path}: no such sweep; give a file such as experiments/threshold/{NAME}"])
    return file


def spec_of(
    raw: Mapping[str, Any], file: str, name: str, folder: Path, changes: Mapping[str, Any] | None = None
) -> Spec:
    """A sweep of plain values, as in ``sweep.yaml``.

    Parameters
    ----------
    file : for messages; name : of its folder of results; folder : what ``config_dir`` is relative to.
    changes : values by key of the sweep (``replicates``, ``executor.kind`` …) or of the model's configuration.
    """
    problems = Problems()
    _check_typed(changes or {}, problems)
    raw = _changed(raw, changes or {})
    check_keys(raw, _KEYS, "", problems)
    blocks = (*grid_of(raw.get("grid"), problems), *list_of(raw.get("list"), problems))
    compare = boolean(raw.get("compare", True), "compare", problems)
    config_dir = raw.get("config_dir")
    settings = _settings(raw.get("settings"), problems)
    folder_of_configs = None if config_dir is None else str(folder / text(config_dir, "config_dir", problems))
    scenarios = scenarios_of(raw.get("scenarios"), None if config_dir is None else folder / str(config_dir), problems)
    mode = str(settings.get("government.mode", SCRIPTED))
    sample = sample_of(raw.get("sample"), problems, lambda: configs_of(scenarios, folder_of_configs, mode))
    check_axes(blocks, sample, problems)
    spec = Spec(
        file=file,
        name=name,
        title=str(raw.get("title") or name),
        settings=settings,
        config_dir=folder_of_configs,
        scenarios=scenarios,
        compare=compare,
        replicates=whole(raw.get("replicates", 1), "replicates", problems, 1, 100_000),
        blocks=blocks,
        sample=sample,
        record=_record(raw.get("record"), problems),
        chunk_minutes=number(raw.get("chunk_minutes", 2), "chunk_minutes", problems, 0.01, 600, "minutes"),
        executor=_executor(raw.get("executor"), problems),
        typed=frozenset(key.removeprefix("settings.") for key in changes or {}),
    )
    swept = {key for block in blocks for key in block.keys} | {
        key for item in (sample.over if sample else ()) for key in item.keys
    }
    for scenario in spec.scenarios:
        for key in scenario.values.keys() & swept:
            problems.add(f"scenarios.{scenario.label}.values.{key}", "is swept too, and the draw's value would count")
    if not spec.scenarios and not spec.compare:
        problems.add("scenarios", "is empty and compare is false: there is nothing to run")
    if problems.found:
        told = [(spec.is_typed(p.key.removeprefix("settings.")), p) for p in problems.found]
        raise ConfigError([f"{spec.typed_on if typed else file}: {p.key}: {p.text}" for typed, p in told])
    return spec


def _check_typed(keys: Iterable[str], problems: Problems) -> None:
    """Note keys of the command line that neither a sweep nor the model has; a file tells the two apart itself."""
    model = [member.name for member in fields(Config) if member.name not in _SETTINGS_HERE]
    allowed = [*(key for key in _KEYS if key not in ("small", "settings")), *(key for key in model if key not in _KEYS)]
    for key in keys:
        head = key.removeprefix("settings.").partition(".")[0]
        if head not in allowed and head not in _SETTINGS_HERE:
            problems.add(key, f"unknown key; {near(head, allowed)}allowed: {', '.join(allowed)}")


def _load(file: Path) -> dict[str, Any]:
    """Plain values; numbers such as 1e-4 are numbers, dates stay texts, a key twice is an error."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    try:
        read_yaml(file)
        values = OmegaConf.to_container(OmegaConf.load(file), resolve=False)
    except Unreadable as error:
        raise ConfigError([": ".join(part for part in (str(file), error.key, error.text) if part)]) from None
    except YAMLError as error:
        raise ConfigError([f"{file}: {not_yaml(error)}"]) from None
    except (OSError, OmegaConfBaseException) as error:
        raise ConfigError([f"{file}: {error}"]) from None
    if not isinstance(values, dict):
        raise ConfigError([f"{file}: is not a mapping; allowed keys: {', '.join(_KEYS)}"])
    return {str(key): value for key, value in values.items()}


def _merged(raw: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of the small block in place of the others; settings, record, sample and executor key by key."""
    merged = {**raw, **over}
    for key in ("settings", "record", "sample", "executor"):
        if isinstance(raw.get(key), Mapping) and isinstance(over.get(key), Mapping):
            both = [flat(part) if key == "settings" else part for part in (raw[key], over[key])]
            merged[key] = {**both[0], **both[1]}
    return merged


def _changed(raw: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes from the command line: a key of the sweep, or a setting of the model."""
    out = dict(raw)
    kind, given = changes.get("executor.kind"), out.get("executor")
    if kind is not None and kind != (given.get("kind", "processes") if isinstance(given, Mapping) else given):
        out["executor"] = {}  # what the file sets is for another kind
    for key, value in changes.items():
        head, _, rest = key.partition(".")
        if head in _KEYS and head not in ("small", "settings"):
            if rest:
                out[head] = {**_as_mapping(head, out.get(head)), rest: value}
            else:
                out[head] = value
        else:
            settings = {**flat(out.get("settings") or {}), key.removeprefix("settings."): value}
            out["settings"] = settings
    return out


def _as_mapping(key: str, given: object) -> Mapping[str, Any]:
    """What a file gives under a key, so that the command line can add to it."""
    if key == "executor" and isinstance(given, str):
        return {"kind": given}
    if key == "scenarios" and isinstance(given, list) and all(isinstance(name, str) for name in given):
        return {name: name for name in given}
    if given is not None and not isinstance(given, Mapping):
        raise ConfigError([f"command line: sweep: {key} is {show(given)} in the file; give {key}=… as a whole"])
    return given or {}


def flat(values: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    """Nested mappings as dotted keys."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        at = join(key, name)
        out |= flat(value, at) if isinstance(value, Mapping) and value else {at: value}
    return out


def _settings(raw: object, problems: Problems) -> dict[str, Any]:
    settings = flat(mapping(raw, "settings", problems))
    for key in settings:
        if key.split(".")[0] in _SETTINGS_HERE:
            where = "grid, list or sample" if key.startswith(("effects", "policies")) else "the sweep itself"
            how = ": scenarios=[NAME, …]" if key == "scenario" else ""
            problems.add(join("settings", key), f"is not set here but in {where}{how}")
    return settings


def _record(raw: object, problems: Problems) -> Record:
    given = mapping(raw, "record", problems)
    check_keys(given, ("tables", "first_year", "places"), "record", problems)
    tables = names_of(given.get("tables"), "record.tables", problems) or Record.tables
    for name in tables:
        if name not in TABLES:
            problems.add("record.tables", unknown(name, "table", TABLES))
    first = given.get("first_year")
    places = given.get("places")
    return Record(
        tables=tuple(dict.fromkeys(tables)),
        first_year=None if first is None else whole(first, "record.first_year", problems, 1900, 2100, "year"),
        places=None if places is None else names_of(places, "record.places", problems),
    )


def _executor(raw: object, problems: Problems) -> dict[str, Any]:
    given = {"kind": raw} if isinstance(raw, str) else dict(mapping(raw, "executor", problems))
    kind = one_of(given.get("kind", "processes"), "executor.kind", problems, KINDS)
    return {**given, "kind": kind}
