"""Governments that react: nothing without hazards, alike without coefficients, the same at any scale, one way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np

from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import BLIND, Changes, Lived, Watched, branch, changed, config, history
from sim.agents.governments.closeness import Closeness
from sim.config.schema import Config
from sim.params import GovernmentParams
from sim.record.recorder import YearResult

LAST, LARGEST = 2035, 40
RESTRICT = "+scenario=restrictive"
PREFIX = "params.government"
OFF: Changes = tuple((f"{PREFIX}.{ladder}_level", 0.0) for ladder in ("protect", "restrict", "promote"))
STARTS = {f.name: float(f.default) for f in fields(GovernmentParams) if f.name.startswith("beta_")}  # type: ignore[arg-type]
NO_CONSULTATION: Changes = ((f"{PREFIX}.softening", 0.0), (f"{PREFIX}.delay_opposition", 1.0))
RACE: Changes = (*OFF[:2], (f"{PREFIX}.promote_level", 1.0), (f"{PREFIX}.down_promote", 0.0))
TIMES = (0.0, 0.5, 1.0, 1.5, 2.0)
DIFFER, UNLIKE = "arrays that differ from scripted", "steps that differ between the arms"
AGREE = {ladder: f"same rung, {ladder}, %" for ladder in ("protect", "promote", "restricted")}
FALLS, AT_0, AT_1 = "falls as β grows", "β 0", "β 1"
FULL, MOVED = "caps that end full, %", "largest move of a share of researchers, %"
COLUMNS = {"protect": "rung_protect", "promote": "rung_promote", "restricted": "n_restricted"}


class Seeing(Watched):
    """A world that adds up the probabilities of steps up of all governments but the United States' [3]."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.up = np.zeros(3)

    def live_a_year(self) -> YearResult:
        """One year."""
        result = super().live_a_year()
        if self.council.hazards is not None:
            up = self.council.hazards.up.copy()
            up[:, self.setting.data.iso3.index("USA")] = 0.0
            self.up += up.sum(axis=1)
        return result


def _times(factor: float) -> Changes:
    return tuple((f"{PREFIX}.{name}", factor * start) for name, start in STARTS.items())


def _config(scale: int, changes: Changes, *words: str) -> Config:
    return changed(replace(config(scale, (), *words), end=LAST), changes)


def _react(cfg: Config, past: Lived, replicate: int, baseline: Lived) -> Lived:
    return branch(cfg, past, replicate, LAST, baseline=baseline.macros, mode="reactive")


