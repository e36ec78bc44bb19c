"""What overrides mean for policies beyond what merging makes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.config.merge import Composed
from sim.config.redefined import issuers_in_files
from sim.core.read import join
from sim.policy.read import NOTED

_VALUES = re.compile(r"policies\.[^.]+\.levers\.[^.]+\.values")


def note_whole(key: str, value: Any, one_date: bool, whole: dict[str, set[str]]) -> None:
    """Note the dates of ``…values={…}``, which replaces all; ``…values.DATE=…`` adds to what is there.

    Parameters
    ----------
    one_date : the override sets one date only.
    whole : dates given as a whole, by key; added to.
    """
    if not isinstance(value, Mapping):
        return
    if not _VALUES.fullmatch(key):
        for name, item in value.items():
            note_whole(join(key, name), item, one_date, whole)
    elif not one_date:
        whole[key] = {str(day) for day in value}
    elif key in whole:
        whole[key] |= {str(day) for day in value}


def finish_policies(result: Composed) -> None:
    """Drop dates that an override left out, doses of strengths that it set, and say who issued what first."""
    policies = result.values.get("policies")
    if not isinstance(policies, dict):
        return
    for key, days in result.whole.items():
        use = _use(policies, key)
        if use is not None and isinstance(use.get("values"), dict):
            use["values"] = {day: value for day, value in use["values"].items() if str(day) in days}
    for key in result.given:
        use = _use(policies, key) if _VALUES.match(key) else None
        if use is not None and not any(
            other.startswith(f"{key.rpartition('.values')[0]}.dose") for other in result.given
        ):
            use.pop("dose", None)  # it is the range of the file's number
    for name, issuer in issuers_in_files(result.reached).items():
        policy = policies.get(name)
        if isinstance(policy, dict) and policy.get("issuer") not in (issuer, issuer[0]):
            policy[NOTED] = issuer


def _use(policies: dict[str, Any], key: str) -> dict[str, Any] | None:
    """Entry of a lever in which a key lies."""
    _, name, _, local, *_ = key.split(".")
    policy = policies.get(name)
    levers = policy.get("levers") if isinstance(policy, dict) else None
    use = levers.get(local) if isinstance(levers, dict) else None
    return use if isinstance(use, dict) else None
