"""Hydra's part: the command line and the YAML files become plain values; every problem knows where it came from.

Hydra reports the first problem it meets and takes a new key with a leading ``+`` without a question. So plain
overrides are passed to it as forced additions, which cannot fail, and unknown keys, names and values are found by
`sim.config.load`, all together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sim.config.conflicts import conflicts
from sim.config.folders import ADDED, COMMAND_LINE, GROUPS, OPEN, options, search_folders
from sim.config.merge import Composed, cannot_be_read, dated, merge, titled
from sim.config.policies import finish_policies, note_whole
from sim.config.reached import reached, strays
from sim.config.redefined import redefined
from sim.config.shape import SECTIONS, shape_problems
from sim.core.read import ConfigError, Problem, near, show, unknown


def compose(overrides: Sequence[str], config_dir: str | None = None) -> Composed:
    """Compose the configuration; raises `ConfigError` only if nothing could be composed."""
    result = Composed(folders=search_folders(config_dir))
    for override in overrides:
        _sort_in(override, result)
    if any(problem.key in ADDED for problem in result.problems):
        # Without the scenario its policies cannot be checked; complaints about them would only confuse.
        result.overrides = [o for o in result.overrides if not o.startswith("++policies.")]
    result.reached = reached(result.chosen, result.folders.values())
    files = dict.fromkeys(one.file for one in result.reached)
    wrong = shape_problems((result.label_of(file), file) for file in files)
    wrong += [Problem(key, text, result.label_of(file)) for file, key, text in strays(result.reached)]
    if wrong:
        raise ConfigError(result.messages([*result.problems, *wrong]))
    merge(result)
    folders = list(result.folders.values())
    choices = [reached({group: [name]}, folders) for group in ADDED for name in result.chosen.get(group, ())]
    result.problems += redefined(choices, result.reached, folders, result.label_of)
    result.values |= {key: result.given[key] for key in OPEN if key in result.given}  # Hydra would look in the group
    for key, value in result.deleted.items():
        _delete(key, value, result)
    result.problems += conflicts(_chosen_files(result), partial(_alone, result), result.given)
    names = [name for group in ADDED for name in result.chosen.get(group, [])]
    result.values["scenario"] = "+".join(names) or ("custom" if result.values.get("policies") else None)
    _check_titles(result)
    _drop_phantoms(result)
    finish_policies(result)
    return result


def _chosen_files(result: Composed) -> list[tuple[str, str, Path]]:
    """Group, name and file of every scenario and policy asked for."""
    return [(group, name, result.options(group)[name]) for group in ADDED for name in result.chosen.get(group, [])]


def _alone(result: Composed, group: str, name: str) -> Mapping[str, Any]:
    """Values with one scenario or policy only (or none), without what the command line sets."""
    part = Composed(folders=result.folders)
    part.overrides = [
        override for override in result.overrides if override.startswith(("world=", "threat=", "params="))
    ]
    part.overrides += [f"+{group}={name}"] if name else []
    merge(part)
    return part.values


def _sort_in(override: str, result: Composed) -> None:
    """Read one override into `result`, as Hydra shall see it."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    written, override = override, dated(titled(override))
    try:
        parsed = OverridesParser.create().parse_override(override)
        key, value = parsed.key_or_group, None if parsed.is_sweep_override() else parsed.value()
        if not key:
            raise ValueError("no key")
    except (HydraException, ValueError, RecursionError):  # a number of thousands of digits, brackets in brackets
        group, _, name = override.lstrip("+").partition("=")
        if group in GROUPS and name in result.options(group):
            _choose(group, [name], result)  # written with characters that Hydra wants in quotes
        elif group in OPEN:
            result.given[group] = name
        else:
            result.problems.append(cannot_be_read(override))
        return
    if parsed.is_sweep_override():
        text = f"several values in {show(written)} need -m (--multirun){_meant(written)}"
        result.problems.append(Problem(key, text, COMMAND_LINE))
    elif key.startswith("hydra") or (parsed.package is not None and key in GROUPS):
        result.overrides.append(override)
    elif key in OPEN and isinstance(value, str) and value not in result.options(key):
        result.given[key] = value  # a folder or file, or a name that is none: `from_mapping` tells
    elif key in GROUPS:
        _choose(key, [str(name) for name in (value if isinstance(value, list) else [value])], result)
    elif parsed.is_delete():
        result.deleted[key] = value
    elif parsed.package is not None or "/" in key:
        text = f"{show(override)} names no setting; write key=value, or {', '.join(GROUPS)} with the name of a file"
        result.problems.append(Problem(key, text, COMMAND_LINE))
    elif key in SECTIONS and value is not None and not isinstance(value, Mapping):
        text = f"{show(value)} is not a mapping of names to values"
        result.problems.append(Problem(key, text, COMMAND_LINE))
    else:
        result.given[key] = value
        note_whole(key, value, dated(written) != written, result.whole)
        result.overrides.append("++" + override.lstrip("+"))


