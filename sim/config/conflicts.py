"""Whether several scenarios and policies can be in force together, or exactly why not.

Policies of different names always can: their levers combine by the rule each lever declares. What cannot is one name
that two files define differently, or one setting that two files give different values; Hydra would let the last one
win without a word. So each choice is composed alone, and what it changes is compared with what the others change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from sim.config.files import package_of, read_words, read_yaml
from sim.core.read import Problem, join, show

Compose = Callable[[str, str], Mapping[str, Any]]
Choice = tuple[str, str]
_ABSENT = object()


def conflicts(chosen: Sequence[tuple[str, str, Path]], alone: Compose, given: Iterable[str]) -> list[Problem]:
    """Problems of choices that cannot be in force together.

    Parameters
    ----------
    chosen : group, name and file of each scenario and policy asked for.
    alone : composes the configuration with one choice (or none: two empty words).
    given : keys set on the command line, which settles what they are about.
    """
    different = list(dict.fromkeys(chosen))
    if len(different) < 2 or all(_only_policies(file) for _, _, file in different):
        return []  # what only names shipped policies or defines one by its file name cannot contradict
    base = leaves(alone("", ""))
    settled = tuple(given)
    changes = {
        (group, name): {
            key: value
            for key, value in leaves(alone(group, name)).items()
            if base.get(key, _ABSENT) != value and not any(f"{key}.".startswith(f"{k}.") for k in settled)
        }
        for group, name, _ in different
    }
    return [problem for one, two in combinations(changes, 2) for problem in _between(one, two, changes)]


def _between(one: Choice, two: Choice, changes: Mapping[Choice, Mapping[str, Any]]) -> list[Problem]:
    """What two choices contradict each other in, one problem a policy or setting."""
    a, b = changes[one], changes[two]
    found: dict[str, Problem] = {}
    for key in sorted(a.keys() | b.keys(), key=lambda key: (key not in a or key not in b, key)):
        path = key.split(".")
        policy = ".".join(path[:2]) if path[0] == "policies" else ""
        if path[0] in ("titles", "scenario") or a.get(key, _ABSENT) == b.get(key, _ABSENT):
            continue
        if _shared(policy, a, b) if policy else key in a and key in b:
            where = policy or key
            found.setdefault(where, Problem(where, _text(key, policy, (one, a), (two, b)), "command line"))
    return list(found.values())


def _shared(policy: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """True if both define a policy; a later choice without a title only means to change values of the earlier one."""
    return any(key.startswith(f"{policy}.") for key in a) and f"{policy}.title" in b


def _text(key: str, policy: str, *sides: tuple[Choice, Mapping[str, Any]]) -> str:
    said = " and ".join(f"{_value(values, key)} in {group} {name}" for (group, name), values in sides)
    if not policy:
        return f"cannot be both {said}; set {key} on the command line, or run the scenarios one after the other (-m)"
    return f"is not the same policy in both: {key[len(policy) + 1 :]} is {said}; rename one"


def _value(values: Mapping[str, Any], key: str) -> str:
    return show(values[key]) if key in values else "absent"


def leaves(values: Any, key: str = "") -> dict[str, Any]:
    """Every value that is no mapping, by its dotted key."""
    if not isinstance(values, Mapping) or not values:
        return {key: values} if key else {}
    return {k: v for name, item in values.items() for k, v in leaves(item, join(key, name)).items()}


def _only_policies(file: Path) -> bool:
    """True for a policy in its own file, and for a scenario that only lists such files and a title."""
    words = read_words(file)
    if package_of(words) != "_global_":
        return f"@package policies.{file.stem}\n" in words
    values = read_yaml(file)
    if not isinstance(values, Mapping) or not values.keys() <= {"defaults", "titles"}:
        return False
    taken = values.get("defaults") or []
    return all(isinstance(item, str) and (item == "_self_" or _listed(item)) for item in taken)


def _listed(item: str) -> bool:
    """True for a policy under its own name."""
    return item.startswith("/policy/") and "@" not in item