def without_hazards(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Arrays that a reactive world without hazards has otherwise than a scripted one, memory of governments apart."""
    past, cfg = history(scale, replicate, ()), _config(scale, (*OFF, *changes), RESTRICT)
    base = branch(cfg.baseline(), past, replicate, LAST)
    scripted = branch(cfg, past, replicate, LAST, baseline=base.macros)
    reactive = _react(cfg, past, replicate, base)
    unlike = sum(
        not np.array_equal(array, reactive.state[name], equal_nan=array.dtype.kind == "f")
        for name, array in scripted.state.items()
        if not name.startswith(("government.", "observation."))  # what governments remember and look at
    )
    for one, other in zip(scripted.years, reactive.years):
        unlike += sum(
            not np.array_equal(column, other.tables[table][name], equal_nan=column.dtype.kind == "f")
            for table, columns in one.tables.items()
            for name, column in columns.items()
        )
    return {"unlike": np.array([unlike])}


def without_coefficients(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Packages agreed by 2035 and years in which they began, that differ between a US restriction and the baseline."""
    past = history(scale, replicate, ())
    cfg = _config(scale, (*_times(0.0), *NO_CONSULTATION, *changes), RESTRICT)
    base = branch(cfg.baseline(), past, replicate, LAST)
    arms = [_react(arm, past, replicate, base).state for arm in (cfg, cfg.baseline())]
    names = [name for name in arms[0] if name.startswith(("government.agreed", "government.due", "government.risen"))]
    return {"unlike": np.sum([(arms[0][name] != arms[1][name]).sum() for name in names], keepdims=True)}


def at_scales(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Place-years of the largest places with governments on the same rung at this scale and 20 times finer."""
    rungs = []
    for agents in (scale, scale // 20):
        past, cfg = history(agents, replicate, ()), _config(agents, changes)
        years = _react(cfg, past, replicate, branch(cfg, past, replicate, LAST)).years
        rungs.append({ladder: _rungs(years, column) for ladder, column in COLUMNS.items()})
    same = {ladder: (rungs[0][ladder] == rungs[1][ladder]).sum(keepdims=True)[0] for ladder in COLUMNS}
    return {**same, "all": np.array([rungs[0]["protect"].size])}


def _rungs(years: list[YearResult], column: str) -> np.ndarray:
    return np.stack([result.tables["place_year"][column][:LARGEST] for result in years])


def direction(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """What a US restriction adds to the probabilities of others' steps, 2018-35, by multiples of coefficients."""
    past, total = history(scale, replicate, ()), []
    blind = dict(changes).get(BLIND, 0.0) == 1.0
    for factor in TIMES:
        cfg = _config(scale, (*_times(factor), *changes), RESTRICT)
        base = branch(cfg.baseline(), past, replicate, LAST)
        up = []
        for arm in (cfg, cfg.baseline()):
            world = Seeing.from_state(arm, past.state, replicate, "reactive", base.macros)
            assert isinstance(world, Seeing)
            if blind:
                world.council.closeness = Closeness(*(np.zeros_like(w) for w in world.council.closeness))
            for _ in world.run():
                pass
            up.append(world.up)
        total.append(up[0] - up[1])
    return {"more": np.array(total)}


def race(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Everybody promotes as fast as hazards allow: money of rungs over caps, and researchers by place in 2035."""
    past, cfg = history(scale, replicate, ()), _config(scale, (*RACE, *changes))
    base = branch(cfg, past, replicate, LAST)
    raced = _react(cfg, past, replicate, base)
    params = cfg.params.government
    held = raced.state["government.agreed.promote"].sum(axis=1) * params.promote_rung / params.promote_cap
    here = [lived.years[-1].tables["place_year"]["n_researchers"] for lived in (base, raced)]
    rows = slice(0, LARGEST)
    return {"held": held[rows], "base": here[0][rows], "raced": here[1][rows], "runs": np.ones(1)}


def unlike(name: str) -> Callable[[Sums], dict[str, float]]:
    """Number of what differs."""
    return lambda sums: {name: float(sums["unlike"][0])}


def agreement(sums: Sums) -> dict[str, float]:
    """Shares of place-years, per cent."""
    return {words: 100.0 * float(sums[ladder][0] / sums["all"][0]) for ladder, words in AGREE.items()}


def by_coefficients(sums: Sums) -> dict[str, float]:
    """Steps up that a US restriction adds, expected, by ladder, and how often they fall as coefficients grow."""
    more = sums["more"]  # [times, ladder]
    ladders = ("protect", "restrict", "promote")
    found = {
        f"{ladder}, β {factor:g}": float(more[k, j])
        for j, ladder in enumerate(ladders)
        for k, factor in enumerate(TIMES)
    }
    falls = {f"{ladder}, {FALLS}": float((np.diff(more[:, j]) < 0.0).sum()) for j, ladder in enumerate(ladders)}
    return found | falls


def ends(sums: Sums) -> dict[str, float]:
    """Shares of places, per cent."""
    before, after = (sums[name] / sums[name].sum() for name in ("base", "raced"))
    return {
        FULL: 100.0 * float((sums["held"] / sums["runs"][0] >= 0.99).mean()),
        MOVED: 100.0 * float(np.abs(after / before - 1.0).max()),
    }
