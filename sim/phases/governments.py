"""Phase 2, governments: what they hold becomes pulls of levers; they look at last year, and some take a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.agents.governments.council import Council
from sim.agents.governments.government import Costs
from sim.agents.governments.rungs import Packages
from sim.agents.governments.signals import Observation
from sim.data.inputs import YearInputs
from sim.engines.buying import Market, Purchase
from sim.engines.counting import HeadCounts
from sim.phases.budget import Account, public_money
from sim.phases.entry import Entries, deterred, nest_of
from sim.phases.mobility import Moves
from sim.phases.promotion import cost_of_rungs, purchases
from sim.phases.publication import Output
from sim.phases.security import SecurityResult
from sim.phases.setting import Setting, YearContext
from sim.policy.ladder import Ladder, Ladders, Rung, scope_for
from sim.policy.levers import LEVERS
from sim.policy.levers.base import towards_threats
from sim.policy.rungs import Rungs
from sim.policy.schema import Decided
from sim.policy.timeline import Timeline


@dataclass(frozen=True)
class Governed:
    """What governments put in force in a year, and what they decide for later ones.

    Attributes
    ----------
    decided : levers in force by their own decision.
    rungs : beyond those of 2017; conditions : [a, b], strength of imposed conditions of a on work with b.
    decisions : this year's decisions as columns (empty if there are none).
    """

    decided: list[Decided]
    rungs: Rungs
    conditions: np.ndarray
    decisions: dict[str, np.ndarray]


def govern(
    setting: Setting,
    council: Council,
    timeline: Timeline,
    ladders: Ladders,
    inputs: YearInputs,
    seen: Observation | None,
    accounts: Mapping[int, np.ndarray],
    market: Callable[[], Market],
) -> Governed:
    """Put in force what governments hold; if they react, let them decide.

    Parameters
    ----------
    seen : last year, None if governments carry out policy only, or nothing was seen yet.
    accounts : talent accounts [P] by year, less those of the paired baseline where there is one.
    market : prices and people that promotion is bought at, asked for only if it is.
    """
    year, imposed = inputs.year, timeline.rungs(inputs.year)
    asked = timeline.imposed("alliance_condition", year)
    conditions = np.zeros(setting.threat.shape) if asked is None else asked
    agreed = council.enact(year)
    rungs, held = agreed.rungs.over(imposed), agreed.beyond(imposed)
    if seen is None or year <= setting.data.end:
        return Governed([], rungs, conditions, {})
    academic = public_money(setting, inputs)
    decided = list(pulls(held, ladders, setting.data.iso3, council.listed))
    if held.promote.any():
        money = held.promote.T * setting.params.government.promote_rung * academic
        decided += offers(held, ladders.promote, purchases(ladders.promote, money, market()))
    if council.costs is None:
        council.costs = cost_of_rungs(ladders.protect, setting, timeline.effects)
    costs = Costs(academic, council.costs)
    standard = timeline.effects["alliance_condition"]["standard"]
    first, keys = timeline.rungs(setting.data.end), (setting.seed, setting.replicate)
    return Governed(
        decided, rungs, conditions, council.decide(year, seen, first, imposed, costs, accounts, standard, keys)
    )


def pulls(held: Packages, ladders: Ladders, codes: Sequence[str], listed: np.ndarray) -> Iterator[Decided]:
    """Levers that packages of protect and restrict pull, each at the share of its strength that is held.

    Parameters
    ----------
    codes : [P], of places; listed : [a, b] bool, b is on a's list of concern.
    """
    for place, rung in np.argwhere(held.protect > 0.0).tolist():
        rivals = tuple(codes[b] for b in np.flatnonzero(listed[place]).tolist())
        yield from _package(place, ladders.protect.rungs[rung], held.protect[place, rung], None, rivals)
    for place, target in np.argwhere(held.restrict > 0.0).tolist():
        yield from _package(place, ladders.restrict.rungs[0], held.restrict[place, target], codes[target], ())


def _package(place: int, rung: Rung, share: float, target: str | None, rivals: tuple[str, ...]) -> Iterator[Decided]:
    """Levers of one package; what qualifies another lever is no matter of more or less."""
    for entry in rung.entries.values():
        scope = scope_for(entry, target, rivals)
        if scope is not None and entry.strength is not None:
            part = 1.0 if LEVERS[entry.lever].of else share
            yield Decided(place, entry.lever, part * entry.strength, scope)


def offers(held: Packages, promote: Ladder, bought: Mapping[tuple[int, str], Purchase]) -> Iterator[Decided]:
    """Levers that packages of promote pull: what money buys, and what is free at the share that is held.

    Parameters
    ----------
    bought : by rung and name of entry, of `sim.phases.promotion.purchases`.
    """
    for place, rung in np.argwhere(held.promote > 0.0).tolist():
        for name, entry in promote.rungs[rung].entries.items():
            if entry.strength is None:
                strength = float(bought[rung, name].strength[place])
            else:
                strength = held.promote[place, rung] * entry.strength
            yield Decided(place, entry.lever, strength, entry.scope)


def observe(
    setting: Setting,
    ctx: YearContext,
    entries: Entries,
    moves: Moves,
    output: Output,
    people: HeadCounts,
    secured: SecurityResult,
    account: Account,
    reactive: bool,
) -> Observation:
    """What governments see of a year when they decide in the next one; scripted ones do not look at all of it."""
    inst = setting.institutions
    inside = np.bincount(inst.place, weights=inst.weight * ctx.channels.burden_institution)
    burden = 1.0 - (1.0 - ctx.channels.burden_place) * (1.0 - inside)
    written, lost = output.by_place.papers_whole, output.papers_lost[0]
    shares = (burden, ratio(account.security, account.purse.total), ratio(lost, written + lost))
    here = people.stock.sum(axis=0).astype(float)
    arrivals = entries.expected.sum(axis=0) - entries.expected.diagonal() + moves.expected[0]
    return Observation(
        year=ctx.year,
        rungs=ctx.rungs,
        conditions=ctx.conditions,
        protection=towards_threats(secured.protection.mean(axis=0), setting.threat),
        cases=1e4 * ratio(secured.cases.total.sum(axis=1), secured.looked_at),
        burden=burden,
        fear=ratio(people.fear_sum.sum(axis=0), here),
        cost=100.0 * np.sum(shares, axis=0),
        account=talent_account(entries.expected, moves.expected, here * setting.scale),
        available=ratio(turned_away(setting, ctx, entries.base), arrivals) if reactive else np.zeros_like(arrivals),
    )


def talent_account(entrants: np.ndarray, moves: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Expected foreign entrants and moves in, minus moves out and natives who enter abroad, over the stock [P].

    Parameters
    ----------
    entrants : [O, P]; moves : [2, P], in and out; here : [P], researchers.
    """
    net = entrants.sum(axis=0) - entrants.sum(axis=1)  # who enters at home is in both
    return ratio(net + moves[0] - moves[1], here)


