"""Reading plain mappings into frozen dataclasses: every problem is noted with its key, none stops the reading."""

from __future__ import annotations

import difflib
import errno
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from sim.core.gone import gone


class ConfigError(ValueError):
    """Bad input: `messages` holds one line per problem (file, key, what is wrong, what is allowed)."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = messages
        super().__init__("\n".join(messages))


class Told(Exception):
    """What went wrong outside the program (a full disk, a damaged file): its message is a sentence for the user."""


def in_words(error: BaseException) -> str:
    """An unexpected error in one line, with advice where the system's limits are the cause."""
    if isinstance(error, Told):
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return f"too many files are open at once ({error}); allow more: ulimit -n 1024"
    return f"{type(error).__name__}: {error}"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input; `where` names its origin if that is known already."""

    key: str
    text: str
    where: str = ""


@dataclass
class Problems:
    """All problems found so far, in reading order."""

    found: list[Problem] = field(default_factory=list)

    def add(self, key: str, text: str) -> None:
        """Note a problem with the value at `key`."""
        self.found.append(Problem(key, text))

    def check(self, prefix: str = "") -> None:
        """Raise `ConfigError` with all problems, if there are any."""
        if self.found:
            raise ConfigError([f"{prefix}{p.key}: {p.text}" for p in self.found])

    def since(self, n: int) -> bool:
        """True if problems were added after the first `n`."""
        return len(self.found) > n


def nearest(name: object, options: Iterable[str]) -> str | None:
    """The option that was probably meant."""
    by_lower = {option.lower(): option for option in options}
    match = difflib.get_close_matches(str(name).lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[match[0]] if match else None


def near(name: object, options: Iterable[str]) -> str:
    """The question whether a near miss was meant, or nothing."""
    option = nearest(name, options)
    return f"did you mean {option}? " if option else ""


def unknown(name: object, what: str, options: Iterable[str]) -> str:
    """Message for a name that is none of the options."""
    names = list(options)
    return f"no {what} {show(name)}; {near(name, names)}allowed: {', '.join(names)}"


def show(value: object) -> str:
    """A value as it stands in YAML, short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"a number of {value.bit_length() * 30103 // 100_000:,} digits"  # Python does not write out all of them
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def span(lo: float, hi: float, unit: str = "") -> str:
    """Allowed range in words."""
    return f"{lo:g} to {hi:g}" + (f" ({unit})" if unit else "")


def join(key: str, name: object) -> str:
    """Dotted key of a member."""
    return f"{key}.{name}" if key else str(name)


def mapping(value: object, key: str, problems: Problems) -> Mapping[str, Any]:
    """The value if it is a mapping (null counts as an empty one)."""
    if isinstance(value, Mapping):
        return value
    if value is not None:
        problems.add(key, f"{show(value)} is not a mapping of names to values")
    return {}


def boolean(value: object, key: str, problems: Problems) -> bool:
    """True or false, written as such."""
    if not isinstance(value, bool):
        problems.add(key, f"{show(value)} is not allowed; allowed: true, false")
    return bool(value)


def check_keys(raw: Mapping[str, Any], allowed: Iterable[str], key: str, problems: Problems) -> None:
    """Note every key that does not exist."""
    names = list(allowed)
    for name in raw:
        if name not in names:
            path = join(key, name)
            problems.add(path, f"unknown key; {gone(path) or near(name, names)}allowed: {', '.join(names)}")


def number(value: object, key: str, problems: Problems, lo: float, hi: float, unit: str = "") -> float:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) == math.inf:
        problems.add(key, f"{show(value)} is not a number; allowed: {span(lo, hi, unit)}")
    elif not max(lo, -sys.float_info.max) <= value <= min(hi, sys.float_info.max):
        shown = show(value) if abs(value) > sys.float_info.max else f"{value:g}"
        problems.add(key, f"{shown} is out of range; allowed: {span(lo, hi, unit)}")
    else:
        return float(value)
    return math.nan


