"""Text of ``docs/ladders.md``: the three ladders, and which ready-made policies are on no rung."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.config.ladders import shipped_ladders
from sim.data.tables import load_world_data
from sim.pages.markdown import NOTE, cited, table
from sim.pages.scenarios import shipped_policies
from sim.policy.ladder import LADDERS, Entry, Ladder
from sim.policy.levers import LEVERS
from sim.policy.units import Issuers, in_words
from sim.policy.words import scope_words


@dataclass(frozen=True)
class Without:
    """A ready-made policy that names no rung: all of it, or these entries; and why."""

    why: str
    entries: tuple[str, ...] = ()


WITHOUT = {
    "chn_military": Without("directs research, and neither protects nor recruits"),
    "covid_borders": Without("answers a pandemic, and restricts nobody in particular"),
    "covid_exit_australia": Without("answers a pandemic, and restricts nobody in particular"),
    "covid_long_closures": Without("answers a pandemic, and restricts nobody in particular"),
    "gbr_leaves_eu": Without("a border that is not drawn for research security"),
    "gbr_referendum_2016": Without("a border that is not drawn for research security"),
    "jpn_returns": Without("research money is no rung, since it recruits nobody by itself", ("money",)),
    "open_access_mandates": Without("opens results, and neither protects nor recruits"),
    "russia_funding": Without("money that is lost, decided by nobody"),
    "us_alliance_condition": Without("a condition on allies, which they see as such"),
    "us_chips_act": Without("research money is no rung, since it recruits nobody by itself", ("money",)),
    "us_hostility_2016": Without("lies before 2018 and inside the fitted rates"),
    "us_visas_mantis": Without("lies before 2018 and inside the fitted rates"),
}

INTRODUCTION = """\
Recipes, for the end of a command (`python -m sim +scenario=restrictive …`) or a scenario of your own:

- total effects alone, of governments that answer each other: `government.mode=reactive` (by default direct ones too)
- no retaliation: `params.government.beta_received=0 params.government.beta_received_protect=0`; other reactions
  likewise ([parameters.md](parameters.md))
- a ladder that nobody climbs: `params.government.protect_level=0` (or `restrict_level`, `promote_level`)
- another strength (ladders have 3, 1 and 3 rungs): `ladder.protect.rungs.screening.levers.refusals.strength=30%`

Governments that react climb three ladders from where they stood in 2017, which is rung 0 and the floor: *protect* and
*promote* rung by rung, *restrict* one step for each place. A rung is a package of levers, from
[configs/ladder](../configs/ladder), without issuer or date. Who is on a rung has the packages below it as well. The
word `{LIST}` stands for the places on a government's list of concern, `{TARGET}` for the place that it restricts; who
has nobody on its list neither screens nor restricts.

A rung of *promote* is paid for: each costs the same part of academic money, shared out as the tables say, and prices
decide how many people that is ([money.md](money.md)); visas are free. All else is pulled at the strength in the table.

Ready-made policies ([scenarios.md](scenarios.md)) are imposed: they act exactly as written and put no further package
in force. But their entries name a rung (`ladder: protect 3`, `restrict`, `promote 1`), and other governments see the
issuer on it in each year in which an entry has half or more of what the package has for the same lever; for what is
bought, half of the strength of the ready-made policy. If a package has several entries of a lever, its strongest is
compared. Words (`rhetoric`) and levers that only qualify another put nobody on a rung. Only places that an entry names
are restricted; one towards everybody restricts them all if it refuses people or partners. What a government decides
itself meets what is imposed as the stronger of the two ([decision](decisions/own-and-imposed.md)).

`talent-circulation explain NAME` says which rungs a scenario puts places on.
"""


def ladders() -> str:
    """The whole page."""
    found = shipped_ladders()
    return "\n".join(
        [
            NOTE,
            "# Ladders\n",
            INTRODUCTION,
            *(part for name in LADDERS for part in _ladder(name, getattr(found, name))),
            "## On no ladder\n",
            "These ready-made policies, or entries of them, name no rung; nobody sees their issuer on one.\n",
            table(("policy", "entries", "why"), _without()),
        ]
    )


def _ladder(name: str, ladder: Ladder) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{ladder.title}. From {ladder.source}.\n"
    for number, rung in enumerate(ladder.rungs, 1):
        yield f"### {label(name, number, ladder)}: {rung.title}\n"
        head = ("name", "lever", "share of money, or strength" if name == "promote" else "strength", "where", "source")
        rows = ((local, f"`{e.lever}`", amount(e), _where(e), cited(e.source)) for local, e in rung.entries.items())
        yield table(head, rows)
        policies = ", ".join(_counting(f"{name} {number}" if len(ladder.rungs) > 1 else name))
        yield f"Policies that count as this rung: {policies}.\n"


def label(name: str, number: int, ladder: Ladder) -> str:
    """A rung as policies name it."""
    return f"{name} {number}" if len(ladder.rungs) > 1 else name


def amount(entry: Entry) -> str:
    """What a rung pulls: ``0.16 share refused (16 %)``, or a share of its money."""
    lever = LEVERS[entry.lever]
    said = in_words(lever, entry.full, Issuers())
    full = f"{entry.full:.4g} {lever.unit}" + (f" ({said})" if said else "")
    return full if entry.money is None else f"{entry.money * 100:g} % (ready-made policy: {full})"


def _where(entry: Entry) -> str:
    return scope_words(LEVERS[entry.lever], entry.scope, load_world_data())


def _counting(step: str) -> Iterator[str]:
    """Policies with entries of a rung, each with its entries if only some are."""
    for name, policy in shipped_policies().items():
        mine = [local for local, use in policy.levers.items() if use.ladder == step]
        some = f" ({', '.join(mine)})" if len(mine) < len(policy.levers) else ""
        if mine:
            yield f"[{name}](scenarios.md#{name}){some}"


def _without() -> Iterator[tuple[str, ...]]:
    for name, without in WITHOUT.items():
        yield f"[{name}](scenarios.md#{name})", ", ".join(without.entries) or "all", without.why
