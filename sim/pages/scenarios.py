"""Text of ``docs/scenarios.md``: every shipped scenario and policy, read from the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from sim.config.folders import config_root, options
from sim.config.load import load_config
from sim.config.schema import Config
from sim.data.places import GROUPS, group
from sim.data.tables import WorldData, load_world_data
from sim.pages.markdown import EVIDENCE_ID, NOTE, cited, table
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Policy
from sim.policy.units import in_words
from sim.policy.words import changes, dose_words, issuers_of, place_words, source_words, whom


@cache
def shipped_policies() -> dict[str, Policy]:
    """Every policy of the package, by name."""
    return {name: load_config(f"+policy={name}").policies[name] for name in options("policy", [config_root()])}


def scenarios() -> str:
    """The whole page."""
    data = load_world_data()
    composed = {name: load_config(f"+scenario={name}") for name in options("scenario", [config_root()])}
    policies = dict(shipped_policies())
    for cfg in composed.values():
        policies |= {name: policy for name, policy in cfg.policies.items() if name not in policies}
    used: dict[str, list[str]] = {}
    for name, cfg in composed.items():
        for policy in cfg.policies:
            used.setdefault(policy, []).append(name)
    return "\n".join(
        [
            NOTE,
            "# Scenarios\n",
            "Each is run as `python -m sim +scenario=NAME`, several together as `+scenario=[A,B]`: levers that meet "
            "combine by their own rule ([levers.md](levers.md)), and a policy that is in both counts once. Strengths "
            "are departures from the policy of 2017. `talent-circulation explain NAME [--year YEAR]` prints one as a "
            "table. Ids such as P17 lead to [evidence.md](evidence.md); *assumptions* counts the levers of a scenario "
            "with a number that no source gives. Without a scenario the baseline is run: no departure from the policy "
            "of 2017.\n",
            table(
                ("scenario", "title", "what it sets", "first date", "policies", "sources", "assumptions"),
                (_scenario_row(name, cfg, data) for name, cfg in composed.items()),
            ),
            "## Policies\n",
            "Parts of scenarios, and of your own: `+policy=NAME`, or `- /policy/NAME` in a scenario's list of "
            "defaults. One can be moved in time, issued by others or given another title, on a command line, in a "
            "file, as the axis of a sweep and from Python: `policies.NAME.shift=2` (years; also `18m`, `-90d`, or the "
            "new first date, `2021-06-01`), `policies.NAME.issuer=[JPN]`, `policies.NAME.title=...` (of a "
            "scenario: `titles.NAME=...`); scopes stay, and "
            "nobody acts on itself. Under another name, beside the first: `- /policy/NAME@policies.OTHER`. "
            "A *dose* says whether a strength is fitted, sourced or assumed, and within which range; *rung* says on "
            "which of the [ladders](ladders.md) of governments others see the issuer by it, if on any.\n",
            *(_policy(name, policy, used.get(name, []), data) for name, policy in policies.items()),
            "## Groups\n",
            "Words that stand for several places here and in policies of your own, with members of 2017. "
            "`US_ALLIES` are the nine places with most researchers in 2017 that had a defence pact with the United "
            "States in force in all of 2013–17 (ATOP): Australia is the tenth. The [table of threats](threat.md) has "
            "every ally.\n",
            table(("group", "places"), ((f"`{name}`", _members(name, data)) for name in GROUPS)),
        ]
    )


def _members(name: str, data: WorldData) -> str:
    """Members of a group that are places of their own, by name."""
    return ", ".join(data.names[place] for place in group(data, name))


def _scenario_row(name: str, cfg: Config, data: WorldData) -> tuple[str, ...]:
    uses = cfg.uses
    told = [source_words(use, policy, data) for policy in cfg.policies.values() for use in policy.levers.values()]
    sets: dict[str, dict[str, None]] = {}
    for policy in cfg.policies.values():
        pulled = sets.setdefault(place_words(policy.issuer, data), {})
        pulled.update(dict.fromkeys(use.lever for use in policy.levers.values()))
    return (
        f"`{name}`",
        cfg.titles.get(name, ""),
        "; ".join(f"{issuer}: {', '.join(pulled)}" for issuer, pulled in sets.items()),
        first_date(uses).isoformat(),
        ", ".join(f"[{policy}](#{policy})" for policy in cfg.policies),
        cited(
            ", ".join([*_ids(use.source for use in uses), *_others(policy.source for policy in cfg.policies.values())])
        ),
        f"{sum('assumption' in source for source in told)} of {len(uses)}",
    )


def _policy(name: str, policy: Policy, used: list[str], data: WorldData) -> str:
    issuers = place_words(policy.issuer, data)
    head = f"{policy.title}. Issuer: {f'[{issuers}](#groups)' if issuers in GROUPS else issuers}."
    head += f" Source: {cited(policy.source)}." if policy.source else ""
    head += "".join(f" {change[0].upper()}{change[1:]}." for change in changes(policy, data))
    head += f" In: {', '.join(f'`{scenario}`' for scenario in used)}.\n"
    rows = (
        (
            local,
            f"`{use.lever}`",
            _dated(use, policy, data),
            dose_words(use, policy, data),
            whom(use, policy.issuer, data),
            use.ladder,
            cited(use.source),
        )
        for local, use in policy.levers.items()
    )
    head_row = ("name", "lever", "strength from each date on", "dose", "on whom", "rung", "source")
    return f"### {name}\n\n{head}\n{table(head_row, rows)}"


def _dated(use: LeverUse, policy: Policy, data: WorldData) -> str:
    steps = [
        f"{day}: {'ended' if value is None else _step(use, value, policy, data)}" for day, value in use.values.items()
    ]
    return f"{'; '.join(steps)} ({LEVERS[use.lever].unit})"


def _step(use: LeverUse, value: float, policy: Policy, data: WorldData) -> str:
    said = in_words(LEVERS[use.lever], value, issuers_of(policy, data))
    return f"{value:g} = {said}" if said else f"{value:g}"


def first_date(uses: Iterable[LeverUse]) -> date:
    """First date at which any of these levers leaves its neutral value."""
    return min(
        day
        for use in uses
        for day, value in use.values.items()
        if value is not None and value != LEVERS[use.lever].neutral
    )


def _ids(texts: Iterable[str]) -> list[str]:
    found = {word for text in texts for word in EVIDENCE_ID.findall(text)}
    return sorted(found, key=lambda word: (word[0], int(word[1:])))


def _others(texts: Iterable[str]) -> list[str]:
    """Laws and reports named as a policy's source beside rows of evidence."""
    parts = [part.strip() for text in texts for part in re.split(r"[;,]", text)]
    return list(dict.fromkeys(part for part in parts if part and not EVIDENCE_ID.search(part)))