def whole(value: object, key: str, problems: Problems, lo: float, hi: float, unit: str = "") -> int:
    """A whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        problems.add(key, f"{show(value)} is not a whole number; allowed: {lo:.0f} to {hi:.0f}{unit and f' ({unit})'}")
    elif not lo <= value <= hi:
        problems.add(key, f"{show(value)} is out of range; allowed: {lo:.0f} to {hi:.0f}{unit and f' ({unit})'}")
    else:
        return value
    return int(lo)


def text(value: object, key: str, problems: Problems) -> str:
    """A text that is not empty."""
    if isinstance(value, str) and value.strip():
        return value
    problems.add(key, "is missing" if value is None else "is empty" if value == "" else f"{show(value)} is not a text")
    return ""


def one_of(value: object, key: str, problems: Problems, allowed: tuple[str, ...]) -> str:
    """One of the named values; YAML's bare `on` and `off` arrive as booleans and are taken as words."""
    word = {True: "on", False: "off"}[value] if isinstance(value, bool) else value
    if word not in allowed:
        problems.add(key, f"{show(value)} is not allowed; {near(value, allowed)}allowed: {', '.join(allowed)}")
        return allowed[0]
    return str(word)


def names(value: object, key: str, problems: Problems) -> tuple[str, ...]:
    """A list of names that is not empty (one bare name is a list of one)."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        problems.add(key, "is missing" if value is None else f"{show(value)} is not a list of names")
        return ()
    if not items:
        problems.add(key, "is empty; name at least one, or leave the key out")
    for item in items:
        if not isinstance(item, str):
            problems.add(key, f"{show(item)} is not a name")
    return tuple(item for item in items if isinstance(item, str))


def read(cls: type, raw: object, key: str, problems: Problems, skip: Iterable[str] = ()) -> dict[str, Any]:
    """Values for the fields of a dataclass whose metadata carries bounds or allowed values.

    Parameters
    ----------
    cls : dataclass; nested dataclasses are read into instances.
    raw : what the user gave; what is left out keeps its default.
    skip : fields that the caller reads itself.
    """
    given = mapping(raw, key, problems)
    hints = _hints(cls)
    members = {f.name: f for f in fields(cls)}
    check_keys(given, members, key, problems)
    out: dict[str, Any] = {}
    for name, member in members.items():
        if name in skip:
            continue
        hint, at = hints[name], join(key, name)
        if is_dataclass(hint) and isinstance(hint, type):
            out[name] = hint(**read(hint, given.get(name), at, problems))
        elif name in given:
            out[name] = _value(given[name], hint, dict(member.metadata), at, problems)
        elif member.default is MISSING and member.default_factory is MISSING:
            problems.add(at, "is missing")
    return out


def read_some(cls: type, raw: Mapping[str, Any], key: str, problems: Problems) -> dict[str, Any]:
    """Values for some plain fields of a dataclass, checked as by `read`."""
    hints, members = _hints(cls), {f.name: f for f in fields(cls)}
    check_keys(raw, members, key, problems)
    known = {name: value for name, value in raw.items() if name in members}
    return {n: _value(v, hints[n], dict(members[n].metadata), join(key, n), problems) for n, v in known.items()}


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _value(value: object, hint: Any, meta: dict[str, Any], key: str, problems: Problems) -> Any:
    if "allowed" in meta:
        return one_of(value, key, problems, meta["allowed"])
    lo, hi, unit = meta.get("lo", -math.inf), meta.get("hi", math.inf), meta.get("unit", "")
    if hint is bool:
        return boolean(value, key, problems)
    if hint is int:
        return whole(value, key, problems, lo, hi, unit)
    if hint is float:
        return number(value, key, problems, lo, hi, unit)
    if hint is str:
        return text(value, key, problems)
    if get_origin(hint) is tuple and get_args(hint)[0] is str:
        return names(value, key, problems)
    raise TypeError(f"{key}: no reader for fields of type {hint}")
