"""What files of one command say of the same policy: it is defined once, and what changes it leaves nothing unsaid.

Hydra merges such files without a word: levers of two definitions add up, and dates of both are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.config.folders import options
from sim.config.reached import Reached
from sim.core.read import Problem

Label = Callable[[Path], str]


def redefined(
    choices: Sequence[Sequence[Reached]], files: Sequence[Reached], folders: Sequence[Path], label: Label
) -> list[Problem]:
    """Problems of policies that several files say something of.

    Parameters
    ----------
    choices : files that each scenario or policy asked for leads to; what two of these define differently is told by
        `sim.config.conflicts`.
    files : all that the command reaches.
    label : a file's path as messages write it.
    """
    found = [*_hidden(files, folders, label)]
    for choice in choices:
        found += [problem for name, files in _saying(choice).items() for problem in _twice(name, files, label)]
    for name, all_of_it in _saying(files).items():
        defining = [file for file in all_of_it if _defines(file.policies[name])]
        for file in all_of_it:
            if defining and file not in defining:
                found += _unsaid_dates(name, defining[0], file, label)
    return list(dict.fromkeys(found))


def _saying(files: Sequence[Reached]) -> dict[str, list[Reached]]:
    """Files that say something of a policy, by its name; what is asked for before what asks."""
    found: dict[str, list[Reached]] = {}
    for file in reversed(files):
        for name in file.policies:
            found.setdefault(name, []).append(file)
    return found


def issuers_in_files(files: Sequence[Reached]) -> dict[str, list[str]]:
    """Issuers of each policy in the file that defines it."""
    found: dict[str, list[str]] = {}
    for name, saying in _saying(files).items():
        first = next((policy for file in saying if _defines(policy := file.policies[name])), {})
        if issuer := first.get("issuer"):
            found[name] = [issuer] if isinstance(issuer, str) else list(issuer)
    return found


def _hidden(files: Sequence[Reached], folders: Sequence[Path], label: Label) -> Iterator[Problem]:
    """Files of one name in two folders, of which a list of defaults can mean either."""
    for group, name in dict.fromkeys((file.group, file.name) for file in files):
        homes = [home for folder in folders if (home := options(group, [folder]).get(name)) is not None]
        if len(homes) > 1:
            yield Problem("", f"{group} '{name}' is in two folders; rename this one", label(homes[-1]))


def _defines(policy: Mapping[str, Any]) -> bool:
    return any("lever" in use for use in _levers(policy).values())


def _levers(policy: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    levers = policy.get("levers")
    given = levers.items() if isinstance(levers, Mapping) else ()
    return {str(name): use for name, use in given if isinstance(use, Mapping)}


def _twice(name: str, files: Sequence[Reached], label: Label) -> list[Problem]:
    """A policy that two files define differently; the same file under the same name is there once only."""
    defining = [file for file in files if _defines(file.policies[name])]
    others = [file for file in defining[1:] if file.policies[name] != defining[0].policies[name]]
    text = (
        "is defined in {} too, and levers of both would be in force; give this one another name, or leave only what "
        "changes here (title, issuer, shift, values and scope of levers by their name there)"
    )
    return [Problem(f"policies.{name}", text.format(label(defining[0].file)), label(file.file)) for file in others]


def _unsaid_dates(name: str, origin: Reached, file: Reached, label: Label) -> Iterator[Problem]:
    """Dates of a lever that a file sets strengths of without naming them: it is not clear whether they still hold."""
    before = _levers(origin.policies[name])
    for local, use in _levers(file.policies[name]).items():
        old, new = before.get(local, {}).get("values"), use.get("values")
        if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
            continue
        if unsaid := [str(day) for day in old if day not in new]:
            yield Problem(
                f"policies.{name}.levers.{local}.values",
                f"says nothing of {', '.join(unsaid)}, set in {label(origin.file)}; write every date (null = not in "
                f"force), or move all of them with policies.{name}.shift",
                label(file.file),
            )
