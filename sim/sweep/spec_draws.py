"""The draws part of ``sweep.yaml``: grid, list and sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.assumptions.ranges import assumptions, bounds, documented_law
from sim.config.key import NOT_IN_KEY
from sim.config.schema import Config
from sim.core.laws import LAWS, SCALED, Law
from sim.core.read import Problems, boolean, check_keys, join, mapping, number, one_of, show, whole
from sim.record.tables import COLUMN_NAMES
from sim.sweep.sampling import METHODS, Range, Sample

ASSUMPTIONS = "assumptions"  # in `sample.over`: all numbers that no data fix
GROUPS = ("world", "params")  # composed by Hydra before any value is set
# An axis over what is in no run's key would make equal runs; the mode of governments is asked for as one of several.
NOT_SWEPT = (NOT_IN_KEY - {"government"}) | {"policy"}
AXIS_COLUMNS = {"threat": "threat_table"}  # keys that are also columns of a table, and the axis's column in all tables
Ends = tuple[float, float] | None
_RUN_COLUMNS = ("scenario", "mode", "draw", "replicate", "run", "year", "place")


@dataclass(frozen=True)
class Block:
    """Rows of values that belong together; the draws are all combinations of one row of each block.

    Attributes
    ----------
    names : columns that identify a row in the tables.
    labels : [rows][names].
    values : [rows], values by configuration key.
    """

    names: tuple[str, ...]
    labels: tuple[tuple[Any, ...], ...]
    values: tuple[Mapping[str, Any], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Configuration keys that its rows set, each once."""
        return tuple(dict.fromkeys(key for row in self.values for key in row))


def names_of(raw: object, key: str, problems: Problems) -> tuple[str, ...]:
    """A name or a list of names; none if there is nothing."""
    items = [] if raw is None else [raw] if isinstance(raw, str) else raw
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        problems.add(key, f"{show(raw)} is not a name or a list of names")
        return ()
    return tuple(items)


def grid_of(raw: object, problems: Problems) -> Iterable[Block]:
    """Blocks of ``grid``: one an axis."""
    for name, value in mapping(raw, "grid", problems).items():
        key = join("grid", name)
        if isinstance(value, list):
            column = AXIS_COLUMNS.get(str(name), str(name))
            yield _axis(column, value, [{str(name): item} for item in value], key, problems)
        elif isinstance(value, Mapping) and "choices" in value:
            check_keys(value, ("choices",), key, problems)
            choices = mapping(value["choices"], f"{key}.choices", problems)
            rows = [mapping(item, f"{key}.choices.{label}", problems) for label, item in choices.items()]
            yield _axis(str(name), [str(label) for label in choices], rows, key, problems)
        elif isinstance(value, Mapping):
            check_keys(value, ("keys", "values", "choices"), key, problems)
            keys, values = names_of(value.get("keys"), f"{key}.keys", problems), value.get("values")
            if not keys or not isinstance(values, list):
                problems.add(key, "needs keys (a list of configuration keys) and values (a list), or choices")
                continue
            yield _axis(str(name), values, [dict.fromkeys(keys, item) for item in values], key, problems)
        else:
            problems.add(key, f"{show(value)} is not a list of values, or a mapping with keys and values, or choices")


def _axis(name: str, labels: Sequence[Any], rows: Sequence[Mapping[str, Any]], key: str, problems: Problems) -> Block:
    if not labels:
        problems.add(key, "is empty; name at least one value, or leave the key out")
    plain = tuple(item if isinstance(item, (int, float, str, bool)) else str(item) for item in labels)
    if len({str(item) for item in plain}) < len(plain):
        problems.add(key, "holds the same value twice")
    return Block((name,), tuple((item,) for item in plain), tuple(rows))


def list_of(raw: object, problems: Problems) -> Iterable[Block]:
    """Block of ``list``: rows that are given."""
    if raw is None:
        return
    if not isinstance(raw, list) or not raw or not all(isinstance(row, Mapping) and row for row in raw):
        problems.add("list", "is not a list of mappings from keys to values")
        return
    names = tuple(str(name) for name in raw[0])
    columns = tuple(AXIS_COLUMNS.get(name, name) for name in names)
    for i, row in enumerate(raw):
        if {str(name) for name in row} != set(names):
            problems.add(f"list[{i}]", f"has other keys than the first row; allowed: {', '.join(names)}")
            return
    rows = [{name: row[name] for name in names} for row in raw]
    yield Block(columns, tuple(tuple(row.values()) for row in rows), tuple(rows))


