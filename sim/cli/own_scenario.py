"""The text of a scenario of policies that are taken over and of levers at dates, as a command line gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from sim.analysis.outcomes import WORLD
from sim.comparison.places import named_place
from sim.config.ladders import shipped_ladders
from sim.core.read import ConfigError, Problems, unknown
from sim.data.clock import FIRST_YEAR
from sim.data.places import ALL
from sim.data.tables import load_world_data
from sim.policy.ladder import LADDERS
from sim.policy.levers import LEVERS, Lever
from sim.policy.read import unknown_place
from sim.policy.schema import PLACES
from sim.policy.shift import read_shift
from sim.policy.words import place_words

SOURCE = "assumption"
OFF = "off"
_LEVER = re.compile(r"(\w+)=(.+)@(\d{4})(-\d\d-\d\d)?")


@dataclass(frozen=True)
class Asked:
    """What a command line asks a scenario to hold.

    Parameters
    ----------
    policies : names of policies that are taken over; changes : ``policies.NAME.KEY=VALUE`` of these.
    levers : ``LEVER=VALUE@DATE`` of a policy of its own; issuer : of it; on : places that its levers name.
    title : of the scenario; one is put together if empty.
    """

    name: str
    policies: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    title: str = ""
    changes: tuple[str, ...] = ()


def scenario_text(asked: Asked, run: str, titles: Mapping[str, str]) -> str:
    """The file's text; `run` is how it is run, and `titles` are those of policies by name.

    Raises
    ------
    ConfigError : what on the command line cannot be read. Names and bounds are checked when the file is composed.
    """
    policies: dict[str, Any] = {}
    for change in asked.changes:
        _change(policies, change, asked.policies)
    if asked.levers:
        policies[asked.name] = _own_policy(asked)
    elif asked.issuer or asked.on:
        text = "--issuer and --on are of --lever; of a policy write policies.POLICY.issuer="
        raise ConfigError([f"command line: new-scenario: {text}"])
    elif not asked.policies:
        raise ConfigError(
            ["command line: new-scenario: --policy or --lever says what is in it, a title alone does not"]
        )
    title = asked.title or _words(asked, titles, policies)
    values = {
        "defaults": [*(f"/policy/{name}" for name in asked.policies), "_self_"],
        "titles": {asked.name: title},
        **({"policies": policies} if policies else {}),
    }
    body = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=None)
    return f"# @package _global_\n# Run this one:\n#   {run}\n{body}"


def _change(policies: dict[str, Any], change: str, known: tuple[str, ...]) -> None:
    """Enter ``policies.NAME.KEY=VALUE`` into the tree of values."""
    key, _, written = change.partition("=")
    head, name, *path = (*key.lstrip("+").split("."), "", "")[: max(2, key.count(".") + 1)]
    if head != "policies" or not path:
        text = f"'{change}' cannot be written; allowed: policies.POLICY.KEY=VALUE (give others when running)"
        raise ConfigError([f"command line: new-scenario: {text}"])
    if name not in known:
        raise ConfigError([f"command line: new-scenario: {key}: {unknown(name, 'policy of --policy', known)}"])
    value = _value(path[-1], written)
    if isinstance(value, Mapping):
        raise ConfigError([f"command line: new-scenario: {key}: write one value a word, {key}.DATE=VALUE"])
    at = policies.setdefault(name, {})
    for step in path[:-1]:
        at = at.setdefault(step, {})
    if len(path) > 1 and path[-2] == "values":
        at[date.fromisoformat(path[-1]) if re.fullmatch(r"\d{4}-\d\d-\d\d", path[-1]) else path[-1]] = value
    else:
        at[path[-1]] = value


def _value(key: str, written: str) -> Any:
    """A value of the command line as YAML has it; titles are words, and issuers a list."""
    if key == "title":
        return written.strip("\"'")
    try:
        value = yaml.safe_load(written)
    except yaml.YAMLError:
        return written
    return [value] if key == "issuer" and isinstance(value, str) else value


def _own_policy(asked: Asked) -> dict[str, Any]:
    if not asked.issuer:
        raise ConfigError(["command line: new-scenario: --lever needs --issuer PLACES, such as --issuer CAN"])
    entries: dict[str, Any] = {}
    for word in asked.levers:
        lever, strength, day = _lever(word)
        values = entries.setdefault(lever.name, _entry(lever, asked.on))["values"]
        if day in values:
            text = f"'{word}' gives {lever.name} a second value from {day} on; give one value a date"
            raise ConfigError([f"command line: --lever: {text}"])
        values[day] = strength
    if asked.on and not any("scope" in entry for entry in entries.values()):
        raise ConfigError(
            [f"command line: new-scenario: --on: no scope of places in {', '.join(entries)}; leave it out"]
        )
    return {"title": asked.title or _levers_in_words(asked), "issuer": [*asked.issuer], "levers": entries}


def places_of(words: str, option: str) -> tuple[str, ...]:
    """Codes and groups that an option names by code, name or group, such as ``CAN, South Korea``.

    Raises
    ------
    ConfigError : there is no such place; names the option and the nearest place.
    """
    from sim.config.load import known_names

    data = load_world_data()
    found, problems = dict[str, None](), list[str]()
    for word in filter(None, map(str.strip, words.strip(" []").split(","))):
        try:
            code = named_place(word, data)[0]
        except ConfigError:  # which tells of another option
            problems.append(f"command line: {option}: {unknown_place(word, known_names(data, FIRST_YEAR))}")
        else:
            found[ALL if code == WORLD else code] = None
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def as_typed(asked: Asked, key: str) -> str:
    """The words of the command line that a key of the scenario comes from, for messages."""
    head, name, *path = (*key.split("."), "", "")
    if head == "titles" or (name == asked.name and path[0] == "title"):
        return "--title"
    if head != "policies" or name != asked.name:
        return key
    if path[0] == "issuer":
        return "--issuer"
    if path[2:3] == ["scope"]:
        return f"--on: {path[1]}"
    read = [(word, *_lever(word)) for word in asked.levers]
    of_lever = [(word, day) for word, lever, _, day in read if lever.name == path[1]]
    words = [word for word, day in of_lever if day.isoformat() in path] or [word for word, _ in of_lever]
    return f"--lever: {', '.join(words)}" if words else "--lever"


def _lever(word: str) -> tuple[Lever, Any, date]:
    """``LEVER=VALUE@DATE`` → lever, strength, first day."""
    form = "LEVER=VALUE@DATE, such as student_places=x2@2027 or rhetoric=off@2030-06-01"
    found = _LEVER.fullmatch(word)
    if found is None:
        raise ConfigError([f"command line: --lever: '{word}' cannot be read; allowed: {form}"])
    name, strength, year, rest = found.groups()
    if name not in LEVERS:
        raise ConfigError([f"command line: --lever: {unknown(name, 'lever', LEVERS)}"])
    try:
        day = date.fromisoformat(year + (rest or "-01-01"))
    except ValueError:
        raise ConfigError([f"command line: --lever: '{year}{rest}' is no day; allowed: {form}"]) from None
    try:
        return LEVERS[name], None if strength == OFF else yaml.safe_load(strength), day
    except yaml.YAMLError:
        raise ConfigError([f"command line: --lever: '{word}' cannot be read; allowed: {form}"]) from None


def _entry(lever: Lever, on: tuple[str, ...]) -> dict[str, Any]:
    """A lever of the policy, named after itself, on the places that it can name, as others see it."""
    keys = [key for key in lever.scopes if key in PLACES]
    entry: dict[str, Any] = {"lever": lever.name, "values": {}}
    entry |= {"scope": {key: [*on] for key in keys}} if on and keys else {}
    entry |= {"ladder": step} if (step := _step(lever.name)) else {}
    return {**entry, "source": SOURCE}


def _step(lever: str) -> str:
    """The lowest rung on which governments pull a lever; empty if they never do."""
    for name in LADDERS:
        rungs = getattr(shipped_ladders(), name).rungs
        for number, rung in enumerate(rungs, 1):
            if any(entry.lever == lever for entry in rung.entries.values()):
                return name if len(rungs) == 1 else f"{name} {number}"
    return ""


def _levers_in_words(asked: Asked) -> str:
    """``Student places x2, reviews of projects 3 % from 2027 (Canada)``."""
    told = [found.groups("") for word in asked.levers if (found := _LEVER.fullmatch(word))]
    dates = [f" from {year}{rest}" for _, _, year, rest in told]
    one = len(set(dates)) == 1
    parts = [f"{LEVERS[lever].words} {held}{'' if one else day}" for (lever, held, _, _), day in zip(told, dates)]
    words = f"{', '.join(parts)}{dates[0] if one else ''} ({place_words(asked.issuer, load_world_data())})"
    return words[:1].upper() + words[1:]


def _words(asked: Asked, titles: Mapping[str, str], changed: Mapping[str, Any]) -> str:
    """A title of what the scenario is made of."""
    taken = [_taken_over(titles[name], changed.get(name, {})) for name in asked.policies]
    return "; ".join([*taken, *([_levers_in_words(asked)] if asked.levers else [])])


def _taken_over(title: str, changed: Mapping[str, Any]) -> str:
    """``Talent recruiting by the United States, issued by Canada, 9 years later``; a title that is given stands."""
    if changed.get("title"):
        return str(changed["title"])
    issuer, shift = changed.get("issuer"), read_shift(changed.get("shift"), "", Problems())
    if isinstance(issuer, list):
        from sim.report.read import article
        from sim.report.words import listed

        names = [article(place_words([str(word)], load_world_data())) for word in issuer]
        title += f", issued by {listed(names)}"
    return f"{title}, {shift.later}" if shift else title