def _meant(override: str) -> str:
    """What may have been meant by values with a comma, in words."""
    key, _, value = override.partition("=")
    if re.search(r"[0-9],[0-9]{3}(?![0-9])", value):
        return f"; a number is written without a comma, {re.sub(r'(?<=[0-9]),(?=[0-9]{3})', '', value)}"
    places = key.rsplit(".", 1)[-1] in ("issuer", "origins", "partners", "destinations")
    return f"; as one list write [{value}]" if places else ""


def _choose(group: str, names: Sequence[str], result: Composed) -> None:
    """Take the names of a group that exist."""
    good = [name for name in names if _exists(group, name, result)]
    result.chosen.setdefault(group, []).extend(good)
    if good:
        plus, quoted = "+" if group in ADDED else "", [_quoted(name) for name in good]
        result.overrides.append(f"{plus}{group}=" + (quoted[0] if len(good) == 1 else f"[{','.join(quoted)}]"))


def _quoted(name: str) -> str:
    """A name as Hydra's grammar takes it."""
    return name if re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) else "'" + name.replace("'", "\\'") + "'"


def _delete(key: str, value: Any, result: Composed) -> None:
    """Take a setting away."""
    *path, name = key.split(".")
    holder: Any = result.values
    for part in path:
        holder = holder.get(part) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or name not in holder:
        here = list(map(str, holder)) if isinstance(holder, dict) else []
        text = f"is not there to be taken away; {near(name, here)}allowed: {', '.join(here) or 'none'}"
        result.problems.append(Problem(key, text, COMMAND_LINE))
    elif value is not None and holder[name] != value:
        text = f"is {show(holder[name])}, not {show(value)}, so it is not taken away; allowed: ~{key}"
        result.problems.append(Problem(key, text, COMMAND_LINE))
    else:
        del holder[name]


def _exists(group: str, name: str, result: Composed) -> bool:
    homes = [found[name] for folder in result.folders.values() if name in (found := options(group, [folder]))]
    if not homes:
        text = unknown(name, group, result.options(group))
        result.problems.append(Problem(group, text, COMMAND_LINE))
    elif len(homes) > 1:
        result.problems.append(Problem(group, f"'{name}' is in two folders; rename {homes[-1]}", COMMAND_LINE))
    return len(homes) == 1


def _check_titles(result: Composed) -> None:
    """A title on the command line is that of a scenario which is run, or which one builds on."""
    names = [one.name for one in result.reached if one.group == "scenario"]
    typed = [key for key in result.given if key.startswith("titles.")]
    held = result.given.get("titles")
    typed += [f"titles.{name}" for name in held] if isinstance(held, Mapping) else []
    for key in typed:
        name = key.partition(".")[2]
        if name not in names:
            allowed = unknown(name, "scenario in this run", names) if names else "no scenario is run (+scenario=NAME)"
            result.problems.append(Problem(key, allowed, COMMAND_LINE))


def _drop_phantoms(result: Composed) -> None:
    """Overrides of policies or levers that are not in force would create half of one: say so instead."""
    _drop_phantom_packages(result)
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


def _drop_phantom_packages(result: Composed) -> None:
    """The same for a rung or lever of a ladder that is not there."""
    for key in result.given:
        path = key.split(".")  # ladder.LADDER.rungs.RUNG.levers.LEVER.…
        if path[0] != "ladder":
            continue
        for n, what, sign in ((3, "rung", "title"), (5, "lever", "lever")):
            holder = _mapping_at(result.values, path[:n])
            half = holder.get(path[n]) if holder is not None and len(path) > n + 1 else None
            if holder is not None and isinstance(half, dict) and (sign not in half or half.keys() == {sign}):
                del holder[path[n]]
                text = (
                    f"ladder {path[1]} has no {what} '{path[n]}'; {near(path[n], holder)}allowed: {', '.join(holder)}"
                )
                result.problems.append(Problem(key, text, COMMAND_LINE))
                break


def _mapping_at(values: Any, path: Sequence[str]) -> dict[str, Any] | None:
    for part in path:
        values = values.get(part) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else None