def sample_of(raw: object, problems: Problems, configs: Callable[[], Sequence[Config]] = tuple) -> Sample | None:
    """Sample matrix of ``sample``.

    Parameters
    ----------
    configs : gives the configurations of all scenarios, whose levers have numbers that no data fix.
    """
    if raw is None:
        return None
    given = mapping(raw, "sample", problems)
    check_keys(given, ("method", "n", "seed", "over", "levels", "second_order"), "sample", problems)
    over = mapping(given.get("over"), "sample.over", problems)
    if ASSUMPTIONS in over:
        own = {str(name): value for name, value in over.items() if name != ASSUMPTIONS}
        if over[ASSUMPTIONS]:
            problems.add(f"sample.over.{ASSUMPTIONS}", "takes nothing; name a number beside it to change its range")
        over = {**{item.key: {} for item in assumptions(configs()) if item.key not in own}, **own}
    if not over:
        problems.add("sample.over", "is empty; name at least one parameter with from and to")
    second_order = boolean(given.get("second_order", False), "sample.second_order", problems)
    levels = whole(given.get("levels", 4), "sample.levels", problems, 2, 100)
    if levels % 2:
        problems.add("sample.levels", f"{levels} is odd; Morris's design needs an even number, else ends are left out")
    method = one_of(given.get("method"), "sample.method", problems, METHODS)
    ranges = [_range(str(name), value, problems) for name, value in over.items()]
    if method == "morris":  # goes from one end of each range to the other
        ranges = [replace(item, law=item.law.between_ends()) for item in ranges]
    return Sample(
        method=method,
        n=whole(given.get("n", 16), "sample.n", problems, 1, 10_000_000),
        seed=whole(given.get("seed", 0), "sample.seed", problems, 0, 2**31 - 2),
        over=tuple(ranges),
        levels=levels,
        second_order=second_order,
    )


def _range(name: str, raw: object, problems: Problems) -> Range:
    """Range of a parameter: the documented law, if nothing is given; else what is given, within its bounds."""
    key = f"sample.over.{name}"
    given = mapping(raw, key, problems)
    check_keys(given, ("from", "to", "law", "scale", "keys"), key, problems)
    keys = names_of(given.get("keys"), f"{key}.keys", problems) or (name,)
    documented = documented_law(keys[0])
    if documented is not None and not given.keys() & {"from", "to", "law", "scale"}:
        return Range(name, keys, documented)
    law = one_of(given.get("law", "uniform"), f"{key}.law", problems, LAWS)
    read = {"weight": _weight, **dict.fromkeys(SCALED, _scaled)}.get(law, _between)
    return Range(name, keys, read(law, given, bounds(keys[0]), key, problems))


def _weight(law: str, given: Mapping[str, Any], ends: Ends, key: str, problems: Problems) -> Law:
    if given.keys() & {"from", "to", "scale"}:
        problems.add(key, "is a weight, which takes no from, to or scale")
    return Law(law, 0.0, 1.0)


def _scaled(law: str, given: Mapping[str, Any], ends: Ends, key: str, problems: Problems) -> Law:
    if given.keys() & {"from", "to"}:
        problems.add(key, f"is {law}, which takes scale, but no from or to: values end at the parameter's bounds")
    lo, hi = (-1e300, 1e300) if ends is None else ends
    return Law(law, lo, hi, number(given.get("scale"), f"{key}.scale", problems, 1e-300, 1e300))


def _between(law: str, given: Mapping[str, Any], ends: Ends, key: str, problems: Problems) -> Law:
    if "scale" in given:
        problems.add(key, f"is {law}, which takes no scale")
    if ends is None and not given.keys() >= {"from", "to"}:
        problems.add(key, "has no documented bounds; give from and to")
        return Law(law, 0.0, 1.0)
    lo, hi = ends or (0.0, 1.0)
    start = number(given.get("from", lo), f"{key}.from", problems, -1e300, 1e300)
    end = number(given.get("to", hi), f"{key}.to", problems, -1e300, 1e300)
    if not end > start:
        problems.add(key, f"to ({end:g}) is not above from ({start:g})")
    elif law == "log-uniform" and start <= 0:
        problems.add(key, f"a logarithmic range cannot begin at {start:g}")
    return Law(law, start, end)


def check_axes(blocks: Sequence[Block], sample: Sample | None, problems: Problems) -> None:
    """Note axes that are columns already (SQL does not tell A from a), and what is swept twice."""
    axes = [(name, block.keys) for block in blocks for name in block.names[:1]]
    names = [*(name for block in blocks for name in block.names), *(sample.names if sample else ())]
    if sample is not None:
        axes.append(("sample", tuple(key for item in sample.over for key in item.keys)))
    for name in names:
        if name.lower() in _RUN_COLUMNS:
            problems.add(name, "is a column of every table; choose another name for this axis")
        elif name.lower() in COLUMN_NAMES:
            how = f"{{another_name: {{keys: [{name}], values: […]}}}}"
            problems.add(name, f"is a column of a table; choose another name for this axis: grid: {how}")
        if [other.lower() for other in names].count(name.lower()) > 1:
            problems.add(name, "is swept twice")
            return
    first: dict[str, str] = {}
    for axis, keys in axes:
        for key in dict.fromkeys(keys):
            if first.setdefault(key, axis) != axis:
                problems.add(axis, f"sets {key}, which {first[key]} sets too: only one of them would count")
            if key.split(".")[0] in NOT_SWEPT:
                problems.add(axis, f"{key} cannot be swept, as it changes no result of a run")
            if key in GROUPS:
                how = "sweep dotted keys, params.…" if key == "params" else "make a sweep of each world"
                problems.add(axis, f"{key} cannot be swept as a whole; {how}")
