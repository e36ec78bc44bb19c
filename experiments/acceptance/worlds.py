"""Worlds that experiments look into: a history, branches from it, and observers who see every paper of a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from experiments.systems.measure import with_value
from sim import World, load_config
from sim.config.schema import Config
from sim.core.columns import Columns
from sim.data.inputs import Inputs, YearInputs, load_inputs
from sim.engines.budget import over
from sim.engines.counting import HeadCounts
from sim.phases.budget import Account
from sim.phases.macro import Macro
from sim.phases.publication import Output
from sim.phases.security import SecurityResult
from sim.phases.setting import YearContext
from sim.policy.schema import LeverUse, Policy, Scope
from sim.record.recorder import YearResult

DATA_END, LAST = 2017, 2026
Changes = tuple[tuple[str, float | str], ...]  # (setting, value) that take a mechanism out
AFFINITY = "inputs.affinity"  # the exponent on the affinities of pairs, which is no parameter
UNNORMED = "inputs.unnormed"  # 1: what divides rates stands still after the data, as people change
UNPAID = "money.unpaid"  # 1: nobody pays for promotion, and no parameter says so
BLIND = "governments.blind"  # 1: nobody is close to anybody, so that governments see nothing of each other
Observer = Callable[[int, Columns, Output], None]


class Watched(World):
    """A world whose observers see the papers and the people of every year."""

    observers: tuple[Observer, ...] = ()

    def on_output(self, ctx: YearContext, output: Output) -> None:
        """Show the year's papers to every observer."""
        for observer in self.observers:
            observer(ctx.year, self.columns, output)


class Unpaid(Watched):
    """A world in which nobody pays for promotion: what it buys is there, and research keeps all its money."""

    def _close(
        self,
        ctx: YearContext,
        output: Output,
        joint: np.ndarray,
        counted: HeadCounts,
        secured: SecurityResult,
        account: Account,
    ) -> None:
        """Next year's state, with no use of money taken from research."""
        whole = over(account.purse.total - account.security, account.purse.public)
        super()._close(ctx, output, joint, counted, secured, replace(account, research=whole))


class Unnormed(Inputs):
    """Inputs whose rates stay divided by the norms of the last year of data, whatever people become."""

    def year(self, year: int) -> YearInputs:
        """Inputs of a year."""
        ours, end = super().year(year), self.data.end
        if year <= end:
            return ours
        exits = ours.exit_base / self.fitted.exit_norm[-1]
        return replace(ours, fitted=True, exit_base=exits, move_base=self.fitted.move_base(end))


class Lived(NamedTuple):
    """What years of a world left.

    Attributes
    ----------
    years : results; state : of the world at the end; macros : of every year since the first of the history.
    """

    years: list[YearResult]
    state: dict[str, np.ndarray]
    macros: Mapping[int, Macro]


def config(scale: int, changes: Changes = (), *words: str) -> Config:
    """Baseline to `LAST` without a panel, some parameters changed."""
    cfg = load_config(f"scale={scale}", f"end={LAST}", "threads=1", "panel.size=0", *words)
    return changed(cfg, changes)


def changed(cfg: Config, changes: Changes) -> Config:
    """The configuration with some parameters changed."""
    for path, value in changes:
        if path not in (AFFINITY, UNNORMED, UNPAID, BLIND):
            cfg = with_value(cfg, path, value)
    return cfg


def inputs_of(changes: Changes) -> Inputs | None:
    """Inputs with other affinities or without norms after the data, None for the shipped ones."""
    wanted, shipped = dict(changes), load_inputs("full")
    if UNNORMED in wanted:
        return Unnormed(shipped.data, shipped.fitted, shipped.paths)
    if AFFINITY not in wanted:
        return None
    power = float(wanted[AFFINITY])
    fitted = replace(shipped.fitted, affinity=shipped.fitted.affinity**power)
    return Inputs(replace(shipped.data, affinity=shipped.data.affinity**power), fitted, shipped.paths)


def banning(cfg: Config, issuer: str, year: int, **scope: Any) -> Config:
    """The configuration in which one place bans all joint work from a year on, with everybody or with those named."""
    use = LeverUse("partner_ban", {date(year, 1, 1): 1.0}, source="acceptance", scope=Scope(**scope))
    return replace(cfg, scenario="ban", policies={"ban": Policy("ban", (issuer,), {"ban": use})})


def live(world: World, until: int, *observers: Observer) -> Lived:
    """Live to the end of a year."""
    if isinstance(world, Watched):
        world.observers = observers
    years = list(world.run(until))
    return Lived(years, {name: np.array(value) for name, value in world.state().items()}, world.macros)


def history(scale: int, replicate: int, changes: Changes, *observers: Observer) -> Lived:
    """The baseline to the end of the data."""
    world = Watched(config(scale, changes), replicate, inputs=inputs_of(changes))
    return live(world, DATA_END, *observers)


def branch(
    cfg: Config,
    past: Lived,
    replicate: int,
    until: int,
    *observers: Observer,
    baseline: Mapping[int, Macro] | None = None,
    kind: type[Watched] = Watched,
    mode: str = "scripted",
) -> Lived:
    """Years after the data from one past, under the policies of `cfg`; `baseline`: macros of the paired baseline."""
    return live(kind.from_state(cfg, past.state, replicate, mode, baseline), until, *observers)


def summed(years: list[YearResult], table: str, name: str, first: int, last: int) -> np.ndarray:
    """Sum of a column over years, row by row (tables with the same rows every year)."""
    parts = [np.nan_to_num(np.asarray(y.tables[table][name], float)) for y in years if first <= y.year <= last]
    total: np.ndarray = np.sum(parts, axis=0)
    return total


def joint_papers(years: list[YearResult], n_places: int, first: int, last: int) -> np.ndarray:
    """Joint papers of pairs of places over years, symmetric [P, P]."""
    joint = np.zeros((n_places, n_places))
    for result in years:
        if first <= result.year <= last:
            table = result.tables["copub_year"]
            np.add.at(joint, (table["place_a"], table["place_b"]), np.asarray(table["papers_whole"], float))
    return joint + joint.T