def turned_away(setting: Setting, ctx: YearContext, base: np.ndarray) -> np.ndarray:
    """Entrants whom refusals, delays and hostility keep from a host, and who by base shares fall to each other [P].

    Who stays at home is not among them, nor is whom others attract.

    Parameters
    ----------
    base : [O, P], probabilities of places of entry without policy.
    """
    ch = ctx.channels
    if not (ch.entry_refused.any() or ch.visa_delay.any() or ctx.hostility.any()):
        return np.zeros(len(base))
    none = replace(
        ch, visa_open=np.minimum(ch.visa_open, 0.0), student_places=np.minimum(ch.student_places, 0.0),
        funding=np.ones_like(ch.funding),
    )  # fmt: skip
    lost: np.ndarray = sum(deterred(setting, replace(ctx, channels=none), nest_of(setting)))  # type: ignore[assignment]
    open_to = np.where(lost > 0.0, 0.0, base)
    np.fill_diagonal(open_to, 0.0)
    falls_to = ratio(open_to, np.broadcast_to(open_to.sum(axis=1, keepdims=True), open_to.shape))
    found: np.ndarray = lost.sum(axis=1) @ falls_to
    return found


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Quotient, 0 of nothing."""
    found: np.ndarray = np.divide(part, whole, out=np.zeros(np.shape(part)), where=np.asarray(whole) > 0.0)
    return found
