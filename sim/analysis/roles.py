"""Which part places play in scenarios: who acts, against whom, who stands by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.agents.governments.closeness import allies_of
from sim.config.schema import Config
from sim.data.places import ALL, resolve
from sim.data.tables import WorldData
from sim.data.threat import of_concern, threat_matrix
from sim.policy.levers import LEVERS

SHOWN = 3  # places of a role that are named; the others are counted
RULE = (
    "Issuers have a policy of their own. Targets are places that one of its protecting levers names; partners of "
    "joint programmes and origins that are recruited are none. Allies have a defence pact with an issuer, and rivals "
    "are on an issuer's list of concern (a threat of `params.security.concern` or more). A place has the first of "
    "these roles that fits, but a target among other issuers is a target; most places have none."
)


@dataclass(frozen=True)
class Roles:
    """Places (ISO3) by the first role that fits: countries before regional rests, those with most researchers first."""

    issuers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    allies: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


def roles_of(configs: Config | Iterable[Config], data: WorldData) -> Roles:
    """Roles of places in one scenario, or in several together, by `RULE`.

    Parameters
    ----------
    configs : of one world; a configuration without policies adds no role.
    data : that world's data, from which pacts and researchers come.
    """
    several = [configs] if isinstance(configs, Config) else list(configs)
    pacts = allies_of(data.alliance)
    found: dict[str, set[int]] = {role: set() for role in ("issuers", "targets", "allies", "rivals")}
    for cfg in several:
        issuers = set(
            resolve(data, [word for policy in cfg.policies.values() for word in policy.issuer if word != ALL])
        )
        listed = of_concern(threat_matrix(cfg.threat, data), cfg.params.security.concern)
        targets = set(resolve(data, _aimed_at(cfg)))
        found["issuers"] |= issuers - targets or issuers  # who answers those that aim at it is not summed with them
        found["targets"] |= targets
        for role, towards in (("allies", pacts), ("rivals", listed)):
            found[role] |= set(np.flatnonzero(towards[sorted(issuers)].any(axis=0)).tolist())
    taken: set[int] = set()
    roles = {}
    for role, places in found.items():
        left = places - taken
        ordered = sorted(left, key=lambda place: (bool(data.is_rest[place]), -data.researchers[-1, place], place))
        roles[role] = tuple(data.iso3[place] for place in ordered)
        taken |= places
    return Roles(**roles)


def _aimed_at(cfg: Config) -> list[str]:
    """Places and groups that levers which protect name as origins, partners or destinations; everybody is nobody."""
    scopes = [use.scope for use in cfg.uses if LEVERS[use.lever].aim == "protect"]
    named = (words for scope in scopes for words in (scope.origins, scope.partners, scope.destinations))
    return [word for words in named for word in words or () if word != ALL]


def in_words(names: Sequence[str], shown: int = SHOWN) -> str:
    """Names in a row, at most `shown` of them and how many more; one more is named rather than counted."""
    first = names if len(names) <= shown + 1 else names[:shown]
    more = len(names) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")
